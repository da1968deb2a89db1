/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* listener: the socket of an agent of these tests. */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTENER_QUEUE 8

static inline int
listener_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	if (fd == -1 || bind(fd, (const struct sockaddr *)&address,
	    sizeof(address)) == -1 || listen(fd, LISTENER_QUEUE) == -1)
		exit(EXIT_FAILURE);
	return fd;
}

#endif
