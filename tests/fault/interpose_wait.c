/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Calls of sockets that fail; and sleeping, which is skipped. */

#define _GNU_SOURCE
#include "interpose.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS INT64_C(1000000)
#define US_PER_S 1000000
#define NS_PER_US 1000

bool fault_no_sleep;

static _Atomic int64_t skipped_ns;

/* The real one, as `next`. */
#define NEXT(name) \
	static __typeof__(&name) next; \
\
	if (next == NULL) \
		next = (__typeof__(&name))(uintptr_t)fault_real(#name)

/* ---- Sleeping ---- */

int64_t
fault_skipped_ns(void)
{
	return atomic_load(&skipped_ns);
}

int
nanosleep(const struct timespec *t, struct timespec *rest)
{
	NEXT(nanosleep);

	if (!fault_no_sleep)
		return next(t, rest);
	atomic_fetch_add(&skipped_ns, t->tv_sec * FAULT_NS_PER_S +
	    t->tv_nsec);
	return 0;
}

int
usleep(useconds_t us)
{
	struct timespec t = { us / US_PER_S, us % US_PER_S * NS_PER_US };

	return nanosleep(&t, NULL);
}

/* ---- Sockets ---- */

static bool
turned_away(void)
{
	return fault_fails(FAULT_SOCKET) || fault_fails(FAULT_INTERRUPTED);
}

CALL(FAULT_PROCESS, -1, int, socket, (int domain, int type, int protocol),
    (domain, type, protocol))
CALL(FAULT_SOCKET, -1, int, getsockopt, (int fd, int level, int option,
    void *value, socklen_t *size), (fd, level, option, value, size))
CALL(FAULT_SOCKET, -1, ssize_t, sendto, (int fd, const void *bytes,
    size_t size, int flags, const struct sockaddr *address, socklen_t length),
    (fd, bytes, size, flags, address, length))
CALL(FAULT_SOCKET, -1, ssize_t, recvfrom, (int fd, void *bytes, size_t size,
    int flags, struct sockaddr *address, socklen_t *length),
    (fd, bytes, size, flags, address, length))
CALL(FAULT_SOCKET, -1, int, epoll_ctl, (int epoll, int operation, int fd,
    struct epoll_event *event), (epoll, operation, fd, event))

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
	NEXT(connect);

	return turned_away() ? -1 : next(fd, address, size);
}

int
accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	NEXT(accept4);

	return turned_away() ? -1 : next(fd, address, size, flags);
}

ssize_t
send(int fd, const void *bytes, size_t size, int flags)
{
	NEXT(send);

	if (turned_away())
		return -1;
	return next(fd, bytes, size > 0 && fault_fails(FAULT_SHORT) ? 1 :
	    size, flags);
}

ssize_t
recv(int fd, void *bytes, size_t size, int flags)
{
	NEXT(recv);

	if (turned_away())
		return -1;
	if (fault_fails(FAULT_HUNG_UP))
		return 0;
	return next(fd, bytes, size > 0 && fault_fails(FAULT_SHORT) ? 1 :
	    size, flags);
}

static int
wait_in_vain(int ms)
{
	if (fault_no_sleep)
		atomic_fetch_add(&skipped_ns, ms * NS_PER_MS);
	return 0;
}

/* To look and to sleep is no waiting. */
int
poll(struct pollfd *list, nfds_t count, int ms)
{
	NEXT(poll);

	if (fault_fails(FAULT_SOCKET) ||
	    (ms != 0 && fault_fails(FAULT_INTERRUPTED)))
		return -1;
	if (count == 0 && fault_no_sleep)
		return wait_in_vain(ms);
	if (ms != 0 && fault_fails(FAULT_SILENT))
		return wait_in_vain(ms);
	return next(list, count, ms);
}
