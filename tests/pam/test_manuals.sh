#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The stacks of pam_paspolicy(8) let the right people in and nobody else.
# pam_unix, which would write to the machine, is pam_dummy here; what it does
# in /etc/shadow is tested in test_shadow.sh.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'
printf '%s\n' "$right" > "$tmp/secret"
settings 'credentials = store' 'first_login_change = no'
admin init > "$tmp/init"

awk -f "$top_srcdir/tests/man/page.awk" "$top_srcdir/man/pam_paspolicy.8" |
    awk -F '\t' -v directory="$tmp" '
	$4 ~ /^run-pam / {
		name = $4
		sub(/.*[ \/]/, "", name)
		print $5 > (directory "/stack." name)
	}'
names=$(cd "$tmp" && ls stack.* | sed 's/^stack\.//')
is 'the stacks of pam_paspolicy(8)' "$(echo $names)" \
    'pam-layered pam-system virtual whole'

for name in $names; do
	sed -e 's/pam_paspolicy\.so/@M/' \
	    -e 's/pam_unix\.so.*/@D/' "$tmp/stack.$name" |
	    { grep -v '^password.*@D\|^session.*@D' || :; } | service "$name"
	account "user-$name" "$right"
	pam "$right\n" "$name" "user-$name" auth acct
	is "$name: the right password" "$codes" \
	    'auth PAM_SUCCESS acct PAM_SUCCESS'
	pam "$right\n" "$name" nobody-here auth
	is "$name: nobody" "$codes" 'auth PAM_AUTH_ERR'
	guess "$name" "user-$name" wrong1 wrong2 wrong3 wrong4 wrong5
	is "$name: five wrong passwords" "$(printf '%s' "$codes" |
	    sed 's/end PAM_SUCCESS //g')" 'auth PAM_AUTH_ERR '\
'auth PAM_AUTH_ERR auth PAM_AUTH_ERR auth PAM_AUTH_ERR auth PAM_AUTH_ERR'
	pam "$right\n" "$name" "user-$name" auth
	is "$name: locked" "$codes" 'auth PAM_AUTH_ERR'
	pam '' "$name" "user-$name" acct
	is "$name: also with a key" "$codes" 'acct PAM_PERM_DENIED'
done
for name in whole pam-system; do
	admin unlock "user-$name" > "$tmp/unlocked"
	pam "$right\nBrume-7-Tamis-kilo\nBrume-7-Tamis-kilo\n" "$name" \
	    "user-$name" chauthtok-expired
	is "$name: changes a password" "$codes" 'chauthtok-expired PAM_SUCCESS'
	pam 'Brume-7-Tamis-kilo\n' "$name" "user-$name" auth open close
	is "$name: which is then the right one" "$codes" \
	    'auth PAM_SUCCESS open PAM_SUCCESS close PAM_SUCCESS'
done

finish
