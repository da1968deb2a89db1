#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Manual and program, both ways: whatever a program has is in its place in a
# manual, and whatever a manual names is there. What a program can tell of
# itself is asked of the program, the rest is read from its tables.

. "${top_srcdir:-.}/tests/tap.sh"

man=$top_srcdir/man
paspw=$top_builddir/tools/paspw
LC_ALL=C
export LC_ALL
command -v jq > /dev/null || skip_all 'no jq (Debian: jq)'
[ -x "$paspw" ] || { echo "Bail out! $paspw is not built"; exit 1; }

page()
{
	awk -f "$top_srcdir/tests/man/page.awk" "$man/$1"
}

# Tags of the entries of section $2 of page $1; and of its subsection $3.
tags()
{
	page "$1" | awk -F '\t' -v section="$2" -v subsection="${3:-}" '
		$4 == "tag" && $1 == section &&
		    (subsection == "" || $2 == subsection) { print $5 }'
}

# Both lists have the same lines, and some: same NAME FILE FILE.
same()
{
	sort "$2" > "$tmp/one"
	sort "$3" > "$tmp/other"
	ok "$1" test -s "$tmp/one"
	ok "$1: the same in the manual" diff "$tmp/one" "$tmp/other"
}

# Words in quotes at the begin of the rows of a table: words FILE NAME.
words()
{
	sed -n "/ $2\[.*= {/,/^};/p" "$top_srcdir/$1" |
	    grep -v '^[a-z].*= {$' |
	    grep -o '^[^"]*"[a-z_]*"' | grep -o '"[a-z_]*"' | tr -d '"'
}

# ---- Form ----

# -W warning of mandoc, and every warning of groff: nothing at all.
form()
{
	mandoc -T lint -W warning "$1" && groff -ww -man -K utf8 -Tutf8 -z "$1"
}

for file in "$man"/*.[1-9]; do
	name=${file##*/}
	if command -v mandoc > /dev/null && command -v groff > /dev/null; then
		is "$name is well formed" "$(form "$file" 2>&1)" ''
	else
		skip "$name is well formed" \
		    'no mandoc or groff (Debian: mandoc groff)'
	fi
	ok "$name is in Makefile.am" \
	    grep -q "^	man/$name\( \|\$\)" "$top_srcdir/Makefile.am"
	ok "$name is translated" \
	    grep -qx "\[type: man\] man/$name fr:man/fr/$name" "$man/po4a.cfg"
done

# Pages of ours that are named and are not there.
lost_pages()
{
	for file in "$man"/*.[1-9]; do
		page "${file##*/}" | cut -f 5 |
		    grep -Eo '\<(lib|pam_)?pasp[a-z_.-]*\([1-9]\)'
	done | sort -u | while read -r reference; do
		name=${reference%(*}
		section=${reference#*(}
		[ -f "$man/$name.${section%)}" ] ||
		    { [ "$section" = '3)' ] && grep -qx "$name" "$tmp/named"; } ||
		    echo "$reference"
	done
}

# ---- The library ----

# Every name before the dash of the NAME sections of the pages of section 3.
for file in "$man"/paspw_*.3; do
	page "${file##*/}" | awk -F '\t' '$1 == "NAME" { print $5 }' |
	    sed 's/ - .*//; s/, /\n/g'
done > "$tmp/named"
sed -n '/^global:/,/^local:/s/^	\([a-z_]*\);$/\1/p' \
    "$top_srcdir/lib/libpaspw.map" > "$tmp/exported"
same 'exported functions' "$tmp/exported" "$tmp/named"
is 'every page that a manual names is there' "$(lost_pages)" ''

# One declaration a line, without comments, attributes and layout. cpp is no
# help: it takes the constants away.
declarations()
{
	sed '/^#ifdef __cplusplus/,/^#endif/d; /^#if defined/,/^#endif/d' |
	    tr '\n' '\r' | sed 's,/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/,,g' |
	    tr '\r' '\n' |
	    sed 's/PASPW_MUST_USE//; s/PASPW_FORMAT_ARG([0-9])//g' |
	    awk '
		/^#define PASPW_[A-Z_]+ [^ ]/ { $1 = $1; print; next }
		/^#/ { next }
		{
			for (i = 1; i <= length($0); i++) {
				c = substr($0, i, 1)
				depth += (c == "{") - (c == "}")
				text = text c
				if (c == ";" && depth == 0) {
					print squeeze(text)
					text = ""
				}
			}
			text = text " "
		}
		function squeeze(s) {
			gsub(/[ \t]+/, " ", s)
			gsub(/ ;/, ";", s)
			sub(/^ /, "", s)
			return s
		}' | grep -Ev '^struct [a-z_]+;$'
}

declarations < "$top_srcdir/lib/paspw.h" > "$tmp/declared"
for file in "$man"/*.3; do
	page "${file##*/}" |
	    awk -F '\t' '$1 == "SYNOPSIS" && $4 == "ex" { print $5 }' |
	    declarations
