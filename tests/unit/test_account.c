/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#define _GNU_SOURCE	/* memmem */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "account/lockout.h"

#define NOW INT64_C(1800000000)
#define HOUR (60 * 60)
#define DAY (24 * HOUR)

static struct policy policy;
static struct account row;
static struct error error;
static struct account_login login;

static void
setup(void)
{
	policy_standard(&policy, "users");
	login = (struct account_login){ "sshd", false };
	ck_assert_int_eq(account_new(&row, "alice", &policy, NOW, &error),
	    PASPW_OK);
	account_changed(&row, "$y$hash", NOW);
}

static enum paspw_verdict
verdict(int64_t now)
{
	return account_verdict(&policy, &row, &login, now);
}

START_TEST(new_rows_differ)
{
	struct account other;

	ck_assert_int_eq(account_new(&other, "alice", &policy, NOW, &error),
	    PASPW_OK);
	ck_assert_mem_ne(row.id, other.id, sizeof(row.id));
	ck_assert_int_eq(other.version, 0);
	ck_assert_int_eq(account_new(&other, "", &policy, NOW, &error),
	    PASPW_ERR_INVALID);
}
END_TEST

START_TEST(expires_after_four_calendar_months)
{
	int64_t end = span_after(NOW, (struct span){ SPAN_MONTHS, 4 });

	ck_assert_int_eq(account_expires_at(&policy, &row), end);
	ck_assert_int_eq(verdict(end - 1), PASPW_ACCEPTED);
	ck_assert_int_eq(verdict(end), PASPW_EXPIRED);
	ck_assert_str_eq(account_state(&policy, &row, end), "expired");
	policy.max_age.unit = SPAN_NEVER;
	ck_assert_int_eq(verdict(end), PASPW_ACCEPTED);
	ck_assert_int_eq(account_expires_at(&policy, &row), 0);
}
END_TEST

START_TEST(clock_set_back_revives_nothing)
{
	int64_t end = account_expires_at(&policy, &row);

	ck_assert(!account_tick(&policy, &row, end - 1));
	ck_assert(account_tick(&policy, &row, end));
	ck_assert(!account_tick(&policy, &row, end + 1));
	ck_assert_int_eq(verdict(NOW), PASPW_EXPIRED);
	account_changed(&row, "$y$other", NOW + 1);
	ck_assert_int_eq(verdict(NOW + 1), PASPW_ACCEPTED);
}
END_TEST

/* Seen as over for a reason that went away: the next one is seen too, or a
 * clock set back would revive it after all. */
START_TEST(what_is_over_again_is_seen_again)
{
	int64_t end = account_expires_at(&policy, &row);

	policy.max_age = (struct span){ SPAN_SECONDS, 4 * DAY };
	ck_assert(account_tick(&policy, &row, NOW + 5 * DAY));
	policy.max_age = (struct span){ SPAN_MONTHS, 4 };
	ck_assert(!account_tick(&policy, &row, NOW + 6 * DAY));
	ck_assert(account_tick(&policy, &row, end + 1));
	ck_assert(!account_tick(&policy, &row, end + 2));
	ck_assert_int_eq(verdict(NOW), PASPW_EXPIRED);
}
END_TEST

START_TEST(wrong_clock_is_told_once_and_expires_nothing_for_good)
{
	int64_t end = account_expires_at(&policy, &row);

	ck_assert(account_tick(&policy, &row, NOW - 300 * DAY));
	ck_assert(!account_tick(&policy, &row, NOW - 299 * DAY));
	ck_assert(!account_tick(&policy, &row, NOW));
	ck_assert_int_eq(verdict(NOW), PASPW_ACCEPTED);
	ck_assert(account_tick(&policy, &row, end));
	ck_assert_int_eq(verdict(NOW), PASPW_EXPIRED);
}
END_TEST

static const char *
causes_at(int64_t now)
{
	static char words[128];
	struct paspw_cause causes[PASPW_CAUSES_MAX];
	unsigned count = account_causes(&policy, &row, now, causes);

	words[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		strcat(words, causes[i].cause);
		strcat(words, " ");
	}
	return words;
}

