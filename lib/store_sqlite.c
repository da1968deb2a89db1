/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The embedded store: one SQLite database for each realm, WAL. It reads the
 * realtime clock for everybody. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sqlite_row.h"

struct sqlite_store {
	struct store store;	/* first */
	struct sqlite *db;
};

static struct sqlite *
database(struct store *s)
{
	return ((struct sqlite_store *)s)->db;
}

/* ---- Open and close ---- */

static void
store_sqlite_close(struct store **store)
{
	struct sqlite_store *s = (struct sqlite_store *)*store;

	sqlite_close(&s->db);
	free(s);
	*store = NULL;
}

static int
store_sqlite_open(struct store **store, const char *path, bool create,
    int64_t timeout_ms, struct error *e)
{
	struct sqlite_store *s;
	int r;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "%s: out of memory",
		    path);
	s->store.ops = &store_sqlite;
	*store = &s->store;
	r = sqlite_open(&s->db, path, create, timeout_ms, e);
	if (r != PASPW_OK)
		store_sqlite_close(store);
	return r;
}

/* ---- Accounts ---- */

static enum store_answer
store_sqlite_now(struct store *store, int64_t *now, struct error *e)
{
	struct timespec t;

	(void)store;
	if (clock_gettime(CLOCK_REALTIME, &t) == -1) {
		error_set(e, PASPW_ERR_STORE, "the clock cannot be read");
		return STORE_DOWN;
	}
	*now = (int64_t)t.tv_sec;
	return STORE_OK;
}

static enum store_answer
read_account(struct sqlite *db, struct sqlite_query *q, struct account *a,
    struct error *e)
{
	if (!sqlite_read_row(q, store_account_columns, a, sizeof(*a)))
		return sqlite_corrupt(db, "an account row", e);
	return STORE_OK;
}

static enum store_answer
store_sqlite_load(struct store *store, const char *name, struct account *a,
    struct error *e)
{
	struct sqlite *db = database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_LOAD);
	enum store_answer answer = STORE_DOWN;

	sqlite_bind_text(q, 1, name);
	switch (sqlite_step(q)) {
	case STEP_ROW:
		answer = read_account(db, q, a, e);
		break;
	case STEP_DONE:
		answer = STORE_ABSENT;
		break;
	case STEP_FAILED:
		sqlite_failed(db, e);
		break;
	}
	sqlite_end(q);
	return answer;
}

static enum store_answer
store_sqlite_each(struct store *store, store_account_fn *fn, void *arg,
    int *stopped, struct error *e)
{
	struct sqlite *db = database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_EACH);
	enum store_answer answer = STORE_OK;
	enum sqlite_step step = STEP_DONE;
	struct account a;

	*stopped = 0;
	while (answer == STORE_OK && *stopped == 0 &&
	    (step = sqlite_step(q)) == STEP_ROW) {
		answer = read_account(db, q, &a, e);
		if (answer == STORE_OK)
			*stopped = fn(&a, arg);
	}
	if (step == STEP_FAILED)
		answer = sqlite_failed(db, e);
	sqlite_end(q);
	secret_wipe_bytes(&a, sizeof(a));
	return answer;
}

static enum store_answer
store_sqlite_history_has(struct store *store, const unsigned char *account_id,
    const char *digest, int newest, bool *has, struct error *e)
{
	struct sqlite *db = database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_HISTORY_HAS);
	enum store_answer answer = STORE_DOWN;

	*has = true;
	sqlite_bind_bytes(q, 1, account_id, ACCOUNT_ID_BYTES);
	sqlite_bind_text(q, 2, digest);
	sqlite_bind_int(q, 3, newest);
	if (sqlite_step(q) == STEP_ROW) {
		*has = sqlite_int(q, 0) != 0;
		answer = STORE_OK;
	} else
		sqlite_failed(db, e);
	sqlite_end(q);
	return answer;
}

static enum store_answer
store_sqlite_history_each(struct store *store,
    const unsigned char *account_id, int newest, store_digest_fn *fn,
    void *arg, int *stopped, struct error *e)
{
	struct sqlite *db = database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_HISTORY_EACH);
	enum store_answer answer = STORE_OK;
	enum sqlite_step step = STEP_DONE;
	char digest[HASH_MAX];

	*stopped = 0;
	sqlite_bind_bytes(q, 1, account_id, ACCOUNT_ID_BYTES);
	sqlite_bind_int(q, 2, newest);
	while (answer == STORE_OK && *stopped == 0 &&
	    (step = sqlite_step(q)) == STEP_ROW) {
		memset(digest, 0, sizeof(digest));
		if (sqlite_read_text(q, 0, sizeof(digest), digest))
			*stopped = fn(digest, arg);
		else
			answer = sqlite_corrupt(db, "a history", e);
	}
	if (step == STEP_FAILED)
		answer = sqlite_failed(db, e);
	sqlite_end(q);
	secret_wipe_bytes(digest, sizeof(digest));
	return answer;
}

/* ---- Save ---- */

