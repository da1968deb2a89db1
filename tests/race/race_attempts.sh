#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Bursts of real processes at one account: exactly lock_after passwords are
# verified, and correct logins never stop each other.

. "${top_srcdir:-.}/tests/tap.sh"

right='Sphinx-9-quartz'
config=$tmp/paspw.conf
paspw="$top_builddir/tools/paspw --config $config"
burst=$top_builddir/tests/race/burst

cat > "$config" <<EOF
[users]
store = sqlite:$tmp/state/users.db
credentials = store
dictionary = no
first_login_change = no
hash_cost = 5
busy_wait = 2m
[admins]
store = sqlite:$tmp/state/admins.db
credentials = store
EOF
$paspw init > /dev/null || exit 1

add()
{
	printf '%s\n' "$right" | $paspw add "$1" --password-stdin > /dev/null
}

# burst NAME WRONG RIGHT
run()
{
	printf '%s\n' "$right" | "$burst" "$config" "$1" "$2" "$3"
}

state()
{
	$paspw --json status "$1" | tr ',{}' '\n\n\n' |
	    sed -n 's/^ *"\(state\|failures\|pending\)": *//p' | tr '\n' ' '
}

add wrong
is "200 wrong guesses at once: 5 are verified" "$(run wrong 200 0)" \
    "callers 200 verified 5 accepted 0 refused 5 locked 195 busy 0 error 0"
is "the account is locked with 5 failures" "$(state wrong)" \
    '"locked" 5 0 '
is "the right password is then locked out" "$(run wrong 0 1)" \
    "callers 1 verified 0 accepted 0 refused 0 locked 1 busy 0 error 0"

add correct
is "64 correct logins at once: none is refused" "$(run correct 0 64)" \
    "callers 64 verified 64 accepted 64 refused 0 locked 0 busy 0 error 0"
is "and no failure is left behind" "$(state correct)" '"active" 0 0 '

add other
add bystander
run other 50 0 > "$tmp/burst" &
is "a burst elsewhere hinders nobody" "$(run bystander 0 16)" \
    "callers 16 verified 16 accepted 16 refused 0 locked 0 busy 0 error 0"
wait
like "while it locks its own account" "$(cat "$tmp/burst")" \
    'verified 5 accepted 0 refused 5 locked 45'

finish
