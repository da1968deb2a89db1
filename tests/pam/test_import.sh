#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# import shadow into a realm whose passwords stay in /etc/shadow: in a mount
# namespace with an /etc of its own. The system's is never touched.

. "${top_srcdir:-.}/tests/pam/stack.sh"
[ "$namespace" = yes ] || skip_all 'needs root and a mount namespace'
command -v jq > /dev/null || skip_all 'jq is not installed'

password='Grenouille-47-verte'
other='Marmotte_58_bleue'

hash_of()
{
	printf '%s' "$1" | openssl passwd -6 -stdin
}

mkdir -p "$tmp/etc"
for file in nsswitch.conf login.defs ld.so.cache localtime; do
	[ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$tmp/etc/$file"
done
printf '%s:x:%d:%d::/nonexistent:/bin/sh\n' bob 4242 4242 eve 4243 4243 \
    ann 4244 4244 old 4245 4245 > "$tmp/etc/passwd"
today=$(($(date +%s) / 86400))
hash=$(hash_of "$password")
cat > "$tmp/etc/shadow" <<END
bob:$hash:$((today - 30)):0:99999:7:::
eve:!$hash:$((today - 30)):0:99999:7:::
ann:$hash:$((today - 30)):0:99999:7::$((today - 1)):
old:$hash:$((today - 300)):0:99999:7:::
END
chmod 600 "$tmp/etc/shadow"
mount --bind "$tmp/etc" /etc || exit 1
cp /etc/shadow "$tmp/with-ghost"
printf 'ghost:%s:%d:0:99999:7:::\n' "$hash" "$today" >> "$tmp/with-ghost"

settings 'credentials = shadow'
service one <<END
auth required @M
account required @M
END
admin init > /dev/null

# of NAME: its status
of()
{
	admin --json status "$1"
}

before=$(cat /etc/shadow)
exit_is 'import of /etc/shadow' 0 admin import shadow --reason 'moving in'
is 'takes all of it over' "$out" '4 taken over, 0 unchanged, 0 left out'
is 'and leaves it as it is' "$(cat /etc/shadow)" "$before"
is 'the system keeps the password' "$(of bob | jq -r .credentials)" shadow
is 'its date came' "$(of bob | jq -r '.changed_at | fromdate')" \
    $(((today - 30) * 86400))
is 'who was locked is locked' "$(of eve | jq -r '.state + .lock_reason')" \
    lockedadmin
is 'who had left has left' "$(of ann | jq -r '.valid_until | fromdate')" \
    $(((today - 1) * 86400))
is 'who is too old is too old' "$(of old | jq -r .state)" expired
events=$(admin audit export --json | wc -l)
is 'an event for each' "$(admin audit export --json |
    jq -r 'select(.kind == "import" and .reason == "moving in") | .account' |
    sort | tr '\n' ' ')" 'ann bob eve old '
exit_is 'again' 0 admin import shadow --reason 'moving in' --json
is 'changes nothing' "$(printf '%s' "$out" | jq -cS .)" \
    '{"imported":0,"skipped":[],"unchanged":4}'
is 'and records nothing' "$(admin audit export --json | wc -l)" "$events"
exit_is 'somebody whom the system does not know' 1 admin import shadow \
    "$tmp/with-ghost" --json
is 'is left out, with the reason' "$(printf '%s' "$out" |
    jq -r '.skipped[] | .line, (.reason | length > 10)' | tr '\n' ' ')" \
    '5 true '
exit_is 'and has no row' 3 admin status ghost

pam "$password\n" one bob auth acct
is 'who was imported gets in' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
pam "$password\n" one eve auth
is 'who is locked does not' "$codes" 'auth PAM_AUTH_ERR'
pam '' one eve acct
is 'nor with a key' "$codes" 'acct PAM_PERM_DENIED'
pam '' one ann acct
is 'nor who has left' "$codes" 'acct PAM_ACCT_EXPIRED'
pam "$password\n" one old auth acct
is 'the too old one is changed first' "$codes" \
    'auth PAM_SUCCESS acct PAM_NEW_AUTHTOK_REQD'

# usermod -p behind our back; the first adoption was at first contact
fresh=$(hash_of "$other")
sed -i "s|^bob:[^:]*:[0-9]*:|bob:$fresh:$today:|" /etc/shadow
pam "$other\n" one bob auth acct
is 'a new password there is taken over' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'
is 'and recorded' "$(admin audit export --json --account bob |
    jq -r .kind | grep -c '^adopt$')" 2
exit_is 'an import after it' 0 admin import shadow --json
is 'sees it as it is' "$(printf '%s' "$out" | jq -cS .)" \
    '{"imported":0,"skipped":[],"unchanged":4}'

finish
