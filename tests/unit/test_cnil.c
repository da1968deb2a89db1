/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>

#include "base/fold.h"
#include "policy/cnil.h"

#define DIGIT FOLD_DIGIT
#define LOWER (FOLD_LOWER | FOLD_LETTER)
#define UPPER (FOLD_UPPER | FOLD_LETTER)
#define SYMBOL FOLD_SYMBOL
#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

/* the listed equivalences, and what is one character below them */
static const struct row {
	const char *what;
	int bits;
	size_t characters;
	unsigned classes;
	bool enough;
} rows[] = {
	{ "12 of four kinds", 80, 12, UPPER | LOWER | DIGIT | SYMBOL, true },
	{ "11 of four kinds", 80, 11, UPPER | LOWER | DIGIT | SYMBOL, false },
	{ "14 of three kinds", 80, 14, UPPER | LOWER | DIGIT, true },
	{ "13 of three kinds", 80, 13, UPPER | LOWER | DIGIT, false },
	{ "13 with symbols", 80, 13, UPPER | LOWER | SYMBOL, true },
	{ "a phrase of 7 short words", 80, 27, LOWER | SYMBOL, true },
	{ "7 short words, no blanks", 80, 21, LOWER, true },
	{ "17 small letters", 80, 17, LOWER, false },
	{ "25 digits", 80, 25, DIGIT, true },
	{ "24 digits", 80, 24, DIGIT, false },
	{ "8 of three kinds", 50, 8, UPPER | LOWER | DIGIT, true },
	{ "8 of letter, digit, symbol", 50, 8, LOWER | DIGIT | SYMBOL, true },
	{ "7 of four kinds", 50, 7, UPPER | LOWER | DIGIT | SYMBOL, false },
	{ "8 of two kinds", 50, 8, LOWER | SYMBOL, false },
	{ "16 digits", 50, 16, DIGIT, true },
	{ "15 digits", 50, 15, DIGIT, false },
	{ "5 short words", 50, 19, LOWER | SYMBOL, true },
	{ "nothing is asked", 0, 0, 0, true },
	{ "nothing is given", 1, 0, 0, false },
	{ "control characters alone", 1, 100, FOLD_CONTROL, false },
	{ "the most that can be asked", 128, 511, LOWER, true },
	{ "an equivalence of 80 is none of 81", 81, 12,
	    UPPER | LOWER | DIGIT | SYMBOL, false }
};

START_TEST(counts_as_the_cnil)
{
	const struct row *r = &rows[_i];

	ck_assert_msg(cnil_enough(r->bits, r->characters, r->classes) ==
	    r->enough, "%s", r->what);
}
END_TEST

static const struct rule {
	const char *what;
	int min_length, require, min_classes, min_entropy;
	bool case_1, case_2;
} policies[] = {
	{ "the plans", 8, REQUIRE_LETTER | REQUIRE_DIGIT | REQUIRE_SYMBOL, 0,
	    0, false, true },
	{ "8 of anything", 8, 0, 0, 0, false, false },
	{ "12 of four kinds", 12, 0, 4, 0, true, true },
	{ "12 of three kinds", 12, 0, 3, 0, false, true },
	{ "14 of three kinds", 14, 0, 3, 0, true, true },
	{ "14 of two kinds", 14, 0, 2, 0, false, true },
	{ "the same said as a set", 12, REQUIRE_UPPER | REQUIRE_LOWER |
	    REQUIRE_DIGIT | REQUIRE_SYMBOL, 0, 0, true, true },
	{ "a letter is one kind", 14, REQUIRE_LETTER | REQUIRE_UPPER, 0, 0,
	    false, true },
	{ "15 of anything may be digits", 15, 0, 0, 0, false, false },
	{ "16 of anything", 16, 0, 0, 0, false, true },
	{ "25 of anything", 25, 0, 0, 0, true, true },
	{ "asked for", 1, 0, 0, 80, true, true },
	{ "asked for half", 1, 0, 0, 50, false, true }
};

START_TEST(sees_what_a_policy_warrants)
{
	const struct rule *r = &policies[_i];
	struct policy p;

	policy_standard(&p, "users");
	p.min_length = r->min_length;
	p.require = r->require;
	p.min_classes = r->min_classes;
	p.min_entropy = r->min_entropy;
	ck_assert_msg(cnil_policy_enough(CNIL_ALONE, &p) == r->case_1,
	    "%s: case 1", r->what);
	ck_assert_msg(cnil_policy_enough(CNIL_RESTRICTED, &p) == r->case_2,
	    "%s: case 2", r->what);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cnil");
	TCase *tc = tcase_create("cnil");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, counts_as_the_cnil, 0, ROWS(rows));
	tcase_add_loop_test(tc, sees_what_a_policy_warrants, 0,
	    ROWS(policies));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
