#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# audit archive and export, and paspw-tick, over fourteen months of a clock
# that the test sets (libfaketime).

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

tick=${PASPW_TICK:-$top_builddir/tools/paspw-tick}
reason=$(unfakeable)
[ -z "$reason" ] || skip_all "$reason"
TZ=UTC
export TZ

at()
{
	now=$1
	shift
	faked "$now" "$paspw" --config "$conf" "$@"
}

tick_at()
{
	faked "$1" "$tick" --config "$conf"
}

kinds()
{
	jq -r .kind | tr '\n' ' '
}

configure
at '2026-01-10 09:00:00' init > "$tmp/init"
grep '^paspw-key:' "$tmp/init" > "$tmp/proofs"
printf 'Vlat7!mup-quorz\n' | at '2026-01-10 10:00:00' add alice \
    --password-stdin > /dev/null
at '2026-01-20 10:00:00' lock alice --reason 'a "quoted", reason' > /dev/null
exit_is "nothing is finished yet" 0 at '2026-01-31 23:59:59' audit archive \
    --json
ok "says so" json '.archives == []'
at '2026-02-20 10:00:00' unlock alice --reason '=1+1' > /dev/null
at '2026-02-20 10:00:00' audit seal | grep '^paspw-head:' >> "$tmp/proofs"

exit_is "the first of March" 0 at '2026-03-01 00:00:00' audit archive --json
ok "two months of each realm" json '
    ([.archives[] | select(.realm == "users") | .latest] ==
    ["2026-01-31T23:59:59Z", "2026-02-20T10:00:00Z"]) and
    all(.archives[]; .removed == false and .last >= .first and
    keys == ["events", "first", "last", "latest", "path", "realm",
    "removed"])'
is "for root alone" "$(stat -c %a "$state/users.db.archive" \
    "$state/users.db.archive"/* | sort -u | tr '\n' ' ')" '600 700 '
exit_is "again" 0 at '2026-03-01 00:00:00' audit archive
is "does nothing" "$out" ''
exit_is "verify" 0 at '2026-03-01 00:01:00' audit verify --json \
    --proofs "$tmp/proofs"
ok "all of it, by key and head" json '.intact and .archives >= 4 and
    .keyed == .seals and .heads == 2 and .begins == null'

# ---- export ----

exit_is "export as JSON lines" 0 at '2026-03-01 00:01:00' audit export \
    --json --realm users
is "all the events, in their order" "$(printf '%s\n' "$out" | kinds)" \
    'issue expired admin_lock unlock '
is "each a line" "$(printf '%s\n' "$out" | wc -l)" 4
is "with the name of today" "$(printf '%s\n' "$out" | jq -r .account |
    sort -u)" alice
exit_is "of one account" 0 at '2026-03-01 00:01:00' audit export --json \
    --account alice --since 2026-01-15
is "since then" "$(printf '%s\n' "$out" | kinds)" 'expired admin_lock unlock '
exit_is "of nobody" 3 at '2026-03-01 00:01:00' audit export --account nobody
exit_is "as CSV" 0 at '2026-03-01 00:01:00' audit export --realm users
like "has a head" "$out" '^id,at,realm,kind,actor,account,subject,service,'
like "quotes as RFC 4180 says" "$out" ',"a ""quoted"", reason",'
like "is no formula" "$out" ",\"'=1\\+1\","
exit_is "show has the archives too" 0 at '2026-03-01 00:01:00' audit show \
    --account alice --json
ok "all of alice" json '[.events[].kind] ==
    ["issue", "expired", "admin_lock", "unlock"]'

# ---- another place ----

mkdir -m 755 "$tmp/kept"
exit_is "April, elsewhere" 0 at '2026-04-01 00:00:00' audit archive \
    --directory "$tmp/kept" --realm users
mv "$tmp/kept/users"/* "$state/users.db.archive"
exit_is "verify does not guess" 1 at '2026-04-01 00:00:00' audit verify \
    --directory "$tmp/kept" --realm users
like "and tells what is missing" "$out" 'seals 1 to [0-9]+ are missing'
exit_is "a place that is not there" 2 at '2026-04-01 00:00:00' audit verify \
    --directory "$tmp/nowhere"
exit_is "all together" 0 at '2026-04-01 00:00:00' audit verify

# ---- the timer ----

exit_is "a tick seals" 0 tick_at '2026-04-02 00:00:00'
is "and says nothing" "$out$err" ''
at '2026-05-02 12:00:00' lock alice --reason 'twice at once' > /dev/null
tick_at '2026-05-02 12:01:00' &
one=$!
tick_at '2026-05-02 12:01:00'
code=$?
wait $one
is "twice at once" "$? $code" '0 0'
exit_is "one chain" 0 at '2026-05-02 12:01:00' audit verify
exit_is "a tick before the year is over" 0 tick_at '2027-01-31 23:59:58'
exit_is "the trail before it" 0 at '2027-01-31 23:59:58' audit export \
    --json --realm users
is "has January" "$(printf '%s\n' "$out" | kinds)" \
    'issue expired admin_lock unlock admin_lock '
exit_is "a tick after it" 0 tick_at '2027-01-31 23:59:59'
exit_is "the trail after it" 0 at '2027-01-31 23:59:59' audit export \
    --json --realm users
is "has it no more, and says so" "$(printf '%s\n' "$out" | kinds)" \
    'unlock admin_lock retention '
exit_is "the removal" 0 at '2027-01-31 23:59:59' audit verify --json \
    --realm users --proofs "$tmp/proofs"
ok "leaves a chain that verifies" json '.intact and .begins > 1 and
    .keyed == .seals'
exit_is "a tick of 14 months of silence" 0 tick_at '2028-03-01 00:00:00'
exit_is "what is left" 0 at '2028-03-01 00:00:00' audit export --json \
    --realm users
unlike "is nothing of alice" "$out" alice
exit_is "and verifies" 0 at '2028-03-01 00:00:00' audit verify

# ---- a tick that meets trouble ----

printf 'broken\n' >> "$conf"
exit_is "a broken configuration" 5 tick_at '2028-03-01 00:01:00'
like "is told" "$err" 'paspw-tick: .*paspw.conf'
configure
rm "$state/users.db.key"
exit_is "one realm fails" 6 tick_at '2028-03-01 00:02:00'
like "is told once" "$err" '^paspw-tick: realm users: '
unlike "the other is sealed" "$err" 'realm admins'
rm -rf "$state"
exit_is "no store, nothing to do" 0 tick_at '2028-03-01 00:03:00'
exit_is "an argument too many" 2 "$tick" --now

finish
