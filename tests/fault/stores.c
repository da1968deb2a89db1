/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "stores.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tree.h"

#define DIGEST_START UINT64_C(14695981039346656037)
#define DIGEST_PRIME UINT64_C(1099511628211)

/* ---- The store's contents ---- */

static uint64_t
digest(uint64_t sum, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	while (size-- > 0)
		sum = (sum ^ *at++) * DIGEST_PRIME;
	return sum;
}

static uint64_t
digest_query(sqlite3 *db, uint64_t sum, const char *sql)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		return 0;
	while (sqlite3_step(st) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(st); i++)
			if (sqlite3_column_bytes(st, i) > 0)
				sum = digest(sum, sqlite3_column_blob(st, i),
				    (size_t)sqlite3_column_bytes(st, i));
	sqlite3_finalize(st);
	return sum;
}

bool
stores_digest(const char *directory, uint64_t sums[2])
{
	static const char *const all[] = { "SELECT * FROM account",
	    "SELECT * FROM history", "SELECT * FROM event",
	    "SELECT * FROM seal" };
	static const char *const kept[] = { "SELECT name, id, kind, owner,"
	    " created_at, valid_from, valid_until, closed_at, hash,"
	    " changed_at, must_change, temporary_until, locked_at"
	    " FROM account", "SELECT * FROM history" };
	char path[128];
	sqlite3 *db = NULL;
	bool whole;

	sums[0] = sums[1] = DIGEST_START;
	snprintf(path, sizeof(path), "%s/store/users.db", directory);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		return false;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		sums[0] = digest_query(db, sums[0], all[i]);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		sums[1] = digest_query(db, sums[1], kept[i]);
	whole = digest_query(db, DIGEST_START, "PRAGMA integrity_check") ==
	    digest(DIGEST_START, "ok", 2);
	sqlite3_close(db);
	return whole;
}

/* ---- Directories ---- */

static void
copy_file(const char *from_directory, const char *to_directory,
    const char *name)
{
	static char bytes[1 << 16];
	char from[PATH_MAX], to[PATH_MAX];
	FILE *in, *out;
	size_t n;

	snprintf(from, sizeof(from), "%s/%s", from_directory, name);
	snprintf(to, sizeof(to), "%s/%s", to_directory, name);
	unlink(to);
	if ((in = fopen(from, "r")) == NULL)
		return;		/* no log, no key */
	if ((out = fopen(to, "w")) == NULL)
		exit(EXIT_FAILURE);
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		fwrite(bytes, 1, n, out);
	fclose(in);
	fclose(out);
	chmod(to, 0600);
}

static void
remove_archives(const char *directory, const char *realm)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/store/%s.db.archive", directory,
	    realm);
	tree_remove(path);
}

void
stores_copy(const char *from, const char *to)
{
	static const char *const files[] = { "store/users.db",
	    "store/users.db-wal", "store/users.db-shm",
	    "store/users.db-journal", "store/users.db.key",
	    "store/users.db.key.new", "store/users.db.names",
	    "store/admins.db", "store/admins.db.names",
	    "store/admins.db-wal", "store/admins.db-shm",
	    "store/admins.db.key", "store/admins.db.key.new" };

	remove_archives(to, "users");
	remove_archives(to, "admins");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		copy_file(from, to, files[i]);
}

void
stores_make(char path[STORES_PATH])
{
	char name[128];

	/* In memory if possible: each run has stores of its own. */
	sprintf(path, "%s/paspw-fault.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(path) == NULL)
		exit(EXIT_FAILURE);
	snprintf(name, sizeof(name), "%s/store", path);
	if (mkdir(name, 0700) != 0)
		exit(EXIT_FAILURE);
}

void
stores_remove(const char *directory)
{
	tree_remove(directory);
}
