# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# shellcheck shell=sh disable=SC2154,SC2034
#
# For the PAM tests, instead of tap.sh: a private service directory, a private
# configuration and its store, with the module and the tool of the build. As
# root in a mount namespace with a private state directory, so that nothing is
# left on the machine.
#
#	settings LINE...	write the configuration again: these settings,
#				and what keeps the test quick and private
#	service NAME		write a service from standard input; in it
#				@M is the module with conf=, @D pam_dummy
#	pam ANSWERS SERVICE USER PHASE...
#				run pam_client; its output in $out, the codes
#				alone, in one line, in $codes; its exit code
#				in $status
#	guess SERVICE USER PASSWORD...
#				these, one after the other, by one process (which
#				memcheck takes a second to start)
#	admin ARGUMENT...	the tool
#	account USER PASSWORD	issue an account
#	number FIELD USER	a number of its status
#	sanitized		is this a build with sanitizers?
#	count_verified		how often pam_dummy verified
#	french			let the library find the translations of this build
#	checked PROGRAM		how to call it, so that memcheck sees it too
#
# With PASPW_VALGRIND=yes (make check-valgrind) pam_client, the module in it and
# the agent run under memcheck, and one more case tells what it found;
# VALGRIND_OPTS=--track-origins=yes tells more of it. $lease is how many seconds
# a try lives that is to run out, $hangs how long is waited for what hangs; no
# login takes that long.
# $pam_options goes to pam_client, $faults ("NAME=VALUE ...") to faults.c.
# $namespace is yes or no; $state is the state directory.

namespace=${PASPW_TEST_NAMESPACE:-no}
if [ "$namespace" = no ] && [ "$(id -u)" -eq 0 ] &&
    unshare --mount true 2> /dev/null; then
	PASPW_TEST_NAMESPACE=yes
	export PASPW_TEST_NAMESPACE
	exec unshare --mount --propagation private sh "$0"
fi
. "${top_srcdir:-.}/tests/tap.sh"

module=$top_builddir/pam_module/.libs/pam_paspolicy.so
dummy=$top_builddir/tests/pam/.libs/pam_dummy.so
# With the library itself, or faults.so would not find it: what a module
# brings along is in nobody else's sight.
preload="$top_builddir/tests/pam/.libs/faults.so \
$top_builddir/lib/.libs/libpaspw.so"
client=$top_builddir/tests/pam/pam_client
conf=$tmp/paspw.conf
services=$tmp/pam.d
pam_options=
faults=
codes=
status=
# Most answers here are refusals: what is not built would look like one.
for file in "$module" "$dummy" $preload "$client" \
    "$top_builddir/tools/paspw"; do
	[ -f "$file" ] || { echo "Bail out! $file is not built"; exit 1; }
done
LD_LIBRARY_PATH=$top_builddir/lib/.libs
LANGUAGE=
LC_ALL=C
export LD_LIBRARY_PATH LANGUAGE LC_ALL
mkdir "$services"

# The last good policies are kept under a path that was built in.
make_variable()
{
	sed -n "s/^$1 = //p" "$top_builddir/Makefile"
}
prefix=$(make_variable prefix)
eval "state=$(make_variable localstatedir)/lib/paspw"