static enum store_answer
save_account(struct sqlite *db, const struct account *a, bool renewed,
    struct error *e)
{
	struct account next = *a;
	struct sqlite_query *q = sqlite_query(db, a->version == 0 ?
	    SQL_INSERT : renewed ? SQL_RENEW : SQL_UPDATE);
	enum store_answer answer = STORE_DOWN;

	next.version = a->version + 1;
	sqlite_bind_row(q, store_account_columns, &next);
	if (a->version != 0)
		sqlite_bind_int(q, store_column_count(store_account_columns) +
		    1, a->version);
	if (!sqlite_run(q))
		sqlite_failed(db, e);
	else
		answer = sqlite_changes(db) == 1 ? STORE_OK : STORE_CONFLICT;
	secret_wipe_bytes(&next, sizeof(next));
	return answer;
}

static bool
add_history(struct sqlite *db, enum store_statement where,
    const struct store_change *c, const char *digest)
{
	struct sqlite_query *q = sqlite_query(db, where);

	sqlite_bind_bytes(q, 1, c->account->id, ACCOUNT_ID_BYTES);
	sqlite_bind_text(q, 2, digest);
	return sqlite_run(q);
}

static bool
save_history(struct sqlite *db, const struct store_change *c)
{
	struct sqlite_query *q;

	if (c->history_digest == NULL && c->history_older_count == 0 &&
	    !c->history_erase)
		return true;
	if (c->history_digest != NULL && !add_history(db, SQL_HISTORY_ADD, c,
	    c->history_digest))
		return false;
	for (size_t i = 0; i < c->history_older_count; i++)
		if (!add_history(db, SQL_HISTORY_OLDER, c,
		    c->history_older[i]))
			return false;
	q = sqlite_query(db, SQL_HISTORY_TRIM);
	sqlite_bind_bytes(q, 1, c->account->id, ACCOUNT_ID_BYTES);
	sqlite_bind_int(q, 2, c->history_erase ? 0 : c->history_keep);
	return sqlite_run(q);
}

static bool
save_events(struct sqlite *db, const struct store_change *c)
{
	for (size_t i = 0; i < c->event_count; i++) {
		struct sqlite_query *q = sqlite_query(db, SQL_EVENT);

		sqlite_bind_row(q, store_event_columns, &c->events[i]);
		if (!sqlite_run(q))
			return false;
	}
	return true;
}

static enum store_answer
save_all(struct sqlite *db, const struct store_change *c, struct error *e)
{
	enum store_answer answer = STORE_OK;

	if (c->account != NULL) {
		answer = save_account(db, c->account, c->renewed, e);
		if (answer == STORE_OK && !save_history(db, c))
			answer = sqlite_failed(db, e);
	}
	if (answer == STORE_OK && !save_events(db, c))
		answer = sqlite_failed(db, e);
	return answer;
}

static enum store_answer
store_sqlite_save(struct store *store, const struct store_change *change,
    struct error *e)
{
	struct sqlite *db = database(store);
	enum store_answer answer = sqlite_begin(db, change->durable, e);

	if (answer != STORE_OK)
		return answer;
	return sqlite_commit(db, save_all(db, change, e), e);
}

static enum store_answer
store_sqlite_scrub(struct store *store, struct error *e)
{
	return sqlite_scrub(database(store), e);
}

/* ---- Events ---- */

struct event_walk {
	const unsigned char *account_id;
	int64_t since;
	store_event_fn *fn;
	void *arg;
	int stopped;
};

static enum store_answer
walk_events(struct sqlite *db, enum store_statement which,
    struct event_walk *walk, struct error *e)
{
	struct sqlite_query *q = sqlite_query(db, which);
	enum store_answer answer = STORE_OK;
	enum sqlite_step step = STEP_DONE;
	struct audit_event event;
	int name = store_column_count(store_event_columns);
	char account[PASPW_NAME_MAX + 1];

	sqlite_bind_int(q, 1, walk->since);
	sqlite_bind_bytes(q, 2, walk->account_id, ACCOUNT_ID_BYTES);
	while (answer == STORE_OK && walk->stopped == 0 &&
	    (step = sqlite_step(q)) == STEP_ROW) {
		memset(account, 0, sizeof(account));
		if (sqlite_read_row(q, store_event_columns, &event,
		    sizeof(event)) &&
		    sqlite_read_text(q, name, sizeof(account), account))
			walk->stopped = walk->fn(&event, account, walk->arg);
		else
			answer = sqlite_corrupt(db, "an event", e);
	}
	if (step == STEP_FAILED)
		answer = sqlite_failed(db, e);
	sqlite_end(q);
	return answer;
}

static int
walk_both(struct store *store, void *arg, struct error *e)
{
	struct sqlite *db = database(store);

	if (walk_events(db, SQL_EVENTS, arg, e) != STORE_OK ||
	    walk_events(db, SQL_EVENTS_UNSEALED, arg, e) != STORE_OK)
		return e->code;
	return PASPW_OK;
}

