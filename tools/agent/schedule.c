/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent/schedule.h"

#include <stdlib.h>
#include <string.h>

/* A try that waits for a free one is tried again when one of that account is
 * settled here; others may be settled elsewhere. A hash takes 17 to 90 ms: no
 * sooner, as in wait.h. */
#define BUSY_MS 20

static void
drop(struct agent_schedule *s, struct agent_job *job)
{
	agent_policy_put(&job->policy);
	agent_job_free(&job);
	s->jobs--;
}

static void
answer(struct agent_schedule *s, struct agent_job *job)
{
	struct connection *c = job->connection;

	if (c != NULL)
		connection_answer(c, &job->answer, s->now_ms);
	drop(s, job);
}

static void
refuse_busy(struct agent_schedule *s, struct agent_job *job, const char *why)
{
	agent_job_fail(job, PASPW_ERR_BUSY, why);
	answer(s, job);
}

static bool
same_account(const struct agent_job *x, const struct agent_job *y)
{
	return strcmp(x->request.user, y->request.user) == 0 &&
	    strcmp(x->request.realm, y->request.realm) == 0;
}

/* Whoever came first is tried first. */
static void
wait_for_try(struct agent_schedule *s, struct agent_job *job)
{
	struct agent_job **at = &s->waiting;

	if (job->busy_until_ms == 0)
		job->busy_until_ms = s->now_ms + job->busy_wait_ms;
	job->retry_ms = s->now_ms + BUSY_MS;
	while (*at != NULL && (*at)->number < job->number)
		at = &(*at)->next;
	job->next = *at;
	*at = job;
}

/* A try of this account was settled, or begun: the next one may be free. */
static void
wake(struct agent_schedule *s, const struct agent_job *job)
{
	struct agent_job *first = s->waiting;

	while (first != NULL && !same_account(first, job))
		first = first->next;
	if (first != NULL)
		first->retry_ms = s->now_ms;
}

/* What it came to: it waits for a free try or for a worker, or is over. */
static void
route(struct agent_schedule *s, struct agent_job *job)
{
	switch (job->stage) {
	case AGENT_BUSY:
		wait_for_try(s, job);
		break;
	case AGENT_BEGIN:
	case AGENT_CHANGE:
		/* Nobody waits for it: no password is changed to one that
		 * nobody may know. */
		if (job->connection == NULL)
			drop(s, job);
		else if (!agent_queue_add_first(&s->queue, job))
			refuse_busy(s, job, "out of memory");
		break;
	default:
		answer(s, job);
	}
}

static void
start(struct agent_schedule *s, struct agent_job *job)
{
	agent_job_start(job, job->policy->loop);
	if (job->attempt != NULL)
		wake(s, job);
}

static void
finish(struct agent_schedule *s, struct agent_job *job)
{
	if (job->stage == AGENT_SETTLE)
		agent_job_settle(job, job->policy->loop);
	wake(s, job);
	route(s, job);
}

/* By a worker that is idle. The handle comes first: a try that was reserved
 * and is not verified counts as a failure. */
static void
hand_out(struct agent_schedule *s, struct agent_worker *w,
    struct agent_job *job)
{
	struct paspw *h = agent_policy_handle(job->policy, w->number);

	if (h == NULL) {
		refuse_busy(s, job, "out of memory");
		return;
	}
	if (job->stage == AGENT_BEGIN)
		start(s, job);
	if (job->stage == AGENT_VERIFY || job->stage == AGENT_CHANGE)
		agent_pool_give(&s->pool, w, job, h);
	else
		route(s, job);
}

/* As many hashes at once as there are workers; a try is reserved when one is
 * free, so that its lease is for the hash and not for the queue. */
static void
dispatch(struct agent_schedule *s)
{
	struct agent_worker *w;
	struct agent_job *job;

	while (s->queue.count > 0 && (w = agent_pool_idle(&s->pool,
	    s->policy->workers)) != NULL) {
		job = agent_queue_take(&s->queue);
		if (job->connection == NULL)
			drop(s, job);
		else
			hand_out(s, w, job);
	}
}

/* Is there an older one of the same account? */
static bool
is_first(const struct agent_schedule *s, const struct agent_job *job)
{
	const struct agent_job *older = s->waiting;

	while (older != job && !same_account(older, job))
		older = older->next;
	return older == job;
}

static void
try_again(struct agent_schedule *s, struct agent_job *job)
{
	job->stage = AGENT_BEGIN;
	if (!agent_job_is_long(&job->request))
		start(s, job);
	route(s, job);
}

static struct agent_job *
unlink_job(struct agent_job **at)
{
	struct agent_job *job = *at;

	*at = job->next;
	job->next = NULL;
	return job;
}

