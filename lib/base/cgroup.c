/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX 4096		/* of small files of the kernel */
#define DECIMAL 10
#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

const struct cgroup_places cgroup_places = {
	"/proc/self/cgroup", "/sys/fs/cgroup"
};

/* A hierarchy: where it may be mounted below the tree, how its line in the
 * membership begins after the number, and what is asked about. */
struct hierarchy {
	const char *mounts[2];
	const char *controller;
	const char *freeze;
	const char *memory;
};
static const struct hierarchy hierarchies[] = {
	{ { "", "/unified" }, "", "cgroup.freeze", "memory.max" },
	{ { "/freezer", NULL }, "freezer", "freezer.state", NULL },
	{ { "/memory", NULL }, "memory", NULL, "memory.limit_in_bytes" },
};
#define HIERARCHIES (sizeof(hierarchies) / sizeof(hierarchies[0]))

/* ---- Reading ---- */

/* The text of a small file; false: it cannot be read. */
static bool
read_text(const char *path, char text[TEXT_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	memset(text, 0, TEXT_MAX);
	if (fd == -1)
		return false;
	n = read(fd, text, TEXT_MAX - 1);
	close(fd);
	return n >= 0;
}

/* The group in one hierarchy from the lines `number:controllers:group`;
 * false: it is in none. */
static bool
find_group(const char *lines, const char *controller, char group[PATH_MAX])
{
	char copy[TEXT_MAX], *rest = copy, *line;

	memcpy(copy, lines, sizeof(copy));
	while ((line = strsep(&rest, "\n")) != NULL) {
		const char *number = strsep(&line, ":");
		const char *names = strsep(&line, ":");

		if (number == NULL || names == NULL || line == NULL ||
		    strcmp(names, controller) != 0)
			continue;
		return snprintf(group, PATH_MAX, "%s", line) < PATH_MAX;
	}
	return false;
}

typedef bool level_fn(const char *directory, const struct hierarchy *h,
    void *arg);

/* The group itself, then each one that it is in, but for the root group;
 * stops when fn says false. */
static bool
each_level(const char *mount, const char *group, const struct hierarchy *h,
    level_fn *fn, void *arg)
{
	char path[PATH_MAX];
	size_t top = strlen(mount);
	char *slash;

	if (snprintf(path, sizeof(path), "%s%s", mount, group) >= PATH_MAX)
		return false;
	while (strlen(path) > top + 1) {
		if (!fn(path, h, arg))
			return false;
		if ((slash = strrchr(path + top, '/')) == NULL)
			return true;
		*slash = '\0';
	}
	return true;
}

/* Each level of each hierarchy; false: fn said so, or nothing can be told. */
static bool
each_group(const struct cgroup_places *places, level_fn *fn, void *arg)
{
	char lines[TEXT_MAX], group[PATH_MAX], mount[PATH_MAX];

	/* A kernel without control groups has the place without the file. */
	if (!read_text(places->membership, lines))
		return errno == ENOENT && access("/proc/self", F_OK) == 0;
	for (size_t i = 0; i < HIERARCHIES; i++) {
		const struct hierarchy *h = &hierarchies[i];

		if (!find_group(lines, h->controller, group))
			continue;
		for (size_t j = 0; j < 2 && h->mounts[j] != NULL; j++)
			if (snprintf(mount, sizeof(mount), "%s%s",
			    places->tree, h->mounts[j]) >= PATH_MAX ||
			    !each_level(mount, group, h, fn, arg))
				return false;
	}
	return true;
}

/* ---- Freezing ---- */

static bool
is_roots(const char *directory, const char *file)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/%s", directory, file) >= PATH_MAX)
		return false;
	if (stat(path, &st) == -1)
		return errno == ENOENT;
	return st.st_uid == 0 && (st.st_mode & OTHERS_WRITE) == 0;
}

/* Whoever may write cgroup.procs may move it below, into a group of his. */
static bool
is_safe(const char *directory, const struct hierarchy *h, void *arg)
{
	(void)arg;
	return h->freeze == NULL || (is_roots(directory, h->freeze) &&
	    is_roots(directory, "cgroup.procs"));
}

bool
cgroup_exposed(const struct cgroup_places *places)
{
	return !each_group(places, is_safe, NULL);
}

void
cgroup_leave(const struct cgroup_places *places)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < HIERARCHIES; i++) {
		const struct hierarchy *h = &hierarchies[i];

		for (size_t j = 0; h->freeze != NULL && j < 2 &&
		    h->mounts[j] != NULL; j++) {
			int fd = -1;

			if (snprintf(path, sizeof(path), "%s%s/cgroup.procs",
			    places->tree, h->mounts[j]) < PATH_MAX)
				fd = open(path, O_WRONLY | O_CLOEXEC);
			if (fd == -1)
				continue;
			/* 0: the process that writes */
			while (write(fd, "0", 1) == -1 && errno == EINTR)
				;
			close(fd);
		}
	}
}

/* ---- Memory ---- */

static bool
least_memory(const char *directory, const struct hierarchy *h, void *arg)
{
	char path[PATH_MAX], text[TEXT_MAX], *end = NULL;
	uint64_t *least = arg;
	unsigned long long limit;

	if (h->memory == NULL || snprintf(path, sizeof(path), "%s/%s",
	    directory, h->memory) >= PATH_MAX || !read_text(path, text))
		return true;
	errno = 0;
	limit = strtoull(text, &end, DECIMAL);	/* or "max" */
	if (errno == 0 && end != text && limit < *least)
		*least = limit;
	return true;
}

uint64_t
cgroup_memory(const struct cgroup_places *places)
{
	uint64_t least = UINT64_MAX;

	if (!each_group(places, least_memory, &least))
		return UINT64_MAX;
	return least;
}
