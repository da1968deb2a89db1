/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* candidate: a new password on its way: judged before the store is touched,
 * saved only if the account still has the password that it was judged
 * against. */
#ifndef CANDIDATE_H
#define CANDIDATE_H

#include "account/directory.h"
#include "handle.h"
#include "quality/quality.h"

#define CANDIDATE_BROKEN(rule) (1U << (rule))

struct candidate {
	const char *old;		/* NULL: not known */
	size_t old_length;
	const char *password;
	size_t length;
	uint32_t broken;		/* bits of enum quality_rule */
	enum paspw_verdict verdict;
	/* judged against */
	char judged_hash[HASH_MAX];
	/* to be saved */
	char history_setting[HASH_MAX];
	char digest[HASH_MAX];
	char old_digest[HASH_MAX];
	char hash[HASH_MAX];
};

/* What the person's own words are: an attacker tries them first. */
struct candidate_words {
	struct directory_person directory;
	char host[256];
	struct quality_person person;
};

/* A verb that gives these begins: neither report nor yes; false: there is no
 * place for the verdict. */
PASPW_MUST_USE bool candidate_start(struct paspw_report **report,
    enum paspw_verdict *verdict);
/*
 * way_take_once for a verb that gives an account a new password. What an agent
 * did before it died is not done twice: then the new one is found to be the
 * present one, and nobody knows whether it was that before. No report after an
 * error.
 */
PASPW_MUST_USE int candidate_take(struct paspw *h, const char *user,
    way_fn *here, way_fn *there, void *arg, const struct candidate *c,
    struct paspw_report **report);

/* user and a may be NULL. */
PASPW_MUST_USE int candidate_words(struct paspw *h, const struct policy *p,
    const char *user, const struct account *a, struct candidate_words *w);
/* Add the broken rules: those of the password alone, and of the history. */
PASPW_MUST_USE int candidate_quality(struct paspw *h, const struct policy *p,
    const char *user, const struct account *a, struct candidate *c);
PASPW_MUST_USE int candidate_history(struct paspw *h, struct subject *s,
    struct candidate *c);
/* All rules for an account that was loaded, and the verdict. */
PASPW_MUST_USE int candidate_judge(struct paspw *h, struct subject *s,
    struct candidate *c);
PASPW_MUST_USE int candidate_report(struct paspw *h, const struct policy *p,
    const struct candidate *c, struct paspw_report **report);
/* The hash to be stored (credentials = store). */
PASPW_MUST_USE int candidate_hash(struct paspw *h, const struct policy *p,
    struct candidate *c);
/* Hash and save what was judged good with the step `save`; else record the
 * refusal and fill the report. */
PASPW_MUST_USE int candidate_conclude(struct paspw *h, struct subject *s,
    struct candidate *c, subject_step_fn *save, struct paspw_report **report);
/* For a save step: is the row still what was judged? */
PASPW_MUST_USE int candidate_still(const struct subject *s,
    const struct candidate *c, struct error *e);
/* For a save step: put a digest in front of the history. */
void candidate_remember(struct subject *s, const struct candidate *c,
    const char *digest);

#endif
