/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "remote/channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/wait.h"

/* A queue that is full is looked at again after this; nothing tells when it
 * has room. Not sooner, or those who wait take the agent's processor. */
#define QUEUE_NAP_MS 5

/* ---- Connecting ---- */

static bool
socket_address(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (length == 0 || length >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address->sun_path, path, length);
	return true;
}

/* Not connect() alone: it would wait for ever on the full queue of an agent
 * that accepts nothing any more. */
static int
connect_until(int fd, const struct sockaddr_un *address, int64_t until)
{
	while (connect(fd, (const struct sockaddr *)address,
	    sizeof(*address)) == -1) {
		if (errno != EAGAIN && errno != EINTR)
			return -1;
		if (wait_now_ms() >= until) {
			errno = EAGAIN;
			return -1;
		}
		(void)poll(NULL, 0, QUEUE_NAP_MS);
	}
	return 0;
}

int
channel_connect(const char *path, int64_t timeout_ms)
{
	struct sockaddr_un address;
	int fd, saved;

	if (!socket_address(path, &address))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (connect_until(fd, &address, wait_now_ms() + timeout_ms) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* ---- Bytes ---- */

/* Wait until something can be read or written. */
static enum channel_end
wait_for(int fd, short events, int64_t until)
{
	struct pollfd p = { fd, events, 0 };
	int64_t left = until - wait_now_ms();
	int n;

	if (left < 0)
		return CHANNEL_SILENT;
	n = poll(&p, 1, left < INT32_MAX ? (int)left : INT32_MAX);
	if (n == 0)
		return CHANNEL_SILENT;
	if (n == -1 && errno != EINTR)
		return CHANNEL_CLOSED;
	return CHANNEL_DONE;
}

/* MSG_NOSIGNAL: a peer that went away must not end the process that we are a
 * guest in. MSG_DONTWAIT: what others did to the flags of the socket does not
 * matter. */
static enum channel_end
send_until(int fd, const unsigned char *bytes, size_t size, int64_t until)
{
	enum channel_end end;

	while (size > 0) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		} else if (n == -1 && errno != EAGAIN && errno != EINTR) {
			return CHANNEL_CLOSED;
		} else if ((end = wait_for(fd, POLLOUT, until)) !=
		    CHANNEL_DONE) {
			return end;
		}
	}
	return CHANNEL_DONE;
}

static enum channel_end
receive_until(int fd, unsigned char *bytes, size_t size, int64_t until)
{
	enum channel_end end;

	while (size > 0) {
		ssize_t n = recv(fd, bytes, size, MSG_DONTWAIT);

		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			return CHANNEL_CLOSED;
		} else if ((end = wait_for(fd, POLLIN, until)) !=
		    CHANNEL_DONE) {
			return end;
		}
	}
	return CHANNEL_DONE;
}

/* ---- Frames ---- */

enum channel_end
channel_send(int fd, const unsigned char *frame, size_t size,
    int64_t timeout_ms)
{
	return send_until(fd, frame, size, wait_now_ms() + timeout_ms);
}

enum channel_end
channel_receive(int fd, unsigned char body[WIRE_BODY_MAX], size_t *length,
    int64_t before_ms, int64_t timeout_ms)
{
	unsigned char header[WIRE_HEADER];
	enum channel_end end;
	int64_t until;

	*length = 0;
	if ((end = receive_until(fd, header, 1, wait_now_ms() + before_ms)) !=
	    CHANNEL_DONE)
		return end;
	until = wait_now_ms() + timeout_ms;
	if ((end = receive_until(fd, header + 1, sizeof(header) - 1,
	    until)) != CHANNEL_DONE)
		return end;
	if (!wire_length(header, length))
		return CHANNEL_GARBAGE;
	return receive_until(fd, body, *length, until);
}

static enum channel_end
send_request(int fd, const struct wire_request *r, int64_t timeout_ms)
{
	unsigned char frame[WIRE_FRAME_MAX];
	enum channel_end end = CHANNEL_GARBAGE;
	size_t size;

	if ((size = wire_put_request(r, frame)) > 0)
		end = channel_send(fd, frame, size, timeout_ms);
	secret_wipe_bytes(frame, sizeof(frame));
	return end;
}

enum channel_end
channel_ask(int fd, const struct wire_request *r, int64_t silence_ms,
    int64_t total_ms, struct wire_answer *a)
{
	const int64_t until = wait_now_ms() + total_ms;
	unsigned char body[WIRE_BODY_MAX];
	enum channel_end end;
	size_t length;

	memset(a, 0, sizeof(*a));
	/* An agent that turned us away closed the stream, and may have said
	 * why before: that is no dead agent. */
	if ((end = send_request(fd, r, silence_ms)) != CHANNEL_DONE &&
	    end != CHANNEL_CLOSED)
		return end;
	do {
		if (wait_now_ms() >= until)
			return CHANNEL_SILENT;
		if ((end = channel_receive(fd, body, &length, silence_ms,
		    silence_ms)) != CHANNEL_DONE)
			return end;
		if (!wire_get_answer(body, length, a))
			return CHANNEL_GARBAGE;
	} while (a->type == WIRE_PROGRESS);
	return CHANNEL_DONE;
}
