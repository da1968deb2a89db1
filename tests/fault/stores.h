/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* stores: those of these tests; what is in them, and copies of them. */
#ifndef STORES_H
#define STORES_H

#include <stdbool.h>
#include <stdint.h>

#define STORES_PATH 64

/* sums[0] of all of it, sums[1] of what somebody can log in with: what a
 * counted try may change is left out of that. False: not whole. */
bool stores_digest(const char *directory, uint64_t sums[2]);
void stores_copy(const char *from, const char *to);
/* A directory for them, of a new name. */
void stores_make(char path[STORES_PATH]);
void stores_remove(const char *directory);

#endif
