/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "attempt.h"

#include <stdlib.h>
#include <string.h>

#include "account/lockout.h"
#include "base/wait.h"
#include "rehash.h"
#include "stranger.h"

void
attempt_free(struct paspw_attempt **attempt)
{
	if (attempt == NULL || *attempt == NULL)
		return;
	secret_wipe_bytes(*attempt, sizeof(**attempt));
	free(*attempt);
	*attempt = NULL;
}

/* The events of what a step brought about. `before`: the row as it was. */
static int
note(struct subject *s, const struct lockout_step *step,
    const struct account *before, struct error *e)
{
	struct account now = s->account;
	int r = PASPW_OK;

	s->changed = s->changed || step->changed;
	s->durable = s->durable || step->durable;
	if (step->lock_expired) {
		if (before->refused_while_locked > 0) {
			s->account = *before;
			r = subject_event(s, AUDIT_REFUSED_LOCKED, e);
			s->account = now;
		}
		if (r == PASPW_OK)
			r = subject_event(s, AUDIT_LOCK_EXPIRED, e);
	}
	if (r == PASPW_OK && step->lapsed > 0)
		r = subject_event(s, AUDIT_LAPSED, e);
	if (r == PASPW_OK && step->locked)
		r = subject_event(s, AUDIT_LOCK, e);
	secret_wipe_bytes(&now, sizeof(now));
	return r;
}

/* ---- begin ---- */

static int
begin_step(struct subject *s, void *arg, struct error *e)
{
	struct paspw_attempt *attempt = arg;
	struct account before;
	struct lockout_step step;
	int r;

	attempt->reserved = false;
	attempt->begun = PASPW_CLOSED;
	if (s->account.closed_at != 0)
		return PASPW_OK;
	before = s->account;
	lockout_begin(s->policy, &s->account, attempt->id, s->exempt, s->now,
	    &step);
	attempt->begun = step.verdict;
	attempt->locks = step.locked;	/* leases that ran out */
	if (step.verdict == PASPW_LOCKED) {
		s->optional = !s->changed && !step.changed;
		lockout_refused(&s->account, s->now, &step);
	}
	attempt->reserved = step.verdict == PASPW_ACCEPTED;
	r = note(s, &step, &before, e);
	secret_wipe_bytes(&before, sizeof(before));
	return r;
}

/* Wait for a free try. Unlike in pam_tally2, correct logins at the same time
 * wait for each other; none is refused because of another. */
static int
reserve(struct paspw *h, struct subject *s, struct paspw_attempt *attempt)
{
	struct wait wait;
	int r;

	wait_start(&wait, span_ms(s->policy->busy_wait), WAIT_FOR_HASH_NS);
	do {
		r = subject_update(s, begin_step, attempt, &h->error);
	} while (r == PASPW_OK && s->found &&
	    attempt->begun == PASPW_BUSY &&
	    (h->flags & PASPW_NO_WAIT) == 0 && wait_once(&wait));
	if (r != PASPW_OK)
		return r;
	if (!s->found)
		attempt->begun = PASPW_ACCEPTED;
	if (attempt->begun == PASPW_BUSY)
		return error_set(&h->error, PASPW_ERR_BUSY,
		    "account %s: no free try within busy_wait",
		    s->account.name);
	return PASPW_OK;
}

/* Of the accounts that are looked at for a hash; the store reads as many at
 * once. */
#define NEIGHBOURS_MAX 64

struct neighbours {
	char *setting;
	int seen;
};

static int
take_setting(const struct account *a, void *arg)
{
	struct neighbours *n = arg;
	struct error ignored;

	return hash_setting_like(a->hash, n->setting, &ignored) == PASPW_OK ||
	    ++n->seen == NEIGHBOURS_MAX;
}

/* Hash with the account's own setting, or, so that a refusal takes as long,
 * with a random one: for a locked account like its own; for nobody, and for a
 * field that is no hash, like another account's of the realm: what is stored
 * may have a cost that the realm does not ask for (/etc/shadow: libxcrypt's).
 * It is a dummy that nothing can ever equal: the answer never comes from it
 * (CVE-2020-27780). */
static int
choose_setting(struct paspw *h, const struct subject *s,
    struct paspw_attempt *attempt)
{
	struct neighbours n = { attempt->setting, 0 };
	struct error ignored;
	int stopped = 0;

