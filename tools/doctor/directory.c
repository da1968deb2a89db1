/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "doctor/directory.h"

#include "stack/file.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What editors and packagers leave behind; no program asks for it. */
static const char *const leftovers[] = {
	".*", "*~", "*.dpkg-*", "*.rpm*", "*.pam-old", "*.bak", "*.orig"
};

/* What other files include, also where none does. */
static const char *const parts[] = {
	"common-*", "system-auth*", "password-auth*", "fingerprint-auth*",
	"smartcard-auth*", "system-account*", "system-login", "postlogin*"
};

static bool
matches(const char *const *patterns, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	return false;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
add_name(struct pam_directory *d, const char *name)
{
	char **longer;

	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->names[i], name) == 0)
			return true;
	longer = realloc(d->names, (d->count + 1) * sizeof(*longer));
	if (longer == NULL)
		return false;
	d->names = longer;
	if ((longer[d->count] = strdup(name)) == NULL)
		return false;
	d->count++;
	return true;
}

static bool
list_directory(struct pam_directory *d, const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	bool whole = true;

	if (directory == NULL)
		return false;
	while (whole && (entry = readdir(directory)) != NULL)
		if (!matches(leftovers, COUNT(leftovers), entry->d_name))
			whole = add_name(d, entry->d_name);
	closedir(directory);
	return whole;
}

/* The vendor's directory need not be there. */
static bool
list_names(struct pam_directory *d, const char *root, const char *only)
{
	char path[PATH_MAX];

	if (only != NULL)
		return list_directory(d, only);
	snprintf(path, sizeof(path), "%s%s", root, PAM_FILE_VENDOR);
	if (!list_directory(d, path) && errno != ENOENT)
		return false;
	snprintf(path, sizeof(path), "%s%s", root, PAM_FILE_ADMIN);
	return list_directory(d, path);
}

bool
pam_directory_read(struct pam_directory *d, const char *root,
    const char *only)
{
	struct pam_file_place place = { .root = root, .only = only };
	bool listed;

	memset(d, 0, sizeof(*d));
	listed = list_names(d, root, only);
	if (d->count > 0)
		qsort(d->names, d->count, sizeof(*d->names), by_name);
	if ((d->stacks = calloc(d->count + 1, sizeof(*d->stacks))) == NULL) {
		pam_directory_free(d);
		errno = ENOMEM;
		return false;
	}
	for (size_t i = 0; i < d->count; i++)
		(void)pam_stack_read(&d->stacks[i], d->names[i], pam_file_find,
		    &place);
	return listed;
}

void
pam_directory_free(struct pam_directory *d)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->stacks != NULL)
			pam_stack_free(&d->stacks[i]);
		free(d->names[i]);
	}
	free(d->stacks);
	free(d->names);
	memset(d, 0, sizeof(*d));
}

static bool
includes(const struct pam_stack *s, const char *name)
{
	for (size_t j = 1; j < s->file_count; j++) {
		const char *file = strrchr(s->files[j], '/');

		if (file != NULL && strcmp(file + 1, name) == 0)
			return true;
	}
	return false;
}

/* su, which su-l includes, is a service of its own. What is no file (a
 * directory) has no stack. */
bool
pam_directory_is_part(const struct pam_directory *d, size_t i)
{
	const char *name = d->names[i];
	size_t length = strlen(name);

	if (strcmp(name, "other") == 0)
		return false;
	if (d->stacks[i].file_count == 0 ||
	    matches(parts, COUNT(parts), name))
		return true;
	for (size_t j = 0; j < d->count; j++)
		if (includes(&d->stacks[j], name) &&
		    (strncmp(d->names[j], name, length) != 0 ||
		    d->names[j][length] != '-'))
			return true;
	return false;
}
