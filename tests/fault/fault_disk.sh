#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# A disk that is full and a file system that is read-only, for real: the
# stores are on a small tmpfs. What cannot be counted is not answered, the
# cause is named, and nothing is lost.

. "${top_srcdir:-.}/tests/pam/stack.sh"
[ "$namespace" = yes ] || skip_all 'needs root and a mount namespace'

right='Sphinx-9-quartz'
fresh='Turnip&84&velvet'
mkdir "$tmp/store"
mount -t tmpfs -o mode=0700,size=1m tmpfs "$tmp/store"
settings 'credentials = store' 'first_login_change = no'
service one <<END
auth required @M socket=none
account required @M socket=none
password required @M socket=none
session required @M socket=none
END
admin init > /dev/null
account bob "$right"
pam 'wrong\n' one bob auth
is 'a wrong password is counted' "$(number failures bob)" 1

log=$tmp/log
faults="FAULT_LOG=$log"

refuses()
{
	: > "$log"
	pam "$right\n" one bob auth
	is "$1: the right password gets no answer" "$codes" \
	    'auth PAM_AUTHINFO_UNAVAIL'
	like "$1: the log names the cause" "$(cat "$log")" "$2"
	pam 'wrong\n' one bob auth
	is "$1: a wrong one neither" "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
	pam "$right\n$fresh\n$fresh\n" one bob chauthtok-expired
	like "$1: no password is changed" "$codes" \
	    '^chauthtok-expired PAM_(AUTHTOK_ERR|AUTHINFO_UNAVAIL)$'
	exit_is "$1: the tool says it" 6 admin lock bob --reason test
	like "$1: and why" "$err" "$2"
	exit_is "$1: no account is made" 6 admin add carol --generate
	like "$1: as the tool says, and why" "$err" "$2"
	exit_is "$1: nothing is sealed" 6 admin audit seal
	like "$1: as it says too" "$err" "$2"
}

unharmed()
{
	ok "$1: the store is whole" sh -c \
	    'test "$(sqlite3 "$1" "PRAGMA integrity_check")" = ok' sh \
	    "$tmp/store/users.db"
	pam "$right\n" one bob auth acct
	is "$1: the same password opens" "$codes" \
	    'auth PAM_SUCCESS acct PAM_SUCCESS'
	ok "$1: the trail is intact" admin audit verify
}

# ---- Full ----

dd if=/dev/zero of="$tmp/store/ballast" bs=4096 2> "$tmp/dd"
# What the log of the store has room for already is used up.
tries=0
while [ $tries -lt 40 ]; do
	pam 'wrong\n' one bob auth
	[ "$codes" = 'auth PAM_AUTH_ERR' ] || break
	admin unlock bob --reason test > /dev/null 2>&1 || break
	tries=$((tries + 1))
done
refuses 'a full disk' 'is full|disk I/O error'
rm "$tmp/store/ballast"
admin unlock bob --reason test > /dev/null
unharmed 'with room again'

# ---- Read-only ----

before=$(admin --json status bob)
mount -o remount,ro "$tmp/store"
refuses 'a read-only disk' 'read-?only|unable to open'
mount -o remount,rw "$tmp/store"
is 'nothing was lost or made up' "$(admin --json status bob)" "$before"
unharmed 'writable again'
faults=
umount "$tmp/store"

finish
