/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* agent_schedule: what is done when. Names are looked up by threads of their
 * own, for a directory may hang. Then quick steps at once; long ones wait for
 * their turn and for a worker; those without a free try wait for one. */
#ifndef AGENT_SCHEDULE_H
#define AGENT_SCHEDULE_H

#include "agent/connection.h"
#include "agent/pool.h"
#include "agent/queue.h"

struct agent_schedule {
	struct agent_policy *policy;	/* for those who come */
	struct agent_pool pool;
	struct agent_queue unknown;	/* to be looked up */
	struct agent_pool lookers;
	struct agent_job *looking[AGENT_LOOKERS];
	struct agent_job *held;		/* the same account is looked up */
	struct agent_queue queue;	/* for a worker */
	struct agent_job *waiting;	/* for a free try, oldest first */
	size_t jobs;			/* under way */
	uint64_t number;		/* of the last one */
	int64_t now_ms;			/* of this turn of the loop */
};

/* A request came from this caller. */
void agent_schedule_take(struct agent_schedule *s, struct connection *c,
    const struct wire_request *r);
/* Whatever can be done now: what workers are done with, those who waited,
 * and new work for idle workers. */
void agent_schedule_turn(struct agent_schedule *s);
/* In how many milliseconds there may be more to do; -1: not by itself. */
int agent_schedule_patience(const struct agent_schedule *s);

#endif
