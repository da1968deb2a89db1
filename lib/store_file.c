/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_MODE 0700
#define FILE_MODE 0600
#define OTHERS (S_IRWXG | S_IRWXO)

static const char hint[] = ": run `paspw init` to create the store";

/* A file that cannot be reached: not permitted is not the same as broken. */
static int
unreachable(const char *path, struct error *e)
{
	int code = errno == EACCES || errno == EPERM ? PASPW_ERR_DENIED :
	    PASPW_ERR_STORE;

	return error_errno(e, code, errno, "%s%s", path,
	    errno == ENOENT ? hint : "");
}

/* Whoever else can write here could put his own store in place of ours, and
 * whoever can read it has the hashes. */
static int
check_owner(int fd, const char *path, struct stat *st, struct error *e)
{
	if (fstat(fd, st) == -1)
		return error_errno(e, PASPW_ERR_STORE, errno, "%s", path);
	if (st->st_uid != geteuid())
		return error_set(e, PASPW_ERR_STORE,
		    "%s: owned by uid %lu, not by uid %lu", path,
		    (unsigned long)st->st_uid, (unsigned long)geteuid());
	if ((st->st_mode & OTHERS) != 0)
		return error_set(e, PASPW_ERR_STORE,
		    "%s: mode %04o lets others in; it must be %04o", path,
		    (unsigned)st->st_mode & 07777U,
		    S_ISDIR(st->st_mode) ? DIRECTORY_MODE : FILE_MODE);
	return PASPW_OK;
}

static int
open_directory(const char *path, bool create, int *fd, struct error *e)
{
	char copy[PATH_MAX];
	const char *directory;
	struct stat st;

	memcpy(copy, path, strlen(path) + 1);
	directory = dirname(copy);
	if (create && mkdir(directory, DIRECTORY_MODE) == -1 &&
	    errno != EEXIST)
		return unreachable(directory, e);
	*fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd == -1)
		return unreachable(directory, e);
	return check_owner(*fd, directory, &st, e);
}

/* Through the directory that was checked, so that nobody swaps it in between.
 * O_PATH: closing an ordinary descriptor would drop every lock that SQLite
 * holds on this file elsewhere in the process. */
static int
check_file(int dir, const char *path, bool create, struct error *e)
{
	char copy[PATH_MAX];
	const char *name;
	struct stat st;
	int fd, r;

	memcpy(copy, path, strlen(path) + 1);
	name = basename(copy);
	if (create && (fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, FILE_MODE)) != -1)
		close(fd);
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return unreachable(path, e);
	if ((r = check_owner(fd, path, &st, e)) == PASPW_OK &&
	    !S_ISREG(st.st_mode))
		r = error_set(e, PASPW_ERR_STORE, "%s: not a regular file",
		    path);
	close(fd);
	return r;
}

int
store_file_check(const char *path, bool create, struct error *e)
{
	int dir = -1;
	int r;

	if (path[0] != '/' || strlen(path) >= PATH_MAX)
		return error_set(e, PASPW_ERR_STORE,
		    "%s: a store needs an absolute path", path);
	if ((r = open_directory(path, create, &dir, e)) != PASPW_OK)
		goto out;
	r = check_file(dir, path, create, e);
out:
	if (dir != -1)
		close(dir);
	return r;
}
