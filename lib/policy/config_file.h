/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* config_file: /etc/security/paspw.conf and its drop-ins into policies. */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <sys/types.h>

#include "policy/policy.h"

/* A login asks one realm after the other whether it claims him, and the agent
 * keeps the stores of all of them open. */
#define CONFIG_REALMS_MAX 64
#define CONFIG_NAME_MAX 32		/* of a realm */

/* Where each setting of each realm came from, for `policy show`. */
struct config_origin {
	char text[256];			/* "file:line", "preset pas" ... */
};

struct config {
	char path[POLICY_TEXT_MAX];
	bool last_good;			/* the file is broken, this is older */
	size_t count;
	struct policy *realms;		/* file order */
	struct config_origin *origins;	/* count x number of settings */
};

/* Where files are looked for. */
struct config_places {
	const char *etc;		/* paspw.conf and paspw.conf.d */
	const char *run;		/* paspw.conf.d */
	const char *vendor;		/* as etc, for the distribution */
	const char *state;		/* holds policy/, the last good ones */
};
/* As built; nothing in the environment changes them. */
extern const struct config_places config_places;

/*
 * Read. path NULL: the default one; without any file, the built-in realms
 * `users` and `admins`. All faults of the file are listed in e, each as
 * `file:line: key: reason`; nothing of a faulty file is used.
 */
PASPW_MUST_USE int config_read(struct config *c, const char *path,
    struct error *e);
/* Write the policies as a file of the same syntax, and read it back. Nothing
 * is done if it is there already, or if its directory is not the effective
 * uid's own. */
PASPW_MUST_USE int config_keep(const struct config *c, struct error *e);
PASPW_MUST_USE int config_read_last_good(struct config *c, const char *path,
    struct error *e);
/* The built-in realms, under the name of this path, which is not read. */
PASPW_MUST_USE int config_built_in(struct config *c, const char *path,
    struct error *e);

/* The same three in other places: for tests. */
PASPW_MUST_USE int config_read_in(struct config *c,
    const struct config_places *places, const char *path, struct error *e);
PASPW_MUST_USE int config_keep_in(const struct config *c,
    const struct config_places *places, struct error *e);
PASPW_MUST_USE int config_read_last_good_in(struct config *c,
    const struct config_places *places, const char *path, struct error *e);

const struct policy *config_realm(const struct config *c, const char *name);
const char *config_origin_of(const struct config *c, const struct policy *p,
    const struct policy_setting *setting);
/* Another one like it. Errors: MEMORY. */
PASPW_MUST_USE int config_copy(struct config *to, const struct config *from,
    struct error *e);
void config_free(struct config *c);

/* ---- For the config_*.c files ---- */

struct config_drafts;

/* The whole text of a file (NUL-ended, freed by the caller) that nobody but
 * root, the effective uid and `trusted` can write. */
PASPW_MUST_USE int config_file_text(const char *path, uid_t trusted,
    char **text, size_t *size, struct error *e);
/* Read one file into drafts; its faults are added to e. */
PASPW_MUST_USE int config_file_read(const char *path, uid_t trusted,
    struct config_drafts *drafts, struct error *e);

#endif
