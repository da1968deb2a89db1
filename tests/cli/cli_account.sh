#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The life of an account: init add lock unlock expire close.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

# shellcheck disable=SC2119
configure
exit_is "nothing works before init" 6 pw status alice
like "and it says what to do" "$err" 'paspw init'
exit_is "init" 0 pw init --json
ok "init names the stores" json "[.realms[] | [.realm, .store]] ==
    [[\"users\", \"sqlite:$store\"],
    [\"admins\", \"sqlite:$state/admins.db\"]]"
ok "and hands out their first keys" json 'all(.realms[];
    .first_key | test("^paspw-key:(users|admins):1:[0-9a-f]{64}$"))'
is "a store is for its owner alone" \
    "$(stat -c %a "$state" "$store" | tr '\n' ' ')" '700 600 '
exit_is "init again is harmless" 0 pw init --json
ok "and hands out no key again" json 'all(.realms[]; .first_key == null)'

# As after `make install` into /usr/local, which has no var/lib.
sed "s,$state,$tmp/var/lib/paspw," "$conf" > "$tmp/deep.conf"
exit_is "init where nothing is yet" 0 \
    "$paspw" --config "$tmp/deep.conf" init
is "its directory is private" "$(stat -c %a "$tmp/var/lib/paspw")" 700
sed "s,$state,$conf/paspw," "$conf" > "$tmp/deep.conf"
exit_is "init below a file" 6 "$paspw" --config "$tmp/deep.conf" init

# add
exit_is "add --generate" 0 pw add alice --generate --owner 'Alice Liddell' \
    --reason 'new colleague' --ticket T-1
password=$out
is "prints the password alone" "$(printf '%s\n' "$out" | wc -l)" 1
exit_is "the password is checked" 0 \
    pw_in "$(escaped "$password")" check bob --password-stdin
exit_is "add an account that exists" 1 pw add alice --generate
like "is told" "$err" 'alice'
exit_is "add an account that exists (JSON)" 1 pw add alice --generate --json
ok "is told in JSON" json '.error.code == "exists"'
exit_is "the first password still stands" 1 \
    pw_in "$(escaped "$password")\n" verify alice --password-stdin --json
ok "and must be changed first" json '.verdict == "change_required"'
exit_is "status" 0 pw status alice --json
ok "issued to a person" json '.owner == "Alice Liddell" and
    .kind == "person" and .state == "change_required" and .must_change'
exit_is "add a service with dates" 0 pw add robot --generate --json \
    --kind service --valid-from 2026-03-01 --valid-until 2036-03-31T14:30
ok "prints the password in JSON" json '.account == "robot" and
    .realm == "users" and .verdict == "accepted" and .broken == [] and
    (.password | length > 7)'
exit_is "status of the service" 0 pw status robot --json
ok "local times became UTC" json '.kind == "service" and
    .valid_from == "2026-02-28T23:00:00Z" and
    .valid_until == "2036-03-31T12:30:00Z"'
exit_is "a date alone lasts through its day" 0 pw add guest --generate \
    --valid-until 2036-12-31
exit_is "status of the guest" 0 pw status guest --json
ok "to the next midnight" json '.valid_until == "2036-12-31T23:00:00Z"'
exit_is "a zone is honoured" 0 pw add abroad --generate \
    --valid-from 2036-01-01T00:00-05:00
exit_is "status from abroad" 0 pw status abroad --json
ok "as UTC" json '.valid_from == "2036-01-01T05:00:00Z" and
    .state == "not_yet_valid"'
exit_is "an end before the begin" 2 pw add carol --generate \
    --valid-from 2036-03-02 --valid-until 2036-03-01
exit_is "an unknown kind" 2 pw add carol --generate --kind robot
exit_is "add with a weak password" 1 \
    pw_in 'abc\n' add carol --password-stdin --json
ok "lists every rule" json '.verdict == "weak" and ([.broken[].rule] |
    index("min_length") != null and index("digit") != null and
    index("symbol") != null) and all(.broken[]; .message | length > 0)'
exit_is "and makes no account" 3 pw status carol
exit_is "add with a good password" 0 \
    pw_in 'Vlat7!mup-quorz\n' add carol --password-stdin
unlike "does not repeat it" "$out$err" 'Vlat7'
exit_is "an admin of 9 characters" 1 \
    pw_in 'Wk7!zpQx4\n' add root --password-stdin --json
ok "is refused for its length alone" json '.realm == "admins" and
    [.broken[].rule] == ["min_length"]'
exit_is "a realm of one's choice" 0 pw --realm admins add zoe --generate
exit_is "is where the account is" 0 pw --realm admins status zoe
exit_is "and no other realm" 3 pw --realm users status zoe

# lock, unlock, expire
pw_account dave 'Vlat7!mup-quorz'
exit_is "lock" 0 pw lock dave --reason 'lost laptop' --ticket T-2 --json
ok "says what it did" json '. == {account: "dave", realm: "users",
    done: "lock"}'
