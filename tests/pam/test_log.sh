#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# What the system's log gets: fail2ban and logwatch read it.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'

settings 'credentials = store' 'first_login_change = no'
service one <<END
auth required @M
account required @M
password required @M
session required @M
END
service verbose <<END
auth required @M audit debug
END
service moved <<END
auth required @M deny=5
END
service succ <<END
auth required @M authsucc
END
admin init > /dev/null
account bob "$right"
account eve "$right"

faults="FAULT_LOG=$tmp/log"
pam_options='-r 192.0.2.7'
# logged ANSWERS SERVICE USER PHASE...: in $log, what one run wrote there
logged()
{
	rm -f "$tmp/log"
	pam "$@"
	log=$(cat "$tmp/log" 2> /dev/null)
	cat "$tmp/log" >> "$tmp/all" 2> /dev/null
}
module_name='pam_paspolicy[^(]*\('

logged "$right\n" one bob auth acct
unlike 'a success needs no line' "$log" "$module_name"
logged 'Canary%word1\n' one bob auth
like 'a failure, as pam_unix has it' "$log" \
    "^${module_name}one:auth\): authentication failure; logname=[^ ]* "\
'uid=[0-9]+ euid=[0-9]+ tty= ruser= rhost=192\.0\.2\.7  user=bob$'
logged 'Canary%word1\n' one Canary%word1 auth
like 'of a name that nobody has' "$log" \
    'authentication failure; .* rhost=192\.0\.2\.7$'
logged 'wrong\n' verbose nobody-of-that-name auth
like 'audit tells the name' "$log" 'user=nobody-of-that-name$'
like 'debug tells the answer' "$log" 'answer: Authentication failure'
logged 'wrong\n' verbose 'bob
Jan  1 00:00:00 host sshd: Accepted password for root' auth
is 'no forged line' "$(printf '%s\n' "$log" | grep -c '^Jan')" 0
logged 'wrong\n' verbose "bob$(printf '\302\233')2J" auth
like 'nor a sequence for a terminal' "$log" 'rhost=192\.0\.2\.7  user=\?$'

# A host name that cannot be recorded.
for host in "$(printf '%01000d' 1)" "$(printf 'a\377b')"; do
	pam_options="-r $host"
	logged "$right\n" one bob auth acct open close
	is 'keeps nobody out' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS '\
'open PAM_SUCCESS close PAM_SUCCESS'
done
pam_options='-r 192.0.2.7'
logged 'wrong\n' one bob auth

for _ in 1 2 3; do
	logged 'wrong\n' one bob auth
done
unlike 'the fourth failure' "$log" 'Consecutive login failures'
logged 'wrong\n' one bob auth
like 'the fifth locks, as pam_faillock has it' "$log" \
    ': Consecutive login failures for user bob account temporarily locked$'
logged 'wrong\n' one bob auth
unlike 'no later one does' "$log" 'Consecutive login failures'

# ---- A burst: of all that fail at the same time, one locks ----

service layered <<END
auth requisite @M preauth
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
END
for stack in one layered; do
	rm -f "$tmp/log"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		pam 'wrong\n' $stack eve auth &
	done
	wait
	is "a burst ($stack) is told to lock once" "$(grep -c \
	    'Consecutive login failures for user eve' "$tmp/log")" 1
	is 'among all its failures' "$(grep -c \
	    'authentication failure.* user=eve$' "$tmp/log")" 12
	faults=
	admin unlock eve --reason test > /dev/null
	faults="FAULT_LOG=$tmp/log"
done

logged '' one bob acct
like 'a key of a locked account' "$log" \
    'one:account\): account denied \(locked\); .* rhost=192\.0\.2\.7  user=bob$'

logged "$right\n" moved bob auth
like "an argument of pam_faillock's" "$log" 'deny=5 .* set lock_after there'
logged "$right\n" succ bob auth
like 'authsucc without preauth' "$log" 'authsucc needs a preauth line'
if [ "$namespace" = yes ]; then
	mount --bind "$services" /etc/pam.d
	service blind <<END
auth requisite @M preauth
auth sufficient @M authsucc
auth required pam_deny.so
END
	logged "$right\n" blind eve auth
	like 'authsucc that nobody verifies for' "$log" 'authsucc refuses '\
'everybody \(/etc/pam.d/blind:2\): no module has verified the password there'
else
	skip 'authsucc that nobody verifies for' 'root is needed'
fi
mv "$tmp/store" "$tmp/away"
logged "$right\n" one bob auth
like 'a store that is not there' "$log" "authentication: store error: $tmp"
mv "$tmp/away" "$tmp/store"
faults=
admin unlock bob --reason test > /dev/null
faults="FAULT_LOG=$tmp/log"
logged "$right\nMarmotte_58_bleue\nMarmotte_58_bleue\n" one bob \
    chauthtok-expired
like 'a change, as pam_unix has it' "$log" \
    'one:chauthtok\): password changed for bob$'
is 'no password in any of it' \
    "$(grep -Ec "Canary|$right|Marmotte" "$tmp/all")" 0

finish
