/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#define _GNU_SOURCE
#include "policy/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libeconf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "policy/config_line.h"
#include "policy/config_path.h"

/* Each login reads all of it. 64 realms with every setting need a third. */
#define FILE_MAX ((size_t)1 << 20)

const struct config_places config_places = {
	.etc = SYSCONFDIR "/security",
	.run = RUNDIR "/security",
	.vendor = VENDORDIR,
	.state = LOCALSTATEDIR "/lib/paspw"
};

static const char blanks[] = " \t";
static const char changed[] = "changed while it was read";

/* ---- The bytes of a file ---- */

static int
check_file(int fd, const char *path, uid_t trusted, size_t *size,
    struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return error_errno(e, PASPW_ERR_CONFIG, errno, "%s", path);
	*size = 0;
	/* the usual way to mask a file of the distribution */
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return PASPW_OK;
	if (!S_ISREG(st.st_mode))
		return error_set(e, PASPW_ERR_CONFIG,
		    "%s: not a regular file", path);
	/* Whoever can write here decides who gets in. */
	if (st.st_uid != 0 && st.st_uid != geteuid() && st.st_uid != trusted)
		return error_set(e, PASPW_ERR_CONFIG,
		    "%s: owned by uid %lu, who is neither root nor uid %lu",
		    path, (unsigned long)st.st_uid, (unsigned long)geteuid());
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(e, PASPW_ERR_CONFIG,
		    "%s: mode %04o lets others write", path,
		    (unsigned)st.st_mode & 07777U);
	if (st.st_size < 0 || (size_t)st.st_size > FILE_MAX)
		return error_set(e, PASPW_ERR_CONFIG,
		    "%s: larger than %zu bytes", path, FILE_MAX);
	*size = (size_t)st.st_size;
	return PASPW_OK;
}

static int
read_all(int fd, const char *path, char *text, size_t size, struct error *e)
{
	size_t done = 0;
	ssize_t n = 1;

	/* one byte more, to see whether it grew */
	while (n != 0 && done <= size) {
		n = read(fd, text + done, size + 1 - done);
		if (n < 0 && errno != EINTR)
			return error_errno(e, PASPW_ERR_CONFIG, errno, "%s",
			    path);
		done += n > 0 ? (size_t)n : 0;
	}
	text[size] = '\0';
	if (done != size)
		return error_set(e, PASPW_ERR_CONFIG, "%s: %s", path, changed);
	return PASPW_OK;
}

/* Open, check, read; the descriptor stays open for libeconf. */
static int
load(const char *path, uid_t trusted, int *fd, char **text, size_t *size,
    struct error *e)
{
	int rc;

	/* O_NONBLOCK: a FIFO would keep every login waiting */
	*fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd == -1)
		return error_errno(e, PASPW_ERR_CONFIG, errno, "%s", path);
	if ((rc = check_file(*fd, path, trusted, size, e)) != PASPW_OK)
		return rc;
	if ((*text = malloc(*size + 1)) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	return read_all(*fd, path, *text, *size, e);
}

int
config_file_text(const char *path, uid_t trusted, char **text, size_t *size,
    struct error *e)
{
	int fd = -1;
	int rc;

	*text = NULL;
	rc = load(path, trusted, &fd, text, size, e);
	if (fd != -1)
		close(fd);
	if (rc != PASPW_OK) {
		free(*text);
		*text = NULL;
	}
	return rc;
}

/* ---- Its values ---- */

