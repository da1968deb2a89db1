#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Moving in and out: import shadow opasswd faillock csv json, export.

# shellcheck disable=SC2016 # the $ of hashes

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

present='Vlat7!mup-quorz'
present_hash='$6$saltsalt$AiMCNFqIJ3ScA8qWhE1R.vgVCSpfvAqsmR7rHDbe.ZnLQydTxtcnHLyNkQsbty06NgtE5eIt.AwypH3YFBORc.'
old='Older-1-pass-word'
old_hash='$1$saltsalt$5eLiKCEkkaMO9yRFbSZC3/'
in=$tmp/in
mkdir "$in" "$in/tally"

# shellcheck disable=SC2317 # exit_is calls it
change_to()
{
	pw_in "$1\n$2\n" change alice --password-stdin --json
}

fresh

# shadow
cat > "$in/shadow" <<END
alice:$present_hash:20000:0:99999:7::21900:
bob:!$present_hash:20000:0:99999:7:::
daemon:*:20000:0:99999:7:::
root:$present_hash:20000:0:99999:7:::
END
exit_is "import shadow" 0 pw import shadow "$in/shadow" --reason 'moving in'
is "says how many" "$out" "4 taken over, 0 unchanged, 0 left out"
exit_is "again" 0 pw import shadow "$in/shadow" --json
ok "changes nothing" json '. == {imported: 0, unchanged: 4, skipped: []}'
exit_is "status" 0 pw status alice --json
ok "its dates came" json '.changed_at == "2024-10-04T00:00:00Z" and
    .valid_until == "2029-12-17T00:00:00Z" and
    .hash_method == "sha512crypt"'
exit_is "bob" 0 pw status bob --json
ok "is locked by an admin" json '.lock_reason == "admin"'
exit_is "root" 0 pw --realm admins status root
exit_is "an event for each account" 0 pw audit show --account alice --json
ok "says why" json '[.events[] | select(.kind == "import") | .reason] ==
    ["moving in"]'
exit_is "a changed hash" 1 pw_in "$present\n" verify alice \
    --password-stdin --json
ok "still lets in, to be changed" json '.verdict != "refused"'

# hostile lines: each is named with its line, and nothing else is lost
{
	printf 'des:abiQ6Ep3EYTHc:20000:0:99999:7:::\n'
	printf 'cut:$6$salt'
	printf '\n\nnul\0:*:20000:0:99999:7:::\n'
	head -c 300000 /dev/zero | tr '\0' a
	printf '\n../../etc/x:*:20000:0:99999:7:::\n'
	printf 'open::20000:0:99999:7:::\n'
	printf '\033[2Jx:*:20000:0:99999:7:::\n'
	printf 'zoe:%s:20000:0:99999:7:::' "$present_hash"
} > "$in/hostile"
exit_is "a hostile file" 1 pw import shadow "$in/hostile" --json
ok "is told line by line" json '.imported == 1 and
    [.skipped[].line] == [1, 2, 4, 5, 6, 7, 8] and
    all(.skipped[]; .reason | length > 0)'
ok "with the reasons" json '(.skipped[0].reason | contains("DES")) and
    (.skipped[3].reason | contains("longer"))'
exit_is "the same as text" 1 pw import shadow "$in/hostile"
like "names file and line" "$out" "$in/hostile:5: "
unlike "repeats no hash" "$out$err" '\$6\$'
exit_is "the last line needs no end" 0 pw status zoe
exit_is "no hash, no account" 3 pw status des
head -c 100000 /dev/urandom > "$in/noise"
ok "noise is survived" sh -c "'$paspw' --config '$conf' import shadow \
    '$in/noise' > '$tmp/none'; test \$? -eq 1"

# what is no file
ln -s "$in/shadow" "$in/link"
mkfifo "$in/fifo"
exit_is "a link" 2 pw import shadow "$in/link"
exit_is "a FIFO holds nobody up" 2 timeout 10 "$paspw" --config "$conf" \
    import shadow "$in/fifo"
exit_is "a directory" 2 pw import shadow "$in"
exit_is "nothing" 2 pw import shadow "$in/nothing"
: > "$in/empty"
exit_is "an empty file" 0 pw import shadow "$in/empty"

# opasswd
printf 'alice:1000:2:%s,x\nnobody-here:1:1:%s\njunk\n' "$old_hash" \
    "$old_hash" > "$in/opasswd"
exit_is "import opasswd" 1 pw import opasswd "$in/opasswd" --json
ok "takes what it can" json '.imported == 1 and
    [.skipped[].line] == [1, 2, 3]'
exit_is "again" 1 pw import opasswd "$in/opasswd" --json
ok "changes nothing more" json '.imported == 0 and .unchanged == 1'
exit_is "an old password" 1 change_to "$present" "$old"
ok "does not come back" json '[.broken[].rule] | index("history") != null'
exit_is "another one" 0 change_to "$present" 'Turnip&84&velvet'
exit_is "the one that was imported" 1 change_to 'Turnip&84&velvet' "$present"
ok "does not come back either" json '.verdict == "reused"'
exit_is "what was changed here" 1 pw import shadow "$in/shadow" --json
ok "is kept, and told" json '.unchanged == 3 and
    (.skipped | length == 1 and .[0].line == 1)'

