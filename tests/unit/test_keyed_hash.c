/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The vectors of the paper: key 00 01 .. 0f, message 00 01 02 ... */

#include <check.h>
#include <stdlib.h>

#include "account/keyed_hash.h"

static const struct {
	size_t size;
	uint64_t hash;
} vectors[] = {
	{ 0, 0x726fdb47dd0e0e31U },
	{ 1, 0x74f839c593dc67fdU },
	{ 7, 0xab0200f58b01d137U },
	{ 8, 0x93f5f5799a932462U },
	{ 15, 0xa129ca6149be45e5U },
	{ 63, 0x958a324ceb064572U },
};

START_TEST(agrees_with_the_paper)
{
	unsigned char key[KEYED_HASH_KEY_BYTES], message[64];

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	for (unsigned i = 0; i < sizeof(message); i++)
		message[i] = (unsigned char)i;
	ck_assert_uint_eq(keyed_hash(key, message, vectors[_i].size),
	    vectors[_i].hash);
}
END_TEST

START_TEST(another_key_is_another_hash)
{
	unsigned char key[KEYED_HASH_KEY_BYTES] = { 0 };
	uint64_t hash = keyed_hash(key, "name", 4);

	for (size_t i = 0; i < sizeof(key); i++) {
		key[i] = 1;
		ck_assert_uint_ne(keyed_hash(key, "name", 4), hash);
		key[i] = 0;
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("keyed_hash");
	TCase *tc = tcase_create("keyed_hash");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, agrees_with_the_paper, 0,
	    sizeof(vectors) / sizeof(vectors[0]));
	tcase_add_test(tc, another_key_is_another_hash);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
