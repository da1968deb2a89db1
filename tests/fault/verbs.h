/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* verbs: one sensible call of every public verb, on a store that verbs_make
 * has filled. */
#ifndef VERBS_H
#define VERBS_H

#include "paspw.h"
#include "secrets.h"

#define VERBS_PATH 256

struct run {
	const char *directory;		/* with the configuration in it */
	struct paspw *h;
	struct paspw_attempt *attempt;
	enum paspw_verdict verdict;
	bool harmful;		/* an output was left as if all were well */
	struct secrets secrets;	/* for whoever runs it to wipe */
};

struct verb {
	const char *name;
	int (*act)(struct run *r);
	int (*prepare)(struct run *r);	/* NULL: nothing */
	enum paspw_verdict verdict;	/* what it says when nothing fails */
	unsigned flags;
};

enum {
	VERB_CLOSED = 1,	/* begins without a handle */
	VERB_COLD = 2,		/* with one that has not opened its store */
	VERB_STEPS = 4,		/* several transactions: an error may leave the
				 * first ones behind, which only refuse more */
	VERB_OPENSSL = 8	/* loads libcrypto */
};

extern const struct verb verbs[];	/* ends with a NULL name */

/* ---- verbs_read.c ---- */

int do_settings(struct run *r);
int do_setting(struct run *r);
int do_compare(struct run *r);
int do_findings(struct run *r);
int do_diff(struct run *r);
int do_bench(struct run *r);
int do_realm_of(struct run *r);
int do_audit_each(struct run *r);
int do_seal(struct run *r);
int do_seal_empty(struct run *r);
int do_first_keys(struct run *r);
int do_heads(struct run *r);
int do_audit_verify(struct run *r);
int do_audit_verify_with(struct run *r);

/* ---- */

void verbs_make(const char *directory);

#endif
