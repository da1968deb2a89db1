/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "account/lockout.h"

#include <string.h>

static int
find(const struct account_tries *tries, uint64_t id)
{
	for (int i = 0; i < tries->count; i++)
		if (tries->list[i].id == id)
			return i;
	return -1;
}

static void
drop(struct account_tries *tries, int i)
{
	tries->count--;
	memmove(&tries->list[i], &tries->list[i + 1],
	    (size_t)(tries->count - i) * sizeof(tries->list[0]));
}

/* Append; the oldest makes room when `most` are there. */
static void
append(struct account_tries *tries, int most, uint64_t id, int64_t at)
{
	while (tries->count >= most)
		drop(tries, 0);
	tries->list[tries->count].id = id;
	tries->list[tries->count].at = at;
	tries->count++;
}

void
lockout_add_failure(struct account *a, int most, uint64_t id, int64_t at)
{
	append(&a->failed, most, id, at);
	a->last_failure_at = at;
	a->failures_to_tell++;
}

void
lockout_lock(struct account *a, int64_t now)
{
	a->locked_at = now;
	a->lock_reason = LOCK_ADMIN;
}

void
lockout_unlock(struct account *a)
{
	a->locked_at = 0;
	a->lock_reason = LOCK_NONE;
	a->failed.count = 0;
	a->refused_while_locked = 0;
	a->refused_first_at = 0;
	a->refused_last_at = 0;
}

int64_t
lockout_until(const struct policy *p, const struct account *a)
{
	if (a->locked_at == 0 || a->lock_reason != LOCK_FAILURES ||
	    p->unlock_after.unit == SPAN_NEVER)
		return 0;
	return span_after(a->locked_at, p->unlock_after);
}

bool
lockout_locked(const struct policy *p, const struct account *a, int64_t now)
{
	int64_t until = lockout_until(p, a);

	if (a->locked_at == 0)
		return false;
	return until == 0 || now < until;
}

/* The end of a lease given now; a second more, because a second has begun. */
static int64_t
lease_end(const struct policy *p, int64_t now)
{
	return now + span_seconds(p->attempt_lease) + 1;
}

/* A caller that died leaves its lease behind: it counts as a wrong password,
 * or an attacker would kill his own tries. A lease that ends later than one
 * given now is from a clock that went back since: it is cut, or everybody
 * would wait for it; it is not over, or a step back of a second would turn
 * right passwords that are being verified into failures. */
static void
lapse(const struct policy *p, struct account *a, int64_t now,
    struct lockout_step *step)
{
	int64_t latest = lease_end(p, now);

	for (int i = 0; i < a->pending.count;) {
		struct account_try *try = &a->pending.list[i];
		uint64_t id = try->id;
		int64_t end = try->at;

		if (end > latest) {
			try->at = latest;
			step->changed = true;
		}
		if (end > now) {
			i++;
			continue;
		}
		drop(&a->pending, i);
		lockout_add_failure(a, POLICY_LOCK_AFTER_MAX, id, end);
		step->lapsed++;
		step->changed = true;
	}
}

static void
forget_old_failures(const struct policy *p, struct account *a, int64_t now,
    struct lockout_step *step)
{
	if (p->failure_window.unit == SPAN_NEVER)
		return;
	while (a->failed.count > 0 &&
	    span_after(a->failed.list[0].at, p->failure_window) <= now) {
		drop(&a->failed, 0);
		step->changed = true;
	}
}

/* Bring the row up to `now`: leases, windows, a lock that ended, and a lock
 * that is due (also because lock_after was lowered). */
static void
catch_up(const struct policy *p, struct account *a, bool exempt, int64_t now,
    struct lockout_step *step)
{
	if (a->locked_at > now) {
		/* A lock from the future would hold for years. */
		a->locked_at = now;
		step->changed = true;
	}
	if (a->locked_at != 0 && !lockout_locked(p, a, now)) {
		lockout_unlock(a);
		step->lock_expired = true;
		step->changed = true;
	}
	lapse(p, a, now, step);
	if (a->locked_at != 0)
		return;
	forget_old_failures(p, a, now, step);
	if (!exempt && a->failed.count >= p->lock_after) {
		a->locked_at = now;
		a->lock_reason = LOCK_FAILURES;
		step->locked = true;
		step->changed = true;
		step->durable = true;
	}
}

