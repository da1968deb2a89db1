/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A session may last for hours with one request at each end: whoever finds
 * the connection closed connects again. */
#define IDLE_MS 60000
/* A frame is less than a socket buffer: whoever needs longer is stopped, or
 * means no good. As store_timeout, which the other side waits. */
#define REQUEST_MS 3000
#define ANSWER_MS 3000
#define PROGRESS_MS 1000	/* three signs of life in store_timeout */

struct connection *
connection_open(int fd, int64_t now_ms)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (c == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer,
	    &size) == -1 || size != sizeof(peer)) {
		free(c);
		close(fd);
		return NULL;
	}
	c->fd = fd;
	c->uid = peer.uid;
	c->deadline_ms = now_ms + IDLE_MS;
	return c;
}

void
connection_close(struct connection **c)
{
	if (*c == NULL)
		return;
	close((*c)->fd);
	secret_wipe_bytes(*c, sizeof(**c));
	free(*c);
	*c = NULL;
}

/* ---- Reading ---- */

/* How many bytes the header or the body still lacks; 0: the frame is whole.
 * Never more is read: the next request stays where it is. */
static size_t
missing(struct connection *c)
{
	size_t length;

	if (c->in_used < WIRE_HEADER)
		return WIRE_HEADER - c->in_used;
	if (!wire_length(c->in, &length)) {
		c->gone = true;
		return 0;
	}
	return WIRE_HEADER + length - c->in_used;
}

static bool
receive(struct connection *c, size_t size, int64_t now_ms)
{
	ssize_t n = recv(c->fd, c->in + c->in_used, size, MSG_DONTWAIT);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		c->gone = true;
	if (n <= 0)
		return false;
	if (c->in_used == 0)
		c->deadline_ms = now_ms + REQUEST_MS;
	c->in_used += (size_t)n;
	return true;
}

bool
connection_read(struct connection *c, struct wire_request *r, int64_t now_ms)
{
	bool whole = false;
	size_t size;

	while ((size = missing(c)) > 0)
		if (!receive(c, size, now_ms))
			return false;
	if (!c->gone) {
		whole = wire_get_request(c->in + WIRE_HEADER,
		    c->in_used - WIRE_HEADER, r);
		c->gone = !whole;
	}
	secret_wipe_bytes(c->in, c->in_used);
	c->in_used = 0;
	return whole;
}

/* ---- Writing ---- */

void
connection_flush(struct connection *c)
{
	while (c->out_used > 0 && !c->gone) {
		ssize_t n = send(c->fd, c->out, c->out_used,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			c->gone = errno != EAGAIN;
			return;
		}
		c->out_used -= (size_t)n;
		memmove(c->out, c->out + n, c->out_used);
	}
}

static void
put(struct connection *c, const struct wire_answer *a)
{
	unsigned char frame[WIRE_FRAME_MAX];
	size_t size = wire_put_answer(a, frame);

	if (size == 0 || size > sizeof(c->out) - c->out_used) {
		c->gone = true;
		return;
	}
	memcpy(c->out + c->out_used, frame, size);
	c->out_used += size;
	connection_flush(c);
}

void
connection_answer(struct connection *c, const struct wire_answer *a,
    int64_t now_ms)
{
	c->job = NULL;
	put(c, a);
	c->deadline_ms = now_ms + (c->out_used > 0 ? ANSWER_MS : IDLE_MS);
}

void
connection_progress(struct connection *c, int64_t now_ms)
{
	const struct wire_answer a = { .type = WIRE_PROGRESS };

	if (c->job == NULL || now_ms - c->progress_ms < PROGRESS_MS)
		return;
	c->progress_ms = now_ms;
	put(c, &a);
}

bool
connection_is_late(const struct connection *c, int64_t now_ms)
{
	return c->job == NULL && now_ms >= c->deadline_ms;
}
