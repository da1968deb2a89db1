/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* opasswd: its lines, and what becomes of foreign hashes at a change. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "import/import.h"
#include "import_samples.h"

static struct import_opasswd parsed;
static struct policy policy;
static struct account alice;
static struct error e;

/* How many hashes were computed: linked with --wrap. */
static int computed;

char *__real_crypt_rn(const char *, const char *, void *, int);
char *__wrap_crypt_rn(const char *, const char *, void *, int);

char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	computed++;
	return __real_crypt_rn(phrase, setting, data, size);
}

static const char *
parse(const char *line)
{
	return import_opasswd(line, strlen(line), &parsed);
}

START_TEST(reads_what_pam_unix_and_pwhistory_write)
{
	ck_assert_ptr_null(parse("alice:1000:2:" OLDER_HASH "," OLD_HASH));
	ck_assert_str_eq(parsed.name, "alice");
	ck_assert_uint_eq(parsed.count, 2);
	ck_assert_str_eq(parsed.hashes[0], OLDER_HASH);
	ck_assert_str_eq(parsed.hashes[1], OLD_HASH);
	ck_assert_uint_eq(parsed.fault_count, 0);
	ck_assert_ptr_null(parse("alice:1000:0:"));
	ck_assert_uint_eq(parsed.count, 0);
	ck_assert_ptr_null(parse("alice:1000:9:," OLD_HASH ",,"));
	ck_assert_uint_eq(parsed.count, 1);
}
END_TEST

START_TEST(leaves_out_what_is_no_hash)
{
	ck_assert_ptr_null(parse("alice:1000:3:" DES_HASH "," OLD_HASH ",x"));
	ck_assert_uint_eq(parsed.count, 1);
	ck_assert_str_eq(parsed.hashes[0], OLD_HASH);
	ck_assert_uint_eq(parsed.fault_count, 2);
	ck_assert_ptr_nonnull(parsed.fault);
}
END_TEST

static const char *const bad[] = {
	"", "alice", "alice:1000:2", "alice:1000:2:a:b", "alice:x:2:",
	"alice:1000:x:", "alice::1:", "alice:1000::", ":1000:1:",
	"a/b:1000:1:", "alice:-1:1:", "alice:99999999999:1:"
};

START_TEST(refuses_other_lines)
{
	ck_assert_ptr_nonnull(parse(bad[_i]));
	ck_assert_uint_eq(parsed.count, 0);
}
END_TEST

START_TEST(keeps_the_newest_of_very_many)
{
	size_t most = POLICY_HISTORY_MAX + 5, used;
	char *line = malloc(most * sizeof(OLDER_HASH) + 1024);

	ck_assert_ptr_nonnull(line);
	used = (size_t)sprintf(line, "alice:1000:405:%s", OLD_HASH);
	for (size_t i = 1; i < most; i++)
		used += (size_t)sprintf(line + used, ",%s", OLDER_HASH);
	/* a hash longer than any, at the end */
	line[used++] = ',';
	memset(line + used, 'a', 2 * HASH_MAX);
	used += 2 * HASH_MAX;
	ck_assert_ptr_null(import_opasswd(line, used, &parsed));
	ck_assert_uint_eq(parsed.count, POLICY_HISTORY_MAX);
	ck_assert_str_eq(parsed.hashes[0], OLDER_HASH);
	ck_assert_uint_eq(parsed.fault_count, 1);
	line[10] = '\0';
	ck_assert_ptr_nonnull(strstr(import_opasswd(line, used, &parsed),
	    "NUL"));
	free(line);
}
END_TEST

/* ---- A history with foreign hashes in it ---- */

static const char *entries[4];
static enum store_answer answer;

static enum store_answer
fake_each(struct store *s, const unsigned char *account_id, int newest,
    store_digest_fn *fn, void *arg, int *stopped, struct error *error)
{
	(void)s;
	ck_assert_mem_eq(account_id, alice.id, ACCOUNT_ID_BYTES);
	*stopped = 0;
	for (int i = 0; i < newest && entries[i] != NULL; i++)
		(void)fn(entries[i], arg);
	if (answer == STORE_DOWN)
		error_set(error, PASPW_ERR_STORE, "down");
	return answer;
}

static const struct store_ops fake_ops = { .history_each = fake_each };
static struct store fake = { .ops = &fake_ops };

static void
setup(void)
{
	policy_standard(&policy, "users");
	policy.hash_cost = 3;
	ck_assert_int_eq(account_new(&alice, "alice", &policy, 1, &e),
	    PASPW_OK);
	memset(entries, 0, sizeof(entries));
	answer = STORE_OK;
}

static int
reused(const char *text, bool *yes)
{
	struct secret password = SECRET_EMPTY;
	int r;

	ck_assert(secret_set(&password, text, strlen(text)));
	computed = 0;
	r = history_foreign(&policy, &fake, &alice, &password, yes, &e);
	secret_wipe(&password);
	return r;
}

START_TEST(foreign_hashes_are_checked_one_by_one)
{
	bool yes = false;

	entries[0] = OLD_HASH;
	entries[1] = OLDER_HASH;
	ck_assert_int_eq(reused(OLDER, &yes), PASPW_OK);
	ck_assert(yes);
	ck_assert_int_eq(computed, 2);
	ck_assert_int_eq(reused("Turnip&84&velvet", &yes), PASPW_OK);
	ck_assert(!yes);
	ck_assert_int_eq(computed, 2);
}
END_TEST

START_TEST(ours_cost_no_hash_here)
{
	struct secret password = SECRET_EMPTY;
	char ours[HASH_MAX];
	bool yes = true;

	ck_assert(secret_set(&password, OLD, strlen(OLD)));
	ck_assert_int_eq(history_digest(&policy, &alice, &password, ours, &e),
	    PASPW_OK);
	secret_wipe(&password);
	entries[0] = ours;
	entries[1] = "no hash at all";
	ck_assert_int_eq(reused(OLD, &yes), PASPW_OK);
	ck_assert(!yes);
	ck_assert_int_eq(computed, 0);
}
END_TEST

START_TEST(store_that_is_down_is_an_error_not_a_no)
{
	bool yes = false;

	answer = STORE_DOWN;
	ck_assert_int_eq(reused(OLD, &yes), PASPW_ERR_STORE);
	ck_assert(yes);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("import_opasswd");
	TCase *tc = tcase_create("import_opasswd");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, reads_what_pam_unix_and_pwhistory_write);
	tcase_add_test(tc, leaves_out_what_is_no_hash);
	tcase_add_loop_test(tc, refuses_other_lines, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, keeps_the_newest_of_very_many);
	tcase_add_test(tc, foreign_hashes_are_checked_one_by_one);
	tcase_add_test(tc, ours_cost_no_hash_here);
	tcase_add_test(tc, store_that_is_down_is_an_error_not_a_no);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
