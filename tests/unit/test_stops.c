/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Nobody stops a process that locks others out: each exclusive lock that
 * SQLite takes on a store, and each sync, finds the signals of a terminal
 * held. */

#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "disk.h"
#include "store/sqlite.h"
#include "trail.h"

#define SHORT_MS 60

static struct sqlite *db;
static int locks;

/* ---- SQLite's calls ---- */

static int
control(int fd, int command, void *argument)
{
	const struct flock *lock = argument;

	if (command == F_SETLK && lock->l_type == F_WRLCK) {
		locks++;
		stoppable += !stops_are_held();
	}
	return (int)syscall(SYS_fcntl, fd, command, argument);
}

#define CONTROL(name) \
int \
name(int fd, int command, ...) \
{ \
	va_list list; \
	void *argument; \
\
	va_start(list, command); \
	argument = va_arg(list, void *); \
	va_end(list); \
	return control(fd, command, argument); \
}

CONTROL(fcntl)
CONTROL(fcntl64)

/* ---- */

static void
open_it(bool create)
{
	ck_assert_msg(sqlite_open(&db, database, create, SHORT_MS, &e) ==
	    PASPW_OK, "%s", e.text);
	ck_assert(!stops_are_held());
}

static void
write_it(int position)
{
	struct sqlite_query *q;

	ck_assert_int_eq(sqlite_begin(db, true, &e), STORE_OK);
	ck_assert(stops_are_held());
	q = sqlite_query(db, SQL_HISTORY_ADD);
	sqlite_bind_bytes(q, 1, &position, sizeof(position));
	sqlite_bind_text(q, 2, "digest");
	ck_assert(sqlite_run(q));
	ck_assert_int_eq(sqlite_commit(db, STORE_OK, &e), STORE_OK);
	ck_assert(!stops_are_held());
}

static void
read_it(void)
{
	struct sqlite_query *q = sqlite_query(db, SQL_NOTE);

	sqlite_bind_text(q, 1, "none");
	ck_assert_int_eq(sqlite_first(q, &e), STORE_ABSENT);
	sqlite_end(q);
}

static void
setup(void)
{
	directory_make();
	open_it(true);
	write_it(1);
	locks = syncs = stoppable = 0;
}

static void
teardown(void)
{
	sqlite_close(&db);
	directory_remove();
	ck_assert_int_eq(stoppable, 0);
}

/* A lock that is taken while nothing is held is seen. */
START_TEST(one_that_can_be_stopped_is_seen)
{
	raw("DELETE FROM history");
	ck_assert_int_gt(stoppable, 0);
	stoppable = 0;
}
END_TEST

START_TEST(nobody_stops_who_makes_a_store)
{
	sqlite_close(&db);
	ck_assert_int_eq(unlink(database), 0);
	open_it(true);
	ck_assert_int_gt(locks, 0);
	ck_assert_int_gt(syncs, 0);
}
END_TEST

/* The first one that looks repairs the log. */
START_TEST(nobody_stops_who_opens_it_first)
{
	sqlite_close(&db);
	locks = 0;
	open_it(false);
	ck_assert_int_gt(locks, 0);
}
END_TEST

START_TEST(nobody_stops_who_writes)
{
	write_it(2);
	ck_assert_int_gt(locks, 0);
	ck_assert_int_gt(syncs, 0);
}
END_TEST

/* What was written since the last read makes the next one enter itself. */
START_TEST(nobody_stops_who_reads)
{
	write_it(2);
	locks = 0;
	read_it();
	ck_assert_int_gt(locks, 0);
	ck_assert(!stops_are_held());
}
END_TEST

START_TEST(nobody_stops_who_begins_to_read)
{
	write_it(2);
	locks = 0;
	ck_assert_int_eq(sqlite_begin_read(db, &e), STORE_OK);
	read_it();
	ck_assert_int_gt(locks, 0);
	/* but he may be stopped when he has begun */
	ck_assert(!stops_are_held());
	ck_assert_int_eq(sqlite_end_read(db, &e), STORE_OK);
}
END_TEST

START_TEST(nobody_stops_who_scrubs)
{
	write_it(2);
	locks = syncs = 0;
	ck_assert_int_eq(sqlite_scrub(db, &e), STORE_OK);
	ck_assert_int_gt(locks, 0);
	ck_assert_int_gt(syncs, 0);
	ck_assert(!stops_are_held());
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stops");
	TCase *tests = tcase_create("locks");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, one_that_can_be_stopped_is_seen);
	tcase_add_test(tests, nobody_stops_who_makes_a_store);
	tcase_add_test(tests, nobody_stops_who_opens_it_first);
	tcase_add_test(tests, nobody_stops_who_writes);
	tcase_add_test(tests, nobody_stops_who_reads);
	tcase_add_test(tests, nobody_stops_who_begins_to_read);
	tcase_add_test(tests, nobody_stops_who_scrubs);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
