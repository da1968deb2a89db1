/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/canonical.h"

#include <endian.h>
#include <string.h>

#include "store/store_column.h"

unsigned char *
canonical_bytes(unsigned char *to, const void *bytes, size_t size)
{
	memcpy(to, bytes, size);
	return to + size;
}

unsigned char *
canonical_number(unsigned char *to, int64_t number)
{
	uint64_t big = htobe64((uint64_t)number);

	return canonical_bytes(to, &big, sizeof(big));
}

static unsigned char *
put_sized(unsigned char *to, const void *bytes, size_t size)
{
	uint32_t big = htobe32((uint32_t)size);

	return canonical_bytes(canonical_bytes(to, &big, sizeof(big)), bytes,
	    size);
}

static bool
is_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* Columns of events are numbers of 64 bits, text and bytes. */
static unsigned char *
put_column(unsigned char *to, const struct store_column *c, const char *row)
{
	unsigned char number[sizeof(int64_t)];
	const void *value = row + c->offset;
	size_t size = c->size;

	if (c->type == COLUMN_INT64) {
		canonical_number(number, *(const int64_t *)value);
		value = number;
	} else if (c->type == COLUMN_TEXT)
		size = strnlen(value, c->size);
	if (is_zero(value, size))
		return to;
	return put_sized(put_sized(to, c->name, strlen(c->name)), value,
	    size);
}

size_t
canonical_event(const struct audit_event *event, unsigned char *to)
{
	const struct store_column *c = store_event_columns;
	const unsigned char *start = to;

	for (; c->name != NULL; c++)
		if (c->offset != offsetof(struct audit_event, seal))
			to = put_column(to, c, (const char *)event);
	return (size_t)(to - start);
}

/* ---- And back ---- */

int64_t
canonical_read_number(const unsigned char *from)
{
	uint64_t big;

	memcpy(&big, from, sizeof(big));
	return (int64_t)be64toh(big);
}

/* Bytes with their length before them; NULL: there are fewer. */
static const unsigned char *
take_sized(const unsigned char **at, const unsigned char *end, size_t *size)
{
	const unsigned char *bytes;
	uint32_t big;

	if ((size_t)(end - *at) < sizeof(big))
		return NULL;
	memcpy(&big, *at, sizeof(big));
	*size = be32toh(big);
	bytes = *at + sizeof(big);
	if ((size_t)(end - bytes) < *size)
		return NULL;
	*at = bytes + *size;
	return bytes;
}

static const struct store_column *
find_column(const unsigned char *name, size_t size)
{
	const struct store_column *c = store_event_columns;

	for (; c->name != NULL; c++)
		if (strlen(c->name) == size && memcmp(c->name, name, size) ==
		    0)
			return c;
	return NULL;
}

static bool
read_column(const struct store_column *c, const unsigned char *value,
    size_t size, char *row)
{
	int64_t number;

	if (c->type == COLUMN_INT64) {
		if (size != sizeof(number))
			return false;
		number = canonical_read_number(value);
		memcpy(row + c->offset, &number, sizeof(number));
		return true;
	}
	/* a text is shorter than its field, bytes fill it */
	if (size > c->size || (c->type == COLUMN_TEXT && size == c->size))
		return false;
	memcpy(row + c->offset, value, size);
	return true;
}

/* What reads otherwise than it was written, in its order for one, is none of
 * ours: writing it again tells. */
bool
canonical_read_event(const unsigned char *bytes, size_t size,
    struct audit_event *event)
{
	unsigned char again[CANONICAL_EVENT_MAX];
	const unsigned char *at = bytes, *end = bytes + size;

	memset(event, 0, sizeof(*event));
	while (at < end) {
		size_t name_size, value_size;
		const unsigned char *name = take_sized(&at, end, &name_size);
		const unsigned char *value = name == NULL ? NULL :
		    take_sized(&at, end, &value_size);
		const struct store_column *c = value == NULL ? NULL :
		    find_column(name, name_size);

		if (c == NULL || !read_column(c, value, value_size,
		    (char *)event))
			return false;
	}
	return canonical_event(event, again) == size &&
	    memcmp(again, bytes, size) == 0;
}
