/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * agent_queue: whose turn is it? A queue for each uid that asks; for root,
 * who asks for everybody, one for each account. Whoever was served least
 * recently is next, and whoever comes new before those that were served
 * since: a flood of one delays another by no more than what is under way.
 */
#ifndef AGENT_QUEUE_H
#define AGENT_QUEUE_H

#include "agent/job.h"

/* One queue holds no more; the storms bring 500 logins to one account. */
#define AGENT_QUEUE_MAX 512

struct agent_queue {
	struct agent_line *lines;	/* those with somebody in them */
	uint64_t turn;			/* how many were served */
	size_t count;
};

/* At the end of its line; false: the line is too long, or no memory. */
PASPW_MUST_USE bool agent_queue_add(struct agent_queue *q,
    struct agent_job *job);
/* At the head of its line: it waited already. */
PASPW_MUST_USE bool agent_queue_add_first(struct agent_queue *q,
    struct agent_job *job);
/* The next one, or NULL. */
PASPW_MUST_USE struct agent_job *agent_queue_take(struct agent_queue *q);

#endif
