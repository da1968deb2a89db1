/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* store_file: where the files of a store are, and whether nobody else can
 * reach them. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/error.h"

/* The path of the store itself (suffix "") or of what lies beside it, from
 * `sqlite:/path`. Error: CONFIG, if there is no such place. */
PASPW_MUST_USE int store_file_path(const char *location, const char *suffix,
    char *path, size_t size, struct error *e);

/*
 * Check (create: make) the directory and the file of a store: absolute path,
 * no symbolic link in the last two steps, owned by the effective uid, or by
 * the agent's user if that is root, 0700 and 0600 at most. What root creates
 * is the agent's if there is such a user, but for the sealing keys.
 * Errors: STORE with the path and what is wrong, DENIED.
 */
PASPW_MUST_USE int store_file_check(const char *path, bool create,
    struct error *e);
/* The owner and the mode alone, of what is open. */
PASPW_MUST_USE int store_file_check_open(int fd, const char *path,
    struct error *e);

/* Lock a file or a directory, for oneself alone or with others who do not
 * change it. Who is stopped with it stops those who want it too, and nobody's
 * login. Errors: BUSY, STORE. */
PASPW_MUST_USE int store_file_lock(int fd, const char *path, bool alone,
    int64_t timeout_ms, struct error *e);

#endif
