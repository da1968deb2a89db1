/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * silence CONFDIR SERVICE SAMPLES NAME=ACCOUNTS...: do refusals tell more than
 * that they are refusals? Each NAME is a kind of account, ACCOUNTS the
 * beginning of their names (wrong0, wrong1 ...: so many that nobody fails more
 * than FAILURES times); the first one is what the others are compared with.
 * Each sample is one wrong password through PAM, timed around
 * pam_authenticate, without the delay after a failure; each round takes one of
 * each kind, in random order. Prints for each kind
 *
 *	unknown median 4431 us, +0.40 % of wrong, p 0.3120, code 7,
 *	"Password: |"
 *
 * and then of any two of them
 *
 *	any two: medians within 1.20 %, least p 0.0593 of 10 pairs
 *
 * p: how likely two samples of one and the same distribution differ in rank
 * as much as these two (Mann-Whitney, normal approximation, corrected for
 * ties). Exit 1 if codes or messages differ, or if it could not be done: the
 * times are for people to judge.
 */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "login.h"

#define KINDS_MAX 8
#define SAMPLES_MAX 100000
#define FAILURES 4		/* of one account: none locks */
#define NS_PER_US 1000
#define NS_PER_SECOND INT64_C(1000000000)
#define PERCENT 100.0

struct kind {
	const char *name;
	const char *accounts;
	int64_t *times;
	int code;
	char said[LOGIN_TEXT_MAX];
};

struct ranked {
	int64_t time;
	bool first;		/* of the first sample */
};

static struct {
	struct login login;
	int samples;
	int kind_count;
	struct kind kinds[KINDS_MAX];
} bench;

_Noreturn static void
die(const char *what)
{
	fprintf(stderr, "silence: %s\n", what);
	exit(EXIT_FAILURE);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

/* ---- Samples ---- */

static void
take_sample(struct kind *kind, int number)
{
	struct login *login = &bench.login;
	int64_t start;
	int code;

	snprintf(login->target->user, sizeof(login->target->user), "%s%d",
	    kind->accounts, number / FAILURES);
	if (login_start(login) != PAM_SUCCESS)
		die("pam_start failed");
	start = now_ns();
	code = login_authenticate(login);
	kind->times[number] = now_ns() - start;
	if (number == 0) {
		kind->code = code;
		memcpy(kind->said, login->said, sizeof(kind->said));
	}
	if (kind->code != code || strcmp(kind->said, login->said) != 0)
		die("codes or messages of one kind differ");
	login_end(login);
}

static void
take_samples(void)
{
	int order[KINDS_MAX];

	for (int i = 0; i < KINDS_MAX; i++)
		order[i] = i;
	for (int number = 0; number < bench.samples; number++) {
		for (int i = bench.kind_count - 1; i > 0; i--) {
			int j = (int)(random() % (i + 1)), k = order[i];

			order[i] = order[j];
			order[j] = k;
		}
		for (int i = 0; i < bench.kind_count; i++)
			take_sample(&bench.kinds[order[i]], number);
	}
}

/* ---- Statistics ---- */

static int
compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
compare_ranked(const void *a, const void *b)
{
	return compare_times(&((const struct ranked *)a)->time,
	    &((const struct ranked *)b)->time);
}

static double
median_us(const struct kind *kind)
{
	size_t n = (size_t)bench.samples;
	int64_t *sorted = malloc(n * sizeof(*sorted));
	int64_t twice;

	if (sorted == NULL)
		die("out of memory");
	memcpy(sorted, kind->times, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_times);
	twice = sorted[n / 2] + sorted[(n - 1) / 2];
	free(sorted);
	return (double)twice / 2 / NS_PER_US;
}

/* The sum of the ranks of the first sample; *ties: sum of t^3 - t. */
static double
rank_sum(const struct ranked *all, size_t n, double *ties)
{
	double sum = 0;
	size_t end;

	*ties = 0;
	for (size_t i = 0; i < n; i = end) {
		double same;

		for (end = i + 1; end < n && all[end].time == all[i].time;)
			end++;
		same = (double)(end - i);
		*ties += same * same * same - same;
		for (size_t k = i; k < end; k++)
			if (all[k].first)
				sum += (double)(i + end + 1) / 2;
	}
	return sum;
}

/* Two-sided p of Mann and Whitney's U. */
static double
rank_test(const int64_t *first, const int64_t *second, size_t n)
{
	struct ranked *all = malloc(2 * n * sizeof(*all));
	double m = (double)n, both = 2 * m, ties, u, deviation, z;

	if (all == NULL)
		die("out of memory");
	for (size_t i = 0; i < n; i++) {
		all[i] = (struct ranked){ first[i], true };
		all[n + i] = (struct ranked){ second[i], false };
	}
	qsort(all, 2 * n, sizeof(*all), compare_ranked);
	u = rank_sum(all, 2 * n, &ties) - m * (m + 1) / 2;
	free(all);
	deviation = sqrt(m * m / 12 * (both + 1 - ties / (both * (both - 1))));
	z = deviation > 0 ? fabs(u - m * m / 2) / deviation : 0;
	return erfc(z / sqrt(2));
}

/* Returns false if it is told apart without a clock. */
static bool
tell(const struct kind *kind)
{
	const struct kind *first = &bench.kinds[0];
	double median = median_us(kind), base = median_us(first);
	bool same = kind->code == first->code &&
	    strcmp(kind->said, first->said) == 0;

	printf("%s median %.0f us, %+.2f %% of %s, p %.4f, code %d, \"%s\"%s\n",
	    kind->name, median, (median / base - 1) * PERCENT, first->name,
	    rank_test(first->times, kind->times, (size_t)bench.samples),
	    kind->code, kind->said, same ? "" : ": TOLD APART");
	return same;
}

static void
tell_pairs(void)
{
	double least = 1, widest = 0;
	int pairs = 0;

	for (int i = 0; i < bench.kind_count; i++)
		for (int j = 0; j < i; j++, pairs++) {
			const struct kind *a = &bench.kinds[i];
			const struct kind *b = &bench.kinds[j];

			widest = fmax(widest,
			    fabs(median_us(a) / median_us(b) - 1));
			least = fmin(least, rank_test(a->times, b->times,
			    (size_t)bench.samples));
		}
	printf("any two: medians within %.2f %%, least p %.4f of %d pairs\n",
	    widest * PERCENT, least, pairs);
}

int
main(int argc, char **argv)
{
	bool same = true;

	bench.kind_count = argc - 4;
	if (argc < 6 || bench.kind_count > KINDS_MAX ||
	    (bench.samples = atoi(argv[3])) < 1 || bench.samples > SAMPLES_MAX)
		die("see the top of silence.c");
	bench.login = (struct login){
		.confdir = argv[1], .service = argv[2],
		.password = "Wr0ng-guess",
		.target = login_share(sizeof(struct login_target))
	};
	srandom((unsigned)now_ns());
	for (int i = 0; i < bench.kind_count; i++) {
		struct kind *kind = &bench.kinds[i];
		char *name = argv[4 + i], *equals = strchr(name, '=');

		if (equals == NULL)
			die("see the top of silence.c");
		*equals = '\0';
		kind->name = name;
		kind->accounts = equals + 1;
		kind->times = calloc((size_t)bench.samples,
		    sizeof(*kind->times));
		if (kind->times == NULL)
			die("out of memory");
	}
	take_samples();
	for (int i = 0; i < bench.kind_count; i++)
		same = tell(&bench.kinds[i]) && same;
	tell_pairs();
	return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
