/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * archive: a finished part of a trail, seals and events, as one file.
 *
 *	file	= "paspw-archive-1" | realm | records | 'Z' | SHA-256 of all
 *		  before it
 *	seal	= 'S' | number | time | root | mac | chain | leaves
 *	event	= 'E' | number of its seal | the event as it was sealed
 *
 * The label ends with a NUL; realm, leaves and events have their length
 * before them; numbers have 8 bytes and lengths 4, big-endian. The events of
 * a seal follow it. Each event stands there in the bytes that its leaf is the
 * digest of, so nothing is computed anew and nothing can get lost. The
 * SHA-256 finds a bad disk; a forger is found by the seals (seal.h).
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include "audit/audit.h"

/* What is in one. */
struct archive_summary {
	int64_t first, last;		/* seals */
	int64_t latest;			/* time of a seal */
	unsigned char chain[AUDIT_DIGEST_BYTES];	/* of the last */
	uint64_t events;
	bool damaged;			/* the error is its own fault; else
					 * it could not be read */
};

/* ---- Write ---- */

struct archive_writer;

/* Takes the descriptor. Close it always. */
PASPW_MUST_USE int archive_create(struct archive_writer **w, int fd,
    const char *realm, struct error *e);
PASPW_MUST_USE int archive_add_seal(struct archive_writer *w,
    const struct audit_seal *seal, struct error *e);
PASPW_MUST_USE int archive_add_event(struct archive_writer *w,
    const struct audit_event *event, struct error *e);
/* PASPW_OK: all of it is on the disk. */
PASPW_MUST_USE int archive_finish(struct archive_writer *w, struct error *e);
void archive_close(struct archive_writer **w);

/* ---- Read ---- */

/* Either may be NULL; anything but 0 stops. */
struct archive_visitor {
	int (*seal)(const struct audit_seal *seal, void *arg);
	int (*event)(const struct audit_event *event, void *arg);
	void *arg;
};

/*
 * Takes the descriptor; path is for messages. *stopped: what a visitor
 * returned when not 0. Errors: STORE (damaged, cut, of another realm): what
 * was visited before is as it stands in the file, and not more.
 */
PASPW_MUST_USE int archive_read(int fd, const char *path, const char *realm,
    const struct archive_visitor *visitor, struct archive_summary *summary,
    int *stopped, struct error *e);

#endif
