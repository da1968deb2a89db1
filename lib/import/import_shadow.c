/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "import/import.h"

#include <string.h>

#include "account/directory.h"

#define SHADOW_FIELDS 9
#define DAY_MAX (IMPORT_TIME_MAX / SPAN_DAY)

enum { FIELD_NAME, FIELD_HASH, FIELD_CHANGED, FIELD_EXPIRE = 7 };

/* The dearest hash of each method that we take over: one more could hold up
 * each login and each change for minutes. */
static const struct {
	const char *method;
	unsigned most;
	bool zero_ok;		/* it has no cost, or we need not know it */
} costs[] = {
	{ "yescrypt", 11, false },
	{ "gost-yescrypt", 11, false },
	{ "scrypt", 11, false },
	{ "sha512crypt", 10000000, true },
	{ "sha256crypt", 10000000, true },
	{ "bcrypt", 16, false },
	{ "md5crypt", 0, true }
};
#define COSTS (sizeof(costs) / sizeof(costs[0]))

const char *
import_hash_fault(const char *hash)
{
	unsigned cost = 0;
	const char *method = hash_method(hash, &cost);

	for (size_t i = 0; i < COSTS; i++) {
		if (strcmp(method, costs[i].method) != 0)
			continue;
		if (cost == 0 && !costs[i].zero_ok)
			return "a hash with unusual parameters";
		return cost > costs[i].most ? "a hash that costs too much" :
		    NULL;
	}
	/* 13 characters without a $, or _ and 19: traditional and extended */
	if (hash[0] != '\0' && strchr(hash, '$') == NULL &&
	    (strlen(hash) == 13 || hash[0] == '_'))
		return "a DES hash: anybody can break it, none is verified";
	return "not a hash of a method that is verified";
}

size_t
import_split(const char *line, size_t length, struct import_field *fields,
    size_t room)
{
	const char *end = line + length;
	size_t n = 0;

	for (;;) {
		const char *colon = memchr(line, ':', (size_t)(end - line));
		const char *stop = colon != NULL ? colon : end;

		if (n < room) {
			fields[n].text = line;
			fields[n].length = (size_t)(stop - line);
		}
		n++;
		if (colon == NULL)
			return n;
		line = colon + 1;
	}
}

bool
import_name(const struct import_field *field, char name[PASPW_NAME_MAX + 1])
{
	name[0] = '\0';
	if (field->length == 0 || field->length > PASPW_NAME_MAX ||
	    memchr(field->text, '\0', field->length) != NULL)
		return false;
	/* + and - stand for the entries of a directory service */
	if (field->text[0] == '+' || field->text[0] == '-')
		return false;
	memcpy(name, field->text, field->length);
	name[field->length] = '\0';
	return directory_name_ok(name);
}

bool
import_number(const struct import_field *field, int64_t max, int64_t *number)
{
	int64_t n = 0;

	for (size_t i = 0; i < field->length; i++) {
		int digit = field->text[i] - '0';

		if (digit < 0 || digit > 9 || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return field->length > 0;
}

/*
 * `*`, `!` and `!!` alone: there is no password, and keys may go on (that is
 * how accounts of cloud images are born). A mark with something behind it:
 * somebody locked the account.
 */
static const char *
take_hash(const struct import_field *field, struct import_shadow *out)
{
	size_t marks = 0;

	while (marks < field->length && (field->text[marks] == '!' ||
	    field->text[marks] == '*'))
		marks++;
	if (field->length == 0)
		return "an empty password: whoever knows the name gets in";
	if (field->length - marks >= HASH_MAX)
		return "its hash is longer than any";
	if (marks == field->length)
		return NULL;
	out->locked = marks > 0;
	memcpy(out->hash, field->text + marks, field->length - marks);
	out->hash_fault = import_hash_fault(out->hash);
	if (out->hash_fault == NULL)
		return NULL;
	secret_wipe_bytes(out->hash, sizeof(out->hash));
	return out->locked ? NULL : out->hash_fault;
}

static const char *
take_dates(const struct import_field *fields, struct import_shadow *out)
{
	int64_t day = 0;

	out->changed_day = -1;
	if (fields[FIELD_CHANGED].length > 0 &&
	    !import_number(&fields[FIELD_CHANGED], DAY_MAX,
	    &out->changed_day))
		return "its date of change is no number of days";
	if (fields[FIELD_EXPIRE].length == 0)
		return NULL;
	if (!import_number(&fields[FIELD_EXPIRE], DAY_MAX, &day))
		return "its date of expiry is no number of days";
	/* Day 0 is over, too; our 0 would be no end at all. */
	out->valid_until = day > 0 ? day * SPAN_DAY : 1;
	return NULL;
}

const char *
import_shadow(const char *line, size_t length, struct import_shadow *out)
{
	struct import_field fields[SHADOW_FIELDS];
	const char *reason;

	memset(out, 0, sizeof(*out));
	if (memchr(line, '\0', length) != NULL)
		return "a line with a NUL in it";
	if (import_split(line, length, fields, SHADOW_FIELDS) !=
	    SHADOW_FIELDS)
		return "a line of shadow has 9 fields";
	if (!import_name(&fields[FIELD_NAME], out->name))
		return "not a usable account name";
	if ((reason = take_hash(&fields[FIELD_HASH], out)) == NULL)
		reason = take_dates(fields, out);
	if (reason != NULL)
		secret_wipe_bytes(out->hash, sizeof(out->hash));
	return reason;
}
