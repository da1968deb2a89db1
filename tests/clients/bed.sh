# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# shellcheck shell=sh disable=SC2154,SC2034
#
# A machine of its own for real programs, instead of tap.sh. The script that
# sources this runs as root in namespaces (mounts, processes, network) on a
# copy of this machine's file system that is written to memory alone: own
# /etc, own /var, our module installed, OpenSSH's server, sudo, cron, vsftpd
# and vlock unpacked from Debian's packages. When its first process ends, also
# by a kill, all of it is gone.
#
# People, each named after a situation, all with the password $right:
#	right wrong locked expired change closed outside
# "wrong" is who types a wrong one; nobody is called "unknown".
#
#	stack ours|peers	the whole machine asks pam_paspolicy, or pam_unix
#				and pam_faillock, and has these people
#	again			people as they were then
#	settings LINE...	write the configuration, with more for people
#	common PHASE		the lines of one phase, from standard input
#	talk PROGRAM...		see talk; answers from standard input
#	as USER PROGRAM...	the same, as an ordinary user
#	be USER PROGRAM...	as that user, without a terminal
#	number FIELD USER	a number of `paspw status`
#	logged ERE		did a line of the system's log match?

situations='right wrong unknown locked expired change closed outside'
people='right wrong locked expired change closed outside'
packages=${PASPW_TEST_PACKAGES:-/var/cache/libpaspw-tests}

bed_skip()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# ---- Outside: make the copy, and run the script again in it ----

bed_packages()
{
	sed -n "s/^unpacked='\(.*\)'/\1/p" \
	    "$top_srcdir/tools/install-dependencies"
}

# The newest one, if it is there.
bed_package()
{
	find "$packages" -name "$1_*.deb" 2> /dev/null | sort | tail -n 1
}

bed_unpack()
{
	dpkg-deb --fsys-tarfile "$1" | tar -C "$2" --keep-directory-symlink \
	    --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
	    --exclude='./usr/share/locale/*' -xpf -
}

# Only what a terminal and a log need: the machine's own are out of reach.
bed_devices()
{
	mount -t tmpfs -o mode=0755 tmpfs "$1/dev"
	mkdir "$1/dev/pts" "$1/dev/shm"
	chmod 1777 "$1/dev/shm"
	for name in null zero full random urandom tty; do
		touch "$1/dev/$name"
		mount --bind "/dev/$name" "$1/dev/$name"
	done
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts \
	    "$1/dev/pts"
	ln -s pts/ptmx "$1/dev/ptmx"
	ln -s /proc/self/fd "$1/dev/fd"
}

bed_make()
{
	mount -t tmpfs -o mode=0755 tmpfs /mnt
	mkdir /mnt/upper /mnt/work /mnt/root
	mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work \
	    overlay /mnt/root
	# On another file system than /, perhaps.
	for directory in "$top_srcdir" "$top_builddir"; do
		[ ! -d "/mnt/root$directory" ] || [ -n "$(find \
		    "/mnt/root$directory" -prune -empty)" ] || continue
		mkdir -p "/mnt/root$directory"
		mount --rbind "$directory" "/mnt/root$directory"
	done
	for package in $(bed_packages); do
		bed_unpack "$(bed_package "$package")" /mnt/root
	done
	bed_devices /mnt/root
	mount -t proc proc /mnt/root/proc
	mount -t tmpfs -o mode=0755 tmpfs /mnt/root/run
	ip link set lo up
}

bed_enter()
{
	for file in pam_module/.libs/pam_paspolicy.so tests/pam/pam_client \
	    tests/pam/.libs/pam_dummy.so; do
		[ -f "$top_builddir/$file" ] ||
		    { echo "Bail out! $file is not built"; exit 1; }
	done
	[ "$(id -u)" -eq 0 ] || bed_skip 'needs root'
	unshare --mount --net --pid --ipc --fork true 2> /dev/null ||
	    bed_skip 'needs namespaces'
	! grep -q '^SANITIZER_CFLAGS = *-' "$top_builddir/Makefile" ||
	    bed_skip "the programs of the packages have no sanitizer's runtime"
	for package in $(bed_packages); do
		[ -n "$(bed_package "$package")" ] || bed_skip \
		    "no package of $package: tools/install-dependencies tests"
	done
	for program in expect ssh curl; do
		command -v $program > /dev/null ||
		    bed_skip "$program is not installed"
	done
	PASPW_BED=make
	export PASPW_BED top_srcdir top_builddir
	exec unshare --mount --net --pid --ipc --fork --kill-child \
	    --propagation private \
	    sh "$(cd "$(dirname "$0")" && pwd)/${0##*/}" "$@"
}

