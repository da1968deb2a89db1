/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "account/account.h"

#include <string.h>

#include "account/lockout.h"

/* A change date further ahead than this is a clock error, not a change. A day,
 * as /etc/shadow counts in days and some tools write that of their time zone.
 */
#define FUTURE_TOLERATED SPAN_DAY

static const char *const kind_names[] = {
	"person", "service", "third_party", "emergency"
};
#define KIND_COUNT (sizeof(kind_names) / sizeof(kind_names[0]))

static const char *const lock_names[] = { "", "failures", "admin" };
#define LOCK_COUNT (sizeof(lock_names) / sizeof(lock_names[0]))

const char *
account_kind_name(int kind)
{
	return kind >= 0 && (size_t)kind < KIND_COUNT ? kind_names[kind] : "";
}

int
account_kind_find(const char *name)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (strcmp(kind_names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
account_lock_name(int reason)
{
	return reason >= 0 && (size_t)reason < LOCK_COUNT ?
	    lock_names[reason] : "admin";
}

int
account_try_id(uint64_t *id, struct error *e)
{
	int r = hash_random(id, sizeof(*id), e);

	*id >>= 1;
	return r;
}

int
account_new(struct account *a, const char *name, const struct policy *p,
    int64_t now, struct error *e)
{
	size_t length = strlen(name);
	int r;

	memset(a, 0, sizeof(*a));
	if (length == 0 || length >= sizeof(a->name))
		return error_set(e, PASPW_ERR_INVALID,
		    "an account name has 1 to %d bytes", PASPW_NAME_MAX);
	if ((r = hash_random(a->id, sizeof(a->id), e)) != PASPW_OK)
		return r;
	memcpy(a->name, name, length + 1);
	a->created_at = now;
	a->credentials = p->credentials;
	return PASPW_OK;
}

/* The later of the clock and what was seen: a clock that goes back extends
 * no life. */
static int64_t
latest(const struct account *a, int64_t now)
{
	return now > a->expired_seen_at ? now : a->expired_seen_at;
}

int64_t
account_expires_at(const struct policy *p, const struct account *a)
{
	if (p->max_age.unit == SPAN_NEVER)
		return 0;
	return span_after(a->changed_at, p->max_age);
}

/* A date from the future would be a password that lives for ever. */
static bool
from_future(const struct policy *p, const struct account *a, int64_t now)
{
	return p->max_age.unit != SPAN_NEVER &&
	    a->changed_at > now + FUTURE_TOLERATED;
}

static bool
too_old(const struct policy *p, const struct account *a, int64_t now)
{
	int64_t end = account_expires_at(p, a);

	return end != 0 && (from_future(p, a, now) || latest(a, now) >= end);
}

static bool
validity_over(const struct account *a, int64_t now)
{
	return a->valid_until != 0 && latest(a, now) >= a->valid_until;
}

/* An issued password that nobody took up in time. */
static bool
temporary_over(const struct account *a, int64_t now)
{
	return a->must_change && a->temporary_until != 0 &&
	    latest(a, now) >= a->temporary_until;
}

static bool
over(const struct account *a, int64_t now)
{
	return validity_over(a, now) || temporary_over(a, now);
}

const char *
account_over_cause(const struct policy *p, const struct account *a,
    int64_t now)
{
	if (validity_over(a, now))
		return "valid_until";
	if (temporary_over(a, now))
		return "temporary_valid";
	if (!too_old(p, a, now))
		return "";
	return from_future(p, a, now) ? "clock" : "max_age";
}

/* Does a lock bind this login? One by an admin always does. */
static bool
locked_out(const struct policy *p, const struct account *a,
    const struct account_login *login, int64_t now)
{
	if (!lockout_locked(p, a, now))
		return false;
	if (a->lock_reason == LOCK_ADMIN)
		return true;
	if (login->without_password && p->lock_blocks == LOCK_BLOCKS_PASSWORD)
		return false;
	return !policy_list_has(p->lock_exempt_services, login->service);
}

enum paspw_verdict
account_verdict(const struct policy *p, const struct account *a,
    const struct account_login *login, int64_t now)
{
	if (a->closed_at != 0)
		return PASPW_CLOSED;
	if (locked_out(p, a, login, now))
		return PASPW_LOCKED;
	if (a->valid_from != 0 && now < a->valid_from)
		return PASPW_NOT_YET_VALID;
	if (over(a, now))
		return PASPW_NO_LONGER_VALID;
	if (login->without_password && !p->expire_keys)
		return PASPW_ACCEPTED;
	if (a->must_change)
		return PASPW_CHANGE_REQUIRED;
	if (too_old(p, a, now))
		return PASPW_EXPIRED;
	return PASPW_ACCEPTED;
}

enum paspw_verdict
account_change_verdict(const struct policy *p, const struct account *a,
    int64_t now)
{
	if (a->must_change || too_old(p, a, now))
		return PASPW_ACCEPTED;
	/* Against five changes in a row that flush the history. */
	if (p->min_age.unit != SPAN_NEVER && p->min_age.count > 0 &&
	    now < span_after(a->changed_at, p->min_age))
		return PASPW_TOO_SOON;
	return PASPW_ACCEPTED;
}

bool
account_tick(const struct policy *p, struct account *a, int64_t now)
{
	int64_t seen = a->expired_seen_at;

	if (a->closed_at != 0 || (!too_old(p, a, now) && !over(a, now)))
		return false;
	/* Once is enough, unless it was for another reason: for a wrong clock,
	 * or under a max_age that is longer by now. */
	if (seen != 0 && (from_future(p, a, now) || over(a, seen) ||
	    (account_expires_at(p, a) != 0 &&
	    seen >= account_expires_at(p, a))))
		return false;
	a->expired_seen_at = now;
	return true;
}

bool
account_never_changed(const struct account *a)
{
	if (a->closed_at != 0)
		return false;
	if (a->must_change && a->temporary_until != 0)
		return true;
	/* What the system had before we met is not known to be issued. */
	return a->changed_at <= a->created_at &&
	    (a->must_change || a->credentials == CREDENTIALS_STORE);
}

/* Of the password; one at most, because one change undoes them all. */
static unsigned
password_cause(const struct policy *p, const struct account *a, int64_t now,
    struct paspw_cause *cause)
{
	if (temporary_over(a, now))
		*cause = (struct paspw_cause){ "temporary_valid",
		    a->temporary_until, 0 };
	else if (a->must_change)
		*cause = (struct paspw_cause){ "must_change",
		    a->temporary_until != 0 ? a->changed_at : 0, 0 };
	else if (!too_old(p, a, now))
		return 0;
	else if (from_future(p, a, now))
		*cause = (struct paspw_cause){ "clock", a->expired_seen_at,
		    0 };
	else
		*cause = (struct paspw_cause){ "max_age",
		    account_expires_at(p, a), 0 };
	return 1;
}

unsigned
account_causes(const struct policy *p, const struct account *a, int64_t now,
    struct paspw_cause causes[PASPW_CAUSES_MAX])
{
	unsigned n = 0;

	if (a->closed_at != 0) {
		causes[0] = (struct paspw_cause){ "closed", a->closed_at, 0 };
		return 1;
	}
	if (lockout_locked(p, a, now))
		causes[n++] = (struct paspw_cause){
		    account_lock_name(a->lock_reason), a->locked_at,
		    lockout_until(p, a) };
	if (a->valid_from != 0 && now < a->valid_from)
		causes[n++] = (struct paspw_cause){ "valid_from",
		    a->created_at, a->valid_from };
	else if (validity_over(a, now))
		causes[n++] = (struct paspw_cause){ "valid_until",
		    a->valid_until, 0 };
	return n + password_cause(p, a, now, &causes[n]);
}

bool
account_dates_ok(int64_t valid_from, int64_t valid_until)
{
	return valid_from >= 0 && valid_until >= 0 &&
	    (valid_until == 0 || valid_from < valid_until);
}

const char *
account_state(const struct policy *p, const struct account *a, int64_t now)
{
	const struct account_login login = { "", false };

	if (a->closed_at == 0 && lockout_locked(p, a, now))
		return "locked";
	switch (account_verdict(p, a, &login, now)) {
	case PASPW_ACCEPTED:
		return "active";
	case PASPW_CLOSED:
		return "closed";
	case PASPW_NOT_YET_VALID:
		return "not_yet_valid";
	case PASPW_CHANGE_REQUIRED:
		return "change_required";
	default:
		return "expired";
	}
}

void
account_changed(struct account *a, const char *hash, int64_t now)
{
	/* The same one, issued: a system account keeps what the system has. */
	if (hash != a->hash) {
		memset(a->hash, 0, sizeof(a->hash));
		strncpy(a->hash, hash, sizeof(a->hash) - 1);
	}
	a->changed_at = now;
	a->must_change = false;
	a->temporary_until = 0;
	a->expired_seen_at = 0;
	/* Hashed with the old setting: right ones would count as failures. */
	a->pending.count = 0;
	memset(a->announced_digest, 0, sizeof(a->announced_digest));
	a->announced_at = 0;
}

void
account_issued(const struct policy *p, struct account *a, const char *hash,
    int64_t now)
{
	account_changed(a, hash, now);
	if (!p->first_login_change)
		return;
	a->must_change = true;
	if (p->temporary_valid.unit != SPAN_NEVER)
		a->temporary_until = span_after(now, p->temporary_valid);
}

void
account_expire(struct account *a)
{
	a->must_change = true;
}

void
account_close(struct account *a, int64_t now)
{
	account_changed(a, "", a->changed_at);
	secret_wipe_bytes(a->history_setting, sizeof(a->history_setting));
	if (a->closed_at == 0)
		a->closed_at = now;
}
