/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * The command line of paspw: its arguments, separated by NUL, go through the
 * parser, and on to the command that they name, which reads its values and
 * has no library to ask. So nothing can be done, and whoever says "yes" has
 * not asked.
 */

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz.h"

/* The parser is none of the interface, it is in the program itself. */
int paspw_main(int argc, char **argv);
#define main paspw_main
#include "../../tools/paspw.c"
#undef main

#define COUNT_MAX 64
#define TEXT_MAX 4096
#define SAID_MAX 65536

static char *said, *complained;		/* what is printed, by either way */
static size_t said_size, complained_size;

/* Nothing to read from, and no terminal to ask. */
static void
prepare(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd != -1) {
		(void)ioctl(fd, TIOCNOTTY);
		close(fd);
	}
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	HOLDS(fd != -1 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	close(fd);
	output_begin();
}

static int
split(char *text, size_t size, char **list)
{
	int count = 0;

	for (size_t at = 0; at < size && count < COUNT_MAX;
	    at += strlen(text + at) + 1)
		list[count++] = text + at;
	return count;
}

/* ---- What must hold ---- */

static void
check_parsed(const struct tool *t)
{
	const struct command *c = t->command;

	HOLDS(c >= commands && c < commands + command_count);
	HOLDS(t->operand == NULL || (c->operand != NULL &&
	    t->operand[0] != '\0'));
	HOLDS(t->operand != NULL || c->operand == NULL ||
	    c->operand[0] == '[');
	for (unsigned i = 0; i < OPTIONS; i++)
		HOLDS(t->values[i] == NULL ||
		    (HAS(i) & (c->options | EVERY_COMMAND)) != 0);
	HOLDS((c->flags & NEEDS_REASON) == 0 ||
	    t->values[OPTION_REASON][0] != '\0');
}

/* Objects, and the last one tells the error. */
static void
check_json(void)
{
	json_error_t where = { .position = 0 };
	bool told = false;
	size_t at = 0;

	while (at < said_size && said[at] != '\0') {
		json_t *one = json_loadb(said + at, said_size - at,
		    JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &where);

		HOLDS(one != NULL && where.position > 0);
		told = json_object_get(one, "error") != NULL;
		json_decref(one);
		at += (size_t)where.position;
		at += strspn(said + at, "\n");
	}
	HOLDS(told);
}

static void
check_said(const struct tool *t, int code)
{
	HOLDS(code >= TOOL_YES && code <= TOOL_INTERNAL);
	HOLDS(said_size + complained_size < SAID_MAX);
	for (size_t i = 0; i < complained_size; i++) {
		unsigned char c = (unsigned char)complained[i];

		HOLDS(c == '\n' || (c >= ' ' && c != 0x7f));
	}
	if (code == TOOL_YES)
		return;
	HOLDS(strncmp(complained, "paspw: ", strlen("paspw: ")) == 0);
	if (t->json)
		check_json();
}

/* They need no configuration and look at files: not here. */
static bool
is_let_out(const struct command *c)
{
	return c->run == cmd_doctor || c->run == cmd_policy_lint;
}

static int
run_once(struct tool *t, int argc, char **argv)
{
	int code;

	optind = 0;		/* glibc: begin anew */
	code = parse(t, argc, argv);
	if (code != TOOL_YES || t->command == NULL)
		return code;
	check_parsed(t);
	if (is_let_out(t->command))
		return TOOL_YES;
	code = t->command->run(t);
	HOLDS(code != TOOL_YES || t->command->run == cmd_completion);
	return code;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX + 1], name[] = "paspw";
	static bool prepared;
	char *argv[COUNT_MAX + 2] = { name };
	FILE *out = stdout, *err = stderr;
	struct tool t = { 0 };
	int argc, code;

	if (size > TEXT_MAX)
		return 0;
	if (!prepared)
		prepare();
	prepared = true;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	argc = 1 + split(text, size, argv + 1);
	HOLDS((stdout = open_memstream(&said, &said_size)) != NULL &&
	    (stderr = open_memstream(&complained, &complained_size)) != NULL);
	code = run_once(&t, argc, argv);
	HOLDS(fclose(stdout) == 0 && fclose(stderr) == 0);
	stdout = out;
	stderr = err;
	check_said(&t, code);
	free(said);
	free(complained);
	paspw_close(&t.handle);
	return 0;
}
