#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Every date rule, under a clock that the test sets (libfaketime).

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

reason=$(unfakeable)
[ -z "$reason" ] || skip_all "$reason"

first='Vlat7!mup-quorz'
second='Kettle+31+anchor'
third='Zq7#vunto-Pilmar'

# at TIME ARGUMENT...: the tool at a local time.
at()
{
	now=$1
	shift
	faked "$now" "$paspw" --config "$conf" "$@"
}

# at_in TIME INPUT ARGUMENT...
at_in()
{
	now=$1
	input=$2
	shift 2
	# shellcheck disable=SC2059 # \n is what it is for
	printf "$input" | at "$now" "$@"
}

# issue TIME USER: an account that changed its password at that time.
issue()
{
	at_in "$1" "$first\n" add "$2" --password-stdin > /dev/null &&
	at_in "$1" "$first\n$second\n" change "$2" --password-stdin \
	    > /dev/null || exit 1
}

# verdict TIME USER PASSWORD
verdict()
{
	at_in "$1" "$3\n" verify "$2" --password-stdin
}

field()
{
	at "$1" status "$2" --json | jq -r ".$3"
}

# Events of a kind that an account has.
events()
{
	pw audit show --account "$1" --json |
	    jq "[.events[] | select(.kind == \"$2\")] | length"
}

# What the settings are, without a new store.
rules()
{
	configure "$@"
}

rm -rf "$state"
rules
at '2026-01-01 00:00:00' init > /dev/null || exit 1

# ---- Four calendar months ----

# name, changed at, expires at: local times of France.
while read -r name day hour end; do
	issue "$day $hour" "$name"
	is "$name: four months after $day $hour" \
	    "$(field "$day $hour" "$name" expires_at)" "$end"
done <<END
leap		2027-10-31 12:00:00 2028-02-29T11:00:00Z
common		2026-10-31 12:00:00 2027-02-28T11:00:00Z
century		2099-10-31 12:00:00 2100-02-28T11:00:00Z
leap_day	2028-02-29 12:00:00 2028-06-29T10:00:00Z
year_end	2027-08-31 23:59:59 2027-12-31T22:59:59Z
into_summer	2027-01-15 08:30:00 2027-05-15T06:30:00Z
into_winter	2027-07-15 08:30:00 2027-11-15T07:30:00Z
skipped_hour	2026-11-28 02:30:00 2027-03-28T01:30:00Z
double_hour	2026-06-25 02:30:00 2026-10-25T00:30:00Z
END

is 'a second before the end' \
    "$(verdict '2028-02-29 11:59:59' leap "$second")" accepted
is 'at the end' "$(verdict '2028-02-29 12:00:00' leap "$second")" expired
is 'the clock goes back: it stays so' \
    "$(verdict '2027-12-24 12:00:00' leap "$second")" expired
is 'told once' "$(events leap expired)" 1
ok 'with its cause' test "$(pw audit show --account leap --json |
    jq -r '.events[] | select(.kind == "expired") | .data.cause')" = max_age
like 'status says why' "$(at '2028-02-29 12:00:01' status leap)" \
    '^why +the password is too old$'
like 'since when' "$(at '2028-02-29 12:00:01' status leap)" \
    '^since +2028-02-29 12:00:00 CET$'
like 'and what to do' "$(at '2028-02-29 12:00:01' status leap)" \
    '^next +change the password at the next login$'
at_in '2027-12-24 12:00:00' "$second\n$third\n" change leap \
    --password-stdin > /dev/null
is 'a change ends it, whatever the clock says' \
    "$(verdict '2027-12-24 12:00:00' leap "$third")" accepted
is 'hours are hours: 120 days over the change of the hour' "$(
    rules 'max_age = 120d'
    field '2027-01-15 08:30:00' into_summer expires_at)" \
    2027-05-15T07:30:00Z
is 'never is never' "$(rules 'max_age = never'
    field '2099-01-15 08:30:00' into_summer expires_at)" null
rules

# ---- A change date from the future ----

issue '2031-05-01 12:00:00' future
is 'changed in 2031, seen in 2027' \
    "$(verdict '2027-05-01 12:00:00' future "$second")" expired
is 'seen again' "$(verdict '2027-05-02 12:00:00' future "$second")" expired
is 'told once' "$(events future expired)" 1
is 'with its cause' "$(pw audit show --account future --json |
    jq -r '.events[] | select(.kind == "expired") | .data.cause')" clock
like 'status says so' "$(at '2027-05-02 12:00:00' status future)" \
    '^next +set the clock right'
at_in '2027-05-02 12:00:00' "$second\n$third\n" change future \
    --password-stdin > /dev/null
is 'a change ends it' \
    "$(verdict '2027-05-02 12:00:00' future "$third")" accepted
