/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The one file that calls SQLite. */

#include "store/sqlite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/wait.h"
#include "store/sqlite_library.h"
#include "store/store_file.h"

/* Extended result codes carry the primary one in their low byte. */
#define PRIMARY_CODE 0xff

#define APPLICATION_ID 0x50415350	/* "PASP" */

/* Pages in the log before it is copied into the database: small, because each
 * login that opens the store reads the log: 3 pages a login, 3 us a page. */
#define CHECKPOINT_PAGES 32
/* Where readers never all pause at once, copying alone does not let the log
 * begin anew (8 processes without a pause: 112 MB). From this size on (2 MB)
 * writers wait for the readers, for a moment, to restart it: 5 MB at most were
 * seen then. A login reads for less than 0.1 ms; for one that is stopped
 * nobody waits longer than a hash takes. */
#define RESTART_PAGES 512
#define RESTART_WAIT_MS 20

struct sqlite_query {
	struct sqlite *db;
	sqlite3_stmt *statement;
	bool failed;		/* to prepare, or to bind */
};

struct sqlite {
	sqlite3 *db;
	struct sqlite_query queries[SQL_COUNT];
	int64_t timeout_ms;
	struct wait wait;	/* of the call under way */
	bool full;		/* synchronous=FULL is on */
	int holds;		/* of the signals that stop a process */
	sigset_t signals;	/* before the first of them */
};

enum store_answer
sqlite_failed(struct sqlite *db, struct error *e)
{
	error_set(e, sql.errcode(db->db) == SQLITE_NOMEM ?
	    PASPW_ERR_MEMORY : PASPW_ERR_STORE, "store %s: %s",
	    sql.db_filename(db->db, "main"), sql.errmsg(db->db));
	return STORE_DOWN;
}

enum store_answer
sqlite_corrupt(struct sqlite *db, const char *what, struct error *e)
{
	error_set(e, PASPW_ERR_STORE, "store %s: %s is corrupt",
	    sql.db_filename(db->db, "main"), what);
	return STORE_DOWN;
}

/* ---- Stops ---- */

/* A person who may stop this process (Ctrl-Z in su) must not do so while it
 * holds a lock of the store: everybody's login would wait for him. A read has
 * some too: it repairs the log if it comes first, and enters how far it reads
 * where the next reader of that place waits for it. Holds may be nested. */
static void
hold_stop_signals(struct sqlite *db)
{
	sigset_t stops;

	if (db->holds++ > 0)
		return;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stops, &db->signals);
}

static void
release_stop_signals(struct sqlite *db)
{
	if (--db->holds == 0)
		pthread_sigmask(SIG_SETMASK, &db->signals, NULL);
}

/* ---- Statements ---- */

/* Prepared when first needed: a login needs six of them. */
struct sqlite_query *
sqlite_query(struct sqlite *db, enum store_statement which)
{
	struct sqlite_query *q = &db->queries[which];
	char text[SQL_MAX];

	q->db = db;
	if (q->statement == NULL) {
		store_sql(which, text, sizeof(text));
		sql.prepare_v3(db->db, text, -1, SQLITE_PREPARE_PERSISTENT,
		    &q->statement, NULL);
	}
	q->failed = q->statement == NULL;
	return q;
}

void
sqlite_bind_int(struct sqlite_query *q, int i, int64_t value)
{
	q->failed = q->failed ||
	    sql.bind_int64(q->statement, i, value) != SQLITE_OK;
}

void
sqlite_bind_text(struct sqlite_query *q, int i, const char *text)
{
	q->failed = q->failed || sql.bind_text(q->statement, i, text, -1,
	    SQLITE_STATIC) != SQLITE_OK;
}

void
sqlite_bind_bytes(struct sqlite_query *q, int i, const void *bytes,
    size_t size)
{
	q->failed = q->failed || sql.bind_blob64(q->statement, i, bytes,
	    size, SQLITE_TRANSIENT) != SQLITE_OK;
}

enum sqlite_step
sqlite_step(struct sqlite_query *q)
{
	int code = SQLITE_ERROR;

	hold_stop_signals(q->db);
	if (!q->failed)
		code = sql.step(q->statement);
	release_stop_signals(q->db);
	switch (code) {
	case SQLITE_ROW:
		return STEP_ROW;
	case SQLITE_DONE:
		return STEP_DONE;
	default:
		return STEP_FAILED;
	}
}

enum store_answer
sqlite_first(struct sqlite_query *q, struct error *e)
{
	switch (sqlite_step(q)) {
	case STEP_ROW:
		return STORE_OK;
	case STEP_DONE:
		return STORE_ABSENT;
	case STEP_FAILED:
		break;
	}
	return sqlite_failed(q->db, e);
}

int64_t
sqlite_int(struct sqlite_query *q, int i)
{
	return sql.column_int64(q->statement, i);
}

const char *
sqlite_text(struct sqlite_query *q, int i, size_t *bytes)
{
	const unsigned char *text = sql.column_text(q->statement, i);

	*bytes = (size_t)sql.column_bytes(q->statement, i);
	return (const char *)text;
}

