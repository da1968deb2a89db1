#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# tests/attacks.tsv: each CVE of this kind of software has a case of ours, or
# a reason why it cannot apply. The case is there: in the log of the test if
# it ran before in this build (then it passed too), else in its source.

. "${top_srcdir:-.}/tests/tap.sh"

table=$top_srcdir/tests/attacks.tsv

# A case by its log, which names what passed.
in_log()
{
	log=$top_builddir/${1%.sh}.log
	[ -f "$log" ] && grep -E '^PASS: ' "$log" | grep -Eq -- "$2"
}

in_source()
{
	for file in "$top_srcdir/$1" "$top_srcdir/$1.c"; do
		[ ! -f "$file" ] || ! grep -Eq -- "$2" "$file" || return 0
	done
	# Corpus and verbs are cases by their names alone.
	case $1 in
	tests/fuzz/replay_*)
		[ -d "$top_srcdir/tests/fuzz/corpus/${1##*_}" ]
		;;
	tests/fault/*)
		grep -q "\"${2%%:*}\"" "$top_srcdir/tests/fault/verbs.c" \
		    "$top_srcdir/tests/fault/module_calls.c"
		;;
	*) return 1 ;;
	esac
}

# In `make check` the log may be of a run that is not over yet.
there()
{
	in_log "$1" "$2" || in_source "$1" "$2"
}

lines=0
tab=$(printf '\t')
while IFS=$tab read -r cve test case; do
	case $cve in
	'#'*|'') continue ;;
	esac
	lines=$((lines + 1))
	if [ "$test" = - ]; then
		ok "$cve: $case" test -n "$case"
	else
		ok "$cve: $test: $case" there "$test" "$case"
	fi
done < "$table"
ok 'the list is not empty' test "$lines" -gt 40
ok 'a case that is not there is not found' \
    sh -c '! grep -q NO_SUCH_CASE "$1"' sh "$top_srcdir/tests/pam/test_attacks.sh"

finish