void
lockout_by_now(const struct policy *p, struct account *a, int64_t now)
{
	struct lockout_step step = { 0 };

	catch_up(p, a, true, now, &step);
}

static bool
free_try(const struct policy *p, const struct account *a, bool exempt)
{
	if (a->pending.count >= POLICY_LOCK_AFTER_MAX)
		return false;
	return exempt || a->failed.count + a->pending.count < p->lock_after;
}

void
lockout_begin(const struct policy *p, struct account *a, uint64_t id,
    bool exempt, int64_t now, struct lockout_step *step)
{
	memset(step, 0, sizeof(*step));
	/* Repeated after an answer that was lost, perhaps by another way: what
	 * is reserved, settled or lapsed is not counted again. */
	if (find(&a->settled, id) >= 0) {
		step->verdict = PASPW_ACCEPTED;
		return;
	}
	catch_up(p, a, exempt, now, step);
	if (find(&a->pending, id) >= 0 || find(&a->failed, id) >= 0) {
		step->verdict = PASPW_ACCEPTED;
		return;
	}
	if (a->locked_at != 0) {
		step->verdict = PASPW_LOCKED;
		return;
	}
	if (!free_try(p, a, exempt)) {
		step->verdict = PASPW_BUSY;
		return;
	}
	append(&a->pending, POLICY_LOCK_AFTER_MAX, id, lease_end(p, now));
	step->changed = true;
	step->verdict = PASPW_ACCEPTED;
}

void
lockout_settle(const struct policy *p, struct account *a, uint64_t id,
    bool passed, bool exempt, int64_t now, struct lockout_step *step)
{
	int answer = find(&a->settled, id), waiting;

	memset(step, 0, sizeof(*step));
	/* Repeated after an answer that was lost. A success is not repeated
	 * with another password, or whoever learnt an old id would get in with
	 * any: that is a guess, and counts. */
	if (answer >= 0 && (a->settled.list[answer].at != PASPW_ACCEPTED ||
	    passed)) {
		step->verdict =
		    (enum paspw_verdict)a->settled.list[answer].at;
		step->answered = true;
		return;
	}
	catch_up(p, a, exempt, now, step);
	/* Not there: its lease ran out and it was counted as a failure. An
	 * answer now would be a verification beyond the limit. */
	if ((waiting = find(&a->pending, id)) < 0 && answer < 0)
		return;
	if (waiting >= 0)
		drop(&a->pending, waiting);
	if (answer >= 0)
		drop(&a->settled, answer);
	/* Locked meanwhile: the same answer, right or wrong. */
	step->verdict = a->locked_at != 0 ? PASPW_LOCKED : PASPW_REFUSED;
	if (!passed) {
		lockout_add_failure(a, POLICY_LOCK_AFTER_MAX, id, now);
		catch_up(p, a, exempt, now, step);
	} else if (a->locked_at == 0) {
		a->failed.count = 0;
		a->last_success_at = now;
		step->verdict = PASPW_ACCEPTED;
	}
	append(&a->settled, ACCOUNT_SETTLED_MAX, id, step->verdict);
	step->changed = true;
	step->answered = true;
}

enum paspw_verdict
lockout_answer(const struct account *a, uint64_t id)
{
	int i = find(&a->settled, id);

	return i < 0 ? PASPW_REFUSED :
	    (enum paspw_verdict)a->settled.list[i].at;
}

void
lockout_refused(struct account *a, int64_t now, struct lockout_step *step)
{
	/* One write a second at most: a flood fills no disk and blocks no
	 * other writer. */
	if (a->refused_last_at == now)
		return;
	if (a->refused_while_locked == 0)
		a->refused_first_at = now;
	a->refused_while_locked++;
	a->refused_last_at = now;
	step->changed = true;
}
