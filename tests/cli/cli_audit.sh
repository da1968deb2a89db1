#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# audit show, seal, verify.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

configure
exit_is "init" 0 pw init
like "shows the first key" "$out" '^paspw-key:users:1:[0-9a-f]{64}$'
printf '# kept by the auditor\n%s\n' "$out" |
    grep -e '^#' -e '^paspw-key:' > "$tmp/proofs"
pw_account alice 'Vlat7!mup-quorz'
pw_in 'no\n' verify alice --password-stdin > /dev/null
pw_in 'Vlat7!mup-quorz\n' verify alice --password-stdin > /dev/null
pw lock alice --reason 'lost laptop' --ticket T-2 > /dev/null
pw add bob --generate > /dev/null

exit_is "show" 0 pw audit show --json
ok "every event has its keys" json '(.events | length > 5) and
    all(.events[]; (.id | test("^[0-9a-f]{32}$")) and
    (.at | fromdate > 0) and .realm != null and .kind != null and
    .actor != null and (.data | type == "object") and has("seal"))'
ok "oldest first" json '[.events[].at] | . == sort'
ok "who did it with what" json 'any(.events[]; .kind == "admin_lock" and
    .account == "alice" and .reason == "lost laptop" and
    .ticket == "T-2" and .data.service == "paspw")'
unlike "never a password" "$out" 'Vlat7'
exit_is "show one account" 0 pw audit show --account bob --json
ok "has bob alone" json '(.events | length > 0) and
    all(.events[]; .account == "bob")'
exit_is "show of nobody" 3 pw audit show --account nobody-here
exit_is "show in words" 0 pw audit show
like "a line each" "$out" 'admin_lock +alice +[^ ]+ .*"lost laptop" \[T-2\]$'
exit_is "since an hour" 0 pw audit show --since 1h --json
ok "has them all" json '.events | length > 5'
exit_is "since tomorrow" 0 pw audit show --json --since \
    "$(date -d tomorrow +%Y-%m-%dT%H:%M)"
ok "has none" json '.events == []'

exit_is "seal" 0 pw audit seal --json
ok "hands out the heads" json '.done == "seal" and
    ([.heads[].realm] == ["users", "admins"]) and
    all(.heads[]; .head | test("^paspw-head:[a-z]+:[0-9]+:[0-9a-f]{64}$"))'
exit_is "seal in words" 0 pw audit seal
is "prints the heads alone" \
    "$(printf '%s\n' "$out" | grep -c '^paspw-head:')" 2
printf '%s\n' "$out" >> "$tmp/proofs"
exit_is "verify" 0 pw audit verify --json
ok "all sealed, intact" json '.intact and .faults == 0 and
    .unsealed == 0 and .sealed > 5 and .seals > 0 and
    .first_fault == null and .found == [] and .keyed == 0 and .heads == 0'
exit_is "verify with what was handed out" 0 \
    pw audit verify --proofs "$tmp/proofs" --json
ok "every seal by its key, both heads" json '.intact and
    .keyed == .seals and .heads == 2'
exit_is "the same from standard input" 0 sh -c \
    "'$paspw' --config '$conf' audit verify --proofs - < '$tmp/proofs'"
exit_is "a file without a proof" 2 pw audit verify --proofs /dev/null
exit_is "a file that is not there" 2 pw audit verify --proofs "$tmp/none"
printf 'paspw-head:users:1:abc\n' > "$tmp/broken"
exit_is "a proof that is none" 2 pw audit verify --proofs "$tmp/broken"
like "its file and line are named" "$err" "$tmp/broken: line 1 is"
{
	printf '# from the auditor\n\n'
	cat "$tmp/proofs"
} | sed 's/$/\r/' > "$tmp/mailed"
exit_is "as a mail from Windows brings them" 0 \
    pw audit verify --proofs "$tmp/mailed" --json
ok "all are looked at" json '.keyed == .seals and .heads == 2'
last=$(($(wc -l < "$tmp/mailed") + 1))
echo junk >> "$tmp/mailed"
exit_is "a bad line among them" 2 pw audit verify --proofs "$tmp/mailed"
like "is counted as an editor does" "$err" "$tmp/mailed: line $last is"
sed 's/^paspw-key:users:/paspw-key:nowhere:/' "$tmp/proofs" > "$tmp/broken"
exit_is "a proof of another house" 2 pw audit verify --proofs "$tmp/broken"
printf 'paspw-key:users:1:%064d\n' 7 > "$tmp/broken"
exit_is "another key" 1 pw audit verify --proofs "$tmp/broken"
unlike "is not repeated" "$out$err" "$(sed 's/.*://' "$tmp/broken")"
exit_is "verify in words" 0 pw audit verify
like "no faults" "$out" '^Faults: 0$'
exit_is "each command seals" 0 pw unlock alice
exit_is "show after it" 0 pw audit show --json
ok "nothing is left unsealed" json 'all(.events[]; .seal != null)'

if command -v sqlite3 > /dev/null; then
	cp -a "$state" "$tmp/kept"
	sqlite3 "$store" "UPDATE event SET reason = 'none'
	    WHERE kind = 'admin_lock'"
	exit_is "an edited event" 1 pw audit verify --json
	ok "is found" json '(.intact | not) and .faults > 0 and
	    (.first_fault | length > 0) and .found[0].kind == "edited" and
	    .found[0].realm == "users" and .found[0].message != null'
	rm -rf "$state"
	mv "$tmp/kept" "$state"
	exit_is "the trail before it" 0 pw audit verify
	sqlite3 "$store" "DELETE FROM event WHERE kind = 'admin_lock'"
	exit_is "a missing event" 1 pw audit verify
	like "is told" "$out" '^Faults: [1-9]'
else
	skip "an edited event" "sqlite3 is not installed"
fi

finish
