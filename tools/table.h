/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* table: the commands and their options, in paspw.c. The parser, the help and
 * the completion of the shells are made from these two alone. */
#ifndef TABLE_H
#define TABLE_H

#include "command.h"

#define HAS(option) (UINT64_C(1) << (option))
#define EVERY_COMMAND (HAS(OPTION_CONFIG) | HAS(OPTION_REALM) | \
    HAS(OPTION_JSON) | HAS(OPTION_HELP) | HAS(OPTION_VERSION))

struct option_row {
	const char *name;
	const char *value;	/* what follows it; NULL: a flag */
	const char *help;
};
extern const struct option_row options[OPTIONS];

/* flags of a command */
#define USES_STORE 1u		/* seal the trail afterwards */
#define NEEDS_REASON 2u		/* a PAS asks why */
#define NO_CONFIG 4u		/* opens its configuration itself */
#define TAKES_LONG 8u		/* progress is shown on a terminal */

struct command {
	const char *word;
	const char *second;	/* of a two-word command, or NULL */
	int (*run)(struct tool *t);
	const char *operand;	/* USER, [USER] may be left out, or NULL */
	uint64_t options;
	unsigned flags;
	const char *help;
};
extern const struct command commands[];
extern const size_t command_count;

/* ---- help.c ---- */

/* All commands, or those of one family (`word`). */
int help_all(struct tool *t, const char *word);
int help_command(struct tool *t, const struct command *c);

#endif