	if ((attempt->reserved ? hash_setting_of : hash_setting_like)(
	    s->account.hash, attempt->setting, &ignored) == PASPW_OK)
		return PASPW_OK;
	if (s->store->ops->each(s->store, take_setting, &n, &stopped,
	    &ignored) == STORE_OK && stopped != 0 && n.seen < NEIGHBOURS_MAX)
		return PASPW_OK;
	return hash_setting(s->policy, attempt->setting, &h->error);
}

int
attempt_new(struct paspw *h, const char *user, struct paspw_attempt **attempt)
{
	struct paspw_attempt *a;
	int r;

	*attempt = NULL;
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return error_set(&h->error, PASPW_ERR_MEMORY,
		    "out of memory");
	if (directory_name_ok(user))
		memcpy(a->user, user, strlen(user) + 1);
	if ((r = account_try_id(&a->id, &h->error)) != PASPW_OK)
		attempt_free(&a);
	*attempt = a;
	return r;
}

int
attempt_begin(struct paspw *h, struct paspw_attempt *attempt)
{
	struct subject s;
	int r;

	if ((r = handle_subject(h, attempt->user, &s)) != PASPW_OK)
		return r;
	memcpy(attempt->realm, s.policy->realm, sizeof(attempt->realm));
	if ((r = reserve(h, &s, attempt)) == PASPW_OK)
		r = choose_setting(h, &s, attempt);
	subject_wipe(&s);
	return r;
}

/* The realm that it was reserved in, whatever claims its user now. */
static int
find_realm(struct paspw *h, const struct paspw_attempt *attempt,
    struct subject *s)
{
	if ((s->policy = config_realm(&h->config, attempt->realm)) == NULL)
		return error_set(&h->error, PASPW_ERR_CONFIG,
		    "realm %s is gone", attempt->realm);
	return handle_store(h, s->policy, false, &s->store);
}

int
attempt_resume(struct paspw *h, struct paspw_attempt *attempt)
{
	struct subject s = { .name = attempt->user, .origin = &h->origin,
		.known = handle_person(h, attempt->user) };
	int r;

	if ((r = find_realm(h, attempt, &s)) != PASPW_OK)
		return r;
	if ((r = subject_load(&s, &h->error)) == PASPW_OK) {
		attempt->reserved = attempt->reserved && s.found;
		r = choose_setting(h, &s, attempt);
	}
	subject_wipe(&s);
	return r;
}

int
attempt_accepted(struct paspw *h, const struct paspw_attempt *attempt,
    bool *accepted)
{
	struct subject s;
	int r;

	*accepted = false;
	if ((r = handle_subject(h, attempt->user, &s)) == PASPW_OK &&
	    (r = subject_load(&s, &h->error)) == PASPW_OK)
		*accepted = s.found && lockout_answer(&s.account,
		    attempt->id) == PASPW_ACCEPTED;
	subject_wipe(&s);
	return r;
}

/* ---- verify ---- */

/* A password that cannot be the right one is replaced by an empty one: the
 * same work, and `computed` is thrown away. */
int
attempt_verify(struct paspw *h, struct paspw_attempt *attempt,
    const char *password, size_t len)
{
	const struct policy *p = config_realm(&h->config, attempt->realm);
	struct secret secret = SECRET_EMPTY;
	bool possible = len > 0 && secret_set(&secret, password, len);
	int r;

	pace_leave(&h->pace);
	r = hash_compute(&secret, attempt->setting, attempt->computed,
	    &h->error);
	pace_enter(&h->pace);
	secret_wipe(&attempt->password);
	if (r == PASPW_OK && possible && attempt->reserved && p != NULL &&
	    rehash_wanted(p, attempt->computed))
		attempt->password = secret;
	secret_wipe(&secret);
	if (r != PASPW_OK || !possible)
		secret_wipe_bytes(attempt->computed,
		    sizeof(attempt->computed));
	return r;
}

/* ---- settle ---- */

struct settlement {
	struct paspw_attempt *attempt;
	const struct paspw_factor *factors;
	size_t count;
	enum paspw_verdict verdict;
	bool answered;
};

/* Did every factor pass? */
static bool
all_passed(const struct settlement *st, const struct account *a)
{
	bool passed = st->count > 0;

	for (size_t i = 0; i < st->count; i++) {
		enum paspw_outcome outcome = st->factors[i].outcome;
		bool one = outcome == PASPW_PASSED;

		if (outcome == PASPW_VERIFIED)
			one = hash_equal(st->attempt->computed, a->hash);
		passed = passed && one;
	}
	return passed;
}

