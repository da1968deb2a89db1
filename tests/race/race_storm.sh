#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Storms through PAM, by real processes, in both stacks: exactly lock_after
# passwords are verified, a right one among them gets in only before the lock,
# and correct logins never stop each other. tests/race/storm does the same in
# large.

. "${top_srcdir:-.}/tests/race/storm.sh"

fresh
for stack in one layered; do
	for name in cold warm hidden correct wrong bystander; do
		account "$stack-$name" "$right"
	done
done

# What came of a line: without the name, the place and the time.
came_to()
{
	printf '%s\n' "$1" | sed 's/^[^ ]* //; s/ place .*//'
}

for stack in one layered; do
	# Nobody has it open, and its log is gone.
	line=$(storm -b "sqlite3 $store 'PRAGMA wal_checkpoint(TRUNCATE)' \
	    > $tmp/checkpoint" "$services" $stack $stack-cold:50:0)
	is "$stack: 50 wrong ones, cold: 5 are verified" \
	    "$(came_to "$line")" 'callers 50 verified 5 accepted 0 '\
'refused 50 unavailable 0 other 0'
	is "$stack: locked" "$(state_of $stack-cold)" 'locked 5 0 '

	hold_open
	line=$(storm "$services" $stack $stack-warm:200:0)
	let_go
	is "$stack: 200 wrong ones, warm: 5 are verified" \
	    "$(came_to "$line")" 'callers 200 verified 5 accepted 0 '\
'refused 200 unavailable 0 other 0'

	lines=$(storm -r 8 -b "$tmp/unlock $stack-hidden" "$services" \
	    $stack $stack-hidden:49:1)
	is "$stack: 8 bursts with a right one" \
	    "$(printf '%s\n' "$lines" | wc -l | tr -d ' ')" 8
	is "$stack: it gets in before the lock or never" \
	    "$(too_many "$lines")" ''

	lines=$(storm "$services" $stack $stack-correct:0:64 \
	    $stack-wrong:50:0 $stack-bystander:0:16)
	is "$stack: 64 correct ones are all accepted" \
	    "$(came_to "$(printf '%s\n' "$lines" | sed -n 1p)")" \
	    'callers 64 verified 64 accepted 64 refused 0 unavailable 0 other 0'
	is "$stack: beside a burst on another account" \
	    "$(came_to "$(printf '%s\n' "$lines" | sed -n 2p)")" \
	    'callers 50 verified 5 accepted 0 refused 50 unavailable 0 other 0'
	is "$stack: and a third one" \
	    "$(came_to "$(printf '%s\n' "$lines" | sed -n 3p)")" \
	    'callers 16 verified 16 accepted 16 refused 0 unavailable 0 other 0'
	is "$stack: nothing is left behind" \
	    "$(state_of $stack-correct)" 'active 0 0 '
done
is 'the store is whole' "$(sql 'PRAGMA integrity_check')" ok

finish
