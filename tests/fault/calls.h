/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* calls: which of them fail, one after the other. */
#ifndef CALLS_H
#define CALLS_H

#include <fcntl.h>
#include <stdlib.h>

#define CALLS_MAX 40000

/* The first call, one in the middle, the last one; or each Nth, and on until
 * none fails: a fault may be followed by calls that nobody counted. */
static inline long
calls_next(long n, long calls)
{
	const char *every = getenv("FAULT_EVERY");

	if (every != NULL)
		return n + atol(every);
	return n < calls / 2 ? calls / 2 : n < calls ? calls : CALLS_MAX;
}

static inline int
calls_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

#endif
