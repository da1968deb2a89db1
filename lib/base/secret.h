/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* secret: the one buffer type for passwords; wiped at the point of last use. */
#ifndef SECRET_H
#define SECRET_H

#include "paspw.h"

/* A NUL follows the last byte. bytes never moves and is never reallocated. */
struct secret {
	size_t length;
	char bytes[PASPW_PASSWORD_MAX + 1];
};

#define SECRET_EMPTY { 0, { 0 } }

/* Copy; false (and empty) when it is too long or holds a NUL. */
PASPW_MUST_USE bool secret_set(struct secret *s, const char *bytes,
    size_t length);
void secret_wipe(struct secret *s);
/* Wipe any object by its size. */
void secret_wipe_bytes(void *bytes, size_t size);
/* Equal? The time depends on `length` of the caller's input only. */
PASPW_MUST_USE bool secret_equal(const char *ours, const char *theirs,
    size_t length);

#endif
