/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* help: printed from the tables. */

#include "table.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 24

static const char *const exits[] = {
	[TOOL_YES] = N_("done or yes"),
	[TOOL_NO] = N_("the policy says no, or the account exists already"),
	[TOOL_USAGE] = N_("usage: an argument is wrong"),
	[TOOL_NO_ACCOUNT] = N_("no such account"),
	[TOOL_DENIED] = N_("not permitted"),
	[TOOL_CONFIG] = N_("the configuration is missing or broken"),
	[TOOL_STORE] = N_("the store is missing, broken, unsafe or busy"),
	[TOOL_INTERNAL] = N_("internal"),
};

static void
help_line(struct tool *t, const char *left, const char *help)
{
	printf("  %-*s%s\n", HELP_COLUMN, left, _(help));
}

static void
command_line(const struct command *c, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s%s", c->word,
	    c->second != NULL ? " " : "", c->second != NULL ? c->second : "",
	    c->operand != NULL ? " " : "", c->operand != NULL ? c->operand
	    : "");
}

static void
option_line(struct tool *t, const struct option_row *option)
{
	char text[HELP_COLUMN];

	snprintf(text, sizeof(text), "--%s%s%s", option->name,
	    option->value != NULL ? " " : "",
	    option->value != NULL ? option->value : "");
	help_line(t, text, option->help);
}

static void
option_lines(struct tool *t, uint64_t wanted)
{
	for (unsigned i = 0; i < OPTIONS; i++)
		if ((wanted & HAS(i)) != 0)
			option_line(t, &options[i]);
}

int
help_all(struct tool *t, const char *word)
{
	char text[HELP_COLUMN];

	printf(_("Usage: paspw [--config FILE] [--realm NAME] [--json] "
	    "COMMAND [OPTION...]\n"));
	printf(_("\nCommands (paspw COMMAND --help says more):\n"));
	for (size_t i = 0; i < command_count; i++) {
		if (word != NULL && strcmp(word, commands[i].word) != 0)
			continue;
		command_line(&commands[i], text, sizeof(text));
		help_line(t, text, commands[i].help);
	}
	printf(_("\nOptions of every command:\n"));
	option_lines(t, EVERY_COMMAND);
	printf(_("\nExit codes:\n"));
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
		printf("  %zu  %s\n", i, _(exits[i]));
	return TOOL_YES;
}

int
help_command(struct tool *t, const struct command *c)
{
	char text[HELP_COLUMN];

	command_line(c, text, sizeof(text));
	printf(_("Usage: paspw %s [OPTION...]\n"), text);
	printf("\n%s\n", _(c->help));
	printf(_("\nOptions:\n"));
	option_lines(t, c->options | EVERY_COMMAND);
	return TOOL_YES;
}
