/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "import_samples.h"

#define DAY ((int64_t)24 * 60 * 60)
#define TAIL ":20000:0:99999:7:::"

static struct import_shadow parsed;

static const char *
parse(const char *line)
{
	return import_shadow(line, strlen(line), &parsed);
}

static const struct {
	const char *what;
	const char *line;
	const char *name, *hash;
	bool locked;
	int64_t day, until;
} good[] = {
	{ "a hash", "alice:" PRESENT_HASH TAIL, "alice", PRESENT_HASH, false,
	    20000, 0 },
	{ "locked", "alice:!" PRESENT_HASH TAIL, "alice", PRESENT_HASH, true,
	    20000, 0 },
	{ "locked twice", "alice:!!" PRESENT_HASH TAIL, "alice",
	    PRESENT_HASH, true, 20000, 0 },
	{ "a star", "daemon:*" TAIL, "daemon", "", false, 20000, 0 },
	{ "never set", "cloud:!" TAIL, "cloud", "", false, 20000, 0 },
	{ "never set, elsewhere", "cloud:!!" TAIL, "cloud", "", false, 20000,
	    0 },
	{ "locked without a hash of ours", "old:!" DES_HASH TAIL, "old", "",
	    true, 20000, 0 },
	{ "no aging", "alice:*:::::::", "alice", "", false, -1, 0 },
	{ "must change", "alice:*:0::::::", "alice", "", false, 0, 0 },
	{ "an end", "alice:*:1:::::30000:", "alice", "", false, 1,
	    30000 * DAY },
	{ "over since 1970", "alice:*:1:::::0:", "alice", "", false, 1, 1 },
	{ "a name in UTF-8", "\xc3\xa9ric:*:1::::::", "\xc3\xa9ric", "",
	    false, 1, 0 },
};

START_TEST(reads)
{
	const char *reason = parse(good[_i].line);

	ck_assert_msg(reason == NULL, "%s: %s", good[_i].what, reason);
	ck_assert_str_eq(parsed.name, good[_i].name);
	ck_assert_str_eq(parsed.hash, good[_i].hash);
	ck_assert_int_eq(parsed.locked, good[_i].locked);
	ck_assert_int_eq(parsed.changed_day, good[_i].day);
	ck_assert_int_eq(parsed.valid_until, good[_i].until);
}
END_TEST

static const struct {
	const char *line;
	const char *reason;	/* a part of it */
} bad[] = {
	{ "", "9 fields" },
	{ "alice", "9 fields" },
	{ "alice:" PRESENT_HASH ":20000", "9 fields" },
	{ "alice:*:1:::::::", "9 fields" },
	{ ":*" TAIL, "name" },
	{ "+:*" TAIL, "name" },
	{ "-alice:*" TAIL, "name" },
	{ "a/b:*" TAIL, "name" },
	{ "a\x1b[2Jb:*" TAIL, "name" },
	{ "a\xff:*" TAIL, "name" },
	{ "alice:" TAIL, "empty" },
	{ "alice:" DES_HASH TAIL, "DES" },
	{ "alice:_J9..salt12345678901" TAIL, "DES" },
	{ "alice:x" TAIL, "method" },
	{ "alice:$9$salt$abc" TAIL, "method" },
	{ "alice:$6$saltsalt$tooshort" TAIL, "method" },
	{ "alice:" PRESENT_HASH "x" TAIL, "method" },
	{ "alice: " PRESENT_HASH TAIL, "method" },
	{ "alice:*:-1::::::", "date of change" },
	{ "alice:*:1x::::::", "date of change" },
	{ "alice:*:99999999999999999999::::::", "date of change" },
	{ "alice:*:1:::::1e3:", "date of expiry" },
	{ "alice:*:1:::::9223372036854775807:", "date of expiry" },
};

START_TEST(refuses_with_a_reason)
{
	const char *reason = parse(bad[_i].line);

	ck_assert_msg(reason != NULL && strstr(reason, bad[_i].reason) !=
	    NULL, "%s: %s", bad[_i].line, reason);
	ck_assert_str_eq(parsed.hash, "");
}
END_TEST

START_TEST(refuses_what_would_hold_up_each_login)
{
	char hash[HASH_MAX];

	ck_assert_ptr_null(import_hash_fault(PRESENT_HASH));
	snprintf(hash, sizeof(hash), "$6$rounds=999999999$%s",
	    &PRESENT_HASH[strlen("$6$")]);
	ck_assert_ptr_nonnull(strstr(import_hash_fault(hash), "too much"));
	/* 2^32 is not none */
	snprintf(hash, sizeof(hash), "$6$rounds=4294967296$%s",
	    &PRESENT_HASH[strlen("$6$")]);
	ck_assert_ptr_nonnull(import_hash_fault(hash));
	ck_assert_ptr_nonnull(strstr(import_hash_fault(hash), "too much"));
	ck_assert_ptr_nonnull(strstr(import_hash_fault("$2b$31$"
	    "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde"),
	    "too much"));
}
END_TEST

START_TEST(nul_and_length_are_seen)
{
	char line[2 * HASH_MAX];

	ck_assert_ptr_nonnull(strstr(import_shadow("a\0b:*:::::::", 12,
	    &parsed), "NUL"));
	memset(line, 'a', sizeof(line));
	memcpy(line, "alice:", 6);
	memcpy(line + sizeof(line) - 7, ":::::::", 7);
	ck_assert_ptr_nonnull(strstr(import_shadow(line, sizeof(line),
	    &parsed), "longer"));
	memset(line, 'a', sizeof(line));
	memcpy(line + 300, ":*:::::::", 9);
	ck_assert_ptr_nonnull(strstr(import_shadow(line, 309, &parsed),
	    "name"));
}
END_TEST

/* Each cut and each flipped byte of a good line: an answer, never a hash that
 * is none. */
START_TEST(any_line_is_answered)
{
	static const char line[] = "alice:" PRESENT_HASH TAIL;
	char copy[sizeof(line)], *exact;
	size_t length = strlen(line);

	for (size_t i = 0; i < length; i++) {
		exact = malloc(i + 1);	/* so that a sanitizer sees the end */
		ck_assert_ptr_nonnull(exact);
		memcpy(exact, line, i);
		ck_assert_ptr_nonnull(import_shadow(exact, i, &parsed));
		free(exact);
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, line, sizeof(copy));
			copy[i] = (char)(copy[i] ^ (1 << bit));
			if (import_shadow(copy, length, &parsed) == NULL &&
			    parsed.hash[0] != '\0')
				ck_assert_ptr_null(import_hash_fault(
				    parsed.hash));
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("import_shadow");
	TCase *tc = tcase_create("import_shadow");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, reads, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tc, refuses_with_a_reason, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, refuses_what_would_hold_up_each_login);
	tcase_add_test(tc, nul_and_length_are_seen);
	tcase_add_test(tc, any_line_is_answered);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
