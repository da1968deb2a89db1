#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Does the library still fit the programs that were built with the recorded
# one? What was added is fine; `make update-abi` records it.

. "${top_srcdir:-.}/tests/tap.sh"

library=$top_builddir/lib/.libs/libpaspw.so
baseline=$top_srcdir/tests/abi/libpaspw.abi

command -v abidiff > /dev/null ||
    skip_all 'no abidiff (Debian: abigail-tools)'
[ -f "$library" ] || { echo "Bail out! $library is not built"; exit 1; }
[ "$(uname -m)" = x86_64 ] || skip_all 'recorded on x86_64'
readelf -S "$library" | grep -q debug_info || skip_all 'built without -g'
# A sanitizer and another compiler describe the same types differently.
readelf --debug-dump=info "$library" | grep -m 1 -q 'DW_AT_producer.*GNU C' ||
    skip_all 'not built with gcc'

# Exit code 0: they fit; 4 and more: they do not; 1 to 3: could not tell.
compare()
{
	abidiff --suppressions "$top_srcdir/tests/abi/suppressions" \
	    --no-added-syms "$1" "$tmp/now.abi"
}

ok 'the interface can be read' sh "$top_srcdir/tests/abi/record" \
    "$top_srcdir/lib/paspw.h" "$library" "$tmp/now.abi"
ok 'the recorded one has functions' grep -q "name='paspw_open'" "$baseline"
ok 'the library fits it' compare "$baseline"

# This test can fail: a function goes, a number or a type changes.
broken()
{
	sed "$1" "$baseline" > "$tmp/other.abi"
	cmp -s "$baseline" "$tmp/other.abi" && return 1
	compare "$tmp/other.abi"
	code=$?
	[ $code -ge 4 ] && [ $code -lt 16 ]
}
ok 'a function that is gone is seen' broken "s/\(<elf-symbol \)name='paspw_open'\(.*\)/\1name='paspw_gone'\2\n&/"
ok 'a verdict with another number is seen' \
    broken "s/\(name='PASPW_WEAK' value='\)6/\17/"
ok 'a member of another type is seen' \
    broken "s/\(<var-decl name='valid_from' type-id='\)[0-9a-f]*/\1$(sed -n \
    "s/.*<type-decl name='bool' .*id='\([0-9a-f]*\)'.*/\1/p" "$baseline")/"

finish
