#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The module and the agent: what each caller may, and an agent that dies or
# hangs in the middle.

. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"

right='Grenouille-47-verte'
next='Marmotte_58_bleue'

# Without conf=: the built-in configuration.
host_service()
{
	sed -e "s|@M|$module|" -e "s|@D|$dummy secret=$tmp/secret count=$tmp/count|" \
	    > "$services/$1"
}
host_service one <<END
auth required @M
account required @M
password required @M
session required @M
END
host_service layered <<END
auth requisite @M preauth
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
account required @M
END
host_service never <<END
auth required @M socket=none
account required @M socket=none
END
host_service elsewhere <<END
auth required @M socket=$tmp/none.sock
END
chmod -R a+rX "$tmp"
printf '%s\n' "$right" > "$tmp/secret"
people bob eve
# isolate: what works is done by the agent.
host_settings 'isolate = yes'
admin init > /dev/null
account bob "$right"
account eve "$right"
agent_start

everything='auth PAM_SUCCESS setcred PAM_SUCCESS acct PAM_SUCCESS '\
'open PAM_SUCCESS close PAM_SUCCESS'

# ---- Root, about anybody ----

pam "$right\n" one bob auth setcred acct open close
is 'a login' "$codes" "$everything"
pam 'wrong\n' one bob auth
is 'a wrong password' "$codes" 'auth PAM_AUTH_ERR'
wrong=$out
pam 'wrong\n' one nobody-of-that-name auth
is 'of somebody unknown: the same' "$out" "$wrong"
pam '\n' one bob auth
is 'an empty one: the same' "$out" "$wrong"
pam_options='-c long'
pam '' one bob auth
is 'one of 1 MB' "$codes" 'auth PAM_AUTH_ERR'
pam_options=
pam "$right\n" one bob auth open
like 'a session tells of the failures' "$out" \
    '^info: There were 3 failed login attempts since'
pam "$right\nabc\nabc\n" one bob chauthtok-expired
is 'a weak new password' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'
like 'and why' "$out" '^error: The password is shorter than 8 characters\.$'
pam "$right\n$next\n$next\n" one bob chauthtok-expired
is 'a good one' "$codes" 'chauthtok-expired PAM_SUCCESS'
pam "$next\n" one bob auth acct
is 'opens' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
pam "$right\n" layered bob auth acct
is 'layered: another module says yes' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'
pam 'wrong\n' layered bob auth
is 'layered: or no' "$codes" 'auth PAM_AUTH_ERR'
is 'which counts' "$(number failures bob)" 1
for _ in 1 2 3 4; do
	pam 'wrong\n' layered bob auth
done
pam "$right\n" layered bob auth
is 'layered: locked' "$codes" 'auth PAM_AUTH_ERR'
pam "$next\n" one bob auth
is 'locked: the right one answers as a wrong one' "$out" "$wrong"
pam '' one bob acct
is 'locked: no key either' "$codes" 'acct PAM_PERM_DENIED'
admin unlock bob --reason test > /dev/null

# Only the agent knows which of them locked: its answer says so.
for stack in one layered; do
	rm -f "$tmp/log"
	faults="FAULT_LOG=$tmp/log"
	callers=
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		pam 'wrong\n' $stack eve auth &
		callers="$callers $!"
	done
	# shellcheck disable=SC2086 # not for the agent
	wait $callers
	faults=
	is "a burst ($stack) is told to lock once" "$(grep -c \
	    'Consecutive login failures for user eve' "$tmp/log")" 1
	is 'among all its failures' "$(grep -c \
	    'authentication failure.* user=eve$' "$tmp/log")" 12
	admin unlock eve --reason test > /dev/null
done

# ---- A person, about himself: a screen locker without any rights ----

root_client=$client
client="setpriv --reuid=$(id -u bob) --regid=$(id -u bob) --clear-groups \
$root_client"
pam "$next\n" one bob auth acct
is 'his own password' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
pam 'wrong\n' one bob auth
is 'a wrong one' "$codes" 'auth PAM_AUTH_ERR'
is 'counts' "$(number failures bob)" 1
pam "$right\n" one eve auth acct
is "another one's" "$codes" 'auth PAM_AUTHINFO_UNAVAIL acct PAM_PERM_DENIED'
is 'counts nothing' "$(number failures eve)" 0
pam "$right\n" layered bob auth
is 'reserving is for root: nobody clears his own failures' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL'
is 'they stay' "$(number failures bob)" 1
pam "$right\n" never bob auth acct
is 'without the agent he opens no store' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL acct PAM_PERM_DENIED'
# He cannot read the last good policy: the agent can.
pam "$next\n" one bob auth
echo 'min_lenght = 8' >> "$host_conf"
pam "$next\n" one bob auth acct
is 'a broken configuration: the agent goes on' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'
pam "$next\n" never bob auth acct
is 'without it he stays out' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL acct PAM_AUTHINFO_UNAVAIL'
host_settings 'isolate = yes'
client=$root_client

# ---- isolate, sockets ----

for stack in never elsewhere; do
	pam "$next\n" "$stack" bob auth
	is "isolate = yes: root does not open it either ($stack)" "$codes" \
	    'auth PAM_AUTHINFO_UNAVAIL'
done
chown bob "$socket"
pam "$next\n" one bob auth
is 'a socket of a person is not asked' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
chown "$agent_user" "$socket"

# ---- doctor asks the agent, as every program does ----

# way: what doctor says of this program's way
way()
{
	admin --json doctor | jq -r '.items[] | select(.area == "caller" and
	    (.item == "way" or .item == "agent")) | .state, .message'
}
like 'doctor asks the agent' "$(way | tr '\n' ' ')" '^ok .* by: agent $'
chown bob "$socket"
like 'not one of a person' "$(way | tr '\n' ' ')" '^fault .*no way'
chown "$agent_user" "$socket"

# ---- An agent that dies or hangs ----

store_timeout=${hangs}s
host_settings 'isolate = yes'
agent_hang
pam "$next\n" one bob auth
is 'isolate: a hung agent is no answer' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
agent_wake
host_settings 'isolate = no'
pam 'wrong\n' one bob auth
is 'it goes on' "$codes" 'auth PAM_AUTH_ERR'
failures=$(number failures bob)
agent_hang
pam 'wrong\n' one bob auth
is 'a hung agent: root goes on by itself' "$codes" 'auth PAM_AUTH_ERR'
is 'and counts' "$(number failures bob)" $((failures + 1))
agent_wake
pam 'wrong\n' one eve auth
is 'when it wakes up' "$codes" 'auth PAM_AUTH_ERR'
is 'nothing is counted twice' "$(number failures bob)" $((failures + 1))
pam "$next\n" one bob auth acct
is 'nor is the right one refused' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'

agent_stop
like 'doctor: nobody answers at the socket' "$(way | tr '\n' ' ')" \
    '^fault .*no agent answers .*: direct $'
pam "$next\n" one bob auth setcred acct open close
is 'a dead agent: root goes on by itself' "$codes" "$everything"
client="setpriv --reuid=$(id -u bob) --regid=$(id -u bob) --clear-groups \
$root_client"
pam "$next\n" one bob auth
is 'a person does not' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
client=$root_client

finish
