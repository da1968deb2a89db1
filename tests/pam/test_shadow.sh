#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# credentials = shadow beside the real pam_unix, which writes /etc/shadow: in
# a mount namespace with an /etc of its own. The system's is never touched.

. "${top_srcdir:-.}/tests/pam/stack.sh"
[ "$namespace" = yes ] || skip_all 'needs root and a mount namespace'

first='Grenouille-47-verte'
second='Marmotte_58_bleue'
third='Hirondelle+69+grise'

hash_of()
{
	grep "^$1:" /etc/shadow | cut -d: -f2
}

# pam_unix replaces /etc/shadow by rename: the directory itself is ours.
mkdir -p "$tmp/etc"
for file in nsswitch.conf login.defs ld.so.cache localtime; do
	[ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$tmp/etc/$file"
done
cat > "$tmp/etc/passwd" <<END
root:x:0:0:root:/root:/bin/sh
bob:x:4242:4242:Robert:/nonexistent:/bin/sh
eve:x:4243:4243:Eve:/nonexistent:/bin/sh
ann:x:4244:4244:Ann:/nonexistent:/bin/sh
END
cat > "$tmp/etc/group" <<END
root:x:0:
shadow:x:42:
bob:x:4242:
eve:x:4243:
ann:x:4244:
END
touch "$tmp/etc/shadow"
chmod 0600 "$tmp/etc/shadow"
mount --bind "$tmp/etc" /etc || exit 1
today=$(($(date +%s) / 86400))
for name in bob eve; do
	printf '%s:%s:%d:0:99999:7:::\n' "$name" \
	    "$(printf '%s' "$first" | openssl passwd -6 -stdin)" "$today"
done > /etc/shadow
printf 'root:*:%d:0:99999:7:::\n' "$today" >> /etc/shadow
printf 'ann:%s:%d:0:99999:7:::\n' "$(hash_of bob)" $((today - 200)) \
    >> /etc/shadow

settings 'credentials = shadow'
service one <<END
auth required @M
account required @M
password requisite @M
password required pam_unix.so use_authtok yescrypt rounds=1
session required @M
END
service layered <<END
auth requisite @M preauth
auth [success=1 default=bad] pam_unix.so
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
account required @M
account required pam_unix.so
END
# pam_faillock's manual has `auth required pam_unix.so` in front of nothing.
service second <<END
auth required @M preauth
auth sufficient pam_unix.so
auth [default=die] @M authfail
auth required pam_deny.so
account required @M
account required pam_unix.so
END
service enforced <<END
password requisite @M enforce_for_root
password required pam_unix.so use_authtok yescrypt rounds=1
END
admin init > /dev/null

pam "$first\n" one bob auth acct open close
is 'a system account is taken over at first contact' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS open PAM_SUCCESS close PAM_SUCCESS'
for stack in layered second; do
	pam "$first\n" "$stack" bob auth setcred acct
	is "$stack: pam_unix verifies" "$codes" \
	    'auth PAM_SUCCESS setcred PAM_SUCCESS acct PAM_SUCCESS'
	is "$stack: one prompt" \
	    "$(printf '%s\n' "$out" | grep -c '^prompt: ')" 1
	pam 'wrong\n' "$stack" bob auth
	is "$stack: and refuses" "$codes" 'auth PAM_AUTH_ERR'
done
pam '' one eve acct
is 'a key login of somebody never seen' "$codes" 'acct PAM_SUCCESS'
pam '' one nobody-of-that-name acct
is 'of somebody unknown' "$codes" 'acct PAM_USER_UNKNOWN'

# ---- A change through pam_unix use_authtok ----

before=$(hash_of bob)
pam "$first\nabc\nabc\n" one bob chauthtok-expired
is 'a weak one' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'
pam "wrong\n$second\n$second\n" one bob chauthtok-expired
is 'not his own' "$codes" 'chauthtok-expired PAM_AUTH_ERR'
is 'nothing was written' "$(hash_of bob)" "$before"
pam "$first\n$second\n$second\n" one bob chauthtok-expired
is 'a good one' "$codes" 'chauthtok-expired PAM_SUCCESS'
is 'each is asked for once' \
    "$(printf '%s\n' "$out" | grep '^prompt: ' | tr '\n' '|')" \
    'prompt: Current password: |prompt: New password: |'\
'prompt: Retype new password: |'
like 'pam_unix wrote it' "$(hash_of bob)" '^\$y\$'
pam "$second\n" one bob auth acct
is 'it opens' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
pam "$first\n" one bob auth
is 'the old one does not' "$codes" 'auth PAM_AUTH_ERR'
pam "$second\n$first\n$first\n" one bob chauthtok-expired
is 'one of the last five' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'
pam "$second\n$second\n$second\n" one bob chauthtok-expired
is 'the present one' "$codes" 'chauthtok-expired PAM_AUTHTOK_ERR'

# ---- Root, as with passwd(1) ----

pam 'abc\nabc\n' enforced bob chauthtok
is 'enforce_for_root: the rules bind root' "$codes" \
    'chauthtok PAM_AUTHTOK_ERR'
pam_options='-c long'
pam '' one bob chauthtok
is 'what cannot be typed binds root always' "$codes" \
    'chauthtok PAM_AUTHTOK_ERR'
pam_options=
pam "$third\n$third\n" one bob chauthtok
is 'root is not asked for the present one' "$codes" 'chauthtok PAM_SUCCESS'
pam 'abc\nabc\n' one bob chauthtok
is 'root may overrule the rules' "$codes" 'chauthtok PAM_SUCCESS'
like 'but is warned' "$out" '^error: '
pam 'abc\n' one bob auth acct
is 'what root wrote is taken over' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'

# ---- Behind our back ----

pam "$first\n" one ann auth acct
is 'first contact: the age of the password counts from the change' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
pam '' one ann acct
is 'which does not bind a key' "$codes" 'acct PAM_SUCCESS'
chage -d "$today" ann
pam "$first\n" one ann auth acct
is 'chage -d makes an old password no younger' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
printf 'ann:%s\n' "$second" | chpasswd -c SHA512
pam "$second\n" one ann auth acct
is 'chpasswd makes a new one' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
pam "$first\n" one ann auth
is 'instead of the old one' "$codes" 'auth PAM_AUTH_ERR'
chage -d 0 ann
pam "$second\n" one ann auth acct
is 'chage -d 0 demands another' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
chage -d "$today" ann
pam "$second\n" one ann auth acct
is 'also when it was taken back' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
usermod -L ann
pam "$second\n" one ann auth
is 'usermod -L stops the password' "$codes" 'auth PAM_AUTH_ERR'
usermod -U ann
pam "$second\n" one ann auth acct
is 'usermod -U brings it back, no newer than it was' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'
pam "$second\n$third\n$third\n" one ann chauthtok-expired
is 'passwd' "$codes" 'chauthtok-expired PAM_SUCCESS'
pam "$third\n" one ann auth acct
is 'ends it' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
admin expire ann > /dev/null
printf 'ann:%s\n' "$first" | chpasswd -c SHA512
pam "$first\n" one ann auth acct
is 'chpasswd ends what an admin demanded' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'

# ---- Departure and return ----

chage -d $((today - 1)) ann
printf 'ann:%s\n' "$third" | chpasswd -c SHA512
chage -d $((today - 1)) ann
pam "$third\n" one ann auth
admin close ann --reason left > /dev/null
pam "$third\n" one ann auth acct
is 'somebody who left, whose system password still stands' "$codes" \
    'auth PAM_AUTH_ERR acct PAM_PERM_DENIED'
exit_is 'the name does not come back with that password' 2 admin add ann \
    --reopen --reason back
like 'it says what to do' "$err" 'set another one with passwd'
printf 'ann:%s\n' "$second" | chpasswd -c SHA512
exit_is 'but with another' 0 admin add ann --reopen --reason back
pam "$second\n" one ann auth acct
is 'which must be changed' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'

# ---- Locks ----

guess layered eve wrong1 wrong2 wrong3 wrong4 wrong5
pam "$first\n" layered eve auth
is 'five wrong ones around pam_unix lock' "$codes" 'auth PAM_AUTH_ERR'
pam '' one eve acct
is 'a key too' "$codes" 'acct PAM_PERM_DENIED'
# Within a minute or some: each new one brings one more.
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	pam "wrong$try\n" one root auth
done
is 'root is not locked' "$(number locked_at root)" ''
is 'all his failures are counted' "$(number failures root)" 15
told=$(admin audit show --account root | grep -c ' failure ')
ok "those beyond lock_after do not fill the disk ($told events of 15)" \
    test "$told" -ge 5 -a "$told" -lt 15
is 'exactly one line for each account in /etc/shadow' \
    "$(cut -d: -f1 /etc/shadow | sort | tr '\n' ' ')" 'ann bob eve root '

finish