START_TEST(causes_are_all_told_in_order)
{
	struct paspw_cause causes[PASPW_CAUSES_MAX];
	int64_t end = account_expires_at(&policy, &row);

	ck_assert_str_eq(causes_at(NOW), "");
	ck_assert_str_eq(causes_at(end), "max_age ");
	ck_assert_str_eq(causes_at(NOW - 2 * DAY), "clock ");
	row.locked_at = NOW;
	row.lock_reason = LOCK_FAILURES;
	row.valid_until = NOW + DAY;
	policy.unlock_after = (struct span){ SPAN_SECONDS, 400 * DAY };
	ck_assert_str_eq(causes_at(end), "failures valid_until max_age ");
	ck_assert_uint_eq(account_causes(&policy, &row, end, causes), 3);
	ck_assert_int_eq(causes[0].since, NOW);
	ck_assert_int_eq(causes[0].until, NOW + 400 * DAY);
	ck_assert_int_eq(causes[1].since, NOW + DAY);
	ck_assert_int_eq(causes[2].since, end);
	row.lock_reason = LOCK_ADMIN;
	row.valid_from = end + DAY;
	ck_assert_str_eq(causes_at(end), "admin valid_from max_age ");
	account_close(&row, end);
	ck_assert_str_eq(causes_at(end), "closed ");
}
END_TEST

START_TEST(issued_password_is_one_cause)
{
	account_issued(&policy, &row, "$y$issued", NOW);
	ck_assert_str_eq(causes_at(NOW), "must_change ");
	ck_assert_str_eq(account_over_cause(&policy, &row, NOW), "");
	ck_assert_str_eq(causes_at(NOW + DAY), "temporary_valid ");
	ck_assert_str_eq(account_over_cause(&policy, &row, NOW + DAY),
	    "temporary_valid");
	ck_assert(account_never_changed(&row));
	account_issued(&policy, &row, row.hash, NOW);
	ck_assert_str_eq(row.hash, "$y$issued");
	account_changed(&row, "$y$mine", NOW + 1);
	ck_assert(!account_never_changed(&row));
	account_expire(&row);
	ck_assert_str_eq(causes_at(NOW + 2), "must_change ");
	ck_assert(!account_never_changed(&row));
}
END_TEST

START_TEST(close_leaves_no_credential_and_keeps_its_date)
{
	struct lockout_step step;
	int64_t changed = row.changed_at;

	strcpy(row.history_setting, "$y$history");
	strcpy(row.announced_digest, "$y$announced");
	row.announced_at = NOW;
	lockout_begin(&policy, &row, 7, false, NOW, &step);
	account_close(&row, NOW + 1);
	account_close(&row, NOW + 2);
	ck_assert_int_eq(row.closed_at, NOW + 1);
	ck_assert_int_eq(row.changed_at, changed);
	ck_assert_int_eq(row.pending.count, 0);
	ck_assert_int_eq(row.announced_at, 0);
	ck_assert_ptr_null(memmem(&row, sizeof(row), "$y$", 3));
}
END_TEST

START_TEST(longer_max_age_frees_what_was_seen_as_expired)
{
	policy.max_age = (struct span){ SPAN_SECONDS, 4 * DAY };
	ck_assert(account_tick(&policy, &row, NOW + 5 * DAY));
	ck_assert_int_eq(verdict(NOW + 5 * DAY), PASPW_EXPIRED);
	policy.max_age = (struct span){ SPAN_MONTHS, 4 };
	ck_assert_int_eq(verdict(NOW + 5 * DAY), PASPW_ACCEPTED);
}
END_TEST

START_TEST(change_date_from_the_future_is_expired)
{
	ck_assert_int_eq(verdict(NOW - DAY), PASPW_ACCEPTED);
	ck_assert_int_eq(verdict(NOW - DAY - 1), PASPW_EXPIRED);
}
END_TEST

