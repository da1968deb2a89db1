/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* digest: SHA-256 of OpenSSL's libcrypto, which is loaded by the first call:
 * it costs 0.9 ms and 1.9 MB, and a login never comes here. */
#ifndef DIGEST_H
#define DIGEST_H

#include "error.h"

#define DIGEST_BYTES 32

PASPW_MUST_USE int digest_sha256(const void *bytes, size_t size,
    unsigned char *digest, struct error *e);
/* HMAC-SHA-256; the key has DIGEST_BYTES. */
PASPW_MUST_USE int digest_hmac(const unsigned char *key, const void *bytes,
    size_t size, unsigned char *mac, struct error *e);

#endif
