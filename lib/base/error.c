/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char cut_mark[] = "...";
static const char separator[] = "; ";

/*
 * A user name or a path with a newline in it must not start a line of its own
 * in the log of whoever prints this sentence (log forging), nor drive his
 * terminal: C1 too, U+0080 to U+009F (CVE-2023-29383).
 */
static void
mask_controls(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			*text = '?';
		else if (*text == '\xc2' && (text[1] & 0xe0) == 0x80)
			text[0] = text[1] = '?';
}

/* End a text that did not fit with a mark, on a whole UTF-8 character. */
static void
mark_cut(char *text, size_t size)
{
	size_t end = size - sizeof(cut_mark);

	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	memcpy(text + end, cut_mark, sizeof(cut_mark));
}

/* Format into a text of our own first: the arguments may quote e->text. */
static void __attribute__((format(printf, 2, 0)))
append(char *text, const char *format, va_list args)
{
	char sentence[ERROR_TEXT_MAX];
	size_t used = strlen(text);
	int n = vsnprintf(sentence, sizeof(sentence), format, args);

	if (n < 0)
		sentence[0] = '\0';
	else if ((size_t)n >= sizeof(sentence))
		mark_cut(sentence, sizeof(sentence));
	mask_controls(sentence);
	n = snprintf(text + used, ERROR_TEXT_MAX - used, "%s", sentence);
	if (n >= 0 && (size_t)n >= ERROR_TEXT_MAX - used)
		mark_cut(text, ERROR_TEXT_MAX);
}

static void __attribute__((format(printf, 2, 3)))
append_words(char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(text, format, args);
	va_end(args);
}

int
error_set(struct error *e, int code, const char *format, ...)
{
	char text[ERROR_TEXT_MAX] = "";
	va_list args;

	va_start(args, format);
	append(text, format, args);
	va_end(args);
	memcpy(e->text, text, sizeof(text));
	e->code = code;
	return code;
}

int
error_errno(struct error *e, int code, int errno_value,
    const char *format, ...)
{
	char text[ERROR_TEXT_MAX] = "";
	va_list args;

	va_start(args, format);
	append(text, format, args);
	va_end(args);
	errno = errno_value;
	append_words(text, ": %m");
	memcpy(e->text, text, sizeof(text));
	e->code = code;
	return code;
}

int
error_add(struct error *e, int code, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	memcpy(text, e->text, sizeof(text));
	if (text[0] != '\0')
		append_words(text, "%s", separator);
	va_start(args, format);
	append(text, format, args);
	va_end(args);
	memcpy(e->text, text, sizeof(text));
	e->code = code;
	return code;
}

void
error_clear(struct error *e)
{
	e->code = PASPW_OK;
	e->text[0] = '\0';
}
