#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# tests/attacks.tsv: each CVE of this kind of software has a case of ours, or
# a reason why it cannot apply. The case passed, if its test ran in this build;
# else it is in its source.

. "${top_srcdir:-.}/tests/tap.sh"

table=$top_srcdir/tests/attacks.tsv

# A case by its log: it passed, or was skipped with a reason that is told.
in_log()
{
	log=$top_builddir/${1%.sh}.log
	[ -f "$log" ] && grep -E '^(PASS|SKIP): ' "$log" | grep -Eq -- "$2"
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

# The .trs is written when the test is over: then it must have passed. In
# `make check` others may still run, or come later.
there()
{
	if [ -f "$top_builddir/${1%.sh}.trs" ] &&
	    ! grep -q '^:test-result: SKIP' "$top_builddir/${1%.sh}.trs"; then
		in_log "$1" "$2"
	else
		in_source "$1" "$2"
	fi
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
