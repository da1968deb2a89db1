/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "import/importer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wait.h"

#define REASON_MAX 512

int
importer_leave(struct paspw *h, const struct importer *imp,
    const char *format, ...)
{
	char reason[REASON_MAX] = "";
	va_list args;

	va_start(args, format);
	if (vsnprintf(reason, sizeof(reason), format, args) < 0)
		reason[0] = '\0';
	va_end(args);
	return error_set(&h->error, PASPW_OK, "account %s: %s",
	    imp->subject.name, reason);
}

/* ---- History ---- */

struct known {
	const char *const *hashes;
	size_t count;
	bool seen[IMPORTER_HISTORY_MAX];
	size_t there;
};

static int
note_known(const char *digest, void *arg)
{
	struct known *known = arg;

	known->there++;
	for (size_t i = 0; i < known->count; i++)
		if (strcmp(known->hashes[i], digest) == 0)
			known->seen[i] = true;
	return 0;
}

static int
look(struct paspw *h, const struct importer *imp, struct known *known)
{
	const struct subject *s = &imp->subject;
	int stopped;

	if (s->store->ops->history_each == NULL)
		return error_set(&h->error, PASPW_ERR_INVALID, "the store of "
		    "realm %s keeps no hashes of others", s->policy->realm);
	return s->store->ops->history_each(s->store, s->account.id,
	    IMPORTER_HISTORY_MAX, note_known, known, &stopped, &h->error) ==
	    STORE_OK ? PASPW_OK : h->error.code;
}

int
importer_knows(struct paspw *h, const struct importer *imp, const char *hash,
    bool *known)
{
	struct known one = { .hashes = &hash, .count = 1 };
	int r = look(h, imp, &one);

	*known = one.seen[0];
	return r;
}

static bool
noted(const struct importer *imp, const char *hash)
{
	for (size_t i = 0; i < imp->older_count; i++)
		if (strcmp(imp->older[i], hash) == 0)
			return true;
	return imp->newest != NULL && strcmp(imp->newest, hash) == 0;
}

/* How many entries the history of this account has. With credentials =
 * shadow the current password is not among them until it is replaced. */
static size_t
reach(const struct policy *p)
{
	return (size_t)p->history +
	    (p->credentials == CREDENTIALS_STORE ? 1 : 0);
}

int
importer_older(struct paspw *h, struct importer *imp,
    const char *const *hashes, size_t count)
{
	const struct policy *p = imp->subject.policy;
	struct known known = { .hashes = hashes, .count = count };
	size_t used;
	int r;

	if ((r = look(h, imp, &known)) != PASPW_OK)
		return r;
	used = known.there + (imp->newest != NULL ? 1 : 0);
	for (size_t i = 0; i < count && used < reach(p); i++) {
		if (known.seen[i] || noted(imp, hashes[i]))
			continue;
		imp->older[imp->older_count++] = hashes[i];
		used++;
	}
	return PASPW_OK;
}

/* ---- Load, merge, save ---- */

static enum store_answer
save(struct importer *imp, struct error *e)
{
	struct subject *s = &imp->subject;
	const char *newest = imp->newest != NULL ? imp->newest :
	    s->history_digest;
	const struct store_change change = {
		.account = &s->account,
		.history_digest = newest[0] != '\0' ? newest : NULL,
		.history_older = imp->older,
		.history_older_count = imp->older_count,
		.history_keep = s->policy->history + 1,
		.history_erase = imp->history_erase,
		.events = s->events,
		.event_count = s->event_count,
		.durable = true,
	};

	return s->store->ops->save(s->store, &change, e);
}

/* Nobody of this name is here: a new row, or why not. */
static int
begin_row(struct paspw *h, struct importer *imp)
{
	struct subject *s = &imp->subject;

	if (s->policy->credentials == CREDENTIALS_SHADOW)
		return importer_leave(h, imp,
		    "the system has no such account: create it first");
	if (!imp->creates)
		return importer_leave(h, imp, "realm %s has no such account",
		    s->policy->realm);
	s->found = true;
	return account_new(&s->account, s->name, s->policy, s->now,
	    &h->error);
}

static int
round_trip(struct paspw *h, struct importer *imp, importer_fn *fn,
    const void *source, bool *again)
{
	struct subject *s = &imp->subject;
	int r;

	*again = false;
	imp->outcome = PASPW_IMPORT_SKIPPED;
	imp->history_erase = false;
	imp->newest = NULL;
	imp->older_count = 0;
	error_clear(&h->error);
	if ((r = subject_load(s, &h->error)) != PASPW_OK)
		return r;
	if (!s->found && ((r = begin_row(h, imp)) != PASPW_OK || !s->found))
		return r;
	imp->rounds++;
	imp->fresh = s->account.version == 0;
	if ((r = fn(h, imp, source)) != PASPW_OK ||
	    imp->outcome != PASPW_IMPORT_DONE ||
	    (r = subject_event(s, AUDIT_IMPORT, &h->error)) != PASPW_OK)
		return r;
	switch (save(imp, &h->error)) {
	case STORE_OK:
		return PASPW_OK;
	case STORE_CONFLICT:
		*again = true;
		return error_set(&h->error, PASPW_ERR_BUSY,
		    "account %s: the store is too busy", s->name);
	case STORE_UNSURE:
		/* If it stays so, the store has said why. */
		*again = true;
		return h->error.code != PASPW_OK ? h->error.code :
		    PASPW_ERR_STORE;
	default:
		return h->error.code;
	}
}

int
importer_take(struct paspw *h, const char *name, bool creates,
    importer_fn *fn, const void *source, enum paspw_import *outcome)
{
	struct importer *imp;
	struct wait wait;
	bool again = true;
	int r;

	if (!directory_name_ok(name))
		return error_set(&h->error, PASPW_OK,
		    "not a usable account name");
	if ((imp = calloc(1, sizeof(*imp))) == NULL)
		return error_set(&h->error, PASPW_ERR_MEMORY,
		    "out of memory");
	imp->creates = creates;
	if ((r = handle_subject(h, name, &imp->subject)) != PASPW_OK)
		goto out;
	wait_start(&wait, span_ms(imp->subject.policy->store_timeout),
	    WAIT_FOR_WRITER_NS);
	do
		r = round_trip(h, imp, fn, source, &again);
	while (again && wait_once(&wait));
	if (r == PASPW_OK)
		*outcome = imp->outcome;
out:
	/* What a row or its name cannot be is the line's fault: e says it. */
	if (r == PASPW_ERR_INVALID)
		r = PASPW_OK;
	subject_wipe(&imp->subject);
	free(imp);
	return r;
}
