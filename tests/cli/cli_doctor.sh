#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# doctor: stacks that are right and wrong, and what they rest on. A small
# system in a directory; no file of the machine is looked at.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

[ "$(id -u)" -eq 0 ] ||
    skip_all 'files of root are judged, and only root can make them'

root=$tmp/root
prefix=$(sed -n 's/^prefix = //p' "$top_builddir/Makefile")
exec_prefix=$(eval echo \
    "$(sed -n 's/^exec_prefix = //p' "$top_builddir/Makefile")")
export prefix exec_prefix
# A directory of this build.
directory()
{
	eval echo "$(sed -n "s/^$1 = //p" "$top_builddir/Makefile")"
}
localstatedir=$(directory localstatedir)
libexecdir=$(directory libexecdir)
rundir=$(directory rundir)
pamdir=$(directory pamdir)
module=$root$pamdir/pam_paspolicy.so

# A service from standard input: `service sshd <<END`; P is our module.
service()
{
	sed 's/\bP\b/pam_paspolicy.so/' > "$root/etc/pam.d/$1"
}

# Only the services of one test.
services()
{
	rm -rf "$root/etc/pam.d"
	mkdir -p "$root/etc/pam.d"
	service other <<-END
	auth required pam_deny.so
	account required pam_deny.so
	password required pam_deny.so
	session required pam_deny.so
	END
}

right()
{
	service "$1" <<-END
	auth required P
	account required P
	account required pam_unix.so
	password requisite P
	password required pam_unix.so use_authtok yescrypt
	session required P
	END
}

doctor()
{
	pw doctor --root "$root" "$@"
}

# The items of a state, as `object item`; $1: the state, $2: the area.
items()
{
	printf '%s' "$out" | jq -r --arg state "$1" --arg area "$2" \
	    '.items[] | select(.state == $state and .area == $area) |
	    "\(.object) \(.item)"'
}

mkdir -p "$(dirname "$module")"
: > "$module"
chmod 644 "$module"
mkdir -p "$root/etc"
printf 'root:*:1::::::\n' > "$root/etc/shadow"
chmod 640 "$root/etc/shadow"
fresh

# ---- Stacks ----

services
right sshd
right login
exit_is 'right stacks' 0 doctor --json
is 'no fault' "$(items fault pam)" ''
is 'and no warning' "$(items warning pam)" ''
is 'each is told' "$(items ok pam)" 'login sshd stack
other refuses'
ok 'one object, with what is enforced' json '
    .verdict != "fault" and .faults == 0 and
    .services.sshd == {auth: "whole", account: true, password: true,
    session: true, sound: true}'
exit_is 'as text' 0 doctor
like 'a line for each' "$out" '^  ok +login sshd: '
unlike 'no colour in a pipe' "$out" "$(printf '\033')"

# wrong NAME ITEM STATE: the service of this name is wrong in this way.
wrong()
{
	code=0
	[ "$3" = warning ] || code=1
	exit_is "$2" "$code" doctor --json
	like "$2: named" "$(items "$3" pam)" "^$1 $2\$"
	ok "$2: says what to do" json '[.items[] | select(.item == "'"$2"'") |
	    (.advice | type == "string" and length > 10) and
	    (.message | length > 10)] | length > 0 and all'
}

