/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/secret.h"

START_TEST(keeps_the_longest_password)
{
	struct secret s = SECRET_EMPTY;
	char longest[PASPW_PASSWORD_MAX];

	memset(longest, 'x', sizeof(longest));
	ck_assert(secret_set(&s, longest, sizeof(longest)));
	ck_assert_uint_eq(s.length, PASPW_PASSWORD_MAX);
	ck_assert_uint_eq(strlen(s.bytes), PASPW_PASSWORD_MAX);
}
END_TEST

START_TEST(refuses_one_byte_more)
{
	struct secret s = SECRET_EMPTY;
	char longer[PASPW_PASSWORD_MAX + 1];

	memset(longer, 'x', sizeof(longer));
	ck_assert(secret_set(&s, "before", 6));
	ck_assert(!secret_set(&s, longer, sizeof(longer)));
	ck_assert_uint_eq(s.length, 0);
	ck_assert_str_eq(s.bytes, "");
}
END_TEST

START_TEST(refuses_a_nul)
{
	struct secret s = SECRET_EMPTY;

	ck_assert(!secret_set(&s, "right\0wrong", 11));
	ck_assert_uint_eq(s.length, 0);
	ck_assert(!secret_set(&s, "right\0", 6));
}
END_TEST

START_TEST(takes_an_empty_one)
{
	struct secret s = SECRET_EMPTY;

	ck_assert(secret_set(&s, "before", 6));
	ck_assert(secret_set(&s, NULL, 0));
	ck_assert_uint_eq(s.length, 0);
	ck_assert_str_eq(s.bytes, "");
}
END_TEST

START_TEST(shorter_one_leaves_no_tail)
{
	struct secret s = SECRET_EMPTY;

	ck_assert(secret_set(&s, "a long password", 15));
	ck_assert(secret_set(&s, "short", 5));
	for (size_t i = s.length; i < sizeof(s.bytes); i++)
		ck_assert_int_eq(s.bytes[i], 0);
}
END_TEST

/*
 * A plain memset of an object that dies next is dropped by the optimiser. Run
 * a function on a stack of ours and look for what it left there; the one that
 * does not wipe shows that the search can find it.
 */
static const char pattern[] = "a secret of thirty-two bytes ...";
#define STACK_SIZE (64 * 1024)
static char stacks[2][STACK_SIZE];
static ucontext_t here, there;

static void __attribute__((noinline))
use_secret(int wipe)
{
	/* more than the way back overwrites */
	char bytes[sizeof(pattern) * 32];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(pattern[i % sizeof(pattern)] ^ 1);
	__asm__ __volatile__("" : : "r"(bytes) : "memory");
	if (wipe)
		secret_wipe_bytes(bytes, sizeof(bytes));
}

static bool
left_on_stack(int wipe)
{
	static char seen[STACK_SIZE];
	char wanted[sizeof(pattern)];
	int fd;

	ck_assert_int_eq(getcontext(&there), 0);
	there.uc_stack.ss_sp = stacks[wipe];
	there.uc_stack.ss_size = STACK_SIZE;
	there.uc_link = &here;
	makecontext(&there, (void (*)(void))use_secret, 1, wipe);
	ck_assert_int_eq(swapcontext(&here, &there), 0);
	/* read by the kernel: for valgrind it is a stack that was left */
	fd = open("/proc/self/mem", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, seen, STACK_SIZE, (off_t)stacks[wipe]),
	    STACK_SIZE);
	close(fd);
	for (size_t i = 0; i < sizeof(wanted); i++)
		wanted[i] = (char)(pattern[i] ^ 1);
	for (size_t i = 0; i + sizeof(wanted) <= STACK_SIZE; i++)
		if (memcmp(seen + i, wanted, sizeof(wanted)) == 0)
			return true;
	return false;
}

START_TEST(wipe_is_not_optimised_away)
{
	ck_assert(left_on_stack(0));
	ck_assert(!left_on_stack(1));
}
END_TEST

START_TEST(wipe_clears_every_byte)
{
	struct secret s = SECRET_EMPTY;
	const unsigned char *raw = (const unsigned char *)&s;

	ck_assert(secret_set(&s, "secret", 6));
	secret_wipe(&s);
	for (size_t i = 0; i < sizeof(s); i++)
		ck_assert_int_eq(raw[i], 0);
	secret_wipe_bytes(NULL, 0);
}
END_TEST

static const struct equal_case {
	const char *what;
	const char *a, *b;
	size_t length;
	bool equal;
} equal_cases[] = {
	{ "same", "abcd", "abcd", 4, true },
	{ "first byte", "xbcd", "abcd", 4, false },
	{ "last byte", "abcx", "abcd", 4, false },
	{ "one bit", "abcd", "abce", 4, false },
	{ "high bit", "\x80", "\x00", 1, false },
	{ "beyond the length", "abcd", "abcx", 3, true },
	{ "nothing", "a", "b", 0, true },
	{ "two differences that cancel", "ab", "ba", 2, false }
};

START_TEST(compares)
{
	const struct equal_case *c = &equal_cases[_i];

	ck_assert_msg(secret_equal(c->a, c->b, c->length) == c->equal, "%s",
	    c->what);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret");
	TCase *tc = tcase_create("secret");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, keeps_the_longest_password);
	tcase_add_test(tc, refuses_one_byte_more);
	tcase_add_test(tc, refuses_a_nul);
	tcase_add_test(tc, takes_an_empty_one);
	tcase_add_test(tc, shorter_one_leaves_no_tail);
	tcase_add_test(tc, wipe_is_not_optimised_away);
	tcase_add_test(tc, wipe_clears_every_byte);
	tcase_add_loop_test(tc, compares, 0,
	    sizeof(equal_cases) / sizeof(equal_cases[0]));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
