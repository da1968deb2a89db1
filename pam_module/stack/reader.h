/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* pam_stack: all rules of one PAM service, in the order in which libpam runs
 * them: what is included is there, and `other` where the service has no rule
 * of a type. Pure: a function hands out the files. */
#ifndef PAM_STACK_H
#define PAM_STACK_H

#include "stack/rule.h"

#define PAM_STACK_RULES_MAX 512
#define PAM_STACK_FILES_MAX 128
#define PAM_STACK_DEPTH_MAX 16		/* as libpam */

/* The text of a file, the caller frees it, and its path; NULL: there is none.
 * name: of a service, or an absolute path. */
typedef char *pam_stack_file_fn(const char *name, const char **path,
    void *arg);

enum pam_stack_fault {
	PAM_STACK_WHOLE = 0,
	PAM_STACK_NO_FILE,	/* one that is included is not there */
	PAM_STACK_TOO_DEEP,	/* or it includes itself */
	PAM_STACK_TOO_LARGE,
	PAM_STACK_NO_MEMORY
};

struct pam_stack {
	struct pam_rule *rules;
	size_t count;
	char *files[PAM_STACK_FILES_MAX];	/* that were read, in order */
	size_t file_count;
	bool own[PAM_TYPES];	/* else the rules of this type are other's */
	enum pam_stack_fault fault;	/* the first; what it made broken is
					 * in the rules */
	char fault_at[256];	/* file:line */
};

/* False: there is no such service. Free it always. */
bool pam_stack_read(struct pam_stack *s, const char *service,
    pam_stack_file_fn *file, void *arg);
void pam_stack_free(struct pam_stack *s);

#endif
