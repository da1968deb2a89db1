/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Passwords: check, generate, change. */

#include <string.h>

#include "remote/remote.h"
#include "history.h"
#include "quality/generate.h"

/* ---- check and generate ---- */

/* The account's own words and history if there is such an account; a name
 * that is not taken yet is judged as a name. */
static int
check(struct paspw *h, const char *user, struct candidate *c,
    struct paspw_report **report)
{
	const struct policy *policy = NULL;
	struct subject s;
	int r;

	memset(&s, 0, sizeof(s));
	if (user == NULL) {
		if ((r = handle_policy(h, NULL, &policy)) == PASPW_OK)
			r = candidate_quality(h, policy, NULL, NULL, c);
	} else if ((r = handle_subject(h, user, &s)) == PASPW_OK &&
	    (r = subject_load(&s, &h->error)) == PASPW_OK) {
		policy = s.policy;
		r = candidate_quality(h, policy, user, s.found ? &s.account :
		    NULL, c);
		if (r == PASPW_OK && s.found)
			r = candidate_history(h, &s, c);
	}
	if (r == PASPW_OK)
		r = candidate_report(h, policy, c, report);
	subject_wipe(&s);
	return r;
}

int
paspw_check(struct paspw *h, const char *user, const char *old,
    size_t old_len, const char *password, size_t len,
    struct paspw_report **report)
{
	struct candidate c = { .old = old, .old_length = old_len,
	    .password = password, .length = len };
	int r;

	if (report == NULL || password == NULL)
		return PASPW_ERR_INVALID;
	*report = NULL;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = check(h, user, &c, report);
	secret_wipe_bytes(&c, sizeof(c));
	return handle_leave(h, r);
}

int
paspw_generate(struct paspw *h, const char *user, unsigned length,
    unsigned words, char *buf, size_t size, double *bits)
{
	const struct policy *policy = NULL;
	struct secret password = SECRET_EMPTY;
	struct candidate_words w;
	double entropy = 0;
	int r;

	if (buf == NULL || size < sizeof(password.bytes))
		return PASPW_ERR_INVALID;
	buf[0] = '\0';
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((r = handle_policy(h, user, &policy)) != PASPW_OK ||
	    (r = candidate_words(h, policy, user, NULL, &w)) != PASPW_OK ||
	    (r = generate_password(policy, &w.person, length, words,
	    &password, &entropy, &h->error)) != PASPW_OK)
		goto out;
	if (bits != NULL)
		*bits = entropy;
	memcpy(buf, password.bytes, password.length + 1);
out:
	secret_wipe(&password);
	return handle_leave(h, r);
}

/* ---- change ---- */

static int
change_step(struct subject *s, void *arg, struct error *e)
{
	const struct candidate *c = arg;
	struct account *a = &s->account;
	int r;

	if ((r = candidate_still(s, c, e)) != PASPW_OK)
		return r;
	s->changed = true;
	s->durable = true;
	if (s->policy->credentials == CREDENTIALS_STORE) {
		account_changed(a, c->hash, s->now);
		candidate_remember(s, c, c->digest);
	} else {
		/* pam_unix writes it next; we take over what we see there. */
		candidate_remember(s, c, c->old_digest);
		memcpy(a->announced_digest, c->digest,
		    sizeof(a->announced_digest));
		a->announced_at = s->now;
	}
	return subject_event(s, AUDIT_CHANGE, e);
}

static bool
may_change(enum paspw_verdict verdict)
{
	return verdict == PASPW_ACCEPTED || verdict == PASPW_EXPIRED ||
	    verdict == PASPW_CHANGE_REQUIRED;
}

/* The present password of a system account enters the history when it is
 * typed for the last time: nobody told us of it before. */
static int
remember_old(struct paspw *h, struct subject *s, struct candidate *c)
{
	struct secret old = SECRET_EMPTY;
	bool known = false;
	int r = PASPW_OK;

	if (s->policy->credentials != CREDENTIALS_SHADOW || c->old == NULL ||
	    !secret_set(&old, c->old, c->old_length))
		goto out;
	if ((r = history_digest(s->policy, &s->account, &old, c->old_digest,
	    &h->error)) == PASPW_OK)
		r = history_reused(s->policy, s->store, &s->account,
		    c->old_digest, &known, &h->error);
	if (r != PASPW_OK || known)
		secret_wipe_bytes(c->old_digest, sizeof(c->old_digest));
out:
	secret_wipe(&old);
	return r;
}

