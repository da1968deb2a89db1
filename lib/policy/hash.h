/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* hash: one-way functions of libxcrypt; the one file that knows crypt.h. */
#ifndef HASH_H
#define HASH_H

#include "base/secret.h"
#include "policy/policy.h"

#define HASH_MAX 384		/* CRYPT_OUTPUT_SIZE of libxcrypt */
#define HASH_SALT_BYTES 16	/* ANSSI R28: at least 128 bits */

/* A fresh random setting (method, cost, salt) under this policy. */
PASPW_MUST_USE int hash_setting(const struct policy *p, char *setting,
    struct error *e);
/* The setting part of a stored hash, without the digest. */
PASPW_MUST_USE int hash_setting_of(const char *hash, char *setting,
    struct error *e);
/* One of the same method and cost, with a salt that is nobody's. */
PASPW_MUST_USE int hash_setting_like(const char *hash, char *setting,
    struct error *e);
/* Hash a password under a setting (or under a stored hash). */
PASPW_MUST_USE int hash_compute(const struct secret *password,
    const char *setting, char *hash, struct error *e);
/* Equal in constant time, and neither is a failure token or empty. */
PASPW_MUST_USE bool hash_equal(const char *computed, const char *stored);
/* "yescrypt" and its cost from a stored hash; "" and 0 if it is none. */
const char *hash_method(const char *hash, unsigned *cost);
/* Is a stored hash weaker than this policy asks for: a lower cost, or a
 * function that is not memory-hard? Never what is no hash. */
PASPW_MUST_USE bool hash_weaker(const char *hash, const struct policy *p);
/* Bytes of memory that one hash of this policy takes. */
uint64_t hash_memory(const struct policy *p);
/* Random bytes from the kernel. */
PASPW_MUST_USE int hash_random(void *bytes, size_t size, struct error *e);

#endif
