/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Calls of SQLite that fail. */

#define _GNU_SOURCE
#include "interpose.h"

#include <dlfcn.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>

#define PAGE 4096

static uintptr_t sqlite_from, sqlite_to;

/* Once, before any fork: it is slow. Libraries lie apart. */
__attribute__((constructor))
static void
find_sqlite(void)
{
	Dl_info info;

	if (dladdr((void *)(uintptr_t)sqlite3_libversion, &info) == 0)
		abort();
	sqlite_from = sqlite_to = (uintptr_t)info.dli_fbase;
	while (dladdr((void *)(sqlite_to + PAGE), &info) != 0 &&
	    (uintptr_t)info.dli_fbase == sqlite_from)
		sqlite_to += PAGE;
}

bool
fault_by_sqlite(void *caller)
{
	return (uintptr_t)caller >= sqlite_from &&
	    (uintptr_t)caller < sqlite_to + PAGE;
}

/* ---- SQLite: its own error code says the same ---- */

static bool
fails_sql(enum fault_calls calls, void *caller)
{
	bool failed = !fault_by_sqlite(caller) && fault_fails(calls);

	if (failed)
		fault_sql_code = fault_code;
	else if (!fault_by_sqlite(caller))
		fault_sql_code = SQLITE_OK;
	return failed;
}

#define SQL(name, parameters, arguments) \
int \
name parameters \
{ \
	static __typeof__(&name) next; \
\
	if (fails_sql(FAULT_SQL, __builtin_return_address(0))) \
		return fault_code; \
	if (next == NULL) \
		next = (__typeof__(&name))(uintptr_t)fault_real(#name); \
	return next arguments; \
}

SQL(sqlite3_prepare_v2, (sqlite3 *db, const char *sql, int size,
    sqlite3_stmt **st, const char **tail), (db, sql, size, st, tail))
SQL(sqlite3_prepare_v3, (sqlite3 *db, const char *sql, int size,
    unsigned flags, sqlite3_stmt **st, const char **tail),
    (db, sql, size, flags, st, tail))
SQL(sqlite3_exec, (sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *arg, char **why),
    (db, sql, row, arg, why))
SQL(sqlite3_bind_int64, (sqlite3_stmt *st, int i, sqlite3_int64 value),
    (st, i, value))
SQL(sqlite3_bind_text, (sqlite3_stmt *st, int i, const char *text, int size,
    void (*done)(void *)), (st, i, text, size, done))
SQL(sqlite3_bind_blob64, (sqlite3_stmt *st, int i, const void *blob,
    sqlite3_uint64 size, void (*done)(void *)), (st, i, blob, size, done))
SQL(sqlite3_wal_checkpoint_v2, (sqlite3 *db, const char *name, int mode,
    int *log, int *done), (db, name, mode, log, done))

int
sqlite3_step(sqlite3_stmt *st)
{
	static __typeof__(&sqlite3_step) next;
	void *caller = __builtin_return_address(0);
	int r;

	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)fault_real("sqlite3_step");
	if (fails_sql(FAULT_SQL, caller))
		return fault_code;
	r = next(st);
	return fails_sql(FAULT_SQL_UNSURE, caller) ? fault_code : r;
}

/* To SQLite itself, which opens the next store, it did not happen. */
static bool
is_told(void *caller)
{
	return fault_sql_code != SQLITE_OK && !fault_by_sqlite(caller);
}

int
sqlite3_errcode(sqlite3 *db)
{
	static __typeof__(&sqlite3_errcode) next;

	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)
		    fault_real("sqlite3_errcode");
	return is_told(__builtin_return_address(0)) ? fault_sql_code :
	    next(db);
}

const char *
sqlite3_errmsg(sqlite3 *db)
{
	static __typeof__(&sqlite3_errmsg) next;

	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)
		    fault_real("sqlite3_errmsg");
	return is_told(__builtin_return_address(0)) ?
	    sqlite3_errstr(fault_sql_code) : next(db);
}
