#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The agent is killed in a burst of guesses, at random instants, and started
# again: over all ways together exactly lock_after wrong passwords are
# verified, and nothing is counted twice.

. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"
. "$top_srcdir/tests/agent/common.sh"

rounds=${KILL_ROUNDS:-8}
guesses=40
right='Grenouille-47-verte'
# A hash long enough to be hit.
host_settings 'lock_after = 5'
sed -i 's/^hash_cost = .*/hash_cost = 5/' "$host_conf"
admin init > /dev/null
keep

# Guess until it is over; kill -9 meanwhile. $refused: those whose password
# was compared and found wrong; $locked: those that came too late.
round()
{
	"$knock" "$socket" '' burst $guesses login "$1" wrong \
	    > "$tmp/burst" 2>&1 &
	burst=$!
	for _ in 1 2 3; do
		sleep "0.0$(shuf -i 10-99 -n 1)"
		kill -KILL "$(agent_pid)" 2> /dev/null &&
		    kills=$((kills + 1))
	done
	wait "$burst"
	said=$(cat "$tmp/burst")
	refused=$(counted 'done, refused')
	locked=$(counted 'done, locked')
}

kills=0
exact=0
settled=0
lost=0
for i in $(seq "$rounds"); do
	account "user$i" "$right"
	round "user$i"
	[ "$refused" -le 5 ] || note "user$i: $said"
	[ "$((refused + locked))" -eq $guesses ] ||
	    lost=$((lost + guesses - refused - locked))
	[ "$refused" -ne 5 ] || exact=$((exact + 1))
	[ "$(number failures "user$i")" -ne 5 ] || settled=$((settled + 1))
done
note "$kills times killed"
is "in each of $rounds bursts exactly 5 of $guesses guesses are verified" \
    "$exact" "$rounds"
is 'as many are counted' "$settled" "$rounds"
is 'every guess has an answer' "$lost" 0

# A right one among them is never refused because the agent died.
account carol "$right"
"$knock" "$socket" '' burst $guesses login carol "$right" > "$tmp/burst" 2>&1 &
burst=$!
for _ in 1 2 3; do
	sleep "0.$(shuf -i 10-30 -n 1)"
	kill -KILL "$(agent_pid)" 2> /dev/null
done
wait "$burst"
said=$(cat "$tmp/burst")
is 'right ones all get in while it is killed' "$(counted 'done, accepted')" \
    $guesses
is 'and none of them counts as a failure' "$(number failures carol)" 0
ok 'the last agent ends by itself' release

finish
