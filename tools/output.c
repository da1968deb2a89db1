/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* output: what paspw says: text for people, JSON for programs, errors. */

#include "command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_MAX 8192	/* the library's is 4096 at most */
#define TIME_MAX 64
#define JSON_LINE 0		/* an object on one line, keys as packed */

/* What standard output and jansson hold may be a generated password. */
static char output_buffer[BUFSIZ];

struct block {
	size_t size;
	_Alignas(max_align_t) char data[];
};

static void *
block_new(size_t size)
{
	struct block *b = NULL;

	if (size <= SIZE_MAX - sizeof(*b))
		b = malloc(sizeof(*b) + size);
	if (b == NULL)
		return NULL;
	b->size = size;
	return b->data;
}

static void
block_free(void *data)
{
	struct block *b;

	if (data == NULL)
		return;
	b = (struct block *)((char *)data - offsetof(struct block, data));
	explicit_bzero(b->data, b->size);
	free(b);
}

void
output_begin(void)
{
	(void)setvbuf(stdout, output_buffer, _IOFBF, sizeof(output_buffer));
	json_set_alloc_funcs(block_new, block_free);
}

int
output_end(struct tool *t, int code)
{
	bool failed = fflush(stdout) != 0 || ferror(stdout);
	int why = errno;

	explicit_bzero(output_buffer, sizeof(output_buffer));
	if (!failed)
		return code;
	fprintf(stderr, _("paspw: standard output: %s\n"), strerror(why));
	return TOOL_INTERNAL;
}

const char *
tool_text(struct tool *t, const char *message)
{
	return paspw_translate(t->handle, message);
}

/* ---- Errors ---- */

/* And what to do about each. */
static const struct error_row {
	int err;
	int exit;
	const char *code;
	const char *next;
} errors[] = {
	{ PASPW_OK, TOOL_YES, "ok", NULL },
	{ PASPW_ERR_INVALID, TOOL_USAGE, "invalid",
	    N_("paspw COMMAND --help says what it takes") },
	{ PASPW_ERR_CONFIG, TOOL_CONFIG, "config",
	    N_("correct the file and try it with paspw policy lint FILE; "
	    "logins meanwhile go on under the last good policy") },
	{ PASPW_ERR_STORE, TOOL_STORE, "store",
	    N_("paspw doctor says what is wrong, and what to do") },
	{ PASPW_ERR_BUSY, TOOL_STORE, "busy",
	    N_("somebody else is at work on it: try again in a moment") },
	{ PASPW_ERR_CRYPTO, TOOL_INTERNAL, "crypto", NULL },
	{ PASPW_ERR_NOTFOUND, TOOL_NO_ACCOUNT, "not_found",
	    N_("paspw list shows the accounts; one of the system is there "
	    "from its first login on, or after paspw import shadow") },
	{ PASPW_ERR_EXISTS, TOOL_NO, "exists",
	    N_("paspw passwd USER issues a new password; paspw add USER "
	    "--reopen takes the name of a closed account") },
	{ PASPW_ERR_DENIED, TOOL_DENIED, "denied",
	    N_("run it as root, or as the owner of the store") },
	{ PASPW_ERR_MEMORY, TOOL_INTERNAL, "memory",
	    N_("a lower hash_cost takes less memory: paspw policy bench") },
	{ PASPW_ERR_INTERNAL, TOOL_INTERNAL, "internal", NULL },
};

static const struct error_row *
error_row(int err)
{
	size_t last = sizeof(errors) / sizeof(errors[0]) - 1;

	for (size_t i = 0; i < last; i++)
		if (errors[i].err == err)
			return &errors[i];
	return &errors[last];
}

int
output_exit(int err)
{
	return error_row(err)->exit;
}

/* An error ends a list that was begun, so that it stays one object. */
static void
print_error(struct tool *t, const char *code, const char *message,
    const char *next)
{
	json_t *error = json_pack("{s:s, s:o, s:o}", "code", code, "message",
	    output_string(message), "next", output_string(next));

	printf("%s\"error\": ", t->listing ? "\n], " : "{");
	if (error == NULL || json_dumpf(error, stdout, JSON_LINE) != 0)
		printf("null");
	printf("}\n");
	t->listing = false;
	json_decref(error);
}

/* next: what to do, or NULL. */
static void __attribute__((format(printf, 4, 0)))
report(struct tool *t, const char *code, const char *next,
    const char *format, va_list args)
{
	char message[MESSAGE_MAX];

	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	fprintf(stderr, "paspw: %s\n", message);
	if (next != NULL)
		fprintf(stderr, "paspw: -> %s\n", next);
	if (t->json)
		print_error(t, code, message, next);
}

static int __attribute__((format(printf, 5, 6)))
report_next(struct tool *t, int exit_code, const char *code,
    const char *next, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(t, code, next, format, args);
	va_end(args);
	return exit_code;
}

int
output_fault(struct tool *t, int exit_code, const char *code,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(t, code, NULL, format, args);
	va_end(args);
	return exit_code;
}

