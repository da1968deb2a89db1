/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "subject.h"

#include <string.h>

#include "audit/kernel_audit.h"
#include "base/wait.h"
#include "stranger.h"

#define ROOT_UID 0
static const char root_name[] = "root";

int
subject_event(struct subject *s, enum audit_kind kind, struct error *e)
{
	int r;

	if (s->event_count == SUBJECT_EVENTS_MAX)
		return error_set(e, PASPW_ERR_INTERNAL,
		    "more than %d events in one step", SUBJECT_EVENTS_MAX);
	r = audit_event(&s->events[s->event_count], kind, s->policy,
	    &s->account, s->origin, s->now, e);
	if (r == PASPW_OK)
		s->event_count++;
	return r;
}

void
subject_wipe(struct subject *s)
{
	secret_wipe_bytes(&s->account, sizeof(s->account));
	secret_wipe_bytes(s->history_digest, sizeof(s->history_digest));
}

/* Forget what an earlier round of the same step had in mind. */
static void
reset(struct subject *s)
{
	subject_wipe(s);
	s->found = false;
	s->changed = false;
	s->durable = false;
	s->optional = false;
	s->history_erase = false;
	s->renewed = false;
	s->event_count = 0;
}

/* ---- credentials = shadow ---- */

static int64_t
shadow_changed_at(const struct directory_shadow *shadow, int64_t now)
{
	/* -1: aging is off there; our clock starts at first contact. */
	if (shadow->changed_day < 0)
		return now;
	return shadow->changed_day * SPAN_DAY;
}

/* passwd -l and usermod -L put a ! in front: that is no new password. */
static const char *
unlocked(const char *hash)
{
	return hash + strspn(hash, "!");
}

/* The hash there is not the one that we saw last: our own announced change
 * has arrived, or passwd, chpasswd or usermod worked behind our back. */
static void
take_over(struct subject *s, const struct directory_shadow *shadow)
{
	struct account *a = &s->account;
	int64_t day = a->announced_at / SPAN_DAY;
	/* The day that was announced, or midnight came in between. */
	bool announced = a->announced_at != 0 &&
	    (shadow->changed_day == day || shadow->changed_day == day + 1);
	int64_t at = announced ? a->announced_at :
	    shadow_changed_at(shadow, s->now);

	if (announced)
		memcpy(s->history_digest, a->announced_digest,
		    sizeof(s->history_digest));
	account_changed(a, shadow->hash, at);
	s->changed = true;
	s->durable = true;
}

/* Whoever was asked about the person beforehand waits for no directory. */
static int
read_shadow(const struct subject *s, const char *name,
    struct directory_shadow *shadow, struct error *e)
{
	return s->known != NULL ? directory_shadow_local(name, shadow, e) :
	    directory_shadow(name, shadow, e);
}

static int
refresh_from_shadow(struct subject *s, struct error *e)
{
	struct directory_shadow shadow;
	struct account *a = &s->account;
	int r;

	if ((r = read_shadow(s, a->name, &shadow, e)) != PASPW_OK)
		goto out;
	if (!shadow.found) {
		/* Gone from the system: nothing is left to log in with. */
		memset(a->hash, 0, sizeof(a->hash));
		goto out;
	}
	if (strcmp(unlocked(shadow.hash), unlocked(a->hash)) != 0) {
		take_over(s, &shadow);
		r = subject_event(s, AUDIT_ADOPT, e);
	} else if (strcmp(shadow.hash, a->hash) != 0) {
		memcpy(a->hash, shadow.hash, sizeof(a->hash));
		s->changed = true;
	}
	/* chage -d 0 */
	if (shadow.changed_day == 0 && !a->must_change) {
		account_expire(a);
		s->changed = true;
	}
out:
	secret_wipe_bytes(&shadow, sizeof(shadow));
	return r;
}

/* First contact: the row is made from what the system knows. */
static int
meet(struct subject *s, const char *name, struct error *e)
{
	struct directory_shadow shadow;
	int r;

	if ((r = read_shadow(s, name, &shadow, e)) != PASPW_OK)
		goto out;
	s->found = shadow.found;
	if (shadow.found)
		r = account_new(&s->account, name, s->policy, s->now, e);
out:
	secret_wipe_bytes(&shadow, sizeof(shadow));
	return r;
}

/* ---- Load and save ---- */

static int
load_row(struct subject *s, const char *name, struct error *e)
{
	switch (s->store->ops->load(s->store, name, &s->account, e)) {
	case STORE_OK:
		s->found = true;
		return PASPW_OK;
	case STORE_ABSENT:
		return PASPW_OK;
	default:
		return e->code;
	}
}

bool
subject_is_root(const struct policy *p, const char *name,
    const struct directory_person *person)
{
	if (p->credentials == CREDENTIALS_SHADOW)
		return person->found && person->uid == ROOT_UID;
	return strcmp(name, root_name) == 0;
}

