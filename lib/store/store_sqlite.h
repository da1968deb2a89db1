/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* store_sqlite: what the two files of the embedded store share; store.h says
 * what each does. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/sqlite.h"

/* Rows that a reader takes at once: 64 accounts are 0.5 MB, and asking again
 * costs 1 % of reading them. */
#define STORE_BATCH 64

struct sqlite *store_sqlite_database(struct store *s);

enum store_answer store_sqlite_events(struct store *store,
    const unsigned char *account_id, int64_t since, int64_t after,
    store_event_fn *fn, void *arg, int *stopped, struct error *e);
enum store_answer store_sqlite_name_of(struct store *store,
    const unsigned char *account_id, char *name, size_t size,
    struct error *e);
enum store_answer store_sqlite_trail(struct store *store,
    enum store_part part, store_trail_fn *fn, void *arg, int *stopped,
    struct error *e);
enum store_answer store_sqlite_seal_from(struct store *store, int64_t number,
    struct audit_seal *seal, struct error *e);
enum store_answer store_sqlite_seal_last(struct store *store,
    struct audit_seal *seal, struct error *e);
enum store_answer store_sqlite_seal_save(struct store *store,
    const struct audit_seal *seal, struct error *e);
enum store_answer store_sqlite_trim(struct store *store, int64_t through,
    struct error *e);
enum store_answer store_sqlite_snapshot(struct store *store,
    store_snapshot_fn *fn, void *arg, int *result, struct error *e);

#endif
