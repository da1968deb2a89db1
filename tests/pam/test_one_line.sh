#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The one-line stack in all phases, with credentials = store.

. "${top_srcdir:-.}/tests/pam/stack.sh"

first='Grenouille-47-verte'
second='Marmotte_58_bleue'
third='Hirondelle+69+grise'

settings 'credentials = store' 'first_login_change = no'
service one <<END
auth required @M
account required @M
password required @M
session required @M
END
admin init > /dev/null
account bob "$first"

# ---- auth ----

pam "$first\n" one bob auth setcred acct
is 'the right password' "$codes" \
    'auth PAM_SUCCESS setcred PAM_SUCCESS acct PAM_SUCCESS'
unlike 'no delay after a success' "$out" '^delay$'
is 'one prompt' "$(printf '%s\n' "$out" | grep -c '^prompt: ')" 1

pam 'wrong\n' one bob auth
is 'a wrong password' "$codes" 'auth PAM_AUTH_ERR'
wrong=$out
like 'a delay after a failure' "$out" '^delay$'
pam 'wrong\n' one nobody-of-that-name auth
is 'an unknown account answers the same' "$out" "$wrong"
pam '\n' one bob auth
is 'an empty password answers the same' "$out" "$wrong"
pam_options=-n
pam '\n' one bob auth
is 'also with PAM_DISALLOW_NULL_AUTHTOK' "$out" "$wrong"
pam_options=
pam 'wrong\n' one 'bob
root' auth
is 'a name with a newline' "$out" "$wrong"
pam 'wrong\n' one ../bob auth
is 'a name with a slash' "$out" "$wrong"

pam "$first\n" one bob auth acct open close
like 'a session tells of the failures' "$out" \
    '^info: There were 3 failed login attempts since'
is 'the codes of a session' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS '\
'open PAM_SUCCESS close PAM_SUCCESS'
pam "$first\n" one bob auth acct open
unlike 'and tells only once' "$out" 'failed login'
pam "wrong\n$first\n" one bob auth auth open
like 'one failure, in the singular' "$out" \
    '^info: There was 1 failed login attempt since'
pam_options=-s
pam "wrong\n$first\n" one bob auth auth acct open
unlike 'PAM_SILENT says nothing' "$out" '^(info|error): '
pam_options=

guess one bob wrong wrong wrong wrong
pam "$first\n" one bob auth
is 'four wrong ones do not lock' "$codes" 'auth PAM_SUCCESS'
for try in 1 2 3 4 5; do
	pam "wrong$try\n" one bob auth
	is "wrong password $try" "$out" "$wrong"
done
pam "$first\n" one bob auth
is 'locked: the right one answers as a wrong one' "$out" "$wrong"
pam '' one bob acct
is 'locked: no login without a password either' "$codes" \
    'acct PAM_PERM_DENIED'
unlike 'and no word about the lock' "$out" '^(info|error): '

settings 'credentials = store' 'first_login_change = no' 'tell_locked = yes'
pam "$first\n" one bob auth
like 'tell_locked = yes says it' "$out" '^error: The account is locked\.$'
is 'with the same code' "$codes" 'auth PAM_AUTH_ERR'
pam '' one bob acct
like 'in the account phase too' "$out" '^error: The account is locked\.$'
settings 'credentials = store' 'first_login_change = no' \
    'tell_locked = yes' 'unlock_after = 1h'
pam "$first\n" one bob auth
like 'and until when' "$out" \
    '^error: The account is locked until 20[0-9-]+ [0-9]+:[0-9]+\.$'
pam_options=-s
pam "$first\n" one bob auth
unlike 'not with PAM_SILENT' "$out" '^(info|error): '
pam_options=
service quiet <<END
auth required @M silent nodelay
END
pam "$first\n" quiet bob auth
is 'nor with silent and nodelay' "$(printf '%s\n' "$out" | tr '\n' '|')" \
    'prompt: Password: |auth PAM_AUTH_ERR|'
settings 'credentials = store' 'first_login_change = no'
ok 'the admin unlocks' admin unlock bob --reason test
pam "$first\n" one bob auth acct
is 'and he is in' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'

service staff <<END
auth required @M realm=admins
END
printf '%s\n' "$second" |
    admin --realm admins add bob --password-stdin > /dev/null
pam "$second\n" staff bob auth
is 'the same name in another realm' "$codes" 'auth PAM_SUCCESS'
pam "$first\n" staff bob auth
is 'has another password' "$codes" 'auth PAM_AUTH_ERR'

# ---- account ----

pam '' one nobody-of-that-name acct
is 'an unknown account has no account phase' "$codes" 'acct PAM_USER_UNKNOWN'
pam '' one nobody-of-that-name open close
is 'nor a session' "$codes" 'open PAM_SESSION_ERR close PAM_SESSION_ERR'

ok 'the admin expires the password' admin expire bob --reason test
pam "$first\n" one bob auth acct
is 'it must be changed' "$codes" 'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
like 'and he is told' "$out" \
    '^error: You are required to change your password immediately'
pam '' one bob acct
is 'a login with a key is not asked to' "$codes" 'acct PAM_SUCCESS'

printf '%s\n' "$first" | admin add later --password-stdin \
    --valid-from 2099-01-01 > /dev/null
pam "$first\n" one later auth acct
is 'before its validity' "$codes" 'auth PAM_SUCCESS acct PAM_ACCT_EXPIRED'
like 'with a message' "$out" '^error: Your account is not valid yet'
printf '%s\n' "$first" | admin add former --password-stdin \
    --valid-until 2020-01-01 > /dev/null
