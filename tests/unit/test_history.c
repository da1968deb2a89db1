/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

static struct policy policy;
static struct account alice, bob;
static struct error error;

/* A store that remembers what it was asked, and answers as told. */
static enum store_answer answer;
static bool knows;
static int asked_newest;

static enum store_answer
fake_has(struct store *s, const unsigned char *account_id,
    const char *digest, int newest, bool *has, struct error *e)
{
	(void)s;
	ck_assert_mem_eq(account_id, alice.id, ACCOUNT_ID_BYTES);
	ck_assert_str_eq(digest, "digest");
	asked_newest = newest;
	*has = knows;
	if (answer == STORE_DOWN)
		error_set(e, PASPW_ERR_STORE, "down");
	return answer;
}

static const struct store_ops fake_ops = { .history_has = fake_has };
static struct store fake = { .ops = &fake_ops };

static void
setup(void)
{
	policy_standard(&policy, "users");
	policy.hash_cost = 3;
	ck_assert_int_eq(account_new(&alice, "alice", &policy, 1, &error),
	    PASPW_OK);
	ck_assert_int_eq(account_new(&bob, "bob", &policy, 1, &error),
	    PASPW_OK);
	answer = STORE_OK;
}

static void
digest(struct account *a, const char *text, char *to)
{
	struct secret password = SECRET_EMPTY;

	ck_assert(secret_set(&password, text, strlen(text)));
	ck_assert_int_eq(history_digest(&policy, a, &password, to, &error),
	    PASPW_OK);
	secret_wipe(&password);
}

START_TEST(one_salt_for_an_account_another_for_the_next)
{
	char one[HASH_MAX], again[HASH_MAX], other[HASH_MAX];

	digest(&alice, "Wagon-7-ivory", one);
	digest(&alice, "Wagon-7-ivory", again);
	ck_assert_str_eq(one, again);
	digest(&alice, "Wagon-7-ivorx", again);
	ck_assert_str_ne(one, again);
	digest(&bob, "Wagon-7-ivory", other);
	ck_assert_str_ne(one, other);
	/* a cost that is raised later does not make the history forget */
	policy.hash_cost = 4;
	digest(&alice, "Wagon-7-ivory", again);
	ck_assert_str_eq(one, again);
}
END_TEST

START_TEST(asks_for_the_current_one_and_those_before)
{
	bool reused = false;

	knows = true;
	ck_assert_int_eq(history_reused(&policy, &fake, &alice, "digest",
	    &reused, &error), PASPW_OK);
	ck_assert(reused);
	ck_assert_int_eq(asked_newest, 6);
	knows = false;
	policy.history = 0;
	ck_assert_int_eq(history_reused(&policy, &fake, &alice, "digest",
	    &reused, &error), PASPW_OK);
	ck_assert(!reused);
	ck_assert_int_eq(asked_newest, 1);
}
END_TEST

START_TEST(store_that_is_down_is_an_error_not_a_no)
{
	bool reused = false;

	answer = STORE_DOWN;
	knows = true;
	ck_assert_int_eq(history_reused(&policy, &fake, &alice, "digest",
	    &reused, &error), PASPW_ERR_STORE);
	ck_assert(reused);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history");
	TCase *tc = tcase_create("history");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, one_salt_for_an_account_another_for_the_next);
	tcase_add_test(tc, asks_for_the_current_one_and_those_before);
	tcase_add_test(tc, store_that_is_down_is_an_error_not_a_no);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
