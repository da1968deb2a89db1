/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The verbs about a policy, on a real store. */

#include "policy/policy.h"
#include "realms.h"

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

static char other[96];

/* ---- Settings, compare, findings ---- */

struct seen {
	int count, matches;
	const char *realm, *setting, *word;	/* what is looked for */
};

static int
see_setting(const struct paspw_setting *s, void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	ck_assert_str_ne(s->type, "");
	ck_assert_str_ne(s->clauses, "");
	seen->matches += strcmp(s->name, "max_age") == 0 &&
	    strcmp(s->direction, "down") == 0 &&
	    strcmp(s->range, "1s to 100y, or never") == 0;
	return 0;
}

START_TEST(settings_explain_themselves)
{
	struct seen seen = { 0 };

	ck_assert_int_eq(paspw_setting_each(h, see_setting, &seen),
	    PASPW_OK);
	ck_assert_int_eq(seen.matches, 2);
	ck_assert_int_eq(seen.count, 2 * POLICY_SETTINGS);
}
END_TEST

static int
see_demand(const struct paspw_demand *d, void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	seen->matches += strcmp(d->realm, seen->realm) == 0 &&
	    strcmp(d->setting, seen->setting) == 0 &&
	    strcmp(d->answer, seen->word) == 0;
	return 0;
}

static int
stop(const struct paspw_demand *d, void *arg)
{
	(void)d;
	(void)arg;
	return 42;
}

START_TEST(compares_with_a_preset)
{
	struct seen users = { 0, 0, "users", "min_length", "missed" };
	struct seen outside = { 0, 0, "", "", "outside" };

	ck_assert_int_eq(paspw_policy_compare(h, "anssi", see_demand,
	    &users), PASPW_OK);
	ck_assert_int_eq(users.matches, 1);
	ck_assert_int_eq(paspw_policy_compare(h, "anssi", see_demand,
	    &outside), PASPW_OK);
	ck_assert_int_eq(outside.matches, 1);
	ck_assert_int_eq(paspw_policy_compare(h, "anssi", stop, NULL), 42);
	ck_assert_int_eq(paspw_policy_compare(h, "stig", see_demand, &users),
	    PASPW_ERR_NOTFOUND);
	ck_assert_int_eq(paspw_policy_compare(h, NULL, see_demand, &users),
	    PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_policy_compare(h, "pas", NULL, NULL),
	    PASPW_ERR_INVALID);
}
END_TEST

static int
see_finding(const struct paspw_finding *f, void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	seen->matches += strcmp(f->setting, seen->setting) == 0 &&
	    strstr(f->origin, seen->word) != NULL;
	return 0;
}

START_TEST(finds_what_is_unwise)
{
	struct seen seen = { 0, 0, "", "hash_cost", "paspw.conf:4" };

	ck_assert_int_eq(paspw_policy_findings(h, see_finding, &seen),
	    PASPW_OK);
	ck_assert_int_eq(seen.matches, 2);
	ck_assert_int_eq(paspw_policy_findings(h, NULL, NULL),
	    PASPW_ERR_INVALID);
}
END_TEST

/* ---- Diff ---- */

struct difference {
	char changes[1024];
	struct paspw_policy_effect users, admins;
};

static int
see_change(const struct paspw_policy_change *c, void *arg)
{
	struct difference *d = arg;
	size_t used = strlen(d->changes);

	snprintf(d->changes + used, sizeof(d->changes) - used,
	    "%s.%s %s>%s %s\n", c->realm, c->setting, c->before, c->after,
	    c->effect);
	return 0;
}

static int
see_effect(const struct paspw_policy_effect *e, void *arg)
{
	struct difference *d = arg;

	*(strcmp(e->realm, "users") == 0 ? &d->users : &d->admins) = *e;
	return 0;
}

static struct difference
diff(const char *cost, const char *settings)
{
	struct difference d = { .changes = "" };

	snprintf(other, sizeof(other), "%s/other.conf", directory);
	write_config(other, cost, settings);
	ck_assert_msg(paspw_policy_diff(h, other, see_change, see_effect,
	    &d) == PASPW_OK, "%s", paspw_detail(h));
	return d;
}

START_TEST(the_same_file_changes_nothing)
{
	struct difference d;

	settled("alice");
	d = diff("3", "");
	ck_assert_str_eq(d.changes, "");
	ck_assert_uint_eq(d.users.accounts, 1);
	ck_assert_uint_eq(d.admins.accounts, 0);
	ck_assert_uint_eq(d.users.expire + d.users.revive + d.users.lock +
	    d.users.free + d.users.change + d.users.rehash + d.users.move,
	    0);
}
END_TEST

START_TEST(tells_the_direction_of_each_change)
{
	struct difference d = diff("4", "lock_after = 6\nlanguage = fr\n"
	    "require = upper\n[acme]\nstore = sqlite:/nowhere\n");

	ck_assert_ptr_nonnull(strstr(d.changes,
	    "users.lock_after 5>6 weaker\n"));
	ck_assert_ptr_nonnull(strstr(d.changes,
	    "users.hash_cost 3>4 stricter\n"));
	ck_assert_ptr_nonnull(strstr(d.changes, "users.language >fr "
	    "changed\n"));
	/* neither stricter nor weaker: a letter less, a capital more */
	ck_assert_ptr_nonnull(strstr(d.changes, "users.require "
	    "letter digit symbol>upper changed\n"));
	ck_assert_ptr_nonnull(strstr(d.changes,
	    "admins.hash_cost 3>4 stricter\n"));
	ck_assert_ptr_nonnull(strstr(d.changes, "acme. > added\n"));
}
END_TEST

