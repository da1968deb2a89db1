# shellcheck shell=sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The real tool on a temporary store. Sourced by every cli_*.sh.

# shellcheck source=tests/tap.sh
. "${top_srcdir:-.}/tests/tap.sh"

paspw=${PASPW:-$top_builddir/tools/paspw}
conf=$tmp/paspw.conf
state=$tmp/state
store=$state/users.db
unset SUDO_USER SUDO_UID POSIXLY_CORRECT
LC_ALL=C.UTF-8 TZ=Europe/Paris
export LC_ALL TZ

command -v jq > /dev/null || skip_all "jq is not installed"

# More lines of the realm users come from the arguments.
# shellcheck disable=SC2120 # cli_policy.sh passes some
configure()
{
	{
		printf '%s\n' '[users]' "store = sqlite:$store" \
		    'credentials = store' 'hash_cost = 3' "$@"
		printf '%s\n' '' '[admins]' 'extends = users' \
		    'members = root' "store = sqlite:$state/admins.db" \
		    'min_length = 10'
	} > "$conf"
	chmod 600 "$conf"
}

# An empty store under it.
fresh()
{
	rm -rf "$state"
	# shellcheck disable=SC2119
	configure
	pw init > /dev/null || exit 1
}

pw()
{
	"$paspw" --config "$conf" "$@"
}

# pw with standard input: `pw_in 'a\nb\n' change alice --password-stdin`.
pw_in()
{
	input=$1
	shift
	# shellcheck disable=SC2059 # \0 and \n are what it is for
	printf -- "$input" | pw "$@"	# a password may begin with a dash
}

# A password that was made, for pw_in.
escaped()
{
	printf '%s' "$1" | sed 's/[%\\]/&&/g'
}

# An account that may log in: pw_account NAME PASSWORD.
pw_account()
{
	first=$(escaped "$(pw add "$1" --generate)") &&
	pw_in "$first\n$2\n" change "$1" --password-stdin > /dev/null ||
	    exit 1
}

# $out is exactly one JSON object, and this jq expression is true of it.
json()
{
	printf '%s' "$out" | jq -es "length == 1 and (.[0] | $1)"
}

# What a refused command must leave as it was.
snapshot()
{
	pw list --json | jq -S . && pw audit show --json |
	    jq -S '[.events[] | del(.seal)]'
}
