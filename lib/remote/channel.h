/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* channel: frames over one stream socket, waiting, and never longer than it
 * may: what the caller has at its end, and the helper at its own. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "remote/wire.h"

enum channel_end {
	CHANNEL_CLOSED = 0,	/* the other one is gone, or there is none */
	CHANNEL_SILENT,		/* it took too long */
	CHANNEL_GARBAGE,	/* what came is no message */
	CHANNEL_DONE
};

/* Connect to the socket of an agent; -1 with errno. A socket whose queue is
 * full is waited for as long as timeout_ms (errno EAGAIN then). */
PASPW_MUST_USE int channel_connect(const char *path, int64_t timeout_ms);

/* One frame to or from the other side. timeout_ms is for all of it. */
PASPW_MUST_USE enum channel_end channel_send(int fd,
    const unsigned char *frame, size_t size, int64_t timeout_ms);
/* The body, and its length. For a message that may not come for long
 * (the helper waits for a request): before_ms until its first byte, then
 * timeout_ms. */
PASPW_MUST_USE enum channel_end channel_receive(int fd,
    unsigned char body[WIRE_BODY_MAX], size_t *length, int64_t before_ms,
    int64_t timeout_ms);

/*
 * Send a request and wait for its answer, as long as there is a sign of life
 * each silence_ms, and no longer than total_ms. DONE: a->type is ANSWER or
 * NOT_MINE.
 * Every buffer that held the request is wiped, but not the request itself.
 */
PASPW_MUST_USE enum channel_end channel_ask(int fd,
    const struct wire_request *r, int64_t silence_ms,
    int64_t total_ms, struct wire_answer *a);

#endif
