/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Which files are opened as a store, and what a transaction holds. */

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "base/wait.h"
#include "disk.h"
#include "store/sqlite.h"
#include "trail.h"

#define PASPW_ID "PRAGMA application_id = 0x50415350;"
#define SHORT_MS 60
#define NOBODY 65534

static struct sqlite *db;

/* ---- Open ---- */

static void
setup(void)
{
	directory_make();
	db = NULL;
	syncs = sync_error = 0;
}

static void
teardown(void)
{
	sqlite_close(&db);
	directory_remove();
}

static void
write_text(const char *text)
{
	FILE *f = fopen(database, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(database, 0600), 0);
}

static void
write_store(const char *sql)
{
	write_text("");
	raw(sql);
}

static void
make_good(void)
{
	ck_assert_msg(sqlite_open(&db, database, true, SHORT_MS, &e) ==
	    PASPW_OK, "%s", e.text);
	sqlite_close(&db);
	ck_assert_ptr_null(db);
}

static void
missing_file(void)
{
}

static void
missing_directory(void)
{
	snprintf(database, sizeof(database), "%s/none/users.db", directory);
}

static void
open_directory(void)
{
	make_good();
	ck_assert_int_eq(chmod(directory, 0750), 0);
}

static void
searchable_directory(void)
{
	make_good();
	ck_assert_int_eq(chmod(directory, 0701), 0);
}

/* Nobody but root can give a directory away; others look at root's. */
static void
somebodys_directory(void)
{
	if (geteuid() != 0)
		strcpy(database, "/etc/users.db");
	else {
		make_good();
		ck_assert_int_eq(chown(directory, NOBODY, NOBODY), 0);
	}
}

static void
readable_file(void)
{
	make_good();
	ck_assert_int_eq(chmod(database, 0640), 0);
}

static void
world_file(void)
{
	make_good();
	ck_assert_int_eq(chmod(database, 0602), 0);
}

static void
symlink_file(void)
{
	char other[sizeof(database) + 8];

	make_good();
	snprintf(other, sizeof(other), "%s.other", database);
	ck_assert_int_eq(rename(database, other), 0);
	ck_assert_int_eq(symlink(other, database), 0);
}

static void
symlink_directory(void)
{
	char other[sizeof(directory) + 8];

	make_good();
	snprintf(other, sizeof(other), "%s/link", directory);
	ck_assert_int_eq(symlink(directory, other), 0);
	snprintf(database, sizeof(database), "%s/users.db", other);
}

static void
fifo(void)
{
	ck_assert_int_eq(mkfifo(database, 0600), 0);
}

static void
directory_as_file(void)
{
	ck_assert_int_eq(mkdir(database, 0700), 0);
}

static void
not_sqlite(void)
{
	char text[8192];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	write_text(text);
}

static void
empty_file(void)
{
	write_text("");
}

static void
foreign(void)
{
	write_store("CREATE TABLE account (name TEXT)");
}

static void
foreign_of_our_version(void)
{
	write_store("CREATE TABLE account (name TEXT);"
	    "PRAGMA user_version = 1");
}

static void
newer_schema(void)
{
	make_good();
	raw("PRAGMA user_version = 3");
}

static void
impossible_schema(void)
{
	make_good();
	raw("PRAGMA user_version = -1");
}

static void
half_made(void)
{
	write_store(PASPW_ID "CREATE TABLE seal (x)");
}

static void
relative(void)
{
	strcpy(database, "users.db");
}

static void
cut_short(void)
{
	make_good();
	raw("PRAGMA wal_checkpoint(TRUNCATE)");
	ck_assert_int_eq(truncate(database, 100), 0);
}