const unsigned char *
sqlite_bytes(struct sqlite_query *q, int i, size_t *bytes)
{
	const unsigned char *blob = sql.column_blob(q->statement, i);

	*bytes = (size_t)sql.column_bytes(q->statement, i);
	return blob;
}

/* Neither drops the error code of the step. */
void
sqlite_end(struct sqlite_query *q)
{
	if (q->statement == NULL)
		return;
	sql.reset(q->statement);
	sql.clear_bindings(q->statement);
}

bool
sqlite_run(struct sqlite_query *q)
{
	bool done = sqlite_step(q) == STEP_DONE;

	sqlite_end(q);
	return done;
}

int
sqlite_changes(struct sqlite *db)
{
	return sql.changes(db->db);
}

/* ---- Transactions ---- */

/* Whatever was answered, no transaction stays open: its lock would stop
 * everybody's login. */
static bool
end_transaction(struct sqlite *db)
{
	return sql.get_autocommit(db->db) ||
	    sqlite_run(sqlite_query(db, SQL_ROLLBACK));
}

enum store_answer
sqlite_begin(struct sqlite *db, bool durable, struct error *e)
{
	/* Prepared while there is memory: to roll back takes none then. */
	if (sqlite_query(db, SQL_ROLLBACK)->failed || !end_transaction(db))
		return sqlite_failed(db, e);
	if (db->full != durable) {
		if (!sqlite_run(sqlite_query(db,
		    durable ? SQL_FULL : SQL_NORMAL)))
			return sqlite_failed(db, e);
		db->full = durable;
	}
	hold_stop_signals(db);
	if (sqlite_run(sqlite_query(db, SQL_BEGIN)))
		return STORE_OK;
	sqlite_failed(db, e);
	end_transaction(db);
	release_stop_signals(db);
	return STORE_DOWN;
}

enum store_answer
sqlite_commit(struct sqlite *db, enum store_answer answer, struct error *e)
{
	if (answer == STORE_OK && !sqlite_run(sqlite_query(db, SQL_COMMIT))) {
		sqlite_failed(db, e);
		/* The log may hold the commit although its sync failed. */
		answer = sql.get_autocommit(db->db) ? STORE_UNSURE :
		    STORE_DOWN;
	}
	if (!end_transaction(db))
		answer = sqlite_failed(db, e);
	release_stop_signals(db);
	return answer;
}

enum store_answer
sqlite_begin_read(struct sqlite *db, struct error *e)
{
	if (end_transaction(db) && sqlite_run(sqlite_query(db, SQL_SNAPSHOT)))
		return STORE_OK;
	sqlite_failed(db, e);
	end_transaction(db);
	return STORE_DOWN;
}

enum store_answer
sqlite_end_read(struct sqlite *db, struct error *e)
{
	enum store_answer answer = STORE_OK;

	if (!sqlite_run(sqlite_query(db, SQL_COMMIT)))
		answer = sqlite_failed(db, e);
	end_transaction(db);
	return answer;
}

/* secure_delete blanks what is erased in the database; the log still holds
 * the pages as they were. */
