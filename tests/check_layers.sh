#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Who may know what: which file includes which library, and what each object
# of libpaspw refers to. Read from the objects, since a call may hide in a
# macro or an inline function.

. "${top_srcdir:-.}/tests/tap.sh"

# The library's files, without .c, below lib/.
names=$(cd "$top_srcdir/lib" && find . -name '*.c' ! -name words_data.c |
    sed 's|^\./||; s/\.c$//' | sort)

# Files of ours that include header $1.
includers()
{
	(cd "$top_srcdir" &&
	    grep -El "^# *include *[<\"]$1[>\"]" lib/*.[ch] lib/*/*.[ch] \
	    tools/*.[ch] tools/*/*.[ch] pam_module/*.[ch] \
	    pam_module/*/*.[ch])
}

# Headers of lib/ but paspw.h that these files include.
private_headers()
{
	for file in "$@"; do
		sed -n 's/^# *include *"\(.*\)".*/\1/p' "$file"
	done | sort -u | while read -r header; do
		case $header in
		paspw.h) continue ;;
		esac
		[ ! -f "$top_srcdir/lib/$header" ] || echo "$header"
	done
}

module_files()
{
	ls "$top_srcdir"/pam_module/*.[ch] "$top_srcdir"/pam_module/*/*.[ch]
}

# Headers of tools/ that the module's files include, by whatever path.
tool_headers()
{
	# shellcheck disable=SC2046 # no path of ours has a blank
	sed -n 's/^# *include *"\(.*\)".*/\1/p' $(module_files) | sort -u |
	    while read -r header; do
		case $header in
		tools/*|*/tools/*) echo "$header" ;;
		*) [ ! -f "$top_srcdir/tools/$header" ] || echo "$header" ;;
		esac
	done
}

# The agent is the library behind a socket: it takes the steps of an attempt
# apart, and so looks behind paspw.h.
agent_files()
{
	ls "$top_srcdir"/tools/agent/*.[ch] "$top_srcdir"/tools/paspwd.c \
	    "$top_srcdir"/tools/paspw_helper.c
}
tool_files()
{
	agent_files > "$tmp/agent"
	ls "$top_srcdir"/tools/*.[ch] "$top_srcdir"/tools/*/*.[ch] |
	    grep -vxF -f "$tmp/agent"
}

# What nm says of each object, a line each after the object's name. An object
# that is missing is no line.
symbols()
{
	# shellcheck disable=SC2046,SC2086 # no name of ours has a blank
	(cd "$top_builddir/lib" && ${NM:-nm} -A $1 $(printf '%s\n' $names |
	    sed 's|[^/]*$|.libs/&.o|')) 2> "$tmp/none" |
	    sed 's|^[^:]*/||; s/\.o:/: /'
}

# Objects that are missing, or in which nm sees nothing.
unreadable()
{
	symbols --defined-only | sed -n 's/: [0-9a-f]* [TtRrDdBb] .*//p' |
	    sort -u > "$tmp/readable"
	printf '%s\n' "$names" | sed 's|.*/||' | grep -vxF -f "$tmp/readable"
}

# What the objects refer to, as `object: symbol`, without the suffixes of
# large files, of 64-bit time and of _FORTIFY_SOURCE, and without what
# compilers add.
symbols -u | sed -n 's/: *[Uw] /: /p' |
    sed 's/@.*//; s/: __isoc[0-9]*_/: /; s/: __\(.*\)_chk$/: \1/
	s/_2$//; s/64$//; s/: __\(open.*\|.*time.*\)$/: \1/
	/: _GLOBAL_OFFSET_TABLE_$/d; /: __stack_chk_fail$/d
	/: __[aul]b*san_/d' > "$tmp/references"

# References of the objects $1 (an ERE) that are in ERE $2; and those that are
# not.
in_list()
{
	grep -E "^($1): ($2)\$" "$tmp/references"
}
not_in_list()
{
	grep -E "^($1): " "$tmp/references" | grep -Ev ": ($2)\$"
}

is 'sqlite3.h is known to one file' "$(includers sqlite3.h)" \
    lib/store/sqlite_library.h
