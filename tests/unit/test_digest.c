/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Known answers, and that nobody loads libcrypto who does not digest. */

#include <check.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "trail/proof.h"

static struct error e;

/* FIPS 180-4 examples; "" as in every tool. */
static const struct {
	const char *text, *digest;
} known[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1" },
};

START_TEST(sha256_gives_the_known_answer)
{
	unsigned char digest[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];

	ck_assert_msg(digest_sha256(known[_i].text, strlen(known[_i].text),
	    digest, &e) == PASPW_OK, "%s", e.text);
	proof_hex(digest, sizeof(digest), hex);
	ck_assert_str_eq(hex, known[_i].digest);
}
END_TEST

/* RFC 4231, test case 2, whose key is padded with zeroes to the same block. */
START_TEST(hmac_gives_the_known_answer)
{
	static const char text[] = "what do ya want for nothing?";
	unsigned char key[DIGEST_BYTES] = "Jefe", mac[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];

	ck_assert_msg(digest_hmac(key, text, strlen(text), mac, &e) ==
	    PASPW_OK, "%s", e.text);
	proof_hex(mac, sizeof(mac), hex);
	ck_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
}
END_TEST

/* Each test has a process of its own. */
START_TEST(libcrypto_is_loaded_by_the_first_digest)
{
	unsigned char digest[DIGEST_BYTES];

	ck_assert_ptr_null(dlopen("libcrypto.so.3", RTLD_LAZY | RTLD_NOLOAD));
	ck_assert_int_eq(digest_sha256("", 0, digest, &e), PASPW_OK);
	ck_assert_ptr_nonnull(dlopen("libcrypto.so.3",
	    RTLD_LAZY | RTLD_NOLOAD));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("digest");
	TCase *tc = tcase_create("digest");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, sha256_gives_the_known_answer, 0,
	    sizeof(known) / sizeof(known[0]));
	tcase_add_test(tc, hmac_gives_the_known_answer);
	tcase_add_test(tc, libcrypto_is_loaded_by_the_first_digest);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
