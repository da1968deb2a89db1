/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* account: one row of a realm's store, and what its dates say. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "policy/hash.h"
#include "policy/policy.h"

#define ACCOUNT_ID_BYTES 16	/* 128 bits: no two by chance */
/* Answers kept for a repeated settle, which comes within store_timeout: more
 * than the tries that lock_after = 5 lets be under way at once. Whose answer
 * was pushed out hears none; it is never a yes. */
#define ACCOUNT_SETTLED_MAX 8

/* open lists: new words at the end */
enum account_kind { KIND_PERSON = 0, KIND_SERVICE, KIND_THIRD_PARTY,
	KIND_EMERGENCY };
enum account_lock { LOCK_NONE = 0, LOCK_FAILURES, LOCK_ADMIN };

/* One try at a password. `at`: pending: the end of its lease; failed: when it
 * failed; settled: the verdict that was given. */
struct account_try {
	uint64_t id;		/* random, drawn by the caller */
	int64_t at;
};
struct account_tries {
	int count;
	struct account_try list[POLICY_LOCK_AFTER_MAX];
};

/* version 0: not in the store yet. All lock state is in here. */
struct account {
	unsigned char id[ACCOUNT_ID_BYTES];
	char name[PASPW_NAME_MAX + 1];
	int64_t version;
	int kind;
	char owner[PASPW_NAME_MAX + 1];
	char ticket[PASPW_NAME_MAX + 1];
	int64_t created_at;
	int64_t valid_from;
	int64_t valid_until;
	int64_t closed_at;

	int credentials;
	char hash[HASH_MAX];		/* shadow: the field as last seen */
	int64_t changed_at;
	bool must_change;
	int64_t temporary_until;
	int64_t expired_seen_at;	/* as over: no clock brings it back */
	char history_setting[HASH_MAX];
	/* A change that is announced and not yet seen in /etc/shadow. */
	char announced_digest[HASH_MAX];
	int64_t announced_at;

	struct account_tries pending;	/* under way */
	struct account_tries failed;	/* since the last success or unlock */
	struct account_tries settled;	/* the last answers given */
	int64_t last_failure_at;
	int64_t last_success_at;
	int64_t failures_to_tell;	/* since the last login: he is told */
	int64_t otp_failures;
	int64_t locked_at;
	int lock_reason;		/* enum account_lock */
	int64_t refused_while_locked;
	int64_t refused_first_at;
	int64_t refused_last_at;
};

/* An id for a try: 63 bits, a signed column elsewhere holds it. */
PASPW_MUST_USE int account_try_id(uint64_t *id, struct error *e);
/* An empty row with a random id. */
PASPW_MUST_USE int account_new(struct account *a, const char *name,
    const struct policy *p, int64_t now, struct error *e);

/* How somebody comes in, for account_verdict. */
struct account_login {
	const char *service;	/* "" if unknown */
	bool without_password;	/* a key: expiry does not bind */
};

/* When the present password expires; 0: never. */
int64_t account_expires_at(const struct policy *p, const struct account *a);
/* May it log in now, passwords aside? (policy, row, now) -> verdict. */
enum paspw_verdict account_verdict(const struct policy *p,
    const struct account *a, const struct account_login *login, int64_t now);
/* May it change its password now (min_age)? ACCEPTED or TOO_SOON. */
enum paspw_verdict account_change_verdict(const struct policy *p,
    const struct account *a, int64_t now);
/* Remember what time has ended (expiry), so that a clock set back does not
 * bring it back to life; true if the row changed. */
bool account_tick(const struct policy *p, struct account *a, int64_t now);
/* Every reason why it cannot log in with its password, in the order in which
 * they are undone; returns how many. */
unsigned account_causes(const struct policy *p, const struct account *a,
    int64_t now, struct paspw_cause causes[PASPW_CAUSES_MAX]);
/* The one of them that time brought about, "" if none did. */
const char *account_over_cause(const struct policy *p,
    const struct account *a, int64_t now);
/* Is its password still the one that was issued? */
bool account_never_changed(const struct account *a);
/* From when until when it may be valid; 0: without a bound. */
bool account_dates_ok(int64_t valid_from, int64_t valid_until);
/* The word of `status`: active locked expired change_required ... */
const char *account_state(const struct policy *p, const struct account *a,
    int64_t now);
const char *account_kind_name(int kind);
/* -1 if there is no such kind. */
int account_kind_find(const char *name);
const char *account_lock_name(int reason);

/* A password was changed by its owner, or issued by an admin. */
void account_changed(struct account *a, const char *hash, int64_t now);
void account_issued(const struct policy *p, struct account *a,
    const char *hash, int64_t now);
/* Must change at the next login. */
void account_expire(struct account *a);
/* Departure: erases every credential of the row. The date of the first one
 * stands. */
void account_close(struct account *a, int64_t now);

#endif
