/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* A refusal takes as long for everybody, on a clock that only goes on when
 * something is written, hashed or slept; tests/bench/silence.sh measures what
 * comes of it on a real one. */

#include <crypt.h>
#include <sys/syscall.h>
#include <time.h>

#include "issued.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define WRITE_NS NS_PER_MS
#define HASH_NS (30 * NS_PER_MS)
#define COST_AT 4		/* in "$y$j7T$" */

static int64_t now_ns, slept_ns;

char *__real_crypt_rn(const char *, const char *, void *, int);
char *__wrap_crypt_rn(const char *, const char *, void *, int);

char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	now_ns += HASH_NS * setting[COST_AT];
	return __real_crypt_rn(phrase, setting, data, size);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
	now_ns += WRITE_NS;
	return syscall(SYS_pwrite64, fd, bytes, size, offset);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, t);
	t->tv_sec = now_ns / NS_PER_SECOND;
	t->tv_nsec = now_ns % NS_PER_SECOND;
	return 0;
}

int
nanosleep(const struct timespec *wanted, struct timespec *rest)
{
	int64_t ns = wanted->tv_sec * NS_PER_SECOND + wanted->tv_nsec;

	(void)rest;
	now_ns += ns;
	slept_ns += ns;
	return 0;
}

static void
issue_all(void)
{
	const struct paspw_terms later = { .valid_from = INT64_C(1) << 40 };

	settled("wrong");
	settled("closed");
	settled("failed");
	settled("held");
	ck_assert_int_eq(paspw_add(h, "later", FIRST, strlen(FIRST), &later,
	    NULL, &verdict), PASPW_OK);
	ck_assert_int_eq(paspw_close_account(h, "closed"), PASPW_OK);
	ck_assert_int_eq(paspw_lock(h, "held"), PASPW_OK);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(paspw_authenticate(h, "failed", "wrong", 5,
		    &verdict), PASPW_OK);
}

static const struct {
	const char *name;
	enum paspw_verdict verdict;
} everybody[] = {
	{ "wrong", PASPW_REFUSED }, { "later", PASPW_REFUSED },
	{ "failed", PASPW_LOCKED }, { "held", PASPW_LOCKED },
	{ "closed", PASPW_CLOSED }, { "nobody", PASPW_REFUSED },
};
#define EVERYBODY (sizeof(everybody) / sizeof(everybody[0]))

/* How long, with what a log asks for if `logged`. */
static int64_t
refuse(size_t i, bool logged)
{
	struct paspw_status *status = NULL;
	const char *name = everybody[i].name;
	int64_t start = now_ns;

	ck_assert_msg(paspw_authenticate(h, name, "wrong", 5, &verdict) ==
	    PASPW_OK, "%s", paspw_detail(h));
	ck_assert_int_eq(verdict, everybody[i].verdict);
	if (!logged)
		return now_ns - start;
	now_ns += NS_PER_MS;	/* between the verbs: for all of them */
	if (paspw_status(h, name, &status) == PASPW_OK)
		paspw_status_free(&status);
	paspw_even_out(h);
	return now_ns - start;
}

/* Twice: the first one on a locked account in a second is counted. */
START_TEST(each_refusal_takes_as_long)
{
	bool logged = _i != 0;
	int64_t expected;

	issue_all();
	expected = refuse(0, logged);
	ck_assert_int_gt(expected, HASH_NS);
	for (size_t i = 0; i < EVERYBODY; i++)
		for (int round = 0; round < 2; round++)
			ck_assert_int_eq(refuse(i, logged), expected);
}
END_TEST

/* /etc/shadow has libxcrypt's 5 where the realm has 7, and what a realm asks
 * for changes: hashes are as they were made. */
START_TEST(at_the_cost_of_the_hashes_that_are_there)
{
	int64_t expected;

	issue_all();
	h->config.realms[0].hash_cost += _i;
	expected = refuse(0, false);
	for (size_t i = 0; i < EVERYBODY; i++)
		ck_assert_int_eq(refuse(i, false), expected);
}
END_TEST

START_TEST(who_is_accepted_does_not_wait)
{
	settled("right");
	slept_ns = 0;
	ck_assert_int_eq(paspw_authenticate(h, "right", SECOND,
	    strlen(SECOND), &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(slept_ns, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("refusal");
	TCase *tc = tcase_create("refusal");

	tcase_add_loop_test(tc, each_refusal_takes_as_long, 0, 2);
	tcase_add_loop_test(tc, at_the_cost_of_the_hashes_that_are_there, 1,
	    3);
	tcase_add_test(tc, who_is_accepted_does_not_wait);
	return run_issued(suite, tc);
}
