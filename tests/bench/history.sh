#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# history.sh [ACCOUNTS...]: one change of a password among so many accounts
# (1000 10000 100000 1000000), ours beside pam_pwhistory, both with
# BENCH_ENTRIES (5) old passwords for each account, in one run; then 64
# accounts changed by 16 processes at once. As root, in a mount namespace with
# an /etc of its own:
#
#	make tests/bench/fill tests/bench/history tools/paspw
#	tests/bench/history.sh
#
# The passwords' hashes (yescrypt, cost 5) are left out, then counted in. A
# change of ours verifies the old password and makes the new hash; beside
# pam_pwhistory pam_unix does that with two hashes more, which are not counted
# here.

set -eu
[ "$(id -u)" -eq 0 ] || { echo 'history.sh: needs root' >&2; exit 77; }
if [ "${PASPW_BENCH_NAMESPACE:-no}" = no ]; then
	PASPW_BENCH_NAMESPACE=yes
	export PASPW_BENCH_NAMESPACE
	exec unshare --mount --propagation private sh "$0" "$@"
fi
[ $# -gt 0 ] || set -- 1000 10000 100000 1000000
top_builddir=${top_builddir:-$PWD}
bench=$top_builddir/tests/bench
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
entries=${BENCH_ENTRIES:-5}
BENCH_ENTRIES=$entries
export BENCH_ENTRIES
rounds=21		# without hashes, at each size
hashed=5		# with them

cat > "$tmp/conf" <<END
[users]
store = sqlite:$tmp/store/users.db
credentials = store
first_login_change = no
dictionary = no
history = $entries
hash_cost = 5
[admins]
extends = users
members = root
store = sqlite:$tmp/store/admins.db
END
chmod 600 "$tmp/conf"
"$top_builddir/tools/paspw" --config "$tmp/conf" init > "$tmp/init"

# ---- pam_pwhistory's files ----

mkdir -p "$tmp/etc/security" "$tmp/pam.d"
echo "password required pam_pwhistory.so remember=$entries" \
    > "$tmp/pam.d/history"
for file in nsswitch.conf login.defs ld.so.cache localtime; do
	[ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$tmp/etc/$file"
done
[ ! -d /etc/alternatives ] || cp -a /etc/alternatives "$tmp/etc"	# awk

# A whole hash, with a number for its digest.
format='$y$j9T$vutsrqponmlkjihgfedcb.$%043d'

# The people whose passwords change: in both files of the system.
{
	echo 'root:x:0:0::/:/bin/sh'
	for name in none real race; do
		seq -f "$name%.0f:x:1000:1000::/:/bin/sh" 1 200
	done
} > "$tmp/etc/passwd"
awk -F: -v format="$format" '{
	printf "%s:" format ":20000:0:99999:7:::\n", $1, NR }' \
    "$tmp/etc/passwd" > "$tmp/etc/shadow"
mount --bind "$tmp/etc" /etc

# old FORMAT FROM TO FILE: lines of opasswd for that many accounts.
old()
{
	awk -v name="$1" -v from="$2" -v to="$3" -v n=$entries \
	    -v format="$format" 'BEGIN {
		for (i = from; i <= to; i++) {
			printf name ":%d:%d:", i, 10000 + i, n
			for (k = 1; k <= n; k++)
				printf format "%s", i * n + k,
				    k < n ? "," : "\n"
		}
	}' >> "$4"
}
opasswd=/etc/security/opasswd
old 'none%d' 1 200 "$opasswd"
old 'real%d' 1 200 "$opasswd"
chmod 600 "$opasswd"

# ---- One change among many ----

ratio()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'
}

history()
{
	"$bench/history" "$@"
}

printf 'one change, microseconds (median)\n%10s  %33s  %33s\n' '' \
    'hashes left out' 'hashes counted in'
printf '%10s  %9s %14s %8s  %9s %14s %8s\n' accounts ours pam_pwhistory \
    ratio ours pam_pwhistory ratio
have=0
at=0
for accounts; do
	"$bench/fill" "$tmp/conf" $((have + 1)) "$accounts" $entries
	old 'user%07d' $((have + 1)) "$accounts" "$opasswd"
	sync		# or a change waits for what was filled in
	have=$accounts
	a=$(history ours "$tmp/conf" none none $((at + 1)) $((at + rounds)))
	b=$(history theirs "$tmp/pam.d" none none $((at + 1)) \
	    $((at + rounds)))
	c=$(history ours "$tmp/conf" real real $((at + 1)) $((at + hashed)))
	d=$(history theirs "$tmp/pam.d" real real $((at + 1)) \
	    $((at + hashed)))
	at=$((at + rounds))
	printf '%10d  %9d %14d %8s  %9d %14d %8s\n' "$accounts" "$a" "$b" \
	    "$(ratio "$b" "$a")" "$c" "$d" "$(ratio "$d" "$c")"
	[ -n "${least:-}" ] || least=$a
done
printf 'ours, %d beside %d accounts: %s times\n' "$accounts" "$1" \
    "$(ratio "$a" "$least")"

# ---- All at once ----

# A small file again: at this size its rewriting takes longest beside the
# rest, but less than a second.
head -n 1000 "$opasswd" > "$tmp/small"
cat "$tmp/small" > "$opasswd"
set -- $(history race-ours "$tmp/conf" 16 race 64)
printf '64 accounts changed by 16 processes: ours %d done, %d kept\n' \
    "$2" "$1"
done=$(history race-theirs "$tmp/pam.d" 16 race 64)
printf '64 accounts changed by 16 processes: pam_pwhistory %d done, %d kept\n' \
    "$done" "$(grep -c '^race' "$opasswd" || true)"
