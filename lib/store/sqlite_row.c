/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "store/sqlite_row.h"

#include <string.h>

static void
bind_tries(struct sqlite_query *q, int i, const struct account_tries *tries)
{
	unsigned char packed[STORE_TRIES_BYTES];

	sqlite_bind_bytes(q, i, packed, store_pack_tries(tries, packed));
}

static void
bind_leaves(struct sqlite_query *q, int i, const struct audit_leaves *leaves)
{
	sqlite_bind_bytes(q, i, leaves->list,
	    (size_t)leaves->count * sizeof(*leaves->list));
}

static void
bind_column(struct sqlite_query *q, int i, const struct store_column *c,
    const char *row)
{
	const void *field = row + c->offset;

	switch (c->type) {
	case COLUMN_INT:
		sqlite_bind_int(q, i, *(const int *)field);
		break;
	case COLUMN_INT64:
		sqlite_bind_int(q, i, *(const int64_t *)field);
		break;
	case COLUMN_BOOL:
		sqlite_bind_int(q, i, *(const bool *)field);
		break;
	case COLUMN_TEXT:
		sqlite_bind_text(q, i, field);
		break;
	case COLUMN_BYTES:
		sqlite_bind_bytes(q, i, field, c->size);
		break;
	case COLUMN_TRIES:
		bind_tries(q, i, field);
		break;
	case COLUMN_LEAVES:
		bind_leaves(q, i, field);
		break;
	}
}

void
sqlite_bind_row(struct sqlite_query *q, const struct store_column *columns,
    const void *row)
{
	for (int i = 0; columns[i].name != NULL; i++)
		bind_column(q, i + 1, &columns[i], row);
}

/* A NUL inside would hide what stands behind it from every reader. */
bool
sqlite_read_text(struct sqlite_query *q, int i, size_t size, char *to)
{
	size_t bytes = 0;
	const char *text = sqlite_text(q, i, &bytes);

	if (text == NULL || bytes >= size || strlen(text) != bytes)
		return false;
	memcpy(to, text, bytes);
	return true;
}

static bool
read_bytes(struct sqlite_query *q, int i, size_t size, void *to)
{
	size_t bytes = 0;
	const unsigned char *from = sqlite_bytes(q, i, &bytes);

	if (from == NULL || bytes != size)
		return false;
	memcpy(to, from, size);
	return true;
}

static bool
read_tries(struct sqlite_query *q, int i, struct account_tries *tries)
{
	size_t bytes = 0;
	const unsigned char *packed = sqlite_bytes(q, i, &bytes);

	return store_unpack_tries(packed, bytes, tries);
}

static bool
read_leaves(struct sqlite_query *q, int i, struct audit_leaves *leaves)
{
	size_t bytes = 0;
	const unsigned char *packed = sqlite_bytes(q, i, &bytes);

	return store_unpack_leaves(packed, bytes, leaves);
}

static bool
read_column(struct sqlite_query *q, int i, const struct store_column *c,
    char *row)
{
	void *field = row + c->offset;

	switch (c->type) {
	case COLUMN_INT:
		*(int *)field = (int)sqlite_int(q, i);
		return true;
	case COLUMN_INT64:
		*(int64_t *)field = sqlite_int(q, i);
		return true;
	case COLUMN_BOOL:
		*(bool *)field = sqlite_int(q, i) != 0;
		return true;
	case COLUMN_TEXT:
		return sqlite_read_text(q, i, c->size, field);
	case COLUMN_BYTES:
		return read_bytes(q, i, c->size, field);
	case COLUMN_TRIES:
		return read_tries(q, i, field);
	case COLUMN_LEAVES:
		return read_leaves(q, i, field);
	}
	return false;
}

bool
sqlite_read_row(struct sqlite_query *q, const struct store_column *columns,
    void *row, size_t size)
{
	bool ours = true;

	memset(row, 0, size);
	for (int i = 0; columns[i].name != NULL; i++)
		if (!read_column(q, i, &columns[i], row))
			ours = false;
	return ours;
}
