/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* agent_job: one request from its arrival to its answer, as agent and helper
 * both do it; what may wait and what may take long is told apart, so that the
 * agent's loop does neither. */
#ifndef AGENT_JOB_H
#define AGENT_JOB_H

#include <sys/types.h>

#include "remote/wire.h"
#include "attempt.h"
#include "handle.h"

/* What a job waits for. */
enum agent_stage {
	AGENT_LOOK = 0,		/* a directory, which may hang */
	AGENT_BEGIN,		/* to be started */
	AGENT_BUSY,		/* no free try: start again later */
	AGENT_VERIFY,		/* a hash to be computed */
	AGENT_CHANGE,		/* a password to be judged and hashed */
	AGENT_SETTLE,		/* the hash is there */
	AGENT_ANSWER		/* nothing: the answer is there */
};

struct agent_job {
	enum agent_stage stage;
	uid_t uid;			/* who asks, from the kernel */
	struct wire_request request;
	struct wire_answer answer;
	char actor[AUDIT_TEXT_MAX];	/* the name of uid */
	struct handle_known known;	/* about the request's user */
	struct paspw_attempt *attempt;
	int64_t busy_wait_ms;		/* AGENT_BUSY: of its realm */
	/* of the agent */
	struct agent_policy *policy;	/* the one in force when it came */
	struct connection *connection;	/* NULL: the caller is gone */
	uint64_t number;		/* order of arrival */
	int64_t busy_until_ms;		/* AGENT_BUSY: wait no longer */
	int64_t retry_ms;		/* and try again then */
	struct agent_job *next;
};

/* Does it ask nobody, and nothing of anybody? */
bool agent_job_is_idle(const struct wire_request *r);
/* Will it take a worker's time? The other ones are done by agent_job_start. */
bool agent_job_is_long(const struct wire_request *r);

/*
 * Steps; each sets job->stage to what comes next.
 * look: AGENT_LOOK, by any thread with a handle of its own; the other ones ask
 * no directory any more. start: who may, then everything that is quick, or the
 * reservation of the try. work: AGENT_VERIFY and AGENT_CHANGE, by any thread
 * with a handle of its own (and AGENT_LOOK). settle: AGENT_SETTLE.
 * The handle is opened with PASPW_DIRECT, and with PASPW_NO_WAIT if
 * AGENT_BUSY is wanted.
 */
void agent_job_look(struct agent_job *job, struct paspw *h);
void agent_job_start(struct agent_job *job, struct paspw *h);
void agent_job_work(struct agent_job *job, struct paspw *h);
void agent_job_settle(struct agent_job *job, struct paspw *h);

/* Answer it with an error. */
void agent_job_fail(struct agent_job *job, int err, const char *detail);
/* Wipe and free. */
void agent_job_free(struct agent_job **job);

#endif
