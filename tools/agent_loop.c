/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "agent_connection.h"
#include "agent_pool.h"
#include "agent_queue.h"
#include "config_path.h"

#define MS_PER_SECOND 1000
#define NS_PER_MS 1000000
/* Connections at once: of everybody, of everybody but root, of one uid. Root
 * (sshd, login) always finds room. */
#define CONNECTIONS_MAX 1024
#define CONNECTIONS_OTHERS 768
#define CONNECTIONS_OF_ONE 32
#define BATCH 64		/* callers and events in one turn of the loop */
/* A try that waits for a free one is tried again when one of that account is
 * settled here; others may be settled elsewhere. A hash takes 17 to 90 ms. */
#define BUSY_MS 20
#define TICK_MS 250		/* deadlines and signs of life */
#define CONFIG_MS 1000		/* a change of the files is seen within */
#define FULL_MS 100		/* no descriptors: accept again after this */
#define STOP_MS 30000		/* as attempt_lease: what is later counts as
				 * a failure anyway */

struct agent {
	const char *config;		/* as it was named, or NULL */
	char name[POLICY_TEXT_MAX];	/* as callers name it, "" by default */
	int epoll, listener, signals;
	bool listening;
	int64_t now_ms, listen_ms, config_ms, tick_ms, stop_ms;
	struct agent_policy *policy;
	struct agent_pool pool;
	struct agent_queue queue;
	struct agent_job *waiting;	/* for a free try, oldest first */
	struct connection *connections;
	size_t total, others, jobs;
	uint64_t number;		/* of the last job */
};

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * MS_PER_SECOND + t.tv_nsec / NS_PER_MS;
}

/* ---- What epoll watches ---- */

static bool
watch(const struct agent *a, int op, int fd, uint32_t events, void *what)
{
	struct epoll_event event = { events, { what } };

	return epoll_ctl(a->epoll, op, fd, &event) == 0;
}

/* A caller that is being served is not read from. One that closes its side
 * has gone: it does not wait for an answer. */
static void
watch_connection(const struct agent *a, struct connection *c)
{
	uint32_t events = EPOLLRDHUP;

	if (c->out_used > 0)
		events |= EPOLLOUT;
	else if (c->job == NULL && !c->closing)
		events |= EPOLLIN;
	if (!c->gone && !watch(a, EPOLL_CTL_MOD, c->fd, events, c))
		c->gone = true;
}

static void
listen_again(struct agent *a, bool on)
{
	if (a->listening == on || (on && a->stop_ms != 0))
		return;
	if (watch(a, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, a->listener, EPOLLIN,
	    &a->listener))
		a->listening = on;
}

/* ---- Jobs ---- */

static void
drop(struct agent *a, struct agent_job *job)
{
	agent_policy_put(&job->policy);
	agent_job_free(&job);
	a->jobs--;
}

static void
answer(struct agent *a, struct agent_job *job)
{
	struct connection *c = job->connection;

	if (c != NULL) {
		if (a->stop_ms != 0)
			c->closing = true;
		connection_answer(c, &job->answer, a->now_ms);
		watch_connection(a, c);
	}
	drop(a, job);
}

static void
refuse_busy(struct agent *a, struct agent_job *job, const char *why)
{
	agent_job_fail(job, PASPW_ERR_BUSY, why);
	answer(a, job);
}

static bool
same_account(const struct agent_job *x, const struct agent_job *y)
{
	return strcmp(x->request.user, y->request.user) == 0 &&
	    strcmp(x->request.realm, y->request.realm) == 0;
}

/* Whoever came first is tried first. */
static void
wait_for_try(struct agent *a, struct agent_job *job)
{
	struct agent_job **at = &a->waiting;

	if (job->busy_until_ms == 0)
		job->busy_until_ms = a->now_ms + job->busy_wait_ms;
	job->retry_ms = a->now_ms + BUSY_MS;
	while (*at != NULL && (*at)->number < job->number)
		at = &(*at)->next;
	job->next = *at;
	*at = job;
}