static const struct {
	const char *what;
	void (*make)(void);
	bool create;		/* also refused to `paspw init` */
	const char *says;
} bad_files[] = {
	{ "no file", missing_file, false, "paspw init" },
	{ "no directory", missing_directory, false, "paspw init" },
	{ "directory others may list", open_directory, true, "mode 0750" },
	{ "directory others may enter", searchable_directory, true,
	    "mode 0701" },
	{ "directory of somebody else", somebodys_directory, true,
	    "owned by" },
	{ "file others may read", readable_file, true, "mode 0640" },
	{ "file the world may write", world_file, true, "mode 0602" },
	{ "symbolic link", symlink_file, true, "" },
	{ "symbolic link to the directory", symlink_directory, true, "" },
	{ "FIFO", fifo, true, "not a regular file" },
	{ "directory instead of a file", directory_as_file, true, "" },
	{ "not SQLite", not_sqlite, true, "not a database" },
	{ "empty file", empty_file, false, "paspw init" },
	{ "somebody else's database", foreign, true, "not a store" },
	{ "of our version number", foreign_of_our_version, true,
	    "not a store" },
	{ "newer schema", newer_schema, true, "newer version" },
	{ "impossible schema", impossible_schema, true, "no schema -1" },
	{ "half made", half_made, true, "already exists" },
	{ "relative path", relative, true, "absolute path" },
	{ "cut short", cut_short, true, "" },
};

START_TEST(refuses_a_file_that_is_no_safe_store)
{
	int tries = bad_files[_i].create ? 2 : 1;

	bad_files[_i].make();
	for (int i = 0; i < tries; i++) {
		error_clear(&e);
		ck_assert_msg(sqlite_open(&db, database, i == 1, SHORT_MS,
		    &e) == PASPW_ERR_STORE, "%s: %s", bad_files[_i].what,
		    e.text);
		ck_assert_ptr_null(db);
		ck_assert_msg(strchr(e.text, '/') != NULL ||
		    strstr(e.text, database) != NULL, "%s: %s",
		    bad_files[_i].what, e.text);
		ck_assert_msg(strstr(e.text, bad_files[_i].says) != NULL,
		    "%s: %s", bad_files[_i].what, e.text);
	}
}
END_TEST

START_TEST(a_failed_upgrade_changes_nothing)
{
	half_made();
	ck_assert_int_eq(sqlite_open(&db, database, true, SHORT_MS, &e),
	    PASPW_ERR_STORE);
	ck_assert_int_eq(raw_int("PRAGMA user_version"), 0);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM sqlite_schema"), 1);
}
END_TEST

START_TEST(upgrades_an_older_schema)
{
	write_store(PASPW_ID);
	ck_assert_msg(sqlite_open(&db, database, false, SHORT_MS, &e) ==
	    PASPW_OK, "%s", e.text);
	ck_assert_int_eq(raw_int("PRAGMA user_version"), STORE_SQL_VERSION);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM account"), 0);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM seal"), 0);
}
END_TEST

