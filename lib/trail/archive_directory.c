/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/archive_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/store_file.h"

#define DIRECTORY_MODE 0700
#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define SUFFIX ".archive"
#define ENDING ".trail"
#define NUMBER_DIGITS 18	/* fits into int64_t */
#define TIME_FORMAT "%Y%m%dT%H%M%SZ"
#define FILES_STEP 32
#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int
failed(const char *path, struct error *e)
{
	return error_errno(e, PASPW_ERR_STORE, errno, "%s", path);
}

/* ---- Names ---- */

void
archive_name(const struct archive_summary *summary, char *name)
{
	char latest[32] = "";
	struct tm tm;
	time_t at = (time_t)summary->latest;

	if (gmtime_r(&at, &tm) != NULL)
		strftime(latest, sizeof(latest), TIME_FORMAT, &tm);
	snprintf(name, ARCHIVE_NAME_MAX, "%0*lld-%0*lld-%s" ENDING,
	    NUMBER_DIGITS, (long long)summary->first, NUMBER_DIGITS,
	    (long long)summary->last, latest);
}

/* Only what archive_name writes: another spelling is another file. */
static bool
parse_name(const char *name, struct archive_file *file)
{
	struct archive_summary s = { 0 };
	struct tm tm = { 0 };
	char *end;

	s.first = strtoll(name, &end, 10);
	if (*end != '-')
		return false;
	s.last = strtoll(end + 1, &end, 10);
	if (*end != '-' || s.first < 1 || s.last < s.first ||
	    strptime(end + 1, TIME_FORMAT, &tm) == NULL)
		return false;
	s.latest = timegm(&tm);
	archive_name(&s, file->name);
	file->first = s.first;
	file->last = s.last;
	file->latest = s.latest;
	return strcmp(file->name, name) == 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct archive_file *)a)->name,
	    ((const struct archive_file *)b)->name);
}

static bool
add(struct archive_directory *d, const char *name)
{
	struct archive_file file;

	if (!parse_name(name, &file))
		return true;
	if (d->count % FILES_STEP == 0) {
		void *more = reallocarray(d->list, d->count + FILES_STEP,
		    sizeof(*d->list));

		if (more == NULL)
			return false;
		d->list = more;
	}
	d->list[d->count++] = file;
	return true;
}

int
archive_directory_list(struct archive_directory *d, struct error *e)
{
	int r = PASPW_ERR_MEMORY;
	int fd = openat(d->fd, ".", OPEN_FLAGS);
	DIR *entries = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (entries == NULL) {
		r = failed(d->path, e);
		if (fd != -1)
			close(fd);
		return r;
	}
	free(d->list);
	d->list = NULL;
	d->count = 0;
	for (errno = 0; (entry = readdir(entries)) != NULL; errno = 0)
		if (!add(d, entry->d_name)) {
			error_set(e, r, "out of memory");
			goto out;
		}
	r = errno == 0 ? PASPW_OK : failed(d->path, e);
	if (d->count > 0)
		qsort(d->list, d->count, sizeof(*d->list), by_name);
out:
	closedir(entries);
	return r;
}

/* By its name a reader knows which seals are not to be taken from the store,
 * and the archiver which file is too old. */
static int
check_name(const char *name, const char *path,
    struct archive_summary *summary, struct error *e)
{
	struct archive_file named;
	char made[ARCHIVE_NAME_MAX];

	archive_name(summary, made);
	if (!parse_name(name, &named) || strcmp(made, name) == 0)
		return PASPW_OK;
	summary->damaged = true;
	return error_set(e, PASPW_ERR_STORE, "%s: does not hold what its name "
	    "says: see `paspw audit verify`", path);
}

/* ---- Open ---- */

/* DIR is an admin's: others may read there, but whoever can write there could
 * put another directory in place of ours. */
static int
check_under(const char *under, struct error *e)
{
	struct stat st;

	if (under[0] != '/')
		return error_set(e, PASPW_ERR_INVALID,
		    "%s: archives need an absolute path", under);
	if (stat(under, &st) == -1)
		return failed(under, e);
	if (!S_ISDIR(st.st_mode) || (st.st_uid != geteuid() &&
	    st.st_uid != 0) || (st.st_mode & OTHERS_WRITE) != 0)
		return error_set(e, PASPW_ERR_STORE, "%s: others can write "
		    "there: it is no place for archives", under);
	return PASPW_OK;
}

static int
find_path(struct archive_directory *d, const struct policy *policy,
    const char *under, struct error *e)
{
	int n, r;

	if (under == NULL || under[0] == '\0')
		return store_file_path(policy->store, SUFFIX, d->path,
		    sizeof(d->path), e);
	if ((r = check_under(under, e)) != PASPW_OK)
		return r;
	n = snprintf(d->path, sizeof(d->path), "%s/%s", under, policy->realm);
	if (n < 0 || (size_t)n >= sizeof(d->path))
		return error_set(e, PASPW_ERR_CONFIG, "%s: too long", under);
	return PASPW_OK;
}

int
archive_directory_open(struct archive_directory *d,
    const struct policy *policy, const char *under, bool alone,
    struct error *e)
{
	int r;

	memset(d, 0, sizeof(*d));
	d->fd = -1;
	if ((r = find_path(d, policy, under, e)) != PASPW_OK)
		return r;
	/* Readers make the one beside the store too: what is not there could
	 * not be locked. A DIR that was mistyped is told to them. */
	if ((alone || under == NULL || under[0] == '\0') &&
	    mkdir(d->path, DIRECTORY_MODE) == -1 && errno != EEXIST)
		return failed(d->path, e);
	if ((d->fd = open(d->path, OPEN_FLAGS)) == -1)
		return failed(d->path, e);
	if ((r = store_file_check_open(d->fd, d->path, e)) != PASPW_OK ||
	    (r = store_file_lock(d->fd, d->path, alone,
	    span_ms(policy->store_timeout), e)) != PASPW_OK)
		return r;
	return archive_directory_list(d, e);
}

void
archive_directory_close(struct archive_directory *d)
{
	if (d->fd != -1)
		close(d->fd);
	free(d->list);
	memset(d, 0, sizeof(*d));
	d->fd = -1;
}

int
archive_directory_read(const struct archive_directory *d, const char *name,
    const char *realm, const struct archive_visitor *visitor,
    struct archive_summary *summary, int *stopped, struct error *e)
{
	char path[PATH_MAX + ARCHIVE_NAME_MAX];
	struct stat st;
	int fd, r;

	memset(summary, 0, sizeof(*summary));
	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	/* A FIFO would wait for its writer. */
	fd = openat(d->fd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1) {
		/* a link in its place */
		summary->damaged = errno == ELOOP;
		return failed(path, e);
	}
	if ((r = store_file_check_open(fd, path, e)) == PASPW_OK &&
	    fstat(fd, &st) == -1)
		r = failed(path, e);
	if (r == PASPW_OK && !S_ISREG(st.st_mode)) {
		summary->damaged = true;
		r = error_set(e, PASPW_ERR_STORE, "%s: not a regular file",
		    path);
	}
	if (r != PASPW_OK) {
		close(fd);
		return r;
	}
	if ((r = archive_read(fd, path, realm, visitor, summary, stopped,
	    e)) != PASPW_OK || *stopped != 0)
		return r;
	return check_name(name, path, summary, e);
}