enum store_answer
sqlite_scrub(struct sqlite *db, struct error *e)
{
	int code;

	hold_stop_signals(db);
	code = sql.wal_checkpoint_v2(db->db, "main",
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	release_stop_signals(db);
	return code == SQLITE_OK ? STORE_OK : sqlite_failed(db, e);
}

/* ---- Open and close ---- */

/* Another process writes. */
static int
wait_for_writer(void *arg, int tries)
{
	struct sqlite *db = arg;

	if (tries == 0)
		wait_start(&db->wait, db->timeout_ms, WAIT_FOR_WRITER_NS);
	return wait_once(&db->wait);
}

/* After each commit. A checkpoint that does not come about is no failure: the
 * next commit tries again. */
static int
checkpoint(void *arg, sqlite3 *connection, const char *name, int pages)
{
	struct sqlite *db = arg;
	int64_t timeout_ms = db->timeout_ms;

	if (pages < CHECKPOINT_PAGES)
		return SQLITE_OK;
	db->timeout_ms = RESTART_WAIT_MS;
	sql.wal_checkpoint_v2(connection, name, pages < RESTART_PAGES ?
	    SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	db->timeout_ms = timeout_ms;
	return SQLITE_OK;
}

static bool
read_int(struct sqlite *db, const char *text, int *value)
{
	sqlite3_stmt *st = NULL;
	bool done = false;

	if (sql.prepare_v2(db->db, text, -1, &st, NULL) == SQLITE_OK &&
	    sql.step(st) == SQLITE_ROW) {
		*value = sql.column_int(st, 0);
		done = true;
	}
	sql.finalize(st);
	return done;
}

static bool
execute(struct sqlite *db, const char *text)
{
	return sql.exec(db->db, text, NULL, NULL, NULL) == SQLITE_OK;
}

static bool
take_steps(struct sqlite *db)
{
	char text[SQL_MAX];
	int version = 0;

	/* Read again: another process may have done it meanwhile. */
	if (!read_int(db, "PRAGMA user_version", &version))
		return false;
	for (; version < STORE_SQL_VERSION; version++)
		if (!execute(db, store_sql_upgrades[version]))
			return false;
	snprintf(text, sizeof(text),
	    "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
	    APPLICATION_ID, STORE_SQL_VERSION);
	return execute(db, text);
}

/* From the version that is there to ours, one step at a time, all or
 * nothing. */
static int
upgrade(struct sqlite *db, bool create, struct error *e)
{
	if ((create && !execute(db, "PRAGMA journal_mode = WAL")) ||
	    !execute(db, "BEGIN EXCLUSIVE")) {
		sqlite_failed(db, e);
		return e->code;
	}
	if (take_steps(db))
		return PASPW_OK;
	sqlite_failed(db, e);
	execute(db, "ROLLBACK");
	return e->code;
}

static int
check_schema(struct sqlite *db, const char *path, bool create,
    struct error *e)
{
	int application = 0, version = 0, tables = 0;

	if (!read_int(db, "PRAGMA application_id", &application) ||
	    !read_int(db, "PRAGMA user_version", &version) ||
	    (application != APPLICATION_ID && !read_int(db,
	    "SELECT count(*) FROM sqlite_schema", &tables))) {
		sqlite_failed(db, e);
		return e->code;
	}
	if (application != APPLICATION_ID &&
	    (!create || tables != 0 || version != 0))
		return error_set(e, PASPW_ERR_STORE,
		    "%s: not a store of paspw%s", path,
		    tables == 0 ? ": run `paspw init`" : "");
	/* The steps are looked up by it. */
	if (version < 0)
		return error_set(e, PASPW_ERR_STORE,
		    "%s: there is no schema %d", path, version);
	if (version > STORE_SQL_VERSION)
		return error_set(e, PASPW_ERR_STORE, "%s: made by a newer "
		    "version (schema %d, this one knows %d)", path, version,
		    STORE_SQL_VERSION);
	return version == STORE_SQL_VERSION ? PASPW_OK :
	    upgrade(db, create, e);
}

/* Turning the log on asks for the whole file, and SQLite does not call the
 * busy handler for that: of many that create a store at once, all but one
 * would fail. */
static int
settle_schema(struct sqlite *db, const char *path, bool create,
    struct error *e)
{
	struct wait wait;
	int r;

	wait_start(&wait, db->timeout_ms, WAIT_FOR_WRITER_NS);
	do
		r = check_schema(db, path, create, e);
	while (r != PASPW_OK && (sql.errcode(db->db) & PRIMARY_CODE) ==
	    SQLITE_BUSY && wait_once(&wait));
	return r;
}

/* No checkpoint at close: it syncs, and a login would pay for it (1.2 ms, open
 * and close counted in; 0.42 ms for two transactions without). NORMAL: a try
 * survives every crash of a process, and 0.26 ms of sync are for what locks or
 * changes a password. Defensive: a store that somebody tampered with must not
 * run code of its own. */
static bool
configure(struct sqlite *db)
{
	sql.busy_handler(db->db, wait_for_writer, db);
	sql.wal_hook(db->db, checkpoint, db);
	sql.extended_result_codes(db->db, 1);
	return sql.db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
	    NULL) == SQLITE_OK &&
	    sql.db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) ==
	    SQLITE_OK &&
	    sql.db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0,
	    NULL) == SQLITE_OK &&
	    execute(db, "PRAGMA synchronous = NORMAL;"
	    "PRAGMA secure_delete = ON");
}

int
sqlite_open(struct sqlite **opened, const char *path, bool create,
    int64_t timeout_ms, struct error *e)
{
	struct sqlite *db;
	int r;

	*opened = NULL;
	if ((r = store_file_check(path, create, e)) != PASPW_OK ||
	    (r = sqlite_library_load(e)) != PASPW_OK)
		return r;
	if ((db = calloc(1, sizeof(*db))) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "%s: out of memory",
		    path);
	db->timeout_ms = timeout_ms;
	/* The first look, which the PRAGMAs take, may have to repair the log:
	 * that locks everybody out. */
	hold_stop_signals(db);
	if (sql.open_v2(path, &db->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_PRIVATECACHE, NULL) != SQLITE_OK || !configure(db))
		r = error_set(e, PASPW_ERR_STORE, "store %s: %s", path,
		    sql.errmsg(db->db));
	else
		r = settle_schema(db, path, create, e);
	release_stop_signals(db);
	if (r != PASPW_OK)
		sqlite_close(&db);
	*opened = db;
	return r;
}

void
sqlite_close(struct sqlite **db)
{
	if (*db == NULL)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sql.finalize((*db)->queries[i].statement);
	sql.close((*db)->db);
	free(*db);
	*db = NULL;
}
