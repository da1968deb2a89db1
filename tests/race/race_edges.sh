#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# What happens in the middle of a burst (the end of a lock, an unlock, a
# departure), the smallest limit, and what an attacker leaves in the store.

. "${top_srcdir:-.}/tests/race/storm.sh"

refusals=${STORM_REFUSALS:-20000}	# tests/race/storm: 100000
growth_max=100000

# How many events of a kind an account has.
events()
{
	admin --json audit show --account "$1" | grep -o "\"kind\": *\"$2\"" |
	    wc -l | tr -d ' '
}

# Verified since the login that learnt the setting: five for each lock, and
# what failed since the last one. $1: lines, $2: user
as_many_as_locks()
{
	# shellcheck disable=SC2046 # three words
	set -- "$1" "$2" $(state_of "$2")
	failures=$4
	[ "$3" != locked ] || failures=0
	is_verified=$(total verified "$1")
	note "$2: $(events "$2" lock) locks, $is_verified verified, $3"
	[ "$is_verified" -eq $(($(events "$2" lock) * 5 + failures)) ]
}

# ---- lock_after = 1 ----

fresh 'lock_after = 1'
for name in wrong correct hidden; do
	account $name "$right"
done
line=$(storm "$services" one wrong:50:0)
is 'lock_after = 1: one is verified' "$(value verified "$line")" 1
is 'and locks' "$(state_of wrong)" 'locked 1 0 '
line=$(storm "$services" one correct:0:16)
is '16 correct ones, one after the other' "$(value accepted "$line")" 16
lines=$(storm -r 4 -b "$tmp/unlock hidden" "$services" one hidden:9:1)
is 'a right one gets in only as the first' "$(printf '%s\n' "$lines" | awk '
    !($7 == 0 && $5 == 1 || $7 == 1 && $15 == 1 && $5 == 2)')" ''

# ---- A lock that ends while the burst goes on ----

fresh 'unlock_after = 1s'
account alice "$right"
lines=$(storm -r 12 "$services" one alice:60:0)
# Brings the row up to the time.
sleep 2
lines="$lines
$(storm -n "$services" one alice:1:0 | sed 's/verified 0/verified 1/')"
ok 'a lock ends in a burst' test "$(events alice lock)" -gt 1
is 'each with its event' "$(events alice lock_expired)" \
    $(($(events alice lock) - $(state_of alice | grep -c '^locked')))
ok 'five are verified for each lock' as_many_as_locks "$lines" alice

# ---- An unlock, and a departure, while it goes on ----

fresh
for name in alice bob; do
	account $name "$right"
done
storm -r 6 "$services" layered alice:40:0 > "$tmp/lines" &
burst=$!
while kill -0 $burst 2> "$tmp/none"; do
	"$tmp/unlock" alice
done
wait $burst
verified=$(total verified "$(cat "$tmp/lines")")
unlocks=$(events alice unlock)
note "$unlocks unlocks, $verified verified"
ok 'an unlock in a burst gives five more' \
    test "$verified" -le $((5 * (unlocks + 1)))
ok 'and each lock took five' \
    test "$verified" -ge $((5 * $(events alice lock)))
is 'nobody else was told anything' \
    "$(total unavailable "$(cat "$tmp/lines")")" 0

storm -r 6 "$services" layered bob:0:20 > "$tmp/lines" &
burst=$!
while ! grep -q . "$tmp/lines"; do
	kill -0 $burst || exit 1
	sleep 0.1
done
# It says so if somebody still reads the log, from which it is to vanish.
admin close bob --reason test > "$tmp/closed" 2>&1
wait $burst
admin close bob --reason test > "$tmp/closed" 2>&1
note "$(cat "$tmp/lines")"
is 'a departure in a burst: all are answered' \
    "$(($(total accepted "$(cat "$tmp/lines")") +
    $(total refused "$(cat "$tmp/lines")")))" 120
is 'nobody gets in after it' \
    "$(value accepted "$(tail -n 1 "$tmp/lines")")" 0
like 'it stays closed' "$(state_of bob)" '^closed '

# ---- Counters that have nothing to do with each other ----

fresh
service users <<END
auth required @M realm=users
END
service admins <<END
auth required @M realm=admins
END
account carol "$right"
printf '%s\n' "$right" | admin --realm admins add carol --password-stdin \
    > "$tmp/added"
storm -n "$services" users carol:20:0 > "$tmp/lines"
like 'one name in two realms: locked in one' \
    "$(admin --json --realm users status carol)" '"state": "locked"'
like 'not in the other' "$(admin --json --realm admins status carol)" \
    '"failures": 0,'
pam "$right\n" admins carol auth
is 'where it gets in' "$codes" 'auth PAM_SUCCESS'

# ---- failure_window ----

fresh 'failure_window = 4s'
account dave "$right"
storm -n "$services" one dave:4:0 > "$tmp/lines"
sleep 5
storm -n "$services" one dave:4:0 > "$tmp/lines"
is 'failures that are too old do not count' "$(state_of dave)" 'active 4 0 '
storm -n "$services" one dave:4:0 > "$tmp/lines"
is 'but five within the window lock' "$(state_of dave)" 'locked 5 0 '

# ---- Names ----

fresh
account erin "$right"
for name in ERIN Erin 'erin ' ' erin' 'erin/'; do
	pam 'wrong\n' one "$name" auth
	is "'$name' is nobody where names are ours" "$codes" \
	    'auth PAM_AUTH_ERR'
done
is 'and has no row' "$(sql 'SELECT count(*) FROM account')" 1

# ---- A flood on a locked account ----

bytes()
{
	cat "$store"* | wc -c
}

storm -n "$services" one erin:5:0 > "$tmp/lines"
before=$(bytes)
rows=$(sql 'SELECT count(*) FROM event')
ok "$refusals tries on a locked account are refused" \
    "$top_builddir/tests/race/refusals" "$conf" erin "$refusals"
note "the store grew by $(($(bytes) - before)) bytes"
ok "and grow the store by less than $growth_max bytes" \
    test $(($(bytes) - before)) -lt $growth_max
is 'no event for each' "$(sql 'SELECT count(*) FROM event')" "$rows"
ok 'they are counted' test "$(sql \
    "SELECT refused_while_locked FROM account WHERE name = 'erin'")" -gt 0
is 'the store is whole' "$(sql 'PRAGMA integrity_check')" ok

finish
