/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* sqlite: one SQLite database, opened safely; statements and transactions. */
#ifndef SQLITE_H
#define SQLITE_H

#include "store/store.h"
#include "store/store_sql.h"

struct sqlite;
struct sqlite_query;		/* a statement, kept prepared */

/* Zero refuses. */
enum sqlite_step { STEP_FAILED = 0, STEP_ROW, STEP_DONE };

/* create: make the database if it is not there. *db is NULL after an error. */
PASPW_MUST_USE int sqlite_open(struct sqlite **db, const char *path,
    bool create, int64_t timeout_ms, struct error *e);
void sqlite_close(struct sqlite **db);

/* Say what the database said last; always STORE_DOWN. */
enum store_answer sqlite_failed(struct sqlite *db, struct error *e);
/* The same for a row that is not one of ours. */
enum store_answer sqlite_corrupt(struct sqlite *db, const char *what,
    struct error *e);

/* Never NULL: what goes wrong here or while binding, the first step tells. */
struct sqlite_query *sqlite_query(struct sqlite *db,
    enum store_statement which);
/* Parameters count from 1. Text is borrowed until the end of the query, bytes
 * are copied; NULL bytes are SQL's NULL. */
void sqlite_bind_int(struct sqlite_query *q, int i, int64_t value);
void sqlite_bind_text(struct sqlite_query *q, int i, const char *text);
void sqlite_bind_bytes(struct sqlite_query *q, int i, const void *bytes,
    size_t size);
PASPW_MUST_USE enum sqlite_step sqlite_step(struct sqlite_query *q);
/* The first step, of a query for one row; ABSENT: there is none. */
PASPW_MUST_USE enum store_answer sqlite_first(struct sqlite_query *q,
    struct error *e);
/* Columns count from 0; borrowed until the next step. */
int64_t sqlite_int(struct sqlite_query *q, int i);
const char *sqlite_text(struct sqlite_query *q, int i, size_t *bytes);
const unsigned char *sqlite_bytes(struct sqlite_query *q, int i,
    size_t *bytes);
/* End it and forget what was bound. */
void sqlite_end(struct sqlite_query *q);
/* A statement without rows: step and end. */
PASPW_MUST_USE bool sqlite_run(struct sqlite_query *q);
/* Rows that the last statement changed. */
int sqlite_changes(struct sqlite *db);

/* Take the write lock; durable: the commit is synced. Not STORE_OK: there is
 * no transaction to end. */
PASPW_MUST_USE enum store_answer sqlite_begin(struct sqlite *db, bool durable,
    struct error *e);
/* Commit if the answer is STORE_OK, else roll back. */
PASPW_MUST_USE enum store_answer sqlite_commit(struct sqlite *db,
    enum store_answer answer, struct error *e);
/* Reads that all see the same; end it whatever they came to. */
PASPW_MUST_USE enum store_answer sqlite_begin_read(struct sqlite *db,
    struct error *e);
PASPW_MUST_USE enum store_answer sqlite_end_read(struct sqlite *db,
    struct error *e);
/* Copy the log into the database and empty it. */
PASPW_MUST_USE enum store_answer sqlite_scrub(struct sqlite *db,
    struct error *e);

#endif
