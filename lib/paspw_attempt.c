/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The attempt protocol: begin, verify, settle, here or at the agent. */

#include <string.h>
#include <unistd.h>

#include "remote/remote.h"

void
paspw_attempt_free(struct paspw_attempt **attempt)
{
	attempt_free(attempt);
}

/* ---- begin ---- */

static int
begin_here(struct paspw *h, void *arg)
{
	struct paspw_attempt *attempt = arg;

	attempt->elsewhere = false;
	return attempt_begin(h, attempt);
}

static int
begin_there(struct paspw *h, void *arg)
{
	return remote_reserve(h, arg);
}

int
paspw_attempt_begin(struct paspw *h, const char *user,
    struct paspw_attempt **attempt, enum paspw_verdict *verdict)
{
	int r;

	if (attempt == NULL || verdict == NULL || user == NULL)
		return PASPW_ERR_INVALID;
	*attempt = NULL;
	*verdict = PASPW_REFUSED;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	pace_restart(&h->pace);
	if ((r = attempt_new(h, user, attempt)) == PASPW_OK &&
	    (r = way_take(h, (*attempt)->user, begin_here, begin_there,
	    *attempt)) == PASPW_OK)
		*verdict = (*attempt)->begun;
	else
		attempt_free(attempt);
	return handle_leave(h, r);
}

int
attempt_begin_as(struct paspw *h, const char *user, uint64_t id,
    struct paspw_attempt **attempt, enum paspw_verdict *verdict)
{
	int r;

	*attempt = NULL;
	*verdict = PASPW_REFUSED;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((r = attempt_new(h, user, attempt)) == PASPW_OK) {
		(*attempt)->id = id;
		r = attempt_begin(h, *attempt);
	}
	if (r == PASPW_OK)
		*verdict = (*attempt)->begun;
	else
		attempt_free(attempt);
	return handle_leave(h, r);
}

int
attempt_resume_as(struct paspw *h, const char *user, const char *realm,
    uint64_t id, struct paspw_attempt **attempt)
{
	const struct policy *p;
	int r;

	*attempt = NULL;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((p = config_realm(&h->config, realm)) == NULL)
		r = error_set(&h->error, PASPW_ERR_NOTFOUND,
		    "there is no realm of that name in %s", h->config.path);
	else if ((r = attempt_new(h, user, attempt)) == PASPW_OK) {
		(*attempt)->id = id;
		(*attempt)->begun = PASPW_ACCEPTED;
		(*attempt)->reserved = true;
		memcpy((*attempt)->realm, p->realm, sizeof(p->realm));
		r = attempt_resume(h, *attempt);
	}
	if (r != PASPW_OK)
		attempt_free(attempt);
	return handle_leave(h, r);
}

/* ---- verify ---- */

/* The hash, its setting too, stays where the try was reserved: whoever
 * settles hashes. One that cannot be right is an empty one there. */
static int
keep_typed(struct paspw_attempt *attempt, const char *password, size_t len)
{
	attempt->typed = true;
	if (!secret_set(&attempt->password, password, len))
		secret_wipe(&attempt->password);
	return PASPW_OK;
}

int
paspw_attempt_verify(struct paspw *h, struct paspw_attempt *attempt,
    const char *password, size_t len)
{
	int r;

	if (attempt == NULL || (password == NULL && len > 0))
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	return handle_leave(h, attempt->elsewhere ?
	    keep_typed(attempt, password, len) :
	    attempt_verify(h, attempt, password, len));
}

/* ---- settle ---- */

/* Without the lock: other threads go on meanwhile. */
void
paspw_even_out(struct paspw *h)
{
	int64_t rest;

	if (h == NULL || h->pid != getpid() ||
	    pthread_mutex_lock(&h->mutex) != 0)
		return;
	rest = pace_rest_ns(&h->pace);
	pthread_mutex_unlock(&h->mutex);
	pace_wait(rest);
}

/* The agent's threads wait for nobody: its clients do. */
static int
answer(struct paspw *h, int r, enum paspw_verdict verdict)
{
	r = handle_leave(h, r);
	if (r == PASPW_OK && verdict != PASPW_ACCEPTED &&
	    (h->flags & PASPW_NO_WAIT) == 0)
		paspw_even_out(h);
	return r;
}

