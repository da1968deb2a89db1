#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# passwd verify change check generate, and where passwords are read.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

good='Vlat7!mup-quorz'
better='Brisk9?tolm_wend'
fresh
pw_account alice "$good"

# verify
exit_is "the right password" 0 pw_in "$good\n" verify alice --password-stdin
is "accepted" "$out" accepted
exit_is "without a newline" 0 pw_in "$good" verify alice --password-stdin
exit_is "the right password (JSON)" 0 \
    pw_in "$good\n" verify alice --password-stdin --json
ok "two keys" json '. == {account: "alice", verdict: "accepted"}'
exit_is "a wrong password" 1 pw_in 'no\n' verify alice --password-stdin
is "refused" "$out" refused
exit_is "a prefix" 1 pw_in 'Vlat7!mup' verify alice --password-stdin
exit_is "the right one and a NUL" 1 \
    pw_in "$good\\0x\n" verify alice --password-stdin
is "refused, too" "$out" refused
exit_is "an empty password" 1 pw_in '\n' verify alice --password-stdin
exit_is "an account that does not exist" 1 \
    pw_in "$good\n" verify nobody-here --password-stdin --json
ok "is refused, not missing" json '. == {account: "nobody-here",
    verdict: "refused"}'
exit_is "and leaves no row" 3 pw status nobody-here

pw unlock alice > /dev/null
for i in 1 2 3 4 5; do
	exit_is "wrong try $i" 1 pw_in 'no\n' verify alice --password-stdin
done
exit_is "the right one after five" 1 \
    pw_in "$good\n" verify alice --password-stdin
exit_is "status" 0 pw status alice --json
ok "locked by failures" json '.state == "locked" and .failures == 5 and
    .lock_reason == "failures"'
exit_is "unlock" 0 pw unlock alice
exit_is "the right one after unlock" 0 \
    pw_in "$good\n" verify alice --password-stdin

# change
exit_is "a weak new password" 1 \
    pw_in "$good\nabc\n" change alice --password-stdin --json
ok "every rule at once" json '.account == "alice" and .realm == "users" and
    .verdict == "weak" and ([.broken[].rule] | index("min_length") != null
    and index("digit") != null and index("symbol") != null)'
exit_is "in words" 1 pw_in "$good\nabc\n" change alice --password-stdin
like "the verdict" "$out" '^weak$'
like "and the rules" "$out" '^  min_length: .'
exit_is "the same password again" 1 \
    pw_in "$good\n$good\n" change alice --password-stdin --json
ok "is in the history" json '[.broken[].rule] | index("history") != null'
exit_is "a wrong old password" 1 \
    pw_in "no\n$better\n" change alice --password-stdin --json
ok "is refused" json '.verdict == "refused"'
exit_is "no new password" 2 pw_in "$good\n" change alice --password-stdin
exit_is "nothing of that changed it" 0 \
    pw_in "$good\n" verify alice --password-stdin
exit_is "a good new password" 0 \
    pw_in "$good\n$better\n" change alice --password-stdin
is "accepted (change)" "$out" accepted
exit_is "is the password" 0 pw_in "$better\n" verify alice --password-stdin
exit_is "the old one is not" 1 pw_in "$good\n" verify alice --password-stdin
exit_is "back to the old one" 1 \
    pw_in "$better\n$good\n" change alice --password-stdin --json
ok "is reuse" json '.verdict == "reused" and
    [.broken[].rule] == ["history"]'

# passwd
exit_is "reset" 0 pw passwd alice --generate --reason forgotten
temporary=$out
exit_is "the temporary password" 1 \
    pw_in "$(escaped "$temporary")\n" verify alice --password-stdin
is "must be changed" "$out" change_required
exit_is "reset with a used password" 1 \
    pw_in "$good\n" passwd alice --password-stdin --json
ok "is refused as reuse" json '.verdict == "reused"'
exit_is "reset of nobody" 3 pw passwd nobody-here --generate

# check
exit_is "check a good one" 0 \
    pw_in 'Wroth4%%kelp-dunes' check --password-stdin --json
ok "accepted, nothing broken" json '. == {accepted: true, broken: []}'
exit_is "check a weak one" 1 pw_in 'abc' check --password-stdin --json
ok "refused with ids and sentences" json '(.accepted | not) and
    (.broken | length > 2) and
    all(.broken[]; (keys == ["message", "rule"]))'
exit_is "characters count, not bytes" 1 \
    pw_in 'éàçù' check --password-stdin --json
ok "four are too few" json '[.broken[].rule] | index("min_length") != null'
exit_is "the own name" 1 pw_in 'Alice-alice7' check alice \
    --password-stdin --json
ok "is a rule" json '[.broken[].rule] | index("user_name") != null'

# generate
exit_is "generate" 0 pw generate
exit_is "passes the policy" 0 \
    pw_in "$(escaped "$out")" check --password-stdin
exit_is "generate many" 0 pw generate --count 20 --json
ok "all different, with their entropy" json '(.passwords | length == 20) and
    ([.passwords[].password] | unique | length == 20) and
    all(.passwords[]; .bits > 40)'
exit_is "generate a length" 0 pw generate --length 32
is "is that long" "${#out}" 32
exit_is "generate words" 0 pw generate --words 6
exit_is "pass the policy, too" 0 \
    pw_in "$(escaped "$out")" check --password-stdin
exit_is "for an admin" 0 pw generate --user root --length 10
exit_is "too short for any policy" 2 pw generate --length 3

# standard input is read to the end of the line, not further
rest=$(printf '%s\nrest\n' "$better" |
    { pw check --password-stdin > /dev/null; cat; })
is "the next line is left alone" "$rest" rest

# terminal
terminal()
{
	mkfifo "$tmp/keys"
	: > "$tmp/screen"
	script -qefc "$paspw --config $conf $1" "$tmp/screen" \
	    < "$tmp/keys" > /dev/null &
	typed=$!
	exec 3> "$tmp/keys"
	shift
	while [ $# -gt 0 ]; do
		# shellcheck disable=SC2034 # only counts
		for tick in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
			grep -q "$1" "$tmp/screen" && break
			sleep 0.2
		done
		printf '%s\n' "$2" >&3
		shift 2
	done
	terminal_code=0
	wait "$typed" || terminal_code=$?
	exec 3>&-
	rm "$tmp/keys"
	screen=$(cat "$tmp/screen")
}

if command -v script > /dev/null; then
	terminal 'verify alice' 'Password: ' "$temporary"
	is "asked on the terminal" "$terminal_code" 1
	like "and answered there" "$screen" change_required
	unlike "without echo" "$screen" "$temporary"
	terminal 'add erin' 'New password: ' "$better" 'again: ' "$better"
	is "a new one is asked twice" "$terminal_code" 0
	terminal 'add frank' 'New password: ' "$better" 'again: ' "$good"
	is "two that differ" "$terminal_code" 2
	unlike "are not shown" "$screen" "$better"
	exit_is "and make no account" 3 pw status frank
else
	skip "the terminal" "script is not installed"
fi

# Nothing of it is kept anywhere.
pw audit show > "$tmp/trail"
ok "the search finds what is there" grep -qaF -r alice "$state"
for password in "$good" "$better" "$temporary"; do
	# shellcheck disable=SC2016 # for the inner shell
	ok "not in the store or the trail" sh -c \
	    '! grep -qaF -e "$1" -r "$2" "$3"' - "$password" "$state" \
	    "$tmp/trail"
done

finish
