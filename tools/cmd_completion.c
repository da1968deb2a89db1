/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* completion: a script for a shell, made from the tables. */

#include "table.h"

#include <stdio.h>
#include <string.h>

/* What a value or an operand may be: a command that prints the words, or
 * files. Others (a number, a text) are not completed. */
static const struct kind {
	const char *value;
	const char *words;	/* NULL: files */
	const char *zsh;	/* its own action for it, or NULL */
} kinds[] = {
	{ "FILE", NULL, "_files" },
	{ "DIR", NULL, "_files -/" },
	{ "PROGRAM", NULL, "_files" },
	{ "KIND", "echo person service third_party emergency", NULL },
	{ "SHELL", "echo bash zsh", NULL },
	{ "PRESET", "echo pas anssi cnil nist-800-63b-4 pci-dss-4 "
	    "cis-debian12", NULL },
	{ "USER", "compgen -u", "_users" },
	{ "KEY", "paspw policy show 2> /dev/null | sed -n \"s/ = .*//p\"",
	    NULL },
	{ "NAME", "paspw policy show 2> /dev/null | "
	    "sed -n \"s/^\\[\\(.*\\)\\]/\\1/p\"", NULL },
};

/* USER and [USER] alike. NULL: not completed. */
static const struct kind *
kind_of(const char *value)
{
	if (value == NULL)
		return NULL;
	value += value[0] == '[' ? 1 : 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i].value);

		if (strncmp(value, kinds[i].value, length) == 0 &&
		    (value[length] == '\0' || value[length] == ']'))
			return &kinds[i];
	}
	return NULL;
}

/* Is this the first row of its family, or a word by itself? */
static bool
is_first(size_t i)
{
	return i == 0 || strcmp(commands[i].word, commands[i - 1].word) != 0;
}

/* A pattern for case: with or without its operand. */
static void
command_words(const struct command *c)
{
	if (c->second != NULL)
		printf("\t'%s %s'", c->word, c->second);
	else
		printf("\t'%s' | '%s '*", c->word, c->word);
}

/* ---- bash ---- */

static void
bash_words(const struct kind *kind)
{
	if (kind == NULL)
		printf(" ;;\n");
	else if (kind->words == NULL)
		printf(" compopt -o filenames\n"
		    "\t\tCOMPREPLY=($(compgen -f -- \"$cur\")) ;;\n");
	else
		printf(" COMPREPLY=($(compgen -W \"$(%s)\" "
		    "-- \"$cur\")) ;;\n", kind->words);
}

/* What follows an option that has a value. */
static void
bash_values(void)
{
	printf("\tcase $prev in\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		if (options[i].value == NULL)
			continue;
		printf("\t--%s)", options[i].name);
		bash_words(kind_of(options[i].value));
	}
	printf("\t*) false ;;\n\tesac && return\n");
}

static void
bash_valued(void)
{
	printf("\t\t\t");
	for (size_t i = 0, n = 0; i < OPTIONS; i++)
		if (options[i].value != NULL)
			printf("%s--%s", n++ > 0 ? "|" : "", options[i].name);
	printf(") i=$((i + 1)) ;;\n");
}

static void
bash_options(uint64_t wanted)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if ((wanted & HAS(i)) != 0)
			printf(" --%s", options[i].name);
}

static void
bash_command(const struct command *c)
{
	command_words(c);
	printf(")\n\t\topts='");
	bash_options(c->options | EVERY_COMMAND);
	printf("'\n\t\t[[ $cur == -* ]] ||");
	if (kind_of(c->operand) == NULL)
		printf(" : ;;\n");
	else
		bash_words(kind_of(c->operand));
}

static void
bash_second_words(void)
{
	for (size_t i = 0; i < command_count; i++) {
		if (commands[i].second == NULL)
			continue;
		if (is_first(i))
			printf("\t%s) words='", commands[i].word);
		printf("%s%s", is_first(i) ? "" : " ", commands[i].second);
		if (i + 1 == command_count || is_first(i + 1))
			printf("' ;;\n");
	}
}

