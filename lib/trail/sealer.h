/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* sealer: seals the trail of one realm: the store's events with the key. */
#ifndef SEALER_H
#define SEALER_H

#include "store/store.h"
#include "trail/proof.h"

struct sealer {
	const struct policy *policy;
	struct store *store;
};

/* Seal what has no seal; empty: end an epoch also if there is nothing. */
PASPW_MUST_USE int sealer_seal(const struct sealer *s, bool empty,
    struct error *e);

/*
 * Begin a trail that has no key yet, or one that lost it: hand out the first
 * key and end the epoch, so that the key is gone from here. If fn returns
 * anything but 0 (*stopped), the key stays and can be handed out again.
 * Nothing is done, and fn not called, if a key is in use.
 */
PASPW_MUST_USE int sealer_begin(const struct sealer *s, paspw_proof_fn *fn,
    void *arg, int *stopped, struct error *e);

/* The head of the trail, to be handed out; epoch 0: there is no seal. */
PASPW_MUST_USE int sealer_head(const struct sealer *s, struct proof *head,
    struct error *e);

#endif
