#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Programs that ordinary people run: su, sudo, passwd, a screen locker, and a
# PAM client without any privilege; with the agent, and with the helper alone.

. "${top_srcdir:-.}/tests/clients/bed.sh"
. "$top_srcdir/tests/clients/programs.sh"

all_cells()
{
	cells <<'END'
su right in
su wrong refused ^su: Authentication failure$
su unknown refused user unknown does not exist
su locked refused ^su: Authentication failure$
su expired change ^You are required to change your password .*expired
su change change ^You are required to change your password .*enforced
su closed refused ^su: Authentication failure$
su outside refused ^Your account has expired; please contact
sudo right in
sudo wrong refused ^sudo: 1 incorrect password attempt$
sudo unknown refused you do not exist in the passwd database
sudo locked refused ^sudo: 1 incorrect password attempt$
sudo expired change reset your password and try again
sudo change change reset your password and try again
sudo closed refused ^sudo: 1 incorrect password attempt$
sudo outside refused ^sudo: Account expired
passwd right in password updated successfully
passwd wrong refused password unchanged
passwd unknown refused Cannot determine your user name
passwd locked refused password unchanged
passwd expired in password updated successfully
passwd change in password updated successfully
passwd closed refused password unchanged
passwd outside refused password unchanged
vlock right in
vlock wrong refused Authentication failure
vlock unknown refused could not get username
vlock locked refused Authentication failure
vlock expired in
vlock change in
vlock closed refused Authentication failure
vlock outside in
END
}

# ---- What opens without a password leaves the count alone (linux-pam#842) --

failures_stay()
{
	again
	printf '%s\n' 'Defaults !lecture, passwd_tries=1' \
	    'Defaults timestamp_type=global' 'ALL ALL=(ALL) ALL' \
	    'wrong ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers
	for _ in 1 2; do
		echo no | as right su wrong > /dev/null
	done
	like 'sudo, NOPASSWD' "$(as wrong sudo inside < /dev/null)" \
	    '^inside as root'
	like 'su by root' "$(talk su wrong < /dev/null)" '^inside as wrong'
	is 'reset nothing' "$(number failures wrong)" 2
	like 'sudo with a password' "$(echo "$right" | as right sudo inside)" \
	    '^inside as root'
	for _ in 1 2; do
		echo no | as wrong su right > /dev/null
	done
	like 'and, soon after, without' "$(as right sudo inside < /dev/null)" \
	    '^inside as root'
	is 'resets nothing' "$(number failures right)" 2
}

# ---- A client without privilege: a person's own account, no other ----

# client PASSWORD USER [OPTION...]: the codes of "right" asking about USER
client()
{
	client_password=$1
	client_user=$2
	shift 2
	codes=$(echo "$client_password" | be right "$pam_client" "$@" \
	    /etc/pam.d vlock "$client_user" auth acct 2> /dev/null |
	    grep -E '^[a-z-]+ PAM_[A-Z_]+$' | tr '\n' ' ')
}

own_account()
{
	again
	client "$right" right
	is 'a client of his own: his account' "$codes" \
	    'auth PAM_SUCCESS acct PAM_SUCCESS '
	client "$right" wrong
	is 'no other one' "$codes" \
	    'auth PAM_AUTHINFO_UNAVAIL acct PAM_PERM_DENIED '
	is 'where he makes no try' "$(number failures wrong)" 0
	client '' right -c long
	is '1 MB is a wrong password (CVE-2015-3238)' "$codes" \
	    'auth PAM_AUTH_ERR acct PAM_SUCCESS '
	for try in 2 3 4 5; do
		client "no$try" right
	done
	client "$right" right
	is 'nor does he guess without limit' "$codes" \
	    'auth PAM_AUTH_ERR acct PAM_PERM_DENIED '
	is 'which locks' "$(number failures right)" 5
}

cannot_touch()
{
	exit_is 'he cannot unlock himself' 4 \
	    be right "$(command -v paspw)" unlock right --reason want
	ok 'nor look into a store' \
	    test -z "$(be right ls "$state/stores" 2> /dev/null)"
	ok 'nor cut it' \
	    sh -c '! "$@" 2> /dev/null' sh setpriv --reuid=4001 \
	    truncate -s 0 "$state/stores/users.db"
	is 'he is as locked as before' "$(number failures right)" 5
}

# Everything that runs as him is stopped at some instant of a login of his:
# whoever holds a store then would stop everybody.
stops()
{
	again
	for pause in 0.005 0.01 0.02 0.03 0.04 0.05 0.07 0.1; do
		echo no | be right "$pam_client" /etc/pam.d vlock right auth \
		    > /dev/null 2>&1 &
		sleep $pause
		be right kill -STOP -1 2> /dev/null
		like "stopped after $pause s: others log in" \
		    "$(echo "$right" | talk login wrong)" '^inside as wrong'
		be right kill -KILL -1 2> /dev/null
		wait $!
	done 2> /dev/null
	paspw unlock right --reason test > /dev/null
	like 'and so does he, in the end' \
	    "$(echo "$right" | talk login right)" '^inside as right'
}

pam_client=$top_builddir/tests/pam/pam_client
for agent in yes no; do
	note "agent: $agent"
	stack ours
	all_cells
	failures_stay
	own_account
	cannot_touch
	stops
done

finish
