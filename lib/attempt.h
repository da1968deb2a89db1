/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* attempt: begin, verify, settle on a store. Reserve first: a check before
 * and a record after would let N parallel guesses all see "below the limit"
 * (CVE-2024-4629; pam_faillock verifies 176 to 500 of 500). */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include "handle.h"

struct paspw_attempt {
	uint64_t id;
	char user[PASPW_NAME_MAX + 1];	/* as typed; "" cannot be anybody */
	char realm[POLICY_WORD_MAX];
	enum paspw_verdict begun;	/* what begin said */
	bool reserved;			/* there is a row that holds a try */
	bool elsewhere;			/* reserved by the agent or helper */
	bool typed;			/* and `password` is hashed there */
	bool locks;			/* it is the one that locked */
	char setting[HASH_MAX];		/* method, cost and salt to hash with */
	char computed[HASH_MAX];
	struct secret password;		/* else only if its hash is too weak */
};

/* For somebody who was not asked about yet, with an id of its own. */
PASPW_MUST_USE int attempt_new(struct paspw *h, const char *user,
    struct paspw_attempt **attempt);
void attempt_free(struct paspw_attempt **attempt);

/* Reserve it: paspw_attempt_begin. Doing it again with the same id counts
 * nothing twice, whoever did it before. */
PASPW_MUST_USE int attempt_begin(struct paspw *h,
    struct paspw_attempt *attempt);
/* One that was reserved before, in its realm: find out how to hash for it. */
PASPW_MUST_USE int attempt_resume(struct paspw *h,
    struct paspw_attempt *attempt);
/* Was it settled already, and accepted? Only for an id of our own. */
PASPW_MUST_USE int attempt_accepted(struct paspw *h,
    const struct paspw_attempt *attempt, bool *accepted);
/* Hash, as paspw_attempt_verify. */
PASPW_MUST_USE int attempt_verify(struct paspw *h,
    struct paspw_attempt *attempt, const char *password, size_t len);
/* Settle, as paspw_attempt_settle; frees nothing. */
PASPW_MUST_USE int attempt_settle(struct paspw *h,
    struct paspw_attempt *attempt, const struct paspw_factor *factors,
    size_t count, enum paspw_verdict *verdict);

/* All three with one password, on a store; a way_fn. */
struct attempt_login {
	struct paspw_attempt *attempt;	/* new */
	const char *password;
	size_t length;
	enum paspw_verdict verdict;
};
PASPW_MUST_USE int attempt_login_here(struct paspw *h, void *login);

/* For the agent, which is told the id by its caller: they enter the handle.
 * begin_as: in the realm that governs the user; resume_as: one that was
 * reserved in this realm. */
PASPW_MUST_USE int attempt_begin_as(struct paspw *h, const char *user,
    uint64_t id, struct paspw_attempt **attempt, enum paspw_verdict *verdict);
PASPW_MUST_USE int attempt_resume_as(struct paspw *h, const char *user,
    const char *realm, uint64_t id, struct paspw_attempt **attempt);

#endif