top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
case ${PASPW_BED:-} in
'')
	bed_enter "$@"
	;;
make)
	(set -e; bed_make) || { echo 'Bail out! the bed'; exit 1; }
	PASPW_BED=made
	exec chroot /mnt/root sh "$0" "$@"
	;;
esac

# ---- Inside ----

# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"

right='Grenouille-47-verte'
next='Marmotte_58_bleue'
agent=yes
agent_pid=
be_talk=
LC_ALL=C.UTF-8 LANGUAGE= PATH=/usr/local/sbin:/usr/local/bin:$PATH
export LC_ALL LANGUAGE PATH
unset SUDO_USER SUDO_UID LD_LIBRARY_PATH

make_variable()
{
	sed -n "s/^$1 = //p" "$top_builddir/Makefile"
}

bed_install()
{
	make -s -C "$top_builddir" install > "$tmp/install.log" 2>&1 &&
	    ldconfig || { cat "$tmp/install.log" >&2; exit 1; }
}

bed_paths()
{
	prefix=$(make_variable prefix)
	eval "conf=$(make_variable sysconfdir)/security/paspw.conf"
	eval "state=$(make_variable localstatedir)/lib/paspw"
	bed_state="$state /var/run/faillock"
	mkdir -p "$(dirname "$conf")"
}

# Where the programs look for it; a realm for virtual users is beside the two
# of everybody.
settings()
{
	cat > "$conf" <<-END
	[users]
	store = sqlite:$state/stores/users.db
	credentials = shadow
	hash_cost = 3
	dictionary = no
	$(printf '%s\n' "$@")

	[virtual]
	extends = users
	members = nobody
	store = sqlite:$state/stores/virtual.db
	credentials = store
	first_login_change = no

	[admins]
	extends = users
	members = root
	store = sqlite:$state/stores/admins.db
	END
	# It would see the change within a second.
	[ -z "$agent_pid" ] || { agent_stop; agent_start; }
}

# The shell of each person says who is in.
bed_people()
{
	cat > /usr/local/bin/inside <<-'END'
	#!/bin/sh
	echo "inside as $(id -un)"
	END
	chmod 0755 /usr/local/bin/inside
	echo /usr/local/bin/inside >> /etc/shells
	cat > /etc/passwd <<-END
	root:x:0:0:root:/root:/bin/sh
	sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
	ftp:x:102:65534::/srv/ftp:/usr/sbin/nologin
	paspw:x:104:104::/nonexistent:/usr/sbin/nologin
	nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	END
	printf 'root:x:0:\ntty:x:5:\nutmp:x:43:\nshadow:x:42:\n%s\n' \
	    'crontab:x:103:' 'paspw:x:104:' 'nogroup:x:65534:' > /etc/group
	uid=4000
	for name in $people; do
		uid=$((uid + 1))
		echo "$name:x:$uid:$uid::/home/$name:/usr/local/bin/inside" \
		    >> /etc/passwd
		echo "$name:x:$uid:" >> /etc/group
		mkdir -p "/home/$name"
		chown $uid:$uid "/home/$name"
	done
	printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n' \
	    > /etc/nsswitch.conf
	# sudo looks for its own host, which a fresh system does not know.
	echo "127.0.0.1 localhost $(uname -n)" > /etc/hosts
	hash=$(printf '%s\n' "$right" | openssl passwd -6 -stdin)
}

bed_shadow()
{
	today=$(($(date +%s) / 86400))
	rm -f /etc/.pwd.lock
	{
		echo "root:*:$today:0:99999:7:::"
		for name in $people; do
			echo "$name:$hash:$today:0:99999:7:::"
		done
	} > /etc/shadow
	chown root:42 /etc/shadow
	chmod 0640 /etc/shadow
}