done > "$tmp/documented"
same 'declarations of paspw.h' "$tmp/declared" "$tmp/documented"

# enum NAME as `PASPW_A (a)` lines, or as plain constants.
constants()
{
	sed -n "/^enum $1 {/,/^};/p" "$top_srcdir/lib/paspw.h" |
	    grep -o '^	PASPW_[A-Z_]*' | tr -d '\t'
}
constants paspw_err > "$tmp/errors"
tags paspw_strerror.3 DESCRIPTION Errors > "$tmp/manual"
same 'errors' "$tmp/errors" "$tmp/manual"
constants paspw_verdict | while read -r name; do
	echo "$name ($(echo "${name#PASPW_}" | tr '[:upper:]' '[:lower:]'))"
done > "$tmp/verdicts"
tags paspw_strerror.3 DESCRIPTION Verdicts > "$tmp/manual"
same 'verdicts' "$tmp/verdicts" "$tmp/manual"
constants paspw_field > "$tmp/fields"
tags paspw_open.3 DESCRIPTION > "$tmp/manual"
same 'fields' "$tmp/fields" "$tmp/manual"

for file in "$man"/*.[1-9]; do
	page "${file##*/}"
done | grep -o '\<PASPW_[A-Z_]*[A-Z]' | sort -u > "$tmp/manual"
grep -o '\<PASPW_[A-Z_]*[A-Z]' "$top_srcdir/lib/paspw.h" | sort -u \
    > "$tmp/constants"
is 'every constant that a manual names is in paspw.h' \
    "$(comm -23 "$tmp/manual" "$tmp/constants")" ''
is 'every constant of paspw.h is in a manual' \
    "$(comm -13 "$tmp/manual" "$tmp/constants" |
    grep -Ev '^PASPW_(H|MUST_USE|FORMAT_ARG)$')" ''

# ---- The policy ----

# The built-in one, its stores where a distribution has them.
"$paspw" --config /dev/null policy show --json > "$tmp/policy"
jq -r '.realms.users | to_entries[] | "\(.key) = \(.value.value)"' \
    "$tmp/policy" | sed 's/ *$//; s|sqlite:.*/lib/|sqlite:/var/lib/|' \
    > "$tmp/settings"
tags paspw.conf.5 SETTINGS > "$tmp/manual"
same 'settings and their values' "$tmp/settings" "$tmp/manual"

jq -r '.realms.users | keys[]' "$tmp/policy" | while read -r setting; do
	"$paspw" --config /dev/null policy explain "$setting" |
	    sed -n '2,4p' | awk -v name="$setting" '
		{ sub(/:/, ":"); line = line (NR > 1 ? " " : "") $0
		  if (NR != 2) line = line "." }
		END { print name ": " line }'
done > "$tmp/explained"
page paspw.conf.5 | awk -F '\t' '
	$1 == "SETTINGS" && $5 ~ /^Type: / {
		sub(/ =.*/, "", $3)
		print $3 ": " $5
	}' > "$tmp/manual"
same 'type, range, direction and clauses' "$tmp/explained" "$tmp/manual"

