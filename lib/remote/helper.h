/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* helper: one at the other end of a socket, in somebody else's process:
 * no signal, no descriptor and no child that the application could meet. */
#ifndef HELPER_H
#define HELPER_H

#include "base/error.h"

/* Run `path` (no arguments, no environment) with *fd's other end as its
 * standard input and output. It ends when that is closed. */
PASPW_MUST_USE int helper_start(const char *path, int *fd, struct error *e);

#endif
