/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * import: what other stores wrote, read without trust: one line of a file, or
 * one tally. Pure and bounded. A parser returns NULL, or the reason why it
 * takes nothing; the reason repeats nothing of what it read.
 */
#ifndef IMPORT_H
#define IMPORT_H

#include "policy/hash.h"

#define IMPORT_TIME_MAX INT64_C(253402300799)	/* the end of 9999 */

/* Why we can do nothing with this hash; NULL if we can verify it. */
const char *import_hash_fault(const char *hash);

/* A field of a line, up to a separator. */
struct import_field {
	const char *text;
	size_t length;
};
/* Split a line at `:`; the number of its fields, also when there is no room
 * for all of them. */
size_t import_split(const char *line, size_t length,
    struct import_field *fields, size_t room);
/* Copy a name; false if it is none that we would take. */
PASPW_MUST_USE bool import_name(const struct import_field *field,
    char name[PASPW_NAME_MAX + 1]);
/* A whole number of at most `max`, digits alone. */
PASPW_MUST_USE bool import_number(const struct import_field *field,
    int64_t max, int64_t *number);

/* A line of /etc/shadow. Its min, max, warn and inactive are not read: they
 * are the policy's. */
struct import_shadow {
	char name[PASPW_NAME_MAX + 1];
	char hash[HASH_MAX];		/* without the mark of a lock */
	bool locked;
	const char *hash_fault;		/* locked, and no hash of ours */
	int64_t changed_day;		/* -1: not said; 0: must change */
	int64_t valid_until;		/* 0: without end */
};
const char *import_shadow(const char *line, size_t length,
    struct import_shadow *out);

/* A line of opasswd: the newest hashes that it holds, oldest first. */
struct import_opasswd {
	char name[PASPW_NAME_MAX + 1];
	size_t count;
	char hashes[POLICY_HISTORY_MAX][HASH_MAX];
	size_t fault_count;		/* hashes that were left out */
	const char *fault;		/* why the last of them was */
};
const char *import_opasswd(const char *line, size_t length,
    struct import_opasswd *out);

/* The tally of one user, as pam_faillock writes it: the times of its valid
 * records, oldest first. */
#define IMPORT_TALLY_RECORDS 1024
struct import_faillock {
	size_t count;
	int64_t at[IMPORT_TALLY_RECORDS];
	const char *fault;		/* what of it was left out, or NULL */
};
const char *import_faillock(const void *tally, size_t size,
    struct import_faillock *out);

#endif
