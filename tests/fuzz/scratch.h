/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* scratch: the directory of a target that needs files; gone at exit. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdio.h>
#include <sys/stat.h>

#include "../tree.h"
#include "fuzz.h"

#define SCRATCH_MAX 256

static char scratch[SCRATCH_MAX];

static inline void
scratch_remove(void)
{
	(void)tree_remove(scratch);
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
