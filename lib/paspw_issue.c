/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Issuing an account, and a new temporary password for one. */

#include <string.h>

#include "remote/remote.h"
#include "trail/proof.h"

static int
reset_step(struct subject *s, void *arg, struct error *e)
{
	const struct candidate *c = arg;
	int r;

	if ((r = candidate_still(s, c, e)) != PASPW_OK)
		return r;
	account_issued(s->policy, &s->account, c->hash, s->now);
	candidate_remember(s, c, c->digest);
	s->changed = true;
	s->durable = true;
	return subject_event(s, AUDIT_RESET, e);
}

static int
only_store(struct paspw *h, const struct policy *p)
{
	if (p->credentials == CREDENTIALS_STORE)
		return PASPW_OK;
	return error_set(&h->error, PASPW_ERR_INVALID, "realm %s has "
	    "credentials = shadow: set the password with passwd(1), then "
	    "run `paspw expire`", p->realm);
}

static int
reset(struct paspw *h, const char *user, struct candidate *c,
    struct paspw_report **report)
{
	struct subject s;
	int r;

	if ((r = handle_load(h, user, &s)) != PASPW_OK ||
	    (r = only_store(h, s.policy)) != PASPW_OK)
		goto out;
	if (s.account.closed_at != 0) {
		c->verdict = PASPW_CLOSED;
		goto out;
	}
	if ((r = candidate_judge(h, &s, c)) == PASPW_OK)
		r = candidate_conclude(h, &s, c, reset_step, report);
out:
	subject_wipe(&s);
	return r;
}

struct resetting {
	const char *user;
	struct candidate *c;
	struct paspw_report **report;
};

static int
reset_here(struct paspw *h, void *arg)
{
	struct resetting *rs = arg;

	return reset(h, rs->user, rs->c, rs->report);
}

static int
reset_there(struct paspw *h, void *arg)
{
	struct resetting *rs = arg;

	return remote_change(h, WIRE_RESET, rs->user, NULL, rs->c,
	    rs->report);
}

int
paspw_reset(struct paspw *h, const char *user, const char *password,
    size_t len, struct paspw_report **report, enum paspw_verdict *verdict)
{
	struct candidate c = { .password = password, .length = len,
	    .verdict = PASPW_REFUSED };
	struct resetting rs = { user, &c, report };
	int r;

	if (!candidate_start(report, verdict) || password == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((r = candidate_take(h, user, reset_here, reset_there, &rs,
	    &c, report)) == PASPW_OK)
		*verdict = c.verdict;
	secret_wipe_bytes(&c, sizeof(c));
	return handle_leave(h, r);
}

/* ---- A new account ---- */

static int
apply_terms(struct paspw *h, struct account *a,
    const struct paspw_terms *terms)
{
	int kind = KIND_PERSON;

	if (terms == NULL)
		return PASPW_OK;
	if (terms->kind != NULL &&
	    (kind = account_kind_find(terms->kind)) == -1)
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "there is no kind of account %s", terms->kind);
	if (!account_dates_ok(terms->valid_from, terms->valid_until))
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "valid_from is not before valid_until");
	a->kind = kind;
	a->valid_from = terms->valid_from;
	a->valid_until = terms->valid_until;
	if (terms->owner == NULL)
		return PASPW_OK;
	if (!handle_owner_ok(terms->owner))
		return error_set(&h->error, PASPW_ERR_INVALID, "the owner is "
		    "longer than %d bytes or has characters that cannot be "
		    "printed", PASPW_NAME_MAX);
	strcpy(a->owner, terms->owner);
	return PASPW_OK;
}

/* There is a row of this name: only a closed one may make room, and only for
 * an admin who says so. Somebody who left must not come back unseen. */
static int
take_name(struct paspw *h, struct subject *s, bool reopen)
{
	const char *name = s->account.name, *realm = s->policy->realm;

	if (s->account.closed_at == 0)
		return error_set(&h->error, PASPW_ERR_EXISTS,
		    "account %s exists already in realm %s", name, realm);
	if (!reopen)
		return error_set(&h->error, PASPW_ERR_EXISTS, "account %s of "
		    "realm %s was closed; a new one of this name: `paspw add "
		    "%s --reopen --reason TEXT`", name, realm, name);
	if (h->origin.reason[0] == '\0')
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "account %s: reopening it needs a reason", name);
	return subject_renew(s, &h->error);
}

