/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The embedded store: its trail of events and seals. */

#include "store/store_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "store/sqlite_row.h"

/* ---- Events ---- */

struct event_batch {
	int count;
	struct audit_event list[STORE_BATCH];
	char names[STORE_BATCH][PASPW_NAME_MAX + 1];
	int64_t rows[STORE_BATCH];
};

/* Where a walk is: what comes next has a higher seal or row. */
struct event_walk {
	const unsigned char *account_id;
	int64_t since;
	int64_t seal;
	int64_t row;
	struct event_batch *batch;
};

static enum store_answer
read_event(struct sqlite *db, struct sqlite_query *q, struct event_batch *b,
    struct error *e)
{
	int name = store_column_count(store_event_columns), i = b->count++;

	memset(b->names[i], 0, sizeof(b->names[i]));
	b->rows[i] = sqlite_int(q, name + 1);
	if (!sqlite_read_row(q, store_event_columns, &b->list[i],
	    sizeof(b->list[i])) || !sqlite_read_text(q, name,
	    sizeof(b->names[i]), b->names[i]))
		return sqlite_corrupt(db, "an event", e);
	return STORE_OK;
}

/* The statement is over before anybody looks at them: who pauses while he
 * reads must not keep the log of the store from beginning anew. */
static enum store_answer
read_batch(struct sqlite *db, enum store_statement which,
    const struct event_walk *walk, struct error *e)
{
	struct sqlite_query *q = sqlite_query(db, which);
	enum store_answer answer = STORE_OK;
	enum sqlite_step step = STEP_DONE;

	walk->batch->count = 0;
	sqlite_bind_int(q, 1, walk->since);
	sqlite_bind_bytes(q, 2, walk->account_id, ACCOUNT_ID_BYTES);
	sqlite_bind_int(q, 3, walk->seal);
	sqlite_bind_int(q, 4, walk->row);
	sqlite_bind_int(q, 5, STORE_BATCH);
	while (answer == STORE_OK && walk->batch->count < STORE_BATCH &&
	    (step = sqlite_step(q)) == STEP_ROW)
		answer = read_event(db, q, walk->batch, e);
	if (step == STEP_FAILED)
		answer = sqlite_failed(db, e);
	sqlite_end(q);
	return answer;
}

/* The first part leaves in the walk the last seal that it saw; the second one
 * takes what has a later one or none: what is sealed meanwhile is neither
 * left out nor told twice. */
static enum store_answer
walk_events(struct sqlite *db, enum store_statement which,
    struct event_walk *walk, store_event_fn *fn, void *arg, int *stopped,
    struct error *e)
{
	struct event_batch *b = walk->batch;
	enum store_answer answer;

	do {
		answer = read_batch(db, which, walk, e);
		for (int i = 0; answer == STORE_OK && *stopped == 0 &&
		    i < b->count; i++)
			*stopped = fn(&b->list[i], b->names[i], arg);
		if (b->count == 0)
			break;
		walk->row = b->rows[b->count - 1];
		if (which == SQL_EVENTS)
			walk->seal = b->list[b->count - 1].seal;
	} while (answer == STORE_OK && *stopped == 0 &&
	    b->count == STORE_BATCH);
	return answer;
}

enum store_answer
store_sqlite_events(struct store *store, const unsigned char *account_id,
    int64_t since, int64_t after, store_event_fn *fn, void *arg,
    int *stopped, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	struct event_walk walk = { account_id, since, after, INT64_MAX,
	    malloc(sizeof(*walk.batch)) };
	enum store_answer answer = STORE_DOWN;

	*stopped = 0;
	if (walk.batch == NULL) {
		error_set(e, PASPW_ERR_MEMORY, "out of memory");
		return STORE_DOWN;
	}
	answer = walk_events(db, SQL_EVENTS, &walk, fn, arg, stopped, e);
	walk.row = INT64_MIN;
	if (answer == STORE_OK && *stopped == 0)
		answer = walk_events(db, SQL_EVENTS_UNSEALED, &walk, fn, arg,
		    stopped, e);
	free(walk.batch);
	return answer;
}

enum store_answer
store_sqlite_name_of(struct store *store, const unsigned char *account_id,
    char *name, size_t size, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_NAME_OF);
	enum store_answer answer;

	memset(name, 0, size);
	sqlite_bind_bytes(q, 1, account_id, ACCOUNT_ID_BYTES);
	if ((answer = sqlite_first(q, e)) == STORE_OK &&
	    !sqlite_read_text(q, 0, size, name))
		answer = sqlite_corrupt(db, "an account row", e);
	sqlite_end(q);
	return answer;
}

/* Readers of a WAL hold up nobody. */
enum store_answer
store_sqlite_snapshot(struct store *store, store_snapshot_fn *fn, void *arg,
    int *result, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	enum store_answer answer = sqlite_begin_read(db, e);

	if (answer != STORE_OK)
		return answer;
	*result = fn(store, arg, e);
	return sqlite_end_read(db, e);
}

enum store_answer
store_sqlite_trail(struct store *store, enum store_part part,
    store_trail_fn *fn, void *arg, int *stopped, struct error *e)
{
	static const enum store_statement parts[] = {
		[STORE_SEALED] = SQL_SEALED,
		[STORE_UNSEALED] = SQL_UNSEALED,
		[STORE_STRAY] = SQL_STRAY,
	};
	struct sqlite *db = store_sqlite_database(store);
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
read_seal(struct sqlite_query *q, struct audit_seal *seal, struct error *e)
{
	enum store_answer answer = sqlite_first(q, e);

	if (answer == STORE_OK)
		seal->corrupt = !sqlite_read_row(q, store_seal_columns, seal,
		    sizeof(*seal));
	sqlite_end(q);
	return answer;
}

enum store_answer
store_sqlite_seal_from(struct store *store, int64_t number,
    struct audit_seal *seal, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_SEAL_FROM);

	sqlite_bind_int(q, 1, number);
	return read_seal(q, seal, e);
}

enum store_answer
store_sqlite_seal_last(struct store *store, struct audit_seal *seal,
    struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);

	return read_seal(sqlite_query(db, SQL_SEAL_LAST), seal, e);
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

enum store_answer
store_sqlite_seal_save(struct store *store, const struct audit_seal *seal,
    struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	enum store_answer answer = sqlite_begin(db, true, e);

	if (answer != STORE_OK)
		return answer;
	return sqlite_commit(db, save_seal(db, seal, e), e);
}

static enum store_answer
trim(struct sqlite *db, int64_t through, struct error *e)
{
	static const enum store_statement parts[] = {
		SQL_TRIM_EVENTS, SQL_TRIM_SEALS
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct sqlite_query *q = sqlite_query(db, parts[i]);

		sqlite_bind_int(q, 1, through);
		if (!sqlite_run(q))
			return sqlite_failed(db, e);
	}
	return STORE_OK;
}

enum store_answer
store_sqlite_trim(struct store *store, int64_t through, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	enum store_answer answer = sqlite_begin(db, false, e);

	if (answer != STORE_OK)
		return answer;
	return sqlite_commit(db, trim(db, through, e), e);
}
