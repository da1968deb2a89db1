/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* store: load / save-if-unchanged, with the events of the change. Callers
 * never see SQL; a decorator can stand in for a backend in tests. */
#ifndef STORE_H
#define STORE_H

#include "account/account.h"
#include "audit/audit.h"

/* What a store answers; zero refuses. */
enum store_answer {
	STORE_DOWN = 0,		/* no answer; e says why */
	STORE_UNSURE,		/* committed or not, nobody knows: repeat */
	STORE_CONFLICT,		/* the row is no longer what was loaded */
	STORE_ABSENT,		/* no such account */
	STORE_OK
};

/* What a change writes, all in one transaction. */
struct store_change {
	/* The row as it shall be, with the version it was loaded with;
	 * NULL: events only. */
	const struct account *account;
	bool renewed;			/* with an id that it had not before */
	const char *history_digest;	/* newest of the history, or NULL */
	/* Older than all that it holds, newest first (import). */
	const char *const *history_older;
	size_t history_older_count;
	int history_keep;		/* newest entries to keep */
	bool history_erase;		/* departure */
	const struct audit_event *events;
	size_t event_count;
	/* A text of the realm itself; CONFLICT: it is not `before`. */
	struct {
		const char *name;	/* NULL: none */
		const char *before, *text;
	} note;
	bool durable;			/* fsync before the answer */
};

/* Parts of the trail. */
enum store_part {
	STORE_SEALED,		/* seal by seal, then as they were written */
	STORE_UNSEALED,		/* what was written since */
	STORE_STRAY		/* no seal, but a place among sealed ones */
};

/* What is found when the whole of it is read. */
struct store_health {
	char fault[AUDIT_TEXT_MAX];	/* "": it is whole */
	int64_t last_event_at;		/* the latest of the last ones */
	int64_t last_seal_at;
	uint64_t unsealed;
	int64_t unsealed_since;		/* the oldest of them; 0: none */
};

struct store;

typedef int store_account_fn(const struct account *account, void *arg);
typedef int store_event_fn(const struct audit_event *event,
    const char *account, void *arg);
typedef int store_digest_fn(const char *digest, void *arg);
typedef int store_trail_fn(const struct audit_event *event, void *arg);
typedef int store_snapshot_fn(struct store *s, void *arg, struct error *e);

struct store_ops {
	const char *scheme;		/* "sqlite" */
	/* create: make it if it is not there (paspw init). timeout: ms. */
	int (*open)(struct store **store, const char *location, bool create,
	    int64_t timeout_ms, struct error *e);
	void (*close)(struct store **store);
	enum store_answer (*now)(struct store *s, int64_t *now,
	    struct error *e);
	enum store_answer (*load)(struct store *s, const char *name,
	    struct account *a, struct error *e);
	/* Save if the stored version is still account->version (0: no row);
	 * the stored version is then one higher. */
	enum store_answer (*save)(struct store *s,
	    const struct store_change *change, struct error *e);
	enum store_answer (*history_has)(struct store *s,
	    const unsigned char *account_id, const char *digest, int newest,
	    bool *has, struct error *e);
	/* In the order of names. Read a few at a time: who pauses in fn holds
	 * up nobody, and sees accounts as they are when he comes to them.
	 * *stopped: what fn returned when not 0. */
	enum store_answer (*each)(struct store *s, store_account_fn *fn,
	    void *arg, int *stopped, struct error *e);
	/* "" if there is none. */
	enum store_answer (*note)(struct store *s, const char *name,
	    char *text, size_t size, struct error *e);
	/* The name of an account today. ABSENT: nobody has this id. */
	enum store_answer (*name_of)(struct store *s,
	    const unsigned char *account_id, char *name, size_t size,
	    struct error *e);
	/* Events with the account's name: those of seals after `after`, seal
	 * by seal, then those without one. A few at a time, as each. */
	enum store_answer (*events)(struct store *s,
	    const unsigned char *account_id, int64_t since, int64_t after,
	    store_event_fn *fn, void *arg, int *stopped, struct error *e);
	/* One part of the trail in its order, corrupt rows too. */
	enum store_answer (*trail)(struct store *s, enum store_part part,
	    store_trail_fn *fn, void *arg, int *stopped, struct error *e);
	/* The first seal from this number on; the last one. ABSENT: none. */
	enum store_answer (*seal_from)(struct store *s, int64_t number,
	    struct audit_seal *seal, struct error *e);
	enum store_answer (*seal_last)(struct store *s,
	    struct audit_seal *seal, struct error *e);
	/* Insert a seal and give its number to the first unsealed events, as
	 * many as it has leaves; CONFLICT: somebody else sealed the epoch. */
	enum store_answer (*seal_save)(struct store *s,
	    const struct audit_seal *seal, struct error *e);
	/* Forget the seals up to this number, and their events. */
	enum store_answer (*trim)(struct store *s, int64_t through,
	    struct error *e);
	/* Call fn while, for its own reads, nothing changes. Its result is in
	 * *result. */
	enum store_answer (*snapshot)(struct store *s, store_snapshot_fn *fn,
	    void *arg, int *result, struct error *e);
	/* Optional: leave no copy of what was erased in a log of the store;
	 * DOWN while somebody reads it. */
	enum store_answer (*scrub)(struct store *s, struct error *e);
	/* Optional: look for damage. */
	enum store_answer (*inspect)(struct store *s,
	    struct store_health *health, struct error *e);
	/* Optional: the newest digests, newest first; NULL: they are all of
	 * our own making. */
	enum store_answer (*history_each)(struct store *s,
	    const unsigned char *account_id, int newest, store_digest_fn *fn,
	    void *arg, int *stopped, struct error *e);
	/* Optional: a server that does a step in one call; NULL: generic. */
	enum store_answer (*attempt_begin)(struct store *s);
	enum store_answer (*attempt_settle)(struct store *s);
};

/* Every backend begins with this. */
struct store {
	const struct store_ops *ops;
};

extern const struct store_ops store_sqlite;

/* Open by `sqlite:/path`; picks the backend by its scheme. */
PASPW_MUST_USE int store_open(struct store **store, const char *location,
    bool create, int64_t timeout_ms, struct error *e);
void store_close(struct store **store);

#endif
