#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# A clock that is wrong: no error of it locks anybody out for good, and none
# makes a life longer.

. "${top_srcdir:-.}/tests/race/storm.sh"
reason=$(unfakeable)
[ -z "$reason" ] || skip_all "$reason"

plain_client=$client
# at OFFSET: pam runs at that time from now on
at()
{
	client="env FAKETIME=$1 LD_PRELOAD=$libfaketime $plain_client"
}

wrong_five()
{
	for try in 1 2 3 4 5; do
		pam "wrong$try\n" one "$1" auth
	done
}

fresh 'attempt_lease = 8s' 'unlock_after = 1h' 'max_age = never'
for name in never back ahead old cut later; do
	account $name "$right"
done
is 'faketime moves the clock' "$(faked +365d date +%Y)" \
    "$(date -d '+365 days' +%Y)"

# ---- Locks ----

wrong_five back
at -1d
pam "$right\n" one back auth
is 'locked; a day back it is locked' "$codes" 'auth PAM_AUTH_ERR'
at -82500s	# an hour and five minutes later than that
pam "$right\n" one back auth
is 'but for no more than an hour of that day' "$codes" 'auth PAM_SUCCESS'

at +365d
wrong_five ahead
pam "$right\n" one ahead auth
is 'locked a year ahead' "$codes" 'auth PAM_AUTH_ERR'
at +0s
pam "$right\n" one ahead auth
is 'today it still is' "$codes" 'auth PAM_AUTH_ERR'
at +3900s
pam "$right\n" one ahead auth
is 'for an hour' "$codes" 'auth PAM_SUCCESS'

at +0s
wrong_five never
sed -i 's/^unlock_after.*/unlock_after = never/' "$conf"
at +365d
pam "$right\n" one never auth
is 'a lock without an end does not end in a year' "$codes" \
    'auth PAM_AUTH_ERR'
at -1d
pam "$right\n" one never auth
is 'nor a day back' "$codes" 'auth PAM_AUTH_ERR'
admin unlock never --reason test > "$tmp/unlocked"
at +0s
pam "$right\n" one never auth
is 'an admin ends it' "$codes" 'auth PAM_SUCCESS'

# ---- Tries that were cut off in another time ----

# cut OFFSET: five callers of the layered stack that die there
begun=0.4	# a sanitizer's programs take longer to begin
! sanitized || begun=3
cut()
{
	for try in 1 2 3 4; do
		printf 'wrong\n' | timeout -s KILL $begun env \
		    FAKETIME="$1" LD_PRELOAD="$libfaketime" "$plain_client" "$services" slow cut auth > "$tmp/cut" &
	done
	wait
}
service slow <<END
auth requisite @M preauth
auth [success=1 default=bad] $verify delay=5000
auth [default=die] @M authfail
END
cut +365d
is 'four callers die a year ahead' "$(state_of cut)" 'active 0 4 '
at +0s
pam "$right\n" one cut auth
is 'one try is left' "$codes" 'auth PAM_SUCCESS'
sleep 10
pam 'wrong\n' one cut auth
is 'their leases end in time' "$(state_of cut)" 'locked 5 0 '
admin unlock cut --reason test > "$tmp/unlocked"
cut -1d
pam "$right\n" one cut auth
is 'of a day ago they are over' "$codes $(state_of cut)" \
    'auth PAM_SUCCESS active 0 0 '

# ---- Lives ----

sed -i 's/^max_age.*/max_age = 30d/' "$conf"
at +365d
pam "$right\n" one old auth acct
is 'a year ahead a password is too old' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
at +0s
pam "$right\n" one old auth acct
is 'it stays so when the clock goes back' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
at -1d
pam "$right\n" one later auth acct
is 'a change an hour ago that is tomorrow is believed' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'
at -3d
pam "$right\n" one later auth acct
is 'one in three days is not: it counts as too old' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'

sed -i '/^first_login_change/d' "$conf"
given=$(admin add temporary --generate)
pam "$given\n" one temporary auth acct
is 'an issued password opens, to be changed' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
at +2d
pam "$given\n" one temporary auth acct
is 'not after temporary_valid' "$codes" \
    'auth PAM_SUCCESS acct PAM_ACCT_EXPIRED'
at +0s
pam "$given\n" one temporary auth acct
is 'nor when the clock goes back' "$codes" \
    'auth PAM_SUCCESS acct PAM_ACCT_EXPIRED'

finish
