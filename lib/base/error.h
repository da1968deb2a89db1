/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* error: a code and one sentence about it, never a secret. */
#ifndef ERROR_H
#define ERROR_H

#include "paspw.h"

#define ERROR_TEXT_MAX 4096	/* room for every fault of a bad file */

struct error {
	int code;
	char text[ERROR_TEXT_MAX];
};

/* Set code and sentence; returns the code, so that callers write
 * `return error_set(e, PASPW_ERR_STORE, "%s: ...", path);`. */
int error_set(struct error *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, with ": " and strerror(errno_value) behind. */
int error_errno(struct error *e, int code, int errno_value,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Append a line ("; " between) to a sentence that lists several faults. */
int error_add(struct error *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void error_clear(struct error *e);

#endif
