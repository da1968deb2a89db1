/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The import verbs and export on a real store. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../tree.h"
#include "import_samples.h"
#include "paspw.h"

#define NEXT "Turnip&84&velvet"
#define OTHER "Sphinx-9-quartz"
#define RECORD 64
#define FAILURES 5

static char directory[64], config[96];
static struct paspw *h;
static enum paspw_import outcome;
static enum paspw_verdict verdict;
static struct paspw_status *status;

static void
use_store(const char *name)
{
	FILE *f = fopen(config, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "[users]\nstore = sqlite:%s/%s/users.db\n"
	    "credentials = store\nhash_cost = 3\ndictionary = no\n"
	    "history = 2\nmax_age = never\nlock_after = %d\n"
	    "[admins]\nextends = users\nmembers = root\n"
	    "store = sqlite:%s/%s/admins.db\n", directory, name, FAILURES,
	    directory, name);
	ck_assert_int_eq(fclose(f), 0);
	paspw_close(&h);
	ck_assert_msg(paspw_open(&h, config, 0) == PASPW_OK, "%s",
	    paspw_detail(h));
	ck_assert_msg(paspw_init(h) == PASPW_OK, "%s", paspw_detail(h));
}

static void
setup(void)
{
	strcpy(directory, "/tmp/paspw-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(config, sizeof(config), "%s/paspw.conf", directory);
	use_store("one");
}

static void
teardown(void)
{
	paspw_status_free(&status);
	paspw_close(&h);
	tree_remove(directory);
}

static void
shadow(const char *line, enum paspw_import expected)
{
	ck_assert_int_eq(paspw_import_shadow(h, line, strlen(line),
	    &outcome), PASPW_OK);
	ck_assert_msg(outcome == expected, "%s", paspw_detail(h));
}

static void
opasswd(const char *line, enum paspw_import expected)
{
	ck_assert_int_eq(paspw_import_opasswd(h, line, strlen(line),
	    &outcome), PASPW_OK);
	ck_assert_msg(outcome == expected, "%s", paspw_detail(h));
}

static void
look(const char *user)
{
	paspw_status_free(&status);
	ck_assert_msg(paspw_status(h, user, &status) == PASPW_OK, "%s",
	    paspw_detail(h));
}

static enum paspw_verdict
authenticate(const char *user, const char *password)
{
	ck_assert_int_eq(paspw_authenticate(h, user, password,
	    strlen(password), &verdict), PASPW_OK);
	return verdict;
}

static enum paspw_verdict
change(const char *user, const char *old, const char *new)
{
	ck_assert_int_eq(paspw_change(h, user, old, strlen(old), new,
	    strlen(new), NULL, &verdict), PASPW_OK);
	return verdict;
}

static int
count_import(const struct paspw_event *event, void *arg)
{
	if (strcmp(event->kind, "import") == 0)
		++*(int *)arg;
	return 0;
}

static int
events(const char *user)
{
	int n = 0;

	ck_assert_int_eq(paspw_audit_each(h, user, 0, count_import, &n),
	    PASPW_OK);
	return n;
}

START_TEST(shadow_comes_over_once)
{
	shadow("alice:" PRESENT_HASH ":20000:0:99999:7::21900:",
	    PASPW_IMPORT_DONE);
	ck_assert_str_eq(paspw_detail(h), "");
	look("alice");
	ck_assert_int_eq(status->changed_at, INT64_C(20000) * 86400);
	ck_assert_int_eq(status->valid_until, INT64_C(21900) * 86400);
	ck_assert_str_eq(status->hash_method, "sha512crypt");
	ck_assert_int_eq(authenticate("alice", PRESENT), PASPW_ACCEPTED);
	/* also when a login has replaced the hash by a stronger one */
	shadow("alice:" PRESENT_HASH ":20000:0:99999:7::21900:",
	    PASPW_IMPORT_UNCHANGED);
	ck_assert_int_eq(events("alice"), 1);
}
END_TEST

START_TEST(what_was_changed_here_later_stays)
{
	shadow("alice:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	ck_assert_int_eq(change("alice", PRESENT, NEXT), PASPW_ACCEPTED);
	shadow("alice:" OLDER_HASH ":20001::::::", PASPW_IMPORT_SKIPPED);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "later"));
	ck_assert_int_eq(authenticate("alice", NEXT), PASPW_ACCEPTED);
	/* without a date nobody knows which one is newer */
	shadow("alice:" OLDER_HASH ":::::::", PASPW_IMPORT_SKIPPED);
	shadow("alice:*:20001::::::", PASPW_IMPORT_SKIPPED);
	ck_assert_int_eq(authenticate("alice", NEXT), PASPW_ACCEPTED);
}
END_TEST

