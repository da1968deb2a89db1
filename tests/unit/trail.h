/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* A store of its own for each test, and a way around the library into it. */
#ifndef TRAIL_H
#define TRAIL_H

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tree.h"
#include "store/store.h"

#define TRAIL_TIMEOUT_MS 20000

static char directory[64], database[96], location[128];
static struct policy policy;
static struct store *store;
static struct error e;

static inline void
directory_make(void)
{
	strcpy(directory, "/tmp/paspw-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(database, sizeof(database), "%s/users.db", directory);
	snprintf(location, sizeof(location), "sqlite:%s", database);
	memset(&policy, 0, sizeof(policy));
	strcpy(policy.realm, "users");
	strcpy(policy.store, location);
	policy.store_timeout.unit = SPAN_SECONDS;
	policy.store_timeout.count = TRAIL_TIMEOUT_MS / 1000;
	error_clear(&e);
}

static inline void
directory_remove(void)
{
	ck_assert_int_eq(tree_remove(directory), 0);
}

static inline struct store *
store_again(void)
{
	struct store *s = NULL;

	ck_assert_msg(store_open(&s, location, true, TRAIL_TIMEOUT_MS, &e) ==
	    PASPW_OK, "%s", e.text);
	return s;
}

static inline void
store_make(void)
{
	directory_make();
	store = store_again();
}

static inline void
store_remove(void)
{
	store_close(&store);
	directory_remove();
}

/* ---- Around the library ---- */

static inline sqlite3 *
raw_open(void)
{
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(database, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL,
	    NULL, NULL), SQLITE_OK);
	return db;
}

static inline void
raw(const char *sql)
{
	sqlite3 *db = raw_open();
	char *why = NULL;

	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK,
	    "%s: %s", sql, why);
	sqlite3_close(db);
}

static inline int64_t
raw_int(const char *sql)
{
	sqlite3 *db = raw_open();
	sqlite3_stmt *st = NULL;
	int64_t value;

	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK,
	    "%s: %s", sql, sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return value;
}

/* ---- Rows ---- */

static inline struct audit_event
event_of(const char *kind)
{
	static uint32_t next;
	pid_t pid = getpid();
	struct audit_event event;

	memset(&event, 0, sizeof(event));
	next++;
	memcpy(event.id, &next, sizeof(next));
	memcpy(event.id + sizeof(next), &pid, sizeof(pid));
	event.at = INT64_C(1700000000) + next;
	strcpy(event.realm, "users");
	strcpy(event.kind, kind);
	strcpy(event.actor, "root");
	event.subject[0] = 7;
	strcpy(event.reason, "because");
	strcpy(event.ticket, "T-1");
	strcpy(event.data, "{\"tty\": \"pts/1\"}");
	return event;
}

static inline void
write_event(const char *kind)
{
	struct audit_event event = event_of(kind);
	struct store_change change = { .events = &event, .event_count = 1 };

	ck_assert_msg(store->ops->save(store, &change, &e) == STORE_OK, "%s",
	    e.text);
}

static inline int
run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
