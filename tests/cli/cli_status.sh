#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# status and list: the keys to the letter, the filters, the text.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

fresh
exit_is "list of nobody" 0 pw list
is "is empty" "$out" ''
exit_is "list of nobody (JSON)" 0 pw list --json
ok "is an empty list" json '. == {accounts: []}'
exit_is "counts of nobody" 0 pw status --json
ok "name every realm and state" json '.realms.users == {accounts: 0,
    active: 0, locked: 0, expired: 0, change_required: 0, not_yet_valid: 0,
    closed: 0} and .realms.admins == .realms.users'

pw_account alice 'Vlat7!mup-quorz'
pw_in 'no\n' verify alice --password-stdin > /dev/null
pw add bob --generate --owner 'Bob É.' > /dev/null
pw lock bob > /dev/null
pw add carol --generate --valid-from 2036-01-01 > /dev/null
pw add root --generate > /dev/null

exit_is "status (JSON)" 0 pw status alice --json
is "has its keys in their order" "$(printf '%s' "$out" |
    jq -r 'keys_unsorted[:18] | join(" ")')" "account realm state failures \
pending locked_at locked_until lock_reason changed_at expires_at must_change \
valid_from valid_until last_success_at last_failure_at hash_method hash_cost \
owner"
ok "numbers, times and nulls" json '.account == "alice" and
    .realm == "users" and .state == "active" and .failures == 1 and
    .pending == 0 and .locked_at == null and .locked_until == null and
    .lock_reason == null and (.changed_at | fromdate > 0) and
    (.expires_at | fromdate) > (.changed_at | fromdate) and
    .must_change == false and .valid_from == null and
    .valid_until == null and (.last_failure_at | fromdate > 0) and
    .hash_method == "yescrypt" and .hash_cost == 3 and .owner == null'
exit_is "status in words" 0 pw status alice
like "the state" "$out" '^state +active$'
like "times with their zone" "$out" \
    '^password expires +[0-9-]{10} [0-9:]{8} CES?T$'
exit_is "status of a locked one" 0 pw status bob
like "why" "$out" '^why +locked by an admin$'
like "since when" "$out" '^since +[0-9-]{10} [0-9:]{8} CES?T$'
like "until when" "$out" '^until +no date: see next$'
like "and what to do" "$out" '^next +paspw unlock bob$'
like "what else is in the way" "$out" \
    '^why +the password must be changed first$'
like "whose" "$out" '^owner +Bob É\.$'
exit_is "status of nobody" 3 pw status nobody-here

exit_is "counts" 0 pw status --json
ok "by realm and state" json '.realms.users == {accounts: 3, active: 1,
    locked: 1, expired: 0, change_required: 0, not_yet_valid: 1, closed: 0}
    and .realms.admins.change_required == 1'
exit_is "counts in words" 0 pw status
like "a line each" "$out" '^users +3 +1 +1 +0 +0 +1 +0'
exit_is "counts of one realm" 0 pw --realm admins status --json
ok "has that realm only" json '.realms | keys == ["admins"]'

exit_is "list" 0 pw list --json
ok "of every realm, with the keys of status" json '[.accounts[].account] ==
    ["alice", "bob", "carol", "root"] and
    all(.accounts[]; has("expires_at") and has("owner"))'
exit_is "list in words" 0 pw list
like "has a line for bob" "$out" '^bob +users +locked +0 '
exit_is "list --locked" 0 pw list --locked --json
ok "has bob alone" json '[.accounts[].account] == ["bob"]'
exit_is "list --expiring 2d" 0 pw list --expiring 2d --json
ok "has the temporary ones, not alice" json '[.accounts[].account] |
    index("alice") == null and index("root") != null'
exit_is "list --expiring 5mo" 0 pw list --expiring 5mo --json
ok "has alice, too" json '[.accounts[].account] | index("alice") != null'
exit_is "list of one realm" 0 pw list --realm admins --json
ok "has root alone" json '[.accounts[].account] == ["root"]'

# Colour is for terminals; without one there is no escape sequence.
unlike "no colour in a pipe" "$(pw list)" "$(printf '\033')"
if command -v script > /dev/null; then
	shown=$(TERM=xterm script -qefc "$paspw --config $conf list" \
	    /dev/null < /dev/null)
	like "colour on a terminal" "$shown" "$(printf '\033')"
	shown=$(TERM=xterm NO_COLOR=1 script -qefc \
	    "$paspw --config $conf list" /dev/null < /dev/null)
	unlike "but not with NO_COLOR" "$shown" "$(printf '\033')"
else
	skip "colour on a terminal" "script is not installed"
fi

# What cannot be written is told.
# shellcheck disable=SC2317 # called by exit_is
lost()
{
	pw "$@" > /dev/full
}
# shellcheck disable=SC2317 # called by exit_is
closed()
{
	pw "$@" >&-
}
exit_is "a full disk" 7 lost list
like "is told" "$err" '^paspw: standard output: '
exit_is "a password that was not printed" 7 lost generate
exit_is "a closed standard output" 7 closed list
exit_is "harms no store" 0 pw status

finish
