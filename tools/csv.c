/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* csv: fields between commas, in quotes if they hold a comma or a quote. */

#include "command.h"

#include <string.h>

/* A field in quotes: unquoted in place; what follows its last quote, or NULL
 * if there is none. */
static char *
unquote(char *field)
{
	char *from = field + 1, *to = field;

	for (; *from != '\0'; from++) {
		if (*from == '"') {
			if (from[1] != '"') {
				/* to is before from: nothing is lost */
				*to = '\0';
				return from + 1;
			}
			from++;
		}
		*to++ = *from;
	}
	return NULL;
}

int
csv_split(char *line, char *fields[CSV_FIELDS_MAX])
{
	int n = 0;
	char *end;

	for (;;) {
		if (n == CSV_FIELDS_MAX)
			return -1;
		fields[n++] = line;
		end = *line == '"' ? unquote(line) :
		    line + strcspn(line, ",\"");
		if (end == NULL || (*end != ',' && *end != '\0'))
			return -1;
		if (*end == '\0')
			return n;
		*end = '\0';
		line = end + 1;
	}
}