is 'crypt.h is known to one file' "$(includers crypt.h)" lib/policy/hash.c
is 'libeconf.h is known to one file' "$(includers libeconf.h)" \
    lib/policy/config_file.c
is 'pwquality.h is known to one file' "$(includers pwquality.h)" \
    lib/quality/dictionary.c
is 'OpenSSL is known to one file' "$(includers 'openssl/.*')" lib/base/digest.c
is 'libaudit.h is known to one file' "$(includers libaudit.h)" \
    lib/audit/kernel_audit.c
is 'libpq-fe.h is known to no file yet' "$(includers libpq-fe.h)" ''
# shellcheck disable=SC2046 # no path of ours has a blank
is 'the tool knows of the library paspw.h only' \
    "$(private_headers $(tool_files))" ''
# shellcheck disable=SC2046
is 'the module knows of the library paspw.h only' \
    "$(private_headers $(module_files))" ''
is 'the module knows nothing of the tools' "$(tool_headers)" ''
# shellcheck disable=SC2046
is 'the agent knows the attempt, the protocol and where things are' \
    "$(private_headers $(agent_files) | tr '\n' ' ')" 'attempt.h base/cgroup.h '\
'base/memory.h base/span.h base/wait.h handle.h policy/config_path.h '\
'remote/channel.h remote/way.h remote/wire.h '
# Folders of lib/ that the files of folder $1 include, but not itself and those
# in the list $2; a file beside them stands above them all.
foreign_folders()
{
	cat "$top_srcdir/lib/$1"/*.[ch] |
	    sed -n 's/^#include "\(.*\)"/\1/p' |
	    sed 's|/.*||' | sort -u | grep -vxE "paspw.h|$1|$2"
}

below=
for folder in base policy quality account audit store trail; do
	is "lib/$folder knows the folders below it only" \
	    "$(foreign_folders $folder "${below:-none}")" ''
	below=${below:+$below|}$folder
done
is 'every object is there and can be read' "$(unreadable)" ''

# ---- Deciders are pure: no I/O, no clock, nothing that is not listed ----

pure='mem[a-z]*|bcmp|str[a-z]*|v?snprintf|__errno_location|__ctype_[a-z_]*'
pure="$pure|bsearch|qsort|mktime|localtime_r"
pure="$pure|account_[a-z_]*|lockout_[a-z_]*|policy_[a-z_]*|preset_[a-z_]*"
pure="$pure|span_[a-z_]*|cnil_[a-z_]*|lint_[a-z_]*"
pure="$pure|error_[a-z_]*|secret_[a-z_]*"
for name in policy policy_value preset span cnil lockout; do
	is "$name is pure" "$(not_in_list "$name" "$pure")" ''
done
is 'wire is pure' "$(not_in_list wire "$pure|wire_[a-z_]*")" ''
is 'lint is pure, and knows what a hash costs' \
    "$(not_in_list lint "$pure|hash_memory")" ''
is 'account is pure, but for the id that a new row draws' \
    "$(not_in_list account "$pure|hash_random")" ''

# ---- One clock: the store's; waits go by the monotonic one ----

clocks()
{
	in_list '[a-z_0-9]*' 'time|gettimeofday|timespec_get|clock' |
	    grep -v '^store_'
	(cd "$top_srcdir/lib" && grep -rn --include='*.c' 'CLOCK_[A-Z]' . |
	    grep -v -e '^\./store/store_' -e CLOCK_MONOTONIC)
}
is 'only a store asks what time it is' "$(clocks)" ''

# ---- A guest in somebody else's process ----

# Ends it, prints, or changes what all its threads share.
rude='exit|_exit|_Exit|abort|printf|vprintf|puts|putchar|perror|stdout|stderr'
rude="$rude|setlocale|setenv|putenv|unsetenv|umask|chdir|signal"
# Gives a result that all threads share.
rude="$rude|getpwnam|getpwuid|getgrnam|getgrgid|getspnam|strtok|localtime"
rude="$rude|gmtime|ctime|asctime|rand|srand|random|srandom|crypt"
is 'the library is a good guest' \
    "$(in_list '[a-z_0-9]*' "$rude")" ''

finish
