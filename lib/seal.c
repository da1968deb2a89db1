/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "seal.h"

#include <endian.h>
#include <string.h>

#include "digest.h"
#include "secret.h"
#include "store_column.h"

_Static_assert(DIGEST_BYTES == AUDIT_DIGEST_BYTES, "one digest");
_Static_assert(sizeof(struct audit_leaf) ==
    AUDIT_ID_BYTES + AUDIT_DIGEST_BYTES, "leaves are packed");

static const char event_label[] = "paspw-event-1";
static const char seal_label[] = "paspw-seal-1";
static const char chain_label[] = "paspw-chain-1";

/* Every text with its lengths; names of columns are short. */
#define EVENT_BYTES (sizeof(event_label) + sizeof(struct audit_event) + 512)
#define BODY_BYTES (sizeof(seal_label) + 2 * sizeof(uint64_t) + \
    (size_t)2 * DIGEST_BYTES)

static unsigned char *
put(unsigned char *to, const void *bytes, size_t size)
{
	memcpy(to, bytes, size);
	return to + size;
}

static unsigned char *
put_number(unsigned char *to, int64_t number)
{
	uint64_t big = htobe64((uint64_t)number);

	return put(to, &big, sizeof(big));
}

static unsigned char *
put_sized(unsigned char *to, const void *bytes, size_t size)
{
	uint32_t big = htobe32((uint32_t)size);

	return put(put(to, &big, sizeof(big)), bytes, size);
}

/* ---- Events ---- */

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
		put_number(number, *(const int64_t *)value);
		value = number;
	} else if (c->type == COLUMN_TEXT)
		size = strnlen(value, c->size);
	if (is_zero(value, size))
		return to;
	return put_sized(put_sized(to, c->name, strlen(c->name)), value,
	    size);
}

int
seal_leaf(const struct audit_event *event, struct audit_leaf *leaf,
    struct error *e)
{
	const struct store_column *c = store_event_columns;
	unsigned char bytes[EVENT_BYTES];
	unsigned char *to = put(bytes, event_label, sizeof(event_label));

	for (; c->name != NULL; c++)
		if (c->offset != offsetof(struct audit_event, seal))
			to = put_column(to, c, (const char *)event);
	memcpy(leaf->id, event->id, sizeof(leaf->id));
	return digest_sha256(bytes, (size_t)(to - bytes), leaf->digest, e);
}

/* ---- Seals ---- */

static int
make_root(const struct audit_leaves *leaves, unsigned char *root,
    struct error *e)
{
	return digest_sha256(leaves->list,
	    (size_t)leaves->count * sizeof(*leaves->list), root, e);
}

static void
make_body(const struct audit_seal *seal, const unsigned char *chain_before,
    unsigned char *body)
{
	body = put(body, seal_label, sizeof(seal_label));
	body = put_number(body, seal->number);
	body = put_number(body, seal->at);
	body = put(body, chain_before, DIGEST_BYTES);
	put(body, seal->root, DIGEST_BYTES);
}

static int
make_chain(const unsigned char *body, const unsigned char *mac,
    unsigned char *chain, struct error *e)
{
	unsigned char bytes[sizeof(chain_label) + BODY_BYTES + DIGEST_BYTES];
	unsigned char *to = put(bytes, chain_label, sizeof(chain_label));

	put(put(to, body, BODY_BYTES), mac, DIGEST_BYTES);
	return digest_sha256(bytes, sizeof(bytes), chain, e);
}

int
seal_make(struct audit_seal *seal, const unsigned char *chain_before,
    const unsigned char *key, struct error *e)
{
	unsigned char body[BODY_BYTES];
	int r;

	if ((r = make_root(&seal->leaves, seal->root, e)) != PASPW_OK)
		return r;
	make_body(seal, chain_before, body);
	if ((r = digest_hmac(key, body, sizeof(body), seal->mac, e)) !=
	    PASPW_OK)
		return r;
	return make_chain(body, seal->mac, seal->chain, e);
}

static bool
same(const unsigned char *a, const unsigned char *b)
{
	return secret_equal((const char *)a, (const char *)b, DIGEST_BYTES);
}

int
seal_check(const struct audit_seal *seal, const unsigned char *chain_before,
    const unsigned char *key, enum seal_fault *fault, struct error *e)
{
	unsigned char body[BODY_BYTES], made[DIGEST_BYTES];
	int r;

	*fault = SEAL_EDITED;
	if (seal->corrupt)
		return PASPW_OK;
	if ((r = make_root(&seal->leaves, made, e)) != PASPW_OK)
		return r;
	if (!same(made, seal->root))
		return PASPW_OK;
	if (chain_before == NULL) {
		*fault = SEAL_INTACT;
		return PASPW_OK;
	}
	make_body(seal, chain_before, body);
	if ((r = make_chain(body, seal->mac, made, e)) != PASPW_OK)
		return r;
	if (!same(made, seal->chain))
		return PASPW_OK;
	*fault = SEAL_FORGED;
	if (key != NULL && (r = digest_hmac(key, body, sizeof(body), made,
	    e)) != PASPW_OK)
		return r;
	if (key == NULL || same(made, seal->mac))
		*fault = SEAL_INTACT;
	return PASPW_OK;
}
