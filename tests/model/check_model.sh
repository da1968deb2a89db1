#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The model of the attempt protocol holds; and with each fault that the
# protocol avoids it does not, which shows that the check can fail.
# attempt.pml says what is claimed.

. "${top_srcdir:-.}/tests/tap.sh"

STATES_LOG2=23		# size of the hash table
DEPTH_MAX=1000000
MEGABYTES_MAX=1900

command -v spin > "$tmp/spin" || skip_all 'spin is not installed'
cp "$top_srcdir/tests/model/attempt.pml" "$tmp" || exit 1
cd "$tmp" || exit 1

# make_checker "-D..." COMPILER-OPTION...: ./pan
make_checker()
{
	rm -f pan attempt.pml.trail
	# Word splitting is wanted, here and below.
	spin -a $1 attempt.pml || return
	shift
	${CC:-cc} -w -DMEMLIM=$MEGABYTES_MAX "$@" -o pan pan.c
}

# What was not reached, but for the ends of endless loops.
unreached()
{
	printf '%s\n' "$report" | grep 'attempt\.pml:' | grep -v '"-end-"'
}

# holds NAME "-D..." COMPILER-OPTION... [-- PAN-OPTION...]
holds()
{
	name=$1
	world=$2
	shift 2
	options=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	[ $# -gt 0 ] && shift
	report=$({ make_checker "$world" $options &&
	    ./pan "$@" -w$STATES_LOG2 -m$DEPTH_MAX; } 2>&1)
	note "$name ($world)"
	note "$(printf '%s\n' "$report" |
	    grep -E 'errors:|states, stored|total actual|elapsed')"
	like "$name" "$report" '^State-vector .* errors: 0$'
	unlike "$name: to the end" "$report" \
	    'not completed|too small|out of memory|MEMLIM|aborted'
}

# breaks NAME "-D..." ERE: a counterexample ends with that text. The shortest
# one, and told: what the callers do is in the log.
breaks()
{
	report=$({ make_checker "$2 -DNAMED" -O0 -DSAFETY -DBFS && ./pan; } \
	    2>&1)
	story=$(spin -t -T -DNAMED $2 attempt.pml 2>&1 |
	    sed '/^spin: trail ends/,$d')
	note "$1 ($2)"
	note "$story"
	like "$1: found" "$report
$story" "$3"
}

two='-DCALLERS=4 -DLOCK_AFTER=2'
one='-DCALLERS=4 -DLOCK_AFTER=1'

holds 'properties 1 and 3, lock_after = 2' "$two" -O2 -DSAFETY
is 'every statement was reached' "$(unreached)" ''
# With one free try, nobody else's attempt is pending beside one's own.
holds 'properties 1 and 3, lock_after = 1' "$one" -O1 -DSAFETY
# Nothing fails in these two, so what deals with failures is not reached. That
# waits, lost answers and repeated steps are: see the faults, same world.
holds 'property 2, lock_after = 2' "$two -DCALM" -O0 -DSAFETY
holds 'property 2, lock_after = 1' "$one -DCALM" -O0 -DSAFETY
holds 'property 3, nobody waits for ever, lock_after = 2' \
    '-DONCE -DLOCK_AFTER=2' -O1 -DNFAIR=3 -- -a -f
holds 'property 3, nobody waits for ever, lock_after = 1' \
    '-DONCE -DLOCK_AFTER=1' -O1 -DNFAIR=3 -- -a -f
holds 'property 2, each is accepted in the end' \
    '-DONCE -DCALM -DLOCK_AFTER=2' -O0 -DNFAIR=3 -- -a -f

small='-DCALLERS=2 -DLOCK_AFTER=1 -DCLAIM=1'
breaks 'check, verify, then record (pam_faillock)' \
    '-DCLAIM=1 -DNO_RESERVE' 'failed assertion: .*spent<=2'
breaks 'a save that does not look at the version' \
    '-DCLAIM=1 -DNO_VERSION' 'failed assertion: .*spent<=2'
breaks 'verify after an unsure begin' \
    '-DCLAIM=1 -DVERIFY_UNSURE' 'failed assertion: .*spent<=2'
breaks 'an answer after the lease' \
    "$small -DLATE_ANSWER" 'failed assertion: .*told<=1'
breaks 'hashes after the lease counted in a later window too' \
    "$small -DEVERY_HASH" 'failed assertion: .*spent<=1'
breaks 'a lapsed attempt that does not count' \
    '-DCLAIM=3 -DLAPSE_FREE' 'failed assertion: .*spent<=\(failures'
breaks 'a success that ends a lock' \
    -DSUCCESS_UNLOCKS 'failed assertion: .*!\(locked\)'

refused='^caller [0-9] is told (LOCKED|REFUSED)$'
unanswered='^caller [0-9] is told NONE$'
breaks 'a success that leaves its attempt (pam_tally2)' \
    '-DCALM -DNO_RELEASE' "$refused"
breaks 'a refusal instead of a wait' '-DCALM -DNO_WAIT' "$refused"
breaks 'a new id for a begin that is repeated' '-DCALM -DNEW_ID' "$refused"
breaks 'an answer after an unsure settle' \
    '-DCALM -DANSWER_UNSURE' "$refused"
breaks 'a row that forgets its answers' '-DCALM -DNO_MEMORY' "$unanswered"
breaks 'an unlock that drops pending attempts' \
    '-DCALM -DUNLOCK_DROPS' "$unanswered"
# No fault of the protocol: why a lease must be longer than any try.
breaks 'leases shorter than a try' '-DCALM -DSLOW' "$refused"

report=$({ make_checker '-DONCE -DNO_LEASE' -O0 -DNFAIR=3 && ./pan -a -f; } \
    2>&1)
like 'attempts without a lease: found' "$report" 'acceptance cycle'

finish
