/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * key: the sealing key of one realm, in a file beside its store.
 *
 * Forward-secure: the key of an epoch makes that epoch's seal and is then
 * replaced by its own SHA-256, which cannot be turned back. Whoever becomes
 * root later finds the key of the epoch under way and none before it, and
 * cannot make another seal for what was sealed. The first key was handed out
 * to the auditor, who can compute each of them.
 *
 * Nothing here goes into a backup: an old key is what an attacker wants.
 */
#ifndef KEY_H
#define KEY_H

#include <limits.h>

#include "base/digest.h"

struct key {
	char path[PATH_MAX];
	int directory;			/* locked while the key is open */
	bool exists;
	int64_t epoch;			/* whose seal it will make */
	unsigned char bytes[DIGEST_BYTES];
};

/* Where the key of a store is, from `sqlite:/path`. */
PASPW_MUST_USE int key_path(const char *location, char *path, size_t size,
    struct error *e);

/* Lock and read; a file that is not there is no error. Close it always.
 * Errors: BUSY (somebody else seals), STORE (owner, mode, content). */
PASPW_MUST_USE int key_open(struct key *k, const char *path,
    int64_t timeout_ms, struct error *e);
void key_close(struct key *k);

/* A random key for this epoch. */
PASPW_MUST_USE int key_create(struct key *k, int64_t epoch, struct error *e);
/* To the next epoch; the old one is gone when this returns PASPW_OK. */
PASPW_MUST_USE int key_evolve(struct key *k, struct error *e);

/* One step in memory, for who holds a first key. */
PASPW_MUST_USE int key_next(unsigned char *bytes, struct error *e);

#endif
