/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* pam_directory: all PAM services of a system, each with its stack. */
#ifndef PAM_DIRECTORY_H
#define PAM_DIRECTORY_H

#include "stack/reader.h"

struct pam_directory {
	char **names;			/* in order */
	struct pam_stack *stacks;
	size_t count;
};

/* root: "" or a directory; only: the one directory with services, NULL: those
 * of libpam under the root. False with errno: they cannot be listed. Free it
 * always. */
bool pam_directory_read(struct pam_directory *d, const char *root,
    const char *only);
void pam_directory_free(struct pam_directory *d);

/* common-auth and its like: to be judged in those that include it. */
bool pam_directory_is_part(const struct pam_directory *d, size_t i);

#endif