int
subject_load(struct subject *s, struct error *e)
{
	struct directory_person person = { .found = false };
	bool shadow = s->policy->credentials == CREDENTIALS_SHADOW;
	int r;

	reset(s);
	/* ALICE and alice must not have a counter each where the directory
	 * says that they are one. */
	if (shadow && s->known != NULL)
		person = *s->known;
	else if (shadow && directory_name_ok(s->name) &&
	    (r = directory_person(s->name, &person, e)) != PASPW_OK)
		return r;
	s->exempt = !s->policy->lock_root &&
	    subject_is_root(s->policy, s->name, &person);
	if ((r = load_row(s, person.found ? person.name : s->name, e)) !=
	    PASPW_OK)
		return r;
	/* After the row: no try in it is younger than the time. */
	if (s->store->ops->now(s->store, &s->now, e) != STORE_OK)
		return e->code;
	if (!s->found && person.found)
		r = meet(s, person.name, e);
	if (r == PASPW_OK && s->found && shadow && s->account.closed_at == 0)
		r = refresh_from_shadow(s, e);
	return r;
}

/* The old password would come back to life with the name. */
static int
refuse_old_password(const struct subject *s, int64_t closed_at,
    struct error *e)
{
	const struct account *a = &s->account;
	char setting[HASH_MAX];
	struct error unusable;

	if (a->changed_at / SPAN_DAY >= closed_at / SPAN_DAY ||
	    hash_setting_of(a->hash, setting, &unusable) != PASPW_OK)
		return PASPW_OK;
	return error_set(e, PASPW_ERR_INVALID, "/etc/shadow still has the "
	    "password of %s from before the account was closed: set another "
	    "one with passwd(1) first", a->name);
}

int
subject_renew(struct subject *s, struct error *e)
{
	struct account closed = s->account;
	bool shadow = s->policy->credentials == CREDENTIALS_SHADOW;
	int r;

	memcpy(s->former, closed.id, sizeof(s->former));
	s->renewed = true;
	r = shadow ? meet(s, closed.name, e) :
	    account_new(&s->account, closed.name, s->policy, s->now, e);
	if (r != PASPW_OK || !s->found)
		goto out;
	s->account.version = closed.version;
	if (shadow && (r = refresh_from_shadow(s, e)) == PASPW_OK)
		r = refuse_old_password(s, closed.closed_at, e);
out:
	secret_wipe_bytes(&closed, sizeof(closed));
	return r;
}

static enum store_answer
save(struct subject *s, struct error *e)
{
	const struct store_change change = {
		.account = s->changed ? &s->account : NULL,
		.history_digest = s->history_digest[0] != '\0' ?
		    s->history_digest : NULL,
		.history_keep = s->policy->history + 1,
		.history_erase = s->history_erase,
		.events = s->events,
		.event_count = s->event_count,
		.durable = s->durable,
	};

	enum store_answer answer = s->store->ops->save(s->store, &change, e);

	if (answer == STORE_OK)
		kernel_audit(s->events, s->event_count, s->account.name,
		    s->policy, s->origin);
	return answer;
}

/* Nobody of this name: no row. The wait of a refusal hides what this takes. */
static enum store_answer
note_stranger(struct subject *s, struct error *e)
{
	const struct stranger_try stranger = {
		s->policy, s->store, s->origin, s->stranger, s->now
	};

	return s->stranger == NULL ? STORE_OK : stranger_save(&stranger, e);
}

/* *again: the row was changed meanwhile, or nobody knows. */
static int
conclude(const struct subject *s, enum store_answer answer, bool *again,
    struct error *e)
{
	switch (answer) {
	case STORE_OK:
		return PASPW_OK;
	case STORE_CONFLICT:
		/* Whoever won has counted: of 500 refused at once, each would
		 * try again, and some in vain until store_timeout. */
		if (s->optional)
			return PASPW_OK;
		*again = true;
		return error_set(e, PASPW_ERR_BUSY, "%s%s: the store is too "
		    "busy", s->found ? "account " : "realm ",
		    s->found ? s->account.name : s->policy->realm);
	case STORE_UNSURE:
		/* If it stays so, the store has said why: a disk is full. */
		*again = true;
		return e->code != PASPW_OK ? e->code : PASPW_ERR_STORE;
	default:
		return e->code;
	}
}

static int
round_trip(struct subject *s, subject_step_fn *step, void *arg, bool *again,
    struct error *e)
{
	int r;

	*again = false;
	if ((r = subject_load(s, e)) != PASPW_OK)
		return r;
	if (!s->found)
		return conclude(s, note_stranger(s, e), again, e);
	if (account_tick(s->policy, &s->account, s->now)) {
		s->changed = true;
		if ((r = subject_event(s, AUDIT_EXPIRED, e)) != PASPW_OK)
			return r;
	}
	if ((r = step(s, arg, e)) != PASPW_OK)
		return r;
	if (!s->changed && s->event_count == 0)
		return PASPW_OK;
	return conclude(s, save(s, e), again, e);
}

int
subject_update(struct subject *s, subject_step_fn *step, void *arg,
    struct error *e)
{
	struct wait wait;
	bool again = true;
	int r = PASPW_ERR_INTERNAL;

	wait_start(&wait, span_ms(s->policy->store_timeout),
	    WAIT_FOR_WRITER_NS);
	do
		r = round_trip(s, step, arg, &again, e);
	while (again && wait_once(&wait));
	return r;
}
