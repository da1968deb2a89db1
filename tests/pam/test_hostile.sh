#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Whatever breaks, nobody gets in: conversations, arguments, configuration,
# store, each verb of the library, memory.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'
next='Marmotte_58_bleue'

settings 'credentials = store' 'first_login_change = no'
printf '%s\n' "$right" > "$tmp/secret"
service one <<END
auth required @M
account required @M
password required @M
session required @M
END
service layered <<END
auth requisite @M preauth
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
END
# What a door looks like that an error may not open.
service lenient <<END
auth [success=done auth_err=die ignore=ignore default=bad] @M
auth required pam_permit.so
END
admin init > /dev/null
account bob "$right"


# ---- Conversations ----

for mode in no-response no-answer fail; do
	pam_options="-c $mode"
	for stack in one layered; do
		pam "$right\n" "$stack" bob auth
		is "$stack, conversation $mode" "$codes" 'auth PAM_CONV_ERR'
	done
	pam "$right\n$next\n$next\n" one bob chauthtok-expired
	is "a change, conversation $mode" "$codes" \
	    'chauthtok-expired PAM_CONV_ERR'
done
is 'no answer is no guess' "$(number failures bob)" 0
pam_options='-c long'
for stack in one layered; do
	pam '' "$stack" bob auth
	is "$stack: a password of 1 MB" "$codes" 'auth PAM_AUTH_ERR'
done
is 'is a guess' "$(number failures bob)" 2
pam_options='-c again'
pam "$right\n" one bob auth
is 'PAM_CONV_AGAIN' "$codes" 'auth PAM_INCOMPLETE auth PAM_SUCCESS'
pam "$right\n" layered bob auth
is 'PAM_CONV_AGAIN, layered' "$codes" 'auth PAM_INCOMPLETE auth PAM_SUCCESS'
pam "$right\n$next\n$next\n" one bob chauthtok-expired
is 'PAM_CONV_AGAIN in a change' "$codes" \
    'chauthtok-expired PAM_INCOMPLETE chauthtok-expired PAM_SUCCESS'
pam_options=
right=$next
printf '%s\n' "$right" > "$tmp/secret"
pam "$right\n" one bob auth
is 'which changed it' "$codes" 'auth PAM_SUCCESS'
pam "$right\n" one bob chauthtok-expired
is 'a conversation that ends within a change' "$codes" \
    'chauthtok-expired PAM_CONV_ERR'

# A new password of 1 MB reaches the rules, by the hand of root.
if [ "$(id -u)" -eq 0 ]; then
	pam_options='-c long'
	pam '' one bob chauthtok
	is 'a new password of 1 MB' "$codes" 'chauthtok PAM_AUTHTOK_ERR'
	pam_options=
else
	skip 'a new password of 1 MB' 'not root'
fi
service firstpass <<END
auth required @M use_first_pass
END
pam "$right\n" firstpass bob auth
is 'use_first_pass without one' "$codes" 'auth PAM_AUTH_ERR'
unlike 'does not ask' "$out" '^prompt: '

# ---- Arguments ----

all='auth acct chauthtok open close'
for argument in deny=5 unlock_time=600 fail_interval=900 even_deny_root \
    admin_group=wheel dir=/run onerr=fail silent=1 retry=0 retry=x conf= \
    conf=relative.conf preauth\ authsucc; do
	service bad <<END
auth required @M $argument
account required @M $argument
password required @M $argument
session required @M $argument
END
	# shellcheck disable=SC2086
	pam "$right\n" bad bob $all setcred
	is "argument $argument" "$codes" 'auth PAM_SERVICE_ERR '\
'acct PAM_SERVICE_ERR chauthtok PAM_SERVICE_ERR open PAM_SERVICE_ERR '\
'close PAM_SERVICE_ERR setcred PAM_SERVICE_ERR'
done
service realm <<END
auth required @M realm=nowhere
account required @M realm=nowhere
END
pam "$right\n" realm bob auth acct
is 'a realm that is not there' "$codes" \
    'auth PAM_SERVICE_ERR acct PAM_SERVICE_ERR'

# ---- Configuration and store ----

closed='auth PAM_AUTHINFO_UNAVAIL acct PAM_AUTHINFO_UNAVAIL '\
'chauthtok PAM_AUTHTOK_ERR open PAM_SESSION_ERR close PAM_SESSION_ERR'
sed "s|conf=$conf|conf=$tmp/absent.conf|" "$services/one" \
    > "$services/absent"
# shellcheck disable=SC2086
pam "$right\n" absent bob $all
is 'a configuration that is not there' "$codes" "$closed"
printf '[users]\nmin_lenght = 8\n' > "$tmp/broken.conf"
sed "s|conf=$conf|conf=$tmp/broken.conf|" "$services/one" \
    > "$services/broken"
# shellcheck disable=SC2086
pam "$right\n" broken bob $all
is 'a broken one without a last good policy' "$codes" "$closed"

echo 'min_lenght = 1' >> "$conf"
pam "$right\n" one bob auth acct
if [ -w "$state" ]; then
	is 'a broken edit: the last good policy stays' "$codes" \
	    'auth PAM_SUCCESS acct PAM_SUCCESS'
	pam 'wrong\n' one bob auth
	is 'and still refuses' "$codes" 'auth PAM_AUTH_ERR'
