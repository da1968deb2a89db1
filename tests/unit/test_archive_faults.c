/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* What happens to archives: what root did is found, and a fault at any
 * instant does nothing. */

#include "archived_trail.h"

/* ---- Tampering ---- */

START_TEST(each_flipped_byte_is_found)
{
	int fd;
	struct stat st;
	unsigned char byte;

	archive_ok();
	fd = open(archive_path(_i), O_RDWR);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_gt(st.st_size, 500);
	for (off_t at = 0; at < st.st_size; at++) {
		unsigned char flipped;

		ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
		flipped = (unsigned char)(byte ^ 1u << at % 8);
		ck_assert_int_eq(syscall(SYS_pwrite64, fd, &flipped, 1, at),
		    1);
		ck_assert_msg(verify_from(0) == PASPW_OK, "byte %d: %s",
		    (int)at, paspw_detail(h));
		ck_assert_msg(result.faults > 0, "byte %d", (int)at);
		ck_assert_int_eq(syscall(SYS_pwrite64, fd, &byte, 1, at), 1);
	}
	close(fd);
	expect_faults("");
}
END_TEST

static void
remove_second(void)
{
	ck_assert_int_eq(unlink(archive_path(1)), 0);
}

static void
cut(void)
{
	ck_assert_int_eq(truncate(archive_path(1), 200), 0);
}

static void
lengthen(void)
{
	FILE *f = fopen(archive_path(1), "a");

	ck_assert_ptr_nonnull(f);
	fputs("more", f);
	ck_assert_int_eq(fclose(f), 0);
}

static void
copy(void)
{
	char command[2048], path[512];

	snprintf(path, sizeof(path), "%s", archive_path(0));
	snprintf(command, sizeof(command), "cp -p %s %s/%018d-%018d-"
	    "20240225T000000Z.trail", path, archives, 6, 6);
	ck_assert_int_eq(system(command), 0);
}

static void
insert(void)
{
	write_event("z");
	raw("UPDATE event SET seal = 2 WHERE kind = 'z'");
}

/* audit show takes no event of seals 5 to 7 from the store then: of March. */
static void
rename_second(void)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%018d-%018d-20240302T000000Z.trail",
	    archives, 5, 7);
	ck_assert_int_eq(rename(archive_path(1), path), 0);
}

static const struct {
	const char *name;
	void (*spoil)(void);
	const char *faults;
} tampered[] = {
	{ "the first month is gone", remove_first, "seal_missing:1 " },
	{ "the second month is gone", remove_second, "seal_missing:5 " },
	{ "a file was cut", cut, "archive_damaged:0 seal_missing:5 " },
	{ "something was appended", lengthen, "archive_damaged:0 " },
	{ "a month came twice", copy, "inserted:1 " },
	{ "a name says more than its file holds", rename_second,
	    "archive_damaged:0 " },
	{ "an event in the store, of an archived seal", insert,
	    "inserted:2 " },
};

START_TEST(what_root_did_to_them_is_found)
{
	archive_ok();
	take_head();
	tampered[_i].spoil();
	ck_assert_msg(verify_from(0) == PASPW_OK, "%s", paspw_detail(h));
	ck_assert_msg(strncmp(told, tampered[_i].faults,
	    strlen(tampered[_i].faults)) == 0, "%s: %s", tampered[_i].name,
	    told);
}
END_TEST

