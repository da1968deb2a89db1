/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* config_keep: the last good policy of each configuration path. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/config_path.h"
#include "policy/config_realm.h"

#define DIRECTORY_MODE 0700
#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

static const char directory_name[] = "policy";
/* The last line: a file that was cut says less than was meant. */
static const char end_mark[] = "# end\n";

/*
 * One file name for one path: '/' becomes '-', and what is not plain becomes
 * %hex. Begins with '-', so it is never "." nor a temporary file.
 */
static int
file_name(const char *path, char name[NAME_MAX + 1], struct error *e)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
	size_t used = 0;

	if (path[0] != '/')
		return error_set(e, PASPW_ERR_CONFIG,
		    "%s: not an absolute path, so no policy is kept for it",
		    path);
	for (; *path != '\0' && used + sizeof("%ff") <= NAME_MAX; path++) {
		if (*path == '/')
			name[used++] = '-';
		else if (strchr(plain, *path) != NULL)
			name[used++] = *path;
		else
			used += (size_t)snprintf(name + used, sizeof("%ff"),
			    "%%%02x", (unsigned)(unsigned char)*path);
	}
	name[used] = '\0';
	if (*path != '\0')
		return error_set(e, PASPW_ERR_CONFIG,
		    "the path is too long, so no policy is kept for it");
	return PASPW_OK;
}

/* ---- Write ---- */

static void
write_realm(FILE *file, const struct policy *p)
{
	char value[POLICY_TEXT_MAX];

	fprintf(file, "[%s]\n", p->realm);
	for (const struct policy_setting *s = policy_settings; s->name; s++) {
		/* one realm starts from one of these, and all else is said */
		if (strcmp(s->name, "preset") == 0 && p->extends[0] != '\0')
			continue;
		policy_get(p, s, value, sizeof(value));
		fprintf(file, "%s = %s\n", s->name, value);
	}
}

static int
write_text(const struct config *c, char **text, size_t *size, struct error *e)
{
	FILE *file = open_memstream(text, size);
	int failed;

	if (file == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	fputs("# The last good policy, kept for the day when the file is "
	    "broken.\n", file);
	for (size_t i = 0; i < c->count; i++)
		write_realm(file, &c->realms[i]);
	fputs(end_mark, file);
	failed = ferror(file);
	if (fclose(file) != 0 || failed)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	return PASPW_OK;
}

/* Read a kept file; it must say everything. */
static int
read_kept(struct config *c, const char *path, uid_t trusted,
    const char *state, struct error *e)
{
	int rc = PASPW_ERR_INTERNAL;
	struct config_drafts drafts = { 0 };
	char *text = NULL;
	size_t size = 0;

	if ((rc = config_file_text(path, trusted, &text, &size, e)) !=
	    PASPW_OK)
		goto out;
	rc = PASPW_ERR_CONFIG;
	if (size < strlen(end_mark) || strcmp(text + size - strlen(end_mark),
	    end_mark) != 0) {
		error_set(e, rc, "%s: its end is missing", path);
		goto out;
	}
	error_clear(e);
	if ((rc = config_file_read(path, trusted, &drafts, e)) != PASPW_OK)
		goto out;
	if (!config_drafts_complete(&drafts)) {
		rc = error_set(e, PASPW_ERR_CONFIG,
		    "%s: a setting is missing", path);
		goto out;
	}
	rc = config_drafts_finish(&drafts, state, c, e);
out:
	config_drafts_free(&drafts);
	free(text);
	return rc;
}

/* Do two configurations demand the same? */
static bool
same(const struct config *a, const struct config *b)
{
	char one[POLICY_TEXT_MAX], other[POLICY_TEXT_MAX];

	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->realms[i].realm, b->realms[i].realm) != 0)
			return false;
		for (const struct policy_setting *s = policy_settings;
		    s->name; s++) {
			policy_get(&a->realms[i], s, one, sizeof(one));
			policy_get(&b->realms[i], s, other, sizeof(other));
			if (strcmp(one, other) != 0)
				return false;
		}
	}
	return true;
}

static int
write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return -1;
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd);
}

/* The new file beside the old one; read back before it takes its place. */
static int
replace(const struct config *c, uid_t keeper, int dir, const char *directory,
    const char *path, const char *text, size_t size, struct error *e)
{
	int rc = PASPW_ERR_CONFIG;
	struct config again = { 0 };
	char made[PATH_MAX];
	int fd = -1;

	if (snprintf(made, sizeof(made), "%s/.newXXXXXX", directory) >=
	    (int)sizeof(made) || (fd = mkostemp(made, O_CLOEXEC)) == -1)
		return error_errno(e, rc, errno, "%s", directory);
	if (write_all(fd, text, size) == -1) {
		error_errno(e, rc, errno, "%s", made);
		goto out;
	}
	if ((rc = read_kept(&again, made, keeper, directory, e)) !=
	    PASPW_OK)
		goto out;
	rc = PASPW_ERR_CONFIG;
	if (!same(c, &again)) {
		error_set(e, rc, "%s: reads back as another policy", made);
		goto out;
	}
	if (rename(made, path) == -1 || fsync(dir) == -1) {
		error_errno(e, rc, errno, "%s", path);
		goto out;
	}
	made[0] = '\0';
	rc = PASPW_OK;
out:
	if (made[0] != '\0')
		unlink(made);
	close(fd);
	config_free(&again);
	return rc;
}

