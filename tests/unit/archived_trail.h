/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* A trail over some months, a clock to move through them, and calls that fail
 * or end the process. */
#ifndef ARCHIVED_TRAIL_H
#define ARCHIVED_TRAIL_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "paspw.h"
#include "trail.h"

/* ---- The clock, and what may fail ---- */

static time_t fake_now;

int
clock_gettime(clockid_t id, struct timespec *t)
{
	if (id != CLOCK_REALTIME)
		return (int)syscall(SYS_clock_gettime, id, t);
	t->tv_sec = fake_now;
	t->tv_nsec = 0;
	return 0;
}

/* Each call that changes a file is an instant: at one of them the process
 * ends, or the call fails. */
enum instant { INSTANT_NONE = 0, INSTANT_KILL, INSTANT_FAIL };
static enum instant instant_mode;
static int instants, instant_at;

static bool
instant(void)
{
	instants++;
	if (instant_mode == INSTANT_NONE || instants != instant_at)
		return false;
	if (instant_mode == INSTANT_KILL)
		_exit(9);
	errno = EIO;
	return true;
}

int
fsync(int fd)
{
	return instant() ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return instant() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
	return instant() ? -1 : syscall(SYS_pwrite64, fd, bytes, size, at);
}

int
renameat(int from, const char *old, int to, const char *new)
{
	return instant() ? -1 : (int)syscall(SYS_renameat2, from, old, to,
	    new, 0);
}

int
renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
	return instant() ? -1 : (int)syscall(SYS_renameat2, from, old, to,
	    new, flags);
}

int
unlinkat(int fd, const char *name, int flags)
{
	return instant() ? -1 : (int)syscall(SYS_unlinkat, fd, name, flags);
}

/* ---- The trail ---- */

static char config[96], archives[192];
static struct paspw *h;
static char lines[4][192];	/* what was handed out */
static size_t line_count;
static struct paspw_audit_result result;
static char told[512], kinds[512];

static inline void
now_is(const char *text)
{
	struct tm tm = { 0 };

	ck_assert_ptr_nonnull(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm));
	fake_now = timegm(&tm);
}

static inline void
handle_open(void)
{
	paspw_close(&h);
	ck_assert_msg(paspw_open(&h, config, 0) == PASPW_OK &&
	    paspw_set(h, PASPW_REALM, "users") == PASPW_OK, "%s",
	    paspw_detail(h));
}

static inline void
write_config(const char *retention)
{
	FILE *f = fopen(config, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "[users]\nstore = %s\ncredentials = store\n"
	    "hash_cost = 3\naudit_retention = %s\n", location, retention);
	ck_assert_int_eq(fclose(f), 0);
	handle_open();
}

static inline int
take_line(const char *realm, const char *proof, void *arg)
{
	(void)realm;
	(void)arg;
	ck_assert_uint_lt(line_count, sizeof(lines) / sizeof(lines[0]));
	snprintf(lines[line_count++], sizeof(lines[0]), "%s", proof);
	return 0;
}

static inline void
take_head(void)
{
	ck_assert_int_eq(paspw_audit_heads(h, take_line, NULL), PASPW_OK);
}

static inline void
seal_at(const char *when, const char *kinds_before)
{
	char copy[64], *rest = copy, *kind;

	now_is(when);
	snprintf(copy, sizeof(copy), "%s", kinds_before);
	while ((kind = strsep(&rest, " ")) != NULL)
		if (*kind != '\0')
			write_event(kind);
	ck_assert_msg(paspw_audit_seal_empty(h) == PASPW_OK, "%s",
	    paspw_detail(h));
}

/* January: seals 1 to 4, February: 5 and 6, March: 7; and g has no seal. */
static inline void
archived_trail_make(void)
{
	store_make();
	snprintf(config, sizeof(config), "%s/paspw.conf", directory);
	snprintf(archives, sizeof(archives), "%s.archive", database);
	line_count = 0;
	instant_mode = INSTANT_NONE;
	now_is("2024-01-10T08:00:00Z");
	write_config("12mo");
	ck_assert_msg(paspw_audit_first_keys(h, take_line, NULL) ==
	    PASPW_OK, "%s", paspw_detail(h));
	seal_at("2024-01-10T09:00:00Z", "a b");
	seal_at("2024-01-20T09:00:00Z", "c");
	seal_at("2024-01-31T23:59:59Z", "");
	seal_at("2024-02-01T00:00:00Z", "d e");
	seal_at("2024-02-25T00:00:00Z", "");
	seal_at("2024-03-02T00:00:00Z", "f");
	write_event("g");
}

static inline void
archived_trail_remove(void)
{
	paspw_close(&h);
	store_remove();
}

/* ---- What is in it ---- */

static inline int
note_fault(const struct paspw_audit_fault *fault, void *arg)
{
	size_t used = strlen(told);

	(void)arg;
	snprintf(told + used, sizeof(told) - used, "%s:%lld ", fault->kind,
	    (long long)fault->seal);
	return 0;
}

/* Verify with the lines from `first` on. */
static inline int
verify_from(size_t first)
{
	const char *proofs[4];

	for (size_t i = first; i < line_count; i++)
		proofs[i - first] = lines[i];
	told[0] = '\0';
	return paspw_audit_verify_with(h, proofs, line_count - first,
	    note_fault, NULL, &result);
}

static inline void
expect_faults(const char *faults)
{
	ck_assert_msg(verify_from(0) == PASPW_OK, "%s", paspw_detail(h));
	ck_assert_str_eq(told, faults);
}

static inline int
note_kind(const struct paspw_event *event, void *arg)
{
	(void)arg;
	strcat(strcat(kinds, event->kind), " ");
	return 0;
}

static inline const char *
all_kinds(void)
{
	kinds[0] = '\0';
	ck_assert_msg(paspw_audit_each(h, NULL, 0, note_kind, NULL) ==
	    PASPW_OK, "%s", paspw_detail(h));
	return kinds;
}

static inline void
archive_ok(void)
{
	ck_assert_msg(paspw_audit_archive(h, NULL, NULL) == PASPW_OK, "%s",
	    paspw_detail(h));
}

/* Path of archive number i, by name; "" if there are fewer. */
static inline const char *
archive_path(int i)
{
	static char path[512];
	struct dirent **list = NULL;
	int count = scandir(archives, &list, NULL, alphasort);

	path[0] = '\0';
	for (int j = 0; j < count; j++) {
		if (list[j]->d_name[0] != '.' && i-- == 0)
			snprintf(path, sizeof(path), "%s/%s", archives,
			    list[j]->d_name);
		free(list[j]);
	}
	free(list);
	return path;
}

static inline int
archive_count(void)
{
	int count = 0;

	while (archive_path(count)[0] != '\0')
		count++;
	return count;
}

static inline void
remove_first(void)
{
	ck_assert_int_eq(unlink(archive_path(0)), 0);
}

/* One run of `tick` in another process; what it came to. */
static inline int
run_until(enum instant mode, int at)
{
	pid_t child = fork();
	int status = -1;

	ck_assert_int_ne(child, -1);
	if (child == 0) {
		h = NULL;
		if (paspw_open(&h, config, 0) != PASPW_OK ||
		    paspw_set(h, PASPW_REALM, "users") != PASPW_OK)
			_exit(100);
		instants = 0;
		instant_mode = mode;
		instant_at = at;
		status = paspw_audit_seal_empty(h);
		if (status == PASPW_OK)
			status = paspw_audit_archive(h, NULL, NULL);
		_exit(instants < at ? 200 : status);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif
