/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* memory: how much of it this process may use: the machine's, or less if its
 * control groups have a limit (systemd's MemoryMax, a container). */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

/* Bytes; 0: unknown. */
uint64_t memory_limit(void);

#endif
