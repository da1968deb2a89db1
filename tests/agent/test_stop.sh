#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# A person stops a program that uses a store at a hundred random instants, by
# signal, on the terminal, by freezing a control group: the login of somebody
# else waits for nobody, whichever way the program takes. The same with a
# program that opens the store itself shows how logins are locked out.
#
# A login that waits for a stopped one fails after store_timeout, and the lock
# of its store is never free: that is what is looked for. How long a login
# takes depends on the machine, too: it is noted, beside what /bin/true took,
# and a case only if STOP_MS says what it may be.

. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"
. "$top_srcdir/tests/agent/common.sh"

stops=${STOP_COUNT:-100}
begun_ms=20			# when a program is at work
! sanitized || begun_ms=150	# its programs take longer to begin
stopper=$top_builddir/tests/agent/stopper
victim=$top_builddir/tests/agent/victim
right='Grenouille-47-verte'
people bob
bob=$(id -u bob)
host_settings
admin init > /dev/null
account alice "$right"
account bob "$right"

# A copy of su's rights: setuid root, where the person may run it.
for program in person person_opens; do
	install -m 4755 "$top_builddir/tests/agent/$program" "$tmp/$program"
done
case $(findmnt -n -o OPTIONS --target "$tmp") in
*nosuid*) skip_all "no set-id programs in $tmp" ;;
esac
mkdir "$tmp/bin"
install -m 4755 "$(command -v su)" "$tmp/bin/su"
system_service su << END
auth required @M
account required @M
session required @M
END
chmod 0755 "$tmp" "$tmp/bin"

# A control group of the person's, as systemd gives him one.
freezer=
for hierarchy in /sys/fs/cgroup/freezer /sys/fs/cgroup \
    /sys/fs/cgroup/unified; do
	[ -f "$hierarchy/cgroup.procs" ] || continue
	mkdir "$hierarchy/paspw-test-$$" 2> "$tmp/none" || continue
	if [ -f "$hierarchy/paspw-test-$$/freezer.state" ] ||
	    [ -f "$hierarchy/paspw-test-$$/cgroup.freeze" ]; then
		freezer=$hierarchy/paspw-test-$$
		chown -R bob "$freezer"
		break
	fi
	rmdir "$hierarchy/paspw-test-$$"
done
STOPPER_GROUP=$freezer
export STOPPER_GROUP
trap 'release; agent_stop; [ -z "$freezer" ] || rmdir "$freezer"
    rm -rf "$tmp"' EXIT

# run HOW COUNT VICTIM-SOCKET PERSON...
run()
{
	run_how=$1
	run_count=$2
	run_socket=$3
	shift 3
	said=$("$stopper" "$run_how" "$run_count" "$bob" $begun_ms \
	    "$state/users.db" "$@" -- \
	    "$victim" "$run_socket" alice "$right" 2> "$tmp/victims")
	longest=$(printf '%s\n' "$said" | sed -n 's/^longest //p')
	machine=$(printf '%s\n' "$said" | sed -n 's/^machine //p')
	[ ! -s "$tmp/victims" ] || note "$(sort "$tmp/victims" | uniq -c)"
	median=$(printf '%s\n' "$said" | sed -n 's/^median //p')
}

# The way of the program, how it is stopped, of whom the victim asks.
nobody_waits()
{
	name=$1
	shift
	run "$@"
	is "$name: the store is free within 100 ms" "$(counted locked)" 0
	is "$name: nobody is locked out" "$(counted failed)" 0
	[ "$1" = none ] || ok "$name: it was stopped" \
	    [ "$(counted stopped)" -gt $((run_count / 2)) ]
	note "$name: $(counted stopped) times stopped, a login took" \
	    "$median ms, the longest $longest ms; /bin/true beside it" \
	    "up to $machine ms"
	[ -z "${STOP_MS:-}" ] || ok "$name: at most $STOP_MS ms longer" \
	    [ "$longest" -le $((own + machine + STOP_MS)) ]
}

# What a login takes by itself, for STOP_MS.
own=0
alone()
{
	run none 10 "$1" /bin/sleep 1
	own=$median
	note "by itself a login takes $own ms"
}

# ---- The agent ----

keep
alone "$socket"
person="$tmp/person $socket bob"
# shellcheck disable=SC2086 # words of a command
{
	nobody_waits 'agent, signal' signal "$stops" "$socket" $person
	nobody_waits 'agent, terminal' terminal "$stops" "$socket" $person
	if [ -n "$freezer" ]; then
		nobody_waits 'agent, freeze' freeze "$stops" "$socket" $person
	else
		skip 'agent, freeze' 'no control group can be made here'
	fi
	nobody_waits 'agent, direct beside it' signal $((stops / 4)) none \
	    $person
}
# su itself, which begins later.
cat > "$tmp/su.sh" << END
while printf '%s\\n' '$right' | $tmp/bin/su bob -c true; do :; done
END
su_lets_in()
{
	printf '%s\n' "$right" | as bob "$tmp/bin/su" bob -c true
}
# su_waits WAY VICTIM-SOCKET BEGUN-MS
su_waits()
{
	if sanitized; then
		skip "$1, su" "su has no sanitizer's runtime"
		return
	fi
	begun_ms=$3
	nobody_waits "$1, su" signal $((stops / 2)) "$2" \
	    /bin/sh "$tmp/su.sh"
	ok 'and su lets the person in' su_lets_in
	begun_ms=20
}
su_waits agent "$socket" 100
release

# ---- The helper ----

helper_install
alone none
# shellcheck disable=SC2086
{
	person="$tmp/person none bob"
	nobody_waits 'helper, signal' signal "$stops" none $person
	nobody_waits 'helper, terminal' terminal "$stops" none $person
	if [ -n "$freezer" ]; then
		nobody_waits 'helper, freeze' freeze "$stops" none $person
		# sudo: root's own, and the person's session all the same.
		nobody_waits 'helper, freeze of root' roots-freeze \
		    $((stops / 2)) none "$top_builddir/tests/agent/person" \
		    none bob
	else
		skip 'helper, freeze' 'no control group can be made here'
	fi
}
su_waits helper none 150
as bob "$knock" none '' ask login bob "$right" > "$tmp/own" 2>&1
like 'a person without rights is served by the helper' "$(cat "$tmp/own")" \
    '^done, accepted'
if [ -n "$freezer" ]; then
	(
		echo 0 > "$freezer/cgroup.procs"
		as bob "$knock" none '' ask login bob "$right"
	) > "$tmp/own" 2>&1
	like 'but not where he could freeze it' "$(cat "$tmp/own")" \
	    'can be frozen'
else
	skip 'but not where he could freeze it' \
	    'no control group can be made here'
fi

# ---- Direct: root's own programs on a person's terminal (sudo) ----

helper_remove
nobody_waits 'direct, terminal' roots-terminal "$stops" none \
    "$top_builddir/tests/agent/person" none bob

# ---- The test can fail ----

# Each that is locked out costs store_timeout, so a few at a time.
tried=0
while [ $tried -lt 200 ]; do
	run signal 10 none "$tmp/person_opens" none bob
	tried=$((tried + 10))
	[ "$(counted failed)" -eq 0 ] || break
done
note "a program that opens the store itself: $(counted failed) of the last" \
    "10 logins locked out, after $tried stops"
ok 'a set-id program that opens the store locks others out' \
    [ "$(counted failed)" -gt 0 ]
is 'and the probe sees it' "$(counted locked)" "$(counted failed)"

finish
