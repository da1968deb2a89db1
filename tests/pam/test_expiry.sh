#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The account phase under a clock that the test sets (libfaketime): whom
# expiry binds, and from when on it warns.

. "${top_srcdir:-.}/tests/pam/stack.sh"
reason=$(unfakeable)
[ -z "$reason" ] || skip_all "$reason"

first='Grenouille-47-verte'
second='Marmotte_58_bleue'

# From here on everything runs at this local time, which stands still.
clock()
{
	FAKETIME=$1
	export FAKETIME
}

service one <<END
auth required @M
account required @M
password required @M
END
settings 'credentials = store'
TZ=Europe/Paris LD_PRELOAD=$libfaketime
clock '2027-10-31 12:00:00'
export TZ LD_PRELOAD
is 'the clock is ours' "$(date '+%F %T')" '2027-10-31 12:00:00'
admin init > /dev/null
account bob "$first"
pam "$first\n" one bob auth acct
is 'an issued password must be changed' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
pam '' one bob acct
is 'which does not bind a key' "$codes" 'acct PAM_SUCCESS'
pam "$first\n$second\n$second\n" one bob chauthtok-expired
is 'it is changed' "$codes" 'chauthtok-expired PAM_SUCCESS'

# ---- Fourteen days before the end, to the second ----

clock '2028-02-15 11:59:59'
pam "$second\n" one bob auth acct
is 'the day before the warnings' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
unlike 'no warning' "$out" '^info: '
clock '2028-02-15 12:00:00'
pam "$second\n" one bob auth acct
is 'then' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
like 'a warning with the date' "$out" \
    '^info: Warning: your password will expire on 2028-02-29 12:00\.$'
clock '2028-02-29 11:59:59'
pam "$second\n" one bob auth acct
is 'to the last second' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'

# ---- Expired ----

clock '2028-02-29 12:00:00'
pam "$second\n" one bob auth acct
is 'the end' "$codes" 'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
pam '' one bob acct
is 'a key still opens' "$codes" 'acct PAM_SUCCESS'
unlike 'without a warning of what is past' "$out" '^info: '
settings 'credentials = store' 'expire_keys = yes'
pam '' one bob acct
is 'expire_keys = yes: not any more' "$codes" 'acct PAM_NEW_AUTHTOK_REQD'
settings 'credentials = store'
clock '2027-12-24 12:00:00'
pam "$second\n" one bob auth acct
is 'a clock that goes back does not help' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
pam '' one bob acct
is 'nor does it lock out a key' "$codes" 'acct PAM_SUCCESS'

# ---- Validity binds keys too, and so does a temporary one that is over ----

printf '%s\n' "$first" | admin add tech --password-stdin --kind third_party \
    --valid-until 2027-12-31T18:00 > /dev/null
clock '2027-12-24 12:30:00'
pam "$first\n$second\n$second\n" one tech chauthtok-expired
clock '2027-12-31 17:59:59'
pam '' one tech acct
is 'a technician with a key, in time' "$codes" 'acct PAM_SUCCESS'
clock '2027-12-31 18:00:00'
pam '' one tech acct
is 'a technician with a key, too late' "$codes" 'acct PAM_ACCT_EXPIRED'

finish
