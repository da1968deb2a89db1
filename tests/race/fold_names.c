/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* fold_names: loaded in front of the C library (LD_PRELOAD), a directory to
 * which ALICE is alice, as Active Directory is. */

#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 256

int
getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
    struct passwd **result)
{
	__typeof__(&getpwnam_r) real =
	    (__typeof__(&getpwnam_r))(uintptr_t)dlsym(RTLD_NEXT, "getpwnam_r");
	char folded[NAME_MAX_BYTES];

	snprintf(folded, sizeof(folded), "%s", name);
	for (char *p = folded; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return real(folded, entry, buffer, size, result);
}
