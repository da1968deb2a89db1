#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# On a terminal and off it: colour, progress; one JSON object from every
# command; and what to do next after an error.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

fresh
escape=$(printf '\033')
pw add alice --generate > /dev/null
pw lock alice --reason test > /dev/null

# ---- Colour ----

# The command in a terminal; what it shows.
screen()
{
	TERM=xterm script -qec "$*" /dev/null < /dev/null
}

unset NO_COLOR
if command -v script > "$tmp/none"; then
	like 'colour on a terminal' "$(screen "$paspw" --config "$conf" list)" \
	    "$escape\\[31mlocked"
	unlike 'none with NO_COLOR' \
	    "$(NO_COLOR=1 screen "$paspw" --config "$conf" list)" "$escape"
	like 'an empty NO_COLOR says nothing' \
	    "$(NO_COLOR='' screen "$paspw" --config "$conf" list)" "$escape"
	unlike 'none on a dumb one' "$(screen TERM=dumb "$paspw" --config \
	    "$conf" list)" "$escape"
	unlike 'none in JSON' \
	    "$(screen "$paspw" --config "$conf" list --json)" "$escape"

	# ---- Progress: only there where somebody waits and looks ----

	cat > "$tmp/slow" <<-END
	(sleep 3; echo x) | "$paspw" --config "$conf" audit verify \
	    --proofs - "\$@"
	END
	shown=$(screen sh "$tmp/slow")
	like 'progress on a terminal' "$shown" 'at work for [1-9] s'
	like 'and it goes away' "$shown" "$escape\\[K"
	unlike 'not on standard output' \
	    "$(screen "sh $tmp/slow 2> /dev/null")" 'at work'
	sh "$tmp/slow" > "$tmp/out" 2> "$tmp/err"
	unlike 'not in a pipe' "$(cat "$tmp/out" "$tmp/err")" 'at work'

	# More faults than a pipe holds: it waits for whoever reads them, and
	# he waits for the progress.
	cp -a "$state" "$tmp/whole"
	{
		echo name
		seq -f 'many%.0f' 1000
	} > "$tmp/csv"
	pw import csv "$tmp/csv" > "$tmp/none"
	sqlite3 "$store" "UPDATE event SET reason = 'none'"
	cat > "$tmp/large" <<-END
	"$paspw" --config "$conf" audit verify | {
		for i in \$(seq 300); do
			grep -q 'done in' "$tmp/screen" && break
			sleep 0.1
		done
		cat > "$tmp/none"
	}
	END
	TERM=xterm script -qfec "sh $tmp/large" "$tmp/screen" < /dev/null \
	    > "$tmp/none"
	like 'how much of a large trail is verified' "$(cat "$tmp/screen")" \
	    '[1-9] done in [0-9]* s \([0-9]+ %\)'
	rm -rf "$state"
	mv "$tmp/whole" "$state"
else
	skip 'on a terminal' 'no script (Debian: bsdutils)'
fi
unlike 'no colour in a pipe' "$(TERM=xterm pw list)" "$escape"

# ---- Every command has JSON ----

# json_is CODE COMMAND...
seen=
json_is()
{
	code=$1
	shift
	seen="$seen
$1 $2"
	exit_is "$1 $2: JSON" "$code" pw "$@" --json
	ok "$1 $2: one object" json 'type == "object"'
}

printf 'name\nbob\n' > "$tmp/csv"
printf 'bob:!:1::::::\n' > "$tmp/shadow"
: > "$tmp/opasswd"
mkdir "$tmp/faillock"
printf '[users]\nstore = sqlite:%s\n' "$store" > "$tmp/other.conf"
chmod 600 "$tmp/other.conf"
json_is 0 init
json_is 0 add carol --generate
json_is 0 passwd carol --generate
printf 'wrong\n' > "$tmp/wrong"
json_is 1 verify carol --password-stdin < "$tmp/wrong"
printf 'wrong\nwrong\n' > "$tmp/wrong"
json_is 1 change carol --password-stdin < "$tmp/wrong"
json_is 0 status alice
json_is 0 list --locked
json_is 0 warn
json_is 0 lock carol --reason test
json_is 0 unlock carol --reason test
json_is 0 expire carol --reason test
json_is 0 close carol --reason test
printf 'abc\n' > "$tmp/wrong"
json_is 1 check --password-stdin < "$tmp/wrong"
json_is 0 generate --count 2
json_is 0 policy show
json_is 0 policy explain min_length
json_is 0 policy lint "$tmp/other.conf"
json_is 0 policy diff "$tmp/other.conf"
json_is 0 policy compare pas
json_is 0 policy bench --target 1ms --parallel 1
json_is 0 set alice --owner Alice --reason moved
json_is 0 audit show
json_is 0 audit seal
json_is 0 audit verify
json_is 0 import csv "$tmp/csv"
json_is 0 import shadow "$tmp/shadow"
json_is 0 import opasswd "$tmp/opasswd"
json_is 0 import faillock "$tmp/faillock"
pw export > "$tmp/export"
json_is 0 import json "$tmp/export"
exit_is 'export: JSON lines' 0 pw export --json
ok 'export: each an object' sh -c 'jq -es "length > 0 and
    all(type == \"object\")" < "$1"' - "$tmp/export"
code=0
pw doctor --json > "$tmp/doctor" || code=$?
ok 'doctor: JSON' jq -e '.items | length > 0' "$tmp/doctor"

# Nothing was forgotten; completion prints a script.
# The archive has its own test; a list by lines is no one object.
seen="$seen
export
audit export
audit archive
doctor
completion"
"$paspw" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\( [a-z]*\)\{0,1\}\).*/\1/p' |
    while read -r first second; do
	case $second in
	'')	printf '%s\n' "$seen" | grep -Eq "^$first( |\$)" ;;
	*)	printf '%s\n' "$seen" | grep -qx "$first $second" ;;
	esac || echo "$first $second"
done > "$tmp/forgotten"
is 'every command of --help was tried' "$(cat "$tmp/forgotten")" ''

# ---- What to do next ----

next()
{
	name=$1 code=$2 what=$3
	shift 3
	exit_is "$name" "$code" pw "$@"
	like "$name: what to do" "$err" "^paspw: -> .*$what"
	exit_is "$name, in JSON" "$code" pw "$@" --json
	ok "$name: what to do, in JSON" json \
	    '.error.next | type == "string"'
}
next 'no such account' 3 'paspw list' status nobody_here
next 'an account that exists' 1 'reopen' add alice --generate
next 'a missing operand' 2 'help' lock
mv "$state" "$state.away"
next 'a missing store' 6 'paspw doctor' list
mv "$state.away" "$state"
printf 'min_length = many\n' >> "$conf"
next 'a broken configuration' 5 'policy lint' list

finish
