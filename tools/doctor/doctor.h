/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: a verdict for each thing that this installation rests on. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "command.h"

#include <limits.h>

enum doctor_state { DOCTOR_OK = 0, DOCTOR_WARNING, DOCTOR_FAULT };

struct doctor {
	struct tool *tool;
	const char *root;		/* "" or a directory */
	const char *pam_dir;		/* NULL: those of the root */
	const char *sshd_config;
	const char *area;		/* of the items that follow */
	json_t *items;
	json_t *services;
	unsigned counts[DOCTOR_FAULT + 1];
};

/*
 * One item. item: a stable word; object: what it is about, or "". advice: what
 * to do, or NULL; a sentence in the person's language, as the message is.
 */
void doctor_say(struct doctor *d, enum doctor_state state, const char *item,
    const char *object, const char *advice, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* A path under the root; false: it is too long, which is told. */
bool doctor_path(struct doctor *d, char path[PATH_MAX], const char *name);

/* ---- The areas, in the order in which they are looked at ---- */

void doctor_pam(struct doctor *d);
/* Opens t->handle; NULL afterwards: no policy can be read. */
void doctor_policy(struct doctor *d);
void doctor_stores(struct doctor *d);
void doctor_accounts(struct doctor *d);
void doctor_callers(struct doctor *d);
void doctor_sshd(struct doctor *d);
void doctor_shadow(struct doctor *d);

/* A configuration that a PAM line names: is it the one that is judged? */
void doctor_named_config(struct doctor *d, const char *path);

#endif
