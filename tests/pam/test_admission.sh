#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# What the auth phase found out for the account phase: it serves one question,
# once, for a second; whatever else is asked is decided anew.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'
wrong='Marmotte-58-bleue'
tool="$top_builddir/tools/paspw --config $conf"

settings 'credentials = store' 'first_login_change = no' 'lock_after = 1'
service one <<END
auth required @M nodelay
account required @M
END
# Another line for the account phase: another policy, perhaps.
service two <<END
auth required @M nodelay
account required @M realm=users
END
printf '%s\n' "$right" > "$tmp/secret"
service layered <<END
auth requisite @M preauth nodelay
auth [success=1 default=bad] @D
auth [default=die] @M authfail nodelay
auth sufficient @M authsucc
auth required pam_deny.so
account required @M
END
admin init > /dev/null
account bob "$right"
account eve "$right"

# ---- It is used: the account phase opens no store ----

hide="run=mv $tmp/store $tmp/hidden"
bring_back()
{
	mv "$tmp/hidden" "$tmp/store"
}

# Hidden between the phases; a machine that sleeps for the second in between
# is asked again.
without_store()
{
	i=0
	codes=
	while [ $i -lt 50 ] && [ "${codes##* acct }" != PAM_SUCCESS ]; do
		i=$((i + 1))
		pam "$right\n" "$1" bob auth "$hide" acct
		bring_back
	done
	codes=${codes##* acct }
}
without_store one
is 'the account phase knows the answer' "$codes" PAM_SUCCESS
without_store layered
is 'with authsucc too' "$codes" PAM_SUCCESS
pam "$right\n" one bob auth "$hide" acct acct
bring_back
is 'once' "${codes##* acct }" PAM_AUTHINFO_UNAVAIL
pam "$right\n" two bob auth "$hide" acct
bring_back
is 'not for a line with other arguments' "${codes##* acct }" \
    PAM_AUTHINFO_UNAVAIL
pam "$right\n" one bob auth "$hide" user=eve acct
bring_back
is 'not for another user' "${codes##* acct }" PAM_AUTHINFO_UNAVAIL

# ---- It is forgotten ----

pam "$right\n" one bob auth 'run=sleep 1.1' "run=$tool lock bob --reason x" \
    acct
is 'after a second a lock is seen' "${codes##* acct }" PAM_PERM_DENIED
admin unlock bob --reason x > /dev/null
pam "$right\n$wrong\n" one bob auth auth acct
is 'by the next try: it locked him' "${codes#* * }" \
    'auth PAM_AUTH_ERR acct PAM_PERM_DENIED'
admin unlock bob --reason x > /dev/null

# ---- It is only ever a plain yes ----

admin expire bob --reason x > /dev/null
pam "$right\n" one bob auth acct
is 'who must change his password is told' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
like 'why' "$out" '^error: '

finish
