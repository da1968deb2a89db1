#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# What brought down others, tried on us: each case is named after the CVE.
# tests/attacks.tsv is the whole list, with the cases that are elsewhere.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Sphinx-9-quartz'
fresh='Turnip&84&velvet'
LIMIT=120	# seconds; what hangs is a failure
[ ! -d "$tmp/memcheck" ] || LIMIT=1200

settings 'credentials = store' 'first_login_change = no'
service one <<END
auth required @M
account required @M
password required @M
session required @M
END
printf '%s\n' "$right" > "$tmp/secret"
service layered <<END
auth requisite @M preauth
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
END
admin init > /dev/null
account bob "$right"
unlock()
{
	admin unlock bob --reason test > /dev/null
}

# ---- Passwords of any size, conversations of any kind ----

client="timeout $LIMIT $client"
pam_options='-c long'
pam '' one bob auth
is 'CVE-2015-3238: a password of 1 MB blocks nobody' "$codes" \
    'auth PAM_AUTH_ERR'
pam_options=
pam "$(printf '%0512d' 7)\n" one bob auth
is 'CVE-2020-1722: one of 512 bytes is a wrong one' "$codes" \
    'auth PAM_AUTH_ERR'
is 'CVE-2020-1722: and counts' "$(number failures bob)" 2
unlock
for mode in no-response no-answer; do
	pam_options="-c $mode"
	pam "$right\n" one bob auth
	is "CVE-2021-31924: conversation $mode is no answer" "$codes" \
	    'auth PAM_CONV_ERR'
done
pam_options=

# ---- A locked account tells nothing of the password ----

guess one bob wrong wrong wrong wrong wrong
pam 'wrong\n' one bob auth
wrong=$out
pam "$right\n" one bob auth
is 'CVE-2017-7551: locked, the right one answers as a wrong one' "$out" \
    "$wrong"
cp "$services/one" "$services/cron"
cp "$services/one" "$services/sshd"
pam '' cron bob acct
is 'CVE-2016-7030: a burst of guesses stops no cron job' "$codes" \
    'acct PAM_SUCCESS'
pam '' sshd bob acct
is 'CVE-2016-7030: but stops a login' "$codes" 'acct PAM_PERM_DENIED'
unlock

# ---- Every way in has the same count ----

pam 'wrong\n' one bob auth
pam 'wrong\n' layered bob auth
pam "wrong\n$fresh\n$fresh\n" one bob chauthtok-expired
printf 'wrong\n' | admin verify bob --password-stdin > /dev/null
is 'CVE-2026-9798 CVE-2026-16103: four ways in, one count' \
    "$(number failures bob)" 4
printf 'wrong\n%s\n' "$fresh" | admin change bob --password-stdin > /dev/null
pam "$right\n" layered bob auth
is 'CVE-2025-23368: the fifth locks all of them' "$codes" \
    'auth PAM_AUTH_ERR'
exit_is 'CVE-2026-16103: the tool too' 1 sh -c "printf '%s\n' '$right' |
    '$top_builddir/tools/paspw' --config '$conf' verify bob --password-stdin"
unlock

# ---- Names and fields ----

csi=$(printf '\302\233')
for text in "$(printf 'a\001b')" "$(printf 'a\033[2Jb')" \
    "$(printf 'a\177b')" "a${csi}b"; do
	exit_is 'CVE-2023-29383: a control character in a reason' 2 \
	    admin lock bob --reason "$text"
	exit_is 'CVE-2023-29383: in an owner' 2 sh -c 'printf "%s\n" "$3" |
	    "$1" --config "$2" add zoe --password-stdin --owner "$4"' sh \
	    "$top_builddir/tools/paspw" "$conf" "$right" "$text"
done
exit_is 'CVE-2023-29383: a name with a newline' 2 sh -c \
    'printf "%s\n" "$3" | "$1" --config "$2" add "$4" --password-stdin' sh \
    "$top_builddir/tools/paspw" "$conf" "$right" 'eve
root'
# shellcheck disable=SC2016
pam "$right\n" one '$(touch '"$tmp"'/owned)' auth
is 'CVE-2026-44712 CVE-2021-3621: a name is no command' "$codes" \
    'auth PAM_AUTH_ERR'
ok 'CVE-2026-44712: nothing ran' test ! -e "$tmp/owned"
for object in "$module" "$top_builddir/lib/.libs/libpaspw.so"; do
	unlike "CVE-2021-3621: no shell in ${object##*/}" \
	    "$(nm -D --undefined-only "$object")" \
	    ' (system|popen|wordexp)(@|$)'
done
if [ "$namespace" = yes ]; then
	cp /etc/passwd "$tmp/passwd"
	printf 'gecko:x:4343:4343:%s:/:/bin/sh\n' \
	    "$(awk 'BEGIN { while (n++ < 60000) printf "g" }')" \
	    >> "$tmp/passwd"
	mount --bind "$tmp/passwd" /etc/passwd
	exit_is 'CVE-2016-6318: a GECOS word of 60000 characters' 0 sh -c \
	    'printf "%s\n" "$3" | timeout 60 "$1" --config "$2" check gecko \
	    --password-stdin' sh "$top_builddir/tools/paspw" "$conf" "$right"
	umount /etc/passwd
else
	skip 'CVE-2016-6318: a GECOS word of 60000 characters' \
	    'no mount namespace'
fi

# ---- Nobody, and root without a password ----

