# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# shellcheck shell=sh disable=SC2154,SC2034
#
# For the storms, on top of tests/pam/stack.sh: two stacks that verify,
#
#	one		the one line
#	layered		the three lines around pam_verify
#
# the store in $store, and a program $tmp/unlock USER.
#
#	fresh LINE...	settings that begin with hash_cost 3 and long waits
#			(500 processes on two processors take their time),
#			and an empty store
#	storm ARGUMENT...	pam_storm, with the right password
#	storm_kill ARGUMENT...	pam_kill, too
#	value NAME LINE		a number of a line that they print
#	total NAME LINES	the sum of that number
#	state_of USER		its state, failures and pending tries
#	too_many LINES		those of bursts with one right password that
#				went beyond lock_after = 5
#	sql STATEMENT		ask the store itself
#	hold_open, let_go	a process that keeps it open meanwhile

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Sphinx-9-quartz'
wrong='Wr0ng-guess'
store=$tmp/store/users.db
verify="$top_builddir/tests/race/.libs/pam_verify.so secret=$tmp/secret"
for file in "${verify%% *}" "$top_builddir/tests/race/pam_storm" \
    "$top_builddir/tests/race/pam_kill"; do
	[ -f "$file" ] || { echo "Bail out! $file is not built"; exit 1; }
done
printf '%s\n' "$right" > "$tmp/secret"

service one <<END
auth required @M
account required @M
END
service layered <<END
auth requisite @M preauth
auth [success=1 default=bad] $verify delay=50
auth [default=die] @M authfail
auth sufficient @M authsucc
auth required pam_deny.so
account required @M
END

# For `pam_storm -b`.
cat > "$tmp/unlock" <<END
#!/bin/sh
exec "$top_builddir/tools/paspw" --config "$conf" unlock "\$1" \\
    --reason test > /dev/null
END
chmod +x "$tmp/unlock"

fresh()
{
	rm -rf "$tmp/store"
	{
		printf '[users]\nstore = sqlite:%s\n' "$store"
		printf 'credentials = store\nfirst_login_change = no\n'
		printf 'hash_cost = 3\ndictionary = no\n'
		printf 'busy_wait = 2m\nstore_timeout = 30s\n'
		printf '%s\n' "$@"
		printf '[admins]\nextends = users\nmembers = root\n'
		printf 'store = sqlite:%s\n' "$tmp/store/admins.db"
	} > "$conf"
	chmod 0644 "$conf"
	admin init > /dev/null || exit 1
}

storm()
{
	printf '%s\n' "$right" | "$top_builddir/tests/race/pam_storm" "$@"
}

storm_kill()
{
	printf '%s\n' "$right" | "$top_builddir/tests/race/pam_kill" "$@"
}

value()
{
	printf '%s\n' "$2" | sed -n "s/.* $1 \([0-9]*\).*/\1/p"
}

total()
{
	printf '%s\n' "$2" | awk -v name="$1" '
		{ for (i = 1; i < NF; i++) if ($i == name) sum += $(i + 1) }
		END { print sum + 0 }'
}

state_of()
{
	admin --json status "$1" | tr ',{}' '\n\n\n' |
	    sed -n 's/^ *"\(state\|failures\|pending\)": *"*\([^"]*\)"*$/\2/p' |
	    tr '\n' ' '
}

sql()
{
	sqlite3 "$store" "$1"
}

# Accepted only as one of the first five verified; then five wrong ones more
# at most are, beside four before or with it.
too_many()
{
	printf '%s\n' "$1" | awk '
		$7 == 0 && $5 == 5 { next }
		$7 == 1 && $15 >= 1 && $15 <= 5 && $5 > 5 && $5 <= 10 { next }
		{ print }'
}

hold_open()
{
	mkfifo "$tmp/statements"
	sqlite3 "$store" < "$tmp/statements" > "$tmp/held" &
	holder=$!
	exec 9> "$tmp/statements"
	echo 'SELECT count(*) FROM account;' >&9
	while [ ! -s "$tmp/held" ]; do
		kill -0 $holder || exit 1
	done
}

let_go()
{
	exec 9>&-
	wait $holder
	rm "$tmp/statements"
}
