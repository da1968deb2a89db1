/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* digest: SHA-256 of OpenSSL's libcrypto, which is loaded by the first call:
 * it costs 0.9 ms and 1.9 MB, and a login never comes here. */
#ifndef DIGEST_H
#define DIGEST_H

#include "base/error.h"

#define DIGEST_BYTES 32		/* SHA-256; sealing keys too */

PASPW_MUST_USE int digest_sha256(const void *bytes, size_t size,
    unsigned char *digest, struct error *e);

/* The same of what comes piece by piece; end it always, once. */
struct digest_sum;
PASPW_MUST_USE int digest_begin(struct digest_sum **sum, struct error *e);
PASPW_MUST_USE int digest_add(struct digest_sum *sum, const void *bytes,
    size_t size, struct error *e);
/* digest NULL: never mind. Accepts a pointer to NULL. */
int digest_end(struct digest_sum **sum, unsigned char *digest,
    struct error *e);

/* HMAC-SHA-256; the key has DIGEST_BYTES. */
PASPW_MUST_USE int digest_hmac(const unsigned char *key, const void *bytes,
    size_t size, unsigned char *mac, struct error *e);

#endif
