/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* verifier: compares the trail of one realm with its seals, in one pass, and
 * both with what was handed out. Its archives come first: one chain. */
#ifndef VERIFIER_H
#define VERIFIER_H

#include "store/store.h"
#include "trail/proof.h"

struct verifier {
	const struct policy *policy;
	struct store *store;
	const char *under;		/* of the archives; NULL: beside it */
	const struct proof *proofs;	/* of any realm */
	size_t proof_count;
	paspw_fault_fn *fn;		/* or NULL */
	void *arg;
	paspw_progress_fn *progress;	/* or NULL */
	void *progress_arg;
	uint64_t total;			/* seals of the trails so far */
	int stopped;			/* what a callback returned, if not 0 */
	struct paspw_audit_result *result;	/* is added to */
};

/* Faults are told and counted; an error is that nobody could look. */
PASPW_MUST_USE int verifier_run(struct verifier *v, struct error *e);

#endif
