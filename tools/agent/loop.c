/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent/loop.h"

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
#include <unistd.h>

#include "agent/schedule.h"
#include "base/wait.h"
#include "policy/config_path.h"

/* Connections at once: of everybody, of everybody but root, of one uid. Root
 * (sshd, login) always finds room: twice the largest burst that the storms
 * try, with 17 kB each. A uid that floods 1000 a second holds another up for
 * 34 ms. */
#define CONNECTIONS_MAX 1024
#define CONNECTIONS_OTHERS 768
#define CONNECTIONS_OF_ONE 32
/* Callers and events in one turn of the loop: newcomers do not keep it from
 * those who are served. */
#define BATCH 64
#define TICK_MS 250		/* for deadlines of seconds, signs of life */
#define CONFIG_MS 1000		/* the files are looked at again after this */
#define FULL_MS 100		/* no descriptors: accept again after this */
#define STOP_MS 30000		/* as attempt_lease: what is later counts as
				 * a failure anyway */

struct agent {
	const char *config;		/* as it was named, or NULL */
	char name[POLICY_TEXT_MAX];	/* as callers name it, "" by default */
	int epoll, listener, signals;
	bool listening;
	int64_t now_ms, listen_ms, config_ms, tick_ms, stop_ms;
	struct agent_schedule schedule;
	struct connection *connections;
	size_t total, others;
};

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
	else if (c->job == NULL)
		events |= EPOLLIN;
	if (c->gone || events == c->watched)
		return;
	c->gone = !watch(a, EPOLL_CTL_MOD, c->fd, events, c);
	c->watched = events;
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

/* ---- Requests ---- */

static void
renew_policy(struct agent *a, bool always)
{
	if (!always && a->now_ms - a->config_ms < CONFIG_MS)
		return;
	a->config_ms = a->now_ms;
	agent_policy_renew(&a->schedule.policy, a->config, always);
}

static void
take_request(struct agent *a, struct connection *c,
    const struct wire_request *r)
{
	const struct wire_answer not_mine = { .type = WIRE_NOT_MINE };

	renew_policy(a, false);
	if (strcmp(r->config, a->name) == 0)
		agent_schedule_take(&a->schedule, c, r);
	else
		connection_answer(c, &not_mine, a->now_ms);
}

static void
serve(struct agent *a, struct connection *c, uint32_t events)
{
	struct wire_request r;

	if (c->gone)
		return;
	if ((events & EPOLLOUT) != 0)
		connection_flush(c);
	if ((events & EPOLLIN) != 0 && c->job == NULL) {
		if (connection_read(c, &r, a->now_ms)) {
			take_request(a, c, &r);
			secret_wipe_bytes(&r, sizeof(r));
		}
	} else if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
		c->gone = true;
	}
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

	wire_cut(full.detail, sizeof(full.detail),
	    "too many connections at once");
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
	c->watched = EPOLLIN | EPOLLRDHUP;
	if (!watch(a, EPOLL_CTL_ADD, fd, c->watched, c)) {
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

		watch_connection(a, c);
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

static void
tick(struct agent *a)
{
	a->tick_ms = a->now_ms;
	for (struct connection *c = a->connections; c != NULL; c = c->next)
		connection_progress(c, a->now_ms);
}

static int
patience(const struct agent *a)
{
	int ms = agent_schedule_patience(&a->schedule);

	if (ms != -1)
		return ms;
	if (!a->listening)
		return FULL_MS;
	return a->connections != NULL || a->schedule.jobs > 0 ?
	    TICK_MS : -1;
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
turn(struct agent *a)
{
	struct epoll_event events[BATCH];
	int count = epoll_wait(a->epoll, events, BATCH, patience(a));

	a->now_ms = a->schedule.now_ms = wait_now_ms();
	for (int i = 0; i < count; i++) {
		void *what = events[i].data.ptr;

		if (what == &a->listener)
			take_callers(a);
		else if (what == &a->signals)
			take_signal(a);
		else if (what != &a->schedule)
			serve(a, what, events[i].events);
	}
	agent_schedule_turn(&a->schedule);
	if (a->now_ms - a->tick_ms >= TICK_MS)
		tick(a);
	sweep(a);
}

static bool
is_over(const struct agent *a)
{
	if (a->stop_ms == 0)
		return false;
	return (a->schedule.jobs == 0 && a->connections == NULL) ||
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
	    !agent_pool_open(&a->schedule.pool) ||
	    !agent_pool_open(&a->schedule.lookers))
		return false;
	listen_again(a, true);
	return a->listening &&
	    watch(a, EPOLL_CTL_ADD, a->signals, EPOLLIN, &a->signals) &&
	    watch(a, EPOLL_CTL_ADD, a->schedule.pool.done_fd, EPOLLIN,
	    &a->schedule) &&
	    watch(a, EPOLL_CTL_ADD, a->schedule.lookers.done_fd, EPOLLIN,
	    &a->schedule);
}

int
agent_loop(const char *config, int listener)
{
	struct agent a = { .listener = listener, .epoll = -1, .signals = -1 };

	a.now_ms = a.config_ms = wait_now_ms();
	if (!set_name(&a, config))
		return EX_USAGE;
	if (agent_policy_open(&a.schedule.policy, config) != PASPW_OK)
		return EX_CONFIG;
	if (!set_up(&a)) {
		syslog(LOG_AUTHPRIV | LOG_ERR, "paspwd: %m");
		agent_policy_put(&a.schedule.policy);
		return EX_OSERR;
	}
	syslog(LOG_AUTHPRIV | LOG_INFO, "paspwd: ready, %u hashes at once",
	    a.schedule.policy->workers);
	while (!is_over(&a))
		turn(&a);
	/* In a directory that hangs: they have nothing that is open. */
	if (a.schedule.lookers.busy > 0)
		return EX_OK;
	agent_pool_close(&a.schedule.lookers);
	agent_pool_close(&a.schedule.pool);
	agent_policy_put(&a.schedule.policy);
	close(a.epoll);
	close(a.signals);
	return EX_OK;
}
