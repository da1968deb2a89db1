/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * way: who does a verb: the agent, if its socket is there; this process, if
 * nobody else can stop it; or the helper. Whoever can stop the holder of a
 * store stops everybody's login, so a set-id program never opens one.
 *
 * What was asked of an agent that then fell silent is asked again the next
 * way, with the same attempt id: the row tells a repetition from a new try.
 */
#ifndef WAY_H
#define WAY_H

#include "remote/channel.h"

#define WAY_SOCKET_PATH RUNDIR "/paspw/agent.sock"
#define WAY_HELPER_PATH LIBEXECDIR "/paspw-helper"
#define WAY_NO_SOCKET "none"		/* of PASPW_SOCKET: never the agent */

enum way_kind {
	WAY_NONE = 0,		/* not known yet */
	WAY_AGENT,
	WAY_DIRECT,
	WAY_HELPER
};

/* In each handle. */
struct way {
	char socket[POLICY_TEXT_MAX];	/* "": the one that was built in */
	const struct policy *policy;	/* of the verb under way */
	enum way_kind kind;
	bool repeated;			/* it was asked elsewhere before */
	int fd;				/* of agent or helper, -1: none */
	enum way_kind other;		/* whom fd belongs to */
	enum channel_end end;		/* how the last request ended */
	bool not_mine;			/* it serves another configuration */
	int64_t shunned_until_ms;	/* an agent that hangs */
};

struct paspw;
typedef int way_fn(struct paspw *h, void *arg);

void way_init(struct way *w);
/* Hang up. */
void way_close(struct way *w);

/* Do a verb about this user: `here` on the store, `there` by a request
 * (remote.h), whichever is this caller's way. */
PASPW_MUST_USE int way_take(struct paspw *h, const char *user, way_fn *here,
    way_fn *there, void *arg);

/* The same for what an agent must not be asked for twice: after one that died
 * only this process goes on, if it may. */
PASPW_MUST_USE int way_take_once(struct paspw *h, const char *user,
    way_fn *here, way_fn *there, void *arg);

/* One request on the way that was taken, and its answer. Not OK: there was
 * none. Both hold secrets. */
PASPW_MUST_USE int way_ask(struct paspw *h, const struct wire_request *q,
    struct wire_answer *a);

#endif
