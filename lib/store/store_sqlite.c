/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The embedded store: one SQLite database for each realm, WAL. It reads the
 * realtime clock for everybody. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/sqlite_row.h"
#include "store/store_sqlite.h"

struct sqlite_store {
	struct store store;	/* first */
	struct sqlite *db;
};

struct sqlite *
store_sqlite_database(struct store *s)
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
	struct sqlite *db = store_sqlite_database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_LOAD);
	enum store_answer answer;

	sqlite_bind_text(q, 1, name);
	if ((answer = sqlite_first(q, e)) == STORE_OK)
		answer = read_account(db, q, a, e);
	sqlite_end(q);
	return answer;
}

/* Accounts after `name`, in the order of names; the statement is over before
 * anybody looks at them. */
static enum store_answer
read_batch(struct sqlite *db, const char *name, struct account *list,
    int *count, struct error *e)
{
	struct sqlite_query *q = sqlite_query(db, SQL_EACH);
	enum store_answer answer = STORE_OK;
	enum sqlite_step step = STEP_DONE;

	*count = 0;
	sqlite_bind_text(q, 1, name);
	sqlite_bind_int(q, 2, STORE_BATCH);
	while (answer == STORE_OK && *count < STORE_BATCH &&
	    (step = sqlite_step(q)) == STEP_ROW)
		answer = read_account(db, q, &list[(*count)++], e);
	if (step == STEP_FAILED)
		answer = sqlite_failed(db, e);
	sqlite_end(q);
	return answer;
}

static enum store_answer
store_sqlite_each(struct store *store, store_account_fn *fn, void *arg,
    int *stopped, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	struct account *list = calloc(STORE_BATCH, sizeof(*list));
	char name[PASPW_NAME_MAX + 1] = "";
	enum store_answer answer = STORE_DOWN;
	int count = STORE_BATCH;

	*stopped = 0;
	if (list == NULL) {
		error_set(e, PASPW_ERR_MEMORY, "out of memory");
		return STORE_DOWN;
	}
	do {
		answer = read_batch(db, name, list, &count, e);
		for (int i = 0; answer == STORE_OK && *stopped == 0 &&
		    i < count; i++)
			*stopped = fn(&list[i], arg);
		if (count > 0)
			memcpy(name, list[count - 1].name, sizeof(name));
	} while (answer == STORE_OK && *stopped == 0 && count == STORE_BATCH);
	secret_wipe_bytes(list, STORE_BATCH * sizeof(*list));
	free(list);
	return answer;
}

static enum store_answer
store_sqlite_history_has(struct store *store, const unsigned char *account_id,
    const char *digest, int newest, bool *has, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
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
	struct sqlite *db = store_sqlite_database(store);
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

/* Only over the text that was read; "" and no row are the same. */
static enum store_answer
save_note(struct sqlite *db, const struct store_change *c, struct error *e)
{
	struct sqlite_query *q;

	if (c->note.name == NULL)
		return STORE_OK;
	q = sqlite_query(db, SQL_NOTE_SAVE);
	sqlite_bind_text(q, 1, c->note.name);
	sqlite_bind_text(q, 2, c->note.text);
	sqlite_bind_text(q, 3, c->note.before);
	if (!sqlite_run(q))
		return sqlite_failed(db, e);
	return sqlite_changes(db) == 1 ? STORE_OK : STORE_CONFLICT;
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
	if (answer == STORE_OK)
		answer = save_note(db, c, e);
	if (answer == STORE_OK && !save_events(db, c))
		answer = sqlite_failed(db, e);
	return answer;
}

static enum store_answer
store_sqlite_save(struct store *store, const struct store_change *change,
    struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	enum store_answer answer = sqlite_begin(db, change->durable, e);

	if (answer != STORE_OK)
		return answer;
	return sqlite_commit(db, save_all(db, change, e), e);
}

static enum store_answer
store_sqlite_scrub(struct store *store, struct error *e)
{
	return sqlite_scrub(store_sqlite_database(store), e);
}

/* ---- Notes ---- */

static enum store_answer
store_sqlite_note(struct store *store, const char *name, char *text,
    size_t size, struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	struct sqlite_query *q = sqlite_query(db, SQL_NOTE);
	enum store_answer answer;

	memset(text, 0, size);
	sqlite_bind_text(q, 1, name);
	if ((answer = sqlite_first(q, e)) == STORE_OK &&
	    !sqlite_read_text(q, 0, size, text))
		answer = sqlite_corrupt(db, "a note", e);
	sqlite_end(q);
	return answer == STORE_ABSENT ? STORE_OK : answer;
}

/* ---- Health ---- */

static enum store_answer
quick_check(struct sqlite *db, struct store_health *health, struct error *e)
{
	struct sqlite_query *q = sqlite_query(db, SQL_QUICK_CHECK);
	enum store_answer answer = STORE_DOWN;

	if (sqlite_step(q) == STEP_ROW) {
		if (!sqlite_read_text(q, 0, sizeof(health->fault),
		    health->fault))
			strcpy(health->fault, "damaged");
		else if (strcmp(health->fault, "ok") == 0)
			health->fault[0] = '\0';
		answer = STORE_OK;
	} else
		sqlite_failed(db, e);
	sqlite_end(q);
	return answer;
}

static enum store_answer
store_sqlite_inspect(struct store *store, struct store_health *health,
    struct error *e)
{
	struct sqlite *db = store_sqlite_database(store);
	enum store_answer answer = quick_check(db, health, e);
	struct sqlite_query *q;

	if (answer != STORE_OK || health->fault[0] != '\0')
		return answer;
	q = sqlite_query(db, SQL_HEALTH);
	if (sqlite_step(q) == STEP_ROW) {
		health->last_event_at = sqlite_int(q, 0);
		health->last_seal_at = sqlite_int(q, 1);
		health->unsealed = (uint64_t)sqlite_int(q, 2);
		health->unsealed_since = sqlite_int(q, 3);
	} else
		answer = sqlite_failed(db, e);
	sqlite_end(q);
	return answer;
}

const struct store_ops store_sqlite = {
	.scheme = "sqlite",
	.open = store_sqlite_open,
	.close = store_sqlite_close,
	.now = store_sqlite_now,
	.load = store_sqlite_load,
	.save = store_sqlite_save,
	.scrub = store_sqlite_scrub,
	.inspect = store_sqlite_inspect,
	.history_has = store_sqlite_history_has,
	.history_each = store_sqlite_history_each,
	.each = store_sqlite_each,
	.note = store_sqlite_note,
	.name_of = store_sqlite_name_of,
	.events = store_sqlite_events,
	.trail = store_sqlite_trail,
	.seal_from = store_sqlite_seal_from,
	.seal_last = store_sqlite_seal_last,
	.seal_save = store_sqlite_seal_save,
	.trim = store_sqlite_trim,
	.snapshot = store_sqlite_snapshot,
};