"$paspw" --config /dev/null policy explain preset --json |
    jq -r .range | tr ' ' '\n' > "$tmp/presets"
tags paspw.conf.5 REALMS > "$tmp/manual"
same 'presets' "$tmp/presets" "$tmp/manual"

# ---- The module ----

sed -n 's/^	{ "\([a-z_]*\)", \([A-Z]*\),.*/\2 \1/p' \
    "$top_srcdir/pam_module/arguments.c" > "$tmp/table"
sed -n 's/^MOVED \(.*\)/\1/p; s/^\(FLAG\|ROLE\|ALWAYS\) \(.*\)/\2/p
    s/^\(TEXT\|PATH\|NUMBER\) \(.*\)/\2=/p' "$tmp/table" > "$tmp/arguments"
tags pam_paspolicy.8 ARGUMENTS | sed 's/=.*/=/' > "$tmp/manual"
same 'arguments of the module' "$tmp/arguments" "$tmp/manual"

# Rows `{ VERDICT, PASPW_X, { auth, account, password, session } }` as lines
# `phase code verdict`; errors in capitals, as in the manual.
tr '\n' ' ' < "$top_srcdir/pam_module/codes.c" |
    grep -o '{ \(VERDICT\|ERROR\), PASPW_[A-Z_]*, {[^}]*} }' |
    sed 's/[{},]/ /g; s/ERROR  *PASPW_ERR_/x /; s/VERDICT  *PASPW_/v /' |
    awk '{
		name = $1 == "v" ? tolower($2) : $2
		split("auth account password session", phase, " ")
		for (i = 1; i <= 4; i++)
			print phase[i], $(i + 2), name
	}' > "$tmp/codes"
page pam_paspolicy.8 | awk -F '\t' '
	$1 == "RETURN VALUES" && $4 == "ex" {
		n = split($5, word, " ")
		for (i = 1; i <= n; i++) {
			if (word[i] ~ /^(auth|account|password|session)$/)
				phase = word[i]
			else if (word[i] ~ /^PAM_/)
				code = word[i]
			else
				print phase, code, word[i]
		}
	}' > "$tmp/manual"
same 'PAM codes of verdicts and errors' "$tmp/codes" "$tmp/manual"

page pam_paspolicy.8 | cut -f 5 | grep -o '\<PAM_[A-Z_]*' | sort -u \
    > "$tmp/manual"
cat "$top_srcdir"/pam_module/*.c | grep -o '\<PAM_[A-Z_]*' |
    grep -E '_(ERR|DENIED|EXPIRED|REQD|UNAVAIL|UNKNOWN|BUSY|IGNORE)$|MAXTRIES|INCOMPLETE|SUCCESS' |
    grep -Ev 'PAM_AUTHTOK_DISABLE' | sort -u > "$tmp/returned"
same 'PAM codes' "$tmp/returned" "$tmp/manual"

# ---- The tools ----

"$paspw" --help > "$tmp/help"
sed -n '/^Commands/,/^$/s/^  \([a-z][a-z ]*[a-z]\)\( [A-Z[]\|  \).*/\1/p' \
    "$tmp/help" > "$tmp/commands"

# COMMAND [OPERAND]: its options, from the program and from the manual.
while read -r command; do
	# shellcheck disable=SC2086 # two words
	"$paspw" $command --help > "$tmp/one"
	sed -n '1s/^Usage: paspw \(.*\) \[OPTION...\]$/\1/p' "$tmp/one" |
	    tr '\n' ' '
	sed -n '/^Options/,$s/^  \(--[a-z-]*\)\( [A-Z]*\)\{0,1\}  .*/\1\2/p' \
	    "$tmp/one" |
	    grep -Ev '^--(config|realm|json|help|version)\>' |
	    sed 's/ *$//' | sort | tr '\n' ' '
	echo
done < "$tmp/commands" > "$tmp/usage"
tags paspw.8 COMMANDS | while read -r usage; do
	printf '%s ' "$(echo "$usage" | sed 's/ \[\{0,1\}--.*//')"
	echo "$usage" | grep -Eo -e '--[a-z-]+( [A-Z]+)?' | sort |
	    tr '\n' ' '
	echo
