/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * pam_way: every way through a PAM stack, whatever its modules answer, walked
 * as libpam would; and what is wrong with some of them. So no list of known
 * bad stacks is needed: a way to PAM_SUCCESS that does not go through ours is
 * a hole, however it is written. Pure.
 */
#ifndef PAM_WAY_H
#define PAM_WAY_H

#include "stack/reader.h"

/* What a way may come to. */
enum pam_way_kind {
	/* of every type */
	PAM_WAY_GOOD = 0,	/* in, and ours said yes */
	PAM_WAY_BYPASS,		/* in, and ours was not asked */
	PAM_WAY_IGNORED,	/* in, though ours said no */
	PAM_WAY_DOWN,		/* in, while ours could not decide */
	/* of auth */
	PAM_WAY_OPEN,		/* in, and nobody proved anything */
	PAM_WAY_UNTOLD,		/* in, and ours was not told (no authsucc) */
	PAM_WAY_LEASED,		/* a wrong password that waits for its lease */
	PAM_WAY_UNCOUNTED,	/* a wrong password that ours never hears of */
	PAM_WAY_LATE,		/* one that nothing was reserved for */
	PAM_WAY_BLIND,		/* authsucc, and nobody was asked */
	PAM_WAY_PARDONED,	/* authsucc, behind a wrong password */
	PAM_WAY_WASTED,		/* ours said no, and the next one is asked */
	/* of password */
	PAM_WAY_UNJUDGED,	/* stored, and ours did not judge it */
	PAM_WAY_SECOND,		/* stored one may not be the judged one */
	PAM_WAYS
};

/* One of each kind that there is; the shortest. */
struct pam_way {
	bool found;
	size_t at;		/* the rule that is to blame; count: none */
	bool chosen;		/* only for whom a CHOOSES module picks */
};

/* False: the stack is too tangled to be judged. missing(rule): is the file of
 * this module not there? */
typedef bool pam_way_missing_fn(const struct pam_rule *r, void *arg);
bool pam_way_walk(const struct pam_stack *s, enum pam_type type,
    pam_way_missing_fn *missing, void *arg, struct pam_way ways[PAM_WAYS]);

#endif
