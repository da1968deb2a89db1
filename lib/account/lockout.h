/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* lockout: the attempt protocol as pure deciders over one row. */
#ifndef LOCKOUT_H
#define LOCKOUT_H

#include "account/account.h"

/* What a step did, for the events that go with it. */
struct lockout_step {
	enum paspw_verdict verdict;
	bool changed;		/* the row must be saved */
	bool durable;		/* with fsync: it locks */
	int lapsed;		/* leases that ran out, counted as failures */
	bool locked;		/* this step locked the account */
	bool lock_expired;	/* this step ended a lock */
	bool answered;		/* settle: the attempt was there */
};

/* Is it locked now? */
bool lockout_locked(const struct policy *p, const struct account *a,
    int64_t now);
/* When the lock ends by itself; 0: never. */
int64_t lockout_until(const struct policy *p, const struct account *a);

/* Reserve attempt `id`: ACCEPTED, LOCKED or BUSY. Repeating it is harmless:
 * ACCEPTED also for one that is settled or over; settling says which. */
void lockout_begin(const struct policy *p, struct account *a, uint64_t id,
    bool exempt, int64_t now, struct lockout_step *step);
/* Settle it: ACCEPTED, REFUSED, LOCKED; not `answered` if its lease is over. */
void lockout_settle(const struct policy *p, struct account *a, uint64_t id,
    bool passed, bool exempt, int64_t now, struct lockout_step *step);
/* The answer that an attempt was given; REFUSED if it is not known. */
enum paspw_verdict lockout_answer(const struct account *a, uint64_t id);
/* One failed try, also one that was counted elsewhere; the oldest makes room
 * when `most` are there. */
void lockout_add_failure(struct account *a, int most, uint64_t id,
    int64_t at);
/* A try at a locked account: counted, at most one write a second. */
void lockout_refused(struct account *a, int64_t now,
    struct lockout_step *step);
/* The row as the next try finds it, but for a lock that it would set. */
void lockout_by_now(const struct policy *p, struct account *a, int64_t now);
void lockout_lock(struct account *a, int64_t now);
void lockout_unlock(struct account *a);

#endif
