#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Every act leaves its event, with who, from where, by what and why; locks are
# in the kernel's audit too; and no password is anywhere.

. "${top_srcdir:-.}/tests/pam/stack.sh"
command -v jq > /dev/null || skip_all 'jq is not installed'

first='Kanarie-11-erste'
second='Kanarie_22_zweite'
third='Kanarie+33+dritte'
weak='Kanarie'
wrong='Kanarie=44=falsch'
typed='Kanarie#55#als-name'

settings 'credentials = store'
service sshd <<END
auth required @M
account required @M
password required @M
session required @M
END
admin init > /dev/null

# In place of the one that libpam uses as well.
mkdir "$tmp/lib"
cp "$top_builddir/tests/pam/.libs/fake_audit.so" "$tmp/lib/libaudit.so.1"
audited=no
grep -q '^DEFS = .*HAVE_LIBAUDIT' "$top_builddir/Makefile" && audited=yes

# The last event of a kind: $event.
last()
{
	event=$(admin audit export --json --realm users |
	    jq -c "select(.kind == \"$1\")" | tail -n 1)
}

# event NAME KIND JQ-EXPRESSION: there is one, and this is true of the last.
event()
{
	last "$2"
	ok "$1" jq -e "$3" <<-END
	$event
	END
}
now=$(date +%s)
fresh="(.at | fromdate) >= $now and .id != null and .realm == \"users\""
here="$fresh and .data.service == \"paspw\" and .actor == \"root\" and
    .account == \"bob\" and .reason == \"r-1\" and .ticket == \"t-1\""
there="$fresh and .data.service == \"sshd\" and .account == \"bob\" and
    .data.rhost == \"192.0.2.7\" and .data.tty == \"pts/9\""
why='--reason r-1 --ticket t-1'
pam_options='-r 192.0.2.7 -t pts/9'
faults="FAULT_LOG=$tmp/log"

# by ARGUMENT...: an admin's command, with its reason
by()
{
	# shellcheck disable=SC2086
	admin "$@" $why > "$tmp/out" 2>&1 || note "$(cat "$tmp/out")"
}

# ---- An account, from the first day ----

printf '%s\n' "$first" > "$tmp/first"
by add bob --password-stdin --owner Zoe < "$tmp/first"
event 'issue' issue "$here and .data.owner == \"Zoe\""
pam "$first\n" sshd bob auth
event 'success' success "$there"
pam "$first\n$weak\n$weak\n" sshd bob chauthtok-expired
event 'change_refused' change_refused "$there"
pam "$first\n$second\n$second\n" sshd bob chauthtok-expired
event 'change' change "$there"
pam "$second\n" sshd bob auth acct open close
event 'login' login "$there"
event 'logout' logout "$there"
pam "$wrong\n" sshd bob auth
event 'failure' failure "$there and .data.failures == 1"
by set bob --owner Max
event 'terms' terms "$here and .data.owner_before == \"Zoe\""
by expire bob
event 'expire' expire "$here"
by lock bob
event 'admin_lock' admin_lock "$here"
by unlock bob
event 'unlock' unlock "$here"

# ---- Locked by failures ----

guess sshd bob "$wrong" "$wrong" "$wrong" "$wrong" "$wrong"
event 'lock' lock "$there and .data.failures == 5"
pam "$second\n" sshd bob auth
is 'the right one comes too late' "$codes" 'auth PAM_AUTH_ERR'
by unlock bob
event 'refused_locked' refused_locked "$fresh and .data.count >= 1 and
    .account == \"bob\""

# ---- Nobody of that name ----

