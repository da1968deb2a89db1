#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Who is meant is what the directory says: a name in another case gets no
# counter of its own where it is the same account. And root. In a mount
# namespace with an /etc of its own; the system's is never touched.

. "${top_srcdir:-.}/tests/race/storm.sh"
[ "$namespace" = yes ] || skip_all 'needs root and a mount namespace'

mkdir -p "$tmp/etc"
for file in nsswitch.conf login.defs ld.so.cache localtime; do
	[ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$tmp/etc/$file"
done
# awk is found through them
cp -a /etc/alternatives "$tmp/etc/"
today=$(($(date +%s) / 86400))
hash=$(printf '%s' "$right" | openssl passwd -6 -stdin)
uid=0
for name in root alice bob; do
	printf '%s:x:%d:%d::/:/bin/sh\n' $name $uid $uid >&3
	printf '%s:%s:%d:0:99999:7:::\n' $name "$hash" $today >&4
	uid=$((uid + 4242))
done 3> "$tmp/etc/passwd" 4> "$tmp/etc/shadow"
chmod 0600 "$tmp/etc/shadow"
printf 'root:x:0:\nshadow:x:42:\n' > "$tmp/etc/group"
mount --bind "$tmp/etc" /etc || exit 1

fresh
sed -i 's/^credentials.*/credentials = shadow/' "$conf"
fold="$top_builddir/tests/race/.libs/fold_names.so"
[ -f "$fold" ] || { echo "Bail out! $fold is not built"; exit 1; }

lines=$(LD_PRELOAD="$fold" storm "$services" one alice:20:0 ALICE:20:0 \
    Alice:20:0)
is 'three ways to write a name: five are verified' \
    "$(total verified "$lines")" 5
is 'one row, one lock' "$(sql 'SELECT name FROM account'; state_of alice)" \
    'alice
locked 5 0 '
codes=$(LD_PRELOAD="$fold" storm -n "$services" one aLICE:0:1)
is 'and no way around it' "$(value refused "$codes")" 1
lines=$(LD_PRELOAD="$fold" storm "$services" layered bob:20:0 BOB:20:0)
is 'layered too' "$(total verified "$lines")" 5

for name in 'bob ' ' bob' 'Bob'; do
	pam "$right\n" one "$name" auth
	is "'$name' is nobody where the directory knows none" "$codes" \
	    'auth PAM_AUTH_ERR'
done
is 'and has no row' "$(sql 'SELECT count(*) FROM account')" 2

# ---- Root ----

store=$tmp/store/admins.db
lines=$(storm "$services" one root:20:0)
is 'root: every guess is verified' "$(value verified "$lines")" 20
like 'and counted' "$(state_of root)" '^active [1-9][0-9]* 0 $'
pam "$right\n" one root auth acct
is 'root is not locked' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
echo 'lock_root = yes' >> "$conf"
lines=$(storm "$services" one root:20:0)
is 'lock_root: five' "$(value verified "$lines")" 5
pam "$right\n" one root auth acct
is 'and locked' "$codes" 'auth PAM_AUTH_ERR acct PAM_PERM_DENIED'

finish
