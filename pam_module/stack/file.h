/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* pam_file: the files of PAM stacks, where libpam looks for them. */
#ifndef PAM_FILE_H
#define PAM_FILE_H

#include <limits.h>

#define PAM_FILE_ADMIN "/etc/pam.d"
#define PAM_FILE_VENDOR "/usr/lib/pam.d"

/* Where to look: root is "" or a directory; only: the one directory with
 * services, NULL: those of libpam under the root. */
struct pam_file_place {
	const char *root;
	const char *only;
	char path[PATH_MAX];		/* of the file that was read last */
	int error;			/* the last of a file that is there */
};

/* pam_stack_file_fn of such a place (arg). */
char *pam_file_find(const char *name, const char **path, void *arg);

#endif
