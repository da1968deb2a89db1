/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Accounts: the account phase, status, admin acts, sessions. */

#include <stdlib.h>
#include <string.h>

#include "account/lockout.h"
#include "remote/remote.h"

/* ---- The account phase ---- */

struct visit {
	const char *user;
	unsigned flags;
	struct account_login login;
	enum paspw_verdict verdict;
	int64_t warn_until;
};

/* The row is saved only if time has ended something (account_tick). */
static int
visit_step(struct subject *s, void *arg, struct error *e)
{
	struct visit *v = arg;
	int64_t end = account_expires_at(s->policy, &s->account);

	(void)e;
	v->warn_until = 0;
	if (end != 0 && s->now < end &&
	    s->now >= span_before(end, s->policy->warn_before))
		v->warn_until = end;
	v->verdict = account_verdict(s->policy, &s->account, &v->login,
	    s->now);
	return PASPW_OK;
}

static int
visit_here(struct paspw *h, void *arg)
{
	struct visit *v = arg;
	struct subject s;
	int r;

	v->login.service = h->origin.service;
	v->login.without_password = (v->flags & PASPW_NO_PASSWORD) != 0;
	if ((r = handle_subject(h, v->user, &s)) == PASPW_OK)
		r = handle_update(h, &s, visit_step, v);
	subject_wipe(&s);
	return r;
}

static int
visit_there(struct paspw *h, void *arg)
{
	struct visit *v = arg;

	return remote_account(h, v->user, v->flags, &v->verdict,
	    &v->warn_until);
}

int
paspw_account_verdict(struct paspw *h, const char *user, unsigned flags,
    enum paspw_verdict *verdict, int64_t *warn_until)
{
	struct visit v = { .user = user, .flags = flags,
	    .verdict = PASPW_REFUSED };
	int r;

	if (verdict == NULL)
		return PASPW_ERR_INVALID;
	*verdict = PASPW_REFUSED;
	if (warn_until != NULL)
		*warn_until = 0;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = way_take(h, user, visit_here, visit_there, &v);
	if (r == PASPW_OK && warn_until != NULL)
		*warn_until = v.warn_until;
	if (r == PASPW_OK)
		*verdict = v.verdict;
	return handle_leave(h, r);
}

/* ---- Status ---- */

/* The public view and the text that it points to. */
struct view {
	struct paspw_status status;	/* first */
	char account[PASPW_NAME_MAX + 1];
	char realm[POLICY_WORD_MAX];
	char owner[PASPW_NAME_MAX + 1];
};

static void
fill_dates(struct paspw_status *st, const struct policy *p,
    const struct account *a, int64_t now)
{
	st->state = account_state(p, a, now);
	st->locked_at = lockout_locked(p, a, now) ? a->locked_at : 0;
	st->locked_until = st->locked_at != 0 ? lockout_until(p, a) : 0;
	st->lock_reason = st->locked_at != 0 ?
	    account_lock_name(a->lock_reason) : "";
	st->changed_at = a->changed_at;
	st->expires_at = a->closed_at == 0 ? account_expires_at(p, a) : 0;
	st->must_change = a->must_change;
	st->temporary_until = a->temporary_until;
	st->valid_from = a->valid_from;
	st->valid_until = a->valid_until;
	st->last_success_at = a->last_success_at;
	st->last_failure_at = a->last_failure_at;
}

static void
fill(struct view *v, const struct policy *p, const struct account *row,
    int64_t now)
{
	struct paspw_status *st = &v->status;
	struct account copy = *row;
	const struct account *a = &copy;

	/* Nobody writes when a lease, a window or a lock runs out. */
	lockout_by_now(p, &copy, now);
	memset(v, 0, sizeof(*v));
	memcpy(v->account, a->name, sizeof(v->account));
	memcpy(v->realm, p->realm, sizeof(v->realm));
	memcpy(v->owner, a->owner, sizeof(v->owner));
	st->account = v->account;
	st->realm = v->realm;
	st->owner = v->owner;
	fill_dates(st, p, a, now);
	st->failures = (unsigned)a->failed.count;
	st->pending = (unsigned)a->pending.count;
	st->hash_method = hash_method(a->hash, &st->hash_cost);
	st->kind = account_kind_name(a->kind);
	st->credentials = a->credentials == CREDENTIALS_SHADOW ? "shadow" :
	    "store";
	st->refused_while_locked = (unsigned)a->refused_while_locked;
	st->failures_since_success = (unsigned)a->failures_to_tell;
	st->created_at = a->created_at;
	st->closed_at = a->closed_at;
	st->never_changed = account_never_changed(a);
	st->cause_count = account_causes(p, a, now, st->causes);
	secret_wipe_bytes(&copy, sizeof(copy));
}

/* What a caller of paspw_status gets: from here, or with the answer that its
 * text is in. */
struct report {
	struct view view;	/* first */
	struct wire_answer answer;
};

struct inquiry {
	const char *user;
	struct report *report;
};

static int
status_here(struct paspw *h, void *arg)
{
	struct inquiry *i = arg;
	struct subject s;
	int r;

	if ((r = handle_load(h, i->user, &s)) == PASPW_OK)
		fill(&i->report->view, s.policy, &s.account, s.now);
	subject_wipe(&s);
	return r;
}

static int
status_there(struct paspw *h, void *arg)
{
	struct inquiry *i = arg;

	return remote_status(h, i->user, &i->report->answer,
	    &i->report->view.status);
}