bed_programs()
{
	# Delays are for guessers; a test would sit them out.
	sed -i -e '/^LOGIN_RETRIES/d' -e '$aLOGIN_RETRIES 1' /etc/login.defs
	echo 'FAIL_DELAY 0' > /etc/default/su
	sed -i '/pam_faildelay/d' /etc/pam.d/login
	for phase in auth account password session; do
		echo "@include common-$phase"
	done > /etc/pam.d/vlock
	mkdir -p /run/sshd /srv/ftp /etc/ssh
	chmod 0440 /etc/sudoers
	: > /etc/motd
	rm -rf /etc/update-motd.d /etc/ssh/* /var/spool/cron /etc/cron.*
}

# ---- The two machines ----

common()
{
	cat > "/etc/pam.d/common-$1"
}

stack_ours()
{
	common auth <<-END
	auth required pam_paspolicy.so nodelay
	END
	common account <<-END
	account required pam_paspolicy.so
	END
	common password <<-END
	password requisite pam_paspolicy.so nodelay
	password required pam_unix.so use_authtok sha512
	END
	common session <<-END
	session required pam_paspolicy.so
	END
	common session-noninteractive < /etc/pam.d/common-session
}

stack_peers()
{
	common auth <<-END
	auth requisite pam_faillock.so preauth deny=5 unlock_time=0 nodelay
	auth [success=1 default=bad] pam_unix.so nodelay
	auth [default=die] pam_faillock.so authfail deny=5 unlock_time=0 nodelay
	auth sufficient pam_faillock.so authsucc nodelay
	auth required pam_deny.so
	END
	common account <<-END
	account required pam_faillock.so
	account required pam_unix.so
	END
	common password <<-END
	password required pam_unix.so sha512
	END
	common session <<-END
	session required pam_unix.so
	END
	common session-noninteractive < /etc/pam.d/common-session
}

set_change_day()
{
	sed -i "s/^$1:\([^:]*\):[^:]*:/$1:\1:$2:/" /etc/shadow
}

# People of /etc/shadow, and the same as virtual users. Only their passwords
# come from there: that of "expired" is 200 days old.
people_ours()
{
	paspw init > /dev/null
	set_change_day expired $((today - 200))
	(umask 077 && grep -Ev '^(root|outside):' /etc/shadow > "$tmp/shadow")
	paspw --realm virtual import shadow "$tmp/shadow" > /dev/null
	for realm in users virtual; do
		people_of "$realm"
	done
	paspw add outside --valid-until 2020-01-01 > /dev/null 2>&1
	printf '%s\n' "$right" | paspw --realm virtual add outside \
	    --valid-until 2020-01-01 --password-stdin > /dev/null
}

people_of()
{
	for try in 1 2 3 4 5; do
		echo "wrong$try" |
		    paspw --realm "$1" verify locked --password-stdin || :
	done > /dev/null
	paspw --realm "$1" expire change --reason test > /dev/null
	paspw --realm "$1" close closed --reason left > /dev/null
}

people_peers()
{
	for try in 1 2 3 4 5; do
		echo "wrong$try" | as right su locked || :
	done > /dev/null
	chage -M 90 -d $((today - 200)) expired
	chage -d 0 change
	usermod -L closed
	chage -E 2020-01-01 outside
}

# It runs whenever people can log in, unless $agent is no.
agent_stop()
{
	[ -z "$agent_pid" ] || { kill "$agent_pid" && wait "$agent_pid"; }
	agent_pid=
}

agent_start()
{
	[ "$agent" = yes ] || return 0
	mkdir -p /run/paspw
	chown paspw /run/paspw
	setpriv --reuid=paspw --regid=paspw --groups=42 paspwd < /dev/null &
	agent_pid=$!
	until [ -S /run/paspw/agent.sock ]; do
		kill -0 "$agent_pid" || exit 1
		sleep 0.05
	done
}

stack()
{
	stack=$1
	agent_stop
	bed_shadow
	for directory in $bed_state; do
		rm -rf "$directory"
		mkdir -p "$directory"
	done
	"stack_$1"
	"people_$1"
	# shellcheck disable=SC2086
	tar -C / -Pcf "$tmp/people.tar" /etc/shadow $bed_state
	agent_start
}

again()
{
	agent_stop
	# shellcheck disable=SC2086
	rm -rf $bed_state
	tar -C / -Pxf "$tmp/people.tar"
	agent_start
}

# Somebody whom nobody knows still has a number.
be()
{
	be_uid=$(id -u "$1" 2> /dev/null || echo 4999)
	shift
	$be_talk setpriv --reuid="$be_uid" --regid="$be_uid" --clear-groups \
	    "$@"
}

as()
{
	be_talk=talk
	be "$@"
	be_code=$?
	be_talk=
	return $be_code
}

talk()
{
	"$top_srcdir/tests/clients/talk" "$@"
}

number()
{
	paspw --json status "$2" | grep -o "\"$1\": *[0-9]*" | grep -o '[0-9]*$'
}

logged()
{
	grep -Eq -e "$1" /var/log/auth.log
}

bed_paths
settings
bed_people
bed_install
bed_programs
busybox syslogd -O /var/log/auth.log
