/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMBERSHIP_MAX 4096	/* 13 controllers, one path each */
#define NUMBER_MAX 64

/* How the two versions of control groups name it. */
static const struct version {
	const char *controller;		/* in the membership; "": version 2 */
	const char *directory;		/* under the mount */
	const char *file;
} versions[] = {
	{ "", "", "memory.max" },
	{ "memory", "/memory", "memory.limit_in_bytes" },
};

/* What fits of a file; "" if it cannot be read. */
static void
read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd != -1)
		close(fd);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Of one group; 0: it has none ("max"). */
static uint64_t
limit_in(const char *path)
{
	char text[NUMBER_MAX], *end;
	unsigned long long n;

	read_file(path, text, sizeof(text));
	if (text[0] < '0' || text[0] > '9')
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno != 0 || (*end != '\n' && *end != '\0') ? 0 : n;
}

/* Of a group and of all above it: the least holds. group is shortened. */
static uint64_t
limit_of_group(const struct version *v, const char *mount, char *group,
    uint64_t most)
{
	char path[PATH_MAX];
	char *slash = group;

	while (slash != NULL) {
		int n = snprintf(path, sizeof(path), "%s%s%s/%s", mount,
		    v->directory, group, v->file);

		if (n > 0 && (size_t)n < sizeof(path))
			most = least(most, limit_in(path));
		if ((slash = strrchr(group, '/')) != NULL)
			*slash = '\0';
	}
	return most;
}

/* Is `word` among those that commas separate? "" is, if there are none. */
static bool
has_word(const char *list, size_t length, const char *word)
{
	size_t size = strlen(word);

	if (size == 0)
		return length == 0;
	for (const char *p = list; p + size <= list + length; p++)
		if (memcmp(p, word, size) == 0 &&
		    (p == list || p[-1] == ',') &&
		    (p + size == list + length || p[size] == ','))
			return true;
	return false;
}

/* One line: "0::/user.slice", "5:memory:/ssh". */
static uint64_t
limit_of_line(const char *line, size_t length, const char *mount,
    uint64_t most)
{
	const char *list = memchr(line, ':', length), *group;
	char path[PATH_MAX];

	if (list == NULL)
		return most;
	list++;
	group = memchr(list, ':', length - (size_t)(list - line));
	if (group == NULL || length - (size_t)(group - line) > sizeof(path))
		return most;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (!has_word(list, (size_t)(group - list),
		    versions[i].controller))
			continue;
		memcpy(path, group + 1, length - (size_t)(group - line) - 1);
		path[length - (size_t)(group - line) - 1] = '\0';
		most = limit_of_group(&versions[i], mount, path, most);
	}
	return most;
}

uint64_t
memory_limit_of(const char *membership, const char *mount, uint64_t most)
{
	while (*membership != '\0') {
		size_t length = strcspn(membership, "\n");

		most = limit_of_line(membership, length, mount, most);
		membership += length + (membership[length] == '\n' ? 1 : 0);
	}
	return most;
}

uint64_t
memory_limit(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t machine = pages <= 0 || size <= 0 ? 0 :
	    (uint64_t)pages * (uint64_t)size;
	char membership[MEMBERSHIP_MAX];

	read_file("/proc/self/cgroup", membership, sizeof(membership));
	return memory_limit_of(membership, "/sys/fs/cgroup", machine);
}
