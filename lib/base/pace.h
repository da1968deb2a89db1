/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * pace: how long the verbs of a handle worked, hashing left out. Nobody, a
 * locked and a closed account are less work than a wrong password: no row to
 * find, none to write, no sync. Doing all of that for nothing would hold the
 * store's lock for every guess of a flood (500 at once: correct logins on
 * other accounts timed out). So a refusal waits instead, until the work took a
 * whole number of ticks.
 */
#ifndef PACE_H
#define PACE_H

#include <stdint.h>

struct pace {
	int64_t since_ns;	/* the verb under way */
	int64_t worked_ns;	/* those before it */
};

/* A new try begins with the verb under way. */
void pace_restart(struct pace *pace);
/* At both ends of a verb, and around what does not count. */
void pace_enter(struct pace *pace);
void pace_leave(struct pace *pace);
/* How long to wait; counted as if it were over. */
int64_t pace_rest_ns(struct pace *pace);
void pace_wait(int64_t rest_ns);

#endif
