#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The agent among many callers, and among bad ones: nobody is held up by
# somebody else. What a login costs meanwhile is noted; how long it may take
# depends on the machine and is no case.

. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"
. "$top_srcdir/tests/agent/common.sh"

right='Grenouille-47-verte'
people bob eve
eve=$(id -u eve)
bob=$(id -u bob)
host_settings 'isolate = yes'
admin init > /dev/null
for name in alice bob eve user0 user1 user2 user3 user4 user5 user6 user7; do
	account "$name" "$right"
done
keep

# ---- Whose store it is ----

is 'init gave the store to the agent' \
    "$(stat -c %U "$state" "$state/users.db" | tr '\n' ' ')" \
    "$agent_user $agent_user "
is 'but not the sealing key' "$(stat -c %U "$state/users.db.key")" root

# ---- Who may what ----

# may UID VERB USER EXPECTED
may()
{
	knocks -u "$1" ask "$2" "$3" "$right" "$right"
	case $said in
	'not permitted'*) got=no ;;
	*) got=yes ;;
	esac
	is "uid $1 may $2 $3: $4" "$got" "$4"
}
for verb in authenticate account status change; do
	may "$bob" $verb bob yes
	may "$bob" $verb eve no
	may "$bob" $verb nobody-of-that-name no
done
for verb in reserve settle change_authenticated reset session; do
	may "$bob" $verb bob no
	may "$bob" $verb eve no
done
may 0 status eve yes
may 0 session eve yes
knocks -u "$bob" -r admins ask authenticate bob "$right"
like 'a realm with credentials of its own may be named' "$said" \
    '^done, refused'
like 'who asks, not what he says, is in the trail' \
    "$(admin --json audit show --account bob)" "\"service\": *\"uid $bob\""

# ---- 200 at once ----

knocks burst 200 authenticate alice "$right"
is '200 logins to one account at once: all accepted' \
    "$(counted 'done, accepted')" 200
note "$said"
knocks burst 200 authenticate alice "$right" wrong
is '200, half of them wrong: every one has an answer' \
    "$(counted 'without an answer')" 0
admin --json unlock alice --reason test > /dev/null ||
    note 'alice was not locked'
knocks burst 40 authenticate user%u "$right"
is '8 of 40 names exist' "$(counted 'done, accepted')" 8
is 'the other names are refused' "$(counted 'done, refused')" 32

# Ids that were used before: nothing is counted twice.
knocks -i 4711 ask authenticate user0 wrong
knocks -i 4711 ask authenticate user0 wrong
is 'the same attempt twice counts once' "$(number failures user0)" 1
knocks -i 4711 ask authenticate user0 "$right"
like 'and its answer stays the same, whatever the password' "$said" \
    '^done, refused'

# ---- Bad callers ----

# All of them at once, from 20 processes of each kind, while others log in.
for kind in slow half garbage huge deaf; do
	"$knock" -u "$eve" "$socket" '' bad $kind 5 > "$tmp/$kind" 2>&1 &
	echo $!
done > "$tmp/bad"
worst=0
answered=0
for i in 0 1 2 3 4 5 6 7; do
	knocks ask authenticate user$i "$right"
	case $said in
	'done, accepted'*) answered=$((answered + 1)) ;;
	*) note "$said" ;;
	esac
	ms=$(printf '%s' "$said" | cut -d, -f3)
	[ "$ms" -le "$worst" ] || worst=$ms
done
is 'logins go on among bad callers' "$answered" 8
note "the slowest of them: $worst ms"
wait_for_bad()
{
	while read -r pid; do
		# of a subshell's making: not ours to wait for
		while kill -0 "$pid" 2> /dev/null; do
			sleep 0.2
		done
	done < "$tmp/bad"
}
wait_for_bad
for kind in slow half garbage huge deaf; do
	is "$kind: dropped" "$(cat "$tmp/$kind")" '5 dropped'
done

# ---- One uid floods ----

# Its 32 connections never stop asking for hashes of its own account.
"$knock" -u "$eve" "$socket" '' flood 6 1000 authenticate eve wrong \
    > "$tmp/flood" 2>&1 &
flood=$!
sleep 1
knocks -u "$eve" ask ping x
like 'its 33rd connection is told that there are too many' "$said" \
    'too many connections'
worst=0
answered=0
for i in 1 2 3 4 5 6 7; do
	knocks ask authenticate user$i "$right"
	case $said in
	'done, accepted'*) answered=$((answered + 1)) ;;
	*) note "$said" ;;
	esac
	ms=$(printf '%s' "$said" | cut -d, -f3)
	[ "$ms" -le "$worst" ] || worst=$ms
done
is 'others log in while it floods' "$answered" 7
note "the slowest of them: $worst ms"
knocks -u "$bob" ask authenticate bob "$right"
like 'another person does too' "$said" '^done, accepted'
wait "$flood"
note "the flood: $(cat "$tmp/flood")"
is 'the flood is locked out' "$(number failures eve)" 5

# ---- Changes of the policy ----

host_settings 'isolate = yes' 'lock_after = 2'
sleep 1.1
knocks ask ping x
for password in wrong1 wrong2; do
	knocks ask authenticate user1 "$password"
done
like 'a changed configuration is seen within a second' \
    "$(admin --json status user1)" '"state": *"locked"'
host_settings 'isolate = yes' 'lock_after = 2' 'lock_aftre = 3'
sleep 1.1
knocks ask ping x
knocks ask ping x
like 'a broken one is told' "$said" 'broken'
knocks ask authenticate user2 "$right"
like 'and the old policy stays' "$said" '^done, accepted'
kill -HUP "$(agent_pid)"
knocks ask authenticate user3 "$right"
like 'also when it is told to read it' "$said" '^done, accepted'
host_settings 'isolate = yes'
kill -HUP "$(agent_pid)"
sleep 0.2
knocks ask ping x
unlike 'SIGHUP reads the repaired one' "$said" 'broken'

# ---- Restart ----

# Requests that it has are answered, those that wait are the next one's.
"$knock" "$socket" '' burst 100 authenticate user4 "$right" \
    > "$tmp/burst" 2>&1 &
burst=$!
sleep 0.3
before=$(agent_pid)
kill -TERM "$before"
wait "$burst"
said=$(cat "$tmp/burst")
is 'a restart in a burst loses no request' \
    "$(counted 'done, accepted')" 100
[ "$before" != "$(agent_pid)" ] || note 'the burst was over before'
ok 'it ends by itself, and well' release
unlike 'and no sanitizer has seen a fault' "$(cat "$tmp/agent.log")" Sanitizer

finish