START_TEST(what_was_changed_there_later_comes)
{
	shadow("alice:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	shadow("alice:" OLDER_HASH ":20001::::::", PASPW_IMPORT_DONE);
	ck_assert_int_eq(authenticate("alice", OLDER), PASPW_ACCEPTED);
	ck_assert_int_eq(change("alice", OLDER, PRESENT), PASPW_REUSED);
	/* but no later end than the one here */
	shadow("alan:" PRESENT_HASH ":20000:::::29900:", PASPW_IMPORT_DONE);
	shadow("alan:" OLDER_HASH ":20001:::::29901:", PASPW_IMPORT_DONE);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "another day"));
	look("alan");
	ck_assert_int_eq(status->valid_until, INT64_C(29900) * 86400);
	shadow("alan:" PRESENT_HASH ":20002:::::29899:", PASPW_IMPORT_DONE);
	look("alan");
	ck_assert_int_eq(status->valid_until, INT64_C(29899) * 86400);
}
END_TEST

START_TEST(a_lock_comes_over_and_no_unlock_is_undone)
{
	shadow("bob:!" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	look("bob");
	ck_assert_str_eq(status->lock_reason, "admin");
	ck_assert_int_ne(authenticate("bob", PRESENT), PASPW_ACCEPTED);
	shadow("bob:!" PRESENT_HASH ":20000::::::", PASPW_IMPORT_UNCHANGED);
	ck_assert_int_eq(paspw_unlock(h, "bob"), PASPW_OK);
	ck_assert_int_eq(authenticate("bob", PRESENT), PASPW_ACCEPTED);
	shadow("bob:!" PRESENT_HASH ":20000::::::", PASPW_IMPORT_SKIPPED);
	ck_assert_int_eq(authenticate("bob", PRESENT), PASPW_ACCEPTED);
	/* a lock over a hash that is no use to us */
	shadow("carl:!" DES_HASH ":20000::::::", PASPW_IMPORT_DONE);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "DES"));
	look("carl");
	ck_assert_str_eq(status->lock_reason, "admin");
	ck_assert_str_eq(status->hash_method, "");
}
END_TEST

