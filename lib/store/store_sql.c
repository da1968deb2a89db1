/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "store/store_sql.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "store/store_column.h"

/* A step is never edited, only followed by another. */
const char *const store_sql_upgrades[STORE_SQL_VERSION] = {
	"CREATE TABLE account ("
	" name TEXT PRIMARY KEY, id BLOB NOT NULL UNIQUE,"
	" version INTEGER NOT NULL, kind INTEGER NOT NULL, owner TEXT NOT NULL,"
	" ticket TEXT NOT NULL, created_at INTEGER NOT NULL,"
	" valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL,"
	" closed_at INTEGER NOT NULL, credentials INTEGER NOT NULL,"
	" hash TEXT NOT NULL, changed_at INTEGER NOT NULL,"
	" must_change INTEGER NOT NULL, temporary_until INTEGER NOT NULL,"
	" expired_seen_at INTEGER NOT NULL, history_setting TEXT NOT NULL,"
	" announced_digest TEXT NOT NULL, announced_at INTEGER NOT NULL,"
	" pending BLOB NOT NULL, failed BLOB NOT NULL, settled BLOB NOT NULL,"
	" last_failure_at INTEGER NOT NULL, last_success_at INTEGER NOT NULL,"
	" failures_to_tell INTEGER NOT NULL, otp_failures INTEGER NOT NULL,"
	" locked_at INTEGER NOT NULL, lock_reason INTEGER NOT NULL,"
	" refused_while_locked INTEGER NOT NULL,"
	" refused_first_at INTEGER NOT NULL,"
	" refused_last_at INTEGER NOT NULL) STRICT;"
	"CREATE TABLE history ("
	" account BLOB NOT NULL, position INTEGER NOT NULL,"
	" digest TEXT NOT NULL, PRIMARY KEY (account, position))"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE event ("
	" id BLOB NOT NULL, at INTEGER NOT NULL, realm TEXT NOT NULL,"
	" kind TEXT NOT NULL, actor TEXT NOT NULL, subject BLOB NOT NULL,"
	" \"case\" TEXT NOT NULL, reason TEXT NOT NULL, ticket TEXT NOT NULL,"
	" data TEXT NOT NULL, seal INTEGER NOT NULL) STRICT;"
	/* Of sealed ones alone: a login writes no page of it. */
	"CREATE INDEX event_seal ON event (seal) WHERE seal <> 0;"
	"CREATE TABLE seal ("
	" number INTEGER PRIMARY KEY, at INTEGER NOT NULL, root BLOB NOT NULL,"
	" mac BLOB NOT NULL, chain BLOB NOT NULL, leaves BLOB NOT NULL)"
	" STRICT;",
	/* Texts of the realm itself: the policy that was seen last ... */
	"CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL)"
	" STRICT, WITHOUT ROWID;",
};

/* Append as much as there is room for. */
static void
append(char **at, const char *end, const char *text)
{
	while (*text != '\0' && *at < end)
		*(*at)++ = *text++;
	**at = '\0';
}

/* "a", "b" from the one list of columns, or ?3, ? for their values: SQLite
 * counts on. Each login asks for three; printf took a tenth of its policy
 * work for them. */
static void
column_list(const struct store_column *columns, int first, bool values,
    char *text, size_t size)
{
	char *at = text, *end = text + size - 1;

	if (values) {
		snprintf(text, size, "?%d", first + 1);
		at += strlen(text);
	} else
		append(&at, end, "\"");
	for (int i = first; columns[i].name != NULL; i++) {
		if (i > first)
			append(&at, end, values ? ", ?" : "\", \"");
		if (!values)
			append(&at, end, columns[i].name);
	}
	if (!values)
		append(&at, end, "\"");
}

/* Events are only ever appended, under the write lock: row order is the order
 * of commits until the seals give theirs. The last row that has a seal is
 * looked for from the end. */
#define LAST_SEALED "(SELECT coalesce(max(rowid), -9223372036854775808)" \
    " FROM (SELECT rowid FROM event NOT INDEXED WHERE seal <> 0" \
    " ORDER BY rowid DESC LIMIT 1))"
#define UNSEALED " FROM event WHERE rowid > " LAST_SEALED " ORDER BY rowid"
#define STRAY " FROM event NOT INDEXED WHERE seal = 0" \
    " AND rowid <= " LAST_SEALED " ORDER BY rowid"
#define EVENT_OF ", coalesce((SELECT name FROM account" \
    " WHERE account.id = event.subject), ''), rowid FROM event" \
    " WHERE at >= ?1 AND (?2 IS NULL OR subject = ?2) AND "

/* One of: text as it is; columns selected, with what follows them; columns
 * inserted into a table; ?N after the last column of an update is the version
 * that was loaded. */
static const struct {
	const char *text;
	const struct store_column *columns;
	const char *select;
	const char *into;
} statements[SQL_COUNT] = {
	[SQL_BEGIN] = { .text = "BEGIN IMMEDIATE" },
	[SQL_SNAPSHOT] = { .text = "BEGIN" },
	[SQL_COMMIT] = { .text = "COMMIT" },
	[SQL_ROLLBACK] = { .text = "ROLLBACK" },
	[SQL_FULL] = { .text = "PRAGMA synchronous = FULL" },
	[SQL_NORMAL] = { .text = "PRAGMA synchronous = NORMAL" },
	[SQL_LOAD] = { .columns = store_account_columns,
	    .select = " FROM account WHERE name = ?1" },
	[SQL_EACH] = { .columns = store_account_columns,
	    .select = " FROM account WHERE name > ?1 ORDER BY name"
	    " LIMIT ?2" },
	[SQL_INSERT] = { .columns = store_account_columns,
	    .into = "account" },
	[SQL_UPDATE] = { .columns = store_account_columns },
	[SQL_RENEW] = { .columns = store_account_columns },
	[SQL_HISTORY_HAS] = { .text =
	    "SELECT count(*) FROM (SELECT digest FROM history"
	    " WHERE account = ?1 ORDER BY position DESC LIMIT ?3)"
	    " WHERE digest = ?2" },
	[SQL_HISTORY_ADD] = { .text =
	    "INSERT INTO history (account, position, digest)"
	    " SELECT ?1, coalesce(max(position), 0) + 1, ?2"
	    " FROM history WHERE account = ?1" },
	[SQL_HISTORY_OLDER] = { .text =
	    "INSERT INTO history (account, position, digest)"
	    " SELECT ?1, coalesce(min(position), 1) - 1, ?2"
	    " FROM history WHERE account = ?1" },
	[SQL_HISTORY_EACH] = { .text = "SELECT digest FROM history"
	    " WHERE account = ?1 ORDER BY position DESC LIMIT ?2" },
	[SQL_HISTORY_TRIM] = { .text =
	    "DELETE FROM history WHERE account = ?1 AND position <="
	    " (SELECT coalesce(max(position), 0) FROM history"
	    " WHERE account = ?1) - ?2" },
	[SQL_EVENT] = { .columns = store_event_columns, .into = "event" },
	[SQL_EVENTS] = { .columns = store_event_columns,
	    .select = EVENT_OF "seal <> 0 AND (seal, rowid) > (?3, ?4)"
	    " ORDER BY seal, rowid LIMIT ?5" },
	[SQL_EVENTS_UNSEALED] = { .columns = store_event_columns,
	    .select = EVENT_OF "(seal = 0 OR seal > ?3) AND rowid > ?4"
	    " ORDER BY rowid LIMIT ?5" },
	[SQL_SEALED] = { .columns = store_event_columns,
	    .select = " FROM event WHERE seal <> 0 ORDER BY seal, rowid" },
	[SQL_UNSEALED] = { .columns = store_event_columns,
	    .select = UNSEALED },
	[SQL_STRAY] = { .columns = store_event_columns, .select = STRAY },
	[SQL_SEAL] = { .columns = store_seal_columns, .into = "seal" },
	[SQL_SEAL_EVENTS] = { .text = "UPDATE event SET seal = ?1"
	    " WHERE rowid IN (SELECT rowid" UNSEALED " LIMIT ?2)" },
	[SQL_SEAL_FROM] = { .columns = store_seal_columns, .select =
	    " FROM seal WHERE number >= ?1 ORDER BY number LIMIT 1" },
	[SQL_QUICK_CHECK] = { .text = "PRAGMA quick_check(1)" },
	[SQL_HEALTH] = { .text = "SELECT"
	    /* not the last one: after it the clock may have gone back */
	    " (SELECT coalesce(max(at), 0) FROM (SELECT at FROM event"
	    " ORDER BY rowid DESC LIMIT 1000)),"
	    " (SELECT coalesce(max(at), 0) FROM (SELECT at FROM seal"
	    " ORDER BY number DESC LIMIT 1)), count(*),"
	    " coalesce(min(at), 0) FROM (SELECT at" UNSEALED ")" },
	[SQL_SEAL_LAST] = { .columns = store_seal_columns,
	    .select = " FROM seal ORDER BY number DESC LIMIT 1" },
	[SQL_TRIM_EVENTS] = { .text = "DELETE FROM event"
	    " WHERE seal <> 0 AND seal BETWEEN 1 AND ?1" },
	[SQL_TRIM_SEALS] = { .text =
	    "DELETE FROM seal WHERE number BETWEEN 1 AND ?1" },
	[SQL_NAME_OF] = { .text = "SELECT name FROM account WHERE id = ?1" },
	[SQL_NOTE] = { .text = "SELECT text FROM note WHERE name = ?1" },
	[SQL_NOTE_SAVE] = { .text =
	    "INSERT INTO note (name, text) SELECT ?1, ?2"
	    " WHERE ?3 = '' OR EXISTS (SELECT 1 FROM note WHERE name = ?1)"
	    " ON CONFLICT (name) DO UPDATE SET text = ?2 WHERE text = ?3" },
};

void
store_sql(enum store_statement which, char *sql, size_t size)
{
	const struct store_column *columns = statements[which].columns;
	int fixed = which == SQL_UPDATE ? STORE_ACCOUNT_FIXED : 0;
	char names[SQL_MAX / 2], values[SQL_MAX / 2];

	if (columns == NULL) {
		snprintf(sql, size, "%s", statements[which].text);
		return;
	}
	/* An update leaves the indexed columns alone: setting them, even to
	 * what they are, would write a page of each index at every try. */
	column_list(columns, fixed, false, names, sizeof(names));
	column_list(columns, fixed, true, values, sizeof(values));
	if (statements[which].select != NULL)
		snprintf(sql, size, "SELECT %s%s", names,
		    statements[which].select);
	else if (statements[which].into != NULL)
		snprintf(sql, size, "INSERT INTO %s (%s) VALUES (%s)"
		    " ON CONFLICT DO NOTHING", statements[which].into, names,
		    values);
	else
		snprintf(sql, size, "UPDATE account SET (%s) = (%s)"
		    " WHERE name = ?1 AND version = ?%d", names, values,
		    store_column_count(columns) + 1);
}