done > "$tmp/manual"
same 'commands and their options' "$tmp/usage" "$tmp/manual"

while read -r command; do
	# shellcheck disable=SC2086 # two words
	"$paspw" $command --help |
	    sed -n '/^Options/,$s/^  \(--[a-z-]*\)\( [A-Z]*\)\{0,1\}  .*/\1\2/p'
done < "$tmp/commands" | sed 's/ *$//' | sort -u > "$tmp/options"
tags paspw.8 OPTIONS > "$tmp/manual"
same 'options' "$tmp/options" "$tmp/manual"

sed -n '/^Exit codes/,$s/^  \([0-9]\)  \(.*\)/\1 \2/p' "$tmp/help" \
    > "$tmp/exits"
page paspw.8 | awk -F '\t' '$1 == "EXIT STATUS" && $4 == "text" {
	print $3 " " $5 }' > "$tmp/manual"
same 'exit codes' "$tmp/exits" "$tmp/manual"

# The agent and its helper: options, and exit codes by their names.
"$top_builddir/tools/paspwd" --help | grep -Eo -e '--[a-z]+( [A-Z]+)?' |
    sort -u > "$tmp/options"
tags paspwd.8 DESCRIPTION Options > "$tmp/manual"
same 'options of paspwd' "$tmp/options" "$tmp/manual"
for program in paspwd:paspwd:agent/loop paspw-helper:paspw_helper; do
	name=${program%%:*}
	for source in $(echo "${program#*:}" | tr : ' '); do
		grep -o '\<EX_[A-Z]*' "$top_srcdir/tools/$source.c"
	done | sort -u > "$tmp/exits"
	tags "$name.8" 'EXIT STATUS' > "$tmp/manual"
	same "exit codes of $name" "$tmp/exits" "$tmp/manual"
done

# The minute timer has no help: its usage, and its table of codes.
"$top_builddir/tools/paspw-tick" --help 2>&1 |
    grep -Eo -e '--[a-z]+( [A-Z]+)?' | sort -u > "$tmp/options"
tags paspw-tick.8 DESCRIPTION Options > "$tmp/manual"
same 'options of paspw-tick' "$tmp/options" "$tmp/manual"
sed -n 's/^enum { DONE = \(.*\) };/0 \1/p' \
    "$top_srcdir/tools/paspw_tick.c" | grep -o '[0-9]' | sort -u \
    > "$tmp/exits"
tags paspw-tick.8 'EXIT STATUS' > "$tmp/manual"
same 'exit codes of paspw-tick' "$tmp/exits" "$tmp/manual"

sed -n '/ areas\[\] = {/,/^};/s/^	{ "\([a-z]*\)", .*/\1/p' \
    "$top_srcdir/tools/cmd_doctor.c" > "$tmp/areas"
tags paspw.8 AREAS > "$tmp/manual"
same 'areas of doctor' "$tmp/areas" "$tmp/manual"

words lib/quality/quality.c ids > "$tmp/rules"
tags paspw.8 RULES > "$tmp/manual"
same 'rules' "$tmp/rules" "$tmp/manual"
words lib/audit/audit.c audit_kinds > "$tmp/events"
tags paspw.8 EVENTS > "$tmp/manual"
same 'events' "$tmp/events" "$tmp/manual"
sed -n '/^static const char \*const states\[\]/,/^};/p' \
    "$top_srcdir/tools/cmd_status.c" | grep -o '"[a-z_]*"' | tr -d '"' \
    > "$tmp/states"
tags paspw.8 STATES > "$tmp/manual"
same 'states' "$tmp/states" "$tmp/manual"
sed -n '/explanations\[\] = {/,/^};/s/^	{ "\([a-z_]*\)", N_(.*/\1/p' \
    "$top_srcdir/tools/cmd_status.c" > "$tmp/causes"
tags paspw.8 CAUSES > "$tmp/manual"
same 'causes' "$tmp/causes" "$tmp/manual"

finish
