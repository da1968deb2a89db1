/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "verifier.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "seal.h"

#define MS_PER_SECOND 1000
/* Somebody who numbers a seal 2^60 must not keep us computing keys. */
#define KEY_STEPS_MAX (INT64_C(1) << 22)
#define NO_EVENT 0
#define HEX_MAX (2 * AUDIT_ID_BYTES + 1)
#define FAULT_TEXT_MAX 160	/* and a realm: first_fault holds both */

/* Where one run is: events come seal by seal, and each opens the seals up to
 * its own. */
struct walk {
	struct verifier *v;
	struct error *e;
	struct key file;
	struct audit_seal seal;		/* number 0: before the first */
	int64_t from;			/* seals not looked at start here */
	bool end;			/* there is no further seal */
	bool intact;			/* this one */
	int64_t before;			/* number of the one before it */
	unsigned char chain[DIGEST_BYTES];	/* of the one before it */
	bool chain_known;
	bool seen[AUDIT_SEAL_EVENTS_MAX];	/* its events that came */
	int order[AUDIT_SEAL_EVENTS_MAX];	/* their places as they came */
	int came;
	uint64_t edited;		/* of those that came */
	int64_t key_first;		/* epoch of the first key in use */
	int64_t key_epoch;		/* 0: none */
	unsigned char key[DIGEST_BYTES];
};

/* ---- Faults ---- */

static void __attribute__((format(printf, 6, 7)))
fault(struct walk *w, const char *kind, int64_t seal, int position,
    const char *event, const char *format, ...)
{
	struct paspw_audit_result *result = w->v->result;
	char message[FAULT_TEXT_MAX];
	struct paspw_audit_fault fault = {
		.realm = w->v->policy->realm, .kind = kind, .seal = seal,
		.position = position, .event = event, .message = message,
	};
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (result->faults++ == 0)
		snprintf(result->first_fault, sizeof(result->first_fault),
		    "realm %s: %s", fault.realm, message);
	if (w->v->fn != NULL && w->v->stopped == 0)
		w->v->stopped = w->v->fn(&fault, w->v->arg);
}

static void
event_fault(struct walk *w, const char *kind, int index,
    const unsigned char *id, const char *what)
{
	char hex[HEX_MAX];

	proof_hex(id, AUDIT_ID_BYTES, hex);
	fault(w, kind, w->seal.number, index + 1, hex,
	    "event %s (seal %lld, position %d) %s", hex,
	    (long long)w->seal.number, index + 1, what);
}

/* An event that no leaf of its seal knows. */
static void
stranger(struct walk *w, const struct audit_event *event, const char *what)
{
	char hex[HEX_MAX];

	proof_hex(event->id, AUDIT_ID_BYTES, hex);
	fault(w, "inserted", event->seal, NO_EVENT, hex,
	    "event %s (it says seal %lld) %s", hex,
	    (long long)event->seal, what);
}

/* ---- Seals ---- */

static bool
is_ours(const struct walk *w, const struct proof *p, enum proof_kind kind)
{
	return p->kind == kind && strcmp(p->realm, w->v->policy->realm) == 0;
}

/* The key of this epoch from the latest first key before it; *key is NULL if
 * none was given. */
static int
find_key(struct walk *w, const unsigned char **key)
{
	int64_t number = w->seal.number;
	int r;

	*key = NULL;
	for (size_t i = 0; i < w->v->proof_count; i++) {
		const struct proof *p = &w->v->proofs[i];

		if (!is_ours(w, p, PROOF_KEY) || p->epoch > number ||
		    p->epoch <= w->key_first)
			continue;
		w->key_first = w->key_epoch = p->epoch;
		memcpy(w->key, p->bytes, sizeof(w->key));
	}
	if (w->key_epoch == 0 || number - w->key_epoch > KEY_STEPS_MAX)
		return PASPW_OK;
	for (; w->key_epoch < number; w->key_epoch++)
		if ((r = key_next(w->key, w->e)) != PASPW_OK)
			return r;
	*key = w->key;
	return PASPW_OK;
}

static int
check_seal(struct walk *w)
{
	const unsigned char *key = NULL;
	enum seal_fault found = SEAL_EDITED;
	long long number = w->seal.number;
	int r;

	if ((r = find_key(w, &key)) != PASPW_OK ||
	    (r = seal_check(&w->seal, w->chain_known ? w->chain : NULL, key,
	    &found, w->e)) != PASPW_OK)
		return r;
	w->intact = found == SEAL_INTACT;
	if (found == SEAL_EDITED)
		fault(w, "seal_edited", number, NO_EVENT, "",
		    "seal %lld was edited, or does not follow the one "
		    "before it", number);
	if (found == SEAL_FORGED)
		fault(w, "seal_forged", number, NO_EVENT, "",
		    "seal %lld was not made with the sealing key", number);
	if (w->intact && key != NULL && w->chain_known)
		w->v->result->keyed++;
	return PASPW_OK;
}

