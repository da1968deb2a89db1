#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The filters of list, alone and together, and the causes of status.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

reason=$(unfakeable)
[ -z "$reason" ] || skip_all "$reason"

first='Vlat7!mup-quorz'
second='Kettle+31+anchor'

at()
{
	now=$1
	shift
	faked "$now 12:00:00" "$paspw" --config "$conf" "$@"
}

at_in()
{
	now=$1
	input=$2
	shift 2
	# shellcheck disable=SC2059 # \n is what it is for
	printf "$input" | at "$now" "$@"
}

later()
{
	faked "$1 13:00:00" "$paspw" --config "$conf" \
	    "$2" "$3" --password-stdin > /dev/null || exit 1
}

# issue DAY USER [OPTION...]
issue()
{
	day=$1
	user=$2
	shift 2
	at_in "$day" "$first\n" add "$user" --password-stdin "$@" > /dev/null ||
	    exit 1
}

# taken_up DAY USER: it is changed, and used
taken_up()
{
	printf '%s\n' "$first" "$second" | later "$1" change "$2"
	printf '%s\n' "$second" | later "$1" verify "$2"
}

# The names that list gives with these options, in the morning of 15 March.
listed()
{
	faked '2027-03-15 08:00:00' "$paspw" --config "$conf" list "$@" \
	    --json | jq -r '[.accounts[].account] | join(" ")'
}

# shellcheck disable=SC2119
configure
rm -rf "$state"
at 2027-01-01 init > /dev/null || exit 1
issue 2027-03-14 fresh --owner Paul
issue 2027-01-04 stale
issue 2027-01-04 idle
taken_up 2027-01-04 idle
issue 2027-03-01 active --owner Paul
taken_up 2027-03-01 active
issue 2027-03-02 trial --valid-until 2027-03-20
taken_up 2027-03-02 trial
issue 2027-03-03 locked
taken_up 2027-03-03 locked
at 2027-03-04 lock locked > /dev/null
issue 2027-03-04 gone
at 2027-03-05 close gone --reason left > /dev/null
issue 2027-03-06 root

is 'all' "$(listed)" 'active fresh gone idle locked stale trial root'
is '--locked' "$(listed --locked)" locked
is '--temporary' "$(listed --temporary)" 'fresh stale root'
is '--never-changed' "$(listed --never-changed)" 'fresh stale root'
is '--without-owner' "$(listed --without-owner)" 'idle locked stale trial root'
is '--idle' "$(listed --idle 60d)" 'idle stale'
is '--idle in months' "$(listed --idle 2mo)" 'idle stale'
is '--idle, nobody' "$(listed --idle 1y)" ''
is '--expiring: passwords, validity' "$(listed --expiring 6d)" 'fresh trial'
is '--expiring: later' "$(listed --expiring 2mo)" 'fresh idle trial'
is 'together' "$(listed --temporary --idle 30d)" stale
is 'all together' "$(listed --temporary --never-changed --without-owner \
    --idle 1d --realm admins)" root
is 'together with none' "$(listed --locked --temporary)" ''
exit_is 'a span that is none' 2 pw list --idle soon
like 'is told' "$err" '^paspw: --idle: soon is no span'
exit_is 'an option of another command' 2 pw status --idle 1d

expired=$(at 2027-03-15 status stale)
like 'an issued one that nobody took up' "$expired" \
    '^why +the temporary password was not changed in time$'
like 'since when' "$expired" '^since +2027-01-05 12:00:00 CET$'
like 'what to do' "$expired" '^next +paspw passwd stale$'
closed=$(at 2027-03-15 status gone)
like 'somebody who left' "$closed" '^why +closed: departure$'
like 'when' "$closed" '^since +2027-03-05 12:00:00 CET$'
like 'how to reuse the name' "$closed" \
    '^next +.*paspw add gone --reopen --reason TEXT$'
unlike 'somebody who may come in has no why' "$(at 2027-03-15 status active)" \
    '^(why|since|until|next)'
out=$(at 2027-03-15 status locked --json)
ok 'JSON: the causes' json '.causes == [{cause: "admin",
    since: "2027-03-04T11:00:00Z", until: null}]'
out=$(at 2027-03-25 status trial --json)
ok 'JSON: validity' json '.causes == [{cause: "valid_until",
    since: "2027-03-20T23:00:00Z", until: null}] and .never_changed == false'
out=$(at 2027-03-15 status active --json)
ok 'JSON: none' json '.causes == [] and .closed_at == null and
    .created_at == "2027-03-01T11:00:00Z"'
out=$(at 2027-03-15 list --json)
ok 'JSON: the list has them too' json '.accounts |
    all(has("causes") and has("closed_at"))'

finish
