#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Every paragraph of every manual has its French one, the pages that come of
# it are well formed, and their examples are those that were run in English.

. "${top_srcdir:-.}/tests/tap.sh"

command -v po4a > /dev/null || skip_all 'no po4a (Debian: po4a)'
command -v mandoc > /dev/null || skip_all 'no mandoc (Debian: mandoc)'
LC_ALL=C.UTF-8
export LC_ALL

mkdir "$tmp/tree"
cp -R "$top_srcdir/man" "$tmp/tree/man"
chmod -R u+w "$tmp/tree"
rm -rf "$tmp/tree/man/fr"
cp "$tmp/tree/man/po/fr.po" "$tmp/before.po"
ok 'the pages can be made' \
    sh -c 'cd "$1" && po4a --quiet man/po4a.cfg' sh "$tmp/tree"
cd "$tmp/tree/man" || exit 1

# po4a has brought fr.po up to the English by now; fuzzy is what has changed.
like 'every paragraph has its French one (make update-man-po)' \
    "$(msgfmt --check --statistics -o "$tmp/none" po/fr.po 2>&1)" \
    '^[0-9]+ translated messages\.$'
is 'no French one is left over' "$(msgattrib --only-obsolete \
    "$tmp/before.po" | grep -c '^#~ msgid')" 0

# A page without what po4a put at its top.
examples()
{
	sed -n '/^\.EX/,/^\.EE/p' "$1" | grep -v '^\.\\"'
}
translated()
{
	awk -f "$top_srcdir/tests/man/page.awk" "$1" |
	    awk -F '\t' '$4 == "tag" { print $5 }' | grep -e '^--' -e '_' |
	    sed 's/ .*//'
}

# A French date is none that mandoc reads; groff prints it as it is.
form()
{
	mandoc -T lint -W warning "$1" 2>&1 |
	    grep -v 'cannot parse date, using it verbatim'
	groff -ww -man -K utf8 -Tutf8 -z "$1" 2>&1
}

for page in *.[1-9]; do
	is "fr/$page is well formed" "$(form "fr/$page")" ''
	examples "$page" > "$tmp/english"
	examples "fr/$page" > "$tmp/french"
	ok "fr/$page has the same examples" diff "$tmp/english" "$tmp/french"
	translated "$page" > "$tmp/english"
	translated "fr/$page" > "$tmp/french"
	ok "fr/$page has the same entries" diff "$tmp/english" "$tmp/french"
done

finish