else
	is 'a broken edit, and nowhere to keep the last good policy' \
	    "$codes" 'auth PAM_AUTHINFO_UNAVAIL acct PAM_AUTHINFO_UNAVAIL'
fi
settings 'credentials = store' 'first_login_change = no'

mv "$conf" "$conf.away"
# shellcheck disable=SC2086
pam "$right\n" one bob $all
is 'one that was there, and is taken away' "$codes" "$closed"
mv "$conf.away" "$conf"

mv "$tmp/store" "$tmp/away"
# shellcheck disable=SC2086
pam "$right\n$next\n$next\n" one bob $all
is 'a store that is not there' "$codes" "$closed"
pam "$right\n" layered bob auth
is 'layered too' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
pam "$right\n" lenient bob auth
is 'no answer opens no door' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
mkdir -m 0700 "$tmp/store"
echo 'this is no database' > "$tmp/store/users.db"
chmod 0600 "$tmp/store/users.db"
# shellcheck disable=SC2086
pam "$right\n$next\n$next\n" one bob $all
is 'a store that is none' "$codes" "$closed"
rm -r "$tmp/store"
mv "$tmp/away" "$tmp/store"
chmod 0755 "$tmp/store"
pam "$right\n" one bob auth
is 'a store that others may read' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
chmod 0700 "$tmp/store"
pam "$right\n" one bob auth acct
is 'and all is well again' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'

# Whoever runs a set-id program can stop it while it holds the store.
if [ "$(id -u)" -eq 0 ]; then
	pam_options='-u 4242'
	pam "$right\n" one bob auth acct
	is 'a set-id program opens no store' "$codes" \
	    'auth PAM_AUTHINFO_UNAVAIL acct PAM_PERM_DENIED'
	pam_options=
else
	skip 'a set-id program opens no store' 'not root'
fi

# ---- Each verb fails once with each error, and says "accepted" with it ----

# Tries that no fault settles do not get in each other's way.
settings 'credentials = store' 'first_login_change = no' 'lock_after = 100' \
    'attempt_lease = 1s'
opened=0
runs=0
# expects SERVICE PHASE...: the last phase may not succeed
expects()
{
	pam "$right\n$next\n$next\n" "$1" bob "$2"
	runs=$((runs + 1))
	case $codes in
	*PAM_SUCCESS*|*PAM_IGNORE*|'')
		opened=$((opened + 1))
		note "$faults $*: $codes"
		;;
	esac
}
for error in 1 2 3 4 5 6 7 8 9 10 77; do
	for verb in paspw_open paspw_set paspw_authenticate; do
		faults="FAULT_VERB=$verb FAULT_ERROR=$error"
		expects one auth
		expects one chauthtok-expired
	done
	for verb in paspw_open paspw_set paspw_attempt_begin \
	    paspw_attempt_settle; do
		faults="FAULT_VERB=$verb FAULT_ERROR=$error"
		expects layered auth
	done
	for verb in paspw_open paspw_set paspw_account_verdict; do
		faults="FAULT_VERB=$verb FAULT_ERROR=$error"
		expects one acct
	done
	for verb in paspw_open paspw_set paspw_session paspw_status; do
		faults="FAULT_VERB=$verb FAULT_ERROR=$error"
		expects one open
	done
	for verb in paspw_setting paspw_change_authenticated; do
		faults="FAULT_VERB=$verb FAULT_ERROR=$error"
		expects one chauthtok-expired
	done
done
is "$runs faults of verbs" "$opened" 0

for verdict in 0 2 3 4 5 6 7 8 9 10 11 77; do
	faults="FAULT_VERDICT=$verdict"
	expects one auth
	expects layered auth
	expects one acct
	expects one chauthtok-expired
done
is "$runs with those of verdicts" "$opened" 0

faults=FAULT_LIBRARY=libsqlite3.so.0
expects one auth
expects one acct
is 'a library that is not there opens no door' "$opened" 0
like 'and is told as what it is' "$codes" PAM_AUTHINFO_UNAVAIL
faults=

# ---- Memory: each allocation is the last one that succeeds ----

if sanitized; then
	skip 'without memory' "malloc is the sanitizer's, and cannot fail"
	finish
fi

# A wrong password: nothing else could refuse it. glibc's loader may give up
# by itself (127); nothing may crash.
GAVE_UP=127
last=0
opened=0
crashed=0
allocation=1
while [ "$last" -eq 0 ] && [ "$allocation" -lt 20000 ]; do
	admin unlock bob --reason test > /dev/null
	faults="FAULT_ALLOCATION=$allocation"
	pam 'wrong\n' one bob auth acct
	case $codes in
	'auth PAM_AUTH_ERR acct PAM_SUCCESS')
		last=$allocation
		;;
	*'auth PAM_SUCCESS'*)
		opened=$((opened + 1))
		;;
	esac
	[ "$status" -le 1 ] || [ "$status" -eq $GAVE_UP ] ||
	    crashed=$((crashed + 1))
	allocation=$((allocation + 1 + allocation / 20))
done
faults=
note "allocations until nothing fails: $last"
is 'without memory nobody gets in' "$opened" 0
is 'nor does the program crash' "$crashed" 0
ok 'and with all of it the test came to its end' test "$last" -gt 20

finish