/* A try of this account was settled, or begun: the next one may be free. */
static void
wake(struct agent *a, const struct agent_job *job)
{
	struct agent_job *first = a->waiting;

	while (first != NULL && !same_account(first, job))
		first = first->next;
	if (first != NULL)
		first->retry_ms = a->now_ms;
}

/* What it came to: it waits for a free try or for a worker, or is over. */
static void
route(struct agent *a, struct agent_job *job)
{
	switch (job->stage) {
	case AGENT_BUSY:
		wait_for_try(a, job);
		break;
	case AGENT_BEGIN:
	case AGENT_CHANGE:
		/* Nobody waits for it: no password is changed to one that
		 * nobody may know. */
		if (job->connection == NULL)
			drop(a, job);
		else if (!agent_queue_add_first(&a->queue, job))
			refuse_busy(a, job, "out of memory");
		break;
	default:
		answer(a, job);
	}
}

static void
start(struct agent *a, struct agent_job *job)
{
	agent_job_start(job, job->policy->loop);
	if (job->attempt != NULL)
		wake(a, job);
}

static void
finish(struct agent *a, struct agent_job *job)
{
	if (job->stage == AGENT_SETTLE)
		agent_job_settle(job, job->policy->loop);
	wake(a, job);
	route(a, job);
}

/* By a worker that is idle. The handle comes first: a try that was reserved
 * and is not verified counts as a failure. */
static void
hand_out(struct agent *a, struct agent_worker *w, struct agent_job *job)
{
	struct paspw *h = agent_policy_handle(job->policy, w->number);

	if (h == NULL) {
		refuse_busy(a, job, "out of memory");
		return;
	}
	if (job->stage == AGENT_BEGIN)
		start(a, job);
	if (job->stage == AGENT_VERIFY || job->stage == AGENT_CHANGE)
		agent_pool_give(&a->pool, w, job, h);
	else
		route(a, job);
}

/* As many hashes at once as there are workers; a try is reserved when one is
 * free, so that its lease is for the hash and not for the queue. */
static void
dispatch(struct agent *a)
{
	struct agent_worker *w;
	struct agent_job *job;

	while (a->queue.count > 0 && (w = agent_pool_idle(&a->pool,
	    a->policy->workers)) != NULL) {
		job = agent_queue_take(&a->queue);
		if (job->connection == NULL)
			drop(a, job);
		else
			hand_out(a, w, job);
	}
}

/* ---- Requests ---- */

static void
take_request(struct agent *a, struct connection *c,
    const struct wire_request *r)
{
	const struct wire_answer not_mine = { .type = WIRE_NOT_MINE };
	struct agent_job *job;

	if (strcmp(r->config, a->name) != 0) {
		connection_answer(c, &not_mine, a->now_ms);
		return;
	}
	if ((job = calloc(1, sizeof(*job))) == NULL) {
		c->gone = true;
		return;
	}
	job->request = *r;
	job->uid = c->uid;
	job->connection = c;
	job->policy = a->policy;
	job->policy->references++;
	job->number = ++a->number;
	a->jobs++;
	c->job = job;
	c->progress_ms = a->now_ms;
	if (!agent_job_is_long(r)) {
		start(a, job);
		route(a, job);
	} else if (!agent_queue_add(&a->queue, job)) {
		refuse_busy(a, job, "too many requests at once");
	}
}

static void
renew_policy(struct agent *a, bool always)
{
	if (!always && a->now_ms - a->config_ms < CONFIG_MS)
		return;
	a->config_ms = a->now_ms;
	agent_policy_renew(&a->policy, a->config, always);
}

static void
serve(struct agent *a, struct connection *c, uint32_t events)
{
	struct wire_request r;

	if (c->gone)
		return;
	if ((events & EPOLLOUT) != 0)
		connection_flush(c);
	if ((events & EPOLLIN) != 0 && c->job == NULL && !c->closing) {
		if (connection_read(c, &r, a->now_ms)) {
			renew_policy(a, false);
			take_request(a, c, &r);
			secret_wipe_bytes(&r, sizeof(r));
		}
	} else if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
		c->gone = true;
	}
	watch_connection(a, c);
}