pam "$wrong\n" sshd "$typed" auth
event 'unknown' unknown "$fresh and .data.service == \"sshd\" and
    .account == null and .subject == null and
    .data.rhost == \"192.0.2.7\" and .data.tty == \"pts/9\" and
    (.data.name_hash | test(\"^[0-9a-f]{16}\$\"))"
one=$(printf '%s' "$event" | jq -r .data.name_hash)
pam "$wrong\n" sshd "$typed" auth
event 'the same name' unknown ".data.name_hash == \"$one\""
pam "$wrong\n" sshd nobody-else auth
event 'another name' unknown ".data.name_hash != \"$one\""
rm "$tmp/store/users.db.names"
pam "$wrong\n" sshd "$typed" auth
is 'without its key nobody is let in' "$codes" 'auth PAM_AUTH_ERR'
event 'and the try is still told' unknown '.data.name_hash == null'

# ---- Who is behind root ----

# In the one order that both need: sudo's user must be known here.
person=$(getent passwd | awk -F : '$3 > 0 { print $1 ":" $3; exit }')
SUDO_USER=${person%:*} SUDO_UID=${person#*:} admin lock bob --reason r-2 \
    > /dev/null
event 'sudo' admin_lock ".actor == \"root (sudo: ${person%:*})\" and
    .reason == \"r-2\""
admin unlock bob --reason r-3 > /dev/null

# ---- A policy, a departure ----

settings 'credentials = store' 'max_age = 2mo' 'lock_after = 3'
admin status bob > /dev/null
event 'policy_change' policy_change "$fresh and .actor == \"root\" and
    .data.changed == 2 and .data.max_age == \"4mo -> 2mo\" and
    .data.lock_after == \"5 -> 3\" and .data.before != .data.after and
    (.data.after | length == 64)"
admin status bob > /dev/null
is 'once' "$(admin audit export --json --realm users |
    grep -c policy_change)" 1
printf '%s\n' "$third" > "$tmp/third"
by passwd bob --password-stdin < "$tmp/third"
event 'reset' reset "$here"
by close bob
event 'close' close "$here"
by add bob --reopen --password-stdin < "$tmp/first"
event 'reopen' reopen "$here and (.data.former | length == 32)"
printf 'name,owner,kind,valid_from,valid_until\nann,Zoe,person,,\n' \
    > "$tmp/people.csv"
by import csv "$tmp/people.csv"
event 'import' import "$fresh and .account == \"ann\" and
    .reason == \"r-1\" and .actor == \"root\""

# ---- The fixed list ----

sed -n 's/^	\[AUDIT_[A-Z_]*\] = { "\([a-z_]*\)".*/\1/p' \
    "$top_srcdir/lib/audit/audit.c" | sort > "$tmp/list"
admin audit export --json | jq -r .kind | sort -u > "$tmp/seen"
is 'no event has another name' "$(comm -13 "$tmp/list" "$tmp/seen")" ''
# What only time, another store or another configuration brings about.
is 'and all others were seen' "$(comm -23 "$tmp/list" "$tmp/seen" |
    tr '\n' ' ')" 'adopt expired lapsed lock_expired rehash retention '

# ---- The kernel's audit ----

if [ $audited = yes ]; then
	LD_LIBRARY_PATH=$tmp/lib:$LD_LIBRARY_PATH
	FAKE_AUDIT=$tmp/kernel
	export FAKE_AUDIT
	guess sshd bob "$wrong" "$wrong" "$wrong"
	like 'the limit is reached' "$(cat "$tmp/kernel")" \
	    '^2100 paspw-failures bob - 192\.0\.2\.7 pts/9 1$'
	like 'the account is locked' "$(cat "$tmp/kernel")" \
	    '^2207 paspw-lock bob - 192\.0\.2\.7 pts/9 1$'
	: > "$tmp/kernel"
	admin unlock bob > /dev/null
	like 'an unlock' "$(cat "$tmp/kernel")" '^1136 paspw-unlock bob '
	: > "$tmp/kernel"
	admin lock bob > /dev/null
	like 'a lock by an admin' "$(cat "$tmp/kernel")" \
	    '^1135 paspw-admin-lock bob '
	: > "$tmp/kernel"
	pam "$wrong\n" sshd ann auth
	like 'an ordinary failure is told by libpam' "$(cat "$tmp/kernel")" \
	    '^1100 PAM:authentication .*ann 192\.0\.2\.7 - pts/9 0$'
	is 'and not twice' "$(wc -l < "$tmp/kernel")" 1
	: > "$tmp/kernel"
	admin unlock bob > /dev/null
	pam_options='-r,h acct=root res=success,-t,pts/9'
	IFS=,
	for try in 1 2 3; do
		pam "$wrong\n" sshd bob auth
	done
	unset IFS
	like 'a host name adds no field' "$(cat "$tmp/kernel")" \
	    '^2207 paspw-lock bob - - pts/9 1$'
	unset FAKE_AUDIT
	exit_is 'a kernel that permits nothing' 0 admin unlock bob
	rm "$tmp/lib/libaudit.so.1"
	printf 'no library' > "$tmp/lib/libaudit.so.1"
	exit_is 'a library that cannot be loaded' 0 admin lock bob
else
	skip 'the kernel gets the locks' 'built without libaudit'
fi

# ---- No password anywhere ----

admin audit seal > /dev/null
admin audit export > "$tmp/export.csv"
admin audit export --json > "$tmp/export.json"
admin audit show > "$tmp/show"
admin export > "$tmp/accounts.json"
tar -cf "$tmp/store.tar" -C "$tmp" store
ok 'there is a log' test -s "$tmp/log"
is 'no canary in store, log, trail and exports' "$(grep -al Kanarie \
    "$tmp/store.tar" "$tmp/log" "$tmp/export.csv" "$tmp/export.json" \
    "$tmp/show" "$tmp/accounts.json" 2>&1)" ''
exit_is 'and the trail is intact' 0 admin audit verify

finish
