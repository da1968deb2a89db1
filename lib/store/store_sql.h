/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* store_sql: the SQL text of the embedded store: schema and statements. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <stddef.h>

#define SQL_MAX 4096

enum store_statement {
	SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK, SQL_FULL, SQL_NORMAL, SQL_LOAD,
	SQL_INSERT, SQL_UPDATE, SQL_RENEW, SQL_EVENT,
	SQL_HISTORY_HAS, SQL_HISTORY_ADD,
	SQL_HISTORY_TRIM, SQL_HISTORY_OLDER, SQL_HISTORY_EACH,
	SQL_EACH, SQL_EVENTS, SQL_EVENTS_UNSEALED,
	SQL_SEALED, SQL_UNSEALED, SQL_STRAY, SQL_SEAL_FROM, SQL_SEAL_LAST,
	SQL_SEAL, SQL_SEAL_EVENTS, SQL_TRIM_EVENTS, SQL_TRIM_SEALS,
	SQL_NAME_OF, SQL_NOTE, SQL_NOTE_SAVE, SQL_SNAPSHOT, SQL_QUICK_CHECK,
	SQL_HEALTH, SQL_COUNT
};

/* One step for each version of the schema. */
extern const char *const store_sql_upgrades[];
#define STORE_SQL_VERSION 2

void store_sql(enum store_statement which, char *sql, size_t size);

#endif
