/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/verifier.h"

#include <stdlib.h>
#include <string.h>

#include "trail/seal.h"
#include "trail/verifier_walk.h"

/* ---- Of the store: events come seal by seal, and each opens the seals up to
 * its own ---- */

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
		if (w->seal.number >= 1 && w->seal.number <= w->archived) {
			w->from = w->archived + 1;
			continue;
		}
		if (w->seal.number >= 1)
			return STORE_OK;
		walk_fault(w, "seal_edited", w->seal.number, NO_EVENT, "",
		    "seal %lld is of no epoch", (long long)w->seal.number);
	}
	return STORE_ABSENT;
}

static int
next_seal(struct walk *w)
{
	walk_leave(w);
	switch (load_seal(w)) {
	case STORE_OK:
		return walk_enter(w);
	case STORE_ABSENT:
		w->end = true;
		w->seal.leaves.count = 0;
		return PASPW_OK;
	default:
		return w->e->code;
	}
}

/* A copy in the store of what is in an archive: a run of `audit archive` died
 * before it was deleted. */
static bool
is_copy(const struct walk *w, const struct audit_event *event)
{
	return event->seal >= w->untrimmed && event->seal <= w->archived;
}

static int
see_sealed(const struct audit_event *event, void *arg)
{
	struct walk *w = arg;
	int r = PASPW_OK;

	if (is_copy(w, event))
		return 0;
	while (r == PASPW_OK && !w->end && w->seal.number < event->seal)
		r = next_seal(w);
	if (r != PASPW_OK)
		return r;
	if (w->end || event->seal != w->seal.number)
		walk_stranger(w, event, "was inserted, or the seal removed");
	else if (!w->seal.corrupt && (r = walk_event(w, event)) != PASPW_OK)
		return r;
	return w->v->stopped;
}

static int
see_archived_seal(const struct audit_seal *seal, void *arg)
{
	struct walk *w = arg;
	int r;

	if (seal->number <= w->seal.number) {
		walk_fault(w, "inserted", seal->number, NO_EVENT, "",
		    "seal %lld stands in an archive behind seal %lld",
		    (long long)seal->number, (long long)w->seal.number);
		return w->v->stopped;
	}
	walk_leave(w);
	w->seal = *seal;
	if ((r = walk_enter(w)) != PASPW_OK)
		return r;
	return w->v->stopped;
}

static int
see_archived(const struct audit_event *event, void *arg)
{
	struct walk *w = arg;
	int r;

	if (event->seal != w->seal.number)
		walk_stranger(w, event, "was inserted into an archive");
	else if ((r = walk_event(w, event)) != PASPW_OK)
		return r;
	return w->v->stopped;
}

static int
see_unsealed(const struct audit_event *event, void *arg)
{
	struct walk *w = arg;

	if (event->corrupt)
		walk_stranger(w, event, "is unreadable, and cannot be sealed");
	else
		w->v->result->unsealed++;
	return w->v->stopped;
}

/* It was not there when those around it were sealed. */
static int
see_stray(const struct audit_event *event, void *arg)
{
	struct walk *w = arg;

	walk_stranger(w, event, "stands among sealed ones, and no seal has it");
	return w->v->stopped;
}

/* ---- The whole trail ---- */

/* The key was evolved after the last seal: if it is further on, seals were
 * cut off. */
static void
check_file(struct walk *w, int64_t last)
{
	if (!w->file.exists && last != 0)
		walk_fault(w, "key_differs", 0, NO_EVENT, "",
		    "the sealing key is missing");
	else if (w->file.exists && w->file.epoch != last &&
	    w->file.epoch - 1 != last)
		walk_fault(w, "key_differs", 0, NO_EVENT, "", "the sealing "
		    "key is of epoch %lld, the last seal is %lld",
		    (long long)w->file.epoch, (long long)last);
}

/* A first key leads to the key in the file. Whoever cut seals off put one there
 * whose epoch fits: he had none of an epoch that was over. */
static int
check_key(struct walk *w)
{
	const unsigned char *key = NULL;
	int r;

	if (w->file_epoch == 0 || w->file_epoch < w->key_epoch)
		return PASPW_OK;
	if ((r = walk_key(w, w->file_epoch, &key)) != PASPW_OK)
		return r;
	if (key != NULL && memcmp(key, w->file_key, DIGEST_BYTES) != 0)
		walk_fault(w, "key_differs", 0, NO_EVENT, "", "the sealing "
		    "key of epoch %lld is not the one that the first key "
		    "leads to", (long long)w->file_epoch);
	return PASPW_OK;
}

