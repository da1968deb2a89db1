/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* agent_policy: the configuration in force, with a handle for the loop and
 * one for each worker that served under it. A new one is for those who come;
 * those who are under way end under the one that they began with. */
#ifndef AGENT_POLICY_H
#define AGENT_POLICY_H

#include "paspw.h"

/* Hashes at once, where there are so many cores: 4 GB at cost 7. */
#define AGENT_WORKERS_MAX 64
/* Names that are looked up at once, each by a thread: so many may hang in a
 * directory until others wait. A thread is made when it is needed, and one that
 * sleeps costs next to nothing. */
#define AGENT_LOOKERS 32

struct agent_policy {
	unsigned references;		/* of the loop and of jobs */
	uint64_t stamp;			/* of the files that it was read from */
	struct paspw *loop;		/* begin does not wait */
	unsigned workers;		/* hashes at once */
	struct paspw *handles[AGENT_WORKERS_MAX];
	struct paspw *lookers[AGENT_LOOKERS];	/* these open no store */
};

/* Read it, as a login does: the last good one if the files are broken. */
PASPW_MUST_USE int agent_policy_open(struct agent_policy **policy,
    const char *config);
/* The handle of a worker, or of one who looks up; NULL: no memory. For the
 * loop. */
struct paspw *agent_policy_handle(struct agent_policy *policy,
    unsigned worker);
struct paspw *agent_policy_looker(struct agent_policy *policy,
    unsigned looker);
/* Another one in its place if the files changed, or in any case; if they are
 * broken it stays, and the log says so. */
void agent_policy_renew(struct agent_policy **policy, const char *config,
    bool always);
/* Give back a reference; the last one closes it. */
void agent_policy_put(struct agent_policy **policy);

#endif
