#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Every message that is marked in the sources has its French one.

. "${top_srcdir:-.}/tests/tap.sh"

cd "$top_srcdir" || exit 1

# Message ids of a catalogue, one a line, singular and plural alike.
ids()
{
	msgcat --no-wrap "$1" | awk '
		/^(msgid|msgid_plural|msgstr.*) / || /^$/ {
			if (id != "")
				print id
			id = ""
			collecting = /^msgid/
			sub(/^[^ ]* /, "")
		}
		collecting && /^"/ { gsub(/^"|"$/, ""); id = id $0 }' |
	    sort -u
}

grep -El '\<(N_|_) *\("|paspw_translate(_plural)? *\(' lib/*.c \
    lib/*/*.c pam_module/*.c pam_module/*/*.c tools/*.c tools/*/*.c |
    grep -v '^lib/paspw\.c$' | sort > "$tmp/marked"
grep -v '^#' po/POTFILES.in | sort > "$tmp/listed"
ok 'po/POTFILES.in lists the files with messages' \
    diff "$tmp/listed" "$tmp/marked"

if command -v xgettext > "$tmp/none"; then
	xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ \
	    --keyword=paspw_translate:2 \
	    --keyword=paspw_translate_plural:2,3 \
	    --files-from=po/POTFILES.in --output="$tmp/paspw.pot"
	ids "$tmp/paspw.pot" > "$tmp/english"
	ids po/paspw.pot > "$tmp/template"
	ids po/fr.po > "$tmp/french"
	ok 'there are messages' test -s "$tmp/english"
	ok 'the template has them (make update-pot)' \
	    diff "$tmp/template" "$tmp/english"
	is 'every message has its French one' \
	    "$(comm -23 "$tmp/english" "$tmp/french")" ''
	is 'no French one is left over' \
	    "$(comm -13 "$tmp/english" "$tmp/french")" ''
	like 'none is empty or fuzzy' \
	    "$(msgfmt --statistics -o "$tmp/none" po/fr.po 2>&1)" \
	    '^[0-9]+ translated messages\.$'
else
	skip 'every message has its French one' \
	    'no xgettext (Debian: gettext)'
fi

finish
