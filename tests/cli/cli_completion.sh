#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The completion of bash and zsh: made from the table, and what it offers.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

installed=$top_srcdir/tools/completion

"$paspw" completion bash > "$tmp/bash"
"$paspw" completion zsh > "$tmp/zsh"
ok 'the one for bash is what the table says (make update-completion)' \
    diff "$installed/paspw" "$tmp/bash"
ok 'so is the one for zsh' diff "$installed/_paspw" "$tmp/zsh"
exit_is 'another shell' 2 "$paspw" completion csh
like 'is told' "$err" 'bash'
exit_is 'a script is no JSON' 2 "$paspw" completion bash --json

# Every command of --help, and no other.
"$paspw" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\).*/\1/p' | sort -u \
    > "$tmp/commands"

# What bash offers at the end of a line: offered paspw policy sh
offered()
{
	bash --norc --noprofile -c '
		source "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		compopt() { :; }
		_paspw
		printf "%s\n" "${COMPREPLY[@]}"' - "$tmp/bash" "$@"
}

if command -v bash > "$tmp/none"; then
	offered paspw '' | sort > "$tmp/offered"
	ok 'bash offers every command' diff "$tmp/commands" "$tmp/offered"
	is 'a beginning' "$(offered paspw unl)" unlock
	is 'the second word' "$(offered paspw policy comp)" compare
	is 'options before it do not matter' \
	    "$(offered paspw --config x --json policy comp)" compare
	is 'an option of a command' "$(offered paspw list --wi)" \
	    --without-owner
	is 'also behind the operand' "$(offered paspw lock bob --reas)" \
	    --reason
	is 'none of another command' "$(offered paspw list --reas)" ''
	is 'a value' "$(offered paspw add x --kind em)" emergency
	is 'a preset' "$(offered paspw policy compare an)" \
	    anssi
	is 'a user' "$(offered paspw lock roo | grep -x root)" root
	: > "$tmp/afile"
	is 'a file' "$(offered paspw policy lint "$tmp/afi")" "$tmp/afile"
	missing=
	while read -r word; do
		for option in $("$paspw" "$word" --help 2> "$tmp/err" |
		    sed -n 's/^  \(--[a-z-]*\).*/\1/p'); do
			grep -q "^	'$word'" "$tmp/bash" || continue
			offered paspw "$word" -- | grep -qx -e "$option" ||
			    missing="$missing $word:$option"
		done
	done < "$tmp/commands"
	is 'bash offers every option of --help' "$missing" ''
	is 'and takes it without a word of error' \
	    "$(bash -n "$tmp/bash" 2>&1)" ''
else
	skip 'what bash offers' 'no bash'
fi
if command -v zsh > "$tmp/none"; then
	is 'zsh takes its one without a word of error' \
	    "$(zsh -n "$tmp/zsh" 2>&1)" ''
	# in a terminal of zsh's own making
	cp "$tmp/zsh" "$tmp/_paspw"
	# In a terminal of zsh's own making. A tab that comes before the
	# prompt is no question.
	like 'and offers a second word' "$(timeout 60 zsh -f -c '
		zmodload zsh/zpty
		zpty z "TERM=dumb zsh -f -i"
		zpty -w z "fpath=($1 \$fpath); autoload -U compinit; \
compinit -u -D; paspw() { :; }; PS1=\"RE\"\"ADY> \""
		zpty -r -m z line "*READY> *"
		zpty -n -w z "paspw policy comp"$'"'\\t'"'
		zpty -r -m z line "*compare*"
		print -r -- "$line"' - "$tmp" 2>&1 | tr -d '\r')" \
	    'paspw policy compare'
else
	skip 'what zsh offers' 'no zsh'
fi

finish
