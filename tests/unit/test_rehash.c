/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Hashes that are weaker than the policy: made anew at a login. */

#include "attempt.h"
#include "realms.h"
#include "rehash.h"

static int
count_rehash(const struct paspw_event *event, void *arg)
{
	*(int *)arg += strcmp(event->kind, "rehash") == 0;
	return 0;
}

static int
rehashes(void)
{
	int count = 0;

	ck_assert_int_eq(paspw_audit_each(h, NULL, 0, count_rehash, &count),
	    PASPW_OK);
	return count;
}

START_TEST(login_renews_a_weak_hash)
{
	struct paspw_status *before = NULL, *after = NULL;

	settled("alice");
	ck_assert_int_eq(paspw_status(h, "alice", &before), PASPW_OK);
	reopen("4", "");
	authenticate("alice", SECOND);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(paspw_status(h, "alice", &after), PASPW_OK);
	ck_assert_uint_eq(after->hash_cost, 4);
	ck_assert_str_eq(after->state, "active");
	ck_assert_int_eq(after->changed_at, before->changed_at);
	ck_assert_int_eq(rehashes(), 1);
	/* once; and it is still the same password */
	authenticate("alice", SECOND);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	authenticate("alice", THIRD);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_int_eq(rehashes(), 1);
	paspw_status_free(&before);
	paspw_status_free(&after);
}
END_TEST