/* Readers of a WAL hold up nobody. */
static enum store_answer
store_sqlite_snapshot(struct store *store, store_snapshot_fn *fn, void *arg,
    int *result, struct error *e)
{
	struct sqlite *db = database(store);

	if (!sqlite_run(sqlite_query(db, SQL_SNAPSHOT)))
		return sqlite_failed(db, e);
	*result = fn(store, arg, e);
	if (!sqlite_run(sqlite_query(db, SQL_COMMIT)))
		return sqlite_failed(db, e);
	return STORE_OK;
}

/* A snapshot: what is sealed meanwhile would be in neither part. */
static enum store_answer
store_sqlite_events(struct store *store, const unsigned char *account_id,
    int64_t since, store_event_fn *fn, void *arg, int *stopped,
    struct error *e)
{
	struct event_walk walk = { account_id, since, fn, arg, 0 };
	enum store_answer answer;
	int result = PASPW_ERR_INTERNAL;

	answer = store_sqlite_snapshot(store, walk_both, &walk, &result, e);
	*stopped = walk.stopped;
	return result == PASPW_OK ? answer : STORE_DOWN;
}

static enum store_answer
store_sqlite_trail(struct store *store, enum store_part part,
    store_trail_fn *fn, void *arg, int *stopped, struct error *e)
{
	static const enum store_statement parts[] = {
		[STORE_SEALED] = SQL_SEALED,
		[STORE_UNSEALED] = SQL_UNSEALED,
		[STORE_STRAY] = SQL_STRAY,
	};
	struct sqlite *db = database(store);
	struct sqlite_query *q = sqlite_query(db, parts[part]);
	enum sqlite_step step = STEP_DONE;
	enum store_answer answer = STORE_OK;
	struct audit_event event;

	*stopped = 0;
	while (*stopped == 0 && (step = sqlite_step(q)) == STEP_ROW) {
		event.corrupt = !sqlite_read_row(q, store_event_columns,
		    &event, sizeof(event));
		*stopped = fn(&event, arg);
	}
	if (step == STEP_FAILED)
		answer = sqlite_failed(db, e);
	sqlite_end(q);
	return answer;
}

/* ---- Seals ---- */

static enum store_answer
read_seal(struct sqlite *db, struct sqlite_query *q, struct audit_seal *seal,
    struct error *e)
{
	enum store_answer answer = STORE_DOWN;

	switch (sqlite_step(q)) {
	case STEP_ROW:
		seal->corrupt = !sqlite_read_row(q, store_seal_columns, seal,
		    sizeof(*seal));
		answer = STORE_OK;
		break;
	case STEP_DONE:
		answer = STORE_ABSENT;
		break;
	case STEP_FAILED:
		sqlite_failed(db, e);
		break;
	}
	sqlite_end(q);
	return answer;
}

static enum store_answer
store_sqlite_seal_from(struct store *store, int64_t number,
    struct audit_seal *seal, struct error *e)
{
	struct sqlite *db = database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_SEAL_FROM);

	sqlite_bind_int(q, 1, number);
	return read_seal(db, q, seal, e);
}

static enum store_answer
store_sqlite_seal_last(struct store *store, struct audit_seal *seal,
    struct error *e)
{
	struct sqlite *db = database(store);

	return read_seal(db, sqlite_query(db, SQL_SEAL_LAST), seal, e);
}

static enum store_answer
save_seal(struct sqlite *db, const struct audit_seal *seal, struct error *e)
{
	struct sqlite_query *q = sqlite_query(db, SQL_SEAL);

	sqlite_bind_row(q, store_seal_columns, seal);
	if (!sqlite_run(q))
		return sqlite_failed(db, e);
	if (sqlite_changes(db) != 1)
		return STORE_CONFLICT;
	q = sqlite_query(db, SQL_SEAL_EVENTS);
	sqlite_bind_int(q, 1, seal->number);
	sqlite_bind_int(q, 2, seal->leaves.count);
	if (!sqlite_run(q))
		return sqlite_failed(db, e);
	return sqlite_changes(db) == seal->leaves.count ? STORE_OK :
	    STORE_CONFLICT;
}

static enum store_answer
store_sqlite_seal_save(struct store *store, const struct audit_seal *seal,
    struct error *e)
{
	struct sqlite *db = database(store);
	enum store_answer answer = sqlite_begin(db, true, e);

	if (answer != STORE_OK)
		return answer;
	return sqlite_commit(db, save_seal(db, seal, e), e);
}

const struct store_ops store_sqlite = {
	.scheme = "sqlite",
	.open = store_sqlite_open,
	.close = store_sqlite_close,
	.now = store_sqlite_now,
	.load = store_sqlite_load,
	.save = store_sqlite_save,
	.scrub = store_sqlite_scrub,
	.history_has = store_sqlite_history_has,
	.history_each = store_sqlite_history_each,
	.each = store_sqlite_each,
	.events = store_sqlite_events,
	.trail = store_sqlite_trail,
	.seal_from = store_sqlite_seal_from,
	.seal_last = store_sqlite_seal_last,
	.seal_save = store_sqlite_seal_save,
	.snapshot = store_sqlite_snapshot,
};
