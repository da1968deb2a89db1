/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* store_column: the columns of an account row, of an event and of a seal, one
 * list for every backend. */
#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include "audit/audit.h"

enum column_type {
	COLUMN_INT,		/* int */
	COLUMN_INT64,		/* int64_t */
	COLUMN_BOOL,		/* bool */
	COLUMN_TEXT,		/* char[], NUL-ended */
	COLUMN_BYTES,		/* unsigned char[], all of it */
	COLUMN_TRIES,		/* struct account_tries, packed */
	COLUMN_LEAVES		/* struct audit_leaves, its list as it is */
};

struct store_column {
	const char *name;
	enum column_type type;
	size_t offset;
	size_t size;
};

/* name NULL ends. The first columns of an account are its name and its id,
 * which never change. */
#define STORE_ACCOUNT_FIXED 2
extern const struct store_column store_account_columns[];
extern const struct store_column store_event_columns[];
extern const struct store_column store_seal_columns[];

int store_column_count(const struct store_column *columns);

/* Tries packed for a column: id and time of each, big-endian. */
#define STORE_TRY_BYTES 16
#define STORE_TRIES_BYTES (POLICY_LOCK_AFTER_MAX * STORE_TRY_BYTES)
size_t store_pack_tries(const struct account_tries *tries,
    unsigned char *packed);
/* False: not something that we packed. */
PASPW_MUST_USE bool store_unpack_tries(const unsigned char *packed,
    size_t bytes, struct account_tries *tries);
PASPW_MUST_USE bool store_unpack_leaves(const unsigned char *packed,
    size_t bytes, struct audit_leaves *leaves);

#endif
