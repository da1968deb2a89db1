/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* What another configuration would change, in the policy and for the accounts
 * that are there. Nothing is written: the deciders are asked twice. */

#include "paspw.h"

#include <string.h>

#include "account/lockout.h"
#include "handle.h"
#include "rehash.h"

struct diff {
	struct paspw other;		/* the configuration to be */
	paspw_policy_change_fn *change;
	paspw_policy_effect_fn *effect;
	void *arg;
	int stopped;
	/* of the realm that is being looked at */
	const struct policy *before;
	int64_t now;
	bool same_claims;
	struct paspw_policy_effect sum;
	struct error *e;
	int r;
};

/* ---- The settings ---- */

static const char *
effect_of(const struct policy_setting *s, const struct policy *before,
    const struct policy *after)
{
	bool weaker = policy_weaker(s, after, before);
	bool stricter = policy_weaker(s, before, after);

	return weaker && !stricter ? "weaker" :
	    stricter && !weaker ? "stricter" : "changed";
}

static void
compare_settings(struct diff *d, const struct policy *before,
    const struct policy *after)
{
	char was[POLICY_TEXT_MAX], is[POLICY_TEXT_MAX];

	for (const struct policy_setting *s = policy_settings;
	    s->name != NULL && d->stopped == 0; s++) {
		const struct paspw_policy_change change = {
			.realm = before->realm, .setting = s->name,
			.before = was, .after = is,
			.origin = config_origin_of(&d->other.config, after,
			    s),
			.effect = effect_of(s, before, after),
		};

		policy_get(before, s, was, sizeof(was));
		policy_get(after, s, is, sizeof(is));
		if (strcmp(was, is) != 0)
			d->stopped = d->change(&change, d->arg);
	}
}

static void
tell_realm(struct diff *d, const char *realm, const char *effect)
{
	const struct paspw_policy_change change = {
		.realm = realm, .setting = "", .before = "", .after = "",
		.origin = "", .effect = effect,
	};

	if (d->stopped == 0)
		d->stopped = d->change(&change, d->arg);
}

/* Do both claim the same accounts for the same realms? */
static bool
claims_alike(const struct config *a, const struct config *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->realms[i].realm, b->realms[i].realm) != 0 ||
		    strcmp(a->realms[i].members, b->realms[i].members) != 0)
			return false;
	return true;
}

/* ---- The accounts ---- */

/* root, unless it is locked like everybody */
static int
is_exempt(const struct policy *p, const struct account *a, bool *exempt,
    struct error *e)
{
	struct directory_person person = { .found = false };
	int r;

	*exempt = false;
	/* it matters only to whom failures could lock */
	if (p->lock_root || a->failed.count + a->pending.count == 0)
		return PASPW_OK;
	if (p->credentials == CREDENTIALS_SHADOW &&
	    (r = directory_person(a->name, &person, e)) != PASPW_OK)
		return r;
	*exempt = subject_is_root(p, a->name, &person);
	return PASPW_OK;
}

/* How an account stands under a policy. */
struct standing {
	bool locked;			/* at the next try */
	bool too_old;
	enum paspw_verdict verdict;
};

static int
judge(const struct policy *p, const struct account *a, int64_t now,
    struct standing *standing, struct error *e)
{
	const struct account_login login = { "", false };
	struct account tried = *a;
	struct lockout_step step;
	bool exempt = true;
	int r = is_exempt(p, a, &exempt, e);

	/* brings the row up to now under this policy, as the next try does */
	lockout_begin(p, &tried, 0, exempt, now, &step);
	standing->locked = step.verdict == PASPW_LOCKED;
	standing->verdict = account_verdict(p, &tried, &login, now);
	tried.locked_at = 0;
	tried.must_change = false;
	standing->too_old = account_verdict(p, &tried, &login, now) ==
	    PASPW_EXPIRED;
	secret_wipe_bytes(&tried, sizeof(tried));
	return r;
}

