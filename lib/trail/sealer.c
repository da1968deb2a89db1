/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/sealer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wait.h"
#include "trail/key.h"
#include "trail/seal.h"

/* One sealing under way. */
struct work {
	const struct sealer *sealer;
	struct key key;
	struct audit_seal *last, *next;	/* too large for a stack */
	bool sealed;			/* one by this call */
	struct error *e;
};

static int
start(struct work *w, const struct sealer *s, struct error *e)
{
	char path[PATH_MAX];
	int r;

	memset(w, 0, sizeof(*w));
	w->sealer = s;
	w->e = e;
	w->key.directory = -1;
	if ((r = key_path(s->policy->store, path, sizeof(path), e)) !=
	    PASPW_OK)
		return r;
	w->last = calloc(1, sizeof(*w->last));
	w->next = calloc(1, sizeof(*w->next));
	if (w->last == NULL || w->next == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	return key_open(&w->key, path, span_ms(s->policy->store_timeout), e);
}

static void
finish(struct work *w)
{
	key_close(&w->key);
	free(w->last);
	free(w->next);
}

static int
load_last(struct store *store, struct audit_seal *last, struct error *e)
{
	switch (store->ops->seal_last(store, last, e)) {
	case STORE_OK:
		break;
	case STORE_ABSENT:
		memset(last, 0, sizeof(*last));
		return PASPW_OK;
	default:
		return e->code;
	}
	if (last->corrupt || last->number < 1 || last->number == INT64_MAX)
		return error_set(e, PASPW_ERR_STORE,
		    "seal %lld is corrupt: see `paspw audit verify`",
		    (long long)last->number);
	return PASPW_OK;
}

/* Load the last seal, and bring the key to the epoch after it. */
static int
align(struct work *w)
{
	struct store *store = w->sealer->store;
	int r;

	if ((r = load_last(store, w->last, w->e)) != PASPW_OK)
		return r;
	if (!w->key.exists && w->last->number != 0)
		return error_set(w->e, PASPW_ERR_STORE, "%s: the sealing key "
		    "is missing: `paspw init` begins with a new one",
		    w->key.path);
	if (!w->key.exists && (r = key_create(&w->key, 1, w->e)) != PASPW_OK)
		return r;
	/* Somebody died between the seal and the evolution of the key. */
	if (w->key.epoch == w->last->number &&
	    (r = key_evolve(&w->key, w->e)) != PASPW_OK)
		return r;
	if (w->key.epoch - 1 != w->last->number)
		return error_set(w->e, PASPW_ERR_STORE, "%s: the key of epoch "
		    "%lld does not follow seal %lld: see `paspw audit verify`",
		    w->key.path, (long long)w->key.epoch,
		    (long long)w->last->number);
	return PASPW_OK;
}

static int
add_leaf(const struct audit_event *event, void *arg)
{
	struct work *w = arg;
	struct audit_leaves *leaves = &w->next->leaves;

	if (event->corrupt)
		return error_set(w->e, PASPW_ERR_STORE,
		    "an event is corrupt: it cannot be sealed");
	if (leaves->count == AUDIT_SEAL_EVENTS_MAX)
		return EOF;
	return seal_leaf(event, &leaves->list[leaves->count++], w->e);
}

static int
gather(struct work *w)
{
	struct store *store = w->sealer->store;
	int stopped = 0;

	memset(w->next, 0, sizeof(*w->next));
	if (store->ops->now(store, &w->next->at, w->e) != STORE_OK ||
	    store->ops->trail(store, STORE_UNSEALED, add_leaf, w, &stopped,
	    w->e) != STORE_OK)
		return w->e->code;
	return stopped == EOF ? PASPW_OK : stopped;
}

static int
save(struct work *w, bool *again)
{
	struct store *store = w->sealer->store;
	int r;

	w->next->number = w->key.epoch;
	if ((r = seal_make(w->next, w->last->chain, w->key.bytes, w->e)) !=
	    PASPW_OK)
		return r;
	switch (store->ops->seal_save(store, w->next, w->e)) {
	case STORE_OK:
		w->sealed = true;
		return key_evolve(&w->key, w->e);
	case STORE_CONFLICT:
		*again = true;
		return error_set(w->e, PASPW_ERR_BUSY,
		    "the store is too busy to seal");
	case STORE_UNSURE:
		/* If it stays so, the store has said why: a disk is full. */
		*again = true;
		return w->e->code != PASPW_OK ? w->e->code : PASPW_ERR_STORE;
	default:
		return w->e->code;
	}
}

/* One seal; *more: and another one is due. */
static int
round_trip(struct work *w, bool empty, bool *more, bool *again)
{
	int r;

	*more = *again = false;
	if ((r = align(w)) != PASPW_OK || (r = gather(w)) != PASPW_OK)
		return r;
	if (w->next->leaves.count == 0 && (!empty || w->sealed))
		return PASPW_OK;
	*more = w->next->leaves.count == AUDIT_SEAL_EVENTS_MAX;
	return save(w, again);
}

static int
seal_all(struct work *w, bool empty)
{
	struct wait wait;
	bool more = false, again = false;
	int r;

	do {
		wait_start(&wait, span_ms(w->sealer->policy->store_timeout),
		    WAIT_FOR_WRITER_NS);
		do
			r = round_trip(w, empty, &more, &again);
		while (again && wait_once(&wait));
	} while (r == PASPW_OK && more);
	return r;
}

int
sealer_seal(const struct sealer *s, bool empty, struct error *e)
{
	struct work w;
	int r;

	if ((r = start(&w, s, e)) == PASPW_OK)
		r = seal_all(&w, empty);
	finish(&w);
	return r;
}

/* ---- What is handed out ---- */

static int
hand_out(struct work *w, paspw_proof_fn *fn, void *arg)
{
	const struct policy *policy = w->sealer->policy;
	struct proof proof = { .kind = PROOF_KEY, .epoch = w->key.epoch };
	char text[PROOF_TEXT_MAX];
	int stopped;

	memcpy(proof.realm, policy->realm, sizeof(proof.realm));
	memcpy(proof.bytes, w->key.bytes, sizeof(proof.bytes));
	proof_format(&proof, text);
	stopped = fn(policy->realm, text, arg);
	secret_wipe_bytes(&proof, sizeof(proof));
	secret_wipe_bytes(text, sizeof(text));
	return stopped;
}

/* The key of epoch 1 made no seal yet, or somebody died before it was gone. */
static int
find_first_key(struct work *w, bool *found)
{
	int r;

	*found = true;
	if (w->key.exists) {
		*found = w->key.epoch == 1;
		return PASPW_OK;
	}
	if ((r = load_last(w->sealer->store, w->last, w->e)) != PASPW_OK)
		return r;
	return key_create(&w->key, w->last->number + 1, w->e);
}

int
sealer_begin(const struct sealer *s, paspw_proof_fn *fn, void *arg,
    int *stopped, struct error *e)
{
	struct work w;
	bool found = false;
	int r;

	*stopped = 0;
	if ((r = start(&w, s, e)) == PASPW_OK)
		r = find_first_key(&w, &found);
	if (r == PASPW_OK && found &&
	    (*stopped = hand_out(&w, fn, arg)) == 0)
		r = seal_all(&w, true);
	finish(&w);
	return r;
}

int
sealer_head(const struct sealer *s, struct proof *head, struct error *e)
{
	struct audit_seal *last;
	int r;

	memset(head, 0, sizeof(*head));
	if ((last = calloc(1, sizeof(*last))) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	if ((r = load_last(s->store, last, e)) == PASPW_OK) {
		head->kind = PROOF_HEAD;
		memcpy(head->realm, s->policy->realm, sizeof(head->realm));
		head->epoch = last->number;
		memcpy(head->bytes, last->chain, sizeof(head->bytes));
	}
	free(last);
	return r;
}
