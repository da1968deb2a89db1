# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Test Anything Protocol for shell tests. First line of a test:
#	. "${top_srcdir:-.}/tests/tap.sh"
# last line:
#	finish
# finish prints the plan: a script that dies before it has none, which the
# driver reports as an error.
#
#	ok NAME COMMAND...	the command succeeds
#	is NAME GOT EXPECTED	two strings are the same
#	like NAME GOT ERE	the text has a line that matches
#	unlike NAME GOT ERE	it has none
#	exit_is NAME CODE COMMAND...	the exit code; what it printed is then
#				in $out and $err
#	skip NAME REASON	one case that cannot run here
#	skip_all REASON		the whole script; ends it
#	note TEXT		a comment in the log
#
#	faked TIME COMMAND...	under another clock: +2d, 2027-01-01 00:00:00 (it
#				stands still then; waits go on)
#	unfakeable		prints why there is no such clock, if so
#
# $tap_last is a command that adds a case before the plan.
# $tmp is a directory of the test's own, removed at the end. $top_srcdir and
# $top_builddir are set by `make check`; by hand, both are the current one.

top_srcdir=${top_srcdir:-$PWD}
top_builddir=${top_builddir:-$PWD}
# The jobs of the make around a test are not its own.
unset MAKEFLAGS MFLAGS MAKELEVEL
tap_count=0
tap_failed=0
tap_last=:
out=
err=
tmp=$(mktemp -d) || exit 1
# libfaketime leaves files named by process id behind at each exec, and a later
# process of that id fails.
tap_forget_clocks()
{
	for file in /dev/shm/*faketime_*; do
		[ ! -e "$file" ] || [ -d "/proc/${file##*_}" ] ||
		    rm -f "$file"
	done
}
trap 'rm -rf "$tmp"; tap_forget_clocks' EXIT
trap 'exit 1' HUP INT TERM

# A process that a sanitizer ends looks like a refusal: its report is a case.
# And its allocator asks no clock of its own accord: libfaketime's would hang.
tap_reports=$tmp/sanitizer
mkdir -m 1777 "$tap_reports"
ASAN_OPTIONS="exitcode=99:log_path=$tap_reports/by:\
allocator_release_to_os_interval_ms=-1:${ASAN_OPTIONS:-}"
export ASAN_OPTIONS

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

tap_pass()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

tap_fail()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
}

ok()
{
	tap_name=$1
	shift
	if "$@" > "$tmp/tap.out" 2>&1; then
		tap_pass "$tap_name"
	else
		tap_code=$?
		tap_fail "$tap_name"
		note "exit code $tap_code: $*"
		note "$(cat "$tmp/tap.out")"
	fi
}

is()
{
	if [ "$2" = "$3" ]; then
		tap_pass "$1"
	else
		tap_fail "$1"
		note "got:      $2"
		note "expected: $3"
	fi
}

like()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		tap_pass "$1"
	else
		tap_fail "$1"
		note "got:           $2"
		note "should match:  $3"
	fi
}

unlike()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		tap_fail "$1"
		note "got:              $2"
		note "should not match: $3"
	else
		tap_pass "$1"
	fi
}

exit_is()
{
	tap_name=$1
	tap_expected=$2
	shift 2
	tap_code=0
	"$@" > "$tmp/tap.out" 2> "$tmp/tap.err" || tap_code=$?
	out=$(cat "$tmp/tap.out")
	err=$(cat "$tmp/tap.err")
	if [ "$tap_code" -eq "$tap_expected" ]; then
		tap_pass "$tap_name"
	else
		tap_fail "$tap_name"
		note "exit code $tap_code instead of $tap_expected: $*"
		note "stdout: $out"
		note "stderr: $err"
	fi
}

# The wrapper of libfaketime is not used: it names a semaphore after its
# process id, and what a killed one left behind stops a later one.
libfaketime=$(ls /usr/lib/*/faketime/libfaketime.so.1 2> "$tmp/none")
FAKETIME_DONT_FAKE_MONOTONIC=1
export FAKETIME_DONT_FAKE_MONOTONIC
faked()
{
	tap_time=$1
	shift
	env FAKETIME="$tap_time" LD_PRELOAD="$libfaketime" "$@"
}
unfakeable()
{
	[ -f "$libfaketime" ] || echo 'no libfaketime (Debian: faketime)'
}

skip()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" \
	    "${2:?a skip needs a reason}"
}

skip_all()
{
	[ "$tap_count" -eq 0 ] || exit 1
	printf '1..0 # SKIP %s\n' "${1:?a skip needs a reason}"
	exit 0
}

finish()
{
	$tap_last
	# Nothing tested is no success.
	[ "$tap_count" -gt 0 ] || exit 1
	[ -z "${SANITIZER_CFLAGS:-}" ] || is 'the sanitizers find nothing' \
	    "$(cat "$tap_reports"/* 2> "$tmp/none")" ''
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" -eq 0 ]
	exit
}
