/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * slow_directory: loaded before a program, it is a directory that hangs. While
 * the file SLOW_WHILE is there, nobody learns anything of the person
 * SLOW_NAME; a byte in SLOW_LOG for each who asks.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS 20000000

static void
note(void)
{
	const char *path = getenv("SLOW_LOG");
	int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND |
	    O_CREAT | O_CLOEXEC, 0666);

	if (fd == -1)
		return;
	(void)!write(fd, "x", 1);
	close(fd);
}

static void
hang(const char *name)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };
	const char *slow = getenv("SLOW_NAME"), *path = getenv("SLOW_WHILE");

	if (slow == NULL || path == NULL || strcmp(slow, name) != 0)
		return;
	note();
	while (access(path, F_OK) == 0)
		nanosleep(&look, NULL);
}

typedef int look_fn(const char *, struct passwd *, char *, size_t,
    struct passwd **);

int
getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
    struct passwd **result)
{
	look_fn *real = (look_fn *)(uintptr_t)dlsym(RTLD_NEXT, "getpwnam_r");

	hang(name);
	return real(name, entry, buffer, size, result);
}
