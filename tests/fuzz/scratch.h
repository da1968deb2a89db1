/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* scratch: the directory of a target that needs files; gone at exit. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "fuzz.h"

#define SCRATCH_MAX 256
#define SCRATCH_FILES 8		/* open at a time, to remove it */

static char scratch[SCRATCH_MAX];

static inline int
scratch_remove_one(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void
scratch_remove(void)
{
	(void)nftw(scratch, scratch_remove_one, SCRATCH_FILES,
	    FTW_DEPTH | FTW_PHYS);
}

static inline void
scratch_make(void)
{
	const char *top = getenv("TMPDIR");
	int n = snprintf(scratch, sizeof(scratch), "%s/paspw-fuzz.XXXXXX",
	    top == NULL ? "/tmp" : top);

	HOLDS(n > 0 && n < (int)sizeof(scratch) && mkdtemp(scratch) != NULL);
	HOLDS(atexit(scratch_remove) == 0);
}

#endif