services
exit_is 'ours is nowhere' 1 doctor --json
is 'that is a fault' "$(items fault pam)" 'null nowhere'
services
right sshd
service su <<END
auth sufficient pam_rootok.so
auth required pam_unix.so
account required pam_unix.so
END
wrong su unprotected warning
services
service x <<END
auth sufficient pam_unix.so
auth required P
account required P
END
wrong x bypass fault
like 'with its place' "$out" 'pam_unix \([^)]*/etc/pam.d/x:1\)'
services
service x <<END
auth [success=1 default=ignore] pam_unix.so
auth requisite P
auth required pam_permit.so
account required P
END
wrong x bypass fault
services
service x <<END
auth requisite P preauth
auth sufficient P authsucc
auth [success=1 default=bad] pam_unix.so
auth [default=die] P authfail
auth required pam_deny.so
account required P
END
wrong x authsucc_early fault
like 'authsucc is to blame' "$out" 'pam.d/x:2'
services
service x <<END
auth requisite P preauth
auth required pam_unix.so
account required P
END
wrong x authfail_missing warning
services
service x <<END
auth required P preauth
auth sufficient pam_unix.so
auth [default=die] P authfail
auth required pam_deny.so
account required P
END
wrong x preauth_required warning
services
service x <<END
auth required P preauth
auth required pam_unix.so
auth required P authsucc
account required P
END
wrong x pardoned fault
services
service x <<END
auth sufficient P
auth required pam_unix.so
account required P
END
wrong x ignored fault
services
service x <<END
auth requisite pam_unix.so
auth required P
account required P
END
wrong x order fault
services
service x <<END
auth [success=1 default=bad] pam_unix.so
auth [default=die] P authfail
auth sufficient P authsucc
auth required pam_deny.so
account required P
END
wrong x preauth_missing fault
services
service x <<END
auth required P
account required pam_unix.so
END
wrong x account_missing fault
services
service x <<END
auth required P
account required P
password required pam_unix.so
END
wrong x password_missing fault
services
service x <<END
auth required P
account required P
password requisite P
password required pam_unix.so yescrypt
END
wrong x use_authtok fault
services
service x <<END
auth required pam_faillock.so preauth
auth required P
account required P
END
wrong x two_counters warning
services
service x <<END
auth required P deny=5
account required P
END
wrong x arguments fault
like 'and names the setting' "$out" 'lock_after'
services
service x <<END
auth required P
account required P
account include nowhere
END
wrong x include fault
services
service x <<END
auth required /nowhere/pam_paspolicy.so
account required P
END
wrong x module_file fault
wrong x shut fault
services
right x
chmod 666 "$module"
wrong x module_owner fault
chmod 644 "$module"
services
service x <<END
auth required P
account required P
auth
END
wrong x broken_line fault
services
service x <<END
auth required P conf=/elsewhere.conf
account required P
END
exit_is 'another configuration on the line' 0 doctor --json
is 'is named' "$(items warning pam)" '/elsewhere.conf other_config'

# ---- As distributions write it ----

services
service common-auth <<END
auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
END
service common-account <<END
account required P
END
for name in login sshd; do
	service $name <<-END
	@include common-auth
	@include common-account
	END
done
exit_is 'a file that others include' 1 doctor --json
is 'is judged once, with all that use it' "$(items fault pam)" \
    'login sshd bypass'
like 'and named itself' "$out" 'pam_unix \([^)]*/common-auth:1\)'

# Debian's own, over the files that pam-auth-update makes with our profile.
services
service common-auth <<END
auth [success=2 default=die] P
auth [success=1 default=ignore] pam_unix.so nullok try_first_pass
auth requisite pam_deny.so
auth required pam_permit.so
auth optional pam_cap.so
END
service common-account <<END
account requisite P
account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
account requisite pam_deny.so
account required pam_permit.so
END
service common-password <<END
password requisite P retry=3
password [success=1 default=ignore] pam_unix.so obscure use_authtok yescrypt
password requisite pam_deny.so
password required pam_permit.so
END
service common-session <<END
session [default=1] pam_permit.so
session requisite pam_deny.so
session required pam_permit.so
session required pam_unix.so
session optional P
END
all='@include common-auth
@include common-account
@include common-password
@include common-session'
service su <<END
auth sufficient pam_rootok.so
session required pam_env.so readenv=1
$all
END
printf 'auth include su\naccount include su\npassword include su\n' |
    service su-l
service sshd <<END
$all
account required pam_nologin.so
session [success=ok ignore=ignore module_unknown=ignore default=bad] \\
    pam_selinux.so close
END
service login <<END
auth optional pam_faildelay.so delay=3000000
auth requisite pam_nologin.so
auth optional pam_group.so
$all
END
service gdm-password <<END
auth requisite pam_nologin.so
auth required pam_succeed_if.so user != root quiet_success
$all
auth optional pam_gnome_keyring.so
END
service cron <<END
@include common-auth
session required pam_loginuid.so
@include common-account
@include common-session
END
service passwd <<END
@include common-password
END
printf '%s\n' "$all" | service other
exit_is "Debian's services under our profile" 0 doctor --json
is 'nothing is wrong with any' "$(items warning pam)" ''
is 'and all are told' "$(items ok pam)" \
    'cron gdm-password login other passwd sshd su su-l stack'
