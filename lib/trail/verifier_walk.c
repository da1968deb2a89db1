/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/verifier_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trail/archiver.h"
#include "trail/seal.h"

/* Somebody who numbers a seal 2^60 must not keep us computing keys, 0.7 us
 * each. These are eight years with a seal each minute, and 3 s. */
#define KEY_STEPS_MAX (INT64_C(1) << 22)
#define HEX_MAX (2 * AUDIT_ID_BYTES + 1)
#define FAULT_TEXT_MAX 160	/* and a realm: first_fault holds both */

/* ---- Faults ---- */

void
walk_fault(struct walk *w, const char *kind, int64_t seal, int position,
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
	walk_fault(w, kind, w->seal.number, index + 1, hex,
	    "event %s (seal %lld, position %d) %s", hex,
	    (long long)w->seal.number, index + 1, what);
}

void
walk_stranger(struct walk *w, const struct audit_event *event, const char *what)
{
	char hex[HEX_MAX];

	proof_hex(event->id, AUDIT_ID_BYTES, hex);
	walk_fault(w, "inserted", event->seal, NO_EVENT, hex,
	    "event %s (it says seal %lld) %s", hex,
	    (long long)event->seal, what);
}

/* ---- Seals ---- */

bool
walk_has(const struct walk *w, const struct proof *p, enum proof_kind kind)
{
	return p->kind == kind && strcmp(p->realm, w->v->policy->realm) == 0;
}

int
walk_key(struct walk *w, int64_t number, const unsigned char **key)
{
	int r;

	*key = NULL;
	for (size_t i = 0; i < w->v->proof_count; i++) {
		const struct proof *p = &w->v->proofs[i];

		if (!walk_has(w, p, PROOF_KEY) || p->epoch > number ||
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

	if ((r = walk_key(w, w->seal.number, &key)) != PASPW_OK ||
	    (r = seal_check(&w->seal, w->chain_known ? w->chain : NULL, key,
	    &found, w->e)) != PASPW_OK)
		return r;
	w->intact = found == SEAL_INTACT;
	if (found == SEAL_EDITED)
		walk_fault(w, "seal_edited", number, NO_EVENT, "",
		    "seal %lld was edited, or does not follow the one "
		    "before it", number);
	if (found == SEAL_FORGED)
		walk_fault(w, "seal_forged", number, NO_EVENT, "",
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

		if (walk_has(w, p, PROOF_HEAD) && p->epoch == w->seal.number &&
		    memcmp(p->bytes, w->seal.chain, sizeof(p->bytes)) != 0)
			walk_fault(w, "head_differs", p->epoch, NO_EVENT, "",
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

/* Done with this seal. */
void
walk_leave(struct walk *w)
{
	close_seal(w);
	w->before = w->seal.number;
	memcpy(w->chain, w->seal.chain, sizeof(w->chain));
	memset(w->seen, 0, sizeof(w->seen));
	w->came = 0;
	w->edited = 0;
}

/* The trail begins later than at seal 1: was that removal recorded? That is
 * known at the end. */
static int
keep_first(struct walk *w)
{
	const unsigned char *key = NULL;
	int r;

	w->first = w->seal;
	if ((r = walk_key(w, w->seal.number, &key)) != PASPW_OK)
		return r;
	w->first_keyed = key != NULL;
	if (key != NULL)
		memcpy(w->first_key, key, sizeof(w->first_key));
	return PASPW_OK;
}

static void
tell_progress(struct walk *w)
{
	struct verifier *v = w->v;

	if (v->progress != NULL && v->stopped == 0)
		v->stopped = v->progress(v->result->seals, v->total,
		    v->progress_arg);
}

/* w->seal is the next one, whatever its number. */
int
walk_enter(struct walk *w)
{
	int64_t number = w->seal.number;
	bool gap = number != w->before + 1;
	int r;

	w->chain_known = !gap;
	if (gap && w->before == 0) {
		if ((r = keep_first(w)) != PASPW_OK)
			return r;
	} else if (gap)
		walk_fault(w, "seal_missing", w->before + 1, NO_EVENT, "",
		    "seals %lld to %lld are missing",
		    (long long)w->before + 1, (long long)number - 1);
	w->v->result->seals++;
	tell_progress(w);
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

/* A removal that is sealed tells where the rest begins. */
static void
note_removal(struct walk *w, const struct audit_event *event)
{
	static const char member[] = "\"" ARCHIVER_THROUGH "\": \"";
	char stamp[PROOF_STAMP_MAX] = "";
	const char *at = strstr(event->data, member);
	struct proof base = { .kind = PROOF_HEAD };

	if (!w->intact || at == NULL || strcmp(event->kind,
	    audit_kinds[AUDIT_RETENTION].name) != 0)
		return;
	at += sizeof(member) - 1;
	snprintf(stamp, sizeof(stamp), "%.*s", (int)strcspn(at, "\""), at);
	if (proof_stamp_parse(stamp, &base.epoch, base.bytes))
		w->base[w->bases++ % WALK_BASES_MAX] = base;
}

int
walk_event(struct walk *w, const struct audit_event *event)
{
	struct audit_leaf made;
	int i = find_leaf(w, event->id);
	int r;

	if (i == -1 || w->seen[i]) {
		walk_stranger(w, event, "was inserted");
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
	} else
		note_removal(w, event);
	return PASPW_OK;
}
