/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/pace.h"

#include <errno.h>
#include <time.h>

#include "base/wait.h"

#define NS_PER_SECOND INT64_C(1000000000)
/* Longer than the policy's share of nearly any refusal (8 processes at once:
 * p99 10 ms, with its syncs), or those near a whole tick would be told apart;
 * short beside the two seconds that PAM waits after a failure. */
#define TICK_NS INT64_C(20000000)

void
pace_restart(struct pace *pace)
{
	pace->worked_ns = 0;
}

void
pace_enter(struct pace *pace)
{
	pace->since_ns = wait_now_ns();
}

void
pace_leave(struct pace *pace)
{
	pace->worked_ns += wait_now_ns() - pace->since_ns;
}

int64_t
pace_rest_ns(struct pace *pace)
{
	int64_t rest = TICK_NS - pace->worked_ns % TICK_NS;

	pace->worked_ns += rest;
	return rest;
}

void
pace_wait(int64_t rest_ns)
{
	struct timespec rest = {
		.tv_sec = rest_ns / NS_PER_SECOND,
		.tv_nsec = rest_ns % NS_PER_SECOND
	};

	while (nanosleep(&rest, &rest) == -1 && errno == EINTR)
		continue;
}
