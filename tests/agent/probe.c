/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * probe DATABASE: does somebody keep the write lock of a store? Tries to take
 * it twenty times, five milliseconds apart, and fails if it was never free.
 * On a machine that makes everybody wait those are more than the 100 ms that
 * they are meant to be, for the holder of the lock too; so a busy machine is
 * not taken for a lock that is kept.
 */

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define TRIES 20
#define PAUSE_MS 5

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	int r = SQLITE_MISUSE;

	if (argc != 2 || (r = sqlite3_open_v2(argv[1], &db,
	    SQLITE_OPEN_READWRITE, NULL)) != SQLITE_OK)
		goto out;
	for (int i = 0; i < TRIES; i++) {
		r = sqlite3_exec(db, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL,
		    NULL);
		if (r != SQLITE_BUSY)
			break;
		sqlite3_sleep(PAUSE_MS);
	}
out:
	if (r != SQLITE_OK)
		fprintf(stderr, "probe: %s\n", sqlite3_errstr(r));
	sqlite3_close(db);
	return r == SQLITE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
