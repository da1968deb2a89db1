/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "quality/generate.h"
#include "quality/guess.h"
#include "quality/words.h"

#define SAMPLE 2000

static struct policy policy;
static struct error error;
static struct secret password;
static double bits;

static void
setup(void)
{
	memset(&policy, 0, sizeof(policy));
	policy.min_length = 8;
	policy.max_length = 256;
	policy.require = REQUIRE_LETTER | REQUIRE_DIGIT | REQUIRE_SYMBOL;
	policy.dictionary = 1;
}

static int
generate(unsigned length, unsigned words)
{
	return generate_password(&policy, NULL, length, words, &password,
	    &bits, &error);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Draw SAMPLE passwords: each keeps the policy, none comes twice. */
static void
sample(unsigned length, unsigned words)
{
	static char all[SAMPLE][PASPW_PASSWORD_MAX + 1];
	struct quality_verdict verdict;

	for (size_t i = 0; i < SAMPLE; i++) {
		ck_assert_int_eq(generate(length, words), PASPW_OK);
		ck_assert_int_eq(quality_check(&policy, NULL, NULL, 0,
		    password.bytes, password.length, &verdict, &error),
		    PASPW_OK);
		ck_assert_uint_eq(verdict.broken, 0);
		strcpy(all[i], password.bytes);
	}
	qsort(all, SAMPLE, sizeof(*all), compare);
	for (size_t i = 1; i < SAMPLE; i++)
		ck_assert_str_ne(all[i - 1], all[i]);
}

START_TEST(passes_the_policy_and_never_repeats)
{
	sample(0, 0);
}
END_TEST

START_TEST(short_ones_pass_too)
{
	sample(8, 0);
}
END_TEST

START_TEST(words_pass_too)
{
	sample(0, 4);
}
END_TEST

START_TEST(three_words_pass_too)
{
	sample(0, 3);
}
END_TEST

START_TEST(has_the_length_asked_for)
{
	ck_assert_int_eq(generate(0, 0), PASPW_OK);
	ck_assert_uint_eq(password.length, GENERATE_LENGTH);
	ck_assert_int_eq(generate(33, 0), PASPW_OK);
	ck_assert_uint_eq(password.length, 33);
	policy.min_length = 24;
	ck_assert_int_eq(generate(0, 0), PASPW_OK);
	ck_assert_uint_eq(password.length, 24);
	policy.min_length = 8;
	policy.max_length = 12;
	ck_assert_int_eq(generate(0, 0), PASPW_OK);
	ck_assert_uint_eq(password.length, 12);
}
END_TEST

START_TEST(refuses_what_no_password_can_be)
{
	ck_assert_int_eq(generate(7, 0), PASPW_ERR_INVALID);
	ck_assert_int_eq(generate(257, 0), PASPW_ERR_INVALID);
	ck_assert_int_eq(generate(0, 1), PASPW_ERR_INVALID);
	ck_assert_int_eq(generate(0, 100000), PASPW_ERR_INVALID);
	ck_assert_uint_eq(password.length, 0);
	policy.min_length = 2;
	ck_assert_int_eq(generate(2, 0), PASPW_ERR_INVALID);
	policy.max_length = 1000;
	ck_assert_int_eq(generate(512, 0), PASPW_ERR_INVALID);
	policy.max_length = 10;
	ck_assert_int_eq(generate(0, 6), PASPW_ERR_INVALID);
	ck_assert_uint_eq(password.length, 0);
}
END_TEST

START_TEST(tells_the_entropy)
{
	ck_assert_int_eq(generate(20, 0), PASPW_OK);
	ck_assert(bits > 118 && bits < 122);
	/* Half of the short ones lack a digit or a symbol. */
	ck_assert_int_eq(generate(8, 0), PASPW_OK);
	ck_assert(bits > 46.5 && bits < 48);
	policy.require = 0;
	ck_assert_int_eq(generate(8, 0), PASPW_OK);
	ck_assert(bits > 48.4 && bits < 48.7);
	ck_assert_int_eq(generate(0, 4), PASPW_OK);
	ck_assert(bits > 4 * 12 + 2 * 2 + 3.3 && bits < 60);
}
END_TEST

START_TEST(keeps_strict_classes)
{
	policy.min_classes = 4;
	policy.require |= REQUIRE_UPPER | REQUIRE_LOWER;
	sample(8, 0);
}
END_TEST

START_TEST(leaves_the_user_name_out)
{
	static const struct quality_person person = { .name = "abricot" };
	const char *word;

	for (int i = 0; i < SAMPLE; i++) {
		ck_assert_int_eq(generate_password(&policy, &person, 0, 4,
		    &password, &bits, &error), PASPW_OK);
		word = strstr(password.bytes, "bricot");
		ck_assert_ptr_eq(word, NULL);
	}
}
END_TEST

START_TEST(has_enough_words)
{
	ck_assert_uint_ge(words_generator_count, 4096);
	for (size_t i = 0; i < words_generator_count; i++) {
		const char *word = words_generator[i];
		uint32_t node = words_root;

		ck_assert_uint_ge(strlen(word), 3);
		if (i > 0)
			ck_assert_str_lt(words_generator[i - 1], word);
		for (const char *c = word; *c != '\0'; c++)
			ck_assert(words_step(&node, (uint32_t)*c));
		ck_assert_uint_ne(words_cost(node), 0);
		ck_assert_uint_le(words_cost(node), 12);
	}
}
END_TEST

START_TEST(logarithm_is_right)
{
	ck_assert_double_eq_tol(guess_log2(1), 0, 1e-6);
	ck_assert_double_eq_tol(guess_log2(2), 1, 1e-6);
	ck_assert_double_eq_tol(guess_log2(4096), 12, 1e-6);
	ck_assert_double_eq_tol(guess_log2(10), 3.321928, 1e-6);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("generate");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(all, setup, NULL);
	tcase_set_timeout(all, 60);
	tcase_add_test(all, passes_the_policy_and_never_repeats);
	tcase_add_test(all, short_ones_pass_too);
	tcase_add_test(all, words_pass_too);
	tcase_add_test(all, three_words_pass_too);
	tcase_add_test(all, has_the_length_asked_for);
	tcase_add_test(all, refuses_what_no_password_can_be);
	tcase_add_test(all, tells_the_entropy);
	tcase_add_test(all, keeps_strict_classes);
	tcase_add_test(all, leaves_the_user_name_out);
	tcase_add_test(all, has_enough_words);
	tcase_add_test(all, logarithm_is_right);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