START_TEST(makes_a_private_store_once)
{
	struct stat st;
	char state[sizeof(directory) + 8];

	snprintf(state, sizeof(state), "%s/state", directory);
	snprintf(database, sizeof(database), "%s/users.db", state);
	umask(0);
	make_good();
	ck_assert_int_eq(stat(state, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(database, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	raw("INSERT INTO history VALUES (x'00', 1, 'kept')");
	ck_assert_int_eq(chmod(database, 0600), 0);
	make_good();
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 1);
}
END_TEST

START_TEST(an_empty_file_becomes_a_store_by_init)
{
	empty_file();
	make_good();
	ck_assert_int_eq(raw_int("PRAGMA user_version"), STORE_SQL_VERSION);
}
END_TEST

#define MAKERS 8
START_TEST(many_make_it_at_once)
{
	int status;

	for (int i = 0; i < MAKERS; i++)
		if (fork() == 0)
			_exit(sqlite_open(&db, database, true, 5000, &e));
	for (int i = 0; i < MAKERS; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	make_good();
}
END_TEST

/* ---- Transactions ---- */

static void
setup_open(void)
{
	setup();
	ck_assert_msg(sqlite_open(&db, database, true, SHORT_MS, &e) ==
	    PASPW_OK, "%s", e.text);
	ck_assert_int_eq(sqlite_begin(db, false, &e), STORE_OK);
	ck_assert_int_eq(sqlite_commit(db, STORE_OK, &e), STORE_OK);
	syncs = 0;
}

static void
add_history(int position)
{
	struct sqlite_query *q = sqlite_query(db, SQL_HISTORY_ADD);

	sqlite_bind_bytes(q, 1, &position, sizeof(position));
	sqlite_bind_text(q, 2, "digest");
	ck_assert(sqlite_run(q));
}

static enum store_answer
write_once(bool durable, int position)
{
	ck_assert_msg(sqlite_begin(db, durable, &e) == STORE_OK, "%s",
	    e.text);
	add_history(position);
	return sqlite_commit(db, STORE_OK, &e);
}

START_TEST(only_a_durable_one_is_synced)
{
	ck_assert_int_eq(write_once(false, 1), STORE_OK);
	ck_assert_int_eq(syncs, 0);
	ck_assert_int_eq(write_once(true, 2), STORE_OK);
	ck_assert_int_gt(syncs, 0);
	syncs = 0;
	ck_assert_int_eq(write_once(false, 3), STORE_OK);
	ck_assert_int_eq(syncs, 0);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 3);
}
END_TEST

/* Whether the disk has it, nobody knows. */
START_TEST(a_commit_whose_sync_failed_is_unsure)
{
	sync_error = EIO;
	ck_assert_int_eq(write_once(true, 1), STORE_UNSURE);
	ck_assert_int_eq(e.code, PASPW_ERR_STORE);
	ck_assert_ptr_nonnull(strstr(e.text, database));
	sync_error = 0;
	ck_assert_int_eq(write_once(true, 2), STORE_OK);
}
END_TEST

START_TEST(anything_but_ok_rolls_back)
{
	ck_assert_int_eq(sqlite_begin(db, false, &e), STORE_OK);
	add_history(1);
	ck_assert_int_eq(sqlite_commit(db, STORE_CONFLICT, &e),
	    STORE_CONFLICT);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 0);
	ck_assert_int_eq(write_once(false, 1), STORE_OK);
}
END_TEST

START_TEST(waits_for_another_writer_as_long_as_allowed)
{
	struct sqlite *other = NULL;
	int64_t start;

	ck_assert_int_eq(sqlite_open(&other, database, false, SHORT_MS, &e),
	    PASPW_OK);
	ck_assert_int_eq(sqlite_begin(db, false, &e), STORE_OK);
	start = wait_now_ms();
	ck_assert_int_eq(sqlite_begin(other, false, &e), STORE_DOWN);
	ck_assert_int_ge(wait_now_ms() - start, SHORT_MS - 1);
	ck_assert_int_eq(e.code, PASPW_ERR_STORE);
	ck_assert_int_eq(sqlite_commit(db, STORE_OK, &e), STORE_OK);
	/* refused before it began: its signals are not held */
	ck_assert(!stops_are_held());
	ck_assert_int_eq(sqlite_begin(other, false, &e), STORE_OK);
	ck_assert_int_eq(sqlite_commit(other, STORE_OK, &e), STORE_OK);
	sqlite_close(&other);
}
END_TEST

/* In a process that knows of no lock but the kernel's. */
static int
writer_from_outside(int go)
{
	struct sqlite *other = NULL;
	char c;

	if (read(go, &c, 1) != 1 || sqlite_open(&other, database, false,
	    SHORT_MS, &e) != PASPW_OK)
		return 2;
	return sqlite_begin(other, false, &e) == STORE_OK ? 1 : 0;
}

/* POSIX drops every lock of a process on a file when it closes any descriptor
 * of that file. */
START_TEST(a_second_handle_that_closes_drops_no_lock)
{
	struct sqlite *second = NULL;
	int go[2], status;
	pid_t child;

	sqlite_close(&db);
	ck_assert_int_eq(pipe(go), 0);
	if ((child = fork()) == 0)
		_exit(writer_from_outside(go[0]));
	ck_assert_int_eq(sqlite_open(&db, database, false, SHORT_MS, &e),
	    PASPW_OK);
	ck_assert_int_eq(sqlite_begin(db, false, &e), STORE_OK);
	ck_assert_int_eq(sqlite_open(&second, database, true, SHORT_MS, &e),
	    PASPW_OK);
	sqlite_close(&second);
	ck_assert_int_eq(write(go[1], "x", 1), 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(sqlite_commit(db, STORE_OK, &e), STORE_OK);
}
END_TEST

START_TEST(what_goes_wrong_while_binding_is_told_by_the_step)
{
	struct sqlite_query *q = sqlite_query(db, SQL_LOAD);

	sqlite_bind_text(q, 1, "alice");
	sqlite_bind_int(q, 2, 1);	/* there is no second parameter */
	ck_assert_int_eq(sqlite_step(q), STEP_FAILED);
	ck_assert_int_eq(sqlite_failed(db, &e), STORE_DOWN);
	ck_assert_ptr_nonnull(strstr(e.text, "range"));
	sqlite_end(q);
	/* and forgotten the next time */
	q = sqlite_query(db, SQL_LOAD);
	sqlite_bind_text(q, 1, "alice");
	ck_assert_int_eq(sqlite_step(q), STEP_DONE);
	sqlite_end(q);
}
END_TEST

START_TEST(every_statement_can_be_prepared)
{
	struct sqlite_query *q;

	if (_i == SQL_BEGIN || _i == SQL_SNAPSHOT || _i == SQL_COMMIT ||
	    _i == SQL_ROLLBACK)
		return;		/* the tests above */
	ck_assert_int_eq(sqlite_begin(db, false, &e), STORE_OK);
	q = sqlite_query(db, (enum store_statement)_i);
	/* nothing is bound, which some of them refuse */
	if (sqlite_step(q) == STEP_FAILED) {
		sqlite_failed(db, &e);
		ck_assert_msg(strstr(e.text, "syntax error") == NULL &&
		    strstr(e.text, "no such") == NULL, "%s", e.text);
	}
	sqlite_end(q);
	ck_assert_int_eq(sqlite_commit(db, STORE_CONFLICT, &e),
	    STORE_CONFLICT);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sqlite");
	TCase *files = tcase_create("files"), *open = tcase_create("open");

	tcase_add_checked_fixture(files, setup, teardown);
	tcase_add_loop_test(files, refuses_a_file_that_is_no_safe_store, 0,
	    sizeof(bad_files) / sizeof(bad_files[0]));
	tcase_add_test(files, a_failed_upgrade_changes_nothing);
	tcase_add_test(files, upgrades_an_older_schema);
	tcase_add_test(files, makes_a_private_store_once);
	tcase_add_test(files, an_empty_file_becomes_a_store_by_init);
	tcase_add_test(files, many_make_it_at_once);
	suite_add_tcase(suite, files);
	tcase_add_checked_fixture(open, setup_open, teardown);
	tcase_add_test(open, only_a_durable_one_is_synced);
	tcase_add_test(open, a_commit_whose_sync_failed_is_unsure);
	tcase_add_test(open, anything_but_ok_rolls_back);
	tcase_add_test(open, waits_for_another_writer_as_long_as_allowed);
	tcase_add_test(open, a_second_handle_that_closes_drops_no_lock);
	tcase_add_test(open, what_goes_wrong_while_binding_is_told_by_the_step);
	tcase_add_loop_test(open, every_statement_can_be_prepared, 0,
	    SQL_COUNT);
	suite_add_tcase(suite, open);
	return run_suite(suite);
}