/* Whose file it is to be. Root keeps it as the owner of the state directory,
 * the agent's user, and with no more rights than that: else that user could
 * lead root elsewhere by a link. */
static uid_t
keeper_of(const char *state)
{
	struct stat st;

	if (geteuid() == 0 && lstat(state, &st) == 0)
		return st.st_uid;
	return geteuid();
}

/* Is this directory his (or root's), and nobody else writes in it? */
static bool
is_owned(int fd, uid_t keeper, bool or_root)
{
	struct stat st;

	return fd != -1 && fstat(fd, &st) == 0 &&
	    (st.st_uid == keeper || (or_root && st.st_uid == 0)) &&
	    (st.st_mode & OTHERS_WRITE) == 0;
}

/*
 * The directory if it is the keeper's alone, made if its parent is; -1: there
 * is none and nothing is to be kept. Whoever owns the parent could put another
 * directory in its place, so that must be root or he.
 */
static int
open_kept(const char *state, uid_t keeper)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int parent = open(state, flags), fd = -1;

	if (is_owned(parent, keeper, true)) {
		fd = openat(parent, directory_name, flags);
		if (fd == -1 && errno == ENOENT &&
		    is_owned(parent, keeper, false) &&
		    (mkdirat(parent, directory_name, DIRECTORY_MODE) == 0 ||
		    errno == EEXIST))
			fd = openat(parent, directory_name, flags);
	}
	if (fd != -1 && !is_owned(fd, keeper, false)) {
		close(fd);
		fd = -1;
	}
	if (parent != -1)
		close(parent);
	return fd;
}

/* state/policy and the file in it that belongs to this configuration */
static int
kept_path(const char *state, const char *config, char directory[PATH_MAX],
    char path[PATH_MAX], struct error *e)
{
	char name[NAME_MAX + 1];
	int rc;

	if ((rc = file_name(config, name, e)) != PASPW_OK)
		return rc;
	if (snprintf(directory, PATH_MAX, "%s/%s", state, directory_name) >=
	    PATH_MAX || snprintf(path, PATH_MAX, "%s/%s", directory, name) >=
	    PATH_MAX)
		return error_set(e, PASPW_ERR_CONFIG, "%s: path too long",
		    state);
	return PASPW_OK;
}

static int
keep(const struct config *c, const struct config_places *places,
    uid_t keeper, struct error *e)
{
	int rc = PASPW_ERR_INTERNAL;
	char directory[PATH_MAX], path[PATH_MAX];
	char *text = NULL, *old = NULL;
	size_t size = 0, old_size = 0;
	int dir = -1;

	if ((rc = kept_path(places->state, c->path, directory, path, e)) !=
	    PASPW_OK)
		return rc;
	if ((dir = open_kept(places->state, keeper)) == -1)
		return PASPW_OK;
	if ((rc = write_text(c, &text, &size, e)) != PASPW_OK)
		goto out;
	/* one write for each change of the file, not for each login */
	if (config_file_text(path, keeper, &old, &old_size, e) ==
	    PASPW_OK && old_size == size && memcmp(old, text, size) == 0)
		goto out;
	error_clear(e);
	rc = replace(c, keeper, dir, directory, path, text, size, e);
out:
	if (dir != -1)
		close(dir);
	free(text);
	free(old);
	return rc;
}

int
config_keep_in(const struct config *c, const struct config_places *places,
    struct error *e)
{
	uid_t keeper = keeper_of(places->state), own;
	int rc;

	error_clear(e);
	/* a relative path is another file in each directory */
	if (c->last_good || c->path[0] != '/')
		return PASPW_OK;
	/* of this thread alone */
	own = (uid_t)setfsuid(keeper);
	rc = keep(c, places, keeper, e);
	setfsuid(own);
	return rc;
}

int
config_keep(const struct config *c, struct error *e)
{
	return config_keep_in(c, &config_places, e);
}

int
config_read_last_good_in(struct config *c, const struct config_places *places,
    const char *path, struct error *e)
{
	char directory[PATH_MAX], kept[PATH_MAX];
	struct stat st;
	int rc;

	memset(c, 0, sizeof(*c));
	error_clear(e);
	if ((rc = config_path_name(places, path, c->path, e)) != PASPW_OK ||
	    (rc = kept_path(places->state, c->path, directory, kept, e)) !=
	    PASPW_OK)
		return rc;
	if (lstat(directory, &st) == -1)
		return error_errno(e, PASPW_ERR_CONFIG, errno, "%s",
		    directory);
	if (!S_ISDIR(st.st_mode) || (st.st_mode & OTHERS_WRITE) != 0)
		return error_set(e, PASPW_ERR_CONFIG,
		    "%s: others can write in it", directory);
	/* its owner also owns the stores: paspwd's policy serves root too */
	if ((rc = read_kept(c, kept, st.st_uid, places->state, e)) !=
	    PASPW_OK) {
		config_free(c);
		return rc;
	}
	c->last_good = true;
	return PASPW_OK;
}

int
config_read_last_good(struct config *c, const char *path, struct error *e)
{
	return config_read_last_good_in(c, &config_places, path, e);
}
