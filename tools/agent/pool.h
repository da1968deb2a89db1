/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* agent_pool: the threads that compute hashes. The loop hands out no more
 * jobs than it wants to be worked on at once. */
#ifndef AGENT_POOL_H
#define AGENT_POOL_H

#include <pthread.h>

#include "agent/job.h"
#include "agent/policy.h"

struct agent_worker {
	struct agent_pool *pool;
	unsigned number;
	bool started;
	pthread_t thread;
	struct agent_job *job;		/* NULL: idle */
	struct paspw *handle;		/* for this job */
};

struct agent_pool {
	int done_fd;			/* readable: something is done */
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stopping;
	unsigned busy;			/* handed out, not taken back */
	struct agent_job *done;
	struct agent_worker workers[AGENT_WORKERS_MAX];
};

PASPW_MUST_USE bool agent_pool_open(struct agent_pool *pool);
/* Waits for those that are at work. */
void agent_pool_close(struct agent_pool *pool);
/* A worker for one more job, if less than `most` are out; else NULL. */
struct agent_worker *agent_pool_idle(struct agent_pool *pool, unsigned most);
/* Give it to this idle worker, with the handle that it uses. */
void agent_pool_give(struct agent_pool *pool, struct agent_worker *w,
    struct agent_job *job, struct paspw *h);
/* One that is done, or NULL. */
PASPW_MUST_USE struct agent_job *agent_pool_take(struct agent_pool *pool);

#endif
