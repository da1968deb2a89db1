/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/hash.h"

#define SALT_CHARACTERS 22	/* 128 bits, six in a character */

static struct error e;

static void
compute(const char *password, const char *setting, char *hash)
{
	struct secret s = SECRET_EMPTY;

	ck_assert(secret_set(&s, password, strlen(password)));
	ck_assert_msg(hash_compute(&s, setting, hash, &e) == PASPW_OK, "%s",
	    e.text);
	secret_wipe(&s);
}

/* Hashes of "secret", made by crypt(3); what a person may have in
 * /etc/shadow or import. */
static const struct known {
	const char *hash;
	const char *setting;
	const char *method;
	unsigned cost;
} known[] = {
	{ "$y$j9T$F5Jx5fExrKuPp53xLKQ..1"
	    "$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0",
	    "$y$j9T$F5Jx5fExrKuPp53xLKQ..1", "yescrypt", 5 },
	{ "$y$j7T$0123456789abcdefghijk/"
	    "$PsLe1rctlWOrzVW.yFkGFuyxJkBAiNJrB9zKSg/KFUC",
	    "$y$j7T$0123456789abcdefghijk/", "yescrypt", 3 },
	{ "$gy$j8T$F5Jx5fExrKuPp53xLKQ..1"
	    "$rCx.2vsDyuy4AJ6Glko9VSBpQwpdOQNfsmqhOfOEvOD",
	    "$gy$j8T$F5Jx5fExrKuPp53xLKQ..1", "gost-yescrypt", 4 },
	{ "$7$BU..../....SodiumChlorideSodium."
	    "$VvWa8GERyuvbk2K5532pcTykoxmHuE6t2xBZeC4Sg9D",
	    "$7$BU..../....SodiumChlorideSodium.", "scrypt", 6 },
	{ "$6$saltstring"
	    "$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTE"
	    "T5Ukw9Sf7eZTITsuk0Ry5qulYz.",
	    "$6$saltstring", "sha512crypt", 5000 },
	{ "$6$rounds=1400$anotherlongsalts"
	    "$Twf2eP6WMY29NT9yg1Nff0x6Ul/TWD9vkV2VVPyEX7uifmXI0FHGx3rX27t"
	    "tfZtfB9phxv3003yyBPq3nGFb8.",
	    "$6$rounds=1400$anotherlongsalts", "sha512crypt", 1400 },
	{ "$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.",
	    "$5$saltstring", "sha256crypt", 5000 },
	{ "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
	    "$2b$04$abcdefghijklmnopqrstuu", "bcrypt", 4 },
	{ "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
	    "$2y$05$abcdefghijklmnopqrstuu", "bcrypt", 5 },
	{ "$2a$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
	    "$2a$05$abcdefghijklmnopqrstuu", "bcrypt", 5 },
	{ "$1$saltsalt$9xy1btjgzLYfb7hivXtC//",
	    "$1$saltsalt", "md5crypt", 0 }
};

START_TEST(verifies_known_hash)
{
	const struct known *k = &known[_i];
	char setting[HASH_MAX], right[HASH_MAX], wrong[HASH_MAX];
	unsigned cost;

	ck_assert_int_eq(hash_setting_of(k->hash, setting, &e), PASPW_OK);
	ck_assert_str_eq(setting, k->setting);
	compute("secret", setting, right);
	ck_assert_str_eq(right, k->hash);
	ck_assert(hash_equal(right, k->hash));
	compute("Secret", setting, wrong);
	ck_assert(!hash_equal(wrong, k->hash));
	ck_assert_str_eq(hash_method(k->hash, &cost), k->method);
	ck_assert_uint_eq(cost, k->cost);
	compute("secret", k->hash, right);
	ck_assert(hash_equal(right, k->hash));
}
END_TEST