START_TEST(issued_password_must_be_changed_within_a_day)
{
	account_issued(&policy, &row, "$y$issued", NOW);
	ck_assert_int_eq(verdict(NOW), PASPW_CHANGE_REQUIRED);
	ck_assert_str_eq(account_state(&policy, &row, NOW),
	    "change_required");
	ck_assert_int_eq(verdict(NOW + 24 * HOUR - 1), PASPW_CHANGE_REQUIRED);
	ck_assert_int_eq(verdict(NOW + 24 * HOUR), PASPW_NO_LONGER_VALID);
	/* nor does a clock that goes back give it a second life */
	ck_assert(account_tick(&policy, &row, NOW + 24 * HOUR));
	ck_assert_int_eq(verdict(NOW), PASPW_NO_LONGER_VALID);
	account_changed(&row, "$y$mine", NOW + HOUR);
	ck_assert_int_eq(verdict(NOW + 30 * DAY), PASPW_ACCEPTED);
}
END_TEST

START_TEST(issued_password_lives_on_where_policy_says)
{
	policy.first_login_change = 0;
	account_issued(&policy, &row, "$y$issued", NOW);
	ck_assert_int_eq(verdict(NOW + 30 * DAY), PASPW_ACCEPTED);
	policy.first_login_change = 1;
	policy.temporary_valid.unit = SPAN_NEVER;
	account_issued(&policy, &row, "$y$issued", NOW);
	ck_assert_int_eq(verdict(NOW + 300 * DAY), PASPW_CHANGE_REQUIRED);
}
END_TEST

START_TEST(validity_to_the_second)
{
	row.valid_from = NOW + 60;
	row.valid_until = NOW + 120;
	ck_assert_int_eq(verdict(NOW + 59), PASPW_NOT_YET_VALID);
	ck_assert_str_eq(account_state(&policy, &row, NOW), "not_yet_valid");
	ck_assert_int_eq(verdict(NOW + 60), PASPW_ACCEPTED);
	ck_assert_int_eq(verdict(NOW + 120), PASPW_NO_LONGER_VALID);
	ck_assert_str_eq(account_state(&policy, &row, NOW + 120), "expired");
}
END_TEST

START_TEST(key_login_is_not_bound_by_expiry_but_by_the_rest)
{
	int64_t late = NOW + 300 * DAY;

	login.without_password = true;
	ck_assert_int_eq(verdict(late), PASPW_ACCEPTED);
	row.must_change = true;
	ck_assert_int_eq(verdict(late), PASPW_ACCEPTED);
	policy.expire_keys = 1;
	ck_assert_int_eq(verdict(late), PASPW_CHANGE_REQUIRED);
	row.valid_until = NOW;
	ck_assert_int_eq(verdict(late), PASPW_NO_LONGER_VALID);
	account_close(&row, NOW);
	ck_assert_int_eq(verdict(late), PASPW_CLOSED);
}
END_TEST

static void
lock_by_failures(void)
{
	row.locked_at = NOW;
	row.lock_reason = LOCK_FAILURES;
}

static const struct lock_case {
	const char *description;
	int reason;
	const char *service;
	bool key;
	int blocks;
	enum paspw_verdict verdict;
} lock_cases[] = {
	{ "failures stop passwords", LOCK_FAILURES, "sshd", false,
	    LOCK_BLOCKS_ACCOUNT, PASPW_LOCKED },
	{ "failures stop keys too", LOCK_FAILURES, "sshd", true,
	    LOCK_BLOCKS_ACCOUNT, PASPW_LOCKED },
	{ "lock_blocks = password lets keys in", LOCK_FAILURES, "sshd", true,
	    LOCK_BLOCKS_PASSWORD, PASPW_ACCEPTED },
	{ "lock_blocks = password stops passwords", LOCK_FAILURES, "sshd",
	    false, LOCK_BLOCKS_PASSWORD, PASPW_LOCKED },
	{ "cron jobs still run", LOCK_FAILURES, "cron", false,
	    LOCK_BLOCKS_ACCOUNT, PASPW_ACCEPTED },
	{ "an admin stops cron", LOCK_ADMIN, "cron", false,
	    LOCK_BLOCKS_ACCOUNT, PASPW_LOCKED },
	{ "an admin stops keys", LOCK_ADMIN, "sshd", true,
	    LOCK_BLOCKS_PASSWORD, PASPW_LOCKED },
};

START_TEST(locks_bind_whom_they_should)
{
	const struct lock_case *c = &lock_cases[_i];

	lock_by_failures();
	row.lock_reason = c->reason;
	policy.lock_blocks = c->blocks;
	login = (struct account_login){ c->service, c->key };
	ck_assert_msg(verdict(NOW) == c->verdict, "%s: %s", c->description,
	    paspw_verdict_name(verdict(NOW)));
	ck_assert_str_eq(account_state(&policy, &row, NOW), "locked");
}
END_TEST

