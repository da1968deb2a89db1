#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# A program of somebody else: the library is installed, found by pkg-config,
# and the example of libpaspw(3) is built with it, as C and as C++.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

example=$top_srcdir/man/examples/login.c
root=$tmp/root
command -v pkg-config > /dev/null || skip_all 'no pkg-config'

install_library()
{
	make -s -C "$top_builddir" DESTDIR="$root" \
	    install-libLTLIBRARIES install-includeHEADERS \
	    install-pkgconfigDATA
}
ok 'the library can be installed' install_library
PKG_CONFIG_PATH=$(dirname "$(find "$root" -name paspw.pc)")
PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
is 'pkg-config knows its version' "$(pkg-config --modversion paspw)" \
    "$(sed -n 's/^#define PASPW_VERSION "\(.*\)"$/\1/p' \
    "$top_srcdir/lib/paspw.h")"
flags=$(pkg-config --cflags --libs paspw)
like 'and how to link it' "$flags" '(^| )-lpaspw( |$)'
LD_LIBRARY_PATH=$(dirname "$(find "$root" -name libpaspw.so)")
export LD_LIBRARY_PATH

build()
{
	# shellcheck disable=SC2086 # lists
	$1 ${SANITIZER_CFLAGS:-} -Wall -Wextra -Werror $2 "$example" \
	    -x none -o "$tmp/login" $flags
}

# what_it_does LANGUAGE
what_it_does()
{
	printf 'Wrong-try-1\n' > "$tmp/wrong"
	printf 'Brume-7-Tamis-kilo\n' > "$tmp/right"
	exit_is "$1: the right password" 0 \
	    sh -c '"$1" "$2" alice < "$3"' sh "$tmp/login" "$conf" "$tmp/right"
	is "$1: is accepted" "$out" accepted
	exit_is "$1: a wrong one" 1 \
	    sh -c '"$1" "$2" alice < "$3"' sh "$tmp/login" "$conf" "$tmp/wrong"
	is "$1: is refused" "$out" refused
	exit_is "$1: nobody" 1 \
	    sh -c '"$1" "$2" nobody < "$3"' sh "$tmp/login" "$conf" "$tmp/right"
	is "$1: is refused alike" "$out" refused
	exit_is "$1: no configuration" 1 \
	    sh -c '"$1" "$2.not" alice < "$3"' sh "$tmp/login" "$conf" \
	    "$tmp/right"
	is "$1: lets nobody in" "$out" refused
	like "$1: and says why" "$err" 'configuration.*: .*paspw.conf.not'
}

fresh
pw_account alice Brume-7-Tamis-kilo
ok 'the example is C' build "${CC:-cc}" '-x c'
what_it_does C
if command -v "${CXX:-c++}" > "$tmp/cxx" && [ -z "${SANITIZER_CFLAGS:-}" ]; then
	ok 'the example is C++ too' build "${CXX:-c++}" '-x c++'
	what_it_does C++
else
	skip 'the example is C++ too' \
	    'no C++ compiler (Debian: g++), or a sanitizer of another one'
fi

finish
