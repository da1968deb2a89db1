/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* lint: what is allowed and yet unwise in a policy, or against a standard
 * that others hold to. Pure. */
#ifndef LINT_H
#define LINT_H

#include "policy/policy.h"

/* Logins that hash at the same time: where sshd begins to refuse strangers
 * (its MaxStartups). A machine hashes so many in half of its memory. */
#define LINT_LOGINS 10

struct lint_finding {
	const struct policy_setting *setting;
	const char *message;		/* English */
	const char *clauses;		/* of a conflict: one and the other */
	bool conflict;			/* two standards, one must give way */
};

/* How many hashes of this policy fit in half of `memory` (bytes). */
uint64_t lint_logins(const struct policy *p, uint64_t memory);
/* The next finding; false: no more. *i starts as 0. memory: of the machine in
 * bytes, 0: unknown. */
bool lint_next(const struct policy *p, uint64_t memory, size_t *i,
    struct lint_finding *finding);

#endif
