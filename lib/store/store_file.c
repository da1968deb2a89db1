/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "store/store_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/directory.h"
#include "base/wait.h"

#define DIRECTORY_MODE 0700
#define PARENT_MODE 0755
#define FILE_MODE 0600
#define OTHERS (S_IRWXG | S_IRWXO)
#define STATE_DIRECTORY LOCALSTATEDIR "/lib/paspw"
#define KEY_NAME ".key"		/* sealing is root's alone */

static const char hint[] = ": run `paspw init` to create the store";

int
store_file_path(const char *location, const char *suffix, char *path,
    size_t size, struct error *e)
{
	const char *file = strchr(location, ':');
	int n = file == NULL ? -1 :
	    snprintf(path, size, "%s%s", file + 1, suffix);

	if (n < 0 || (size_t)n >= size)
		return error_set(e, PASPW_ERR_CONFIG,
		    "store %s: no place for a file beside it", location);
	return PASPW_OK;
}

/* A file that cannot be reached: not permitted is not the same as broken. */
static int
unreachable(const char *path, struct error *e)
{
	int code = errno == EACCES || errno == EPERM ? PASPW_ERR_DENIED :
	    PASPW_ERR_STORE;

	return error_errno(e, code, errno, "%s%s", path,
	    errno == ENOENT ? hint : "");
}

/* The user that the agent runs as; false: there is none. */
static bool
agent_uid(uid_t *uid)
{
	struct directory_person agent;
	struct error ignored;

	if (directory_person(PASPW_USER, &agent, &ignored) != PASPW_OK ||
	    !agent.found)
		return false;
	*uid = (uid_t)agent.uid;
	return true;
}

/* Ours, or the agent's if we are root. */
static bool
is_owner(uid_t owner)
{
	uid_t agent;

	return owner == geteuid() ||
	    (geteuid() == 0 && agent_uid(&agent) && owner == agent);
}

/* Whoever else can write here could put his own store in place of ours, and
 * whoever can read it has the hashes. */
static int
check_owner(int fd, const char *path, struct stat *st, struct error *e)
{
	if (fstat(fd, st) == -1)
		return error_errno(e, PASPW_ERR_STORE, errno, "%s", path);
	if (S_ISLNK(st->st_mode))
		return error_set(e, PASPW_ERR_STORE,
		    "%s: a symbolic link, not a store", path);
	if (!is_owner(st->st_uid))
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

/* ---- Giving a store to the agent ---- */

static bool
has_key_name(const char *name)
{
	return strstr(name, KEY_NAME) != NULL;
}

/* What lies in a directory that is root's alone, so that nobody can put
 * anything else in its place meanwhile; then the directory itself. Files that
 * are not root's stay whose they are. */
static bool
give(int dir, uid_t agent, bool deep)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int copy = openat(dir, ".", flags), below;
	DIR *list = copy == -1 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	struct stat st;
	bool given = list != NULL;

	while (given && (entry = readdir(list)) != NULL) {
		if (entry->d_name[0] == '.' || has_key_name(entry->d_name) ||
		    fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
		    -1 || st.st_uid != 0)
			continue;
		if (S_ISREG(st.st_mode))
			given = fchownat(dir, entry->d_name, agent,
			    (gid_t)-1, AT_SYMLINK_NOFOLLOW) == 0;
		if (deep && S_ISDIR(st.st_mode) && (below = openat(dir,
		    entry->d_name, flags)) != -1) {
			given = give(below, agent, false);
			close(below);
		}
	}
	if (list != NULL)
		closedir(list);
	else if (copy != -1)
		close(copy);
	return given && fchown(dir, agent, (gid_t)-1) == 0;
}

/* Root makes stores for the agent, if there is one: in a directory that is
 * new, and in the built-in one, which it may have made before there was. */
static int
give_directory(int dir, const char *path, bool made, struct error *e)
{
	struct stat st;
	uid_t agent;

	if (geteuid() != 0 || fstat(dir, &st) == -1 || st.st_uid != 0 ||
	    (st.st_mode & OTHERS) != 0 ||
	    (!made && strcmp(path, STATE_DIRECTORY) != 0) ||
	    !agent_uid(&agent))
		return PASPW_OK;
	if (!give(dir, agent, true))
		return error_errno(e, PASPW_ERR_STORE, errno,
		    "%s: cannot give it to " PASPW_USER, path);
	return PASPW_OK;
}

/* ---- The check ---- */

int
store_file_check_open(int fd, const char *path, struct error *e)
{
	struct stat st;

	return check_owner(fd, path, &st, e);
}

/* Those above it, as mkdir -p: /usr/local has no var/lib. */
static bool
make_parents(char *directory)
{
	bool made = true;

	for (char *slash = strchr(directory + 1, '/'); made && slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		made = mkdir(directory, PARENT_MODE) == 0 || errno == EEXIST;
		*slash = '/';
	}
	return made;
}

static int
open_directory(const char *path, bool create, int *fd, struct error *e)
{
	char copy[PATH_MAX];
	char *directory;
	bool made = false;
	struct stat st;
	int r;

	memcpy(copy, path, strlen(path) + 1);
	directory = dirname(copy);
	if (create && (!make_parents(directory) ||
	    (!(made = mkdir(directory, DIRECTORY_MODE) == 0) &&
	    errno != EEXIST)))
		return unreachable(directory, e);
	*fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd == -1)
		return unreachable(directory, e);
	if (create && (r = give_directory(*fd, directory, made, e)) !=
	    PASPW_OK)
		return r;
	return check_owner(*fd, directory, &st, e);
}

/* A new file belongs to whom its directory belongs. */
static bool
make_file(int dir, const char *name)
{
	struct stat st;
	bool made = false;
	int fd;

	fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, FILE_MODE);
	if (fd == -1)
		return errno == EEXIST;
	if (fstat(dir, &st) == 0)
		made = st.st_uid == geteuid() ||
		    fchown(fd, st.st_uid, (gid_t)-1) == 0;
	close(fd);
	return made;
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
	if (create && !make_file(dir, name))
		return unreachable(path, e);
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

/* ---- The lock ---- */

int
store_file_lock(int fd, const char *path, bool alone, int64_t timeout_ms,
    struct error *e)
{
	struct wait wait;

	wait_start(&wait, timeout_ms, WAIT_FOR_HASH_NS);
	while (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_errno(e, PASPW_ERR_STORE, errno, "%s",
			    path);
		if (!wait_once(&wait))
			return error_set(e, PASPW_ERR_BUSY,
			    "%s: somebody else is at it", path);
	}
	return PASPW_OK;
}
