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
like "its type and range" "$out" '^Type: number \(1 to 256\)$'
like "its direction" "$out" '^More is stricter\.$'
like "its clauses" "$out" '^Clauses: M03 M12$'
exit_is "explain in JSON" 0 pw policy explain max_age --json
ok "with type, range and direction" json '.type == "duration" and
    .range == "1s to 100y, or never" and .direction == "down" and
    .realms.users == {"value": "4mo", "origin": "preset pas"}'
exit_is "explain what does not exist" 2 pw policy explain frobnicate

exit_is "lint a good file" 0 "$paspw" policy lint "$conf"
like "warns of a cheap hash" "$err" 'warning: .*hash_cost'
exit_is "lint a good file (JSON)" 0 "$paspw" --json policy lint "$conf"
ok "with its warnings" json '.valid and .file == "'"$conf"'" and
    [.warnings[] | select(.realm == "users") | .setting] ==
    ["history", "hash_cost"]'
ok "and the conflicts of two standards, with both clauses" json '
    [.conflicts[] | select(.realm == "admins") | .setting] ==
    ["require", "max_age"] and
    .conflicts[1].clauses == "M05 / NIST 3.1.1.2"'
configure 'require = none' 'max_age = never' 'min_age = 1d' 'history = 0'
sed -i 's/^hash_cost = 3$/hash_cost = 5/' "$conf"
exit_is "lint a blameless file" 0 "$paspw" policy lint "$conf"
is "says nothing of it" "$err" ''
configure 'lock_after = 4'

printf '%s\n' '[users]' 'min_lenght = 8' 'history = many' > "$tmp/bad.conf"
chmod 600 "$tmp/bad.conf"
exit_is "lint a bad file" 5 "$paspw" policy lint "$tmp/bad.conf"
like "names file, line and key" "$err" '^paspw: .*bad.conf:2: min_lenght: .'
like "of every fault" "$err" 'bad.conf:3: history: .'
exit_is "lint a bad file (JSON)" 5 "$paspw" --json policy lint "$tmp/bad.conf"
ok "is an error object" json '.error.code == "config" and
    (.error.message | test("min_lenght") and test("history"))'
{
	echo '[users]'
	for n in $(seq 30); do
		echo "a_name_of_nothing_that_is_quite_long_$n = 1"
	done
} > "$tmp/bad.conf"
exit_is "lint a file of faults" 5 "$paspw" policy lint "$tmp/bad.conf"
like "names the last of them too" "$err" 'quite_long_30: unknown setting'
exit_is "lint a missing file" 5 "$paspw" policy lint "$tmp/none.conf"

# ---- compare ----

configure
exit_is "pas beside ANSSI" 1 pw policy compare anssi
like "misses its length" "$out" '^  MISSED +min_length +8 +asked: 12 \(R21\)$'
like "for admins too" "$out" '^  MISSED +min_length +10 +asked: 15 \(R21\)$'
is "and nothing else" "$(printf '%s\n' "$out" | grep -c MISSED)" 2
exit_is "the same in JSON" 1 pw policy compare anssi --json
ok "names value, demand, clause and origin" json '.met == false and
    ([.demands[] | select(.realm == "users" and .answer == "missed")] |
    length == 1 and .[0].setting == "min_length" and
    .[0].asked == "12" and .[0].clause == "R21" and
    .[0].origin == "preset pas")'
exit_is "pas beside its own plan" 0 pw policy compare pas
unlike "misses nothing" "$out" MISSED
like "and says what no setting can" "$out" '^  besides .*\(S12\)$'
exit_is "pas beside NIST" 1 pw policy compare nist-800-63b-4 --json
ok "stricter does not help where NIST forbids" json '
    [.demands[] | select(.realm == "users" and .answer == "missed") |
    .setting] == ["min_length", "require", "max_age"]'
exit_is "pas beside the CNIL: case 2" 0 pw policy compare cnil
exit_is "there is no such preset" 2 pw policy compare stig
for preset in pas anssi cnil nist-800-63b-4 pci-dss-4 cis-debian12; do
	printf '%s\n' '[users]' "preset = $preset" > "$tmp/preset.conf"
	chmod 600 "$tmp/preset.conf"
	exit_is "preset $preset meets itself" 0 "$paspw" \
	    --config "$tmp/preset.conf" policy compare "$preset"
