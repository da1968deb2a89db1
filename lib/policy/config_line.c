/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "policy/config_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES_MAX 2047
#define KEY_BYTES_MAX 64

static const char blanks[] = " \t";

void
config_line_fault(struct config_reading *r, size_t line, const char *key,
    const char *format, ...)
{
	char reason[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	r->rc = error_add(r->e, PASPW_ERR_CONFIG, "%s:%zu: %.*s: %s", r->path,
	    line, KEY_BYTES_MAX, key, reason);
	if (r->in_section && r->section_ok)
		r->drafts->list[r->draft].faulty = true;
}

void
config_line_where(const struct config_reading *r, size_t line,
    struct config_origin *where)
{
	const size_t most = sizeof(where->text) - sizeof("...:12345678");
	size_t length = strlen(r->path);

	snprintf(where->text, sizeof(where->text), "%s%s:%zu",
	    length > most ? "..." : "",
	    length > most ? r->path + (length - most) : r->path, line);
}

static bool
realm_name_ok(const char *name, size_t length)
{
	return length > 0 && length <= CONFIG_NAME_MAX &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* "[users]"; false: not understood */
static bool
take_section(struct config_reading *r, char *text)
{
	size_t length = strlen(text);
	struct config_origin where;
	int rc;

	r->in_section = true;
	r->section_ok = false;
	r->open = false;
	if (text[length - 1] != ']') {
		config_line_fault(r, r->line, text, "no ] at its end");
		return false;
	}
	text[length - 1] = '\0';
	if (!realm_name_ok(text + 1, length - 2)) {
		text[length - 1] = ']';
		config_line_fault(r, r->line, text,
		    "not the name of a realm (1 to %d of a-z 0-9 _ -)",
		    CONFIG_NAME_MAX);
		return false;
	}
	config_line_where(r, r->line, &where);
	if ((rc = config_draft_find(r->drafts, text + 1, where.text,
	    &r->draft, r->e)) != PASPW_OK)
		r->rc = rc;
	r->section_ok = rc == PASPW_OK;
	return true;
}

/* Line on which this file gave the setting before, or 0. */
static size_t
given_before(const struct config_reading *r,
    const struct policy_setting *setting)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->entries[i].draft == r->draft &&
		    r->entries[i].setting == setting)
			return r->entries[i].line;
	return 0;
}

static void
add_entry(struct config_reading *r, const struct policy_setting *setting)
{
	struct config_entry *entries = realloc(r->entries,
	    (r->count + 1) * sizeof(*entries));

	if (entries == NULL) {
		r->rc = error_set(r->e, PASPW_ERR_MEMORY, "out of memory");
		return;
	}
	r->entries = entries;
	entries[r->count++] = (struct config_entry){
		r->line, r->draft, setting
	};
}

/* "min_length = 8"; false: not understood */
static bool
take_setting(struct config_reading *r, char *text)
{
	size_t length = strcspn(text, " \t=");
	char *value = text + length + strspn(text + length, blanks);
	const struct policy_setting *setting;
	size_t before;

	if (length == 0 || *value != '=') {
		text[length == 0 ? 1 : length] = '\0';
		config_line_fault(r, r->line, text, length == 0 ?
		    "no setting before it" : "no = after it");
		return false;
	}
	value += 1 + strspn(value + 1, blanks);
	r->open = *value != '\0';
	text[length] = '\0';
	if (!r->in_section)
		config_line_fault(r, r->line, text, "before any [section]");
	else if (!r->section_ok)
		return true;	/* told at the section */
	else if ((setting = policy_setting_find(text)) == NULL)
		config_line_fault(r, r->line, text, "unknown setting");
	else if ((before = given_before(r, setting)) != 0)
		config_line_fault(r, r->line, text,
		    "given before, on line %zu", before);
	else
		add_entry(r, setting);
	return true;
}

/* One line without its comment; false: not understood. */
static bool
take_line(struct config_reading *r, char *line)
{
	char *text = line + strspn(line, blanks);
	size_t length = strlen(text);

	while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
		text[--length] = '\0';
	if (length == 0) {
		r->open = false;
		return true;
	}
	if (text[0] == '[')
		return take_section(r, text);
	/* the rest of the value above: indented, and no setting itself */
	if (text > line && r->open && strchr(text, '=') == NULL)
		return true;
	r->open = false;
	return take_setting(r, text);
}

static bool
has_control(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == '\x7f')
			return true;
	return false;
}

/* A line that cannot be read at all. */
static bool
refuse_line(struct config_reading *r, const char *bytes, const char *reason)
{
	config_line_fault(r, r->line, "line", "%s", reason);
	r->open = false;
	/* what follows belongs to a section that nobody knows */
	if (bytes[0] == '[') {
		r->in_section = true;
		r->section_ok = false;
	}
	return false;
}

static bool
take_bytes(struct config_reading *r, const char *bytes, size_t length)
{
	char line[LINE_BYTES_MAX + 1];

	r->line++;
	if (length > LINE_BYTES_MAX)
		return refuse_line(r, bytes, "too long");
	if (has_control(bytes, length))
		return refuse_line(r, bytes, "holds a control character");
	memcpy(line, bytes, length);
	line[length] = '\0';
	line[strcspn(line, "#")] = '\0';
	return take_line(r, line);
}

bool
config_lines_take(struct config_reading *r, char *text, size_t size)
{
	bool understood = true;

	for (char *end, *at = text; at < text + size; at = end + 1) {
		end = memchr(at, '\n', (size_t)(text + size - at));
		if (end == NULL)
			end = text + size;
		if (!take_bytes(r, at, (size_t)(end - at))) {
			memset(at, '#', (size_t)(end - at));
			understood = false;
		}
	}
	return understood;
}
