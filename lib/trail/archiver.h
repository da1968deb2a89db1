/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * archiver: moves the finished months of a trail into files, and removes the
 * files whose time is over.
 *
 * Whole seals move, in their order, by the time of the seal; the last one
 * stays, the next will be chained to it. A month (UTC) is finished when the
 * next one has a seal; where audit_retention is shorter than a month it goes
 * by days. A file is complete, on the disk and read back before it gets its
 * name, and only then are its rows deleted, oldest first: at any instant each
 * event is in the store or in a named file, and what is in both (a crash came
 * in between) is told once and deleted by the next run.
 *
 * A file is removed when its latest seal is older than audit_retention: an
 * event is kept for that long, and for a month more at most. The removal is
 * an event that names the last removed seal and its chain, and is sealed
 * before the file goes: from there the rest of the trail verifies.
 */
#ifndef ARCHIVER_H
#define ARCHIVER_H

#include "trail/archive_directory.h"
#include "trail/sealer.h"

struct archiver {
	struct sealer sealer;		/* policy and store */
	const struct audit_origin *origin;
	const char *under;		/* as archive_directory_open */
	paspw_archive_fn *fn;		/* or NULL */
	void *arg;
	int stopped;			/* what fn returned when not 0 */
};

PASPW_MUST_USE int archiver_run(struct archiver *a, struct error *e);

/* "EPOCH:CHAIN" in the event of a removal. */
#define ARCHIVER_THROUGH "through"

#endif
