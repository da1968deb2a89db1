/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* pam_rule: one line of a PAM configuration, read as libpam reads it, with its
 * oddities: a broken line makes the stack fail there. Pure. */
#ifndef PAM_RULE_H
#define PAM_RULE_H

#include <stdbool.h>
#include <stddef.h>

#define PAM_RULE_RESULTS 32	/* return values of PAM */
#define PAM_RULE_ARGUMENTS_MAX 64

enum pam_type {
	PAM_TYPE_AUTH = 0, PAM_TYPE_ACCOUNT, PAM_TYPE_PASSWORD,
	PAM_TYPE_SESSION, PAM_TYPES,
	PAM_TYPE_ANY = PAM_TYPES
};

enum pam_rule_kind {
	PAM_RULE_MODULE = 0,
	PAM_RULE_SUBSTACK,	/* what follows one level deeper is it */
	PAM_RULE_INCLUDE,	/* the lines of this type, of another file */
	PAM_RULE_FILE,		/* @include: all lines of another file */
	PAM_RULE_BROKEN		/* always fails */
};

/* What follows a result; above 0: skip so many rules. */
enum pam_action {
	PAM_ACTION_IGNORE = 0,
	PAM_ACTION_OK = -1,
	PAM_ACTION_DONE = -2,
	PAM_ACTION_BAD = -3,
	PAM_ACTION_DIE = -4,
	PAM_ACTION_RESET = -5,
	PAM_ACTION_UNDEF = -6	/* while parsing */
};

struct pam_rule {
	enum pam_rule_kind kind;
	enum pam_type type;
	int actions[PAM_RULE_RESULTS];
	const char *target;	/* module or file; NULL: none is named */
	const char *arguments[PAM_RULE_ARGUMENTS_MAX];
	int count;		/* of the arguments */
	unsigned level;		/* of the substack that it is in */
	const char *file;	/* where it is written */
	unsigned number;	/* of its line */
	char *text;		/* owned: what the others point into */
};

/* The next line that says something, continuation lines joined, comments
 * gone; the caller frees it. NULL: the end, or no memory (*failed). *number
 * starts as 0 and is then the one of its last line. */
char *pam_rule_line(const char **text, unsigned *number, bool *failed);

/* Take a line apart, in place; it is the rule's now. A broken one is of
 * `type` unless that is any: then of auth, as libpam has it. */
void pam_rule_parse(struct pam_rule *r, char *line, enum pam_type type);

/* "auth" */
const char *pam_type_name(enum pam_type type);
/* The file name of its module without directory and suffix, or "". */
void pam_rule_module(const struct pam_rule *r, char *name, size_t size);
/* Is this argument there? */
bool pam_rule_has(const struct pam_rule *r, const char *argument);

#endif
