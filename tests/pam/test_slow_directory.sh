#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# A directory that hangs (LDAP, say) holds up those who are in it, and nobody
# else: the agent's loop never waits for a look-up.

. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"

right='Grenouille-47-verte'
callers=8	# more than there are hashes at once

sed "s|@M|$module|" > "$services/one" <<END
auth required @M
account required @M
END
chmod -R a+rX "$tmp"
people bob eve
SLOW_NAME=eve
SLOW_WHILE=$tmp/hang
SLOW_LOG=$tmp/state.asked
export SLOW_NAME SLOW_WHILE SLOW_LOG
: > "$SLOW_LOG"
chmod 0666 "$SLOW_LOG"

# hangs CREDENTIALS: in a realm with these
hangs()
{
	credentials=$1
	[ "$1" = store ] || for person in bob eve; do
		sed -i "s|^$person:[^:]*|$person:$hash|" /etc/shadow
	done
	host_settings 'isolate = yes' 'max_age = never' \
	    "store = sqlite:$state/$1.db"
	admin init > /dev/null
	[ "$1" = shadow ] || for person in bob eve; do
		account "$person" "$right"
	done
	: > "$SLOW_WHILE"
	: > "$SLOW_LOG"
	LD_PRELOAD=$top_builddir/tests/pam/.libs/slow_directory.so
	export LD_PRELOAD
	agent_start
	unset LD_PRELOAD
	waiting=
	for i in $(seq $callers); do
		printf '%s\n' "$right" | "$client" "$services" one eve auth \
		    acct > "$tmp/eve.$i" &
		waiting="$waiting $!"
	done
	for _ in $(seq 3000); do
		[ ! -s "$SLOW_LOG" ] || break
		sleep 0.1
	done
	ok "$1: the directory is asked" test -s "$SLOW_LOG"
	# A loop that waits would let nobody in until the file is gone.
	for try in 1 2 3; do
		out=$(printf '%s\n' "$right" | timeout 1200 "$client" \
		    "$services" one bob auth acct | tr '\n' ' ')
		like "$1: another one gets in ($try)" "$out" \
		    'auth PAM_SUCCESS acct PAM_SUCCESS'
	done
	out=$(printf 'wrong\n' | timeout 1200 "$client" "$services" one bob auth)
	like "$1: not with a wrong password" "$out" 'auth PAM_AUTH_ERR'
	is "$1: who is in that directory waits" \
	    "$(cat "$tmp"/eve.* | grep -c '^auth')" 0
	is "$1: and one thread for all of them" \
	    "$(wc -c < "$SLOW_LOG" | tr -d ' ')" 1
	rm "$SLOW_WHILE"
	# shellcheck disable=SC2086 # not for the agent
	wait $waiting
	is "$1: when it answers, all of them get in" "$(cat "$tmp"/eve.* |
	    grep -c '^a[a-z]* PAM_SUCCESS$')" $((2 * callers))
	agent_stop TERM
}
hangs store
hash=$(openssl passwd -6 "$right")
hangs shadow

finish