START_TEST(counts_whom_it_would_hit)
{
	struct difference d;

	settled("alice");
	settled("bob");
	settled("carol");
	ck_assert_int_eq(paspw_close_account(h, "carol"), PASPW_OK);
	ck_assert_int_eq(paspw_add(h, "dave", FIRST, strlen(FIRST), NULL,
	    NULL, &verdict), PASPW_OK);
	for (int i = 0; i < 3; i++)
		authenticate("bob", FIRST);
	sleep(2);
	d = diff("4", "max_age = 1s\nlock_after = 3\n");
	ck_assert_uint_eq(d.users.accounts, 3);
	ck_assert_uint_eq(d.users.expire, 3);
	ck_assert_uint_eq(d.users.lock, 1);
	/* alice; bob will be locked, dave must do so anyway */
	ck_assert_uint_eq(d.users.change, 1);
	ck_assert_uint_eq(d.users.rehash, 3);
	ck_assert_uint_eq(d.users.free + d.users.revive + d.users.move, 0);
	/* and nothing was done to them */
	authenticate("bob", SECOND);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_uint_eq(cost_of("alice"), 3);
}
END_TEST

START_TEST(counts_whom_it_would_free)
{
	struct difference d;

	reopen("3", "max_age = 1s\n");
	settled("alice");
	for (int i = 0; i < 5; i++)
		authenticate("alice", FIRST);
	sleep(2);
	d = diff("3", "unlock_after = 1s\n");
	ck_assert_uint_eq(d.users.free, 1);
	ck_assert_uint_eq(d.users.revive, 1);
	ck_assert_uint_eq(d.users.lock + d.users.expire + d.users.change, 0);
	/* an admin's lock is not ended by time */
	ck_assert_int_eq(paspw_lock(h, "alice"), PASPW_OK);
	d = diff("3", "unlock_after = 1s\n");
	ck_assert_uint_eq(d.users.free, 0);
}
END_TEST

START_TEST(sees_who_would_be_looked_for_elsewhere)
{
	struct difference d;

	settled("alice");
	settled("bob");
	d = diff("3", "[acme]\nextends = users\nmembers = bob\n"
	    "store = sqlite:/nowhere\n");
	ck_assert_uint_eq(d.users.accounts, 2);
	ck_assert_uint_eq(d.users.move, 1);
}
END_TEST

START_TEST(refuses_a_broken_file_with_every_fault)
{
	struct difference d = { .changes = "" };

	snprintf(other, sizeof(other), "%s/other.conf", directory);
	write_config(other, "3", "max_agee = 1d\nhistory = many\n");
	ck_assert_int_eq(paspw_policy_diff(h, other, see_change, see_effect,
	    &d), PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), ":6: max_agee: "));
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), ":7: history: "));
	ck_assert_str_eq(d.changes, "");
	ck_assert_int_eq(paspw_policy_diff(h, NULL, see_change, see_effect,
	    &d), PASPW_ERR_INVALID);
	/* and the handle is as good as before */
	ck_assert_int_eq(paspw_init(h), PASPW_OK);
}
END_TEST

/* ---- Bench ---- */

START_TEST(measures_a_hash)
{
	struct paspw_bench cheap, dear;

	ck_assert_int_eq(paspw_policy_bench(h, "yescrypt", 3, &cheap),
	    PASPW_OK);
	ck_assert_int_eq(paspw_policy_bench(h, "scrypt", 6, &dear),
	    PASPW_OK);
	ck_assert_uint_eq(cheap.memory, 4 << 20);
	ck_assert_uint_eq(dear.memory, 32 << 20);
	ck_assert(cheap.milliseconds > 0);
	ck_assert(dear.milliseconds > cheap.milliseconds);
	ck_assert_uint_gt(cheap.logins, dear.logins);
}
END_TEST

static const struct unmeasurable {
	const char *method;
	unsigned cost;
} unmeasurables[] = {
	{ "yescrypt", 2 }, { "yescrypt", 12 }, { "scrypt", 5 },
	{ "md5", 5 }, { "", 5 }, { NULL, 5 }
};

START_TEST(measures_nothing_else)
{
	const struct unmeasurable *u = &unmeasurables[_i];
	struct paspw_bench bench = { .memory = 1 };

	ck_assert_int_eq(paspw_policy_bench(h, u->method, u->cost, &bench),
	    PASPW_ERR_INVALID);
	ck_assert_uint_eq(bench.memory, 0);
}
END_TEST

static void
add_policy_cases(TCase *tc)
{
	tcase_add_test(tc, settings_explain_themselves);
	tcase_add_test(tc, compares_with_a_preset);
	tcase_add_test(tc, finds_what_is_unwise);
	tcase_add_test(tc, the_same_file_changes_nothing);
	tcase_add_test(tc, tells_the_direction_of_each_change);
	tcase_add_test(tc, counts_whom_it_would_hit);
	tcase_add_test(tc, counts_whom_it_would_free);
	tcase_add_test(tc, sees_who_would_be_looked_for_elsewhere);
	tcase_add_test(tc, refuses_a_broken_file_with_every_fault);
	tcase_add_test(tc, measures_a_hash);
	tcase_add_loop_test(tc, measures_nothing_else, 0,
	    ROWS(unmeasurables));
}

int
main(void)
{
	Suite *suite = suite_create("paspw_policy");
	TCase *tc = tcase_create("policy");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	add_policy_cases(tc);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
