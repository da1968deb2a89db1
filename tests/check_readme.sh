#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# What README says is so: its examples are the files that the tests run, its
# commands are there, and its directories are those of the tree.

. "${top_srcdir:-.}/tests/tap.sh"

readme=$top_srcdir/README
man=$top_srcdir/man

# The blocks of README that are indented by a tab, without it; what is not
# indented is a line by itself, so that no two blocks become one.
sed 's/^	//; t; s/.*/./' "$readme" > "$tmp/blocks"

# Is this file in it, line by line and without a gap?
quoted()
{
	sed '/SPDX-License-Identifier/d; /Copyright (C)/d' "$1" |
	    sed '/./,$!d' > "$tmp/quoted"
	awk '
		NR == FNR { want[++n] = $0; next }
		{ line[++m] = $0 }
		END {
			for (i = 0; i + n <= m; i++) {
				for (j = 1; j <= n && same(line[i + j], want[j]); j++)
					;
				if (j > n)
					exit 0
			}
			exit 1
		}
		# An empty line of a block is an empty line of README.
		function same(a, b) { return a == b || (b == "" && a == ".") }
	' "$tmp/quoted" "$tmp/blocks"
}

for file in "$man"/examples/*; do
	name=${file##*/}
	ok "README quotes $name" quoted "$file"
	if grep -rq "run: [a-z]* examples/$name\$" "$man"/*.[1-9]; then
		page=$(grep -rl "run: [a-z]* examples/$name\$" "$man"/*.[1-9])
		awk -f "$top_srcdir/tests/man/page.awk" "$page" |
		    awk -F '\t' -v name="examples/$name" '
			$4 ~ /^run-/ && index($4, name) { print $5 }' \
		    > "$tmp/page"
		sed '/SPDX-License-Identifier/d; /Copyright (C)/d' "$file" |
		    sed '/./,$!d' | expand > "$tmp/file"
		ok "and ${page##*/} does" diff "$tmp/file" "$tmp/page"
	else
		tap_fail "and a manual does: $name"
	fi
done

# The first two commands of README.
commands=$(sed -n 's/^	\([a-z][a-z-]*\/[a-z-]*\)	.*/\1/p' "$readme" |
    head -n 2 | tr '\n' ' ')
is 'README begins with its two commands' "$commands" \
    'tools/quickstart tests/run-all '
for file in $commands; do
	ok "$file can be run" test -x "$top_srcdir/$file"
done
is 'README has a French summary' "$(grep -c '^En français' "$readme")" 1

# `	lib/	what is there`: each, and each directory of the tree but those that
# a build makes (_build: distcheck) and packaging, which the tarball lacks.
sed -n '/^Where each thing lives/,$s/^	\([a-z_]*\/\)	.*/\1/p' "$readme" |
    sort > "$tmp/told"
(cd "$top_srcdir" && ls -d */) | grep -Ev '^(_|build|autom4te|debian/)' |
    sort > "$tmp/there"
ok 'README tells of directories' test -s "$tmp/told"
is 'every directory that README tells of is there' \
    "$(comm -23 "$tmp/told" "$tmp/there" | grep -vx debian/)" ''
is 'README tells of every directory' \
    "$(comm -13 "$tmp/told" "$tmp/there")" ''
for file in $(grep -o 'man/examples/[a-z.-]*\|tests/[a-z_/]*\.sh' "$readme" |
    sort -u); do
	ok "README names $file" test -f "$top_srcdir/$file"
done

finish
