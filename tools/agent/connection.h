/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* agent_connection: one caller of the agent. Nothing here waits: whoever
 * sends slowly, half, garbage or nothing, or does not read, is found by his
 * deadline and holds up nobody. */
#ifndef AGENT_CONNECTION_H
#define AGENT_CONNECTION_H

#include "agent/job.h"

/* Room for an answer and a few signs of life before it; more is not read by
 * whoever we talk to. */
#define CONNECTION_OUT_MAX (WIRE_FRAME_MAX + 64)

struct connection {
	int fd;
	uid_t uid;			/* by SO_PEERCRED */
	bool gone;			/* to be closed by the loop */
	uint32_t watched;		/* events that the loop waits for */
	struct agent_job *job;		/* being worked on, or NULL */
	int64_t deadline_ms;
	int64_t progress_ms;		/* of the last sign of life */
	size_t in_used;
	size_t out_used;
	struct connection *next;
	unsigned char in[WIRE_FRAME_MAX];	/* holds passwords */
	unsigned char out[CONNECTION_OUT_MAX];
};

/* Takes the descriptor; NULL, and it is closed: no memory, or nobody knows
 * who is there. */
struct connection *connection_open(int fd, int64_t now_ms);
void connection_close(struct connection **c);

/* Read what is there, up to the end of one request. true: r is it. */
PASPW_MUST_USE bool connection_read(struct connection *c,
    struct wire_request *r, int64_t now_ms);
/* Send what waits to be sent, as far as it goes. */
void connection_flush(struct connection *c);
/* Queue an answer and send it. */
void connection_answer(struct connection *c, const struct wire_answer *a,
    int64_t now_ms);
/* A sign of life each second while a job is under way. */
void connection_progress(struct connection *c, int64_t now_ms);
/* Did it keep us waiting for too long? */
PASPW_MUST_USE bool connection_is_late(const struct connection *c,
    int64_t now_ms);

#endif