/* One that waits again is back at its place, and due later. */
static void
retry_waiting(struct agent_schedule *s)
{
	for (struct agent_job **at = &s->waiting; *at != NULL;) {
		struct agent_job *job = *at;

		if (job->connection == NULL) {
			drop(s, unlink_job(at));
		} else if (s->now_ms >= job->busy_until_ms) {
			refuse_busy(s, unlink_job(at),
			    "no free try within busy_wait");
		} else if (s->now_ms >= job->retry_ms && is_first(s, job)) {
			try_again(s, unlink_job(at));
			at = &s->waiting;
		} else {
			at = &job->next;
		}
	}
}

/* ---- Look-ups ----
 * A directory that hangs holds up those who are in it, and nobody else: by
 * threads of their own, and no name by two of them. */

/* Whoever is not root has one thread, whatever names he makes up. */
static bool
same_look(const struct agent_job *x, const struct agent_job *y)
{
	return x->uid == y->uid && (x->uid != 0 ||
	    strcmp(x->request.user, y->request.user) == 0);
}

static struct agent_job **
looker_of(struct agent_schedule *s, const struct agent_job *job)
{
	for (size_t i = 0; i < AGENT_LOOKERS; i++)
		if (s->looking[i] != NULL && same_look(s->looking[i], job))
			return &s->looking[i];
	return NULL;
}

static void
hold(struct agent_schedule *s, struct agent_job *job)
{
	struct agent_job **end = &s->held;

	while (*end != NULL)
		end = &(*end)->next;
	*end = job;
}

/* The one of this account that came first. */
static void
hold_no_longer(struct agent_schedule *s, const struct agent_job *job)
{
	struct agent_job **at = &s->held, *first;

	while (*at != NULL && !same_look(*at, job))
		at = &(*at)->next;
	if (*at == NULL)
		return;
	first = unlink_job(at);
	if (!agent_queue_add_first(&s->unknown, first))
		refuse_busy(s, first, "out of memory");
}

static void
begin(struct agent_schedule *s, struct agent_job *job)
{
	if (job->connection == NULL) {
		drop(s, job);
	} else if (job->stage != AGENT_BEGIN ||
	    !agent_job_is_long(&job->request)) {
		if (job->stage == AGENT_BEGIN)
			start(s, job);
		route(s, job);
	} else if (!agent_queue_add(&s->queue, job)) {
		refuse_busy(s, job, "too many requests at once");
	}
}

static void
looked_up(struct agent_schedule *s, struct agent_job *job)
{
	struct agent_job **looking = looker_of(s, job);

	if (looking != NULL)
		*looking = NULL;
	hold_no_longer(s, job);
	begin(s, job);
}

static void
look_up(struct agent_schedule *s, struct agent_worker *w,
    struct agent_job *job)
{
	struct paspw *h = agent_policy_looker(job->policy, w->number);

	if (h == NULL) {
		hold_no_longer(s, job);
		refuse_busy(s, job, "out of memory");
		return;
	}
	s->looking[w->number] = job;
	agent_pool_give(&s->lookers, w, job, h);
}

static void
dispatch_unknown(struct agent_schedule *s)
{
	struct agent_worker *w;
	struct agent_job *job;

	while (s->unknown.count > 0 && (w = agent_pool_idle(&s->lookers,
	    AGENT_LOOKERS)) != NULL) {
		job = agent_queue_take(&s->unknown);
		if (job->connection == NULL) {
			hold_no_longer(s, job);
			drop(s, job);
		} else if (looker_of(s, job) != NULL)
			hold(s, job);
		else
			look_up(s, w, job);
	}
}

void
agent_schedule_take(struct agent_schedule *s, struct connection *c,
    const struct wire_request *r)
{
	struct agent_job *job;

	if ((job = calloc(1, sizeof(*job))) == NULL) {
		c->gone = true;
		return;
	}
	job->request = *r;
	job->uid = c->uid;
	job->connection = c;
	job->policy = s->policy;
	job->policy->references++;
	job->number = ++s->number;
	s->jobs++;
	c->job = job;
	c->progress_ms = s->now_ms;
	if (agent_job_is_idle(r)) {
		start(s, job);
		route(s, job);
	} else if (!agent_queue_add(&s->unknown, job)) {
		refuse_busy(s, job, "too many requests at once");
	}
}

void
agent_schedule_turn(struct agent_schedule *s)
{
	struct agent_job *job;

	while ((job = agent_pool_take(&s->lookers)) != NULL)
		looked_up(s, job);
	while ((job = agent_pool_take(&s->pool)) != NULL)
		finish(s, job);
	dispatch_unknown(s);
	retry_waiting(s);
	dispatch(s);
}

int
agent_schedule_patience(const struct agent_schedule *s)
{
	for (const struct agent_job *job = s->waiting; job != NULL;
	    job = job->next)
		if (job->retry_ms <= s->now_ms && is_first(s, job))
			return 0;
	return s->waiting != NULL ? BUSY_MS : -1;
}