/* A value over several lines: each trimmed, with one blank between. */
static void
join_lines(char *value)
{
	char *save = NULL, *to = value;

	for (char *line = strtok_r(value, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		size_t length;

		line += strspn(line, blanks);
		length = strlen(line);
		while (length > 0 && strchr(blanks, line[length - 1]) != NULL)
			length--;
		if (length == 0)
			continue;
		if (to != value)
			*to++ = ' ';
		memmove(to, line, length);
		to += length;
	}
	*to = '\0';
}

static void
take_value(struct config_reading *r, const struct config_entry *entry,
    char *value)
{
	struct config_draft *draft = &r->drafts->list[entry->draft];
	struct config_origin where;
	struct error e;

	join_lines(value);
	config_line_where(r, entry->line, &where);
	if (strchr(value, '"') != NULL)
		config_line_fault(r, entry->line, entry->setting->name,
		    "a quotation mark inside, or only one");
	else if (config_draft_give(draft, entry->setting, value, where.text,
	    &e) != PASPW_OK)
		config_line_fault(r, entry->line, entry->setting->name, "%s",
		    e.text);
}

static void
take_values(struct config_reading *r, econf_file *file)
{
	r->in_section = r->section_ok = true;
	for (size_t i = 0; i < r->count; i++) {
		const struct config_entry *entry = &r->entries[i];
		char empty[] = "";
		char *value = NULL;

		r->draft = entry->draft;
		if (econf_getStringValue(file,
		    r->drafts->list[entry->draft].name, entry->setting->name,
		    &value) != ECONF_SUCCESS)
			config_line_fault(r, entry->line,
			    entry->setting->name, "%s", changed);
		else
			take_value(r, entry, value == NULL ? empty : value);
		free(value);
	}
}

/* What libeconf is to read: the file that was checked, not the path, behind
 * which another may lie by now; or the text with its bad lines taken out. */
static int
stand_in(const char *text, size_t size)
{
	int fd = memfd_create("paspw.conf", MFD_CLOEXEC);

	if (fd != -1 && write(fd, text, size) != (ssize_t)size) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* libeconf keeps the name of the file that it reads for the whole process:
 * two handles that are opened at once would write into it together. */
static econf_err
read_alone(econf_file **file, const char *path)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	econf_err err;

	(void)pthread_mutex_lock(&lock);
	err = econf_readFile(file, path, "=", "#");
	(void)pthread_mutex_unlock(&lock);
	return err;
}

static void
take_from(struct config_reading *r, int fd)
{
	char link[sizeof("/proc/self/fd/") + 3 * sizeof(fd)];
	econf_file *file = NULL;
	econf_err err;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if ((err = read_alone(&file, link)) == ECONF_SUCCESS)
		take_values(r, file);
	else
		r->rc = error_add(r->e, PASPW_ERR_CONFIG, "%s: %s", r->path,
		    econf_errString(err));
	econf_freeFile(file);
}

int
config_file_read(const char *path, uid_t trusted,
    struct config_drafts *drafts, struct error *e)
{
	struct config_reading r = { .path = path, .drafts = drafts, .e = e };
	struct error own;
	char *text = NULL;
	size_t size = 0;
	int fd = -1, other = -1;

	r.rc = load(path, trusted, &fd, &text, &size, &own);
	if (r.rc != PASPW_OK) {
		error_add(e, r.rc, "%s", own.text);
		goto out;
	}
	if (config_lines_take(&r, text, size))
		take_from(&r, fd);
	else if ((other = stand_in(text, size)) != -1)
		take_from(&r, other);
out:
	if (fd != -1)
		close(fd);
	if (other != -1)
		close(other);
	free(r.entries);
	free(text);
	return r.rc;
}

/* ---- All of them ---- */

int
config_read_in(struct config *c, const struct config_places *places,
    const char *path, struct error *e)
{
	int rc = PASPW_ERR_INTERNAL, one;
	struct config_paths paths = { 0 };
	struct config_drafts drafts = { 0 };

	memset(c, 0, sizeof(*c));
	error_clear(e);
	if ((rc = config_path_name(places, path, c->path, e)) != PASPW_OK ||
	    (rc = config_paths_find(&paths, places, path, e)) != PASPW_OK)
		goto out;
	for (size_t i = 0; i < paths.count; i++)
		if ((one = config_file_read(paths.list[i], 0, &drafts, e)) !=
		    PASPW_OK)
			rc = one;
	/* also after a fault: there may be more of them */
	if ((one = config_drafts_finish(&drafts, places->state, c, e)) !=
	    PASPW_OK)
		rc = one;
out:
	if (rc != PASPW_OK)
		config_free(c);
	config_drafts_free(&drafts);
	config_paths_free(&paths);
	return rc;
}

int
config_read(struct config *c, const char *path, struct error *e)
{
	return config_read_in(c, &config_places, path, e);
}

int
config_built_in(struct config *c, const char *path, struct error *e)
{
	struct config_drafts drafts = { 0 };
	int rc;

	memset(c, 0, sizeof(*c));
	if ((rc = config_path_name(&config_places, path, c->path, e)) ==
	    PASPW_OK)
		rc = config_drafts_finish(&drafts, config_places.state, c, e);
	if (rc != PASPW_OK)
		config_free(c);
	config_drafts_free(&drafts);
	return rc;
}

const struct policy *
config_realm(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->realms[i].realm, name) == 0)
			return &c->realms[i];
	return NULL;
}

const char *
config_origin_of(const struct config *c, const struct policy *p,
    const struct policy_setting *setting)
{
	size_t realm = (size_t)(p - c->realms);

	return c->origins[realm * POLICY_SETTINGS +
	    (size_t)(setting - policy_settings)].text;
}

void
config_free(struct config *c)
{
	free(c->realms);
	free(c->origins);
	c->realms = NULL;
	c->origins = NULL;
	c->count = 0;
}

int
config_copy(struct config *to, const struct config *from, struct error *e)
{
	const size_t settings = from->count * POLICY_SETTINGS;

	*to = *from;
	to->realms = calloc(from->count, sizeof(*to->realms));
	to->origins = calloc(settings, sizeof(*to->origins));
	if (to->realms == NULL || to->origins == NULL) {
		config_free(to);
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	}
	memcpy(to->realms, from->realms, from->count * sizeof(*to->realms));
	memcpy(to->origins, from->origins, settings * sizeof(*to->origins));
	return PASPW_OK;
}
