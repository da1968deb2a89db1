#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# What an admin asks about a lock: who locked it and from where, what was tried
# meanwhile, when and by whom it ended; in the trail, and in the system's log
# in the words that fail2ban and logwatch know from pam_faillock.

. "${top_srcdir:-.}/tests/pam/stack.sh"
command -v jq > "$tmp/jq" || skip_all 'jq is not installed'

right='Grenouille-47-verte'
settings 'credentials = store' 'first_login_change = no' 'unlock_after = 1h'
service one <<END
auth required @M
account required @M
END
service layered <<END
auth requisite @M preauth
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
END
printf '%s\n' "$right" > "$tmp/secret"
admin init > /dev/null

# event USER JQ-EXPRESSION: of its newest event of $kind
event()
{
	admin --json audit show --account "$1" | jq -er --arg kind "$kind" \
	    "[.events[] | select(.kind == \$kind)] | last | $2"
}

how_many()
{
	admin --json audit show --account "$1" | jq -r --arg kind "$kind" \
	    '[.events[] | select(.kind == $kind)] | length'
}

faults="FAULT_LOG=$tmp/log"
for stack in one layered; do
	account $stack "$right"
	kind=lock
	pam_options='-r 192.0.2.7 -t ssh'
	rm -f "$tmp/log"
	guess $stack $stack wrong1 wrong2 wrong3 wrong4
	is "$stack: four failures are no lock" "$(how_many $stack)" 0
	pam_options='-r 192.0.2.9 -t pts/7'
	guess $stack $stack wrong5
	is "$stack: the fifth is one" "$(how_many $stack)" 1
	is "$stack: by which service, host and terminal" "$(event $stack \
	    '.data | if type == "string" then fromjson else . end |
	    "\(.service) \(.rhost) \(.tty) \(.failures)"')" \
	    "$stack 192.0.2.9 pts/7 5"
	kind=failure
	is "$stack: each failure has its own" "$(how_many $stack)" 5

	# Refused tries: one event for all of them, with the first and last.
	kind=refused_locked
	guess $stack $stack wrong6
	sleep 1.1
	guess $stack $stack wrong7 wrong8
	pam "$right\n" $stack $stack auth
	is "$stack: no event for a try on a locked account" \
	    "$(how_many $stack)" 0
	refused=$(number refused_while_locked $stack)
	ok "$stack: but they are counted" test "$refused" -ge 2
	admin unlock $stack --reason 'ticket 4711: he called' > "$tmp/unlocked"
	is "$stack: told once when it ends" "$(how_many $stack)" 1
	ok "$stack: with count, first and last time" event $stack \
	    ".data | if type == \"string\" then fromjson else . end |
	    .count == $refused and .first < .last"
	kind=unlock
	is "$stack: unlocked, why" "$(event $stack .reason)" \
	    'ticket 4711: he called'
	is "$stack: by whom" "$(event $stack .actor)" "$(id -un)"

	# One that ends by itself.
	sed -i 's/^unlock_after.*/unlock_after = 1s/' "$conf"
	guess $stack $stack wrong1 wrong2 wrong3 wrong4 wrong5
	sleep 2.1
	kind=lock_expired
	pam "$right\n" $stack $stack auth
	is "$stack: a lock ends" "$codes" 'auth PAM_SUCCESS'
	is "$stack: which has its event" "$(how_many $stack)" 1
	sed -i 's/^unlock_after.*/unlock_after = 1h/' "$conf"

	kind=admin_lock
	admin lock $stack --reason 'on leave' > "$tmp/locked"
	is "$stack: locked by an admin, why" "$(event $stack .reason)" 'on leave'
	admin unlock $stack --reason back > "$tmp/unlocked"

	log=$(cat "$tmp/log")
	like "$stack: the log has user, host and terminal" "$log" \
	    "authentication failure; .* tty=pts/7 .* rhost=192\\.0\\.2\\.9  user=$stack\$"
	is "$stack: and says once for each lock that it locked" \
	    "$(printf '%s\n' "$log" | grep -c \
	    "Consecutive login failures for user $stack account temporarily locked")" 2
done

# In a burst, too, in which several failures see the lock.
service slow <<END
auth requisite @M preauth
auth [success=1 default=bad] \
    $top_builddir/tests/race/.libs/pam_verify.so secret=$tmp/secret delay=200
auth [default=die] @M authfail
END
account burst "$right"
rm -f "$tmp/log"
for try in 1 2 3 4 5 6 7 8 9 10; do
	pam "wrong$try\n" slow burst auth &
done
wait
kind=lock
is 'a burst locks once' "$(how_many burst)" 1
# Whoever failed beside the one that locked may see the lock, and say so too.
said=$(grep -c 'Consecutive login failures' "$tmp/log")
ok 'and the log says so, at most once for each failure' \
    test "$said" -ge 1 -a "$said" -le 5

finish