START_TEST(closed_comes_before_locked)
{
	lock_by_failures();
	account_close(&row, NOW);
	ck_assert_int_eq(verdict(NOW), PASPW_CLOSED);
	ck_assert_str_eq(account_state(&policy, &row, NOW), "closed");
	ck_assert_str_eq(row.hash, "");
	ck_assert_str_eq(row.history_setting, "");
	login.service = "cron";
	ck_assert_int_eq(verdict(NOW), PASPW_CLOSED);
}
END_TEST

START_TEST(too_soon_unless_it_must_be_changed)
{
	policy.min_age = (struct span){ SPAN_SECONDS, DAY };
	ck_assert_int_eq(account_change_verdict(&policy, &row, NOW),
	    PASPW_TOO_SOON);
	ck_assert_int_eq(account_change_verdict(&policy, &row, NOW + DAY),
	    PASPW_ACCEPTED);
	row.must_change = true;
	ck_assert_int_eq(account_change_verdict(&policy, &row, NOW),
	    PASPW_ACCEPTED);
}
END_TEST

START_TEST(change_drops_the_tries_under_way)
{
	struct lockout_step step;

	lockout_begin(&policy, &row, 7, false, NOW, &step);
	account_changed(&row, "$y$other", NOW);
	lockout_settle(&policy, &row, 7, true, false, NOW, &step);
	ck_assert(!step.answered);
	ck_assert_int_eq(row.failed.count, 0);
}
END_TEST

START_TEST(kinds_have_words)
{
	for (int kind = KIND_PERSON; kind <= KIND_EMERGENCY; kind++)
		ck_assert_int_eq(account_kind_find(account_kind_name(kind)),
		    kind);
	ck_assert_int_eq(account_kind_find("robot"), -1);
	ck_assert_str_eq(account_kind_name(99), "");
	ck_assert_str_eq(account_lock_name(LOCK_FAILURES), "failures");
	ck_assert_str_eq(account_lock_name(LOCK_ADMIN), "admin");
}
END_TEST

START_TEST(dates_go_forward)
{
	ck_assert(account_dates_ok(0, 0));
	ck_assert(account_dates_ok(5, 0));
	ck_assert(account_dates_ok(0, 5));
	ck_assert(account_dates_ok(5, 6));
	ck_assert(!account_dates_ok(5, 5));
	ck_assert(!account_dates_ok(6, 5));
	ck_assert(!account_dates_ok(-1, 5));
	ck_assert(!account_dates_ok(0, -1));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("account");
	TCase *tc = tcase_create("account");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, new_rows_differ);
	tcase_add_test(tc, expires_after_four_calendar_months);
	tcase_add_test(tc, clock_set_back_revives_nothing);
	tcase_add_test(tc, what_is_over_again_is_seen_again);
	tcase_add_test(tc,
	    wrong_clock_is_told_once_and_expires_nothing_for_good);
	tcase_add_test(tc, causes_are_all_told_in_order);
	tcase_add_test(tc, issued_password_is_one_cause);
	tcase_add_test(tc, close_leaves_no_credential_and_keeps_its_date);
	tcase_add_test(tc, longer_max_age_frees_what_was_seen_as_expired);
	tcase_add_test(tc, change_date_from_the_future_is_expired);
	tcase_add_test(tc, issued_password_must_be_changed_within_a_day);
	tcase_add_test(tc, issued_password_lives_on_where_policy_says);
	tcase_add_test(tc, validity_to_the_second);
	tcase_add_test(tc, key_login_is_not_bound_by_expiry_but_by_the_rest);
	tcase_add_loop_test(tc, locks_bind_whom_they_should, 0,
	    (int)(sizeof(lock_cases) / sizeof(lock_cases[0])));
	tcase_add_test(tc, closed_comes_before_locked);
	tcase_add_test(tc, too_soon_unless_it_must_be_changed);
	tcase_add_test(tc, change_drops_the_tries_under_way);
	tcase_add_test(tc, kinds_have_words);
	tcase_add_test(tc, dates_go_forward);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
