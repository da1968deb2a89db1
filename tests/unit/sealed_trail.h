/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* A sealed trail whose first key and head were handed out, and what is found
 * when it is verified. */
#ifndef SEALED_TRAIL_H
#define SEALED_TRAIL_H

#include "trail.h"
#include "trail/key.h"
#include "trail/sealer.h"
#include "trail/verifier.h"

#define HEAD_EPOCH 5

static struct sealer sealer;
static struct proof proofs[4];
static size_t proof_count;
static struct paspw_audit_result result;
static char key_file[PATH_MAX];
static char told[1024];		/* "kind:seal:position " of each fault */
static char event_ids[4][2 * AUDIT_ID_BYTES + 1];
static int stop_at;

/* ---- The trail: 1 (empty), 2: one two three, 3 (empty), 4: four, 5: five six,
 * and seven has no seal ---- */

static inline int
keep_key(const char *realm, const char *proof, void *arg)
{
	(void)realm;
	(void)arg;
	ck_assert(proof_parse(proof, &proofs[0]));
	return 0;
}

static inline void
seal_now(void)
{
	ck_assert_msg(sealer_seal(&sealer, true, &e) == PASPW_OK, "%s",
	    e.text);
}

static inline void
write_events(const char *kinds)
{
	char copy[64], *rest = copy, *kind;

	strcpy(copy, kinds);
	while ((kind = strsep(&rest, " ")) != NULL)
		write_event(kind);
}

static inline void
sealed_trail_make(void)
{
	int stopped = 0;

	store_make();
	sealer.policy = &policy;
	sealer.store = store;
	ck_assert_int_eq(key_path(location, key_file, sizeof(key_file), &e),
	    PASPW_OK);
	ck_assert_int_eq(sealer_begin(&sealer, keep_key, NULL, &stopped, &e),
	    PASPW_OK);
	write_events("one two three");
	seal_now();
	seal_now();
	write_events("four");
	seal_now();
	write_events("five six");
	seal_now();
	ck_assert_int_eq(sealer_head(&sealer, &proofs[1], &e), PASPW_OK);
	ck_assert_int_eq(proofs[1].epoch, HEAD_EPOCH);
	write_events("seven");
	proof_count = 0;
	stop_at = 0;
}

static inline int
note_fault(const struct paspw_audit_fault *fault, void *arg)
{
	int *count = arg;
	size_t used = strlen(told);

	ck_assert_str_eq(fault->realm, "users");
	ck_assert_str_ne(fault->message, "");
	if (*count == 0)
		ck_assert_ptr_nonnull(strstr(result.first_fault,
		    fault->message));
	if (*count < 4)
		snprintf(event_ids[*count], sizeof(event_ids[0]), "%s",
		    fault->event);
	snprintf(told + used, sizeof(told) - used, "%s:%lld:%lld ",
	    fault->kind, (long long)fault->seal, (long long)fault->position);
	return ++*count == stop_at ? 42 : 0;
}

static inline int
run(void)
{
	int count = 0;
	struct verifier v = { .policy = &policy, .store = store,
	    .proofs = proofs, .proof_count = proof_count, .fn = note_fault,
	    .arg = &count, .result = &result };

	memset(&result, 0, sizeof(result));
	told[0] = '\0';
	ck_assert_msg(verifier_run(&v, &e) == PASPW_OK, "%s", e.text);
	ck_assert_uint_ge(result.faults, (uint64_t)count);
	ck_assert(stop_at != 0 || result.faults == (uint64_t)count);
	ck_assert_int_eq(result.faults == 0, result.first_fault[0] == '\0');
	return v.stopped;
}

static inline void
expect(const char *faults)
{
	ck_assert_int_eq(run(), 0);
	ck_assert_str_eq(told, faults);
}

static inline void
with_key(void)
{
	proof_count = 1;
}

static inline void
with_head(void)
{
	proof_count = 2;
}

/* ---- Tampering ---- */

/* Set a column of one row to other bytes, keeping its type. */
static inline void
set_bytes(sqlite3 *db, const char *table, const char *column, int64_t row,
    int type, const unsigned char *bytes, int size)
{
	char sql[160];
	sqlite3_stmt *st = NULL;
	int64_t number = 0;

	for (int i = 0; type == SQLITE_INTEGER && i < size; i++)
		number = (int64_t)((uint64_t)number << 8 | bytes[i]);
	snprintf(sql, sizeof(sql), "UPDATE OR REPLACE %s SET \"%s\" = ?1"
	    " WHERE rowid = %lld", table, column, (long long)row);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	if (type == SQLITE_INTEGER)
		sqlite3_bind_int64(st, 1, number);
	else if (type == SQLITE_TEXT)
		sqlite3_bind_text(st, 1, (const char *)bytes, size,
		    SQLITE_TRANSIENT);
	else
		sqlite3_bind_blob(st, 1, bytes, size, SQLITE_TRANSIENT);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

#endif
