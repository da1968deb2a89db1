# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# shellcheck shell=sh disable=SC2154,SC2034
#
# After stack.sh, for the tests that need a host of their own: /etc with
# people and services, the built-in configuration, the agent's socket and the
# helper where the programs of this build look for them, all of it private.
# Real su and passwd work there. PASPWD=FILE is the agent of another build, with
# the thread sanitizer, say: its reports are in its log, $tmp/agent.log.
#
#	people NAME...		accounts of the system, from uid 4241 on
#	host_settings LINE...	write the built-in configuration; $credentials
#				(store) and $store_timeout (20s: a machine
#				that is busy does not hang) may be set before
#	system_service NAME	a service in /etc/pam.d from standard input; in
#				it @M is the module, without conf=
#	typed ANSWERS USER COMMAND...	run it as that person, who types that,
#				without a terminal; in $out what it said
#	agent_start, agent_hang, agent_wake
#	agent_stop [SIGNAL]	KILL without one
#	helper_install, helper_remove

[ "$namespace" = yes ] || skip_all 'needs root and a mount namespace'

agent_user=$(make_variable agentuser)
exec_prefix=$(make_variable exec_prefix | sed "s|\${prefix}|$prefix|")
for variable in sysconfdir libexecdir rundir; do
	eval "$variable=$(make_variable $variable)"
done
host_conf=$sysconfdir/security/paspw.conf
conf=$host_conf		# also for admin and account
socket=$rundir/paspw/agent.sock
helper=$libexecdir/paspw-helper
paspwd=$(checked "${PASPWD:-$top_builddir/tools/paspwd}")
agent=

# A directory of ours, empty, whatever the machine has there.
cover()
{
	covered=$1
	while [ ! -d "$covered" ]; do
		covered=$(dirname "$covered")
	done
	case $covered in
	/etc*) ;;		# is private
	/|/usr|/usr/lib*|/var|/tmp)
		skip_all "$1 cannot be covered"
		;;
	*)
		case $(findmnt -n -o FSTYPE --target "$covered") in
		tmpfs) [ "$covered" != "$1" ] || mount -t tmpfs tmpfs "$1" ;;
		*) mount -t tmpfs -o mode=0755 tmpfs "$covered" ;;
		esac || skip_all "$1 cannot be covered"
	esac
	mkdir -p "$1"
}

private_etc()
{
	mkdir -p "$tmp/etc/pam.d" "$tmp/etc/security"
	for file in nsswitch.conf login.defs localtime shells; do
		[ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$tmp/etc/$file"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\n' > "$tmp/etc/passwd"
	printf 'root:x:0:\nshadow:x:42:\n' > "$tmp/etc/group"
	printf 'root:*:19000:0:99999:7:::\n' > "$tmp/etc/shadow"
	chmod 0640 "$tmp/etc/shadow"
	chgrp 42 "$tmp/etc/shadow"
	chmod 0755 "$tmp" "$tmp/etc"
	mount --bind "$tmp/etc" /etc || skip_all 'no private /etc'
	# A set-id program looks for libraries nowhere else.
	echo "$top_builddir/lib/.libs" > /etc/ld.so.conf
	[ ! -d /var/cache/ldconfig ] ||
	    mount -t tmpfs tmpfs /var/cache/ldconfig || exit 1
	ldconfig
}

next_uid=4241
people()
{
	for person; do
		echo "$person:x:$next_uid:$next_uid::/:/bin/sh" >> /etc/passwd
		echo "$person:x:$next_uid:" >> /etc/group
		echo "$person:*:19000:0:99999:7:::" >> /etc/shadow
		next_uid=$((next_uid + 1))
	done
}

host_settings()
{
	{
		printf '[users]\ncredentials = %s\n' "${credentials:-store}"
		printf 'hash_cost = 3\n'
		printf 'dictionary = no\nfirst_login_change = no\n'
		printf 'store_timeout = %s\n' "${store_timeout:-20s}"
		# memcheck
		[ -z "${busy_wait:-}" ] || printf '%s\n' \
		    "busy_wait = $busy_wait" "attempt_lease = $busy_wait"
		printf '%s\n' "$@"
		printf '[admins]\nextends = users\nmembers = root\n'
	} > "$host_conf"
	chmod 0644 "$host_conf"
}

system_service()
{
	sed "s|@M|$module|" > "/etc/pam.d/$1"
}

typed()
{
	typed_answers=$1
	typed_uid=$(id -u "$2")
	shift 2
	out=$(printf '%b' "$typed_answers" | setpriv --reuid="$typed_uid" \
	    --regid="$typed_uid" --clear-groups setsid -w "$@" 2>&1)
}

agent_start()
{
	setpriv --reuid="$agent_user" --regid="$agent_user" --groups=42 \
	    "$paspwd" 2> "$tmp/agent.log" &
	agent=$!
	for _ in $(seq 3000); do
		[ ! -S "$socket" ] || return 0
		kill -0 "$agent" || break
		sleep 0.1
	done
	echo 'Bail out! the agent does not start'
	cat "$tmp/agent.log" >&2
	exit 1
}

agent_stop()
{
	[ -z "$agent" ] || kill "-${1:-KILL}" "$agent"
	wait "$agent" 2> /dev/null
	agent=
}

agent_hang()
{
	kill -STOP "$agent"
}

agent_wake()
{
	kill -CONT "$agent"
}

helper_install()
{
	cp "$top_builddir/tools/.libs/paspw-helper" "$helper" 2> /dev/null ||
	    cp "$top_builddir/tools/paspw-helper" "$helper"
	chown "$agent_user:42" "$helper"
	chmod 6755 "$helper"
}

helper_remove()
{
	rm -f "$helper"
}

private_etc
people "$agent_user"
cover "$libexecdir"
cover "$(dirname "$host_conf")"
cover "$(dirname "$socket")"
cover "$state"
chown "$agent_user" "$(dirname "$socket")"
chmod 0700 "$state"
trap 'agent_stop; rm -rf "$tmp"' EXIT
