/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "remote/way.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/directory.h"
#include "base/cgroup.h"
#include "base/wait.h"
#include "handle.h"
#include "remote/helper.h"
#include "store/store_file.h"

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
/* An agent that hung is not waited for again for a while: each look costs
 * store_timeout. By then somebody will have restarted it. */
#define SHUN_MS INT64_C(60000)
/* Twice the time between two signs of life, PROGRESS_MS of the agent. */
#define SILENCE_LEAST_MS INT64_C(2000)

void
way_init(struct way *w)
{
	memset(w, 0, sizeof(*w));
	w->fd = -1;
}

void
way_close(struct way *w)
{
	if (w->fd != -1)
		close(w->fd);
	w->fd = -1;
	w->other = WAY_NONE;
}

/* ---- The agent ---- */

/* Root, the agent's own user, or this process itself when nobody lent it his
 * rights. */
static bool
trusted(uid_t uid)
{
	struct directory_person agent;
	struct error ignored;

	if (uid == 0 || (uid == getuid() && uid == geteuid()))
		return true;
	return directory_person(PASPW_USER, &agent, &ignored) == PASPW_OK &&
	    agent.found && agent.uid == (int64_t)uid;
}

/* Nobody else can put a socket of his own there: he would be told every
 * password. */
static bool
is_agents(const char *socket)
{
	char path[PATH_MAX];
	struct stat st;
	char *slash;

	if (realpath(socket, path) == NULL || lstat(path, &st) == -1 ||
	    !S_ISSOCK(st.st_mode) || !trusted(st.st_uid))
		return false;
	while ((slash = strrchr(path, '/')) != NULL) {
		slash[slash == path] = '\0';
		if (stat(path, &st) == -1 || !trusted(st.st_uid) ||
		    ((st.st_mode & OTHERS_WRITE) != 0 &&
		    (st.st_mode & S_ISVTX) == 0))
			return false;
		if (slash == path)
			return true;
	}
	return false;
}

/* Whoever listens there, not only who owns the name. */
static bool
is_trusted_peer(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    trusted(peer.uid);
}

static const char *
socket_of(const struct way *w)
{
	return w->socket[0] == '\0' ? WAY_SOCKET_PATH : w->socket;
}

/* *err: why a socket that is there was of no use. */
static void
open_agent(struct paspw *h, int *err)
{
	struct way *w = &h->way;
	const char *socket = socket_of(w);

	if (strcmp(socket, WAY_NO_SOCKET) == 0 ||
	    w->shunned_until_ms > wait_now_ms() || !is_agents(socket))
		return;
	w->fd = channel_connect(socket, span_ms(w->policy->store_timeout));
	if (w->fd == -1 && errno == EAGAIN)
		*err = error_set(&h->error, PASPW_ERR_BUSY,
		    "the agent (%s) accepts nobody", socket);
	if (w->fd != -1 && !is_trusted_peer(w->fd)) {
		close(w->fd);
		w->fd = -1;
	}
	if (w->fd != -1)
		w->other = WAY_AGENT;
}

/* ---- This process, or the helper ---- */

/* Who alone can stop it is root, or the owner of the store himself. */
static bool
may_go_direct(const struct paspw *h)
{
	const struct policy *p = h->way.policy;
	uid_t real, effective, saved;
	char path[PATH_MAX];
	struct error ignored;
	struct stat st;

	if (p->isolate || h->unread ||
	    getresuid(&real, &effective, &saved) == -1 ||
	    real != effective || effective != saved)
		return false;
	if (real == 0)
		return true;
	/* What is not there has no owner; to say so is the store's part. */
	return store_file_path(p->store, "", path, sizeof(path), &ignored) ==
	    PASPW_OK && (stat(path, &st) == -1 ? errno == ENOENT :
	    st.st_uid == real);
}

/* It serves the built-in configuration alone: a person must not choose the
 * store that it opens. */
static bool
has_helper(const struct paspw *h)
{
	return handle_is_default(h) && access(WAY_HELPER_PATH, X_OK) == 0;
}

static void
open_helper(struct way *w)
{
	struct error ignored;

	if (helper_start(WAY_HELPER_PATH, &w->fd, &ignored) == PASPW_OK)
		w->other = WAY_HELPER;
}

/* ---- The choice ---- */

/* An idle agent hangs up, and one that was restarted did: that is no answer
 * that was lost. */
static bool
still_there(const struct way *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };

	return w->fd != -1 && poll(&p, 1, 0) == 0;
}

