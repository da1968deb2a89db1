/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Agents that work, die, hang and lie: processes of the test's own that speak
 * the real messages, and work on the store of issued.h. */
#ifndef FAKE_AGENT_H
#define FAKE_AGENT_H

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "remote/channel.h"
#include "attempt.h"
#include "issued.h"

/* What the agent saw. */
static struct seen {
	int connections;
	int requests;
	struct wire_request last;
} *seen;

static char socket_path[96];
static pid_t agent;

/* false: and hang up. */
typedef bool behave_fn(int fd, const struct wire_request *q);

/* Whoever does not listen is not waited for. */
static void
say(int fd, const unsigned char *bytes, size_t size)
{
	enum channel_end end = channel_send(fd, bytes, size, 1000);

	(void)end;
}

static void
answer(int fd, struct wire_answer *a)
{
	unsigned char frame[WIRE_FRAME_MAX];
	size_t size;

	if (a->type == WIRE_NONE)
		a->type = WIRE_ANSWER;
	size = wire_put_answer(a, frame);
	say(fd, frame, size);
}

static bool
says_locked(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .verdict = PASPW_LOCKED };

	(void)q;
	answer(fd, &a);
	return true;
}

static bool
says_busy(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .err = PASPW_ERR_BUSY, .detail = "crowd" };

	(void)q;
	answer(fd, &a);
	return true;
}

static bool
serves_another(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .type = WIRE_NOT_MINE };

	(void)q;
	answer(fd, &a);
	return true;
}

static bool
hangs_up(int fd, const struct wire_request *q)
{
	(void)fd;
	(void)q;
	return false;
}

static bool
hangs(int fd, const struct wire_request *q)
{
	(void)fd;
	(void)q;
	pause();
	return true;
}

static bool
says_half(int fd, const struct wire_request *q)
{
	unsigned char frame[WIRE_FRAME_MAX];
	const struct wire_answer a = { .type = WIRE_ANSWER,
	    .verdict = PASPW_ACCEPTED };
	size_t size = wire_put_answer(&a, frame);

	(void)q;
	say(fd, frame, size / 2);
	pause();
	return true;
}

static bool
talks_nonsense(int fd, const struct wire_request *q)
{
	static const unsigned char nonsense[64] = "HTTP/1.1 200 OK\r\n\r\n";

	(void)q;
	say(fd, nonsense, sizeof(nonsense));
	pause();
	return true;
}

static bool
is_never_done(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .type = WIRE_PROGRESS };

	(void)q;
	for (int i = 0; i < 1000; i++) {
		answer(fd, &a);
		usleep(200 * 1000);
	}
	return true;
}

static bool
says_what_cannot_be(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .verdict = PASPW_EXPIRED };

	(void)q;
	answer(fd, &a);
	return true;
}

static bool
says_no_verdict(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .verdict = 1000001 };

	(void)q;
	answer(fd, &a);
	return true;
}

static bool
says_no_error(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .err = -1, .verdict = PASPW_ACCEPTED };

	(void)q;
	answer(fd, &a);
	return true;
}

/* Real work, on the real store, in a handle of the agent's own. */
static struct paspw *
own_handle(void)
{
	struct paspw *own = NULL;

	if (paspw_open(&own, config, PASPW_DIRECT) != PASPW_OK)
		abort();
	return own;
}

static bool
reserves_and_dies(int fd, const struct wire_request *q)
{
	struct paspw_attempt *attempt = NULL;
	struct paspw *own = own_handle();

	(void)fd;
	if (attempt_begin_as(own, q->user, (uint64_t)q->id, &attempt,
	    &verdict) != PASPW_OK)
		abort();
	return false;
}

static void
work(const struct wire_request *q, struct wire_answer *a)
{
	const struct paspw_factor factor = { "password", PASPW_VERIFIED };
	struct paspw_attempt *attempt = NULL;
	struct paspw *own = own_handle();

	if (attempt_begin_as(own, q->user, (uint64_t)q->id, &attempt,
	    &verdict) != PASPW_OK || paspw_attempt_verify(own, attempt,
	    q->password.bytes, q->password.length) != PASPW_OK ||
	    paspw_attempt_settle(own, &attempt, &factor, 1, &verdict) !=
	    PASPW_OK)
		abort();
	if (q->type == WIRE_CHANGE && verdict == PASPW_ACCEPTED &&
	    paspw_change_authenticated(own, q->user, q->password.bytes,
	    q->password.length, q->new.bytes, q->new.length, NULL,
	    &verdict) != PASPW_OK)
		abort();
	a->verdict = verdict;
	paspw_close(&own);
}

static bool
works_and_dies(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .err = 0 };

	(void)fd;
	work(q, &a);
	return false;
}

static bool
works(int fd, const struct wire_request *q)
{
	struct wire_answer a = { .err = 0 };

	work(q, &a);
	answer(fd, &a);
	return true;
}

/* The first one is lost, the next one is answered: it was restarted. */
static bool
works_at_last(int fd, const struct wire_request *q)
{
	return seen->requests > 1 ? works(fd, q) : works_and_dies(fd, q);
}

/* The first one is lost, and whoever is there next serves another one. */
static bool
changes_its_mind(int fd, const struct wire_request *q)
{
	return seen->requests > 1 ? serves_another(fd, q) : hangs_up(fd, q);
}

static bool
reserves(int fd, const struct wire_request *q)
{
	struct paspw_attempt *attempt = NULL;
	struct wire_answer a = { .err = 0 };
	struct paspw *own = own_handle();

	a.has = WIRE_BIT(WIRE_REALM);
	if (q->type != WIRE_RESERVE)
		return false;	/* it dies at settle */
	if (attempt_begin_as(own, q->user, (uint64_t)q->id, &attempt,
	    &verdict) != PASPW_OK)
		abort();
	a.verdict = verdict;
	strcpy(a.realm, attempt->realm);
	answer(fd, &a);
	return true;
}

static void
serve(int listener, behave_fn *behave)
{
	unsigned char body[WIRE_BODY_MAX];
	size_t length;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) != -1) {
		seen->connections++;
		do
			if (channel_receive(fd, body, &length, 60000, 1000) !=
			    CHANNEL_DONE || !wire_get_request(body, length,
			    &seen->last))
				break;
		while (seen->requests++, behave(fd, &seen->last));
		close(fd);
	}
	_exit(EXIT_FAILURE);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	unlink(path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	return fd;
}

static void
start_as(behave_fn *behave, uid_t uid)
{
	int fd = listen_at(socket_path);

	/* The peer is who called listen(). */
	if (uid != 0) {
		close(fd);
		ck_assert_int_eq(seteuid(uid), 0);
		ck_assert_int_eq(chmod(directory, 0700), -1);
		fd = listen_at(socket_path);
		ck_assert_int_eq(seteuid(0), 0);
	}
	if ((agent = fork()) == 0)
		serve(fd, behave);
	close(fd);
	ck_assert_int_eq(paspw_set(h, PASPW_SOCKET, socket_path), PASPW_OK);
}

static void
start(behave_fn *behave)
{
	start_as(behave, 0);
}

static void
stop(void)
{
	if (agent > 0) {
		kill(agent, SIGKILL);
		waitpid(agent, NULL, 0);
	}
	agent = 0;
}

#endif