is 'and its life is four months, no more' \
    "$(field '2027-05-02 12:00:00' future expires_at)" 2027-09-02T10:00:00Z
is 'less than a day is a small error of the clock' \
    "$(verdict '2027-05-01 12:00:01' future "$third")" accepted

# ---- Issued passwords: 24 hours, over the change of the hour too ----

at_in '2027-03-27 20:00:00' "$first\n" add temporary --password-stdin \
    > /dev/null
is 'a temporary password' \
    "$(verdict '2027-03-28 20:59:59' temporary "$first")" change_required
is 'ends after 24 hours' \
    "$(verdict '2027-03-28 21:00:00' temporary "$first")" no_longer_valid
is 'a clock that goes back gives it no second life' \
    "$(verdict '2027-03-27 21:00:00' temporary "$first")" no_longer_valid
exit_is 'nor can it be changed' 1 at_in '2027-03-28 21:00:00' \
    "$first\n$second\n" change temporary --password-stdin
like 'status says what to do' "$(at '2027-03-28 21:00:00' status temporary)" \
    '^next +paspw passwd temporary$'
at_in '2027-03-28 22:00:00' "$third\n" passwd temporary --password-stdin \
    > /dev/null
is 'a reset does it' \
    "$(verdict '2027-03-28 22:00:00' temporary "$third")" change_required

# ---- Validity, to the minute ----

at_in '2027-06-01 08:00:00' "$first\n" add technician --password-stdin \
    --kind third_party --valid-from 2027-06-01T14:30 \
    --valid-until 2027-06-03T17:45 > /dev/null
is 'too early' "$(verdict '2027-06-01 14:29:59' technician "$first")" \
    not_yet_valid
like 'status says until when' \
    "$(at '2027-06-01 14:00:00' status technician)" \
    '^until +2027-06-01 14:30:00 CEST$'
is 'from the minute on' \
    "$(verdict '2027-06-01 14:30:00' technician "$first")" change_required
at_in '2027-06-01 14:31:00' "$first\n$second\n" change technician \
    --password-stdin > /dev/null
is 'to the minute' "$(verdict '2027-06-03 17:44:59' technician "$second")" \
    accepted
is 'and no longer' "$(verdict '2027-06-03 17:45:00' technician "$second")" \
    no_longer_valid
is 'also when the clock goes back' \
    "$(verdict '2027-06-02 12:00:00' technician "$second")" no_longer_valid

# ---- min_age ----

rules 'min_age = 1d'
issue '2027-07-01 12:00:00' hasty
is 'a change within a day' "$(at_in '2027-07-02 11:59:59' \
    "$second\n$third\n" change hasty --password-stdin --json |
    jq -r .verdict)" too_soon
is 'after a day' "$(at_in '2027-07-02 12:00:00' "$second\n$third\n" \
    change hasty --password-stdin --json | jq -r .verdict)" accepted
is 'a clock error of a week locks nobody out' "$(at_in \
    '2027-06-20 12:00:00' "$third\n$first\n" change hasty --password-stdin \
    --json | jq -r .verdict)" reused
is 'for good' "$(at_in '2027-06-20 12:00:00' \
    "$third\nQuorl:44:Behast\n" change hasty --password-stdin --json |
    jq -r .verdict)" accepted

# ---- Locks that end ----

rules 'unlock_after = 15m' 'failure_window = 2h'
issue '2027-07-01 12:00:00' locked
for try in 1 2 3 4 5; do
	verdict '2027-07-01 12:30:00' locked "wrong$try" > /dev/null
done
is 'locked until' "$(field '2027-07-01 12:31:00' locked locked_until)" \
    2027-07-01T10:45:00Z
is 'a second too early' \
    "$(verdict '2027-07-01 12:44:59' locked "$second")" locked
is 'status knows that nobody wrote since' "$(at '2027-07-01 12:45:00' \
    status locked --json | jq -c '[.state, .failures, .locked_at]')" \
    '["active",0,null]'
is 'then it is open' "$(verdict '2027-07-01 12:45:00' locked "$second")" \
    accepted
for try in 1 2 3 4 5; do
	verdict '2027-07-01 13:00:00' locked "wrong$try" > /dev/null
done
issue '2027-07-01 12:00:00' clumsy
verdict '2027-07-01 13:00:00' clumsy wrong > /dev/null
is 'a failure counts' "$(field '2027-07-01 14:59:59' clumsy failures)" 1
is 'and no longer' "$(field '2027-07-01 15:00:00' clumsy failures)" 0
is 'a lock of a clock that was ahead does not last longer' "$(
    verdict '2027-07-01 07:00:00' locked "$second" > /dev/null
    verdict '2027-07-01 07:15:00' locked "$second")" accepted

finish