static bool
must_change(const struct standing *s)
{
	return s->verdict == PASPW_EXPIRED ||
	    s->verdict == PASPW_CHANGE_REQUIRED;
}

static void
add_up(struct paspw_policy_effect *sum, const struct standing *before,
    const struct standing *after)
{
	sum->expire += after->too_old && !before->too_old;
	sum->revive += before->too_old && !after->too_old;
	sum->lock += after->locked && !before->locked;
	sum->free += before->locked && !after->locked;
	sum->change += before->verdict == PASPW_ACCEPTED &&
	    must_change(after);
}

/* The policy that will govern an account; NULL: its row will not be asked. */
static int
policy_after(struct diff *d, const struct account *a,
    const struct policy **after)
{
	int r = PASPW_OK;

	*after = config_realm(&d->other.config, d->before->realm);
	if (!d->same_claims && (r = handle_policy(&d->other, a->name,
	    after)) != PASPW_OK)
		memcpy(d->e, &d->other.error, sizeof(*d->e));
	if (*after != NULL && strcmp((*after)->store, d->before->store) != 0)
		*after = NULL;
	return r;
}

static int
weigh(struct diff *d, const struct account *a)
{
	const struct policy *after = NULL;
	struct standing was, is;
	int r;

	if ((r = policy_after(d, a, &after)) != PASPW_OK)
		return r;
	d->sum.accounts++;
	if (after == NULL) {
		d->sum.move++;
		return PASPW_OK;
	}
	if ((r = judge(d->before, a, d->now, &was, d->e)) != PASPW_OK ||
	    (r = judge(after, a, d->now, &is, d->e)) != PASPW_OK)
		return r;
	add_up(&d->sum, &was, &is);
	d->sum.rehash += rehash_wanted(after, a->hash);
	return PASPW_OK;
}

static int
each_account(const struct account *a, void *arg)
{
	struct diff *d = arg;

	if (a->closed_at == 0)
		d->r = weigh(d, a);
	return d->r;
}

static int
each_realm(struct paspw *h, const struct policy *p, void *arg)
{
	struct diff *d = arg;
	const struct policy *after = config_realm(&d->other.config, p->realm);
	struct store *store = NULL;
	int stopped = 0, r;

	if (d->stopped != 0)
		return PASPW_OK;
	if (after == NULL)
		tell_realm(d, p->realm, "removed");
	else
		compare_settings(d, p, after);
	if (d->stopped != 0)
		return PASPW_OK;
	if ((r = handle_store(h, p, false, &store)) != PASPW_OK)
		return r;
	d->before = p;
	memset(&d->sum, 0, sizeof(d->sum));
	d->sum.realm = p->realm;
	if (store->ops->now(store, &d->now, &h->error) != STORE_OK ||
	    store->ops->each(store, each_account, d, &stopped,
	    &h->error) != STORE_OK)
		return h->error.code;
	if (d->r == PASPW_OK)
		d->stopped = d->effect(&d->sum, d->arg);
	return d->r;
}

static void
tell_new_realms(struct paspw *h, struct diff *d)
{
	const struct config *c = &d->other.config;

	for (size_t i = 0; i < c->count; i++)
		if (config_realm(&h->config, c->realms[i].realm) == NULL)
			tell_realm(d, c->realms[i].realm, "added");
}

int
paspw_policy_diff(struct paspw *h, const char *path,
    paspw_policy_change_fn *change, paspw_policy_effect_fn *effect,
    void *arg)
{
	struct diff d = { .change = change, .effect = effect, .arg = arg };
	int r;

	if (path == NULL || change == NULL || effect == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	d.e = &h->error;
	if ((r = config_read(&d.other.config, path, &h->error)) != PASPW_OK)
		goto out;
	d.same_claims = claims_alike(&h->config, &d.other.config);
	if ((r = handle_each_realm(h, each_realm, &d)) == PASPW_OK)
		tell_new_realms(h, &d);
out:
	config_free(&d.other.config);
	r = handle_leave(h, r);
	return r == PASPW_OK ? d.stopped : r;
}