static void
check_tail(struct walk *w)
{
	for (size_t i = 0; i < w->v->proof_count; i++) {
		const struct proof *p = &w->v->proofs[i];

		if (!walk_has(w, p, PROOF_HEAD))
			continue;
		w->v->result->heads++;
		if (p->epoch > w->before)
			walk_fault(w, "cut", p->epoch, NO_EVENT, "",
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
walk_archives(struct walk *w)
{
	const struct archive_visitor visitor = {
		see_archived_seal, see_archived, w
	};
	struct archive_summary summary;
	int r = PASPW_OK, stopped = 0;

	for (size_t i = 0; i < w->archives.count && w->v->stopped == 0; i++) {
		r = archive_directory_read(&w->archives,
		    w->archives.list[i].name, w->v->policy->realm, &visitor,
		    &summary, &stopped, w->e);
		if (summary.damaged)
			walk_fault(w, "archive_damaged", 0, NO_EVENT, "", "%s",
			    w->e->text);
		else if (r != PASPW_OK)
			return r;
		if (stopped != 0 && w->v->stopped == 0)
			return stopped;
		w->v->result->archives++;
	}
	error_clear(w->e);
	w->archived = w->seal.number;
	return PASPW_OK;
}

/* A head that was handed out is as good as the event. */
static const unsigned char *
find_base(const struct walk *w)
{
	int64_t epoch = w->first.number - 1;

	for (size_t i = 0; i < w->v->proof_count; i++)
		if (walk_has(w, &w->v->proofs[i], PROOF_HEAD) &&
		    w->v->proofs[i].epoch == epoch)
			return w->v->proofs[i].bytes;
	for (size_t i = 0; i < w->bases && i < WALK_BASES_MAX; i++)
		if (w->base[i].epoch == epoch)
			return w->base[i].bytes;
	return NULL;
}

static int
check_first(struct walk *w)
{
	enum seal_fault found = SEAL_EDITED;
	const unsigned char *base = find_base(w);
	long long number = w->first.number;
	int r;

	if (number == 0)
		return PASPW_OK;
	if (base == NULL) {
		walk_fault(w, "seal_missing", 1, NO_EVENT, "",
		    "seals 1 to %lld are missing", number - 1);
		return PASPW_OK;
	}
	w->v->result->begins = w->first.number;
	if ((r = seal_check(&w->first, base, w->first_keyed ? w->first_key :
	    NULL, &found, w->e)) != PASPW_OK)
		return r;
	if (found == SEAL_EDITED)
		walk_fault(w, "seal_edited", number, NO_EVENT, "",
		    "seal %lld does not follow the one that was removed",
		    number);
	else if (found == SEAL_FORGED)
		walk_fault(w, "seal_forged", number, NO_EVENT, "",
		    "seal %lld was not made with the sealing key", number);
	else if (w->first_keyed)
		w->v->result->keyed++;
	return PASPW_OK;
}

static int
walk_store(struct walk *w)
{
	int r;

	w->from = INT64_MIN;
	r = walk_part(w, STORE_SEALED, see_sealed);
	while (r == PASPW_OK && !w->end && w->v->stopped == 0)
		r = next_seal(w);
	if (r == PASPW_OK)
		r = walk_part(w, STORE_UNSEALED, see_unsealed);
	if (r == PASPW_OK)
		r = walk_part(w, STORE_STRAY, see_stray);
	return r;
}

static int
walk_trail(struct walk *w)
{
	int r;

	w->chain_known = true;
	if ((r = walk_archives(w)) == PASPW_OK)
		r = walk_store(w);
	if (r == PASPW_OK && w->v->stopped == 0)
		r = check_first(w);
	if (r == PASPW_OK && w->v->stopped == 0)
		r = check_key(w);
	if (r == PASPW_OK && w->v->stopped == 0)
		check_tail(w);
	return r;
}

/* How many seals this trail adds. What retention removed stands in front of
 * the first one. */
static void
count_seals(struct walk *w, int64_t last)
{
	int64_t first = w->archives.count > 0 ? w->archives.list[0].first :
	    w->untrimmed;

	if (first >= 1 && first <= last)
		w->v->total += (uint64_t)(last - first) + 1;
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
	w->file_epoch = w->file.epoch;
	memcpy(w->file_key, w->file.bytes, sizeof(w->file_key));
	key_close(&w->file);
	switch (store->ops->seal_from(store, 1, &w->seal, e)) {
	case STORE_OK:
		w->untrimmed = w->seal.number;
		break;
	case STORE_ABSENT:
		w->untrimmed = INT64_MAX;
		break;
	default:
		return e->code;
	}
	count_seals(w, last);
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
	w->file.directory = -1;
	if ((r = archive_directory_open(&w->archives, v->policy, v->under,
	    false, e)) == PASPW_OK)
		r = key_open(&w->file, path,
		    span_ms(v->policy->store_timeout), e);
	if (r == PASPW_OK)
		r = v->store->ops->snapshot(v->store, run, w, &result, e) ==
		    STORE_OK ? result : e->code;
	key_close(&w->file);
	archive_directory_close(&w->archives);
	secret_wipe_bytes(w, sizeof(*w));
	free(w);
	return r;
}
