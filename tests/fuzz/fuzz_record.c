/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* What `paspw import` reads of our own formats: a line of CSV, and an account
 * as a line of JSON. */

#include <string.h>

#include "../../tools/command.h"
#include "fuzz.h"

#define TEXT_MAX 8192

static void
check_csv(char *line, size_t size)
{
	char *fields[CSV_FIELDS_MAX];
	int count = csv_split(line, fields);

	HOLDS(count >= -1 && count <= CSV_FIELDS_MAX);
	for (int i = 0; i < count; i++)
		HOLDS(fields[i] >= line && fields[i] <= line + size);
}

/* An empty hash is none, in a list of them too. */
static bool
has_empty_hash(const struct record *record)
{
	for (size_t i = 0; i < record->fields.history_count; i++)
		if (record->fields.history[i][0] == '\0')
			return true;
	return false;
}

/* What was read is written as something that reads back the same. */
static void
check_record(const struct record *record)
{
	static struct record again;
	json_t *one = record_object(&record->fields), *other;

	HOLDS(one != NULL && record_read(one, &again) == NULL);
	HOLDS((other = record_object(&again.fields)) != NULL);
	HOLDS(json_equal(one, other));
	json_decref(one);
	json_decref(other);
}

static void
check_json(const char *line, size_t size)
{
	static struct record record;
	json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);

	if (object != NULL && record_read(object, &record) == NULL &&
	    !has_empty_hash(&record))
		check_record(&record);
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX + 1];

	if (size > TEXT_MAX)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_json(text, size);
	check_csv(text, size);
	return 0;
}
