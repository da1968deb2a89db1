#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# policy show, explain, lint; and a broken configuration anywhere.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

configure 'lock_after = 4'
exit_is "show" 0 pw policy show --json
ok "value and origin" json '.realms.users.lock_after.value == "4" and
    (.realms.users.lock_after.origin | test("paspw.conf:[0-9]+$")) and
    .realms.admins.min_length.value == "10" and
    .realms.users.min_length.value == "8"'
settings=$(printf '%s' "$out" | jq -r '.realms.users | keys[]')
exit_is "show in words" 0 pw policy show
like "as in a configuration" "$out" '^lock_after = 4 +# .*paspw.conf:[0-9]+$'
like "with its sections" "$out" '^\[admins\]$'
exit_is "show one realm" 0 pw policy show --realm admins --json
ok "has that realm only" json '.realms | keys == ["admins"]'

for setting in $settings; do
	exit_is "explain $setting" 0 pw policy explain "$setting" --json
	ok "$setting has help and a value in each realm" json \
	    "(.help | length > 0) and .setting == \"$setting\" and
	    (.realms | keys == [\"admins\", \"users\"])"
done
exit_is "explain in words" 0 pw policy explain min_length
like "the value of each realm" "$out" '^  admins +10 +\(.*\)$'
exit_is "explain what does not exist" 2 pw policy explain frobnicate

exit_is "lint a good file" 0 "$paspw" policy lint "$conf"
like "warns of a cheap hash" "$err" 'warning: .*hash_cost'
exit_is "lint a good file (JSON)" 0 "$paspw" --json policy lint "$conf"
ok "with its warnings" json '.valid and .file == "'"$conf"'" and
    [.warnings[].setting] == ["hash_cost", "hash_cost"]'

printf '%s\n' '[users]' 'min_lenght = 8' 'history = many' > "$tmp/bad.conf"
chmod 600 "$tmp/bad.conf"
exit_is "lint a bad file" 5 "$paspw" policy lint "$tmp/bad.conf"
like "names file, line and key" "$err" '^paspw: .*bad.conf:2: min_lenght: .'
like "of every fault" "$err" 'bad.conf:3: history: .'
exit_is "lint a bad file (JSON)" 5 "$paspw" --json policy lint "$tmp/bad.conf"
ok "is an error object" json '.error.code == "config" and
    (.error.message | test("min_lenght") and test("history"))'
exit_is "lint a missing file" 5 "$paspw" policy lint "$tmp/none.conf"

fresh
pw_account alice 'Vlat7!mup-quorz'
before=$(snapshot)
good=$conf
for command in init 'status alice' list 'lock alice' 'policy show' generate \
    'audit show' 'audit seal' 'audit verify'; do
	conf=$tmp/bad.conf
	# shellcheck disable=SC2086 # two words
	exit_is "$command under a broken configuration" 5 pw $command
	conf=$good
done
exit_is "verify under a broken configuration" 5 pw_in 'x\n' \
    --config "$tmp/bad.conf" verify alice --password-stdin
is "nothing changed" "$(snapshot)" "$before"
cp "$conf" "$tmp/open.conf"
chmod 666 "$tmp/open.conf"
exit_is "a configuration that others can write" 5 \
    "$paspw" --config "$tmp/open.conf" status alice

finish