/* As much work, and never that hash. */
START_TEST(a_setting_like_another_has_its_method_and_cost)
{
	const struct known *k = &known[_i];
	char setting[HASH_MAX], again[HASH_MAX], hash[HASH_MAX];
	unsigned cost;

	ck_assert_int_eq(hash_setting_like(k->hash, setting, &e), PASPW_OK);
	ck_assert_uint_eq(strlen(setting), strlen(k->setting));
	ck_assert_int_eq(hash_setting_like(k->hash, again, &e), PASPW_OK);
	ck_assert_str_ne(setting, again);
	compute("secret", setting, hash);
	ck_assert_str_ne(hash, k->hash);
	ck_assert_str_eq(hash_method(hash, &cost), k->method);
	ck_assert_uint_eq(cost, k->cost);
}
END_TEST

/* Cut at any place, or with a foreign character anywhere in its digest, a
 * hash is none. */
START_TEST(refuses_mutilated_hash)
{
	const char *hash = known[_i].hash;
	size_t length = strlen(hash), head = strlen(known[_i].setting);
	char setting[HASH_MAX], bad[HASH_MAX];

	for (size_t i = 0; i < length; i++) {
		memcpy(bad, hash, i);
		bad[i] = '\0';
		/* a longer salt and a shorter digest look alike only when
		 * both end in the same alphabet, and never here */
		ck_assert_msg(hash_setting_of(bad, setting, &e) != PASPW_OK,
		    "cut at %zu: %s", i, bad);
		ck_assert_str_eq(setting, "*0");
		ck_assert(!hash_equal(bad, bad));
	}
	for (size_t i = head; i < length; i++) {
		memcpy(bad, hash, length + 1);
		bad[i] = ':';
		ck_assert(hash_setting_of(bad, setting, &e) != PASPW_OK);
		ck_assert(!hash_equal(bad, bad));
	}
}
END_TEST

