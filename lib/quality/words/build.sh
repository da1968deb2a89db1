#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Compile the word lists into C: build.sh AWK FRENCH ENGLISH > words_data.c
#
# FRENCH and ENGLISH are the lists of the distribution (one word a line,
# UTF-8). Ours are the *.list files beside this script: each line is what a
# guess costs an attacker in bits, then words. generator.list holds the words
# of generated passphrases.
#
# The result is a minimal acyclic automaton over a-z and 0-9: common beginnings
# and endings are stored once, and it is read in place, without loading. An
# edge is label << 24 | last << 23 | target; a word ends with an edge that is
# labelled with its cost ('A' is 1 bit), or 'Z' for a mere dictionary word.
# A second table tells what a letter costs after two others in such words, in
# tenths of a bit: unknown names look like them.
set -eu
export LC_ALL=C

awk=$1 french=$2 english=$3
here=$(dirname "$0")
for list in "$french" "$english" "$here/generator.list"
do
	test -s "$list" || {
		echo "build.sh: $list: no such word list" >&2
		exit 1
	}
done

# Small letters without accents; possessives dropped, what has other
# characters left as well. The C locale knows bytes: one rule a letter.
fold() {
	rules="/'s\$/d; s/[ '.-]//g; s/’//g"
	for pair in à:a â:a ä:a á:a ã:a å:a Â:a Å:a Á:a À:a ç:c Ç:c é:e è:e \
	    ê:e ë:e É:e È:e Ê:e í:i ì:i î:i ï:i Î:i ñ:n ó:o ò:o ô:o ö:o õ:o \
	    ø:o Ô:o Ö:o ú:u ù:u û:u ü:u ÿ:y œ:oe Œ:oe æ:ae Æ:ae
	do
		rules="$rules; s/${pair%:*}/${pair#*:}/g"
	done
	sed -e "$rules" "$@" | tr A-Z a-z | sed -n '/^[a-z0-9]\{3,\}$/p'
}

{
	fold "$french" "$english" | sed 's/$/Z/'
	"$awk" '!/^#/ { for (i = 2; i <= NF; i++)
		printf "%s%c\n", $i, 64 + $1 }' "$here"/guess-*.list
	sed -n '/^[a-z]/s/$/L/p' "$here/generator.list"
} | sort -u | "$awk" -v generator="$here/generator.list" '
# Give an unfinished node a place, or find the same one made before.
function finish(depth,    n, i, edge) {
	if (!(nodes[depth] in places)) {
		places[nodes[depth]] = count
		n = split(nodes[depth], edge, " ")
		for (i = 1; i <= n; i += 2) {
			printf "%.0f,%s", edge[i] * 16777216 + \
			    (i + 1 == n) * 8388608 + edge[i + 1],
			    (count % 8 == 7 ? "\n" : "")
			count++
		}
	}
	n = places[nodes[depth]]
	nodes[depth] = ""
	return n
}

# Close everything below `depth` of the word before this one.
function close_to(depth,    i) {
	for (i = length(before); i > depth; i--)
		nodes[i - 1] = nodes[i - 1] (nodes[i - 1] == "" ? "" : " ") \
		    code[substr(before, i, 1)] " " (i == length(before) ? 0 : \
		    finish(i))
}

# Three letters in a row; "`", which stands before "a", is the beginning.
function count_letters(word,    i) {
	for (i = 1; i <= length(word) - 2; i++) {
		pairs[substr(word, i, 2)]++
		threes[substr(word, i, 3)]++
	}
}

function letter(i) {
	return sprintf("%c", 96 + i)
}

# As if each letter came a little more often than it did.
function cost(pair, third,    some) {
	some = 0.3
	return -log((threes[pair third] + some) / (pairs[pair] + 26 * some)) \
	    / log(2) * 10
}

function print_letters(    i, j, k) {
	print "const uint8_t words_letters[27 * 27 * 26] = {"
	for (i = 0; i < 27; i++)
		for (j = 0; j < 27; j++) {
			for (k = 1; k < 27; k++)
				printf "%d,", cost(letter(i) letter(j), \
				    letter(k)) + 0.5
			print ""
		}
	print "};"
}

BEGIN {
	count = 0
	for (i = 48; i < 123; i++)
		code[sprintf("%c", i)] = i
	print "/* Made by build.sh from word lists: do not edit. */"
	print "#include \"quality/words.h\""
	print "const uint32_t words_edges[] = {"
}

# The cheapest of equal words comes first.
substr($0, 1, length($0) - 1) != stem {
	stem = substr($0, 1, length($0) - 1)
	for (same = 0; substr($0, same + 1, 1) == \
	    substr(before, same + 1, 1); same++)
		;
	close_to(same)
	before = $0
	if (stem ~ /^[a-z][a-z][a-z][a-z]+$/)
		count_letters("``" stem)
}

END {
	close_to(0)
	root = finish(0)
	printf "};\nconst uint32_t words_root = %d;\n", root
	print "const char words_generator[][WORDS_GENERATOR_MAX] = {"
	while ((getline line < generator) > 0)
		if (line ~ /^[a-z]/) {
			words++
			printf "\"%s\",%s", line, \
			    (words % 8 == 0 ? "\n" : "")
		}
	printf "};\nconst size_t words_generator_count = %d;\n", words
	print_letters()
}'