done

# The CNIL: an equivalence that it lists, or as many bits.
printf '%s\n' '[users]' 'preset = cnil' > "$tmp/cnil.conf"
chmod 600 "$tmp/cnil.conf"
cnil()
{
	printf '%s\n' "$1" | "$paspw" --config "$tmp/cnil.conf" check \
	    --password-stdin --json
}
for strong in 'Kv7!rZq2#mXd' 'Kv7rZq2mXdT9wP' 'kvurzqomxdtawpbhg!'; do
	exit_is "the CNIL accepts $strong" 0 cnil "$strong"
done
for weak in 'Kv7rZq2mXdT9w' 'kvurzqomxdta' 'kvurzqomxdtawpbhg'; do
	exit_is "and refuses $weak" 1 cnil "$weak"
	ok "for the kinds of its characters" json \
	    '[.broken[].rule] == ["classes"]'
done

# ---- floor ----

printf '%s\n' '[users]' 'history = 9' '[acme]' 'extends = users' \
    'floor = users' 'history = 8' 'store = sqlite:/a' > "$tmp/floor.conf"
chmod 600 "$tmp/floor.conf"
exit_is "a tenant below its floor" 5 "$paspw" policy lint "$tmp/floor.conf"
like "names both lines" "$err" \
    'floor.conf:6: history: weaker than that of \[users\], .*floor.conf:2$'

# ---- diff ----

fresh
pw_account alice 'Vlat7!mup-quorz'
pw_account bob 'Krendo5+wulfitz'
for try in 1 2 3; do
	pw_in 'wrong\n' verify bob --password-stdin > /dev/null
done
before=$(snapshot)
cp "$conf" "$tmp/new.conf"
sed -i '0,/^hash_cost.*/s//hash_cost = 4\nlock_after = 3\nmax_age = 1s/' \
    "$tmp/new.conf"
sleep 2
exit_is "diff" 0 pw policy diff "$tmp/new.conf" --json
ok "whom it expires, locks, makes change" json '.effects[0] ==
    {"realm": "users", "accounts": 2, "expire": 2, "revive": 0, "lock": 1,
    "free": 0, "change": 1, "rehash": 2, "move": 0}'
ok "which settings, which way" json '
    [.changes[] | select(.realm == "users") | .setting, .effect] ==
    ["max_age", "stricter", "lock_after", "stricter", "hash_cost",
    "stricter"]'
exit_is "diff in words" 0 pw policy diff "$tmp/new.conf"
like "says how many" "$out" '^ +1 would be locked$'
exit_is "the other way round" 0 "$paspw" --config "$tmp/new.conf" \
    policy diff "$conf"
like "is weaker" "$out" '^  WEAKER +lock_after +3 -> 5 '
exit_is "diff with a broken file" 5 pw policy diff "$tmp/bad.conf"
like "names every fault" "$err" 'bad.conf:2: .*bad.conf:3: '
is "diff changed nothing" "$(snapshot)" "$before"

# ---- a hash that is weaker than the policy ----

sed -i 's/^hash_cost = 3$/hash_cost = 4/' "$conf"
exit_is "is accepted" 0 pw_in 'Vlat7!mup-quorz\n' verify alice \
    --password-stdin
pw status alice --json > "$tmp/status"
is "and made anew" "$(jq -r '.hash_cost, .state' "$tmp/status" |
    tr '\n' ' ')" '4 active '
is "once, with an event" "$(pw audit show --account alice --json |
    jq '[.events[] | select(.kind == "rehash")] | length')" 1

# ---- bench ----

exit_is "bench" 0 pw policy bench --target 1ms --parallel 1 --json
ok "never proposes less than 5" json '.proposed == 5 and
    .method == "yescrypt" and .realms.users == {"hash": "yescrypt",
    "hash_cost": 4, "fits": true} and ([.costs[].cost] == [3, 4, 5])'
exit_is "bench for more logins than fit" 1 pw policy bench --target 1ms \
    --parallel 100000
like "says which realm does not fit" "$out" '^\[users\] .* NOT fit'
exit_is "bench for no time" 2 pw policy bench --target soon
exit_is "bench for nobody" 2 pw policy bench --parallel 0

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