static const struct field {
	const char *what;
	const char *text;
} no_hashes[] = {
	{ "empty", "" },
	{ "star", "*" },
	{ "never set", "!" },
	{ "never set, Red Hat", "!!" },
	{ "not a password", "!*" },
	{ "crypt's failure", "*0" },
	{ "crypt's other failure", "*1" },
	{ "placeholder of passwd", "x" },
	{ "plain text", "secret" },
	{ "DES", "abJnggxhB/yWI" },
	{ "BSDi DES", "_J9..CCCCXBrJUJV154M" },
	{ "NT", "$3$$8846f7eaee8fb117ad06bdd830b7586c" },
	{ "prefix only", "$y$" },
	{ "setting only", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1" },
	{ "unknown method", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA" },
	{ "no salt", "$y$j9T$$tnSYzkwR1SGlXBEvKOSCCH7TwPtWH7aUDC1IIrZbOR9" },
	{ "no parameters",
	    "$y$salt$tnSYzkwR1SGlXBEvKOSCCH7TwPtWH7aUDC1IIrZbOR9" },
	{ "salt with a foreign character",
	    "$5$salt!tring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi." },
	{ "rounds in place of a salt",
	    "$5$rounds=5000$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi." },
	{ "one field more",
	    "$y$j9T$a$b$tnSYzkwR1SGlXBEvKOSCCH7TwPtWH7aUDC1IIrZbOR9" },
	{ "scrypt with two salts, found by fuzzing",
	    "$7$BU..../....SodiumChloride.$VvWa8GERyuvbk2K5532pcTykoxmHuE6t2xB"
	    "ZeC4Sg9D$VvWa8GERyuvbk2K5532pcTykoxmHuE6t2xBZeC4Sg9D" },
	{ "sha with two salts",
	    "$5$a$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi." },
	{ "bcrypt without cost",
	    "$2b$xx$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzABCDE" },
	{ "locked",
	    "!$1$saltsalt$wa.Di5mZI58bLCS8ZGCBL/" }
};

START_TEST(equals_nothing)
{
	const struct field *f = &no_hashes[_i];
	char setting[HASH_MAX] = "before", hash[HASH_MAX] = "before";
	struct secret s = SECRET_EMPTY;
	unsigned cost = 1;

	ck_assert_msg(hash_setting_of(f->text, setting, &e) != PASPW_OK, "%s",
	    f->what);
	ck_assert_str_eq(setting, "*0");
	ck_assert_msg(!hash_equal(f->text, f->text), "%s", f->what);
	ck_assert_str_eq(hash_method(f->text, &cost), "");
	ck_assert_uint_eq(cost, 0);
	/* nor may its setting be used by mistake */
	ck_assert(secret_set(&s, "secret", 6));
	ck_assert(hash_compute(&s, setting, hash, &e) != PASPW_OK);
	ck_assert_str_eq(hash, "*0");
}
END_TEST

START_TEST(refuses_an_empty_setting)
{
	/* crypt_gensalt and crypt take "" for DES */
	struct secret s = SECRET_EMPTY;
	char hash[HASH_MAX];

	ck_assert_int_eq(hash_compute(&s, "", hash, &e), PASPW_ERR_CRYPTO);
	ck_assert_str_eq(hash, "*0");
	ck_assert_int_eq(hash_compute(&s, "$y$zzz$abc", hash, &e),
	    PASPW_ERR_CRYPTO);
	ck_assert_str_eq(hash, "*0");
}
END_TEST

/* every cost that the policy lets through */
static const struct fresh {
	int hash;
	int cost;
	const char *head;
} fresh[] = {
	{ HASH_YESCRYPT, 3, "$y$j7T$" }, { HASH_YESCRYPT, 4, "$y$j8T$" },
	{ HASH_YESCRYPT, 5, "$y$j9T$" }, { HASH_YESCRYPT, 6, "$y$jAT$" },
	{ HASH_YESCRYPT, 7, "$y$jBT$" }, { HASH_YESCRYPT, 8, "$y$jCT$" },
	{ HASH_YESCRYPT, 9, "$y$jDT$" }, { HASH_YESCRYPT, 10, "$y$jET$" },
	{ HASH_YESCRYPT, 11, "$y$jFT$" }, { HASH_SCRYPT, 6, "$7$BU" },
	{ HASH_SCRYPT, 7, "$7$CU" }, { HASH_SCRYPT, 11, "$7$GU" }
};

START_TEST(makes_fresh_setting)
{
	const struct fresh *f = &fresh[_i];
	char one[HASH_MAX], other[HASH_MAX], whole[HASH_MAX + 64];
	struct policy p = { .hash = f->hash, .hash_cost = f->cost };
	size_t head = strlen(f->head) + (f->hash == HASH_SCRYPT ? 9 : 0);
	unsigned cost;

	ck_assert_int_eq(hash_setting(&p, one, &e), PASPW_OK);
	ck_assert_int_eq(hash_setting(&p, other, &e), PASPW_OK);
	ck_assert_int_eq(strncmp(one, f->head, strlen(f->head)), 0);
	ck_assert_str_ne(one, other);
	ck_assert_uint_eq(strlen(one) - head, SALT_CHARACTERS);
	/* with some digest behind it: its cost can be read again */
	snprintf(whole, sizeof(whole), "%s$%043d", one, 0);
	ck_assert_str_eq(hash_method(whole, &cost),
	    f->hash == HASH_SCRYPT ? "scrypt" : "yescrypt");
	ck_assert_int_eq((int)cost, f->cost);
}
END_TEST

static const struct policy bad_costs[] = {
	{ .hash = HASH_YESCRYPT, .hash_cost = 0 },
	{ .hash = HASH_YESCRYPT, .hash_cost = -1 },
	{ .hash = HASH_YESCRYPT, .hash_cost = 12 },
	{ .hash = HASH_SCRYPT, .hash_cost = 5 },
	{ .hash = HASH_SCRYPT, .hash_cost = 12 }
};

START_TEST(refuses_impossible_cost)
{
	char setting[HASH_MAX] = "before";

	ck_assert_int_eq(hash_setting(&bad_costs[_i], setting, &e),
	    PASPW_ERR_CRYPTO);
	ck_assert_str_eq(setting, "*0");
}
END_TEST

/* index of a known hash, a policy: is it to be replaced? */
static const struct weak {
	const char *what;
	size_t known;
	int cost;
	bool weaker;
} weaks[] = {
	{ "yescrypt 5 under 5", 0, 5, false },
	{ "yescrypt 5 under 6", 0, 6, true },
	{ "yescrypt 5 under 3: never downwards", 0, 3, false },
	{ "gost-yescrypt 4 under 4", 2, 4, false },
	{ "gost-yescrypt 4 under 5", 2, 5, true },
	{ "scrypt 6 under yescrypt 6", 3, 6, false },
	{ "scrypt 6 under yescrypt 7", 3, 7, true },
	{ "sha512crypt: not memory-hard", 4, 3, true },
	{ "sha256crypt", 6, 3, true },
	{ "bcrypt", 7, 3, true }
};

START_TEST(knows_the_weaker)
{
	const struct weak *w = &weaks[_i];
	const struct policy p = { .hash = HASH_YESCRYPT,
	    .hash_cost = w->cost };

	ck_assert_msg(hash_weaker(known[w->known].hash, &p) == w->weaker,
	    "%s", w->what);
}
END_TEST

START_TEST(replaces_nothing_that_is_no_hash)
{
	const struct policy p = { .hash = HASH_YESCRYPT, .hash_cost = 11 };

	ck_assert(!hash_weaker(no_hashes[_i].text, &p));
}
END_TEST

START_TEST(tells_its_memory)
{
	const struct policy cheap = { .hash_cost = 3 };
	const struct policy dear = { .hash = HASH_SCRYPT, .hash_cost = 11 };

	ck_assert_uint_eq(hash_memory(&cheap), UINT64_C(4) << 20);
	ck_assert_uint_eq(hash_memory(&dear), UINT64_C(1) << 30);
}
END_TEST

START_TEST(hashes_the_longest_password_whole)
{
	char password[PASPW_PASSWORD_MAX + 1], one[HASH_MAX], other[HASH_MAX];
	char setting[HASH_MAX];
	struct policy p = { .hash = HASH_YESCRYPT, .hash_cost = 3 };

	memset(password, 'x', PASPW_PASSWORD_MAX);
	password[PASPW_PASSWORD_MAX] = '\0';
	ck_assert_int_eq(hash_setting(&p, setting, &e), PASPW_OK);
	compute(password, setting, one);
	password[PASPW_PASSWORD_MAX - 1] = 'y';
	compute(password, setting, other);
	ck_assert(!hash_equal(one, other));
}
END_TEST

START_TEST(random_fills_all)
{
	unsigned char bytes[600] = { 0 };
	size_t zeros = 0;

	ck_assert_int_eq(hash_random(bytes, sizeof(bytes) - 1, &e), PASPW_OK);
	for (size_t i = 0; i < sizeof(bytes); i++)
		zeros += bytes[i] == 0;
	ck_assert_int_eq(bytes[sizeof(bytes) - 1], 0);
	ck_assert_uint_lt(zeros, 40);	/* 2 or 3 are expected */
	ck_assert_int_eq(hash_random(bytes, 0, &e), PASPW_OK);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("hash");
	TCase *tc = tcase_create("hash");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, verifies_known_hash, 0, ROWS(known));
	tcase_add_loop_test(tc,
	    a_setting_like_another_has_its_method_and_cost, 0, ROWS(known));
	tcase_add_loop_test(tc, refuses_mutilated_hash, 0, ROWS(known));
	tcase_add_loop_test(tc, equals_nothing, 0, ROWS(no_hashes));
	tcase_add_test(tc, refuses_an_empty_setting);
	tcase_add_loop_test(tc, makes_fresh_setting, 0, ROWS(fresh));
	tcase_add_loop_test(tc, refuses_impossible_cost, 0, ROWS(bad_costs));
	tcase_add_loop_test(tc, knows_the_weaker, 0, ROWS(weaks));
	tcase_add_loop_test(tc, replaces_nothing_that_is_no_hash, 0,
	    ROWS(no_hashes));
	tcase_add_test(tc, tells_its_memory);
	tcase_add_test(tc, hashes_the_longest_password_whole);
	tcase_add_test(tc, random_fills_all);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
