/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"

#define RECORD 64
enum { VALID = 1, RHOST = 2, TTY = 4 };

static struct import_faillock parsed;
static unsigned char tally[RECORD * (IMPORT_TALLY_RECORDS + 1)];

/* source[52], reserved, status, time: in the order of bytes of this machine,
 * spelt out here once more. */
static void
record(size_t i, uint16_t status, uint64_t at)
{
	unsigned char *to = tally + i * RECORD;

	memset(to, 0xff, RECORD);
	memcpy(to + 54, &status, sizeof(status));
	memcpy(to + 56, &at, sizeof(at));
}

START_TEST(valid_records_in_order_of_time)
{
	record(0, VALID | RHOST, 300);
	record(1, TTY, 999);		/* reset */
	record(2, VALID, 100);
	record(3, VALID | TTY, 200);
	ck_assert_ptr_null(import_faillock(tally, 4 * RECORD, &parsed));
	ck_assert_uint_eq(parsed.count, 3);
	ck_assert_int_eq(parsed.at[0], 100);
	ck_assert_int_eq(parsed.at[1], 200);
	ck_assert_int_eq(parsed.at[2], 300);
	ck_assert_ptr_null(parsed.fault);
	ck_assert_ptr_null(import_faillock(tally, 0, &parsed));
	ck_assert_uint_eq(parsed.count, 0);
}
END_TEST

START_TEST(a_cut_record_is_told)
{
	record(0, VALID, 100);
	record(1, VALID, 200);
	for (size_t cut = 1; cut < RECORD; cut++) {
		ck_assert_ptr_null(import_faillock(tally, RECORD + cut,
		    &parsed));
		ck_assert_uint_eq(parsed.count, 1);
		ck_assert_ptr_nonnull(parsed.fault);
	}
}
END_TEST

START_TEST(impossible_times_are_left_out)
{
	record(0, VALID, 0);
	record(1, VALID, UINT64_MAX);
	record(2, VALID, (uint64_t)INT64_MAX);
	record(3, VALID, 100);
	ck_assert_ptr_null(import_faillock(tally, 4 * RECORD, &parsed));
	ck_assert_uint_eq(parsed.count, 1);
	ck_assert_ptr_nonnull(parsed.fault);
}
END_TEST

START_TEST(bounded)
{
	for (size_t i = 0; i <= IMPORT_TALLY_RECORDS; i++)
		record(i, VALID, 100);
	ck_assert_ptr_null(import_faillock(tally,
	    RECORD * IMPORT_TALLY_RECORDS, &parsed));
	ck_assert_uint_eq(parsed.count, IMPORT_TALLY_RECORDS);
	ck_assert_ptr_nonnull(import_faillock(tally, sizeof(tally),
	    &parsed));
	ck_assert_uint_eq(parsed.count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("import_faillock");
	TCase *tc = tcase_create("import_faillock");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, valid_records_in_order_of_time);
	tcase_add_test(tc, a_cut_record_is_told);
	tcase_add_test(tc, impossible_times_are_left_out);
	tcase_add_test(tc, bounded);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
