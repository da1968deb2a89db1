/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The events of the audit trail as seen from outside, and its archives. */

#include <string.h>

#include "handle.h"
#include "trail/archiver.h"

/* ---- Events ---- */

struct event_walk {
	struct paspw *h;
	const struct policy *policy;
	struct store *store;
	const unsigned char *account_id;	/* NULL: all */
	int64_t since;
	paspw_event_fn *fn;
	void *arg;
	int stopped;
};

static int
each_event(const struct audit_event *event, const char *account, void *arg)
{
	static const unsigned char nobody[ACCOUNT_ID_BYTES];
	const struct event_walk *walk = arg;
	char id[2 * AUDIT_ID_BYTES + 1];
	char subject[2 * ACCOUNT_ID_BYTES + 1] = "";
	const struct paspw_event public = {
		.id = id, .at = event->at, .realm = event->realm,
		.kind = event->kind, .actor = event->actor,
		.subject = subject, .account = account,
		.reason = event->reason, .ticket = event->ticket,
		.data = event->data, .seal = event->seal,
	};

	proof_hex(event->id, sizeof(event->id), id);
	if (memcmp(event->subject, nobody, sizeof(nobody)) != 0)
		proof_hex(event->subject, sizeof(event->subject), subject);
	return walk->fn(&public, walk->arg);
}

/* A name is in the account's row alone. */
static int
each_archived(const struct audit_event *event, void *arg)
{
	struct event_walk *walk = arg;
	char name[PASPW_NAME_MAX + 1];

	if (event->at < walk->since || (walk->account_id != NULL &&
	    memcmp(event->subject, walk->account_id,
	    sizeof(event->subject)) != 0))
		return 0;
	if (walk->store->ops->name_of(walk->store, event->subject, name,
	    sizeof(name), &walk->h->error) == STORE_DOWN)
		return walk->h->error.code;
	return walk->stopped = each_event(event, name, walk);
}

/* *after: the last seal of the archives. */
static int
walk_archives(struct event_walk *walk, const struct archive_directory *d,
    int64_t *after)
{
	const struct archive_visitor visitor = {
		.event = each_archived, .arg = walk
	};
	struct archive_summary summary;
	int r = PASPW_OK, stopped = 0;

	for (size_t i = 0; r == PASPW_OK && stopped == 0 && i < d->count;
	    i++) {
		*after = d->list[i].last;
		r = archive_directory_read(d, d->list[i].name,
		    walk->policy->realm, &visitor, &summary, &stopped,
		    &walk->h->error);
	}
	return r == PASPW_OK && walk->stopped == 0 ? stopped : r;
}

/* While the directory is open nothing leaves the store or the archives. */
static int
walk_trail(struct event_walk *walk)
{
	struct store *store = walk->store;
	struct archive_directory d;
	int64_t after = INT64_MIN;
	int r;

	if ((r = archive_directory_open(&d, walk->policy,
	    walk->h->archives, false, &walk->h->error)) == PASPW_OK)
		r = walk_archives(walk, &d, &after);
	if (r == PASPW_OK && walk->stopped == 0 &&
	    store->ops->events(store, walk->account_id, walk->since, after,
	    each_event, walk, &walk->stopped, &walk->h->error) != STORE_OK)
		r = walk->h->error.code;
	archive_directory_close(&d);
	return r;
}

static int
walk_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	struct event_walk *walk = arg;
	int r;

	if (walk->stopped != 0)
		return PASPW_OK;
	walk->policy = policy;
	if ((r = handle_store(h, policy, false, &walk->store)) != PASPW_OK)
		return r;
	return walk_trail(walk);
}

static int
walk_account(struct paspw *h, const char *user, struct event_walk *walk)
{
	struct subject s;
	int r;

	memset(&s, 0, sizeof(s));
	if ((r = handle_load(h, user, &s)) == PASPW_OK) {
		walk->policy = s.policy;
		walk->store = s.store;
		walk->account_id = s.account.id;
		r = walk_trail(walk);
	}
	subject_wipe(&s);
	return r;
}

int
paspw_audit_each(struct paspw *h, const char *user, int64_t since,
    paspw_event_fn *fn, void *arg)
{
	struct event_walk walk = {
		.h = h, .since = since, .fn = fn, .arg = arg
	};
	int r;

	if (fn == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = user == NULL ? handle_each_realm(h, walk_realm, &walk) :
	    walk_account(h, user, &walk);
	r = handle_leave(h, r);
	return r == PASPW_OK ? walk.stopped : r;
}

/* ---- Archives ---- */

static int
archive_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	struct archiver *a = arg;
	int r;

	if (a->stopped != 0)
		return PASPW_OK;
	a->sealer.policy = policy;
	if ((r = handle_store(h, policy, false, &a->sealer.store)) !=
	    PASPW_OK)
		return r;
	return archiver_run(a, &h->error);
}

int
paspw_audit_archive(struct paspw *h, paspw_archive_fn *fn, void *arg)
{
	struct archiver a = { .fn = fn, .arg = arg };
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	a.origin = &h->origin;
	a.under = h->archives;
	r = handle_leave(h, handle_each_realm(h, archive_realm, &a));
	return r == PASPW_OK ? a.stopped : r;
}
