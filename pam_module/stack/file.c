/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "stack/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LARGEST (1 << 20)	/* more is no list of modules */

static const char *const directories[] = { PAM_FILE_ADMIN, PAM_FILE_VENDOR };
#define DIRECTORIES (sizeof(directories) / sizeof(directories[0]))

/* What is there in one go; NULL with errno. */
static char *
read_whole(int fd)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return NULL;
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_LARGEST) {
		errno = EFBIG;
		return NULL;
	}
	if ((text = malloc((size_t)st.st_size + 1)) == NULL)
		return NULL;
	if ((n = read(fd, text, (size_t)st.st_size)) < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

static char *
read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), kept;
	char *text;

	if (fd == -1)
		return NULL;
	text = read_whole(fd);
	kept = errno;
	close(fd);
	errno = kept;
	return text;
}

char *
pam_file_find(const char *name, const char **path, void *arg)
{
	struct pam_file_place *p = arg;
	size_t tries = name[0] == '/' || p->only != NULL ? 1 : DIRECTORIES;
	char *text = NULL;

	for (size_t i = 0; i < tries && text == NULL; i++) {
		const char *root = name[0] != '/' && p->only != NULL ? "" :
		    p->root;
		const char *directory = name[0] == '/' ? "" :
		    p->only != NULL ? p->only : directories[i];
		int n = snprintf(p->path, sizeof(p->path), "%s%s%s%s", root,
		    directory, name[0] == '/' ? "" : "/", name);

		if (n < 0 || (size_t)n >= sizeof(p->path))
			p->error = ENAMETOOLONG;
		else if ((text = read_file(p->path)) == NULL &&
		    errno != ENOENT)
			p->error = errno;
	}
	*path = p->path;
	return text;
}
