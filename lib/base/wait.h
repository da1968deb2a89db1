/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* wait: short, random, growing naps until a deadline, and the clock that
 * deadlines are on: the monotonic one, which nobody sets. */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* Longest nap at first. Another writer is done in a moment (wait.c); a hash
 * takes 17 to 90 ms, and 200 waiters must not eat the processor that it needs.
 */
#define WAIT_FOR_WRITER_NS INT64_C(1000000)
#define WAIT_FOR_HASH_NS INT64_C(20000000)

int64_t wait_now_ns(void);
int64_t wait_now_ms(void);

struct wait {
	int64_t start_ns;
	int64_t until_ns;
	int64_t nap_ns;		/* next nap at most */
	int64_t longest_ns;
};

void wait_start(struct wait *w, int64_t timeout_ms, int64_t longest_ns);
/* Sleep once; false, without sleeping, when the deadline has passed. */
bool wait_once(struct wait *w);

#endif