service lightdm-autologin <<END
auth required pam_permit.so
@include common-account
END
service lightdm <<END
auth sufficient pam_succeed_if.so user ingroup nopasswdlogin
$all
END
exit_is 'logins that are open on purpose' 0 doctor --json
is 'are warnings' "$(items warning pam)" 'lightdm open
lightdm-autologin open'
services
service common-auth <<END
auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
END
service common-account <<END
account required P
END
for name in login sshd; do
	service $name <<-END
	@include common-auth
	@include common-account
	END
done
mkdir "$tmp/pam.d"
cp "$root"/etc/pam.d/* "$tmp/pam.d"
exit_is 'a directory of its own' 1 pw doctor --root "$root" \
    --pam-dir "$tmp/pam.d" --json
is 'is read' "$(items fault pam)" 'login sshd bypass'
exit_is 'and one that is not there' 1 pw doctor --root "$root" \
    --pam-dir "$tmp/nowhere" --json
is 'is a fault' "$(items fault pam)" "$tmp/nowhere directory"

# ---- What it rests on ----

services
right sshd
exit_is 'all well' 0 doctor --json
is 'the stores are whole and sealed' "$(items ok store)" 'users memory
users store
users seal
admins memory
admins store
admins seal'
first_keys=$root$localstatedir/lib/paspw/first-keys
mkdir -p "${first_keys%/*}"
: > "$first_keys"
exit_is 'first keys that stayed here' 0 doctor --json
is 'are to be moved away' "$(items warning store)" "$first_keys first_keys"
like 'to whom' "$(doctor)" 'auditor'
rm "$first_keys"
exit_is 'first keys that are away' 0 doctor --json
is 'are not missed' "$(items warning store)" ''
pw add alice --generate > /dev/null
exit_is 'an account without owner' 0 doctor --json
is 'is a warning' "$(items warning account)" 'null owner'
mv "$store.key" "$tmp/key"
exit_is 'without its key' 1 doctor --json
is 'the key is missed' "$(items fault store)" 'users key'
mv "$tmp/key" "$store.key"
chmod 640 "$store.key"
exit_is 'a key that others read' 1 doctor --json
is 'is a fault' "$(items fault store)" 'users key'
chmod 600 "$store.key"
chmod 755 "$state"
exit_is 'a store that others see' 1 doctor --json
is 'is unusable' "$(items fault store)" 'users unusable
admins unusable'
chmod 700 "$state"
# close empties the log into the database
pw add dora --generate > /dev/null
pw close dora --reason test > /dev/null
cp -a "$state" "$tmp/whole"
dd if=/dev/urandom of="$store" bs=512 seek=9 count=90 conv=notrunc \
    2> /dev/null
exit_is 'a damaged store' 1 doctor --json
like 'is found' "$(items fault store)" '^users (integrity|unusable)$'
rm -rf "$state"
cp -a "$tmp/whole" "$state"
reason=$(unfakeable)
if [ -z "$reason" ]; then
	exit_is 'a clock that went back' 1 faked -2d "$paspw" \
	    --config "$conf" doctor --root "$root" --json
	is 'is a fault' "$(items fault store)" 'users clock'
	exit_is 'seals that are not made' 0 faked +2d "$paspw" \
	    --config "$conf" doctor --root "$root" --json
	is 'are missed' "$(items warning store)" 'users seal
admins seal'
else
	skip 'a clock that went back' "$reason"
fi

# ---- Ways to the stores ----

helper=$root$libexecdir/paspw-helper
socket=$root$rundir/paspw/agent.sock
mkdir -p "${helper%/*}" "${socket%/*}"
exit_is 'neither agent nor helper' 0 doctor --json
is 'is a warning' "$(items warning caller)" 'null no_way'
: > "$helper"
chmod 6755 "$helper"
exit_is 'a helper that is root' 1 doctor --json
is 'is a fault' "$(items fault caller)" "$helper helper"
like 'with what to do' "$out" 'chown paspw:shadow and chmod 6755'
chmod 6777 "$helper"
exit_is 'one that others write' 1 doctor --json
like 'is one too' "$out" 'others can replace the helper'
rm "$helper"
: > "$socket"
exit_is 'a socket that is a file' 1 doctor --json
is 'is nobody to ask' "$(items fault caller)" "$socket socket"
rm "$socket"

cp "$conf" "$tmp/good.conf"
printf 'min_length = many\n' >> "$conf"
exit_is 'a broken configuration' 1 doctor --json
like 'is told with its line' "$out" "$conf:[0-9]+: min_length"
like 'and which policy is in force' "$(items fault policy)
$(items warning policy)" "^$conf last_good\$"
cp "$tmp/good.conf" "$conf"
chmod 666 "$conf"
exit_is 'one that others can write' 1 doctor --json
like 'is a fault' "$(items fault policy)" "^$conf owner\$"
chmod 600 "$conf"
printf '[guests]\nextends = users\nstore = sqlite:%s\n' "$state/guests.db" \
    >> "$conf"
pw init > /dev/null
exit_is 'a realm that claims nobody' 0 doctor --json
like 'is a warning' "$(items warning policy)" '^guests members$'
printf '[guests]\nextends = users\nmembers = eve\nstore = sqlite:%s\n' \
    "$state/guests.db" | cat - "$tmp/good.conf" > "$conf"
exit_is 'everybody, behind a realm of some' 0 doctor --json
unlike 'is no warning' "$(items warning policy)" ' members$'
cp "$tmp/good.conf" "$conf"

shadow()
{
	printf '%s\n' "$@" > "$root/etc/shadow"
}
shadow 'root:*:1::::::' 'eve::1::::::' 'old:$6$a$b:1::::::' \
    'weak:$1$a$b:1::::::' 'des:aaaaaaaaaaaaa:1::::::' 'gone:!$1$a:1::::::' \
    'good:$y$j9T$x$y:1::::::'
exit_is 'hashes of the system' 1 doctor --json
is 'empty and weak ones are faults' "$(items fault shadow |
    sed 's/.* //')" 'empty
weak'
like 'with their names' "$out" 'no password is needed for: eve"'
like 'all of them' "$out" 'breaks in hours: weak des"'
is 'what is not memory-hard is a warning' "$(items warning shadow |
    sed 's/.* //')" 'not_memory_hard'
shadow 'root:*:1::::::'
chmod 644 "$root/etc/shadow"
exit_is 'hashes that all can read' 1 doctor --json
like 'are a fault' "$(items fault shadow)" ' mode$'
chmod 640 "$root/etc/shadow"

# ---- sshd ----

if command -v ssh-keygen > "$tmp/none" && [ -x /usr/sbin/sshd ]; then
	mkdir -p "$root/etc/ssh"
	# sshd wants it, and its service makes it
	made=no
	[ -d /run/sshd ] || { mkdir /run/sshd && made=yes; }
	ssh-keygen -q -t ed25519 -N '' -f "$root/etc/ssh/key"
	sshd_config()
	{
		printf '%s\n' "HostKey $root/etc/ssh/key" "$@" \
		    > "$root/etc/ssh/sshd_config"
	}
	sshd_config 'UsePAM yes' 'KbdInteractiveAuthentication yes' \
	    'PasswordAuthentication no'
	exit_is 'sshd as it should be' 0 doctor --json
	like 'is fine' "$(items ok sshd)" ' settings$'
	sshd_config 'UsePAM no' 'PermitEmptyPasswords yes'
	exit_is 'sshd without PAM' 1 doctor --json
	like 'is a fault' "$(items fault sshd)" ' use_pam$'
	like 'as empty passwords are' "$(items fault sshd)" \
	    ' empty_passwords$'
	sshd_config 'Frobnicate yes'
	exit_is 'a file that sshd does not take' 0 doctor --json
	like 'is told' "$(items warning sshd)" ' unread$'
	cp "$root/etc/ssh/sshd_config" "$tmp/sshd"
	printf '%s\n' "HostKey $root/etc/ssh/key" 'UsePAM no' > "$tmp/sshd"
	exit_is 'another file' 1 doctor --sshd-config "$tmp/sshd" --json
	like 'is read instead' "$(items fault sshd)" "^$tmp/sshd use_pam\$"
	[ $made = no ] || rmdir /run/sshd
else
	skip 'sshd' 'no sshd (Debian: openssh-server)'
fi

finish
