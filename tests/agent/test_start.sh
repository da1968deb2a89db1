#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# How the agent and the helper begin: what they refuse, and what the helper,
# which a person starts as he likes, makes of itself.

. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"
. "$top_srcdir/tests/agent/common.sh"

right='Grenouille-47-verte'
people bob
bob=$(id -u bob)
host_settings
admin init > /dev/null
account bob "$right"
helper_install

# ---- What the helper refuses ----

# Exit codes of sysexits.h.
usage=64
not_permitted=77
set_id_exits()
{
	if sanitized; then
		skip "$1" 'a sanitizer cannot look into a set-id program'
	else
		exit_is "$@"
	fi
}
set_id_exits 'an argument' $usage "$helper" --config /tmp/paspw.conf
set_id_exits 'a file as its input' $usage "$helper" < /dev/null
set_id_exits 'a pipe' $usage sh -c 'printf x | "$1"' sh "$helper"
if command -v script > /dev/null; then
	set_id_exits 'a terminal' $usage script -qec "$helper" "$tmp/typescript"
else
	skip 'a terminal' 'no script (Debian: bsdutils)'
fi
chmod 0755 "$helper"
said=$("$knock" -u "$bob" "exec:$helper" '' ask ping x 2>&1)
is 'not to be set-id' "$said" 'end 0'
chown root "$helper"
chmod 4755 "$helper"
said=$("$knock" -u "$bob" "exec:$helper" '' ask ping x 2>&1)
is "to be root's" "$said" 'end 0'
helper_remove
helper_install
said=$("$knock" -u "$bob" "exec:$helper" '' ask authenticate bob "$right" 2>&1)
like 'else it serves' "$said" '^done, accepted'
said=$("$knock" -u "$bob" "exec:$helper" /tmp/own.conf ask ping x 2>&1)
is 'but no configuration of his own' "$said" 'end 66'
said=$("$knock" -u "$bob" "exec:$helper" '' ask reserve bob 2>&1)
like 'and nothing that is root'\''s' "$said" '^not permitted'
said=$("$knock" "exec:$helper" '' ask session bob 2>&1)
like 'which root may' "$said" '^done'

# ---- What it makes of itself ----

# With all that he can set: nice, signals, limits, descriptors, a mask.
(
	trap '' PIPE USR1 ALRM
	umask 0
	cd "$tmp" || exit 1
	exec prlimit --fsize=512: --nofile=64: nice -n 5 \
	    env LD_LIBRARY_PATH=/tmp TZ=../../tmp/x PATH=/tmp \
	    "$knock" -u "$bob" "exec:$helper" '' hold 3 7< /etc/passwd
) > "$tmp/held" &
held=$!
for _ in $(seq 100); do
	[ ! -s "$tmp/held" ] || break
	sleep 0.1
done
pid=$(cat "$tmp/held")
status_of()
{
	sed -n "s/^$1:[[:blank:]]*//p" "/proc/$pid/status" | tr '\t' ' '
}
owner=$(id -u "$agent_user")
is 'all of its uids are the owner'\''s' "$(status_of Uid)" \
    "$owner $owner $owner $owner"
is 'its groups are shadow' "$(status_of Gid)" '42 42 42 42'
is 'no signal is blocked' "$(status_of SigBlk)" 0000000000000000
# of those below 17; the C library's own are out of its hands
is 'HUP, INT, QUIT and TERM are ignored, no others' \
    "$(status_of SigIgn | grep -o '....$')" 4007
is 'its mask of files' "$(status_of Umask)" 0077
is 'its own session' "$(cut -d ' ' -f 6 "/proc/$pid/stat")" "$pid"
is 'its descriptors' "$(ls "/proc/$pid/fd" | sort -n | head -n 3 | tr '\n' ' ')" \
    '0 1 2 '
unlike 'none of the caller'\''s' "$(ls -l "/proc/$pid/fd")" '/etc/passwd'
is 'its directory' "$(readlink "/proc/$pid/cwd")" /
like 'no core' "$(cat "/proc/$pid/limits")" '^Max core file size  *0  *0 '
like 'its files may grow' "$(cat "/proc/$pid/limits")" \
    '^Max file size  *unlimited'
as bob kill -STOP "$pid" 2> "$tmp/none"
is 'its caller cannot stop it' "$(status_of State)" 'S (sleeping)'
wait "$held"
for _ in $(seq 50); do
	grep -q '^State:[[:blank:]]*[^Z]' "/proc/$pid/status" 2> "$tmp/none" ||
	    break
	sleep 0.1
done
unlike 'and it ends with its caller' \
    "$(cat "/proc/$pid/status" 2> "$tmp/none")" '^State:[[:blank:]]*[^Z]'

# ---- Bad callers of the helper ----

for kind in half garbage huge deaf; do
	said=$("$knock" -u "$bob" "exec:$helper" '' bad $kind 2 2>&1)
	is "$kind: it hangs up" "$said" '2 dropped'
done

# ---- What the agent refuses ----

daemon=$top_builddir/tools/paspwd
exit_is 'an option that there is not' $usage "$daemon" --listen
exit_is 'an operand' $usage "$daemon" x
exit_is 'its help' 0 "$daemon" --help
like 'tells the socket' "$out" "$socket"
exit_is 'its version' 0 "$daemon" --version
exit_is 'a configuration that is not there' 78 "$daemon" \
    --config "$tmp/none.conf" --socket "$tmp/a.sock"
echo text > "$tmp/file"
exit_is 'a file in the place of its socket' 73 "$daemon" --socket "$tmp/file"
is 'stays as it was' "$(cat "$tmp/file")" text
# Libtool's wrapper of a build tree is a script: no set-id program.
if [ -f "$top_builddir/tools/.libs/paspwd" ]; then
	install -m 4755 "$top_builddir/tools/.libs/paspwd" "$tmp/paspwd"
else
	install -m 4755 "$daemon" "$tmp/paspwd"
fi
chown "$agent_user" "$tmp/paspwd"
chmod 4755 "$tmp/paspwd"
set_id_exits 'to be set-id' $not_permitted as bob "$tmp/paspwd" \
    --config /tmp/own.conf

agent_start
exit_is 'to take the place of one that lives' 73 "$daemon"
knocks ask ping x
like 'which serves on' "$said" '^done'
agent_stop
ok 'what a killed one left behind' test -S "$socket"
agent_start
# the old socket is there before the new agent is
for _ in $(seq 50); do
	knocks ask ping x
	case $said in
	done*) break ;;
	esac
	sleep 0.1
done
like 'is replaced' "$said" '^done'
kill -TERM "$agent"
wait "$agent"
is 'SIGTERM ends it well' "$?" 0
agent=
ok 'and its socket is gone' test ! -e "$socket"

finish
