/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* cgroup: what the control groups that this process is in mean for it.
 * Whoever owns one (systemd gives each person the one of his session) may
 * freeze everything in it, also what runs for root or for somebody else, at
 * an instant when it holds the lock of a store. */
#ifndef CGROUP_H
#define CGROUP_H

#include "paspw.h"

/* Where the kernel tells of them. */
struct cgroup_places {
	const char *membership;		/* /proc/self/cgroup */
	const char *tree;		/* /sys/fs/cgroup */
};
extern const struct cgroup_places cgroup_places;

/* May somebody else than root freeze this process, or move it to where he
 * may? true also if that cannot be told. */
PASPW_MUST_USE bool cgroup_exposed(const struct cgroup_places *places);
/* Move this process to the root group, as root may, before it becomes one
 * that must not be frozen. What it came to is what cgroup_exposed says. */
void cgroup_leave(const struct cgroup_places *places);
/* The memory that its groups allow; UINT64_MAX if they set no limit. */
PASPW_MUST_USE uint64_t cgroup_memory(const struct cgroup_places *places);

#endif