static void
print_bash(void)
{
	printf("# bash completion of paspw; made by `paspw completion bash`\n"
	    "_paspw()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]}"
	    " prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	    "\tlocal i opts='' words='' command='' count=0\n"
	    "\tCOMPREPLY=()\n");
	bash_values();
	printf("\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\tcase ${COMP_WORDS[i]} in\n");
	bash_valued();
	printf("\t\t\t-*) ;;\n"
	    "\t\t\t*) ((count++ < 2)) && "
	    "command=\"${command:+$command }${COMP_WORDS[i]}\" ;;\n"
	    "\t\tesac\n\tdone\n\tcase $command in\n\t'')\n\t\topts='");
	bash_options(EVERY_COMMAND);
	printf("'\n\t\twords='");
	for (size_t i = 0; i < command_count; i++)
		if (is_first(i))
			printf("%s%s", i > 0 ? " " : "", commands[i].word);
	printf("' ;;\n");
	bash_second_words();
	for (size_t i = 0; i < command_count; i++)
		bash_command(&commands[i]);
	/* the operand is there: only options follow */
	printf("\tesac\n\t[[ $cur == -* ]] && words=$opts\n"
	    "\t[[ -n $words ]] && "
	    "COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	    "\treturn 0\n}\ncomplete -F _paspw paspw\n");
}

/* ---- zsh ---- */

/* Between single quotes, with what _arguments and _describe would take for
 * their own marked. */
static void
zsh_quoted(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\'')
			printf("'\\''");
		else
			printf("%s%c", strchr("[]:\\", *text) != NULL ? "\\" :
			    "", *text);
}

static void
zsh_action(const char *value)
{
	const struct kind *kind = kind_of(value);

	if (kind == NULL)
		printf(": ");
	else if (kind->zsh != NULL)
		printf(":%s", kind->zsh);
	else
		printf(":{compadd -- ${=\"$(%s)\"}}", kind->words);
}

static void
zsh_option(size_t i)
{
	printf(" \\\n\t\t    '--%s[", options[i].name);
	zsh_quoted(options[i].help);
	printf("]");
	if (options[i].value != NULL) {
		printf(":%s", options[i].value);
		zsh_action(options[i].value);
	}
	printf("'");
}

static void
zsh_command(const struct command *c)
{
	command_words(c);
	printf(")\n\t\t_arguments");
	for (size_t i = 0; i < OPTIONS; i++)
		if (((c->options | EVERY_COMMAND) & HAS(i)) != 0)
			zsh_option(i);
	if (c->operand != NULL) {
		/* after the words of the command itself */
		printf(" \\\n\t\t    '%d:", c->second != NULL ? 3 : 2);
		zsh_quoted(c->operand);
		zsh_action(c->operand);
		printf("'");
	}
	printf(" ;;\n");
}

static void
zsh_describe(const char *word, const char *help)
{
	printf("\t\t    '%s:", word);
	zsh_quoted(help);
	printf("'\n");
}

static void
zsh_second_words(void)
{
	for (size_t i = 0; i < command_count; i++) {
		if (commands[i].second == NULL)
			continue;
		if (is_first(i))
			printf("\t%s)\n\t\twords_=(\n", commands[i].word);
		zsh_describe(commands[i].second, commands[i].help);
		if (i + 1 == command_count || is_first(i + 1))
			printf("\t\t)\n\t\t_describe command words_ ;;\n");
	}
}

static void
print_zsh(void)
{
	printf("#compdef paspw\n"
	    "# zsh completion of paspw; made by `paspw completion zsh`\n"
	    "_paspw()\n{\n\tlocal -a words_\n\tlocal command='' i count=0\n"
	    "\tfor ((i = 2; i < CURRENT; i++)); do\n"
	    "\t\tcase ${words[i]} in\n");
	bash_valued();
	printf("\t\t\t-*) ;;\n"
	    "\t\t\t*) ((count++ < 2)) && "
	    "command=\"${command:+$command }${words[i]}\" ;;\n"
	    "\t\tesac\n\tdone\n\tcase $command in\n\t'')\n\t\twords_=(\n");
	for (size_t i = 0; i < command_count; i++)
		if (is_first(i))
			zsh_describe(commands[i].word, commands[i].second ==
			    NULL ? commands[i].help : "");
	printf("\t\t)\n\t\t_describe command words_ ;;\n");
	zsh_second_words();
	for (size_t i = 0; i < command_count; i++)
		zsh_command(&commands[i]);
	printf("\tesac\n}\n_paspw \"$@\"\n");
}

int
cmd_completion(struct tool *t)
{
	if (t->json)
		return output_usage(t, _("completion prints a script, "
		    "not JSON"));
	if (strcmp(t->operand, "bash") == 0)
		print_bash();
	else if (strcmp(t->operand, "zsh") == 0)
		print_zsh();
	else
		return output_usage(t, _("there is a completion for bash and "
		    "one for zsh"));
	return TOOL_YES;
}