int
paspw_status(struct paspw *h, const char *user, struct paspw_status **status)
{
	struct inquiry i = { user, NULL };
	int r;

	if (status == NULL)
		return PASPW_ERR_INVALID;
	*status = NULL;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((i.report = calloc(1, sizeof(*i.report))) == NULL)
		r = error_set(&h->error, PASPW_ERR_MEMORY, "out of memory");
	else
		r = way_take(h, user, status_here, status_there, &i);
	if (r == PASPW_OK)
		*status = &i.report->view.status;
	else
		free(i.report);
	return handle_leave(h, r);
}

void
paspw_status_free(struct paspw_status **status)
{
	if (status == NULL)
		return;
	free(*status);
	*status = NULL;
}

struct each {
	paspw_status_fn *fn;
	void *arg;
	const struct policy *policy;
	int64_t now;
	int stopped;
};

static int
each_account(const struct account *a, void *arg)
{
	struct each *each = arg;
	struct view v;

	fill(&v, each->policy, a, each->now);
	return each->fn(&v.status, each->arg);
}

static int
each_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	struct each *each = arg;
	struct store *store = NULL;
	int r;

	if (each->stopped != 0)
		return PASPW_OK;
	if ((r = handle_store(h, policy, false, &store)) != PASPW_OK)
		return r;
	each->policy = policy;
	if (store->ops->now(store, &each->now, &h->error) != STORE_OK ||
	    store->ops->each(store, each_account, each, &each->stopped,
	    &h->error) != STORE_OK)
		return h->error.code;
	return PASPW_OK;
}

int
paspw_each(struct paspw *h, paspw_status_fn *fn, void *arg)
{
	struct each each = { .fn = fn, .arg = arg };
	int r;

	if (fn == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = handle_each_realm(h, each_realm, &each);
	r = handle_leave(h, r);
	return r == PASPW_OK ? each.stopped : r;
}

/* ---- Acts of an admin, and sessions ---- */

typedef void act_fn(struct subject *s);

struct act {
	enum audit_kind kind;
	act_fn *apply;
};

static int
act_step(struct subject *s, void *arg, struct error *e)
{
	const struct act *act = arg;
	int r;

	/* What was refused while it was locked is told before it is reset. */
	if (act->kind == AUDIT_UNLOCK && s->account.refused_while_locked > 0 &&
	    (r = subject_event(s, AUDIT_REFUSED_LOCKED, e)) != PASPW_OK)
		return r;
	act->apply(s);
	s->changed = true;
	return subject_event(s, act->kind, e);
}

static int
scrub(struct paspw *h, const struct subject *s)
{
	if (s->store->ops->scrub == NULL ||
	    s->store->ops->scrub(s->store, &h->error) == STORE_OK)
		return PASPW_OK;
	return error_set(&h->error, PASPW_ERR_BUSY, "account %s is closed, "
	    "but the log of the store is in use and may still hold its "
	    "credentials: close it again", s->account.name);
}

static int
act_here(struct paspw *h, const char *user, struct act act)
{
	struct subject s;
	int r;

	if ((r = handle_subject(h, user, &s)) == PASPW_OK)
		r = handle_update(h, &s, act_step, &act);
	if (r == PASPW_OK && act.kind == AUDIT_CLOSE)
		r = scrub(h, &s);
	subject_wipe(&s);
	return r;
}

static int
perform(struct paspw *h, const char *user, struct act act)
{
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	return handle_leave(h, act_here(h, user, act));
}

static void
apply_lock(struct subject *s)
{
	lockout_lock(&s->account, s->now);
	s->durable = true;
}

static void
apply_unlock(struct subject *s)
{
	lockout_unlock(&s->account);
	s->durable = true;
}

static void
apply_expire(struct subject *s)
{
	account_expire(&s->account);
	s->durable = true;
}

static void
apply_close(struct subject *s)
{
	account_close(&s->account, s->now);
	s->history_erase = true;
	s->durable = true;
}

static void
apply_login(struct subject *s)
{
	/* A job of his is no sign that he is still there, and reads nothing. */
	if (policy_list_has(s->policy->lock_exempt_services,
	    s->origin->service))
		return;
	/* He was told by now. */
	s->account.failures_to_tell = 0;
	s->account.last_success_at = s->now;
}

static void
apply_logout(struct subject *s)
{
	(void)s;
}

int
paspw_lock(struct paspw *h, const char *user)
{
	return perform(h, user, (struct act){ AUDIT_ADMIN_LOCK, apply_lock });
}

int
paspw_unlock(struct paspw *h, const char *user)
{
	return perform(h, user, (struct act){ AUDIT_UNLOCK, apply_unlock });
}

int
paspw_expire(struct paspw *h, const char *user)
{
	return perform(h, user, (struct act){ AUDIT_EXPIRE, apply_expire });
}

int
paspw_close_account(struct paspw *h, const char *user)
{
	return perform(h, user, (struct act){ AUDIT_CLOSE, apply_close });
}

struct session {
	const char *user;
	bool opened;
};

static int
session_here(struct paspw *h, void *arg)
{
	const struct session *s = arg;

	return act_here(h, s->user, s->opened ?
	    (struct act){ AUDIT_LOGIN, apply_login } :
	    (struct act){ AUDIT_LOGOUT, apply_logout });
}

static int
session_there(struct paspw *h, void *arg)
{
	const struct session *s = arg;

	return remote_session(h, s->user, s->opened);
}

int
paspw_session(struct paspw *h, const char *user, bool opened)
{
	struct session s = { user, opened };
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	return handle_leave(h, way_take(h, user, session_here, session_there,
	    &s));
}
