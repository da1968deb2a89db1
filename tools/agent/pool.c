/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent/pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Signals are for the loop: they are blocked before a thread is made. */
static void *
run(void *arg)
{
	struct agent_worker *w = arg;
	struct agent_pool *pool = w->pool;
	const uint64_t one = 1;

	pthread_mutex_lock(&pool->mutex);
	for (;;) {
		struct agent_job *job;

		while (w->job == NULL && !pool->stopping)
			pthread_cond_wait(&pool->wake, &pool->mutex);
		if ((job = w->job) == NULL)
			break;
		pthread_mutex_unlock(&pool->mutex);
		agent_job_work(job, w->handle);
		pthread_mutex_lock(&pool->mutex);
		w->job = NULL;
		job->next = pool->done;
		pool->done = job;
		/* A counter that is full is readable as well. */
		(void)!write(pool->done_fd, &one, sizeof(one));
	}
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

void
agent_pool_close(struct agent_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->mutex);
	for (unsigned i = 0; i < AGENT_WORKERS_MAX; i++)
		if (pool->workers[i].started)
			pthread_join(pool->workers[i].thread, NULL);
	close(pool->done_fd);
}

struct agent_worker *
agent_pool_idle(struct agent_pool *pool, unsigned most)
{
	struct agent_worker *idle = NULL;

	if (pool->busy >= most)
		return NULL;
	pthread_mutex_lock(&pool->mutex);
	for (unsigned i = 0; i < AGENT_WORKERS_MAX && idle == NULL; i++)
		if (pool->workers[i].job == NULL)
			idle = &pool->workers[i];
	pthread_mutex_unlock(&pool->mutex);
	if (idle != NULL && !idle->started)
		idle->started = pthread_create(&idle->thread, NULL, run,
		    idle) == 0;
	return idle != NULL && idle->started ? idle : NULL;
}

bool
agent_pool_open(struct agent_pool *pool)
{
	memset(pool, 0, sizeof(*pool));
	for (unsigned i = 0; i < AGENT_WORKERS_MAX; i++) {
		pool->workers[i].pool = pool;
		pool->workers[i].number = i;
	}
	if (pthread_mutex_init(&pool->mutex, NULL) != 0 ||
	    pthread_cond_init(&pool->wake, NULL) != 0)
		return false;
	pool->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* One thread at least, or nobody is ever served. */
	return pool->done_fd != -1 && agent_pool_idle(pool, 1) != NULL;
}

void
agent_pool_give(struct agent_pool *pool, struct agent_worker *w,
    struct agent_job *job, struct paspw *h)
{
	pthread_mutex_lock(&pool->mutex);
	w->handle = h;
	w->job = job;
	pool->busy++;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->mutex);
}

struct agent_job *
agent_pool_take(struct agent_pool *pool)
{
	struct agent_job *job;
	uint64_t count;

	(void)!read(pool->done_fd, &count, sizeof(count));
	pthread_mutex_lock(&pool->mutex);
	if ((job = pool->done) != NULL) {
		pool->done = job->next;
		job->next = NULL;
		pool->busy--;
	}
	pthread_mutex_unlock(&pool->mutex);
	return job;
}