# An empty directory in place of whatever the machine has there.
private()
{
	covered=$1
	while [ ! -d "$covered" ]; do
		covered=$(dirname "$covered")
	done
	case $top_builddir/:$tmp/ in
	"${covered%/}"/*|*:"${covered%/}"/*)
		note "$1 stays the machine's own"
		return 1
		;;
	esac
	mount -t tmpfs -o mode=0755 tmpfs "$covered" && mkdir -p "$1"
}
[ "$namespace" = no ] || private "$state"

french()
{
	eval "datarootdir=$(make_variable datarootdir)"
	eval "localedir=$(make_variable localedir)"
	[ "$namespace" = yes ] && private "$localedir" &&
	    mount --bind "$top_builddir/po" "$localedir"
}

sanitized()
{
	[ -n "$(make_variable SANITIZER_CFLAGS)" ]
}

# Only the programs that we build have the sanitizer's runtime that the library
# needs, not what starts them (timeout, setpriv).
in_front=LD_PRELOAD
under_sanitizers()
{
	in_front=PASPW_IN_FRONT
	cat > "$tmp/client" <<-END
	#!/bin/sh
	exec env \${$in_front:+"LD_PRELOAD=\$$in_front"} $client "\$@"
	END
	chmod 755 "$tmp/client"
	client=$tmp/client
}
! sanitized || under_sanitizers

# Not with calls that fail: those of valgrind itself would be among them. What
# a program that it starts does (the helper, a shell) is not looked at. Without
# freeres: it writes what a program has in its buffer for standard output, in
# the child that is to become the helper as well. No vgdb: whoever is killed
# leaves its pipes behind. No inlined functions in a trace of calls: to read of
# them takes 0.1 s of each 1.4 s. Valgrind writes temporary files, whoever runs
# it, where the machine's own may not be ours.
checked()
{
	[ "${PASPW_VALGRIND:-no}" != no ] || { echo "$1"; return; }
	cat > "$tmp/checked.${1##*/}" <<-END
	#!/bin/sh
	case "\${LD_PRELOAD:-}" in
	*/faults.so*) [ -n "\${FAULT_LOG:-}" ] || exec $1 "\$@" ;;
	esac
	TMPDIR=$tmp/memcheck.tmp
	export TMPDIR
	exec valgrind -q --vgdb=no --read-inline-info=no \\
	    --leak-check=full --show-leak-kinds=definite \\
	    --errors-for-leak-kinds=definite --error-exitcode=99 \\
	    --keep-debuginfo=yes --run-libc-freeres=no \\
	    --log-file=$tmp/memcheck/${1##*/}.%p \\
	    $1 "\$@"
	END
	chmod 755 "$tmp/checked.${1##*/}"
	echo "$tmp/checked.${1##*/}"
}
# No log at all: nothing ran under it.
memcheck_found()
{
	note "processes under memcheck: $(find "$tmp/memcheck" -type f |
	    wc -l)"
	is 'memcheck finds nothing' "$(cat "$tmp"/memcheck/* 2>&1)" ''
}
lease=1
hangs=2
if [ "${PASPW_VALGRIND:-no}" != no ]; then
	mkdir -m 1777 "$tmp/memcheck" "$tmp/memcheck.tmp"
	# It is slow, also beside nine others on a machine that is busy.
	busy_wait=10m
	store_timeout=1m
	lease=60
	hangs=20
	tap_last=memcheck_found
fi
client=$(checked "$client")

settings()
{
	{
		printf '[users]\nstore = sqlite:%s\n' "$tmp/store/users.db"
		printf 'hash_cost = 3\ndictionary = no\nbusy_wait = %s\n' \
		    "${busy_wait:-20s}"
		# memcheck
		[ -z "${store_timeout:-}" ] ||
		    echo "store_timeout = $store_timeout"
		case ${busy_wait:-}/$* in
		/*|*attempt_lease*) ;;
		*) echo "attempt_lease = $busy_wait" ;;
		esac
		printf '%s\n' "$@"
		printf '[admins]\nextends = users\nmembers = root\n'
		printf 'store = sqlite:%s\n' "$tmp/store/admins.db"
	} > "$conf"
	chmod 0644 "$conf"
}

service()
{
	sed -e "s|@M|$module conf=$conf|" \
	    -e "s|@D|$dummy secret=$tmp/secret count=$tmp/count|" \
	    > "$services/$1"
}

pam()
{
	pam_answers=$1
	shift
	out=$(
		# shellcheck disable=SC2163,SC2086
		[ -z "$faults" ] || export "$in_front=$preload" $faults
		# shellcheck disable=SC2086
		printf '%b' "$pam_answers" | $client $pam_options "$services" "$@"
	)
	status=$?
	codes=$(printf '%s\n' "$out" | grep -E '^[a-z-]+ PAM_[A-Z_]+$' |
	    tr '\n' ' ')
	codes=${codes% }
	[ $status -lt 124 ] || note "pam_client: exit code $status"
}

guess()
{
	guess_phases=
	guess_service=$1
	guess_user=$2
	shift 2
	for guess_password; do
		guess_phases="$guess_phases answer=$guess_password auth end"
	done
	# shellcheck disable=SC2086
	pam '' "$guess_service" "$guess_user" ${guess_phases% end}
}

admin()
{
	"$top_builddir/tools/paspw" --config "$conf" "$@"
}

account()
{
	printf '%s\n' "$2" | admin add "$1" --password-stdin > /dev/null
}

number()
{
	admin --json status "$2" | grep -o "\"$1\": *[0-9]*" |
	    grep -o '[0-9]*$'
}

count_verified()
{
	if [ -f "$tmp/count" ]; then
		wc -c < "$tmp/count" | tr -d ' '
	else
		echo 0
	fi
}
