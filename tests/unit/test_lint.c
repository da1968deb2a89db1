/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policy/hash.h"
#include "policy/lint.h"

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))
#define GIGABYTE (UINT64_C(1) << 30)
#define PLENTY (64 * GIGABYTE)

static struct policy p;

static void
set(const char *name, const char *value)
{
	struct error e;

	ck_assert_ptr_nonnull(policy_setting_find(name));
	ck_assert_msg(policy_set(&p, policy_setting_find(name), value, &e) ==
	    PASPW_OK, "%s = %s: %s", name, value, e.text);
}

/* Findings about a setting of p, as a warning or as a conflict. */
static int
count(const char *setting, bool conflict, uint64_t memory)
{
	struct lint_finding f;
	size_t i = 0;
	int n = 0;

	while (lint_next(&p, memory, &i, &f)) {
		ck_assert_str_ne(f.message, "");
		ck_assert_str_ne(f.clauses, "");
		n += strcmp(f.setting->name, setting) == 0 &&
		    f.conflict == conflict;
	}
	return n;
}

/* nothing to say of this: every other case changes one value of it */
static void
blameless(void)
{
	policy_standard(&p, "users");
	set("require", "none");
	set("max_age", "never");
	set("min_age", "1d");
}

/* the last value that is blamed, and the first that is not */
static const struct row {
	const char *setting, *blamed, *fine;
	const char *about;
	bool conflict;
} rows[] = {
	{ "min_length", "7", "8", "min_length", false },
	{ "require", "digit", "none", "require", true },
	{ "min_classes", "1", "0", "require", true },
	{ "min_entropy", "1", "0", "require", true },
	{ "max_age", "100y", "never", "max_age", true },
	{ "min_age", "0", "1s", "history", false },
	{ "lock_after", "11", "10", "lock_after", false },
	{ "lock_blocks", "password", "account", "lock_blocks", false },
	{ "busy_wait", "29s", "30s", "busy_wait", false },
	{ "lock_root", "yes", "no", "lock_root", false },
	{ "tell_locked", "yes", "no", "tell_locked", false },
	{ "first_login_change", "no", "yes", "first_login_change", false },
	{ "temporary_valid", "never", "1y", "temporary_valid", false },
	{ "dictionary", "no", "yes", "dictionary", false },
	{ "hash_cost", "4", "5", "hash_cost", false },
	{ "audit_retention", "5mo", "6mo", "audit_retention", false },
	{ "audit_retention", "13mo", "12mo", "audit_retention", true },
	{ "audit_retention", "400d", "366d", "audit_retention", true }
};

START_TEST(blames)
{
	const struct row *r = &rows[_i];

	blameless();
	set(r->setting, r->blamed);
	ck_assert_msg(count(r->about, r->conflict, PLENTY) == 1,
	    "%s = %s", r->setting, r->blamed);
	set(r->setting, r->fine);
	ck_assert_msg(count(r->about, r->conflict, PLENTY) == 0, "%s = %s",
	    r->setting, r->fine);
}
END_TEST

START_TEST(is_silent_on_the_blameless)
{
	struct lint_finding f;
	size_t i = 0;

	blameless();
	ck_assert(!lint_next(&p, PLENTY, &i, &f));
	/* a lock that ends by itself may be root's too */
	set("lock_root", "yes");
	set("unlock_after", "15m");
	/* nothing is remembered, so nothing is cycled */
	set("min_age", "0");
	set("history", "0");
	i = 0;
	ck_assert(!lint_next(&p, PLENTY, &i, &f));
}
END_TEST

/* yescrypt 7 takes 64 MB: ten of them in half of 1280 */
START_TEST(weighs_the_memory)
{
	const uint64_t enough = UINT64_C(1280) << 20;

	blameless();
	ck_assert_uint_eq(hash_memory(&p), UINT64_C(64) << 20);
	ck_assert_uint_eq(lint_logins(&p, enough), LINT_LOGINS);
	ck_assert_int_eq(count("hash_cost", false, enough), 0);
	ck_assert_int_eq(count("hash_cost", false, enough - 1), 1);
	/* unknown is not too little */
	ck_assert_int_eq(count("hash_cost", false, 0), 0);
	set("hash_cost", "11");
	ck_assert_uint_eq(hash_memory(&p), GIGABYTE);
	ck_assert_int_eq(count("hash_cost", false, 19 * GIGABYTE), 1);
	ck_assert_int_eq(count("hash_cost", false, 20 * GIGABYTE), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lint");
	TCase *tc = tcase_create("lint");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, blames, 0, ROWS(rows));
	tcase_add_test(tc, is_silent_on_the_blameless);
	tcase_add_test(tc, weighs_the_memory);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
