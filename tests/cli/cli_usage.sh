#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The command line: help, version, what is refused and how it is said.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

words='init add passwd verify change status list lock unlock expire close
check generate'
# shellcheck disable=SC2119
configure

exit_is "says its version" 0 "$paspw" --version
like "as a number" "$out" '^paspw [0-9]+\.[0-9]+\.[0-9]+$'

exit_is "helps" 0 "$paspw" --help
help=$out
for word in $words 'policy show' 'policy explain' 'policy lint' 'audit show' \
    'audit seal' 'audit verify'; do
	like "help has $word" "$help" "^  $word( |\$)"
	# shellcheck disable=SC2086 # two words
	exit_is "$word --help" 0 "$paspw" $word --help
	like "$word --help says how" "$out" "^Usage: paspw $word"
done
for code in 0 1 2 3 4 5 6 7; do
	like "help has exit code $code" "$help" "^  $code  [a-z]"
done
exit_is "a family has help" 0 "$paspw" policy --help
unlike "of its own commands only" "$out" '^  lock '
exit_is "help comes also after the operand" 0 "$paspw" lock alice --help

usage()
{
	name=$1
	shift
	exit_is "$name" 2 "$paspw" --config "$conf" "$@"
	like "$name: a sentence" "$err" '^paspw: .'
	is "$name: nothing on standard output" "$out" ''
	exit_is "$name (JSON)" 2 "$paspw" --config "$conf" --json "$@"
	ok "$name: one JSON object" json '.error.code == "usage" and
	    (.error.message | length > 0)'
}

exit_is "no command at all" 2 "$paspw"
usage "no command"
usage "an unknown command" frobnicate
usage "half a command" policy
usage "an unknown second word" audit frobnicate
usage "an unknown option" list --frobnicate
usage "a short option" list -l
usage "an option without its value" lock alice --reason
usage "a value for a flag" list --locked=yes
usage "an option of another command" lock alice --count 3
usage "no operand" lock
usage "an empty operand" lock ''
usage "a surplus operand" lock alice bob
usage "an operand where none belongs" init now
usage "a newline in a name" lock "$(printf 'a\nb')"
usage "an escape sequence in a reason" lock alice \
    --reason "$(printf 'a\033[2J')"
usage "a C1 control character" lock "$(printf 'a\302\233')"
usage "a name that is not UTF-8" lock "$(printf 'a\377')"
usage "close without a reason" close alice
usage "close with an empty reason" close alice --reason ''
usage "an empty realm" list --realm ''
usage "an empty configuration" list --config ''
usage "an empty account" audit show --account ''
usage "an empty user" generate --user ''
usage "an empty hook" warn --hook ''
usage "a number that is none" generate --count 3x
usage "a number out of range" generate --count 99999999999999999999
usage "no passwords" generate --count 0
usage "length and words" generate --length 12 --words 4
usage "a span that is none" list --expiring 14parsecs
usage "a span that is too long" list --expiring 1000000000s
usage "a time that is none" audit show --since yesterday
usage "two sources of a password" add alice --generate --password-stdin
for time in 2026-02-31 2026-13-01 2026-3-1 26-03-01 1969-12-31 \
    2026-03-01T25:00 2026-03-01T12 '2026-03-01T12:00 Z' 2026-03-29T02:30; do
	usage "the time $time" add alice --generate --valid-from "$time"
done
exit_is "no terminal and no --password-stdin" 2 \
    setsid -w "$paspw" --config "$conf" verify alice
like "names the way out" "$err" password-stdin

exit_is "a password given as an option" 2 "$paspw" verify alice \
    --password=hunter2
unlike "is not repeated" "$out$err" hunter2
exit_is "an unknown option with a value" 2 "$paspw" verify alice \
    --pw=hunter2
unlike "is repeated without it" "$out$err" hunter2
exit_is "a password given as an operand" 2 "$paspw" verify alice hunter2
unlike "is not repeated either" "$out$err" hunter2

exit_is "an unknown realm is usage, not a missing account" 2 \
    pw --realm nowhere status alice
like "and named as such" "$err" realm

fresh
exit_is "options come before the command" 0 pw --realm admins --json list
ok "and are obeyed" json '.accounts == []'
exit_is "options come after the command" 0 pw list --realm admins --json
ok "and are obeyed, too" json '.accounts == []'
for span in 999999999s 36500d 9999y 999999999mo; do
	exit_is "since $span ago" 0 pw audit show --since "$span"
	exit_is "idle for $span" 0 pw list --idle "$span"
done
exit_is "-- ends the options" 3 pw status -- --json
unlike "what follows is an operand" "$out" '{'

finish
