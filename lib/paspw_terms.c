/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The terms of an account that is there: owner, kind, from when, until
 * when. */

#include <string.h>

#include "handle.h"

#define ALL_TERMS (PASPW_TERM_OWNER | PASPW_TERM_KIND | \
    PASPW_TERM_VALID_FROM | PASPW_TERM_VALID_UNTIL)

struct amendment {
	const struct paspw_terms *terms;
	unsigned which;
	int kind;
	struct account before;
};

static int
refuse(struct error *e, const char *why)
{
	return error_set(e, PASPW_ERR_INVALID, "%s", why);
}

/* What cannot be right for any account. */
static int
check(struct amendment *m, struct error *e)
{
	const struct paspw_terms *t = m->terms;

	if (m->which == 0 || (m->which & ~(unsigned)ALL_TERMS) != 0)
		return refuse(e, "there is no such term");
	if ((m->which & PASPW_TERM_KIND) != 0 && (t->kind == NULL ||
	    (m->kind = account_kind_find(t->kind)) == -1))
		return refuse(e, "there is no such kind of account");
	if ((m->which & PASPW_TERM_OWNER) != 0 && t->owner != NULL &&
	    !handle_owner_ok(t->owner))
		return refuse(e, "the owner is too long, or has characters "
		    "that cannot be printed");
	if (t->valid_from < 0 || t->valid_until < 0)
		return refuse(e, "a time before 1970");
	return PASPW_OK;
}

/* Both values of what was changed. */
static void
note_terms(struct audit_event *event, const struct account *before,
    const struct account *now)
{
	if (strcmp(before->owner, now->owner) != 0) {
		audit_note(event, "owner_before", before->owner);
		audit_note(event, "owner", now->owner);
	}
	if (before->kind != now->kind) {
		audit_note(event, "kind_before",
		    account_kind_name(before->kind));
		audit_note(event, "kind", account_kind_name(now->kind));
	}
	if (before->valid_from != now->valid_from) {
		audit_note_number(event, "valid_from_before",
		    before->valid_from);
		audit_note_number(event, "valid_from", now->valid_from);
	}
	if (before->valid_until != now->valid_until) {
		audit_note_number(event, "valid_until_before",
		    before->valid_until);
		audit_note_number(event, "valid_until", now->valid_until);
	}
}

static void
apply(struct account *a, const struct amendment *m)
{
	const struct paspw_terms *t = m->terms;

	if ((m->which & PASPW_TERM_OWNER) != 0) {
		memset(a->owner, 0, sizeof(a->owner));
		if (t->owner != NULL)
			memcpy(a->owner, t->owner, strlen(t->owner));
	}
	if ((m->which & PASPW_TERM_KIND) != 0)
		a->kind = m->kind;
	if ((m->which & PASPW_TERM_VALID_FROM) != 0)
		a->valid_from = t->valid_from;
	if ((m->which & PASPW_TERM_VALID_UNTIL) != 0)
		a->valid_until = t->valid_until;
}

static bool
same_terms(const struct account *a, const struct account *b)
{
	return strcmp(a->owner, b->owner) == 0 && a->kind == b->kind &&
	    a->valid_from == b->valid_from &&
	    a->valid_until == b->valid_until;
}

static int
amend_step(struct subject *s, void *arg, struct error *e)
{
	struct amendment *m = arg;
	struct account *a = &s->account;
	int r;

	if (a->closed_at != 0)
		return refuse(e, "the account is closed: what it was stays");
	m->before = *a;
	apply(a, m);
	if (!account_dates_ok(a->valid_from, a->valid_until))
		return refuse(e, "valid_from is not before valid_until");
	if (same_terms(&m->before, a))
		return PASPW_OK;
	s->changed = true;
	s->durable = true;
	if ((r = subject_event(s, AUDIT_TERMS, e)) == PASPW_OK)
		note_terms(&s->events[s->event_count - 1], &m->before, a);
	return r;
}

int
paspw_amend(struct paspw *h, const char *user,
    const struct paspw_terms *terms, unsigned which)
{
	struct amendment m = { .terms = terms, .which = which };
	struct subject s;
	int r;

	if (user == NULL || terms == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	memset(&s, 0, sizeof(s));
	if ((r = check(&m, &h->error)) == PASPW_OK &&
	    (r = handle_subject(h, user, &s)) == PASPW_OK)
		r = handle_update(h, &s, amend_step, &m);
	secret_wipe_bytes(&m, sizeof(m));
	subject_wipe(&s);
	return handle_leave(h, r);
}