if [ "$namespace" = yes ]; then
	printf 'root::20000:0:99999:7:::\n' > "$tmp/shadow"
	chmod 600 "$tmp/shadow"
	mount --bind "$tmp/shadow" /etc/shadow
	settings 'credentials = shadow'
	for password in '' 'any'; do
		pam "$password\n" one nobody-of-that-name auth
		is "CVE-2020-27780: nobody with '$password'" "$codes" \
		    'auth PAM_AUTH_ERR'
		pam "$password\n" one root auth
		is "CVE-2020-27780: an empty hash with '$password'" \
		    "$codes" 'auth PAM_AUTH_ERR'
	done
	umount /etc/shadow
	settings 'credentials = store' 'first_login_change = no'
else
	skip 'CVE-2020-27780: nobody' 'no mount namespace'
fi

# ---- Hashes that are none ----

hash=$(sqlite3 "$tmp/store/users.db" \
    "SELECT hash FROM account WHERE name = 'bob'")
for bad in '' '*' '!' "!$hash" 'x' '$y$' '$y$j9T$' "${hash%?}" "$hash$hash" \
    '$6$rounds=999999999999$salt$x' '$2b$31$' "$(printf '%0300d' 1)"; do
	sqlite3 "$tmp/store/users.db" \
	    "UPDATE account SET hash = '$bad' WHERE name = 'bob'"
	pam "$right\n" one bob auth
	like "CVE-2024-2199 CVE-2024-5953 CVE-2025-14905: '$bad'" "$codes" \
	    '^auth PAM_(AUTH_ERR|AUTHINFO_UNAVAIL)$'
	unlock
done
sqlite3 "$tmp/store/users.db" \
    "UPDATE account SET hash = '$hash' WHERE name = 'bob'"
pam "$right\n" one bob auth
is 'CVE-2024-2199: and with its own again' "$codes" 'auth PAM_SUCCESS'
like 'CVE-2016-5405 CVE-2026-54411: hashes are compared in constant time' \
    "$(sed -n '/^hash_equal(/,/^}/p' "$top_srcdir/lib/policy/hash.c")" 'secret_equal'
unlike 'CVE-2016-5405: and in no other way' \
    "$(sed -n '/^hash_equal(/,/^}/p' "$top_srcdir/lib/policy/hash.c")" \
    '(strcmp|memcmp)'

# ---- Files that somebody else chose ----

mkfifo "$tmp/fifo"
sed "s|conf=$conf|conf=$tmp/fifo|" "$services/one" > "$services/fifo"
pam "$right\n" fifo bob auth
is 'CVE-2024-22365: a FIFO as configuration stops nobody' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL'
cp "$conf" "$tmp/kept.conf"
settings 'credentials = store' "words = $tmp/fifo"
exit_is 'CVE-2024-22365: nor as a list of words' 5 sh -c \
    'printf "%s\n" "$3" | timeout 60 "$1" --config "$2" check bob \
    --password-stdin' sh "$top_builddir/tools/paspw" "$conf" "$fresh"
cp "$tmp/kept.conf" "$conf"
mv "$tmp/store" "$tmp/real"
ln -s "$tmp/real" "$tmp/store"
pam "$right\n" one bob auth
is 'CVE-2025-6020 CVE-2013-4235: a directory that is a link' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL'
rm "$tmp/store"
mkdir -m 0700 "$tmp/store"
ln -s "$tmp/real/users.db" "$tmp/store/users.db"
pam "$right\n" one bob auth
is 'CVE-2025-8941: a store that is a link' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL'
rm -r "$tmp/store"
mv "$tmp/real" "$tmp/store"
# shellcheck disable=SC2016
printf '[users]\nstore = sqlite:${HOME}/users.db\n' > "$tmp/home.conf"
exit_is 'CVE-2024-47191: no ${HOME} in a path' 5 env HOME="$tmp" \
    "$top_builddir/tools/paspw" --config "$tmp/home.conf" init
service file <<END
auth required @M debug_file=$tmp/debug
END
pam "$right\n" file bob auth
is 'CVE-2019-12209: there is no debug file' "$codes" 'auth PAM_SERVICE_ERR'
ok 'CVE-2019-12209: and none is made' test ! -e "$tmp/debug"
opens=$(cat "$top_srcdir"/lib/*.c "$top_srcdir"/lib/*/*.c \
    "$top_srcdir"/pam_module/*.c \
    "$top_srcdir"/pam_module/*/*.c |
    tr "\n\t" "  " | grep -o '[ =!(]\(open\|openat\)([^;]*;' |
    grep -vi -e o_cloexec -e 'flags)' -e '"/dev/null"')
is 'CVE-2019-12210: no descriptor goes to a child' "$opens" ''

# ---- Numbers ----

for line in 'lock_after = 99999999999' 'history = 4294967301' \
    'max_age = 99999999999999y' 'min_length = -1'; do
	printf '[users]\n%s\n' "$line" > "$tmp/number.conf"
	exit_is "CVE-2026-9801: $line" 5 admin policy lint "$tmp/number.conf"
done

# ---- What is logged ----

service debug <<END
auth required @M debug
account required @M debug
password required @M debug
session required @M debug
END
: > "$tmp/log"
faults="FAULT_LOG=$tmp/log"
pam "$fresh\n" debug bob auth
pam "$right\n" debug bob auth acct open close
pam "$right\n$fresh\n$fresh\n" debug bob chauthtok-expired
pam "$right\n" debug "$right" auth
faults=
ok 'CVE-2019-10195: the log says something' test -s "$tmp/log"
unlike 'CVE-2019-10195: no password in the log' "$(cat "$tmp/log")" \
    "$(printf '%s|%s' "$right" "$fresh")"
unlike 'CVE-2019-10195: nor in an event' \
    "$(admin --json audit show)" "$(printf '%s|%s' "$right" "$fresh")"

finish