START_TEST(history_outlives_the_renewal)
{
	settled("alice");
	reopen("4", "");
	authenticate("alice", SECOND);
	ck_assert_uint_eq(cost_of("alice"), 4);
	ck_assert_int_eq(paspw_change(h, "alice", SECOND, strlen(SECOND),
	    FIRST, strlen(FIRST), NULL, &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REUSED);
	ck_assert_int_eq(paspw_change(h, "alice", SECOND, strlen(SECOND),
	    SECOND, strlen(SECOND), NULL, &verdict), PASPW_OK);
	ck_assert_int_ne(verdict, PASPW_ACCEPTED);
}
END_TEST

START_TEST(a_refusal_renews_nothing)
{
	settled("alice");
	reopen("4", "");
	authenticate("alice", FIRST);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_uint_eq(cost_of("alice"), 3);
	ck_assert_int_eq(paspw_lock(h, "alice"), PASPW_OK);
	authenticate("alice", SECOND);
	ck_assert_int_ne(verdict, PASPW_ACCEPTED);
	ck_assert_uint_eq(cost_of("alice"), 3);
	ck_assert_int_eq(rehashes(), 0);
}
END_TEST

START_TEST(a_stronger_hash_stays)
{
	reopen("4", "");
	settled("alice");
	reopen("3", "");
	authenticate("alice", SECOND);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_uint_eq(cost_of("alice"), 4);
	ck_assert_int_eq(rehashes(), 0);
}
END_TEST

static struct paspw_attempt *
begin_verified(const char *password)
{
	struct paspw_attempt *attempt = NULL;

	ck_assert_int_eq(paspw_attempt_begin(h, "alice", &attempt, &verdict),
	    PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(paspw_attempt_verify(h, attempt, password,
	    strlen(password)), PASPW_OK);
	return attempt;
}

static void
settle(struct paspw_attempt **attempt)
{
	const struct paspw_factor factor = { "password", PASPW_VERIFIED };

	ck_assert_int_eq(paspw_attempt_settle(h, attempt, &factor, 1,
	    &verdict), PASPW_OK);
}

/* A right password that is being hashed with the old setting must not fail
 * because of another right one. */
START_TEST(waits_for_tries_under_way)
{
	struct paspw_attempt *one, *two;

	settled("alice");
	reopen("4", "");
	one = begin_verified(SECOND);
	two = begin_verified(SECOND);
	settle(&one);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_uint_eq(cost_of("alice"), 3);
	settle(&two);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_uint_eq(cost_of("alice"), 4);
	ck_assert_int_eq(rehashes(), 1);
}
END_TEST

/* Asked for once more, since the answer was lost: no failure of him who typed
 * the right one. */
START_TEST(a_repetition_is_overtaken)
{
	static const struct paspw_factor factor = { "password",
	    PASPW_VERIFIED };
	struct paspw_attempt *one, *again;
	struct paspw_status *status = NULL;

	settled("alice");
	reopen("4", "");
	ck_assert_int_eq(attempt_begin_as(h, "alice", 77, &one, &verdict),
	    PASPW_OK);
	ck_assert_int_eq(paspw_attempt_verify(h, one, SECOND,
	    strlen(SECOND)), PASPW_OK);
	ck_assert_int_eq(attempt_resume_as(h, "alice", "users", 77, &again),
	    PASPW_OK);
	ck_assert_int_eq(paspw_attempt_verify(h, again, SECOND,
	    strlen(SECOND)), PASPW_OK);
	settle(&one);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(rehashes(), 1);
	ck_assert_int_eq(paspw_attempt_settle(h, &again, &factor, 1,
	    &verdict), PASPW_ERR_BUSY);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	paspw_attempt_free(&again);
	ck_assert_int_eq(paspw_status(h, "alice", &status), PASPW_OK);
	ck_assert_int_eq(status->failures, 0);
	paspw_status_free(&status);
}
END_TEST

/* Verified twice: what was typed last counts, also for the new hash. */
START_TEST(renews_what_was_verified)
{
	struct paspw_attempt *attempt;

	settled("alice");
	reopen("4", "");
	attempt = begin_verified(SECOND);
	ck_assert_int_eq(paspw_attempt_verify(h, attempt, THIRD,
	    strlen(THIRD)), PASPW_OK);
	settle(&attempt);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	attempt = begin_verified(THIRD);
	ck_assert_int_eq(paspw_attempt_verify(h, attempt, SECOND,
	    strlen(SECOND)), PASPW_OK);
	settle(&attempt);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_uint_eq(cost_of("alice"), 4);
	authenticate("alice", SECOND);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}
END_TEST

START_TEST(another_factor_that_fails_renews_nothing)
{
	const struct paspw_factor factors[] = {
		{ "password", PASPW_VERIFIED }, { "code", PASPW_FAILED }
	};
	struct paspw_attempt *attempt;

	settled("alice");
	reopen("4", "");
	attempt = begin_verified(SECOND);
	ck_assert_int_eq(paspw_attempt_settle(h, &attempt, factors, 2,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_uint_eq(cost_of("alice"), 3);
}
END_TEST

/* /etc/shadow is not ours to write. */
START_TEST(renews_only_its_own_hashes)
{
	static const char hash[] = "$y$j7T$0123456789abcdefghijk/"
	    "$PsLe1rctlWOrzVW.yFkGFuyxJkBAiNJrB9zKSg/KFUC";
	struct policy p;

	policy_standard(&p, "users");
	p.credentials = CREDENTIALS_STORE;
	ck_assert(rehash_wanted(&p, hash));
	p.credentials = CREDENTIALS_SHADOW;
	ck_assert(!rehash_wanted(&p, hash));
}
END_TEST

static void
add_cases(TCase *tc)
{
	tcase_add_test(tc, login_renews_a_weak_hash);
	tcase_add_test(tc, history_outlives_the_renewal);
	tcase_add_test(tc, a_refusal_renews_nothing);
	tcase_add_test(tc, a_stronger_hash_stays);
	tcase_add_test(tc, waits_for_tries_under_way);
	tcase_add_test(tc, a_repetition_is_overtaken);
	tcase_add_test(tc, renews_what_was_verified);
	tcase_add_test(tc, another_factor_that_fails_renews_nothing);
	tcase_add_test(tc, renews_only_its_own_hashes);
}

int
main(void)
{
	Suite *suite = suite_create("rehash");
	TCase *tc = tcase_create("rehash");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	add_cases(tc);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
