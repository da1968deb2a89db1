/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* remote: the verbs as requests to the agent or the helper. Each is called
 * by way_take; what it returns and gives is what the verb does on a store.
 * Nothing in an answer is believed that the verb could not have said. */
#ifndef REMOTE_H
#define REMOTE_H

#include "attempt.h"
#include "candidate.h"

/* Verdict and realm into the attempt. */
PASPW_MUST_USE int remote_reserve(struct paspw *h,
    struct paspw_attempt *attempt);
/* Does it answer? */
PASPW_MUST_USE int remote_ping(struct paspw *h);
/* With the attempt's password, if one was typed. */
PASPW_MUST_USE int remote_settle(struct paspw *h,
    struct paspw_attempt *attempt, enum paspw_outcome outcome,
    enum paspw_verdict *verdict);
PASPW_MUST_USE int remote_authenticate(struct paspw *h,
    struct paspw_attempt *attempt, const char *password, size_t len,
    enum paspw_verdict *verdict);
PASPW_MUST_USE int remote_account(struct paspw *h, const char *user,
    unsigned flags, enum paspw_verdict *verdict, int64_t *warn_until);
/* *a keeps the texts of *status. */
PASPW_MUST_USE int remote_status(struct paspw *h, const char *user,
    struct wire_answer *a, struct paspw_status *status);
/* type: CHANGE, CHANGE_AUTHENTICATED or RESET; attempt: of a CHANGE. The
 * candidate gets verdict and broken rules. */
PASPW_MUST_USE int remote_change(struct paspw *h, enum wire_type type,
    const char *user, const struct paspw_attempt *attempt,
    struct candidate *c, struct paspw_report **report);
PASPW_MUST_USE int remote_session(struct paspw *h, const char *user,
    bool opened);

#endif