bool
paspw_has_locked(const struct paspw *h)
{
	return h != NULL && h->locked;
}

struct settling {
	struct paspw_attempt *attempt;
	const struct paspw_factor *factors;
	size_t count;
	enum paspw_verdict verdict;
};

static int
settle_here(struct paspw *h, void *arg)
{
	struct settling *st = arg;
	struct paspw_attempt *attempt = st->attempt;
	int r;

	/* It was reserved by an agent that is gone. */
	if (attempt->elsewhere && attempt->typed) {
		if ((r = attempt_resume(h, attempt)) != PASPW_OK ||
		    (r = attempt_verify(h, attempt, attempt->password.bytes,
		    attempt->password.length)) != PASPW_OK)
			return r;
		attempt->elsewhere = false;
	}
	return attempt_settle(h, attempt, st->factors, st->count,
	    &st->verdict);
}

/* All of them in one: the worst. */
static enum paspw_outcome
outcome_of(const struct settling *st)
{
	enum paspw_outcome all = st->count > 0 ? PASPW_PASSED : PASPW_FAILED;

	for (size_t i = 0; i < st->count; i++) {
		enum paspw_outcome one = st->factors[i].outcome;

		if (one != PASPW_PASSED && one != PASPW_VERIFIED)
			return PASPW_FAILED;
		if (one == PASPW_VERIFIED)
			all = PASPW_VERIFIED;
	}
	/* Nothing was typed that could be verified. */
	return all == PASPW_VERIFIED && !st->attempt->typed ? PASPW_FAILED :
	    all;
}

/* A try that begin refused (locked, closed) is hashed there for the time that
 * it takes; what it is answered was known before. */
static int
settle_there(struct paspw *h, void *arg)
{
	struct settling *st = arg;
	struct paspw_attempt *attempt = st->attempt;
	int r;

	r = remote_settle(h, attempt, outcome_of(st), &st->verdict);
	if (attempt->reserved || (r != PASPW_OK && r != PASPW_ERR_BUSY))
		return r;
	st->verdict = attempt->begun;
	return PASPW_OK;
}

int
paspw_attempt_settle(struct paspw *h, struct paspw_attempt **attempt,
    const struct paspw_factor *factors, size_t count,
    enum paspw_verdict *verdict)
{
	struct settling st = { NULL, factors, count, PASPW_REFUSED };
	int r;

	if (verdict == NULL)
		return PASPW_ERR_INVALID;
	*verdict = PASPW_REFUSED;
	if (attempt == NULL || *attempt == NULL ||
	    (factors == NULL && count > 0))
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	st.attempt = *attempt;
	h->locked = false;
	r = st.attempt->elsewhere ? way_take(h, st.attempt->user, settle_here,
	    settle_there, &st) : settle_here(h, &st);
	if (r == PASPW_OK) {
		h->locked = st.attempt->locks;
		attempt_free(attempt);
		*verdict = st.verdict;
	}
	return answer(h, r, st.verdict);
}

/* ---- All three ---- */

static int
login_there(struct paspw *h, void *arg)
{
	struct attempt_login *l = arg;

	return remote_authenticate(h, l->attempt, l->password, l->length,
	    &l->verdict);
}

int
paspw_authenticate(struct paspw *h, const char *user, const char *password,
    size_t len, enum paspw_verdict *verdict)
{
	struct attempt_login l = { NULL, password, len, PASPW_REFUSED };
	int r;

	if (verdict == NULL)
		return PASPW_ERR_INVALID;
	*verdict = PASPW_REFUSED;
	if (user == NULL || (password == NULL && len > 0))
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	pace_restart(&h->pace);
	h->locked = false;
	if ((r = attempt_new(h, user, &l.attempt)) == PASPW_OK &&
	    (r = way_take(h, l.attempt->user, attempt_login_here, login_there,
	    &l)) == PASPW_OK) {
		h->locked = l.attempt->locks;
		*verdict = l.verdict;
	}
	attempt_free(&l.attempt);
	return answer(h, r, l.verdict);
}