/* With credentials = shadow the system must know the person already. */
static int
new_account(struct paspw *h, const char *user, bool reopen, struct subject *s)
{
	int r;

	if (user == NULL || !directory_name_ok(user))
		return error_set(&h->error, PASPW_ERR_INVALID, "an account "
		    "name has 1 to %d bytes of UTF-8, no control character, "
		    "no / or :, and no space at its ends", PASPW_NAME_MAX);
	if ((r = handle_subject(h, user, s)) != PASPW_OK ||
	    (r = subject_load(s, &h->error)) != PASPW_OK)
		return r;
	if (s->found && s->account.version != 0) {
		if ((r = take_name(h, s, reopen)) != PASPW_OK || s->found)
			return r;
	} else if (reopen)
		return error_set(&h->error, PASPW_ERR_NOTFOUND, "there is no "
		    "closed account %s in realm %s: add it without --reopen",
		    user, s->policy->realm);
	if (s->found)
		return PASPW_OK;
	if (s->policy->credentials == CREDENTIALS_SHADOW)
		return error_set(&h->error, PASPW_ERR_NOTFOUND, "the system "
		    "has no account %s; create it with useradd(8)", user);
	s->found = true;
	return account_new(&s->account, user, s->policy, s->now, &h->error);
}

static int
issue_events(struct subject *s, struct error *e)
{
	char former[2 * sizeof(s->former) + 1];
	int r;

	if (s->renewed) {
		if ((r = subject_event(s, AUDIT_REOPEN, e)) != PASPW_OK)
			return r;
		proof_hex(s->former, sizeof(s->former), former);
		audit_note(&s->events[s->event_count - 1], "former", former);
	}
	return subject_event(s, AUDIT_ISSUE, e);
}

/* Saved as the version that was loaded, 0 for a name that is new: only one of
 * two admins at once can do that. */
static int
save_new(struct paspw *h, struct subject *s, struct candidate *c)
{
	const char *hash = s->policy->credentials == CREDENTIALS_STORE ?
	    c->hash : s->account.hash;
	struct store_change change = {
		.account = &s->account, .renewed = s->renewed,
		.events = s->events,
		.history_keep = s->policy->history + 1, .durable = true
	};
	int r;

	account_issued(s->policy, &s->account, hash, s->now);
	candidate_remember(s, c, c->digest);
	if (s->history_digest[0] != '\0')
		change.history_digest = s->history_digest;
	if ((r = issue_events(s, &h->error)) != PASPW_OK)
		return r;
	change.event_count = s->event_count;
	switch (s->store->ops->save(s->store, &change, &h->error)) {
	case STORE_OK:
		return PASPW_OK;
	case STORE_CONFLICT:
		return error_set(&h->error, PASPW_ERR_EXISTS,
		    "account %s was created meanwhile", s->account.name);
	case STORE_UNSURE:
		return error_set(&h->error, PASPW_ERR_STORE, "%s: nobody "
		    "knows whether account %s was saved: see `paspw status`",
		    h->error.text, s->account.name);
	default:
		return h->error.code;
	}
}

static int
add(struct paspw *h, const char *user, bool reopen,
    const struct paspw_terms *terms, struct candidate *c,
    struct paspw_report **report)
{
	struct subject s;
	int r;

	memset(&s, 0, sizeof(s));
	if ((r = new_account(h, user, reopen, &s)) != PASPW_OK ||
	    (r = apply_terms(h, &s.account, terms)) != PASPW_OK)
		goto out;
	if (c->password != NULL) {
		if ((r = only_store(h, s.policy)) != PASPW_OK ||
		    (r = candidate_judge(h, &s, c)) != PASPW_OK)
			goto out;
		if (c->broken != 0) {
			r = candidate_report(h, s.policy, c, report);
			goto out;
		}
		if ((r = candidate_hash(h, s.policy, c)) != PASPW_OK)
			goto out;
	} else if (s.policy->credentials == CREDENTIALS_STORE) {
		r = error_set(&h->error, PASPW_ERR_INVALID,
		    "account %s needs a password", user);
		goto out;
	}
	if ((r = save_new(h, &s, c)) == PASPW_OK)
		c->verdict = PASPW_ACCEPTED;
out:
	subject_wipe(&s);
	return r;
}

static int
issue(struct paspw *h, const char *user, bool reopen, struct candidate *c,
    const struct paspw_terms *terms, struct paspw_report **report,
    enum paspw_verdict *verdict)
{
	int r;

	if (verdict == NULL)
		return PASPW_ERR_INVALID;
	*verdict = PASPW_REFUSED;
	if (report != NULL)
		*report = NULL;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((r = add(h, user, reopen, terms, c, report)) == PASPW_OK)
		*verdict = c->verdict;
	secret_wipe_bytes(c, sizeof(*c));
	return handle_leave(h, r);
}

int
paspw_add(struct paspw *h, const char *user, const char *password,
    size_t len, const struct paspw_terms *terms,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	struct candidate c = { .password = password, .length = len,
	    .verdict = PASPW_REFUSED };

	return issue(h, user, false, &c, terms, report, verdict);
}

int
paspw_reopen(struct paspw *h, const char *user, const char *password,
    size_t len, const struct paspw_terms *terms,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	struct candidate c = { .password = password, .length = len,
	    .verdict = PASPW_REFUSED };

	return issue(h, user, true, &c, terms, report, verdict);
}
