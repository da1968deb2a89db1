/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/wait.h"

#include <sys/random.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
/* SQLite's own back-off sleeps up to 100 ms (8 processes: p99 81 ms, worst
 * 430); naps of 0.2 to 1 ms gave p99 14 and worst 55. */
#define NAP_FIRST_NS INT64_C(1000000)
#define NAP_LEAST_PART 5	/* a nap is at least a fifth of the most */
#define NAP_PATIENT_PART 8	/* of the wait so far: see nap_now */
#define NAP_LONGEST_NS INT64_C(100000000)	/* from 0.8 s on */

int64_t
wait_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

int64_t
wait_now_ms(void)
{
	return wait_now_ns() / NS_PER_MS;
}

void
wait_start(struct wait *w, int64_t timeout_ms, int64_t longest_ns)
{
	w->start_ns = wait_now_ns();
	w->until_ns = w->start_ns + timeout_ms * NS_PER_MS;
	w->nap_ns = NAP_FIRST_NS;
	w->longest_ns = longest_ns;
}

/* After a long wait a longer nap: 500 who all look each millisecond leave no
 * processor to the one that they wait for (282 of them had no answer within
 * store_timeout; with this, none). */
static int64_t
nap_now(struct wait *w, int64_t now)
{
	int64_t patient = (now - w->start_ns) / NAP_PATIENT_PART;

	if (patient > NAP_LONGEST_NS)
		patient = NAP_LONGEST_NS;
	return patient > w->nap_ns ? patient : w->nap_ns;
}

bool
wait_once(struct wait *w)
{
	int64_t now = wait_now_ns(), most = nap_now(w, now);
	int64_t least = most / NAP_LEAST_PART;
	struct timespec nap = { 0, 0 };
	uint32_t random = 0;

	if (now >= w->until_ns)
		return false;
	/* Random, so that nobody is last in line for long. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == -1)
		random = (uint32_t)now;
	nap.tv_nsec = (long)(least + (int64_t)random % (most - least));
	nanosleep(&nap, NULL);
	if (w->nap_ns < w->longest_ns)
		w->nap_ns += w->nap_ns / 4;
	return true;
}
