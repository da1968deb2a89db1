/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * calls: they fail, one after the other, and each is a run in a process of its
 * own. What is asked of the environment:
 *   FAULT_EVERY	not set: of each kind of call the first one, one in
 *			the middle and the last one; N: each Nth; site: of
 *			each call site the first and the last one. The site is
 *			the whole stack, not the one place that calls malloc.
 *   FAULT_FROM=N	begin with the Nth call
 *   FAULT_ROW=NAME	this row alone (a verb, a request, a phase)
 *   FAULT_KIND=NAME	this kind of fault alone
 *   FAULT_DONE=FILE	rows that passed are noted there, and skipped when
 *			they are noted already
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include <sys/types.h>

#include "interpose.h"

/* What a run found, in memory that its processes share. */
struct calls_found {
	long calls;		/* how many of the kind were made */
	uint64_t site;		/* of the one that failed */
	bool theirs;		/* it crashed, and not in our code */
	char problem[256];	/* the first one; "": none */
};
extern struct calls_found *calls_found;

/* Samples only? */
bool calls_sampled(void);
/* A few descriptors more mean that one stays open. */
int calls_descriptors(void);
/* Memory for what a run finds, zeroed. Exits if there is none. */
void *calls_shared(size_t size);
/* Once, before the first run: what the system keeps. */
void calls_warm_up(void);
void calls_problem(const char *what);
/* The process of a run is waited for; a crash of ours is a problem. */
void calls_wait(pid_t pid, long number);

/* One run: the call of this number fails, 0: they are only counted. The first
 * run is one of the fault `nothing`, which the others are compared with: it
 * must find no problem. Says what the answer was. */
typedef const char *calls_run(const struct fault *fault, long number,
    void *arg);
/* Each fault of each kind, if this row is wanted. */
void calls_each(const char *row, calls_run *run, void *arg);
/* One result that is no row. */
void calls_tell(bool passed, const char *what);
/* The plan; what main returns. */
int calls_end(void);

#endif