static void
check_heads(struct walk *w)
{
	for (size_t i = 0; i < w->v->proof_count; i++) {
		const struct proof *p = &w->v->proofs[i];

		if (is_ours(w, p, PROOF_HEAD) && p->epoch == w->seal.number &&
		    memcmp(p->bytes, w->seal.chain, sizeof(p->bytes)) != 0)
			fault(w, "head_differs", p->epoch, NO_EVENT, "",
			    "seal %lld is not the one that was handed out",
			    (long long)p->epoch);
	}
}

/* Which ones were moved: those that stand in no longest rising sequence. */
static uint64_t
tell_moved(struct walk *w)
{
	int length[AUDIT_SEAL_EVENTS_MAX], before[AUDIT_SEAL_EVENTS_MAX];
	bool stays[AUDIT_SEAL_EVENTS_MAX] = { false };
	uint64_t moved = 0;
	int last = -1;

	for (int i = 0; i < w->came; i++) {
		length[i] = 1;
		before[i] = -1;
		for (int j = 0; j < i; j++)
			if (w->order[j] < w->order[i] &&
			    length[j] >= length[i]) {
				length[i] = length[j] + 1;
				before[i] = j;
			}
		if (last == -1 || length[i] > length[last])
			last = i;
	}
	for (; last != -1; last = before[last])
		stays[last] = true;
	for (int i = 0; i < w->came; i++)
		if (!stays[i]) {
			event_fault(w, "reordered", w->order[i],
			    w->seal.leaves.list[w->order[i]].id,
			    "is out of order");
			moved++;
		}
	return moved;
}

static bool
rising(const struct walk *w)
{
	for (int i = 1; i < w->came; i++)
		if (w->order[i] < w->order[i - 1])
			return false;
	return true;
}

static void
close_seal(struct walk *w)
{
	uint64_t moved = rising(w) ? 0 : tell_moved(w);

	for (int i = 0; i < w->seal.leaves.count; i++)
		if (!w->seen[i])
			event_fault(w, "removed", i,
			    w->seal.leaves.list[i].id, "was removed");
	if (w->intact)
		w->v->result->sealed += (uint64_t)w->came - w->edited - moved;
}

static enum store_answer
load_seal(struct walk *w)
{
	struct store *store = w->v->store;
	enum store_answer answer;

	while (w->from != INT64_MAX) {
		answer = store->ops->seal_from(store, w->from, &w->seal, w->e);
		if (answer != STORE_OK)
			return answer;
		if (w->seal.number != INT64_MAX)
			w->from = w->seal.number + 1;
		else
			w->from = INT64_MAX;
		if (w->seal.number >= 1)
			return STORE_OK;
		fault(w, "seal_edited", w->seal.number, NO_EVENT, "",
		    "seal %lld is of no epoch", (long long)w->seal.number);
	}
	return STORE_ABSENT;
}

/* The seal after this one, whatever its number. */
static int
next_seal(struct walk *w)
{
	int64_t number;

	close_seal(w);
	w->before = w->seal.number;
	memcpy(w->chain, w->seal.chain, sizeof(w->chain));
	memset(w->seen, 0, sizeof(w->seen));
	w->came = 0;
	w->edited = 0;
	switch (load_seal(w)) {
	case STORE_OK:
		break;
	case STORE_ABSENT:
		w->end = true;
		w->seal.leaves.count = 0;
		return PASPW_OK;
	default:
		return w->e->code;
	}
	number = w->seal.number;
	w->chain_known = number == w->before + 1;
	if (!w->chain_known)
		fault(w, "seal_missing", w->before + 1, NO_EVENT, "",
		    "seals %lld to %lld are missing",
		    (long long)w->before + 1, (long long)number - 1);
	w->v->result->seals++;
	check_heads(w);
	return check_seal(w);
}

/* ---- Events ---- */

/* Its place among the leaves, or -1: nearly always the next one. */
static int
find_leaf(const struct walk *w, const unsigned char *id)
{
	const struct audit_leaves *leaves = &w->seal.leaves;
	int i = w->came;

	if (i < leaves->count &&
	    memcmp(leaves->list[i].id, id, AUDIT_ID_BYTES) == 0)
		return i;
	for (i = 0; i < leaves->count; i++)
		if (memcmp(leaves->list[i].id, id, AUDIT_ID_BYTES) == 0)
			return i;
	return -1;
}

static int
check_event(struct walk *w, const struct audit_event *event)
{
	struct audit_leaf made;
	int i = find_leaf(w, event->id);
	int r;

	if (i == -1 || w->seen[i]) {
		stranger(w, event, "was inserted");
		return PASPW_OK;
	}
	w->seen[i] = true;
	w->order[w->came++] = i;
	if ((r = seal_leaf(event, &made, w->e)) != PASPW_OK)
		return r;
	if (event->corrupt || memcmp(&made, &w->seal.leaves.list[i],
	    sizeof(made)) != 0) {
		event_fault(w, "edited", i, event->id, "was edited");
		w->edited++;
	}
	return PASPW_OK;
}