/* Who is never locked (root) is guessed at without end, which must not fill the
 * disk: beyond what would have locked one failure a minute, as of strangers.
 * The row counts them all. */
static bool
is_told(const struct subject *s, const struct account *before,
    enum paspw_verdict verdict)
{
	return !s->exempt || verdict == PASPW_ACCEPTED ||
	    before->failed.count < s->policy->lock_after ||
	    before->last_failure_at / SPAN_MINUTE != s->now / SPAN_MINUTE;
}

/* Repeated because the answer was lost, and the first settling has replaced the
 * weak hash meanwhile: what was computed can equal nothing, right or wrong. */
static bool
is_overtaken(const struct paspw_attempt *attempt, const struct account *a)
{
	return attempt->computed[0] != '\0' &&
	    lockout_answer(a, attempt->id) == PASPW_ACCEPTED &&
	    strncmp(a->hash, attempt->setting, strlen(attempt->setting)) != 0;
}

static int
settle_step(struct subject *s, void *arg, struct error *e)
{
	struct settlement *st = arg;
	struct account before = s->account;
	struct lockout_step step = { .verdict = PASPW_REFUSED };
	int r = PASPW_OK;

	st->verdict = PASPW_REFUSED;
	st->answered = true;
	if (s->account.closed_at != 0) {
		st->verdict = PASPW_CLOSED;
		goto out;
	}
	if (is_overtaken(st->attempt, &s->account)) {
		st->answered = false;
		goto out;
	}
	lockout_settle(s->policy, &s->account, st->attempt->id,
	    all_passed(st, &s->account), s->exempt, s->now, &step);
	st->answered = step.answered;
	/* A repetition of one that is settled finds nothing to lock. */
	if (step.changed)
		st->attempt->locks = step.locked;
	if (step.answered && step.changed &&
	    is_told(s, &before, step.verdict))
		r = subject_event(s, step.verdict == PASPW_ACCEPTED ?
		    AUDIT_SUCCESS : AUDIT_FAILURE, e);
	if (r == PASPW_OK)
		r = note(s, &step, &before, e);
	if (r == PASPW_OK)
		st->verdict = step.verdict;
out:
	secret_wipe_bytes(&before, sizeof(before));
	return r;
}

/* Nothing was reserved: a look for nothing, and the answer that begin
 * knew already. Never better than a refusal. */
static int
idle_step(struct subject *s, void *arg, struct error *e)
{
	(void)s;
	(void)arg;
	(void)e;
	return PASPW_OK;
}

int
attempt_settle(struct paspw *h, struct paspw_attempt *attempt,
    const struct paspw_factor *factors, size_t count,
    enum paspw_verdict *verdict)
{
	struct settlement st = { attempt, factors, count, PASPW_REFUSED,
		false };
	struct subject s = { .name = attempt->user, .origin = &h->origin,
		.known = handle_person(h, attempt->user) };
	char stranger[STRANGER_HASH_MAX];
	int r;

	if ((r = find_realm(h, attempt, &s)) != PASPW_OK)
		return r;
	if (!attempt->reserved && attempt->begun == PASPW_ACCEPTED) {
		stranger_hash(s.policy, attempt->user, stranger);
		s.stranger = stranger;
	}
	r = subject_update(&s, attempt->reserved ? settle_step : idle_step,
	    &st, &h->error);
	if (r == PASPW_OK && attempt->reserved && !st.answered)
		r = error_set(&h->error, PASPW_ERR_BUSY, "account %s: the "
		    "try took longer than attempt_lease, or its hash was "
		    "replaced", s.account.name);
	if (r == PASPW_OK && !attempt->reserved &&
	    attempt->begun != PASPW_ACCEPTED)
		st.verdict = attempt->begun;
	if (r == PASPW_OK && st.verdict == PASPW_ACCEPTED &&
	    attempt->password.length > 0)
		rehash(&s, attempt->computed, &attempt->password);
	if (r == PASPW_OK)
		*verdict = st.verdict;
	subject_wipe(&s);
	return r;
}

int
attempt_login_here(struct paspw *h, void *arg)
{
	static const struct paspw_factor factor = {
		"password", PASPW_VERIFIED
	};
	struct attempt_login *l = arg;
	int r;

	if ((r = attempt_begin(h, l->attempt)) != PASPW_OK ||
	    (r = attempt_verify(h, l->attempt, l->password, l->length)) !=
	    PASPW_OK)
		return r;
	return attempt_settle(h, l->attempt, &factor, 1, &l->verdict);
}
