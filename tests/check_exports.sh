#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The contract both ways: what is declared is exported, and nothing else is;
# and a login loads no library that it does not use.

. "${top_srcdir:-.}/tests/tap.sh"

header=$top_srcdir/lib/paspw.h
map=$top_srcdir/lib/libpaspw.map
library=$top_builddir/lib/.libs/libpaspw.so
module=$top_builddir/pam_module/.libs/pam_paspolicy.so

# Functions that the header declares: one a line, sorted.
declared()
{
	${CC:-cc} -E -P "$header" | tr '\n' ' ' | tr ';' '\n' |
	    grep -v typedef | grep -Eo '\<paspw_[a-z_]+ *\(' | tr -d ' (' |
	    sort
}

mapped()
{
	sed -n '/^global:/,/^local:/s/^	\([a-z_]*\);$/\1/p' "$1" | sort
}

exported()
{
	${NM:-nm} -D --defined-only "$1" | awk '$2 != "A" { print $3 }' |
	    sed 's/@.*//' | sort
}

dynamic()
{
	readelf -d "$1" | sed -n "s/.*($2).*\[\(.*\)\]/\1/p" | sort |
	    tr '\n' ' '
}

declared > "$tmp/declared"
mapped "$map" > "$tmp/mapped"
exported "$library" > "$tmp/exported"
ok 'the header declares functions' test -s "$tmp/declared"
ok 'the map names what the header declares' \
    diff "$tmp/declared" "$tmp/mapped"
ok 'the library exports what the header declares' \
    diff "$tmp/declared" "$tmp/exported"
is 'every symbol is in the one version node' \
    "$(${NM:-nm} -D --defined-only "$library" | awk '$2 != "A" { print $3 }' |
    grep -v '@@LIBPASPW_0$')" ''
is 'the library is libpaspw.so.0' "$(dynamic "$library" SONAME)" \
    'libpaspw.so.0 '

cat > "$tmp/six" <<'END'
pam_sm_acct_mgmt
pam_sm_authenticate
pam_sm_chauthtok
pam_sm_close_session
pam_sm_open_session
pam_sm_setcred
END
exported "$module" > "$tmp/module"
ok 'the module exports the six entry points' diff "$tmp/six" "$tmp/module"

# fault_library lets each call of each verb fail that may say so.
grep -Eo 'PASPW_MUST_USE int paspw_[a-z_]+' "$header" | sed 's/.* //' |
    sort > "$tmp/fallible"
grep -Eho 'paspw_[a-z_]+' "$top_srcdir"/tests/fault/verbs*.c | sort -u \
    > "$tmp/failing"
ok 'verbs may fail' test -s "$tmp/fallible"
is 'each of them is in tests/fault' \
    "$(comm -23 "$tmp/fallible" "$tmp/failing")" ''

# What is loaded with the library is paid for by every login: SQLite,
# cryptography and dictionaries come later, by those who need them.
is 'the library needs what a login needs' \
    "$(dynamic "$library" NEEDED | tr ' ' '\n' |
    grep -Ev '^(libcrypt|libeconf|libc)\.so\.[0-9]+$|^$')" ''
is 'the module needs libpam and the library' \
    "$(dynamic "$module" NEEDED | tr ' ' '\n' |
    grep -Ev '^(libpam|libpaspw|libc)\.so\.[0-9]+$|^$')" ''
ok 'the module is linked to the library' \
    sh -c "readelf -d '$module' | grep -F 'libpaspw.so.0'"

finish