static int
see_sealed(const struct audit_event *event, void *arg)
{
	struct walk *w = arg;
	int r = PASPW_OK;

	while (r == PASPW_OK && !w->end && w->seal.number < event->seal)
		r = next_seal(w);
	if (r != PASPW_OK)
		return r;
	if (w->end || event->seal != w->seal.number)
		stranger(w, event, "was inserted, or the seal removed");
	else if (!w->seal.corrupt && (r = check_event(w, event)) != PASPW_OK)
		return r;
	return w->v->stopped;
}

static int
see_unsealed(const struct audit_event *event, void *arg)
{
	struct walk *w = arg;

	if (event->corrupt)
		stranger(w, event, "is unreadable, and cannot be sealed");
	else
		w->v->result->unsealed++;
	return w->v->stopped;
}

/* It was not there when those around it were sealed. */
static int
see_stray(const struct audit_event *event, void *arg)
{
	struct walk *w = arg;

	stranger(w, event, "stands among sealed ones, and no seal has it");
	return w->v->stopped;
}

/* ---- The whole trail ---- */

/* The key was evolved after the last seal: if it is further on, seals were
 * cut off. */
static void
check_file(struct walk *w, int64_t last)
{
	if (!w->file.exists && last != 0)
		fault(w, "key_differs", 0, NO_EVENT, "",
		    "the sealing key is missing");
	else if (w->file.exists && w->file.epoch != last &&
	    w->file.epoch - 1 != last)
		fault(w, "key_differs", 0, NO_EVENT, "", "the sealing key is "
		    "of epoch %lld, the last seal is %lld",
		    (long long)w->file.epoch, (long long)last);
}

static void
check_tail(struct walk *w)
{
	for (size_t i = 0; i < w->v->proof_count; i++) {
		const struct proof *p = &w->v->proofs[i];

		if (!is_ours(w, p, PROOF_HEAD))
			continue;
		w->v->result->heads++;
		if (p->epoch > w->before)
			fault(w, "cut", p->epoch, NO_EVENT, "",
			    "the trail ends at seal %lld; seal %lld was "
			    "handed out", (long long)w->before,
			    (long long)p->epoch);
	}
}

static int
walk_part(struct walk *w, enum store_part part, store_trail_fn *fn)
{
	struct store *store = w->v->store;
	int stopped = 0;

	if (w->v->stopped != 0)
		return PASPW_OK;
	if (store->ops->trail(store, part, fn, w, &stopped, w->e) != STORE_OK)
		return w->e->code;
	return w->v->stopped != 0 ? PASPW_OK : stopped;
}

static int
walk_trail(struct walk *w)
{
	int r;

	w->from = INT64_MIN;
	w->chain_known = true;
	r = walk_part(w, STORE_SEALED, see_sealed);
	while (r == PASPW_OK && !w->end && w->v->stopped == 0)
		r = next_seal(w);
	if (r == PASPW_OK)
		r = walk_part(w, STORE_UNSEALED, see_unsealed);
	if (r == PASPW_OK)
		r = walk_part(w, STORE_STRAY, see_stray);
	if (r == PASPW_OK && w->v->stopped == 0)
		check_tail(w);
	return r;
}

/* In a snapshot; the key's lock is held until that has begun, and no longer:
 * sealers would wait for us. */
static int
run(struct store *store, void *arg, struct error *e)
{
	struct walk *w = arg;
	int64_t last = 0;

	switch (store->ops->seal_last(store, &w->seal, e)) {
	case STORE_OK:
		last = w->seal.number;
		break;
	case STORE_ABSENT:
		break;
	default:
		return e->code;
	}
	check_file(w, last);
	key_close(&w->file);
	memset(&w->seal, 0, sizeof(w->seal));
	return walk_trail(w);
}

int
verifier_run(struct verifier *v, struct error *e)
{
	struct walk *w;
	char path[PATH_MAX];
	int r, result = PASPW_ERR_INTERNAL;

	if ((r = key_path(v->policy->store, path, sizeof(path), e)) !=
	    PASPW_OK)
		return r;
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	w->v = v;
	w->e = e;
	r = key_open(&w->file, path,
	    span_seconds(v->policy->store_timeout) * MS_PER_SECOND, e);
	if (r == PASPW_OK)
		r = v->store->ops->snapshot(v->store, run, w, &result, e) ==
		    STORE_OK ? result : e->code;
	key_close(&w->file);
	secret_wipe_bytes(w, sizeof(*w));
	free(w);
	return r;
}
