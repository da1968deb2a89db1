#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Bad input: a clear error, its exit code, and nothing changed.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

good='Vlat7!mup-quorz'
fresh
pw_account alice "$good"

# Names
before=$(snapshot)
long=$(printf '%0300d' 0)
for name in 'a/b' '../alice' 'a:b' "$(printf 'a\nb')" "$long" ''; do
	what=$(printf '%.8s' "$name" | tr '\n' '?')
	exit_is "add '$what'" 2 pw add "$name" --generate
	like "add '$what': a sentence" "$err" '^paspw: .'
	exit_is "status of '$what'" "$(case $name in
	    */* | *:* | 0*) echo 3 ;; *) echo 2 ;; esac)" pw status "$name"
done
is "nothing changed by names" "$(snapshot)" "$before"
# A name that nobody can have is an unknown one to who tries to log in.
exit_is "verify a name with /" 1 \
    pw_in "$good\n" verify a/b --password-stdin
is "refused with /" "$out" refused
exit_is "verify a name with a newline" 2 pw_in "$good\n" verify \
    "$(printf 'alice\nbob')" --password-stdin

# Passwords
row()
{
	pw status alice --json | jq -S '{changed_at, must_change, state}'
}
kilobytes=$(printf '%010240d' 0)
before=$(row)
for bad in "$kilobytes" "$good\\0" 'Vlat7!mup-\377\376'; do
	what=$(printf '%.12s' "$bad")
	exit_is "check $what" 1 pw_in "$bad\n" check --password-stdin --json
	ok "check $what: rules" json '(.accepted | not) and
	    (.broken | length > 0)'
	exit_is "add with $what" 1 pw_in "$bad\n" add bob --password-stdin
	exit_is "no account with $what" 3 pw status bob
	exit_is "change to $what" 1 \
	    pw_in "$good\n$bad\n" change alice --password-stdin
	exit_is "reset to $what" 1 pw_in "$bad\n" passwd alice --password-stdin
	exit_is "verify $what" 1 pw_in "$bad\n" verify alice --password-stdin
	is "refused with $what" "$out" refused
	pw unlock alice > /dev/null
done
is "nothing changed by passwords" "$(row)" "$before"
exit_is "the old one still stands" 0 \
    pw_in "$good\n" verify alice --password-stdin
exit_is "a line without end" 2 sh -c "head -c 1000000 /dev/zero |
    '$paspw' --config '$conf' check --password-stdin"
exit_is "no line at all" 2 pw_in '' verify alice --password-stdin

# Stores: each must be refused, and left as it is.
refused()
{
	name=$1
	sum=$(cd "$state" && cksum ./*.db ./*.key)
	for command in init 'status alice' list 'lock alice' 'unlock alice' \
	    'audit show' 'audit seal' 'audit verify' \
	    'add bob --generate'; do
		# shellcheck disable=SC2086 # two words
		exit_is "$name: $command" 6 pw --json --realm users $command
		ok "$name: $command: JSON" json '.error.code == "store"'
	done
	exit_is "$name: verify" 6 \
	    pw_in "$good\n" --realm users verify alice --password-stdin
	like "$name: names the store" "$err" "$state"
	is "$name: untouched" "$(cd "$state" && cksum ./*.db ./*.key)" \
	    "$sum"
}

chmod 777 "$state"
refused "a store in a world-writable directory"
chmod 750 "$state"
refused "a directory that the group may read"
chmod 700 "$state"
exit_is "the mode is right again" 0 pw status alice
chmod 644 "$store"
refused "a store that others may read"
chmod 600 "$store"

cp -a "$state" "$tmp/kept"
restore()
{
	rm -rf "$state"
	cp -a "$tmp/kept" "$state"
}
printf 'this is no database, it is a text of some length\n' > "$store"
rm -f "$store-wal" "$store-shm"
refused "a store that is not SQLite"
: > "$store"
exit_is "an empty file as a store" 6 pw --realm users status alice
restore
rm -f "$store"
ln -s "$tmp/kept/users.db" "$store"
exit_is "a symbolic link as a store" 6 pw --realm users status alice
like "told as what it is" "$err" 'a symbolic link'
rm -f "$store"
mkdir -m 700 "$store"
exit_is "a directory as a store" 6 pw --realm users status alice
restore
if command -v sqlite3 > /dev/null; then
	sqlite3 "$store" 'PRAGMA user_version = 999; PRAGMA
	    wal_checkpoint(TRUNCATE);' > /dev/null
	rm -f "$store-wal" "$store-shm"
	refused "a store of a newer schema"
	restore
else
	skip "a store of a newer schema" "sqlite3 is not installed"
fi
exit_is "the store works again" 0 pw status alice

if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$tmp"
	chmod 644 "$conf"
	if setpriv --reuid=65534 --clear-groups "$paspw" --version \
	    > "$tmp/version" 2>&1; then
		setpriv --reuid=65534 --clear-groups "$paspw" \
		    --config "$conf" lock alice 2> "$tmp/version"
		like "somebody else's store" "$?" '^4$'
	else
		skip "somebody else's store" "nobody may not run the tool"
	fi
	chmod 700 "$tmp"
	exit_is "status" 0 pw status alice --json
	ok "is not locked" json '.state == "active"'
	chown 65534 "$state"
	refused "a directory of somebody else"
	chown 0 "$state"
else
	skip "somebody else's store" "needs root"
fi

finish
