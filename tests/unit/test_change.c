/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* What a change of password costs, and what the history keeps; linked with
 * --wrap=crypt_rn, which counts. */

#include "issued.h"

#include <crypt.h>

static int hashes;

char *__real_crypt_rn(const char *, const char *, void *, int);
char *__wrap_crypt_rn(const char *, const char *, void *, int);

char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	hashes++;
	return __real_crypt_rn(phrase, setting, data, size);
}

static const char *
password(int i)
{
	static char text[2][64];

	/* the digits differ enough for the rule `similar` */
	snprintf(text[i % 2], sizeof(text[0]), "%c%dkelp;%dTundra%d",
	    'a' + i % 26, 1009 * (i + 1), 7919 * (i + 1), 31 * (i + 1));
	return text[i % 2];
}

static const int lengths[] = { 0, 1, 5, 24 };

/* verify the old one + the whole history + the new one */
START_TEST(change_costs_three_hashes_however_long_the_history)
{
	char settings[32];
	int most = lengths[_i] + 3;

	snprintf(settings, sizeof(settings), "history = %d\n", lengths[_i]);
	configure(settings);
	ck_assert_int_eq(add("alice", password(0)), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	for (int i = 1; i < most; i++) {
		hashes = 0;
		ck_assert_int_eq(change("alice", password(i - 1),
		    password(i)), PASPW_OK);
		ck_assert_msg(verdict == PASPW_ACCEPTED, "%s: %s",
		    password(i), paspw_verdict_name(verdict));
		ck_assert_int_eq(hashes, 3);
	}
	/* the oldest one that is kept */
	hashes = 0;
	if (lengths[_i] > 0) {
		char old[64];

		strcpy(old, password(most - 1));
		ck_assert_int_eq(change("alice", old,
		    password(most - 1 - lengths[_i])), PASPW_OK);
		ck_assert_int_eq(verdict, PASPW_REUSED);
		ck_assert_int_eq(hashes, 2);
		ck_assert_int_eq(change("alice", old,
		    password(most - 2 - lengths[_i])), PASPW_OK);
		ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	}
}
END_TEST

START_TEST(lower_history_forgets_at_once)
{
	configure("history = 5\n");
	settled("alice");
	ck_assert_int_eq(change("alice", SECOND, THIRD), PASPW_OK);
	ck_assert_int_eq(change("alice", THIRD, FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_REUSED);
	configure("history = 1\n");
	ck_assert_int_eq(change("alice", THIRD, FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	/* and what was forgotten does not come back */
	configure("history = 5\n");
	ck_assert_int_eq(change("alice", FIRST, SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}
END_TEST

START_TEST(current_hash_has_a_salt_of_its_own)
{
	struct subject s;
	char setting[HASH_MAX], before[HASH_MAX];
	bool has = false;

	settled("alice");
	memset(&s, 0, sizeof(s));
	ck_assert_int_eq(handle_load(h, "alice", &s), PASPW_OK);
	ck_assert_int_eq(hash_setting_of(s.account.hash, before, &h->error),
	    PASPW_OK);
	ck_assert_str_ne(s.account.history_setting, before);
	ck_assert_int_eq(s.store->ops->history_has(s.store, s.account.id,
	    s.account.hash, 6, &has, &h->error), STORE_OK);
	ck_assert(!has);
	ck_assert_int_eq(change("alice", SECOND, THIRD), PASPW_OK);
	ck_assert_int_eq(handle_load(h, "alice", &s), PASPW_OK);
	ck_assert_int_eq(hash_setting_of(s.account.hash, setting, &h->error),
	    PASPW_OK);
	ck_assert_str_ne(setting, before);
	subject_wipe(&s);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("change");

	tcase_add_loop_test(tc,
	    change_costs_three_hashes_however_long_the_history, 0,
	    (int)(sizeof(lengths) / sizeof(lengths[0])));
	tcase_add_test(tc, lower_history_forgets_at_once);
	tcase_add_test(tc, current_hash_has_a_salt_of_its_own);
	return run_issued(suite_create("change"), tc);
}
