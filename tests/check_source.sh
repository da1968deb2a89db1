#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# House rules that a machine can check.

. "${top_srcdir:-.}/tests/tap.sh"

COLUMNS_MAX=80
FILE_LINES_MAX=600
FUNCTION_LINES_MAX=60

cd "$top_srcdir" || exit 1
find lib pam_module tools tests -name '*.[ch]' ! -name words_data.c |
    sort > "$tmp/c"
# French pages are made by a program, blanks and all.
find lib pam_module tools tests po man configure.ac Makefile.am -type f \
    ! -path 'man/fr/*' \
    \( -name '*.[ch]' -o -name '*.sh' -o -name '*.map' -o -name '*.ac' \
    -o -name '*.am' -o -name '*.in' -o -name '*.po' -o -name '*.[0-9]' \
    -o -name '*.pml' -o -name '*.py' -o ! -name '*.*' -perm -u+x \) |
    sort > "$tmp/files"
# Scripts have no suffix; programs that were built here are no text.
xargs grep -Il . < "$tmp/files" > "$tmp/text"

# Lines that match ERE $2 (of awk) in the files of list $1.
lines_with()
{
	xargs awk -v pattern="$2" \
	    '$0 ~ pattern { print FILENAME ":" FNR ": " $0 }' < "$1"
}

long_lines()
{
	xargs perl -CSD -ne '
		BEGIN { $max = shift }
		chomp;
		1 while s/\t/" " x (8 - $-[0] % 8)/e;
		print "$ARGV:$.: $_\n" if length > $max;
		close ARGV if eof' $COLUMNS_MAX < "$tmp/c"
}

# The public header is a manual as well: it is as long as the verbs are many.
long_files()
{
	grep -vx lib/paspw.h "$tmp/c" | xargs awk -v max=$FILE_LINES_MAX \
	    'FNR == max + 1 { print FILENAME " is too long" }'
}

long_functions()
{
	ctags -L "$tmp/c" --languages=C --langmap=C:.c.h --kinds-C=f \
	    --fields=+ne -f - | awk -F '\t' -v max=$FUNCTION_LINES_MAX '
		{
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/) first = substr($i, 6)
				if ($i ~ /^end:/) last = substr($i, 5)
			}
			if (last - first + 1 > max)
				print $2 ":" first ": " $1 " is too long"
		}'
}

unlisted()
{
	ls tests/unit/test_*.c tests/check_*.sh tests/*/check_*.sh \
	    tests/*/test_*.sh tests/*/cli_*.sh tests/*/race_*.sh \
	    tests/*/fault_*.c 2> "$tmp/none" |
	    sed 's/\.c$//' | while read -r test; do
		grep -Eq "^	$test( |\$)" Makefile.am || echo "$test"
	done
}

# Files of C without text $1 in their first lines.
without()
{
	xargs awk -v text="$1" '
		FNR == 1 && NR > 1 && !found { print file }
		FNR == 1 { file = FILENAME; found = 0 }
		FNR <= 5 && index($0, text) { found = 1 }
		END { if (!found) print file }' < "$tmp/c"
}

ok 'there are sources' test -s "$tmp/c"
is 'no blank at the end of a line' "$(lines_with "$tmp/text" '[ \t]+$')" ''
is "no line of C beyond $COLUMNS_MAX columns" "$(long_lines)" ''
is "no file of C beyond $FILE_LINES_MAX lines" "$(long_files)" ''
if ctags --version 2> "$tmp/none" | grep -q 'Universal Ctags'; then
	is "no function beyond $FUNCTION_LINES_MAX lines" \
	    "$(long_functions)" ''
else
	skip "no function beyond $FUNCTION_LINES_MAX lines" \
	    'no ctags (Debian: universal-ctags)'
fi
# Written so that it does not find itself.
is 'nothing is left for later' \
    "$(lines_with "$tmp/text" 'TO[D]O|FIX[M]E|(^|[^X])XX[X]([^X]|$)')" ''
is 'every test is in Makefile.am' "$(unlisted)" ''
is 'every C file names its licence' \
    "$(without 'SPDX-License-Identifier: LGPL-2.1-or-later')" ''
is 'every C file names its owners' \
    "$(without 'Copyright (C) 2026 the libpaspw maintainers')" ''

finish