exit_is "the right password is refused" 1 \
    pw_in 'Vlat7!mup-quorz\n' verify dave --password-stdin --json
ok "because of the lock" json '.verdict == "locked" or
    .verdict == "refused"'
exit_is "status tells why" 0 pw status dave --json
ok "an admin, until he unlocks" json '.state == "locked" and
    .lock_reason == "admin" and .locked_until == null and
    (.locked_at | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"))'
exit_is "unlock" 0 pw unlock dave
like "in a sentence" "$out" 'dave'
exit_is "now it is accepted" 0 \
    pw_in 'Vlat7!mup-quorz\n' verify dave --password-stdin
is "with the verdict's word" "$out" accepted
exit_is "expire" 0 pw expire dave --reason 'seen in a leak'
exit_is "then it must be changed" 1 \
    pw_in 'Vlat7!mup-quorz\n' verify dave --password-stdin
is "as the verdict says" "$out" change_required
exit_is "close" 0 pw close dave --reason departure
exit_is "a closed account" 1 \
    pw_in 'Vlat7!mup-quorz\n' verify dave --password-stdin
exit_is "is still known" 0 pw status dave --json
ok "without credentials" json '.state == "closed" and
    .hash_method == null and .hash_cost == null'
for word in lock unlock expire; do
	exit_is "$word what is closed" 0 pw $word dave
	is "$word: nothing was done that counts" "$out" ''
	like "$word: is said to be no way back" "$err" 'dave is closed'
done
exit_is "and closed it is" 0 pw status dave --json
ok "whatever was done since" json '.state == "closed"'
exit_is "its name is not for anybody" 1 pw add dave --generate
like "it says what to do" "$err" 'paspw add dave --reopen --reason TEXT'
exit_is "reopening needs a reason" 2 pw add dave --generate --reopen
exit_is "reopening what is open" 1 pw add carol --generate --reopen \
    --reason test
exit_is "reopening what never was" 3 pw add erin --generate --reopen \
    --reason test
exit_is "reopen" 0 pw add dave --generate --reopen --reason 'he is back'
exit_is "status of the new one" 0 pw status dave --json
ok "it begins anew" json '.state == "change_required" and
    .closed_at == null and .last_success_at == null'

for word in lock unlock expire 'close --reason left' status; do
	# shellcheck disable=SC2086 # two words
	exit_is "$word of nobody" 3 pw --json $word nobody-here
	ok "$word of nobody: JSON" json '.error.code == "not_found" and
	    (.error.message | test("nobody-here"))'
done

# Every act is on record, with who and why.
exit_is "the trail" 0 pw audit show --json
ok "has the reasons" json '[.events[].reason] |
    index("lost laptop") != null and index("seen in a leak") != null and
    index("departure") != null'
ok "the new account points to the old one" json '(.events[] |
    select(.kind == "reopen")) as $new | $new.account == "dave" and
    $new.reason == "he is back" and ([.events[] |
    select(.subject == $new.data.former).kind] | index("close") != null and
    index("issue") != null)'
ok "the ticket" json 'any(.events[]; .ticket == "T-2")'
ok "and the actor" json "all(.events[]; .actor != null)"

if [ "$(id -u)" -eq 0 ]; then
	uid=$(id -u nobody)
	exit_is "sudo's user acts" 0 env SUDO_USER=nobody SUDO_UID="$uid" \
	    "$paspw" --config "$conf" lock alice
	exit_is "the trail again" 0 pw audit show --account alice --json
	ok "names him" json 'any(.events[];
	    .actor == "root (sudo: nobody)")'
	exit_is "a name that is not the uid's" 0 env SUDO_USER=nobody \
	    SUDO_UID=0 "$paspw" --config "$conf" unlock alice
	exit_is "the trail once more" 0 pw audit show --account alice --json
	ok "is not believed" json '.events[-1].actor == "root"'
else
	skip "sudo's user" "needs root"
fi

finish
