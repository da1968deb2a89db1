/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

START_TEST(sets_code_and_sentence)
{
	struct error e;

	ck_assert_int_eq(error_set(&e, PASPW_ERR_STORE, "%s: %d", "x", 7),
	    PASPW_ERR_STORE);
	ck_assert_int_eq(e.code, PASPW_ERR_STORE);
	ck_assert_str_eq(e.text, "x: 7");
}
END_TEST

START_TEST(may_quote_its_own_text)
{
	struct error e;

	error_set(&e, PASPW_ERR_CONFIG, "inner");
	error_set(&e, PASPW_ERR_STORE, "outer: %s", e.text);
	ck_assert_str_eq(e.text, "outer: inner");
	error_add(&e, PASPW_ERR_STORE, "again %s", e.text);
	ck_assert_str_eq(e.text, "outer: inner; again outer: inner");
}
END_TEST

START_TEST(names_the_system_error)
{
	struct error e;

	ck_assert_int_eq(error_errno(&e, PASPW_ERR_STORE, ENOENT, "%s", "/p"),
	    PASPW_ERR_STORE);
	ck_assert_str_eq(e.text, "/p: No such file or directory");
}
END_TEST

START_TEST(lists_several_faults)
{
	struct error e;

	error_clear(&e);
	error_add(&e, PASPW_ERR_CONFIG, "one");
	ck_assert_int_eq(error_add(&e, PASPW_ERR_CONFIG, "two"),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, "one; two");
	error_clear(&e);
	ck_assert_int_eq(e.code, PASPW_OK);
	ck_assert_str_eq(e.text, "");
}
END_TEST

START_TEST(masks_control_characters)
{
	struct error e;

	error_set(&e, PASPW_ERR_INVALID, "user %s", "a\nroot: ok\x1b[2J\x7f"
	    "\xc2\x9b" "2J\xc2\x85\xc2\xa0\xc3\x9b");
	ck_assert_str_eq(e.text,
	    "user a?root: ok?[2J???2J??\xc2\xa0\xc3\x9b");
}
END_TEST

START_TEST(marks_a_cut_text)
{
	char letters[ERROR_TEXT_MAX * 2];
	struct error e;

	memset(letters, 'a', sizeof(letters) - 1);
	letters[sizeof(letters) - 1] = '\0';
	error_set(&e, PASPW_ERR_INVALID, "%s", letters);
	ck_assert_uint_eq(strlen(e.text), ERROR_TEXT_MAX - 1);
	ck_assert_str_eq(e.text + ERROR_TEXT_MAX - 5, "a...");
	error_add(&e, PASPW_ERR_INVALID, "more");
	ck_assert_uint_eq(strlen(e.text), ERROR_TEXT_MAX - 1);
	ck_assert_str_eq(e.text + ERROR_TEXT_MAX - 4, "...");
}
END_TEST

/* _i: letters before the two-byte characters, so that every offset is cut */
START_TEST(cuts_between_characters)
{
	char text[ERROR_TEXT_MAX * 2] = "aaa";
	struct error e;
	size_t end;

	for (size_t i = (size_t)_i; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	error_set(&e, PASPW_ERR_INVALID, "%s", text);
	end = strlen(e.text) - 3;
	ck_assert_str_eq(e.text + end, "...");
	ck_assert_int_eq((unsigned char)e.text[end - 1], 0xa9);
	ck_assert_int_eq((unsigned char)e.text[end - 2], 0xc3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("error");
	TCase *tc = tcase_create("error");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, sets_code_and_sentence);
	tcase_add_test(tc, may_quote_its_own_text);
	tcase_add_test(tc, names_the_system_error);
	tcase_add_test(tc, lists_several_faults);
	tcase_add_test(tc, masks_control_characters);
	tcase_add_test(tc, marks_a_cut_text);
	tcase_add_loop_test(tc, cuts_between_characters, 0, 4);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
