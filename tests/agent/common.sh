# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# shellcheck shell=sh disable=SC2154,SC2034
#
# For the tests of the agent, after tests/pam/stack.sh and host.sh.
#
#	as USER COMMAND...	run it as that person
#	keep			start the agent under the keeper
#	agent_pid		of the one that runs now
#	release			end it; its exit code
#	knocks [OPTION VALUE]... COMMAND...
#				a caller of the agent; in $said what it prints
#	counted TEXT		the number before this text in $said

knock=$top_builddir/tests/agent/knock
keeper=$top_builddir/tests/agent/keeper
keeper_pid=
said=
for file in "$knock" "$keeper"; do
	[ -f "$file" ] || { echo "Bail out! $file is not built"; exit 1; }
done

as()
{
	as_uid=$(id -u "$1")
	shift
	setpriv --reuid="$as_uid" --regid="$as_uid" --clear-groups "$@"
}

keep()
{
	"$keeper" "$socket" "$tmp/agent.pid" "$(id -u "$agent_user")" 42 \
	    "$paspwd" 2> "$tmp/agent.log" &
	keeper_pid=$!
	for _ in $(seq 20); do
		timeout 2 "$knock" "$socket" '' ask ping x \
		    > "$tmp/ping" 2>&1 &&
		    grep -q '^done' "$tmp/ping" && return 0
		sleep 0.1
	done
	echo 'Bail out! the agent does not answer'
	cat "$tmp/agent.log" "$tmp/ping" >&2
	exit 1
}

agent_pid()
{
	cat "$tmp/agent.pid"
}

release()
{
	[ -n "$keeper_pid" ] || return 0
	kill -TERM "$keeper_pid"
	wait "$keeper_pid"
	release_code=$?
	keeper_pid=
	return $release_code
}

knocks()
{
	knock_options=
	while [ "${1#-}" != "$1" ]; do
		knock_options="$knock_options $1 $2"
		shift 2
	done
	# shellcheck disable=SC2086 # options and their values
	said=$("$knock" $knock_options "$socket" '' "$@" 2>&1)
}

# The number before a text in what was said; 0 if it is not there.
counted()
{
	printf '%s\n' "$said" | sed -n "s/^\([0-9]*\) $1\$/\1/p" |
	    grep . || echo 0
}

trap 'release; agent_stop; rm -rf "$tmp"' EXIT