static int
no_way(struct paspw *h)
{
	const struct policy *p = h->way.policy;
	char who[sizeof("a program of uid 4294967295 for 4294967295")];

	snprintf(who, sizeof(who), "a program of uid %u for %u",
	    (unsigned)geteuid(), (unsigned)getuid());
	if (h->unread)
		return error_set(&h->error, PASPW_ERR_CONFIG, "%s is broken, "
		    "and nobody is there who knows the last good policy",
		    h->config.path);
	return error_set(&h->error, PASPW_ERR_DENIED, "%s does not open the "
	    "store of realm %s itself, and there is neither the agent (%s) "
	    "nor, for the built-in configuration, %s",
	    p->isolate ? "isolate = yes:" : who, p->realm,
	    socket_of(&h->way), WAY_HELPER_PATH);
}

/* agent: it may be asked. A conversation that has begun goes on. */
static int
choose(struct paspw *h, bool agent)
{
	struct way *w = &h->way;
	bool direct = false;
	int err = PASPW_OK;

	if (!still_there(w))
		way_close(w);
	if (w->fd == -1 && agent)
		open_agent(h, &err);
	if (w->fd == -1)
		direct = may_go_direct(h);
	/* Root whom somebody may freeze (sudo in the group of a person's
	 * session) had better ask the helper, if it can serve him. */
	if (w->fd == -1 && has_helper(h) && (!direct ||
	    (geteuid() == 0 && cgroup_exposed(&cgroup_places))))
		open_helper(w);
	if (w->fd == -1 && !direct)
		return err != PASPW_OK ? err : no_way(h);
	w->kind = w->fd == -1 ? WAY_DIRECT : w->other;
	return PASPW_OK;
}

/* The last request got no answer. May its way be asked once more? Not one
 * that hangs, or that speaks another language. */
static bool
ask_again(struct way *w)
{
	bool again = w->end == CHANNEL_CLOSED && !w->repeated;

	if (w->end == CHANNEL_SILENT && w->kind == WAY_AGENT)
		w->shunned_until_ms = wait_now_ms() + SHUN_MS;
	w->repeated = w->repeated || !w->not_mine;
	way_close(w);
	return again;
}

static int
describe(struct paspw *h, enum channel_end end)
{
	static const char *const words[] = {
		[CHANNEL_CLOSED] = "hung up",
		[CHANNEL_SILENT] = "gave no sign of life within store_timeout",
		[CHANNEL_GARBAGE] = "gave an answer that is none",
		[CHANNEL_DONE] = "serves another configuration",
	};

	return error_set(&h->error, PASPW_ERR_BUSY, "%s %s",
	    h->way.kind == WAY_AGENT ? "the agent" : WAY_HELPER_PATH,
	    words[end]);
}

static int
take(struct paspw *h, const char *user, way_fn *here, way_fn *there,
    void *arg, bool once)
{
	struct way *w = &h->way;
	bool agent = true, again = true;
	int r, lost = PASPW_OK;

	w->repeated = false;
	if ((h->flags & PASPW_DIRECT) != 0)
		return here(h, arg);
	if ((r = handle_policy(h, user, &w->policy)) != PASPW_OK)
		return r;
	while ((r = choose(h, agent)) == PASPW_OK) {
		if (w->kind == WAY_DIRECT)
			return here(h, arg);
		w->end = CHANNEL_DONE;
		w->not_mine = false;
		r = there(h, arg);
		if (w->end == CHANNEL_DONE && !w->not_mine)
			return r;
		lost = w->not_mine ? lost : r;
		again = ask_again(w);
		if (once && w->repeated)
			return may_go_direct(h) ? here(h, arg) : r;
		if (w->kind == WAY_HELPER && !again)
			return r;
		agent = agent && again;
	}
	/* That there is no other way is not what went wrong. */
	return lost == PASPW_OK ? r : describe(h, w->end);
}

int
way_take(struct paspw *h, const char *user, way_fn *here, way_fn *there,
    void *arg)
{
	return take(h, user, here, there, arg, false);
}

int
way_take_once(struct paspw *h, const char *user, way_fn *here, way_fn *there,
    void *arg)
{
	return take(h, user, here, there, arg, true);
}

int
way_ask(struct paspw *h, const struct wire_request *q, struct wire_answer *a)
{
	struct way *w = &h->way;
	const struct policy *p = w->policy;
	int64_t silence = span_ms(p->store_timeout);

	if (silence < SILENCE_LEAST_MS)
		silence = SILENCE_LEAST_MS;
	w->end = channel_ask(w->fd, q, silence, span_ms(p->busy_wait) +
	    span_ms(p->attempt_lease) + silence, a);
	w->not_mine = w->end == CHANNEL_DONE && a->type == WIRE_NOT_MINE;
	if (w->end != CHANNEL_DONE || w->not_mine)
		return describe(h, w->end);
	if (a->err == PASPW_OK)
		return PASPW_OK;
	return error_set(&h->error, a->err > 0 &&
	    a->err <= PASPW_ERR_INTERNAL ? (int)a->err : PASPW_ERR_INTERNAL,
	    "%s", a->detail);
}
