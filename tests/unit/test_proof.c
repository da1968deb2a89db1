/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "trail/proof.h"

#define ZEROES "0000000000000000000000000000000000000000000000000000000000000"
#define HEX "0f1" ZEROES

START_TEST(comes_back_as_it_was)
{
	struct proof in = { .kind = PROOF_HEAD, .realm = "hôtel:2",
	    .epoch = 999999999999999999 }, out;
	char text[PROOF_TEXT_MAX];

	for (int i = 0; i < DIGEST_BYTES; i++)
		in.bytes[i] = (unsigned char)(i * 37);
	proof_format(&in, text);
	memset(&out, 0xff, sizeof(out));
	ck_assert_msg(proof_parse(text, &out), "%s", text);
	ck_assert_mem_eq(&in, &out, sizeof(in));
}
END_TEST

START_TEST(reads_a_key)
{
	struct proof p;

	ck_assert(proof_parse("paspw-key:users:1:" HEX, &p));
	ck_assert_int_eq(p.kind, PROOF_KEY);
	ck_assert_str_eq(p.realm, "users");
	ck_assert_int_eq(p.epoch, 1);
	ck_assert_int_eq(p.bytes[0], 0x0f);
	ck_assert_int_eq(p.bytes[1], 0x10);
}
END_TEST

#define LONG_NAME "realm-of-more-than-sixty-three-bytes-" \
    "in-its-name------------------------"

static const char *const bad[] = {
	"", "users", "paspw-key", "paspw-key:", "paspw-key:users",
	"paspw-key:users:1", "paspw-key:users:1:", "paspw-key:1:" HEX,
	"paspw-key::1:" HEX, "key:users:1:" HEX, " paspw-key:users:1:" HEX,
	"paspw-key:users:0:" HEX, "paspw-key:users:01:" HEX,
	"paspw-key:users:-1:" HEX, "paspw-key:users:+1:" HEX,
	"paspw-key:users:1a:" HEX, "paspw-key:users: 1:" HEX,
	"paspw-key:users:1000000000000000000:" HEX,
	"paspw-key:users:1:" HEX "0", "paspw-key:users:1:" HEX "\n",
	"paspw-key:users:1:f1" ZEROES, "paspw-key:users:1:0F1" ZEROES,
	"paspw-key:users:1:0g1" ZEROES, "paspw-head:" LONG_NAME ":1:" HEX,
};

START_TEST(refuses_everything_else)
{
	static const struct proof nothing;
	struct proof p;

	memset(&p, 0xff, sizeof(p));
	ck_assert_msg(!proof_parse(bad[_i], &p), "%s", bad[_i]);
	ck_assert_mem_eq(&p, &nothing, sizeof(p));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proof");
	TCase *tc = tcase_create("proof");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, comes_back_as_it_was);
	tcase_add_test(tc, reads_a_key);
	tcase_add_loop_test(tc, refuses_everything_else, 0,
	    sizeof(bad) / sizeof(bad[0]));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
