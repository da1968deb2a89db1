/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* archive_directory: where the archives of one realm are: beside its store,
 * or in DIR/REALM. Locked while it is open: shared by readers, so that
 * nothing leaves the store, or the archive, behind a reader's back. */
#ifndef ARCHIVE_DIRECTORY_H
#define ARCHIVE_DIRECTORY_H

#include <limits.h>

#include "trail/archive.h"

/* FIRST-LAST-TIME.trail: seals, and the time of the latest of them. In the
 * order of names they are in the order of seals. */
#define ARCHIVE_NAME_MAX 64
struct archive_file {
	char name[ARCHIVE_NAME_MAX];
	int64_t first, last, latest;
};

struct archive_directory {
	int fd;				/* -1: not open */
	char path[PATH_MAX];
	size_t count;
	struct archive_file *list;	/* oldest first */
};

/*
 * Open, lock and list. under: DIR, or "" for the one beside the store.
 * alone: to change it, and make it if it is not there. Close it always.
 * Errors: BUSY (somebody reads it, or writes), STORE (owner, mode).
 */
PASPW_MUST_USE int archive_directory_open(struct archive_directory *d,
    const struct policy *policy, const char *under, bool alone,
    struct error *e);
void archive_directory_close(struct archive_directory *d);
PASPW_MUST_USE int archive_directory_list(struct archive_directory *d,
    struct error *e);

void archive_name(const struct archive_summary *summary, char *name);

/* One file of it, as archive_read. */
PASPW_MUST_USE int archive_directory_read(const struct archive_directory *d,
    const char *name, const char *realm,
    const struct archive_visitor *visitor, struct archive_summary *summary,
    int *stopped, struct error *e);

#endif
