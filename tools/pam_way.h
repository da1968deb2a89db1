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

#include "pam_stack.h"

/* What a module is to us. */
enum pam_module_class {
	PAM_MODULE_PROVES = 0,	/* verifies somebody: pam_sss; and what nobody
				 * here knows */
	PAM_MODULE_UNIX,	/* the same, and always answers */
	PAM_MODULE_GATE,	/* success proves nothing: pam_env */
	PAM_MODULE_CHOOSES,	/* success depends on who it is: succeed_if */
	PAM_MODULE_ROOT,	/* pam_rootok: root is root */
	PAM_MODULE_PERMIT,	/* pam_permit */
	PAM_MODULE_DENY,	/* pam_deny */
	PAM_MODULE_COUNTS,	/* another one that counts failures */
	PAM_MODULE_WHOLE,	/* ours, and its three parts */
	PAM_MODULE_PREAUTH,
	PAM_MODULE_AUTHFAIL,
	PAM_MODULE_AUTHSUCC,
	PAM_MODULE_FAILS	/* never runs: broken, or its file is missing */
};
enum pam_module_class pam_module_class(const struct pam_rule *r);
bool pam_module_is_ours(const struct pam_rule *r);

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