START_TEST(closed_stays_closed)
{
	static const struct paspw_terms terms = { .owner = "Eve" };

	shadow("eve:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	ck_assert_int_eq(paspw_close_account(h, "eve"), PASPW_OK);
	shadow("eve:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_SKIPPED);
	opasswd("eve:1:1:" OLD_HASH, PASPW_IMPORT_SKIPPED);
	ck_assert_int_eq(paspw_import_terms(h, "eve", &terms, &outcome),
	    PASPW_OK);
	ck_assert_int_eq(outcome, PASPW_IMPORT_SKIPPED);
	look("eve");
	ck_assert_str_eq(status->state, "closed");
	ck_assert_str_eq(status->hash_method, "");
}
END_TEST

START_TEST(old_passwords_of_others_do_not_come_back)
{
	opasswd("alice:1000:1:" OLD_HASH, PASPW_IMPORT_SKIPPED);
	shadow("alice:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	opasswd("alice:1000:2:" OLDER_HASH "," OLD_HASH, PASPW_IMPORT_DONE);
	opasswd("alice:1000:2:" OLDER_HASH "," OLD_HASH,
	    PASPW_IMPORT_UNCHANGED);
	ck_assert_int_eq(events("alice"), 2);
	ck_assert_int_eq(change("alice", PRESENT, OLD), PASPW_REUSED);
	ck_assert_int_eq(change("alice", PRESENT, OLDER), PASPW_REUSED);
	ck_assert_int_eq(change("alice", PRESENT, NEXT), PASPW_ACCEPTED);
	/* history = 2: the oldest made room, the others did not */
	ck_assert_int_eq(change("alice", NEXT, PRESENT), PASPW_REUSED);
	ck_assert_int_eq(change("alice", NEXT, OLD), PASPW_REUSED);
	ck_assert_int_eq(change("alice", NEXT, OLDER), PASPW_ACCEPTED);
	/* what our own have replaced is not taken again */
	opasswd("alice:1000:2:" OLDER_HASH "," OLD_HASH,
	    PASPW_IMPORT_UNCHANGED);
}
END_TEST

START_TEST(old_passwords_are_taken_as_far_as_the_policy_looks)
{
	shadow("alice:*:20000::::::", PASPW_IMPORT_DONE);
	opasswd("alice:1:5:$1$a$5eLiKCEkkaMO9yRFbSZC3/,"
	    "$1$b$5eLiKCEkkaMO9yRFbSZC3/," OLDER_HASH ","
	    "$1$c$5eLiKCEkkaMO9yRFbSZC3/," OLD_HASH, PASPW_IMPORT_DONE);
	ck_assert_int_eq(paspw_reset(h, "alice", OLD, strlen(OLD), NULL,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REUSED);
	ck_assert_int_eq(paspw_reset(h, "alice", OLDER, strlen(OLDER), NULL,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REUSED);
}
END_TEST

/* count valid records, the newest of a minute ago */
static void
tally(unsigned char *to, int count)
{
	uint64_t now = (uint64_t)time(NULL) - 60;
	uint16_t valid = 1;

	memset(to, 0, (size_t)count * RECORD);
	for (int i = 0; i < count; i++, now--, to += RECORD) {
		memcpy(to + 54, &valid, sizeof(valid));
		memcpy(to + 56, &now, sizeof(now));
	}
}

static void
faillock(const char *user, const void *bytes, int count,
    enum paspw_import expected)
{
	ck_assert_int_eq(paspw_import_faillock(h, user, bytes,
	    (size_t)count * RECORD, &outcome), PASPW_OK);
	ck_assert_msg(outcome == expected, "%s", paspw_detail(h));
}

START_TEST(failed_tries_count_and_lock)
{
	unsigned char records[RECORD * (FAILURES + 3)];

	tally(records, FAILURES + 3);
	faillock("alice", records, 1, PASPW_IMPORT_SKIPPED);
	shadow("alice:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	faillock("alice", records, FAILURES - 1, PASPW_IMPORT_DONE);
	look("alice");
	ck_assert_uint_eq(status->failures, FAILURES - 1);
	ck_assert_str_eq(status->lock_reason, "");
	faillock("alice", records, FAILURES - 1, PASPW_IMPORT_UNCHANGED);
	/* the one that was left is used up */
	ck_assert_int_eq(authenticate("alice", OTHER), PASPW_REFUSED);
	look("alice");
	ck_assert_str_eq(status->lock_reason, "failures");

	shadow("bob:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	faillock("bob", records, FAILURES + 3, PASPW_IMPORT_DONE);
	look("bob");
	ck_assert_uint_eq(status->failures, FAILURES);
	ck_assert_str_eq(status->lock_reason, "failures");
	ck_assert_int_eq(authenticate("bob", PRESENT), PASPW_LOCKED);
	/* forgiven is forgiven */
	ck_assert_int_eq(paspw_unlock(h, "bob"), PASPW_OK);
	faillock("bob", records, FAILURES + 3, PASPW_IMPORT_UNCHANGED);
	ck_assert_int_eq(authenticate("bob", PRESENT), PASPW_ACCEPTED);
}
END_TEST

START_TEST(failed_tries_of_the_future_and_of_nobody)
{
	unsigned char record[RECORD];
	uint64_t later = (uint64_t)time(NULL) + 3600;

	shadow("alice:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	tally(record, 1);
	memcpy(record + 56, &later, sizeof(later));
	faillock("alice", record, 1, PASPW_IMPORT_UNCHANGED);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "future"));
	faillock("a/b", record, 1, PASPW_IMPORT_SKIPPED);
	faillock("", record, 1, PASPW_IMPORT_SKIPPED);
}
END_TEST

START_TEST(terms_fill_what_is_not_set)
{
	struct paspw_terms terms = { .owner = "Zed", .kind = "service",
	    .valid_from = 1000, .valid_until = INT64_C(4000000000) };

	ck_assert_int_eq(paspw_import_terms(h, "zed", &terms, &outcome),
	    PASPW_OK);
	ck_assert_int_eq(outcome, PASPW_IMPORT_DONE);
	look("zed");
	ck_assert_str_eq(status->owner, "Zed");
	ck_assert_str_eq(status->kind, "service");
	ck_assert_str_eq(status->state, "change_required");
	ck_assert_int_eq(authenticate("zed", ""), PASPW_REFUSED);
	ck_assert_int_eq(paspw_import_terms(h, "zed", &terms, &outcome),
	    PASPW_OK);
	ck_assert_int_eq(outcome, PASPW_IMPORT_UNCHANGED);
	terms.owner = "Zoe";
	ck_assert_int_eq(paspw_import_terms(h, "zed", &terms, &outcome),
	    PASPW_OK);
	ck_assert_int_eq(outcome, PASPW_IMPORT_SKIPPED);
	terms.kind = "robot";
	ck_assert_int_eq(paspw_import_terms(h, "new", &terms, &outcome),
	    PASPW_OK);
	ck_assert_int_eq(outcome, PASPW_IMPORT_SKIPPED);
	ck_assert_int_eq(paspw_reset(h, "zed", NEXT, strlen(NEXT), NULL,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(authenticate("zed", NEXT), PASPW_ACCEPTED);
}
END_TEST

/* ---- Export and back ---- */

struct copy {
	int count;
	char text[4096];
	struct paspw *to;
};

/* Everything that a record says, as text. */
static int
describe(const struct paspw_record *r, void *arg)
{
	struct copy *copy = arg;
	size_t used = strlen(copy->text);

	copy->count++;
	used += (size_t)snprintf(copy->text + used, sizeof(copy->text) - used,
	    "%s %s %s %s %s %lld %lld %lld %s %lld %d %zu %zu %lld %s %lld\n",
	    r->account, r->realm, r->id, r->kind, r->owner,
	    (long long)r->created_at, (long long)r->valid_until,
	    (long long)r->closed_at, r->hash, (long long)r->changed_at,
	    r->must_change, r->history_count, r->failed_count,
	    (long long)r->locked_at, r->lock_reason,
	    (long long)r->last_success_at);
	for (size_t i = 0; i < r->history_count; i++)
		used += (size_t)snprintf(copy->text + used,
		    sizeof(copy->text) - used, "%s\n", r->history[i]);
	return 0;
}

static int
hand_over(const struct paspw_record *r, void *arg)
{
	struct copy *copy = arg;

	ck_assert_int_eq(paspw_import_record(copy->to, r, &outcome),
	    PASPW_OK);
	ck_assert_msg(outcome == (copy->count == 0 ? PASPW_IMPORT_DONE :
	    PASPW_IMPORT_UNCHANGED), "%s", paspw_detail(copy->to));
	return 0;
}

START_TEST(a_round_trip_loses_nothing)
{
	unsigned char records[RECORD * 2];
	struct copy copy = { 0 }, before = { 0 }, after = { 0 };
	struct paspw *from;

	shadow("alice:" PRESENT_HASH ":20000:::::30000:", PASPW_IMPORT_DONE);
	opasswd("alice:1:1:" OLD_HASH, PASPW_IMPORT_DONE);
	ck_assert_int_eq(change("alice", PRESENT, NEXT), PASPW_ACCEPTED);
	shadow("bob:!" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	tally(records, 2);
	faillock("bob", records, 2, PASPW_IMPORT_DONE);
	shadow("eve:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	ck_assert_int_eq(paspw_close_account(h, "eve"), PASPW_OK);
	shadow("root:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	ck_assert_int_eq(paspw_export(h, PASPW_WITH_HISTORY, describe,
	    &before), PASPW_OK);
	ck_assert_int_eq(before.count, 4);
	from = h;
	h = NULL;
	use_store("two");
	copy.to = h;
	ck_assert_int_eq(paspw_export(from, PASPW_WITH_HISTORY, hand_over,
	    &copy), PASPW_OK);
	ck_assert_int_eq(paspw_export(h, PASPW_WITH_HISTORY, describe,
	    &after), PASPW_OK);
	ck_assert_str_eq(before.text, after.text);
	/* once more changes nothing */
	copy.count = 1;
	ck_assert_int_eq(paspw_export(from, PASPW_WITH_HISTORY, hand_over,
	    &copy), PASPW_OK);
	paspw_close(&from);
	/* the history is at work there */
	ck_assert_int_eq(change("alice", NEXT, OLD), PASPW_REUSED);
	ck_assert_int_eq(change("alice", NEXT, PRESENT), PASPW_REUSED);
	ck_assert_int_eq(change("alice", NEXT, OTHER), PASPW_ACCEPTED);
}
END_TEST

START_TEST(without_its_history_a_record_has_none)
{
	struct copy copy = { 0 };

	shadow("alice:" PRESENT_HASH ":20000::::::", PASPW_IMPORT_DONE);
	ck_assert_int_eq(paspw_export(h, 0, describe, &copy), PASPW_OK);
	ck_assert_ptr_nonnull(strstr(copy.text, " 0 0 0 "));
	ck_assert_int_eq(paspw_export(h, ~0u, describe, &copy),
	    PASPW_ERR_INVALID);
}
END_TEST

static const struct {
	const char *what;
	struct paspw_record record;
} bad[] = {
	{ "nobody", { .realm = "users" } },
	{ "a path", { .account = "a/b" } },
	{ "an id", { .account = "a", .id = "zz" } },
	{ "nobody's id", { .account = "a",
	    .id = "00000000000000000000000000000000" } },
	{ "a kind", { .account = "a", .kind = "robot" } },
	{ "an owner", { .account = "a", .owner = "\x1b[2J" } },
	{ "a hash", { .account = "a", .hash = DES_HASH } },
	{ "a closed hash", { .account = "a", .hash = PRESENT_HASH,
	    .closed_at = 1 } },
	{ "a lock", { .account = "a", .lock_reason = "whim" } },
	{ "half a lock", { .account = "a", .lock_reason = "admin" } },
	{ "a time", { .account = "a", .changed_at = -1 } },
	{ "a count", { .account = "a", .failed_count = 101 } },
	{ "a history", { .account = "a", .history_count = 402 } },
	{ "a realm", { .account = "a", .realm = "nowhere" } },
};

START_TEST(no_record_of_ours)
{
	ck_assert_int_eq(paspw_import_record(h, &bad[_i].record, &outcome),
	    PASPW_OK);
	ck_assert_msg(outcome == PASPW_IMPORT_SKIPPED &&
	    paspw_detail(h)[0] != '\0', "%s", bad[_i].what);
	ck_assert_int_eq(paspw_status(h, "a", &status), PASPW_ERR_NOTFOUND);
}
END_TEST

START_TEST(an_id_that_is_taken_is_drawn_anew)
{
	struct paspw_record record = { .account = "a",
	    .id = "0123456789abcdef0123456789abcdef" };
	struct copy copy = { 0 };

	ck_assert_int_eq(paspw_import_record(h, &record, &outcome), PASPW_OK);
	ck_assert_int_eq(outcome, PASPW_IMPORT_DONE);
	record.account = "b";
	ck_assert_int_eq(paspw_import_record(h, &record, &outcome), PASPW_OK);
	ck_assert_int_eq(outcome, PASPW_IMPORT_DONE);
	ck_assert_int_eq(paspw_export(h, 0, describe, &copy), PASPW_OK);
	ck_assert_ptr_nonnull(strstr(copy.text, "a users 0123456789abcdef"));
	ck_assert_ptr_null(strstr(copy.text, "b users 0123456789abcdef"));
}
END_TEST

static int
stop(const struct paspw_record *record, void *arg)
{
	(void)record;
	++*(int *)arg;
	return 42;
}

START_TEST(export_stops_when_told)
{
	int n = 0;

	shadow("alice:*:20000::::::", PASPW_IMPORT_DONE);
	shadow("bob:*:20000::::::", PASPW_IMPORT_DONE);
	ck_assert_int_eq(paspw_export(h, 0, stop, &n), 42);
	ck_assert_int_eq(n, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("importer");
	TCase *tc = tcase_create("importer");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, shadow_comes_over_once);
	tcase_add_test(tc, what_was_changed_here_later_stays);
	tcase_add_test(tc, what_was_changed_there_later_comes);
	tcase_add_test(tc, a_lock_comes_over_and_no_unlock_is_undone);
	tcase_add_test(tc, closed_stays_closed);
	tcase_add_test(tc, old_passwords_of_others_do_not_come_back);
	tcase_add_test(tc,
	    old_passwords_are_taken_as_far_as_the_policy_looks);
	tcase_add_test(tc, failed_tries_count_and_lock);
	tcase_add_test(tc, failed_tries_of_the_future_and_of_nobody);
	tcase_add_test(tc, terms_fill_what_is_not_set);
	tcase_add_test(tc, a_round_trip_loses_nothing);
	tcase_add_test(tc, without_its_history_a_record_has_none);
	tcase_add_loop_test(tc, no_record_of_ours, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, an_id_that_is_taken_is_drawn_anew);
	tcase_add_test(tc, export_stops_when_told);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
