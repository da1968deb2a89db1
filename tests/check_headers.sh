#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Every header compiles alone, and twice; the public one also for other
# people's compilers.

. "${top_srcdir:-.}/tests/tap.sh"

# Word splitting is wanted: the compiler may come with options.
compile()
{
	header=$1
	shift
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
	    ${CC:-cc} "$@" $LIBRARY_CFLAGS -I"$top_srcdir/lib" \
	    -I"$top_srcdir/tools" -I"$top_srcdir/pam_module" \
	    -Wall -Wextra -Wstrict-prototypes -Wundef -Werror \
	    -fsyntax-only -x c -
}

cplusplus()
{
	printf '#include "paspw.h"\nint main() { return PASPW_OK; }\n' |
	    ${CXX:-c++} "$@" -I"$top_srcdir/lib" -Wall -Wextra -Werror \
	    -fsyntax-only -x c++ -
}

LIBRARY_CFLAGS=${LIBRARY_CFLAGS:-}
for header in $(find "$top_srcdir/lib" "$top_srcdir/tools" \
    "$top_srcdir/pam_module" -name '*.h' | sort); do
	ok "${header#"$top_srcdir"/} compiles alone" \
	    compile "$header" -std=gnu17
done
ok 'paspw.h is strict C11' compile paspw.h -std=c11 -Wpedantic

if command -v "${CXX:-c++}" > "$tmp/cxx"; then
	ok 'paspw.h is C++' cplusplus -std=c++11 -Wpedantic
else
	skip 'paspw.h is C++' 'no C++ compiler (Debian: g++)'
fi

is 'the header and configure.ac tell the same version' \
    "$(sed -n 's/^#define PASPW_VERSION "\(.*\)"$/\1/p' \
    "$top_srcdir/lib/paspw.h")" \
    "$(sed -n 's/^AC_INIT(\[libpaspw\], \[\(.*\)\])$/\1/p' \
    "$top_srcdir/configure.ac")"

finish
