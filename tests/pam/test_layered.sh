#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# preauth, authfail and authsucc around another verifying module: the stacks
# of pam_faillock's manual with the module's name replaced, and wrong ones.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'

settings 'credentials = store' 'first_login_change = no'
printf '%s\n' "$right" > "$tmp/secret"
service first <<END
auth requisite @M preauth
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
account required @M
END
service second <<END
auth required @M preauth
auth sufficient @D
auth [default=die] @M authfail
auth required pam_deny.so
account required @M
END
# Nothing of ours behind the verifying module.
service bare <<END
auth required @M preauth
auth required @D
END
service alone <<END
auth required @M preauth
END
service alone_requisite <<END
auth requisite @M preauth
auth sufficient @M preauth
END
service no_preauth <<END
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
END
service succ_only <<END
auth sufficient @M authsucc
auth required pam_deny.so
END
admin init > /dev/null
for name in bob eve burst bare deleted lapse; do
	account "$name" "$right"
done

for stack in first second; do
	pam "$right\n" "$stack" bob auth setcred acct
	is "$stack: the right password" "$codes" \
	    'auth PAM_SUCCESS setcred PAM_SUCCESS acct PAM_SUCCESS'
	is "$stack: one prompt, ours" \
	    "$(printf '%s\n' "$out" | grep '^prompt: ')" 'prompt: Password: '
	is "$stack: nothing is left pending" "$(number pending bob)" 0
	pam 'wrong\n' "$stack" bob auth
	is "$stack: a wrong password" "$codes" 'auth PAM_AUTH_ERR'
	like "$stack: with a delay" "$out" '^delay$'
	is "$stack: one failure" "$(number failures bob)" 1
	pam '\n' "$stack" bob auth
	is "$stack: an empty one" "$codes" 'auth PAM_AUTH_ERR'
	is "$stack: is one failure too" "$(number failures bob)" 2
	pam "$right\n" "$stack" bob auth acct
	is "$stack: the right one clears it" "$(number failures bob)" 0
done

rm -f "$tmp/count"
guess first eve wrong1 wrong2 wrong3 wrong4 wrong5 wrong6 wrong7
is 'seven wrong ones: five are verified' "$(count_verified)" 5
pam "$right\n" first eve auth
is 'locked' "$codes" 'auth PAM_AUTH_ERR'
is 'without a verification' "$(count_verified)" 5
pam "$right\n" second eve auth
is 'locked, where preauth is only required' "$codes" 'auth PAM_AUTH_ERR'
admin unlock eve --reason test > /dev/null
pam '\n' first eve auth
is 'an empty password never comes to the next module' "$(count_verified)" 6
admin unlock eve --reason test > /dev/null

# ---- Many at once ----

rm -f "$tmp/count"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	printf 'wrong\n' | "$client" "$services" first burst auth \
	    > /dev/null &
done
wait
is '20 wrong ones at once: five are verified' "$(count_verified)" 5
admin unlock burst --reason test > /dev/null
rm -f "$tmp/count"
for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
	printf '%s\n' "$right" | "$client" "$services" first burst auth \
	    > "$tmp/burst.$try" &
done
wait
is '12 right ones at once: none is refused' \
    "$(cat "$tmp"/burst.* | grep -c '^auth PAM_SUCCESS$')" 12

# ---- Without some of the lines ----

pam "$right\n" alone bob auth
unlike 'preauth alone never opens' "$codes" 'PAM_SUCCESS'
pam "$right\n" alone_requisite bob auth
unlike 'nor twice' "$codes" 'PAM_SUCCESS'
pam "$right\n" no_preauth bob auth
unlike 'authsucc without preauth never opens' "$codes" 'PAM_SUCCESS'
pam "$right\n" succ_only bob auth
unlike 'authsucc alone neither' "$codes" 'PAM_SUCCESS'
admin unlock bob --reason test > /dev/null
pam 'wrong\n' no_preauth bob auth
is 'authfail without preauth counts' "$(number failures bob)" 1
pam "$right\n" bare bare auth setcred
is 'a stack that ends with the other module' "$codes" \
    'auth PAM_SUCCESS setcred PAM_SUCCESS'
is 'settles with the credentials' \
    "$(number pending bare) $(number failures bare)" '0 0'
pam 'wrong\n' bare deleted auth delcred
is 'deleting credentials does not' "$(number pending deleted)" 1

# One name is reserved, another one would get in.
pam "$right\n" second bob auth user=eve acct
is 'PAM_USER that changes in between' "$codes" \
    'auth PAM_SUCCESS acct PAM_USER_UNKNOWN'

settings 'credentials = store' 'first_login_change = no' \
    "attempt_lease = ${lease}s"
pam 'wrong\n' bare lapse auth
is 'a try without an answer waits' "$(number pending lapse)" 1
sleep $((lease + 1))
pam 'wrong\n' first lapse auth
is 'and its lease counts it as a failure' "$(number failures lapse)" 2

finish
