/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "import/import.h"

#include <string.h>

enum { FIELD_NAME, FIELD_UID, FIELD_COUNT, FIELD_HASHES, OPASSWD_FIELDS };

/* One hash; the oldest makes room. */
static void
take_hash(const char *text, size_t length, struct import_opasswd *out)
{
	char hash[HASH_MAX] = "";
	const char *fault = "a hash that is longer than any";

	if (length < sizeof(hash)) {
		memcpy(hash, text, length);
		fault = import_hash_fault(hash);
	}
	if (fault != NULL) {
		out->fault = fault;
		out->fault_count++;
	} else {
		if (out->count == POLICY_HISTORY_MAX)
			memmove(out->hashes[0], out->hashes[1],
			    sizeof(out->hashes[0]) * --out->count);
		memcpy(out->hashes[out->count++], hash, sizeof(hash));
	}
	secret_wipe_bytes(hash, sizeof(hash));
}

static void
take_hashes(const struct import_field *field, struct import_opasswd *out)
{
	const char *at = field->text, *end = at + field->length;

	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma != NULL ? comma : end;

		if (stop > at)
			take_hash(at, (size_t)(stop - at), out);
		at = comma != NULL ? comma + 1 : end;
	}
}

const char *
import_opasswd(const char *line, size_t length, struct import_opasswd *out)
{
	struct import_field fields[OPASSWD_FIELDS];
	int64_t number;

	memset(out, 0, sizeof(*out));
	if (memchr(line, '\0', length) != NULL)
		return "a line with a NUL in it";
	if (import_split(line, length, fields, OPASSWD_FIELDS) !=
	    OPASSWD_FIELDS ||
	    !import_number(&fields[FIELD_UID], UINT32_MAX, &number) ||
	    !import_number(&fields[FIELD_COUNT], UINT32_MAX, &number))
		return "a line of opasswd is user:uid:count:hash,hash...";
	if (!import_name(&fields[FIELD_NAME], out->name))
		return "not a usable account name";
	take_hashes(&fields[FIELD_HASHES], out);
	return NULL;
}
