#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The profiles of pam-auth-update, put into a copy of /etc/pam.d by the real
# program, and the example for authselect: doctor finds nothing, and people
# log in and do not. In a mount namespace with an /etc of its own.

. "${top_srcdir:-.}/tests/pam/stack.sh"
[ "$namespace" = yes ] || skip_all 'needs root and a mount namespace'

password='Grenouille-47-verte'
profiles=$top_srcdir/pam_module/profiles

mkdir -p "$tmp/etc"
for file in nsswitch.conf login.defs ld.so.cache localtime debconf.conf; do
	[ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$tmp/etc/$file"
done
# of pam_limits and pam_env
cp -a /etc/security "$tmp/etc/security"
[ ! -e /etc/environment ] || cp /etc/environment "$tmp/etc/environment"
cat > "$tmp/etc/passwd" <<END
root:x:0:0:root:/root:/bin/sh
bob:x:4242:4242:Robert:/nonexistent:/bin/sh
END
cat > "$tmp/etc/group" <<END
root:x:0:
shadow:x:42:
bob:x:4242:
END
today=$(($(date +%s) / 86400))
cat > "$tmp/etc/shadow" <<END
root:*:$today:0:99999:7:::
bob:$(printf '%s' "$password" | openssl passwd -6 -stdin):$today:0:99999:7:::
END
chmod 0600 "$tmp/etc/shadow"

settings 'credentials = shadow'
admin init > /dev/null

# A fresh Debian in this namespace, with our profiles to choose from.
begin_debian()
{
	umount -q /var/cache/debconf /var/lib/pam /usr/share/pam-configs
	rm -rf "$tmp/etc/pam.d" "$tmp/lib" "$tmp/configs" "$tmp/debconf"
	cp -a "$tmp/pam.d.debian" "$tmp/etc/pam.d"
	cp -a "$tmp/lib.debian" "$tmp/lib"
	cp -a "$tmp/debconf.debian" "$tmp/debconf"
	cp -a "$tmp/configs.debian" "$tmp/configs"
	for file in "$profiles"/paspolicy*; do
		cp "$file" "$tmp/configs"
	done
	mount --bind "$tmp/configs" /usr/share/pam-configs &&
	    mount --bind "$tmp/lib" /var/lib/pam &&
	    mount --bind "$tmp/debconf" /var/cache/debconf || exit 1
}

update()
{
	DEBIAN_FRONTEND=noninteractive pam-auth-update "$@"
}

# The services of directory $1 with the module of the build in every line. In
# /etc/pam.d: libpam 1.5.2 looks there for what is included, whatever
# pam_start_confdir was told.
services=/etc/pam.d
take_services()
{
	rm -rf "$tmp/taken"
	cp -a "$1" "$tmp/taken"
	sed -i "s|[^ 	]*pam_paspolicy\.so|$module conf=$conf|" "$tmp/taken"/*
	rm -rf "$services"
	mv "$tmp/taken" "$services"
}

# What doctor says of the PAM stacks: a line for each fault.
faults_found()
{
	admin --json doctor --pam-dir "$services" | jq -r '.items[] |
	    select(.area == "pam" and .state != "ok") |
	    "\(.object) \(.item): \(.message)"'
}

# The same five things of each stack: $1 names it, $2 is its service.
try_logins()
{
	pam "$password\n" "$2" bob auth acct setcred open close
	is "$1: the right password" "$codes" "auth PAM_SUCCESS acct \
PAM_SUCCESS setcred PAM_SUCCESS open PAM_SUCCESS close PAM_SUCCESS"
	is "$1: nothing waits" "$(number pending bob)" 0
	pam 'wrong\n' "$2" bob auth
	is "$1: a wrong password" "$codes" 'auth PAM_AUTH_ERR'
	is "$1: is counted at once" "$(number failures bob)" 1
	admin lock bob --reason test > /dev/null
	pam "$password\n" "$2" bob auth
	is "$1: locked" "$codes" 'auth PAM_AUTH_ERR'
	pam '' "$2" bob acct
	is "$1: locked, with a key" "$codes" 'acct PAM_PERM_DENIED'
	admin unlock bob --reason test > /dev/null
	pam "$password\nmotdepasse\nmotdepasse\nsoleil\nsoleil\n1234\n1234\n" \
	    "$2" bob chauthtok-expired
	unlike "$1: a weak new password" "$codes" PAM_SUCCESS
	before=$(grep ^bob: /etc/shadow)
	pam "$password\nMarmotte_58_bleue\nMarmotte_58_bleue\n" "$2" bob \
	    chauthtok-expired
	is "$1: a good one" "$codes" 'chauthtok-expired PAM_SUCCESS'
	unlike "$1: is in /etc/shadow" "$(grep ^bob: /etc/shadow)" \
	    "^$(printf '%s' "$before" | sed 's/[$.]/\\&/g')\$"
	password=Marmotte_58_bleue
	pam "$password\n" "$2" bob auth acct
	is "$1: and opens" "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
	# for the next stack
	printf 'root:*:%s:0:99999:7:::\n%s\n' "$today" "$shadow" > /etc/shadow
	password='Grenouille-47-verte'
	rm -rf "$tmp/store"
	admin init > /dev/null
}
shadow=$(grep ^bob: "$tmp/etc/shadow")

# ---- Debian ----

if command -v pam-auth-update > "$tmp/none"; then
	cp -a /etc/pam.d "$tmp/pam.d.debian"
	cp -a /var/lib/pam "$tmp/lib.debian"
	cp -a /var/cache/debconf "$tmp/debconf.debian"
	cp -a /usr/share/pam-configs "$tmp/configs.debian"
fi
mount --bind "$tmp/etc" /etc || exit 1

probe()
{
	cat > "$services/probe" <<-END
	@include common-auth
	@include common-account
	@include common-password
	@include common-session
	END
}

if [ -d "$tmp/pam.d.debian" ]; then
	begin_debian
	take_services /etc/pam.d
	like 'Debian as it is: nothing is enforced' "$(faults_found)" \
	    'null nowhere'
	ok 'paspolicy is enabled' update --enable paspolicy
	cp -a /etc/pam.d "$tmp/enabled"
	take_services /etc/pam.d
	probe
	is 'one line: doctor finds nothing' "$(faults_found)" ''
	try_logins 'one line' probe
	rm -rf "$services"
	mv "$tmp/enabled" "$services"
	ok 'paspolicy is disabled' update --disable paspolicy
	ok 'all is as before' diff -r "$tmp/pam.d.debian" /etc/pam.d

	begin_debian
	ok 'the layered ones are enabled' update --enable paspolicy-layered \
	    paspolicy-layered-fail paspolicy-layered-success \
	    --disable paspolicy
	take_services /etc/pam.d
	probe
	is 'layered: doctor finds nothing' "$(faults_found)" ''
	try_logins 'layered' probe
	begin_debian
	ok 'one of them is forgotten' update --enable paspolicy-layered \
	    paspolicy-layered-success --disable paspolicy
	take_services /etc/pam.d
	like 'doctor tells' "$(faults_found)" 'authfail_missing'
else
	skip 'the profiles of Debian' 'no pam-auth-update'
fi

# ---- authselect ----

rm -rf "$tmp/fedora"
mkdir "$tmp/fedora"
cp "$profiles/authselect/system-auth" "$profiles/authselect/password-auth" \
    "$tmp/fedora"
printf 'session optional pam_umask.so silent\n' > "$tmp/fedora/postlogin"
# As Fedora has it for sshd.
cat > "$tmp/fedora/sshd" <<END
auth substack password-auth
auth include postlogin
account required pam_nologin.so
account include password-auth
password include password-auth
session include password-auth
session include postlogin
END
cat > "$tmp/fedora/other" <<END
auth required pam_deny.so
account required pam_deny.so
password required pam_deny.so
session required pam_deny.so
END
take_services "$tmp/fedora"
# Not on every machine, and nothing to us.
sed -i -e '/pam_systemd/d' -e '/pam_keyinit/d' "$services"/*-auth
is 'authselect: doctor finds nothing' "$(faults_found)" ''
try_logins 'authselect' sshd

finish
