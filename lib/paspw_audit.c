/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The seals of the audit trail, as seen from outside. */

#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "stranger.h"
#include "trail/policy_trail.h"
#include "trail/sealer.h"
#include "trail/verifier.h"

/* ---- Sealing ---- */

static int
find_sealer(struct paspw *h, const struct policy *policy, struct sealer *s)
{
	s->policy = policy;
	return handle_store(h, policy, false, &s->store);
}

/* What nobody's login writes down: a policy that was changed, tries under
 * unknown names that were only counted. */
static int
look_around(struct paspw *h, const struct sealer *s)
{
	struct stranger_try last = {
		.policy = s->policy, .store = s->store, .origin = &h->origin,
		.hash = ""
	};
	int r;

	if (s->store->ops->now(s->store, &last.now, &h->error) != STORE_OK)
		return h->error.code;
	if ((r = stranger_key_make(s->policy, &h->error)) != PASPW_OK ||
	    (r = stranger_flush(&last, &h->error)) != PASPW_OK)
		return r;
	return policy_trail(s->policy, s->store, &h->origin, last.now,
	    &h->error);
}

/* arg: is an empty seal wanted? */
static int
seal_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	const bool *empty = arg;
	struct sealer s;
	int r;

	if ((r = find_sealer(h, policy, &s)) != PASPW_OK ||
	    (r = look_around(h, &s)) != PASPW_OK)
		return r;
	return sealer_seal(&s, *empty, &h->error);
}

static int
seal(struct paspw *h, bool empty)
{
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	return handle_leave(h, handle_each_realm(h, seal_realm, &empty));
}

int
paspw_audit_seal(struct paspw *h)
{
	return seal(h, false);
}

int
paspw_audit_seal_empty(struct paspw *h)
{
	return seal(h, true);
}

struct proof_walk {
	paspw_proof_fn *fn;
	void *arg;
	int stopped;
};

static int
begin_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	struct proof_walk *walk = arg;
	struct sealer s;
	int r;

	if (walk->stopped != 0)
		return PASPW_OK;
	if ((r = find_sealer(h, policy, &s)) != PASPW_OK)
		return r;
	return sealer_begin(&s, walk->fn, walk->arg, &walk->stopped,
	    &h->error);
}

static int
tell_head(struct paspw *h, const struct policy *policy, void *arg)
{
	struct proof_walk *walk = arg;
	char text[PROOF_TEXT_MAX];
	struct proof head;
	struct sealer s;
	int r;

	if (walk->stopped != 0)
		return PASPW_OK;
	if ((r = find_sealer(h, policy, &s)) != PASPW_OK ||
	    (r = sealer_head(&s, &head, &h->error)) != PASPW_OK)
		return r;
	if (head.epoch == 0)
		return PASPW_OK;
	proof_format(&head, text);
	walk->stopped = walk->fn(policy->realm, text, walk->arg);
	return PASPW_OK;
}

static int
each_proof(struct paspw *h, handle_realm_fn *each, paspw_proof_fn *fn,
    void *arg)
{
	struct proof_walk walk = { fn, arg, 0 };
	int r;

	if (fn == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = handle_leave(h, handle_each_realm(h, each, &walk));
	return r == PASPW_OK ? walk.stopped : r;
}

int
paspw_audit_first_keys(struct paspw *h, paspw_proof_fn *fn, void *arg)
{
	return each_proof(h, begin_realm, fn, arg);
}

int
paspw_audit_heads(struct paspw *h, paspw_proof_fn *fn, void *arg)
{
	return each_proof(h, tell_head, fn, arg);
}

/* ---- Verification ---- */

int
paspw_audit_progress(struct paspw *h, paspw_progress_fn *fn, void *arg)
{
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	h->progress = fn;
	h->progress_arg = arg;
	return handle_leave(h, PASPW_OK);
}

static int
verify_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	struct verifier *v = arg;
	int r;

	if (v->stopped != 0)
		return PASPW_OK;
	v->policy = policy;
	v->under = h->archives;
	if ((r = handle_store(h, policy, false, &v->store)) != PASPW_OK)
		return r;
	return verifier_run(v, &h->error);
}

/* A proof that nobody looks at would prove nothing, and look as if it did. */
static int
parse_proofs(struct paspw *h, const char *const *texts, size_t count,
    struct verifier *v, struct proof *proofs)
{
	v->proof_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct proof *proof = &proofs[v->proof_count];

		if (texts[i] != NULL && texts[i][0] == '#')
			continue;
		if (texts[i] == NULL || !proof_parse(texts[i], proof))
			return error_set(&h->error, PASPW_ERR_INVALID,
			    "line %zu is neither a key nor a head", i + 1);
		if (config_realm(&h->config, proof->realm) == NULL)
			return error_set(&h->error, PASPW_ERR_NOTFOUND,
			    "line %zu is of a realm that is not there", i + 1);
		v->proof_count++;
	}
	return PASPW_OK;
}

static int
verify(struct paspw *h, const char *const *texts, struct verifier *v)
{
	size_t count = v->proof_count;
	struct proof *proofs = calloc(count + 1, sizeof(*proofs));
	int r;

	if (proofs == NULL)
		return error_set(&h->error, PASPW_ERR_MEMORY,
		    "out of memory");
	v->proofs = proofs;
	v->progress = h->progress;
	v->progress_arg = h->progress_arg;
	if ((r = parse_proofs(h, texts, count, v, proofs)) == PASPW_OK)
		r = handle_each_realm(h, verify_realm, v);
	secret_wipe_bytes(proofs, count * sizeof(*proofs));
	free(proofs);
	return r;
}

int
paspw_audit_verify_with(struct paspw *h, const char *const *proofs,
    size_t count, paspw_fault_fn *fn, void *arg,
    struct paspw_audit_result *result)
{
	struct verifier v = {
		.proof_count = count, .fn = fn, .arg = arg, .result = result,
	};
	int r;

	if (result == NULL || (proofs == NULL && count > 0))
		return PASPW_ERR_INVALID;
	memset(result, 0, sizeof(*result));
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = handle_leave(h, verify(h, proofs, &v));
	return r == PASPW_OK ? v.stopped : r;
}

int
paspw_audit_verify(struct paspw *h, struct paspw_audit_result *result)
{
	return paspw_audit_verify_with(h, NULL, 0, NULL, NULL, result);
}
