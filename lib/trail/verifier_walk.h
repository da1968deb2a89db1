/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* verifier_walk: one way along the seals and events of a trail, wherever they
 * come from: each compared with the one before it. For verifier.c. */
#ifndef VERIFIER_WALK_H
#define VERIFIER_WALK_H

#include "trail/archive_directory.h"
#include "trail/key.h"
#include "trail/verifier.h"

#define NO_EVENT 0
/* Of more removals the latest are remembered: the rest begins after one of
 * them. */
#define WALK_BASES_MAX 16

/* Where one run is. */
struct walk {
	struct verifier *v;
	struct error *e;
	struct key file;
	int64_t file_epoch;		/* of the key in it, 0: none */
	unsigned char file_key[DIGEST_BYTES];
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
	struct archive_directory archives;
	int64_t archived;		/* last seal of them, 0: none */
	int64_t untrimmed;		/* first one of the store */
	/* where the trail begins, if that is not seal 1 */
	struct audit_seal first;
	bool first_keyed;
	unsigned char first_key[DIGEST_BYTES];
	struct proof base[WALK_BASES_MAX];	/* removals that are events */
	size_t bases;
};

/* Tell and count a fault; what does not apply is 0, NO_EVENT, "". */
void walk_fault(struct walk *w, const char *kind, int64_t seal, int position,
    const char *event, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* An event that no leaf of its seal knows. */
void walk_stranger(struct walk *w, const struct audit_event *event,
    const char *what);
/* Is this one of the proofs of this realm? */
bool walk_has(const struct walk *w, const struct proof *p,
    enum proof_kind kind);

/* Done with the events of w->seal; then the next one, put there, is looked
 * at. */
void walk_leave(struct walk *w);
PASPW_MUST_USE int walk_enter(struct walk *w);
/* The key of this epoch from the latest first key before it; *key is NULL if
 * none was given. */
PASPW_MUST_USE int walk_key(struct walk *w, int64_t epoch,
    const unsigned char **key);
/* An event of w->seal. */
PASPW_MUST_USE int walk_event(struct walk *w,
    const struct audit_event *event);

#endif
