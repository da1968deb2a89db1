#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The examples of the manuals do what the manuals say: each is marked in its
# page, and the JSON that paspw(8) lists is the JSON that is printed.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

page()
{
	awk -f "$top_srcdir/tests/man/page.awk" "$top_srcdir/man/$1"
}

# blocks PAGE KIND: writes them to $tmp/block.N, in order; prints how many.
blocks()
{
	rm -f "$tmp"/block.*
	page "$1" | awk -F '\t' -v kind="run-$2" -v file="$tmp/block." '
		$4 == kind || index($4, kind " ") == 1 {
			if (!open)
				n++
			open = 1
			print $5 > (file n)
		}
		$4 == "end" { open = 0 }
		END { print n + 0 }'
}

# ---- Configurations ----

count=$(blocks paspw.conf.5 config)
ok 'paspw.conf(5) has examples' test "$count" -ge 2
for n in $(seq "$count"); do
	# The file of the site's words need not be on this machine.
	sed "s|/etc/security/paspw.words|$tmp/words|" "$tmp/block.$n" \
	    > "$conf"
	echo example > "$tmp/words"
	exit_is "paspw.conf(5): example $n is valid" 0 pw policy lint "$conf"
done

# ---- Sessions with the tool ----

# $1: what was printed, $2: what the manual shows; [...] stands for anything.
shown()
{
	got=$1
	# shellcheck disable=SC2016 # not to be expanded
	pattern=$(printf '%s\n' "$2" | sed 's/[][\\*?]/\\&/g
	    s/\\\[\.\.\.\\\]/*/g')
	# shellcheck disable=SC2254 # a pattern
	case $got in
	$pattern) return 0 ;;
	esac
	note "got:      $got"
	note "expected: $2"
	return 1
}

# A block: `$ command` and what it prints, again and again.
session()
{
	name=$1
	command=
	expected=
	while IFS= read -r line; do
		case $line in
		'$ '*)
			play
			command=${line#??}
			expected=
			;;
		*)
			expected=$expected${expected:+
}$line
			;;
		esac
	done < "$2"
	play
}

play()
{
	[ -n "$command" ] || return 0
	printed=$(cd "$tmp/desk" && PATH=$tmp/bin:$PATH \
	    sh -c "$command" 2>&1)
	code=$?
	is "$name: $command: exit code" "$code" 0
	if shown "$printed" "$expected" > "$tmp/shown"; then
		tap_pass "$name: $command"
	else
		tap_fail "$name: $command"
		cat "$tmp/shown"
	fi
}

mkdir "$tmp/bin" "$tmp/desk"
printf '#!/bin/sh\nexec "%s" --config "%s" "$@"\n' "$paspw" "$conf" \
    > "$tmp/bin/paspw"
chmod +x "$tmp/bin/paspw"
# shellcheck disable=SC2119
configure
count=$(blocks paspw.8 shell)
ok 'paspw(8) has examples' test "$count" -ge 3
for n in $(seq "$count"); do
	session "paspw(8), example $n" "$tmp/block.$n"
done

# ---- JSON ----

# The keys that paspw(8) lists for a command, and those that it prints: names
# of realms, of services and of settings, and what an event holds, are no keys.
listed()
{
	page paspw.8 | awk -F '\t' -v command="$1" '
		$1 == "COMMANDS" && index($3 " ", command " ") == 1 &&
		    $5 ~ /^JSON: / {
			gsub(/JSON: |[,;.].*each (is what|has .*)$|[,.]/, "", $5)
			print $5
		}' | tr ' ' '\n' | sort -u | tr '\n' ' '
}
keys='def k:
	if type == "object" then to_entries[] | .key,
		(if .key == "data" or .key == "services" or .key == "realms" and
		    (.value | type) == "object" or .key == "accounts"
		    then empty else .value | k end)
	elif type == "array" then .[] | k
	else empty end;
	[k] | unique | join(" ")'
checked=
keys_of()
{
	command=$1
	checked="$checked|$command"
	shift
	is "$command: the keys are those of the manual" \
	    "$("$@" 2> "$tmp/keys.err" | jq -r "$keys") " \
	    "$(listed "$command")"
}

rm -rf "$state"
configure 'words ='
keys_of init pw init --json
keys_of add pw add alice --generate --json
pw add bob --generate > "$tmp/issued"
keys_of passwd pw passwd bob --generate --json
keys_of verify pw_in 'x\n' verify alice --password-stdin --json
keys_of change pw_in 'x\nabc\n' change alice --password-stdin --json
pw lock alice > "$tmp/locked"
keys_of status pw status alice --json
keys_of lock pw lock alice --json
keys_of unlock pw unlock alice --json
keys_of expire pw expire alice --json
keys_of list pw list --json
checked="$checked|warn"
is 'warn: the keys are those of the manual' \
    "$(pw warn --expiring 1y --hook /bin/true --json | jq -r "$keys") " \
    "$(listed warn)"
keys_of set pw set alice --owner Bob --reason moved --json
keys_of close pw close alice --reason left --json
keys_of check pw_in 'x\n' check --password-stdin --json
keys_of generate pw generate --json
keys_of 'policy show' pw policy show --json
keys_of 'policy explain' pw policy explain hash --json
keys_of 'policy lint' pw policy lint "$conf" --json
sed 's/min_length = 10/min_length = 11/' "$conf" > "$conf.new"
keys_of 'policy diff' pw policy diff "$conf.new" --json
keys_of 'policy compare' pw policy compare anssi --json
keys_of 'policy bench' pw policy bench --target 1ms --json
keys_of 'audit show' pw audit show --json
keys_of 'audit seal' pw audit seal --json
keys_of 'audit export' sh -c '"$1" --config "$2" audit export --json |
    tail -n 1' sh "$paspw" "$conf"
# A month that is over.
reason=$(unfakeable)
if [ -z "$reason" ]; then
	keys_of 'audit archive' faked +40d \
	    "$paspw" --config "$conf" audit archive --json
else
	checked="$checked|audit archive"
	skip 'audit archive: the keys are those of the manual' "$reason"
fi
keys_of 'audit verify' pw audit verify --json
checked="$checked|doctor"
mkdir "$tmp/pam.d"
printf 'auth required pam_paspolicy.so conf=%s\n' "$conf" > "$tmp/pam.d/shop"
pw doctor --pam-dir "$tmp/pam.d" --json > "$tmp/doctor"
is 'doctor: the keys are those of the manual' \
    "$(jq -r 'keys_unsorted | sort | join(" ")' "$tmp/doctor") " \
    "$(listed doctor)"
is 'and those of an item' \
    "$(jq -r '.items[0] | keys | join(" ")' "$tmp/doctor")" \
    'advice area item message object state'
printf 'name,owner\ncarol,Carol\n' > "$tmp/new.csv"
for kind in shadow opasswd faillock csv json; do
	checked="$checked|import $kind"
	is "import $kind: the keys of the manual" "$(listed "import $kind")" \
	    'imported skipped unchanged '
done
is 'an import has them' "$(pw import csv "$tmp/new.csv" --json |
    jq -r "$keys")" 'imported skipped unchanged'

is 'every JSON that is listed was looked at' "$(page paspw.8 | awk -F '\t' '
	$1 == "COMMANDS" && $5 ~ /^JSON: / { print $3 }' |
	sed 's/ \[\{0,1\}--.*//; s/ \[\{0,1\}[A-Z].*//' |
	grep -Evx "$(printf '%s' "${checked#|}")")" ''

finish
