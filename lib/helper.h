/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* helper: one at the other end of a socket, in somebody else's process:
 * no signal, no descriptor and no child that the application could meet. */
#ifndef HELPER_H
#define HELPER_H

#include <sys/types.h>

#include "error.h"

/* Run `path` (no arguments, no environment) with *fd's other end as its
 * standard input and output. */
PASPW_MUST_USE int helper_start(const char *path, int *fd, pid_t *child,
    struct error *e);
/* After its end of the socket was closed: wait for its end, not for long. */
void helper_reap(pid_t child);

#endif
