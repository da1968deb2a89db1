/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "import/import.h"

#include <stdlib.h>
#include <string.h>

/* As pam_faillock writes it: in the order of bytes of its machine. */
struct record {
	char source[52];
	uint16_t reserved;
	uint16_t status;
	uint64_t time;
};
_Static_assert(sizeof(struct record) == 64, "a record has 64 bytes");

enum { STATUS_VALID = 1 };

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

const char *
import_faillock(const void *tally, size_t size, struct import_faillock *out)
{
	const char *at = tally;
	struct record record;

	memset(out, 0, sizeof(*out));
	if (size > sizeof(record) * IMPORT_TALLY_RECORDS)
		return "a tally with more records than any";
	if (size % sizeof(record) != 0)
		out->fault = "the last record is cut";
	for (; size >= sizeof(record); size -= sizeof(record),
	    at += sizeof(record)) {
		memcpy(&record, at, sizeof(record));
		if ((record.status & STATUS_VALID) == 0)
			continue;
		if (record.time == 0 ||
		    record.time > (uint64_t)IMPORT_TIME_MAX)
			out->fault = "a record without a possible time";
		else
			out->at[out->count++] = (int64_t)record.time;
	}
	/* Slots are used again: the file is not in order. */
	qsort(out->at, out->count, sizeof(out->at[0]), by_time);
	return NULL;
}