pam "$first\n" one former auth acct
is 'after its validity' "$codes" 'auth PAM_SUCCESS acct PAM_ACCT_EXPIRED'
like 'with another message' "$out" '^error: Your account has expired'

account warned "$first"
settings 'credentials = store' 'first_login_change = no' 'max_age = 10d'
pam "$first\n" one warned auth acct
is 'near expiry is no refusal' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
like 'but a warning' "$out" '^info: Warning: your password will expire on 20'
pam_options=-s
pam "$first\n" one warned auth acct
unlike 'not with PAM_SILENT' "$out" '^(info|error): '
pam_options=
settings 'credentials = store' 'first_login_change = no'

# ---- password ----

pam "$first\n$first\n$second\n$second\n" one bob auth acct chauthtok-expired
is 'an expired password is renewed' "$codes" 'auth PAM_SUCCESS '\
'acct PAM_NEW_AUTHTOK_REQD chauthtok-expired PAM_SUCCESS'
like 'the present one is asked for' "$out" '^prompt: Current password: $'
pam "$second\n" one bob auth acct
is 'the new one opens' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
pam "$first\n" one bob auth
is 'the old one does not' "$codes" 'auth PAM_AUTH_ERR'

pam "wrong\n$third\n$third\n" one bob chauthtok-expired
is 'no change without the present one' "$codes" \
    'chauthtok-expired PAM_AUTH_ERR'
unlike 'nor a question for a new one' "$out" '^prompt: New'
pam "$second\n$third\n$first\n" one bob chauthtok-expired
is 'two different new ones' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'
like 'with a message' "$out" '^error: Sorry, passwords do not match\.$'
pam "$second\nabc\nabc\n" one bob chauthtok-expired
is 'a weak one' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'
for fault in 'shorter than 8' 'no digit' 'no symbol'; do
	like "all of its faults at once: $fault" "$out" "^error: .*$fault"
done
pam "$second\n$first\n$first\n" one bob chauthtok-expired
is 'one of the last five' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'
is 'one fault' "$(printf '%s\n' "$out" | grep -c '^error: ')" 1
pam "$second\n" one bob auth
is 'after all this the present one is the same' "$codes" 'auth PAM_SUCCESS'
for try in 1 2 3 4 5; do
	pam "wrong$try\n" one bob chauthtok-expired
done
pam "$second\n" one bob auth
is 'guesses in the password phase lock' "$codes" 'auth PAM_AUTH_ERR'
admin unlock bob --reason test > /dev/null

service retry <<END
password required @M retry=3
END
pam "$second\nabc\nabc\n$third\n$first\n$third\n$third\n" retry bob \
    chauthtok-expired
is 'retry=3: good at the third' "$codes" 'chauthtok-expired PAM_SUCCESS'
pam "$third\na\na\nb\nb\nc\nc\n$second\n$second\n" retry bob \
    chauthtok-expired
is 'retry=3: no fourth' "$codes" 'chauthtok-expired PAM_MAXTRIES'

service strict <<END
password required @M use_authtok
END
pam "$third\n$first\n$first\n" strict bob chauthtok-expired
is 'use_authtok does not ask' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'
unlike 'really not' "$out" '^prompt: New'

service ignored <<END
password [default=ignore] @M
password required pam_permit.so
END
pam "wrong\n$second\n$second\n" ignored bob chauthtok-expired
pam "$third\n" one bob auth
is 'a first round that the stack ignores changes nothing' "$codes" \
    'auth PAM_SUCCESS'

if [ "$(id -u)" -eq 0 ]; then
	pam 'abc\nabc\n' one bob chauthtok
	is 'root too keeps the rules' "$codes" 'chauthtok PAM_AUTHTOK_ERR'
	pam '' one nobody-of-that-name chauthtok
	is 'root is told at once that there is no such account' "$out" \
	    'chauthtok PAM_USER_UNKNOWN'
	settings 'credentials = store'
	pam 'Papillon*70*jaune\nPapillon*70*jaune\n' one bob chauthtok
	is 'root resets without the present one' "$codes" \
	    'chauthtok PAM_SUCCESS'
	pam 'Papillon*70*jaune\n' one bob auth acct
	is 'to a temporary one' "$codes" \
	    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
else
	skip 'what root may do in the password phase' 'not root'
fi

# ---- departure ----

ok 'the admin closes the account' admin close bob --reason test
pam 'Papillon*70*jaune\n' one bob auth
is 'no login' "$out" "$wrong"
pam '' one bob acct
is 'with a key neither' "$codes" 'acct PAM_PERM_DENIED'

# ---- what is left behind ----

settings 'credentials = store' 'first_login_change = no' 'tell_locked = yes' \
    'max_age = 10d'
if sanitized || command -v valgrind > "$tmp/valgrind"; then
	# A sanitizer watches by itself.
	sanitized || client="valgrind -q --vgdb=no --leak-check=full \
--error-exitcode=99 $top_builddir/tests/pam/pam_client"
	pam "wrong\n$first\n$first\nabc\nabc\n" one warned auth end auth \
	    acct open close chauthtok-expired setcred
	is 'every phase, watched' "$codes" 'auth PAM_AUTH_ERR '\
'end PAM_SUCCESS auth PAM_SUCCESS acct PAM_SUCCESS open PAM_SUCCESS '\
'close PAM_SUCCESS chauthtok-expired PAM_AUTHTOK_ERR setcred PAM_SUCCESS'
	is 'no leak, no wild access' "$status" 0
else
	skip 'no leak, no wild access' 'no valgrind (Debian: valgrind)'
fi

finish