int
output_usage(struct tool *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(t, "usage", t->command == NULL ? NULL :
	    _("paspw COMMAND --help says what it takes"), format, args);
	va_end(args);
	return TOOL_USAGE;
}

int
output_error(struct tool *t, int err)
{
	const struct error_row *row = error_row(err);
	const char *detail = paspw_detail(t->handle);
	/* The library repeats no unknown name: at a login somebody may have
	 * typed a password. This one was an argument, which all can read. */
	bool named = err != PASPW_ERR_NOTFOUND || t->user == NULL ||
	    strstr(detail, t->user) != NULL;

	return report_next(t, row->exit, row->code, row->next == NULL ? NULL :
	    _(row->next), "%s%s%s", named ? "" : t->user, named ? "" : ": ",
	    detail[0] != '\0' ? detail : paspw_strerror(err));
}

void
output_warning(struct tool *t, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	fprintf(stderr, _("paspw: warning: %s\n"), message);
}

/* ---- JSON ---- */

static int
no_memory(struct tool *t)
{
	return output_fault(t, TOOL_INTERNAL, "memory", "%s",
	    paspw_strerror(PASPW_ERR_MEMORY));
}

int
output_object(struct tool *t, json_t *object)
{
	if (object == NULL)
		return no_memory(t);
	/* a write that fails shows in ferror: output_end tells of it */
	(void)json_dumpf(object, stdout, JSON_LINE);
	putchar('\n');
	json_decref(object);
	return TOOL_YES;
}

void
output_list_begin(struct tool *t, const char *name)
{
	t->listing = true;
	t->listed = 0;
	printf("{\"%s\": [", name);
}

int
output_list_item(struct tool *t, json_t *item)
{
	if (item == NULL)
		return no_memory(t);
	printf(t->listed++ == 0 ? "\n" : ",\n");
	(void)json_dumpf(item, stdout, JSON_LINE);
	json_decref(item);
	return TOOL_YES;
}

void
output_list_end(struct tool *t)
{
	t->listing = false;
	printf("\n]}\n");
}

json_t *
output_string(const char *text)
{
	json_t *string;
	char *copy, *c;

	if (text == NULL || text[0] == '\0')
		return json_null();
	if ((string = json_string(text)) != NULL)
		return string;
	/* a row that somebody edited by hand must not hide the others */
	if ((copy = strdup(text)) == NULL)
		return NULL;
	for (c = copy; *c != '\0'; c++)
		if ((unsigned char)*c > '~')
			*c = '?';
	string = json_string(copy);
	free(copy);
	return string;
}

json_t *
output_time(int64_t when)
{
	char text[TIME_MAX];
	time_t seconds = (time_t)when;
	struct tm tm;

	if (when == 0 || gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

json_t *
output_report(const struct paspw_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < paspw_report_count(report);
	    i++) {
		json_t *rule = json_pack("{s:o, s:o}",
		    "rule", output_string(paspw_report_rule(report, i)),
		    "message", output_string(paspw_report_message(report, i)));

		if (json_array_append_new(list, rule) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/* ---- Text ---- */

/* Whoever got an escape sequence into the store (a remote host's name, an
 * edited row) must not drive the admin's terminal with it. */
void
output_text(const char *text, int width)
{
	int characters = 0;

	for (; text != NULL && *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		unsigned char next = (unsigned char)text[1];
		bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;

		characters += (c & 0xc0) != 0x80;
		if (c1)
			text++;
		putchar(c < ' ' || c == 0x7f || c1 ? '?' : c);
	}
	if (characters < width)
		printf("%*s", width - characters, "");
}

static bool
coloured(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) &&
	    (no_color == NULL || no_color[0] == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

void
output_coloured(enum output_colour colour, const char *text, int width)
{
	static const char *const codes[] = {
		[OUTPUT_GREEN] = "32",
		[OUTPUT_YELLOW] = "33",
		[OUTPUT_RED] = "31",
	};
	bool wanted = coloured();

	if (wanted)
		printf("\033[%sm", codes[colour]);
	output_text(text, width);
	if (wanted)
		printf("\033[0m");
}

void
output_state(const char *word, int width)
{
	enum output_colour colour = OUTPUT_YELLOW;

	if (strcmp(word, "active") == 0 || strcmp(word, "accepted") == 0)
		colour = OUTPUT_GREEN;
	else if (strcmp(word, "locked") == 0 || strcmp(word, "closed") == 0 ||
	    strcmp(word, "refused") == 0)
		colour = OUTPUT_RED;
	output_coloured(colour, word, width);
}

void
output_clock(int64_t when, const char *never, int width)
{
	char text[TIME_MAX];
	time_t seconds = (time_t)when;
	struct tm tm;

	if (when == 0 || localtime_r(&seconds, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm) == 0)
		output_text(never, width);
	else
		output_text(text, width);
}

void
output_rules(const struct paspw_report *report)
{
	for (size_t i = 0; i < paspw_report_count(report); i++) {
		printf("  ");
		output_text(paspw_report_rule(report, i), 0);
		printf(": ");
		output_text(paspw_report_message(report, i), 0);
		putchar('\n');
	}
}
