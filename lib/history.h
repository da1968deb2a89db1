/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* history: which old passwords may not come back. */
#ifndef HISTORY_H
#define HISTORY_H

#include "account/account.h"
#include "store/store.h"

/*
 * Old passwords of one account are hashed with one random salt of 128 bits
 * that is the account's own, so that a change costs one hash for the whole
 * history. That is safe: the salt still differs from account to account (ANSSI
 * R28 asks for one per account), the current hash has a fresh salt of its
 * own, and a thief who has the store gains at most the sharing of one guess
 * between the few old passwords of one person.
 */

/* The digest of a password in this account's history. */
PASPW_MUST_USE int history_digest(const struct policy *p, struct account *a,
    const struct secret *password, char *digest, struct error *e);
/* Is it the current one or one of the `history` before it? */
PASPW_MUST_USE int history_reused(const struct policy *p,
    struct store *store, const struct account *a, const char *digest,
    bool *reused, struct error *e);

/*
 * The same for the entries that came with an import: each a whole hash with a
 * salt of its own, so each costs one hash here, until our own have replaced
 * it. None there: no hash is computed.
 */
PASPW_MUST_USE int history_foreign(const struct policy *p,
    struct store *store, const struct account *a,
    const struct secret *password, bool *reused, struct error *e);

#endif