# faillock: five valid records of a minute ago
if command -v perl > /dev/null; then
	perl -e 'print pack("a52 S S Q", "10.0.0.1", 0, 3, time - 60 - $_)
	    for 1 .. 5' > "$in/tally/zoe"
	perl -e 'print pack("a52 S S Q", "x", 0, 3, time - 60), "cut"' \
	    > "$in/tally/daemon"
	: > "$in/tally/ghost"
	ln -s zoe "$in/tally/linked"
	exit_is "import faillock" 1 pw import faillock "$in/tally" --json
	ok "each of its files" json '.imported == 2 and
	    ([.skipped[].file] | sort) == ["daemon", "ghost", "linked"]'
	exit_is "five failures" 0 pw status zoe --json
	ok "are a lock" json '.failures == 5 and .lock_reason == "failures"'
	exit_is "one failure" 0 pw status daemon --json
	ok "counts" json '.failures == 1 and .lock_reason == null'
	exit_is "import faillock again" 1 pw import faillock "$in/tally" --json
	ok "changes nothing" json '.imported == 0 and .unchanged == 2'
else
	skip "import faillock" "perl is not installed"
fi
exit_is "no directory" 2 pw import faillock "$in/shadow"

# csv
printf '\357\273\277name,owner,kind,valid_from,valid_until\r\n' > "$in/csv"
cat >> "$in/csv" <<'END'
tech,"Tech, the ""first""",third_party,2026-01-01,2036-03-31T14:30
robot,,service,,2036-12-31
a/b,,,,
tech2,,robot,,
tech3,,,31.12.2036,
open,"quote,,,
short,x
END
exit_is "import csv" 1 pw import csv "$in/csv" --json
ok "line by line" json '.imported == 2 and
    [.skipped[].line] == [4, 5, 6, 7, 8]'
exit_is "a row" 0 pw status tech --json
ok "has its terms, and no password" json '.owner == "Tech, the \"first\""
    and .kind == "third_party" and .hash_method == null and .must_change and
    .valid_from == "2025-12-31T23:00:00Z" and
    .valid_until == "2036-03-31T12:30:00Z"'
exit_is "nobody gets in without one" 1 pw_in '\n' verify tech \
    --password-stdin
exit_is "a reset gives it one" 0 pw passwd tech --generate
exit_is "import csv again" 1 pw import csv "$in/csv" --json
ok "changes nothing" json '.imported == 0 and .unchanged == 2'
printf 'nom,owner\nx,y\n' > "$in/csv"
exit_is "a header of others" 2 pw import csv "$in/csv"

# export, and back into an empty store
exit_is "export" 0 pw export
unlike "without old passwords" "$out" '\$1\$saltsalt'
pw export --with-history > "$in/json" || exit 1
is "a line for each account" "$(wc -l < "$in/json" | tr -d ' ')" \
    "$(pw list --json | jq '.accounts | length')"
ok "with status, hash and history" sh -c "jq -es '
    .[0] | .account == \"alice\" and .realm == \"users\" and
    .state == \"expired\" or .state == \"active\" and
    (.hash | startswith(\"\$y\$\")) and (.history | length == 3)' '$in/json'"
exit_is "of one realm" 0 pw --realm admins export
is "the others are not in it" "$(printf '%s\n' "$out" | jq -r .account)" root
if command -v script > /dev/null; then
	exit_is "never to a terminal" 2 script -qec \
	    "'$paspw' --config '$conf' export" "$tmp/none"
	unlike "not even a hash" "$out$(cat "$tmp/none")" '\$y\$'
else
	skip "never to a terminal" "script is not installed"
fi
fresh
exit_is "import json" 0 pw import json "$in/json"
pw export --with-history > "$in/again" || exit 1
ok "nothing was lost" cmp "$in/json" "$in/again"
exit_is "import json again" 0 pw import json "$in/json" --json
ok "changes nothing" json '.imported == 0 and .skipped == []'
exit_is "the history is at work" 1 change_to 'Turnip&84&velvet' "$old"
# whatever is newer elsewhere
jq -c 'select(.account == "alice") | .changed_at = "2038-01-01T00:00:00Z"' \
    "$in/json" > "$in/newer"
pw lock alice --reason 'left on Friday' > /dev/null
exit_is "a lock that is here" 1 pw import json "$in/newer"
is "stays" "$(pw status alice --json | jq -r .state)" locked
pw unlock alice > /dev/null
pw set alice --valid-until 2026-01-01 --reason 'left on Friday' > /dev/null
exit_is "an end that is here" 1 pw import json "$in/newer"
is "stays too" "$(pw status alice --json | jq -r '.valid_until != null')" true
pw set alice --valid-until never --reason 'back again' > /dev/null
exit_is "without them" 0 pw import json "$in/newer"
is "the newer one is taken" \
    "$(pw status alice --json | jq -r .changed_at)" 2038-01-01T00:00:00Z
cat > "$in/bad" <<'END'
{"account": "a", "hash": "abiQ6Ep3EYTHc"}
{"account": "b", "colour": "red"}
{"account": "c", "must_change": 1}
{"account": "d"
["e"]
{"account": "f", "account": "g"}
{"account": "h\u0000i"}
{"account": "j", "realm": "nowhere"}
{"hash": null}
END
exit_is "lines that export never wrote" 1 pw import json "$in/bad" --json
ok "are left out one by one" json '.imported == 0 and
    [.skipped[].line] == [1, 2, 3, 4, 5, 6, 7, 8, 9]'
unlike "without repeating them" "$out$err" 'abiQ6'

finish
