/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* lines: a file with hashes in it that somebody else wrote: bounded, and
 * nothing of it stays in memory. */

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
lines_open_file(int directory, const char *path)
{
	struct stat st;
	/* A link could lead to another file, a FIFO would hold us up. */
	int fd = openat(directory, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

struct lines *
lines_open(struct tool *t, const char *path, int *code)
{
	struct lines *l = NULL;
	int fd = lines_open_file(AT_FDCWD, path);

	if (fd < 0) {
		*code = output_fault(t, errno == EACCES || errno == EPERM ?
		    TOOL_DENIED : TOOL_USAGE, "file", "%s: %s", path,
		    errno == EINVAL ? _("it is no regular file") :
		    strerror(errno));
		return NULL;
	}
	if ((l = calloc(1, sizeof(*l))) == NULL) {
		*code = output_fault(t, TOOL_INTERNAL, "memory", "%s",
		    paspw_strerror(PASPW_ERR_MEMORY));
		close(fd);
		return NULL;
	}
	l->fd = fd;
	return l;
}

void
lines_close(struct lines **l)
{
	if (*l == NULL)
		return;
	close((*l)->fd);
	explicit_bzero(*l, sizeof(**l));
	free(*l);
	*l = NULL;
}

/* More of the file into the buffer; false after a fault. */
static bool
fill(struct lines *l)
{
	ssize_t n;

	memmove(l->buffer, l->buffer + l->begin, l->used - l->begin);
	l->used -= l->begin;
	l->begin = 0;
	if (l->used == LINES_MAX) {
		l->skipping = true;
		l->used = 0;
	}
	do
		n = read(l->fd, l->buffer + l->used, LINES_MAX - l->used);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	l->ended = n == 0;
	l->used += (size_t)n;
	return true;
}

/* The line that ends here. */
static void
yield(struct lines *l, size_t length)
{
	l->number++;
	l->line = l->buffer + l->begin;
	l->length = l->skipping ? 0 : length;
	l->line[l->length] = '\0';
	l->too_long = l->skipping;
	l->skipping = false;
	l->begin += length;
	if (l->begin < l->used)
		l->begin++;	/* its end */
}

bool
lines_next(struct tool *t, const char *path, struct lines *l, int *code)
{
	for (;;) {
		char *at = l->buffer + l->begin;
		size_t left = l->used - l->begin;
		char *end = memchr(at, '\n', left);

		if (end != NULL || (l->ended && (left > 0 || l->skipping))) {
			yield(l, end != NULL ? (size_t)(end - at) : left);
			return true;
		}
		if (l->ended)
			return false;
		if (!fill(l)) {
			*code = output_fault(t, TOOL_INTERNAL, "file",
			    "%s: %s", path, strerror(errno));
			return false;
		}
	}
}
