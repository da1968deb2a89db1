#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# tests/bench/silence.sh BUILD-DIRECTORY [SAMPLES [HASH-COST]]
#
# Does a refusal tell that an account is unknown, locked, closed or not yet
# valid? Prints a line for each kind (see silence.c): the same code and
# messages or it fails; medians within 5 % and p above 0.01 on a quiet machine
# is what we claim. Needs `make tests/bench/silence` in the build directory.

if [ $# -gt 0 ]; then
	top_builddir=$(cd "$1" && pwd) || exit 2
	top_srcdir=$(cd "$(dirname "$0")/../.." && pwd) || exit 2
	SILENCE_SAMPLES=${2:-300}
	SILENCE_COST=${3:-5}
	export top_builddir top_srcdir SILENCE_SAMPLES SILENCE_COST
fi
# shellcheck source=tests/pam/stack.sh
. "${top_srcdir:?}/tests/pam/stack.sh"

accounts=$(((SILENCE_SAMPLES + 3) / 4))
right='Sphinx-9-quartz'

settings 'credentials = store' 'first_login_change = no'
sed -i "s/^hash_cost.*/hash_cost = $SILENCE_COST/" "$conf"
service one <<END
auth required @M nodelay
END
admin init > /dev/null
n=0
while [ $n -lt $accounts ]; do
	for kind in wrong locked closed later; do
		valid=
		[ $kind != later ] || valid='--valid-from 2100-01-01'
		# shellcheck disable=SC2086 # two words
		printf '%s\n' "$right" | admin add $kind$n $valid \
		    --password-stdin > "$tmp/added" || exit 1
	done
	admin close closed$n --reason test > "$tmp/closed" || exit 1
	for try in 1 2 3 4 5; do
		printf 'wrong%s\n' $try
	done | while read -r word; do
		printf '%s\n' "$word" | admin verify locked$n \
		    --password-stdin > "$tmp/refused"
	done
	n=$((n + 1))
done
"$top_builddir/tests/bench/silence" "$services" one "$SILENCE_SAMPLES" \
    wrong=wrong unknown=unknown locked=locked closed=closed \
    not_yet_valid=later