/* ---- Callers come and go ---- */

static size_t
connections_of(const struct agent *a, uid_t uid)
{
	size_t count = 0;

	for (const struct connection *c = a->connections; c != NULL;
	    c = c->next)
		count += c->uid == uid;
	return count;
}

/* Told, so that it is no dead agent for him. */
static void
turn_away(const struct agent *a, struct connection *c)
{
	struct wire_answer full = { .type = WIRE_ANSWER,
		.err = PASPW_ERR_BUSY };

	wire_detail(full.detail, "too many connections at once");
	connection_answer(c, &full, a->now_ms);
	connection_close(&c);
}

static void
take_caller(struct agent *a, int fd)
{
	struct connection *c = connection_open(fd, a->now_ms);

	if (c == NULL)
		return;
	if (c->uid != 0 && (a->others >= CONNECTIONS_OTHERS ||
	    connections_of(a, c->uid) >= CONNECTIONS_OF_ONE)) {
		turn_away(a, c);
		return;
	}
	if (!watch(a, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP, c)) {
		connection_close(&c);
		return;
	}
	c->next = a->connections;
	a->connections = c;
	a->total++;
	a->others += c->uid != 0;
	if (a->total >= CONNECTIONS_MAX)
		listen_again(a, false);
}

static void
take_callers(struct agent *a)
{
	for (int i = 0; i < BATCH && a->listening; i++) {
		int fd = accept4(a->listener, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd == -1) {
			/* The queue would wake us without end. */
			if (errno == EMFILE || errno == ENFILE ||
			    errno == ENOBUFS || errno == ENOMEM) {
				listen_again(a, false);
				a->listen_ms = a->now_ms + FULL_MS;
			}
			return;
		}
		take_caller(a, fd);
	}
}

/* After the events of a turn, none of which can mean it any more. */
static void
sweep(struct agent *a)
{
	for (struct connection **at = &a->connections; *at != NULL;) {
		struct connection *c = *at;

		if (connection_is_late(c, a->now_ms) ||
		    (a->stop_ms != 0 && c->job == NULL && c->out_used == 0))
			c->gone = true;
		if (!c->gone) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		if (c->job != NULL)
			c->job->connection = NULL;
		a->total--;
		a->others -= c->uid != 0;
		connection_close(&c);
	}
	if (a->total < CONNECTIONS_MAX && a->now_ms >= a->listen_ms)
		listen_again(a, true);
}

/* ---- Time ---- */

/* Is there an older one of the same account? */
static bool
is_first(const struct agent *a, const struct agent_job *job)
{
	const struct agent_job *older = a->waiting;

	while (older != job && !same_account(older, job))
		older = older->next;
	return older == job;
}

