/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The public verbs on a real store. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tree.h"
#include "paspw.h"

#define FIRST "Wagon-7-ivory"
#define SECOND "Sphinx-9-quartz"
#define THIRD "Turnip&84&velvet"

static char directory[64], config[96];
static struct paspw *h;
static enum paspw_verdict verdict;
static struct paspw_report *report;

static void
write_config(const char *settings)
{
	FILE *f = fopen(config, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "[users]\nstore = sqlite:%s/store/users.db\n"
	    "credentials = store\nhash_cost = 3\ndictionary = no\n%s"
	    "[admins]\nextends = users\nmembers = paul\nmin_length = 10\n"
	    "store = sqlite:%s/store/admins.db\n", directory, settings,
	    directory);
	ck_assert_int_eq(fclose(f), 0);
}

static void
reopen(void)
{
	paspw_close(&h);
	ck_assert_msg(paspw_open(&h, config, 0) == PASPW_OK, "%s",
	    paspw_detail(h));
}

static void
setup(void)
{
	strcpy(directory, "/tmp/paspw-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(config, sizeof(config), "%s/paspw.conf", directory);
	write_config("");
	reopen();
	ck_assert_msg(paspw_init(h) == PASPW_OK, "%s", paspw_detail(h));
}

static void
teardown(void)
{
	paspw_report_free(&report);
	paspw_close(&h);
	tree_remove(directory);
}

static int
add(const char *user, const char *password)
{
	paspw_report_free(&report);
	return paspw_add(h, user, password, strlen(password), NULL, &report,
	    &verdict);
}

static int
authenticate(const char *user, const char *password)
{
	return paspw_authenticate(h, user, password, strlen(password),
	    &verdict);
}

static int
change(const char *user, const char *old, const char *new)
{
	paspw_report_free(&report);
	return paspw_change(h, user, old, strlen(old), new, strlen(new),
	    &report, &verdict);
}

static enum paspw_verdict
account(const char *user)
{
	enum paspw_verdict v = PASPW_REFUSED;

	ck_assert_int_eq(paspw_account_verdict(h, user, 0, &v, NULL),
	    PASPW_OK);
	return v;
}

/* An account that is past its first change. */
static void
settled(const char *user)
{
	ck_assert_int_eq(add(user, FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(change(user, FIRST, SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}

START_TEST(first_login_must_change)
{
	ck_assert_int_eq(add("alice", FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(authenticate("alice", FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(account("alice"), PASPW_CHANGE_REQUIRED);
	/* never reusable as the new one */
	ck_assert_int_eq(change("alice", FIRST, FIRST), PASPW_OK);
	ck_assert_int_ne(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(account("alice"), PASPW_CHANGE_REQUIRED);
	ck_assert_int_eq(change("alice", FIRST, SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(account("alice"), PASPW_ACCEPTED);
	ck_assert_int_eq(authenticate("alice", FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
}
END_TEST

START_TEST(none_of_the_last_five_comes_back)
{
	static const char *const next[] = {
		"Kelp 31 granite", "omelet/Fjord/55", "8 Pliers & wax",
		"Tundra=cabbage=2", "myrtle 4 Anvil"
	};
	const char *old = SECOND;

	settled("alice");
	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		ck_assert_int_eq(change("alice", old, SECOND), PASPW_OK);
		ck_assert_int_ne(verdict, PASPW_ACCEPTED);
		ck_assert_int_eq(change("alice", old, next[i]), PASPW_OK);
		ck_assert_msg(verdict == PASPW_ACCEPTED, "%s: %s", next[i],
		    paspw_report_rule(report, 0));
		old = next[i];
	}
	/* the current one and the five before it: SECOND is the fifth */
	ck_assert_int_eq(change("alice", old, SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REUSED);
	ck_assert_uint_eq(paspw_report_count(report), 1);
	ck_assert_str_eq(paspw_report_rule(report, 0), "history");
	ck_assert_int_eq(change("alice", old, THIRD), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	/* one more, and it is forgotten */
	ck_assert_int_eq(change("alice", THIRD, SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}
END_TEST

START_TEST(five_failures_lock_until_unlock)
{
	struct paspw_status *status = NULL;

	settled("alice");
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(authenticate("alice", "wrong"), PASPW_OK);
		ck_assert_int_eq(verdict, PASPW_REFUSED);
	}
	ck_assert_int_eq(authenticate("alice", SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_LOCKED);
	ck_assert_int_eq(account("alice"), PASPW_LOCKED);
	reopen();
	ck_assert_int_eq(paspw_status(h, "alice", &status), PASPW_OK);
	ck_assert_str_eq(status->state, "locked");
	ck_assert_str_eq(status->lock_reason, "failures");
	ck_assert_int_eq(status->failures, 5);
	ck_assert_int_eq(status->pending, 0);
	ck_assert_int_eq(status->locked_until, 0);
	ck_assert_str_eq(status->hash_method, "yescrypt");
	ck_assert_int_eq(status->hash_cost, 3);
	paspw_status_free(&status);
	ck_assert_int_eq(paspw_unlock(h, "alice"), PASPW_OK);
	ck_assert_int_eq(authenticate("alice", SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}
END_TEST

START_TEST(failures_lock_root_only_with_lock_root)
{
	write_config("first_login_change = no\n");
	reopen();
	ck_assert_int_eq(add("root", FIRST), PASPW_OK);
	for (int i = 0; i < 7; i++)
		ck_assert_int_eq(authenticate("root", "wrong"), PASPW_OK);
	ck_assert_int_eq(authenticate("root", FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	write_config("first_login_change = no\nlock_root = yes\n");
	reopen();
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(authenticate("root", "wrong"), PASPW_OK);
	ck_assert_int_eq(authenticate("root", FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_LOCKED);
}
END_TEST

START_TEST(strangers_are_refused_and_leave_no_row)
{
	struct paspw_status *status = NULL;

	ck_assert_int_eq(authenticate("nobody-here", FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_int_eq(paspw_status(h, "nobody-here", &status),
	    PASPW_ERR_NOTFOUND);
	ck_assert_ptr_null(status);
	ck_assert_int_eq(paspw_account_verdict(h, "nobody-here", 0, &verdict,
	    NULL), PASPW_ERR_NOTFOUND);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	/* a name that may be a password is not repeated */
	ck_assert_ptr_null(strstr(paspw_detail(h), "nobody-here"));
}
END_TEST

static const char *const bad_names[] = {
	"", "a/b", "../etc", "a:b", "a\nb", "a\tb", " alice", "alice ",
	"\x1b[31m", "caf\xe9", "\xc2\x85"
};

START_TEST(bad_names_are_refused)
{
	ck_assert_int_eq(add(bad_names[_i], FIRST), PASPW_ERR_INVALID);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_int_eq(authenticate(bad_names[_i], FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
}
END_TEST

START_TEST(impossible_passwords_are_refused)
{
	char *long_one = malloc(10001);
	const char nul[] = "Sphinx\0009-quartz";

	ck_assert_ptr_nonnull(long_one);
	memset(long_one, 'x', 10000);
	long_one[10000] = '\0';
	settled("alice");
	ck_assert_int_eq(authenticate("alice", long_one), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_int_eq(paspw_authenticate(h, "alice", nul, sizeof(nul) - 1,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_int_eq(authenticate("alice", ""), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_int_eq(change("alice", SECOND, long_one), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_WEAK);
	ck_assert_int_eq(paspw_change(h, "alice", SECOND, strlen(SECOND), nul,
	    sizeof(nul) - 1, NULL, &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_WEAK);
	ck_assert_int_eq(change("alice", SECOND, "Caf\xe9-9-quartz"),
	    PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_WEAK);
	ck_assert_str_eq(paspw_report_rule(report, 0), "charset");
	free(long_one);
}
END_TEST

START_TEST(admins_need_ten_characters)
{
	const char *realm = NULL;

	ck_assert_int_eq(paspw_realm_of(h, "paul", &realm), PASPW_OK);
	ck_assert_str_eq(realm, "admins");
	ck_assert_int_eq(paspw_realm_of(h, "alice", &realm), PASPW_OK);
	ck_assert_str_eq(realm, "users");
	ck_assert_int_eq(add("paul", "Mo7-kelp!"), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_WEAK);
	ck_assert_str_eq(paspw_report_rule(report, 0), "min_length");
	ck_assert_int_eq(add("alice", "Mo7-kelp!"), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}
END_TEST

START_TEST(every_broken_rule_at_once)
{
	ck_assert_int_eq(paspw_check(h, NULL, NULL, 0, "abc", 3, &report),
	    PASPW_OK);
	ck_assert_uint_ge(paspw_report_count(report), 3);
	ck_assert_str_eq(paspw_report_rule(report, 0), "min_length");
	ck_assert_str_eq(paspw_report_rule(report, 1), "digit");
	ck_assert_str_eq(paspw_report_rule(report, 2), "symbol");
	ck_assert_ptr_null(paspw_report_rule(report, 99));
	for (size_t i = 0; i < paspw_report_count(report); i++)
		ck_assert_uint_gt(strlen(paspw_report_message(report, i)), 10);
}
END_TEST

START_TEST(closed_is_for_good)
{
	struct paspw_status *status = NULL;

	settled("alice");
	ck_assert_int_eq(paspw_close_account(h, "alice"), PASPW_OK);
	ck_assert_int_eq(authenticate("alice", SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_CLOSED);
	ck_assert_int_eq(account("alice"), PASPW_CLOSED);
	ck_assert_int_eq(add("alice", THIRD), PASPW_ERR_EXISTS);
	ck_assert_int_eq(paspw_reset(h, "alice", THIRD, strlen(THIRD), NULL,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_CLOSED);
	ck_assert_int_eq(paspw_status(h, "alice", &status), PASPW_OK);
	ck_assert_str_eq(status->hash_method, "");
	paspw_status_free(&status);
}
END_TEST

START_TEST(reset_is_temporary_and_joins_the_history)
{
	settled("alice");
	ck_assert_int_eq(paspw_reset(h, "alice", SECOND, strlen(SECOND),
	    NULL, &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REUSED);
	ck_assert_int_eq(paspw_reset(h, "alice", THIRD, strlen(THIRD), NULL,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(account("alice"), PASPW_CHANGE_REQUIRED);
	ck_assert_int_eq(change("alice", THIRD, FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REUSED);
}
END_TEST

START_TEST(min_age_keeps_the_history_from_being_flushed)
{
	settled("alice");
	write_config("min_age = 1d\n");
	reopen();
	ck_assert_int_eq(change("alice", SECOND, THIRD), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_TOO_SOON);
	ck_assert_str_eq(paspw_report_rule(report, 0), "min_age");
}
END_TEST

START_TEST(wrong_old_password_counts)
{
	struct paspw_status *status = NULL;

	settled("alice");
	ck_assert_int_eq(change("alice", "wrong", THIRD), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_int_eq(paspw_status(h, "alice", &status), PASPW_OK);
	ck_assert_int_eq(status->failures, 1);
	paspw_status_free(&status);
}
END_TEST

struct seen {
	int count;
	char kinds[512];
};

static int
see_event(const struct paspw_event *event, void *arg)
{
	struct seen *seen = arg;

	ck_assert_uint_eq(strlen(event->id), 32);
	ck_assert_str_eq(event->account, "alice");
	ck_assert_ptr_null(strstr(event->data, SECOND));
	strcat(seen->kinds, event->kind);
	strcat(seen->kinds, " ");
	seen->count++;
	return 0;
}

START_TEST(each_change_has_its_event)
{
	struct seen seen = { 0, "" };

	ck_assert_int_eq(paspw_set(h, PASPW_REASON, "test"), PASPW_OK);
	settled("alice");
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(authenticate("alice", "wrong"), PASPW_OK);
	ck_assert_int_eq(paspw_unlock(h, "alice"), PASPW_OK);
	ck_assert_int_eq(paspw_session(h, "alice", true), PASPW_OK);
	ck_assert_int_eq(paspw_session(h, "alice", false), PASPW_OK);
	ck_assert_int_eq(paspw_audit_each(h, "alice", 0, see_event, &seen),
	    PASPW_OK);
	ck_assert_str_eq(seen.kinds, "issue success change failure failure "
	    "failure failure failure lock refused_locked unlock login "
	    "logout ");
}
END_TEST

START_TEST(handle_does_not_cross_fork)
{
	int status = 0;
	pid_t pid;

	settled("alice");
	if ((pid = fork()) == 0) {
		int r = paspw_authenticate(h, "alice", SECOND,
		    strlen(SECOND), &verdict);

		_exit(r == PASPW_ERR_INVALID && verdict == PASPW_REFUSED ?
		    0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(authenticate("alice", SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}
END_TEST

START_TEST(broken_configuration_is_an_error)
{
	write_config("min_lenght = 8\n");
	paspw_close(&h);
	ck_assert_int_eq(paspw_open(&h, config, 0), PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "min_lenght"));
	ck_assert_int_eq(authenticate("alice", SECOND), PASPW_ERR_CONFIG);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	paspw_close(&h);
	ck_assert_int_eq(paspw_open(&h, "/nonexistent/paspw.conf", 0),
	    PASPW_ERR_CONFIG);
}
END_TEST

START_TEST(arguments_are_checked)
{
	struct paspw_attempt *attempt = NULL;
	struct paspw *other = h;

	ck_assert_int_eq(paspw_open(NULL, NULL, 0), PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_open(&other, config, 1u << 31),
	    PASPW_ERR_INVALID);
	ck_assert_ptr_null(other);
	ck_assert_int_eq(paspw_init(NULL), PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_attempt_begin(h, NULL, &attempt, &verdict),
	    PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_attempt_settle(h, &attempt, NULL, 0, &verdict),
	    PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_set(h, PASPW_RHOST, "a\nb"),
	    PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_set(h, PASPW_REALM, "nowhere"),
	    PASPW_ERR_NOTFOUND);
	paspw_attempt_free(NULL);
	paspw_close(NULL);
	paspw_report_free(NULL);
	paspw_status_free(NULL);
	ck_assert_str_eq(paspw_strerror(-5), paspw_strerror(
	    PASPW_ERR_INTERNAL));
	ck_assert_str_eq(paspw_verdict_name((enum paspw_verdict)77),
	    "refused");
}
END_TEST

static int
call_again(const struct paspw_status *status, void *arg)
{
	int *result = arg;

	*result = paspw_unlock(h, status->account);
	return 0;
}

START_TEST(callback_may_not_call_its_own_handle)
{
	int result = PASPW_OK;

	settled("alice");
	ck_assert_int_eq(paspw_each(h, call_again, &result), PASPW_OK);
	ck_assert_int_eq(result, PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_unlock(h, "alice"), PASPW_OK);
}
END_TEST

START_TEST(settling_without_verifying_is_no_success)
{
	const struct paspw_factor verified = { "password", PASPW_VERIFIED };
	struct paspw_attempt *attempt = NULL;

	settled("alice");
	ck_assert_int_eq(paspw_attempt_begin(h, "alice", &attempt, &verdict),
	    PASPW_OK);
	ck_assert_int_eq(paspw_attempt_settle(h, &attempt, &verified, 1,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_ptr_null(attempt);
	/* no factor at all is no success either */
	ck_assert_int_eq(paspw_attempt_begin(h, "alice", &attempt, &verdict),
	    PASPW_OK);
	ck_assert_int_eq(paspw_attempt_verify(h, attempt, SECOND,
	    strlen(SECOND)), PASPW_OK);
	ck_assert_int_eq(paspw_attempt_settle(h, &attempt, NULL, 0, &verdict),
	    PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
}
END_TEST

START_TEST(two_handles_in_one_process_share_a_store)
{
	struct paspw *other = NULL;

	settled("alice");
	ck_assert_int_eq(paspw_open(&other, config, 0), PASPW_OK);
	ck_assert_int_eq(paspw_authenticate(other, "alice", "wrong", 5,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(authenticate("alice", SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	paspw_close(&other);
	ck_assert_int_eq(authenticate("alice", SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("paspw");
	TCase *tc = tcase_create("paspw");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, first_login_must_change);
	tcase_add_test(tc, none_of_the_last_five_comes_back);
	tcase_add_test(tc, five_failures_lock_until_unlock);
	tcase_add_test(tc, failures_lock_root_only_with_lock_root);
	tcase_add_test(tc, strangers_are_refused_and_leave_no_row);
	tcase_add_loop_test(tc, bad_names_are_refused, 0,
	    (int)(sizeof(bad_names) / sizeof(bad_names[0])));
	tcase_add_test(tc, impossible_passwords_are_refused);
	tcase_add_test(tc, admins_need_ten_characters);
	tcase_add_test(tc, every_broken_rule_at_once);
	tcase_add_test(tc, closed_is_for_good);
	tcase_add_test(tc, reset_is_temporary_and_joins_the_history);
	tcase_add_test(tc, min_age_keeps_the_history_from_being_flushed);
	tcase_add_test(tc, wrong_old_password_counts);
	tcase_add_test(tc, each_change_has_its_event);
	tcase_add_test(tc, handle_does_not_cross_fork);
	tcase_add_test(tc, broken_configuration_is_an_error);
	tcase_add_test(tc, arguments_are_checked);
	tcase_add_test(tc, callback_may_not_call_its_own_handle);
	tcase_add_test(tc, settling_without_verifying_is_no_success);
	tcase_add_test(tc, two_handles_in_one_process_share_a_store);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
