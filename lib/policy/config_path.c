/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "policy/config_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char file_name[] = "paspw.conf";
static const char drop_ins_name[] = "paspw.conf.d";
static const char suffix[] = ".conf";

static int
no_memory(struct error *e)
{
	return error_set(e, PASPW_ERR_MEMORY, "out of memory");
}

int
config_path_name(const struct config_places *places, const char *path,
    char name[POLICY_TEXT_MAX], struct error *e)
{
	int n = path == NULL ?
	    snprintf(name, POLICY_TEXT_MAX, "%s/%s", places->etc, file_name) :
	    snprintf(name, POLICY_TEXT_MAX, "%s", path);

	if (n < 0 || n >= POLICY_TEXT_MAX || name[0] == '\0') {
		name[0] = '\0';
		return error_set(e, PASPW_ERR_CONFIG,
		    "the path of the configuration is empty or too long");
	}
	return PASPW_OK;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Add a path; a drop-in takes the place of one with the same name before. */
static int
add(struct config_paths *paths, const char *path, struct error *e)
{
	char **list, *copy = strdup(path);

	if (copy == NULL)
		return no_memory(e);
	for (size_t i = paths->drop_ins; i < paths->count; i++)
		if (strcmp(base_name(paths->list[i]), base_name(path)) == 0) {
			free(paths->list[i]);
			paths->list[i] = copy;
			return PASPW_OK;
		}
	list = realloc(paths->list, (paths->count + 1) * sizeof(*list));
	if (list == NULL) {
		free(copy);
		return no_memory(e);
	}
	paths->list = list;
	paths->list[paths->count++] = copy;
	return PASPW_OK;
}

static int
join(char path[PATH_MAX], const char *directory, const char *name,
    struct error *e)
{
	if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
		return error_set(e, PASPW_ERR_CONFIG, "%s: path too long",
		    directory);
	return PASPW_OK;
}

/* Is there something? A link that leads nowhere is there: an error to be
 * told, not a file that was never written. */
static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Whoever can write in the directory can take a stricter drop-in away. */
static int
check_directory(int fd, const char *directory, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return error_errno(e, PASPW_ERR_CONFIG, errno, "%s",
		    directory);
	if ((st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(e, PASPW_ERR_CONFIG,
		    "%s: others can write in it", directory);
	return PASPW_OK;
}

static bool
is_drop_in(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > strlen(suffix) &&
	    strcmp(name + length - strlen(suffix), suffix) == 0;
}

static int
add_drop_ins(struct config_paths *paths, const char *directory,
    struct error *e)
{
	int rc = PASPW_ERR_INTERNAL;
	char path[PATH_MAX];
	DIR *dir = NULL;
	struct dirent *entry;
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return !exists(directory) ? PASPW_OK : error_errno(e,
		    PASPW_ERR_CONFIG, errno, "%s", directory);
	if ((rc = check_directory(fd, directory, e)) != PASPW_OK)
		goto out;
	if ((dir = fdopendir(fd)) == NULL) {
		rc = error_errno(e, PASPW_ERR_CONFIG, errno, "%s", directory);
		goto out;
	}
	fd = -1;
	while (errno = 0, (entry = readdir(dir)) != NULL)
		if (is_drop_in(entry->d_name) && ((rc = join(path, directory,
		    entry->d_name, e)) != PASPW_OK ||
		    (rc = add(paths, path, e)) != PASPW_OK))
			goto out;
	rc = errno == 0 ? PASPW_OK :
	    error_errno(e, PASPW_ERR_CONFIG, errno, "%s", directory);
out:
	if (dir != NULL)
		closedir(dir);
	if (fd != -1)
		close(fd);
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *one = a, *const *other = b;

	return strcmp(base_name(*one), base_name(*other));
}

static int
find_standard(struct config_paths *paths, const struct config_places *places,
    bool named, struct error *e)
{
	const char *const dirs[] = {
		places->vendor, places->run, places->etc
	};
	char etc[PATH_MAX], vendor[PATH_MAX], path[PATH_MAX];
	int rc;

	if ((rc = join(etc, places->etc, file_name, e)) != PASPW_OK ||
	    (rc = join(vendor, places->vendor, file_name, e)) != PASPW_OK)
		return rc;
	if (named || exists(etc))
		rc = add(paths, etc, e);
	else if (exists(vendor))
		rc = add(paths, vendor, e);
	paths->drop_ins = paths->count;
	for (size_t i = 0; rc == PASPW_OK &&
	    i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if ((rc = join(path, dirs[i], drop_ins_name, e)) == PASPW_OK)
			rc = add_drop_ins(paths, path, e);
	return rc;
}

static int
find_named(struct config_paths *paths, const char *path, struct error *e)
{
	char drop_ins[PATH_MAX];
	int rc;

	if ((rc = add(paths, path, e)) != PASPW_OK)
		return rc;
	paths->drop_ins = paths->count;
	snprintf(drop_ins, sizeof(drop_ins), "%s.d", path);
	return add_drop_ins(paths, drop_ins, e);
}

int
config_paths_find(struct config_paths *paths,
    const struct config_places *places, const char *path, struct error *e)
{
	char standard[POLICY_TEXT_MAX];
	int rc;

	memset(paths, 0, sizeof(*paths));
	if ((rc = config_path_name(places, NULL, standard, e)) != PASPW_OK)
		return rc;
	/* naming the default file only says that it must exist */
	rc = path == NULL || strcmp(path, standard) == 0 ?
	    find_standard(paths, places, path != NULL, e) :
	    find_named(paths, path, e);
	if (rc == PASPW_OK && paths->count > paths->drop_ins)
		qsort(paths->list + paths->drop_ins, paths->count -
		    paths->drop_ins, sizeof(*paths->list), by_name);
	return rc;
}

void
config_paths_free(struct config_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->list[i]);
	free(paths->list);
	memset(paths, 0, sizeof(*paths));
}
