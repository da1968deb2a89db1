/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Whole accounts out of a store, for another one or for a program. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/lockout.h"
#include "handle.h"
#include "trail/proof.h"

struct export {
	struct paspw *h;
	bool with_history;
	paspw_record_fn *fn;
	void *arg;
	int stopped;
	/* the realm */
	const struct policy *policy;
	struct store *store;
	int64_t now;
	/* the account */
	char id[ACCOUNT_ID_BYTES * 2 + 1];
	int64_t failed_at[PASPW_RECORD_FAILURES_MAX];
	size_t history_count;
	const char *history[PASPW_RECORD_HISTORY_MAX];
	char hashes[PASPW_RECORD_HISTORY_MAX][HASH_MAX];
};

static int
add_digest(const char *digest, void *arg)
{
	struct export *x = arg;

	if (x->history_count == PASPW_RECORD_HISTORY_MAX)
		return EOF;
	strcpy(x->hashes[x->history_count], digest);
	x->history[x->history_count] = x->hashes[x->history_count];
	x->history_count++;
	return 0;
}

static int
load_history(struct export *x, const struct account *a)
{
	const struct store_ops *ops = x->store->ops;
	int stopped;

	x->history_count = 0;
	if (!x->with_history)
		return PASPW_OK;
	if (ops->history_each == NULL)
		return error_set(&x->h->error, PASPW_ERR_INVALID, "the store "
		    "of realm %s does not hand out its history",
		    x->policy->realm);
	return ops->history_each(x->store, a->id, PASPW_RECORD_HISTORY_MAX,
	    add_digest, x, &stopped, &x->h->error) == STORE_OK ? PASPW_OK :
	    x->h->error.code;
}

static void
fill_parts(struct export *x, const struct account *a)
{
	proof_hex(a->id, sizeof(a->id), x->id);
	for (int i = 0; i < a->failed.count; i++)
		x->failed_at[i] = a->failed.list[i].at;
}

/* What is stored, then what follows from it. */
static struct paspw_record
record_of(const struct export *x, const struct account *a)
{
	unsigned cost = 0;
	const char *method = hash_method(a->hash, &cost);

	return (struct paspw_record){
		.account = a->name, .realm = x->policy->realm, .id = x->id,
		.kind = account_kind_name(a->kind), .owner = a->owner,
		.ticket = a->ticket,
		.credentials = a->credentials == CREDENTIALS_SHADOW ?
		    "shadow" : "store",
		.created_at = a->created_at, .valid_from = a->valid_from,
		.valid_until = a->valid_until, .closed_at = a->closed_at,
		.hash = a->hash, .changed_at = a->changed_at,
		.must_change = a->must_change,
		.temporary_until = a->temporary_until,
		.expired_seen_at = a->expired_seen_at,
		.history_setting = x->with_history ? a->history_setting : "",
		.history = x->history, .history_count = x->history_count,
		.failed_at = x->failed_at,
		.failed_count = (size_t)a->failed.count,
		.last_failure_at = a->last_failure_at,
		.last_success_at = a->last_success_at,
		.failures_since_success = a->failures_to_tell,
		.otp_failures = a->otp_failures,
		.locked_at = a->locked_at,
		.lock_reason = account_lock_name(a->lock_reason),
		.refused_while_locked = a->refused_while_locked,
		.refused_first_at = a->refused_first_at,
		.refused_last_at = a->refused_last_at,
		.state = account_state(x->policy, a, x->now),
		.pending = a->pending.count,
		.locked_until = lockout_until(x->policy, a),
		.expires_at = a->closed_at == 0 ?
		    account_expires_at(x->policy, a) : 0,
		.hash_method = method, .hash_cost = (int64_t)cost,
	};
}

static int
export_account(const struct account *a, void *arg)
{
	struct export *x = arg;
	struct paspw_record record;
	int r;

	if ((r = load_history(x, a)) != PASPW_OK)
		return r;
	fill_parts(x, a);
	record = record_of(x, a);
	return x->fn(&record, x->arg);
}

static int
export_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	struct export *x = arg;
	int r;

	if (x->stopped != 0)
		return PASPW_OK;
	if ((r = handle_store(h, policy, false, &x->store)) != PASPW_OK)
		return r;
	x->policy = policy;
	if (x->store->ops->now(x->store, &x->now, &h->error) != STORE_OK ||
	    x->store->ops->each(x->store, export_account, x, &x->stopped,
	    &h->error) != STORE_OK)
		return h->error.code;
	return PASPW_OK;
}

int
paspw_export(struct paspw *h, unsigned flags, paspw_record_fn *fn, void *arg)
{
	struct export *x;
	int r, stopped = 0;

	if (fn == NULL || (flags & ~(unsigned)PASPW_WITH_HISTORY) != 0)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((x = calloc(1, sizeof(*x))) == NULL)
		return handle_leave(h, error_set(&h->error, PASPW_ERR_MEMORY,
		    "out of memory"));
	x->h = h;
	x->with_history = (flags & PASPW_WITH_HISTORY) != 0;
	x->fn = fn;
	x->arg = arg;
	r = handle_each_realm(h, export_realm, x);
	stopped = x->stopped;
	secret_wipe_bytes(x, sizeof(*x));
	free(x);
	r = handle_leave(h, r);
	return r == PASPW_OK ? stopped : r;
}