/* A disk that lies is no reason to lose the rows. */
START_TEST(nothing_is_trimmed_for_an_archive_that_is_damaged)
{
	char copied[600];

	archive_ok();
	seal_at("2024-04-01T00:00:00Z", "h");
	/* as after a crash: the file is there, and the rows are too */
	snprintf(copied, sizeof(copied), "cp -pr %s %s.kept", directory,
	    directory);
	ck_assert_int_eq(system(copied), 0);
	archive_ok();
	snprintf(copied, sizeof(copied), "cp -p %s/* %s.kept/users.db.archive;"
	    " rm -r %s; mv %s.kept %s", archives, directory, directory,
	    directory, directory);
	store_close(&store);
	ck_assert_int_eq(system(copied), 0);
	handle_open();
	store = store_again();
	ck_assert_int_eq(raw_int("SELECT min(number) FROM seal"), 7);
	expect_faults("");
	ck_assert_str_eq(all_kinds(), "a b c d e f g h ");
	ck_assert_int_eq(truncate(archive_path(2), 300), 0);
	ck_assert_int_eq(paspw_audit_archive(h, NULL, NULL),
	    PASPW_ERR_STORE);
	ck_assert_int_eq(raw_int("SELECT min(number) FROM seal"), 7);
}
END_TEST

START_TEST(a_corrupt_row_moves_nowhere)
{
	raw("UPDATE event SET id = x'00' WHERE kind = 'd'");
	ck_assert_int_eq(paspw_audit_archive(h, NULL, NULL),
	    PASPW_ERR_STORE);
	ck_assert_int_eq(raw_int("SELECT min(number) FROM seal"), 5);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM event"), 4);
}
END_TEST

/* What was edited before it was archived is told afterwards. */
START_TEST(an_edit_moves_as_it_is)
{
	raw("UPDATE event SET reason = 'none' WHERE kind = 'b'");
	archive_ok();
	expect_faults("edited:2 ");
}
END_TEST

/* ---- Faults at any instant ---- */

static void
shell(const char *command)
{
	char text[512];

	/* $d: the directory of the test */
	snprintf(text, sizeof(text), "d=%s; %s", directory, command);
	ck_assert_int_eq(system(text), 0);
}

#define INSTANTS_MAX 400
START_TEST(a_fault_at_any_instant_loses_and_doubles_nothing)
{
	enum instant mode = _i == 0 ? INSTANT_KILL : INSTANT_FAIL;
	int at, code;

	paspw_close(&h);
	store_close(&store);
	shell("cp -pr $d $d.kept");
	now_is("2025-02-15T00:00:00Z");
	for (at = 1; at < INSTANTS_MAX; at++) {
		code = run_until(mode, at);
		ck_assert_int_ne(code, 100);
		handle_open();
		expect_faults("");
		/* January is whole, or gone as a whole and recorded */
		ck_assert_msg(strncmp(all_kinds(), "a b c d e f g ", 14) ==
		    0 || strcmp(kinds, "d e f g retention ") == 0,
		    "instant %d: %s", at, kinds);
		ck_assert_msg(paspw_audit_seal_empty(h) == PASPW_OK &&
		    paspw_audit_archive(h, NULL, NULL) == PASPW_OK,
		    "instant %d: %s", at, paspw_detail(h));
		ck_assert_str_eq(all_kinds(), "d e f g retention ");
		expect_faults("");
		paspw_close(&h);
		if (code == 200)
			break;
		shell("rm -r $d; cp -pr $d.kept $d");
	}
	shell("rm -r $d.kept");
	store = store_again();
	ck_assert_int_gt(at, 20);
	ck_assert_int_lt(at, INSTANTS_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("archive_faults");
	TCase *tc = tcase_create("archive_faults");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, archived_trail_make,
	    archived_trail_remove);
	tcase_add_loop_test(tc, each_flipped_byte_is_found, 0, 2);
	tcase_add_loop_test(tc, what_root_did_to_them_is_found, 0,
	    sizeof(tampered) / sizeof(tampered[0]));
	tcase_add_test(tc,
	    nothing_is_trimmed_for_an_archive_that_is_damaged);
	tcase_add_test(tc, a_corrupt_row_moves_nowhere);
	tcase_add_test(tc, an_edit_moves_as_it_is);
	tcase_add_loop_test(tc,
	    a_fault_at_any_instant_loses_and_doubles_nothing, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
