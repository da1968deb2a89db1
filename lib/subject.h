/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* subject: one account on its way through one step of a verb: found, loaded,
 * brought up to /etc/shadow, changed by deciders, saved with its events. */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "account/directory.h"
#include "audit/audit.h"
#include "store/store.h"

#define SUBJECT_EVENTS_MAX 8

struct subject {
	/* given */
	const struct policy *policy;
	struct store *store;
	const struct audit_origin *origin;
	const char *name;		/* as typed */
	const struct directory_person *known;	/* NULL: ask the directory */
	const char *stranger;		/* hash of a name to be recorded if it
					 * is nobody's, or NULL */
	/* found */
	bool found;			/* there is such an account */
	bool exempt;			/* root, unless lock_root */
	int64_t now;			/* the store's */
	struct account account;
	/* to be saved */
	bool changed;
	bool durable;
	bool optional;		/* not worth a second try */
	bool history_erase;
	bool renewed;		/* a new account in a closed one's row */
	unsigned char former[ACCOUNT_ID_BYTES];	/* the id of that one */
	char history_digest[HASH_MAX];
	size_t event_count;
	struct audit_event events[SUBJECT_EVENTS_MAX];
};

/* What one step does between load and save; called again after a conflict,
 * on a row freshly loaded. It may only decide: no I/O on the store. */
typedef int subject_step_fn(struct subject *s, void *arg, struct error *e);

/*
 * Load, step, save if unchanged; again after a conflict or an answer that was
 * lost, until store_timeout. An account that does not exist: the step is not
 * called, and s->found is false.
 */
PASPW_MUST_USE int subject_update(struct subject *s, subject_step_fn *step,
    void *arg, struct error *e);

/* Is this root, whom failures do not lock unless lock_root? An account of a
 * store of ours has no uid: it is the one of that name. */
PASPW_MUST_USE bool subject_is_root(const struct policy *p, const char *name,
    const struct directory_person *person);

/* Load only. */
PASPW_MUST_USE int subject_load(struct subject *s, struct error *e);

/* Put a new account of the same name in place of a closed one that was loaded;
 * s->found is false if the system has none of this name any more. */
PASPW_MUST_USE int subject_renew(struct subject *s, struct error *e);

/* Note an event about the row as it is now. */
PASPW_MUST_USE int subject_event(struct subject *s, enum audit_kind kind,
    struct error *e);

void subject_wipe(struct subject *s);

#endif