/* Every reason at once: quality, age, history. */
static int
judge_change(struct paspw *h, struct subject *s, struct candidate *c)
{
	const struct account_login login = { h->origin.service, false };
	int r;

	c->verdict = account_verdict(s->policy, &s->account, &login, s->now);
	if (!may_change(c->verdict))
		return PASPW_OK;
	if (account_change_verdict(s->policy, &s->account, s->now) !=
	    PASPW_ACCEPTED)
		c->broken |= CANDIDATE_BROKEN(RULE_MIN_AGE);
	if ((r = candidate_judge(h, s, c)) != PASPW_OK)
		return r;
	return remember_old(h, s, c);
}

static int
change(struct paspw *h, const char *user, struct candidate *c,
    struct paspw_report **report)
{
	struct subject s;
	int r;

	if ((r = handle_load(h, user, &s)) == PASPW_OK &&
	    (r = judge_change(h, &s, c)) == PASPW_OK)
		r = candidate_conclude(h, &s, c, change_step, report);
	subject_wipe(&s);
	return r;
}

/* ---- The same, here or at the agent ---- */

struct changing {
	const char *user;
	struct candidate *c;
	struct paspw_report **report;
	struct paspw_attempt *attempt;	/* NULL: he is authenticated */
};

/* As its owner, if he is. An agent that died may have found that out with this
 * id, and changed the password since: then the old one would be a wrong one. */
static int
authentic(struct paspw *h, struct changing *ch, bool *yes)
{
	struct attempt_login l = { ch->attempt, ch->c->old,
	    ch->c->old_length, PASPW_REFUSED };
	int r;

	*yes = ch->attempt == NULL;
	if (!*yes && h->way.repeated &&
	    (r = attempt_accepted(h, ch->attempt, yes)) != PASPW_OK)
		return r;
	if (*yes)
		return PASPW_OK;
	if ((r = attempt_login_here(h, &l)) != PASPW_OK)
		return r;
	*yes = l.verdict == PASPW_ACCEPTED;
	ch->c->verdict = l.verdict;
	return PASPW_OK;
}

static int
change_here(struct paspw *h, void *arg)
{
	struct changing *ch = arg;
	bool yes = false;
	int r;

	if ((r = authentic(h, ch, &yes)) != PASPW_OK || !yes)
		return r;
	ch->c->verdict = PASPW_REFUSED;
	return change(h, ch->user, ch->c, ch->report);
}

static int
change_there(struct paspw *h, void *arg)
{
	struct changing *ch = arg;

	return remote_change(h, ch->attempt != NULL ? WIRE_CHANGE :
	    WIRE_CHANGE_AUTHENTICATED, ch->user, ch->attempt, ch->c,
	    ch->report);
}

/* prove: that he is its owner, by the old one. */
static int
take(struct paspw *h, struct changing *ch, bool prove,
    enum paspw_verdict *verdict)
{
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if (!prove || (r = attempt_new(h, ch->user, &ch->attempt)) ==
	    PASPW_OK)
		r = candidate_take(h, ch->user, change_here, change_there, ch,
		    ch->c, ch->report);
	if (r == PASPW_OK)
		*verdict = ch->c->verdict;
	attempt_free(&ch->attempt);
	secret_wipe_bytes(ch->c, sizeof(*ch->c));
	return handle_leave(h, r);
}

int
paspw_change_authenticated(struct paspw *h, const char *user, const char *old,
    size_t old_len, const char *password, size_t len,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	struct candidate c = { .old = old, .old_length = old_len,
	    .password = password, .length = len,
	    .verdict = PASPW_REFUSED };
	struct changing ch = { user, &c, report, NULL };

	if (!candidate_start(report, verdict) || password == NULL)
		return PASPW_ERR_INVALID;
	return take(h, &ch, false, verdict);
}

int
paspw_change(struct paspw *h, const char *user, const char *old,
    size_t old_len, const char *password, size_t len,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	struct candidate c = { .old = old, .old_length = old_len,
	    .password = password, .length = len,
	    .verdict = PASPW_REFUSED };
	struct changing ch = { user, &c, report, NULL };

	if (!candidate_start(report, verdict) || user == NULL ||
	    old == NULL || password == NULL)
		return PASPW_ERR_INVALID;
	return take(h, &ch, true, verdict);
}