static void
try_again(struct agent *a, struct agent_job *job)
{
	job->stage = AGENT_BEGIN;
	if (!agent_job_is_long(&job->request))
		start(a, job);
	route(a, job);
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
retry_waiting(struct agent *a)
{
	for (struct agent_job **at = &a->waiting; *at != NULL;) {
		struct agent_job *job = *at;

		if (job->connection == NULL) {
			drop(a, unlink_job(at));
		} else if (a->now_ms >= job->busy_until_ms) {
			refuse_busy(a, unlink_job(at),
			    "no free try within busy_wait");
		} else if (a->now_ms >= job->retry_ms && is_first(a, job)) {
			try_again(a, unlink_job(at));
			at = &a->waiting;
		} else {
			at = &job->next;
		}
	}
}

static void
tick(struct agent *a)
{
	a->tick_ms = a->now_ms;
	for (struct connection *c = a->connections; c != NULL; c = c->next) {
		connection_progress(c, a->now_ms);
		watch_connection(a, c);
	}
}

static int
patience(const struct agent *a)
{
	for (const struct agent_job *job = a->waiting; job != NULL;
	    job = job->next)
		if (job->retry_ms <= a->now_ms && is_first(a, job))
			return 0;
	if (a->waiting != NULL)
		return BUSY_MS;
	if (!a->listening)
		return FULL_MS;
	return a->connections != NULL || a->jobs > 0 ? TICK_MS : -1;
}

/* ---- The loop ---- */

static void
take_signal(struct agent *a)
{
	struct signalfd_siginfo info;

	while (read(a->signals, &info, sizeof(info)) ==
	    (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP) {
			renew_policy(a, true);
			continue;
		}
		if (a->stop_ms == 0)
			a->stop_ms = a->now_ms + STOP_MS;
		listen_again(a, false);
	}
}

static void
take_done(struct agent *a)
{
	struct agent_job *job;
	uint64_t count;

	(void)!read(a->pool.done_fd, &count, sizeof(count));
	while ((job = agent_pool_take(&a->pool)) != NULL)
		finish(a, job);
}

static void
turn(struct agent *a)
{
	struct epoll_event events[BATCH];
	int count = epoll_wait(a->epoll, events, BATCH, patience(a));

	a->now_ms = monotonic_ms();
	for (int i = 0; i < count; i++) {
		void *what = events[i].data.ptr;

		if (what == &a->listener)
			take_callers(a);
		else if (what == &a->signals)
			take_signal(a);
		else if (what == &a->pool)
			take_done(a);
		else
			serve(a, what, events[i].events);
	}
	retry_waiting(a);
	dispatch(a);
	if (a->now_ms - a->tick_ms >= TICK_MS)
		tick(a);
	sweep(a);
}

static bool
is_over(const struct agent *a)
{
	if (a->stop_ms == 0)
		return false;
	return (a->jobs == 0 && a->connections == NULL) ||
	    a->now_ms >= a->stop_ms;
}

/* The default configuration may have been named: callers name it "". */
static bool
set_name(struct agent *a, const char *config)
{
	char standard[POLICY_TEXT_MAX];
	struct error e;

	a->config = config;
	if (config == NULL)
		return true;
	if (config_path_name(&config_places, NULL, standard, &e) != PASPW_OK)
		return false;
	if (strcmp(config, standard) == 0)
		return true;
	return wire_text(a->name, sizeof(a->name), config);
}

static bool
set_up(struct agent *a)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	a->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	a->epoll = epoll_create1(EPOLL_CLOEXEC);
	/* A caller may have gone before he is accepted. */
	if (a->signals == -1 || a->epoll == -1 ||
	    fcntl(a->listener, F_SETFL, O_NONBLOCK) == -1 ||
	    !agent_pool_open(&a->pool))
		return false;
	listen_again(a, true);
	return a->listening &&
	    watch(a, EPOLL_CTL_ADD, a->signals, EPOLLIN, &a->signals) &&
	    watch(a, EPOLL_CTL_ADD, a->pool.done_fd, EPOLLIN, &a->pool);
}

int
agent_loop(const char *config, int listener)
{
	struct agent a = { .listener = listener, .epoll = -1, .signals = -1 };

	a.now_ms = a.config_ms = monotonic_ms();
	if (!set_name(&a, config))
		return EX_USAGE;
	if (agent_policy_open(&a.policy, config) != PASPW_OK)
		return EX_CONFIG;
	if (!set_up(&a)) {
		syslog(LOG_AUTHPRIV | LOG_ERR, "paspwd: %m");
		agent_policy_put(&a.policy);
		return EX_OSERR;
	}
	syslog(LOG_AUTHPRIV | LOG_INFO, "paspwd: ready, %u hashes at once",
	    a.policy->workers);
	while (!is_over(&a))
		turn(&a);
	agent_pool_close(&a.pool);
	agent_policy_put(&a.policy);
	close(a.epoll);
	close(a.signals);
	return EX_OK;
}
