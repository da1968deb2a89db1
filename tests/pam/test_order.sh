#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The lines of pam_faillock's two stacks in each order, with and without each
# of them: no mistake of an admin opens the door to a wrong password, or to the
# right one of a locked account. But for one that no module can see, who its
# neighbours are: authsucc at the side of preauth says of what nobody verified
# that it passed, as pam_faillock's does. `paspw doctor` finds it.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'

settings 'credentials = store' 'first_login_change = no' 'lock_after = 100'
printf '%s\n' "$right" > "$tmp/secret"
admin init > /dev/null
account bob "$right"
account eve "$right"
admin lock eve --reason test > /dev/null

line()
{
	case $1 in
	preauth) echo 'auth requisite @M preauth nodelay' ;;
	asks) echo 'auth required @M preauth nodelay' ;;
	verify) echo 'auth [success=1 default=bad] @D' ;;
	enough) echo 'auth sufficient @D' ;;
	fail) echo 'auth [default=die] @M authfail nodelay' ;;
	succ) echo 'auth sufficient @M authsucc nodelay' ;;
	deny) echo 'auth required pam_deny.so' ;;
	esac
}

# Nobody verified, and the account is not locked.
blind()
{
	case $1:$2 in
	bob*:*'preauth succ '*) unverified=$((unverified + 1)) ;;
	*) return 1 ;;
	esac
}

stacks=0
unverified=0
opened=0
let_in=0
# try LINE...: is there a way in?
try()
{
	{
		for word; do
			line "$word"
		done
		echo 'account required @M'
	} | service order
	admin unlock bob --reason test > /dev/null
	stacks=$((stacks + 1))
	for case in 'bob wrong' "eve $right"; do
		pam "${case#* }\n" order "${case%% *}" auth acct
		case $codes in
		'auth PAM_SUCCESS acct PAM_SUCCESS')
			blind "$case" "$*" && continue
			opened=$((opened + 1))
			note "$* opens for $case"
			;;
		esac
	done
	pam "$right\n" order bob auth acct
	[ "$codes" != 'auth PAM_SUCCESS acct PAM_SUCCESS' ] ||
	    let_in=$((let_in + 1))
}

# orders "CHOSEN" LEFT...: each order of each choice of the lines that are left
orders()
{
	# shellcheck disable=SC2086
	[ -z "$1" ] || try $1 deny
	for next in $2; do
		orders "$1 $next" "$(printf '%s ' $2 | sed "s/$next //")"
	done
}
orders '' 'preauth verify fail succ'
orders '' 'asks enough fail'
note "$stacks stacks; $let_in of them let the right password in"
is 'none opens' "$opened" 0
is 'but with authsucc at the side of preauth' "$unverified" 5
is 'all orders of all choices were tried' "$stacks" 79
ok 'some let the right password in' test "$let_in" -gt 1

finish
