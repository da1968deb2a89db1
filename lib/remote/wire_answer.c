/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* What the library answers with, into a message and out of it again. */

#include <string.h>

#include "remote/wire.h"

void
wire_put_report(struct wire_answer *a, const struct paspw_report *report)
{
	struct wire_report *to = &a->report;

	memset(to, 0, sizeof(*to));
	a->has |= WIRE_BIT(WIRE_REPORT);
	for (size_t i = 0; i < paspw_report_count(report) &&
	    i < RULE_COUNT; i++) {
		wire_cut(to->rules[i], WIRE_WORD_MAX,
		    paspw_report_rule(report, i));
		wire_cut(to->messages[i], WIRE_SENTENCE_MAX,
		    paspw_report_message(report, i));
		to->count++;
	}
}

static void
put_causes(struct wire_status *s, const struct paspw_status *view)
{
	for (unsigned i = 0; i < view->cause_count &&
	    i < PASPW_CAUSES_MAX; i++) {
		wire_cut(s->causes[i].cause, WIRE_WORD_MAX,
		    view->causes[i].cause);
		s->causes[i].since = view->causes[i].since;
		s->causes[i].until = view->causes[i].until;
		s->cause_count++;
	}
}

void
wire_put_status(struct wire_answer *a, const struct paspw_status *view)
{
	struct wire_status *s = &a->status;

	memset(s, 0, sizeof(*s));
	a->has |= WIRE_ALL_OF_STATUS | WIRE_BIT(WIRE_REALM);
	wire_cut(a->realm, sizeof(a->realm), view->realm);
	wire_cut(s->account, sizeof(s->account), view->account);
	wire_cut(s->state, WIRE_WORD_MAX, view->state);
	wire_cut(s->lock_reason, WIRE_WORD_MAX, view->lock_reason);
	wire_cut(s->hash_method, WIRE_WORD_MAX, view->hash_method);
	wire_cut(s->owner, sizeof(s->owner), view->owner);
	wire_cut(s->kind, WIRE_WORD_MAX, view->kind);
	wire_cut(s->credentials, WIRE_WORD_MAX, view->credentials);
	s->failures = view->failures;
	s->pending = view->pending;
	s->locked_at = view->locked_at;
	s->locked_until = view->locked_until;
	s->changed_at = view->changed_at;
	s->expires_at = view->expires_at;
	s->must_change = view->must_change;
	s->valid_from = view->valid_from;
	s->valid_until = view->valid_until;
	s->last_success_at = view->last_success_at;
	s->last_failure_at = view->last_failure_at;
	s->hash_cost = view->hash_cost;
	s->refused_while_locked = view->refused_while_locked;
	s->temporary_until = view->temporary_until;
	s->failures_since_success = view->failures_since_success;
	s->created_at = view->created_at;
	s->closed_at = view->closed_at;
	s->never_changed = view->never_changed;
	put_causes(s, view);
}

static void
get_causes(const struct wire_status *s, struct paspw_status *view)
{
	for (size_t i = 0; i < s->cause_count; i++)
		view->causes[view->cause_count++] = (struct paspw_cause){
			s->causes[i].cause, s->causes[i].since,
			s->causes[i].until };
}

bool
wire_get_status(const struct wire_answer *a, struct paspw_status *view)
{
	const uint64_t needed = WIRE_ALL_OF_STATUS | WIRE_BIT(WIRE_REALM);
	const struct wire_status *s = &a->status;

	memset(view, 0, sizeof(*view));
	if ((a->has & needed) != needed)
		return false;
	view->account = s->account;
	view->realm = a->realm;
	view->state = s->state;
	view->failures = (unsigned)s->failures;
	view->pending = (unsigned)s->pending;
	view->locked_at = s->locked_at;
	view->locked_until = s->locked_until;
	view->lock_reason = s->lock_reason;
	view->changed_at = s->changed_at;
	view->expires_at = s->expires_at;
	view->must_change = s->must_change != 0;
	view->valid_from = s->valid_from;
	view->valid_until = s->valid_until;
	view->last_success_at = s->last_success_at;
	view->last_failure_at = s->last_failure_at;
	view->hash_method = s->hash_method;
	view->hash_cost = (unsigned)s->hash_cost;
	view->owner = s->owner;
	view->kind = s->kind;
	view->credentials = s->credentials;
	view->refused_while_locked = (unsigned)s->refused_while_locked;
	view->temporary_until = s->temporary_until;
	view->failures_since_success = (unsigned)s->failures_since_success;
	view->created_at = s->created_at;
	view->closed_at = s->closed_at;
	view->never_changed = s->never_changed != 0;
	get_causes(s, view);
	return true;
}
