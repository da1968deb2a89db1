#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# kill -9 at random instants: a caller that dies leaves the count too high,
# never too low; no lease outlives its time; the store opens clean.

. "${top_srcdir:-.}/tests/race/storm.sh"

kills=${STORM_KILLS:-34}	# for each account
lease=8		# a slow machine hashes for seconds

# Room for every guess: one that the limit keeps away shows nothing.
fresh "attempt_lease = ${lease}s" 'lock_after = 100'
users='one-1 one-2 one-3 one-4 layered-1 layered-2 layered-3'
five='one-five layered-five'
for user in $users $five; do
	account "$user" "$right"
done

# Each kill in turn within so many ms: a login of the layered stack is longer.
life()
{
	case $1 in
	one*) echo 15 ;;
	*) echo 90 ;;
	esac
}

counted()
{
	# shellcheck disable=SC2046 # three words
	set -- $(state_of "$1")
	echo $(($2 + $3))
}

# verified, but neither a failure nor a try that is pending
lost=0
all=
check_user()
{
	line=$(storm_kill "$services" "${1%-*}" "$kills" "$(life "$1")" \
	    "$1") || exit 1
	all="$all$line
"
	verified=$(value verified "$line")
	counted=$(counted "$1")
	note "$line counted $counted"
	# Beyond lock_after it stops to count.
	limit=${2:-100}
	[ "$counted" -ge "$verified" ] || [ "$counted" -eq "$limit" ] ||
	    lost=$((lost + verified - counted))
	[ "$verified" -le "$limit" ] || beyond="$beyond $1:$verified"
	whole=$(sql 'PRAGMA integrity_check')
	[ "$whole" = ok ] || broken="$broken $1:$whole"
}

beyond=
broken=
for user in $users; do
	check_user "$user"
done
is "$(total kills "$all") were killed" "$(total kills "$all")" \
    $((7 * kills))
is 'some while they verified' \
    "$(($(total verified "$all") > $(total answered "$all")))" 1
is 'none of their verifications is lost' $lost 0
is 'none was accepted' "$(total accepted "$all")" 0
is 'no survivor found the store unusable' "$(total unavailable "$all")" 0

# After the leases everything is settled, as failures, and no more of them
# than tries that began.
sleep $((lease + 2))
left=
for user in $users; do
	storm -n "$services" one "$user:1:0" > "$tmp/last"
	line=$(printf '%s' "$all" | grep "^$user ")
	# shellcheck disable=SC2046 # three words
	set -- $(state_of "$user")
	[ "$3" -eq 0 ] && [ "$2" -gt "$(value verified "$line")" ] &&
	    [ "$2" -le $(($(value begun "$line") + 1)) ] ||
	    [ "$1" = locked ] || left="$left $user:$*"
done
is 'no lease outlives its time, each counts once' "$left" ''
admin unlock one-1 --reason test > "$tmp/unlocked"
pam "$right\n" one one-1 auth
is 'the right password gets in' "$codes" 'auth PAM_SUCCESS'

# The limit itself.
sed -i 's/^lock_after.*/lock_after = 5/' "$conf"
for user in $five; do
	check_user "$user" 5
done
is 'not one more than five is verified' "$beyond" ''
is 'nor lost' $lost 0
started=$(date +%s)
pam "$right\n" one one-five auth
is 'nobody waits longer than the lease' \
    "$(($(date +%s) - started <= lease + 2))" 1
sleep $((lease + 2))
for user in $five; do
	pam "$right\n" "${user%-*}" "$user" auth
	is "$user: locked, as five were verified" \
	    "$codes $(state_of "$user")" 'auth PAM_AUTH_ERR locked 5 0 '
done
is 'the store is whole, each time' "$broken" ''

finish
