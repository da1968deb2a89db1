/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/seal.h"

#include <string.h>

#include "base/digest.h"
#include "base/secret.h"
#include "trail/canonical.h"

_Static_assert(DIGEST_BYTES == AUDIT_DIGEST_BYTES, "one digest");
_Static_assert(sizeof(struct audit_leaf) ==
    AUDIT_ID_BYTES + AUDIT_DIGEST_BYTES, "leaves are packed");

static const char event_label[] = "paspw-event-1";
static const char seal_label[] = "paspw-seal-1";
static const char chain_label[] = "paspw-chain-1";

#define BODY_BYTES (sizeof(seal_label) + 2 * sizeof(uint64_t) + \
    (size_t)2 * DIGEST_BYTES)

int
seal_leaf(const struct audit_event *event, struct audit_leaf *leaf,
    struct error *e)
{
	unsigned char bytes[sizeof(event_label) + CANONICAL_EVENT_MAX];
	size_t size = sizeof(event_label);

	memcpy(bytes, event_label, size);
	size += canonical_event(event, bytes + size);
	memcpy(leaf->id, event->id, sizeof(leaf->id));
	return digest_sha256(bytes, size, leaf->digest, e);
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
	body = canonical_bytes(body, seal_label, sizeof(seal_label));
	body = canonical_number(body, seal->number);
	body = canonical_number(body, seal->at);
	body = canonical_bytes(body, chain_before, DIGEST_BYTES);
	canonical_bytes(body, seal->root, DIGEST_BYTES);
}

static int
make_chain(const unsigned char *body, const unsigned char *mac,
    unsigned char *chain, struct error *e)
{
	unsigned char bytes[sizeof(chain_label) + BODY_BYTES + DIGEST_BYTES];
	unsigned char *to = canonical_bytes(bytes, chain_label,
	    sizeof(chain_label));

	to = canonical_bytes(to, body, BODY_BYTES);
	canonical_bytes(to, mac, DIGEST_BYTES);
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
