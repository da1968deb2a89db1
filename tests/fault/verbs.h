/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* verbs: one sensible call of every public verb, on a store that verbs_make
 * has filled. */
#ifndef VERBS_H
#define VERBS_H

#include "paspw.h"
#include "secrets.h"

#define VERBS_PATH 256
#define VERBS_PROOFS "proofs"	/* file with the keys and heads */
#define VERBS_CONFIG "paspw.conf"
#define VERBS_ISOLATED "isolated.conf"	/* an agent only opens the store */

struct run {
	const char *directory;		/* with the configuration in it */
	struct paspw *h;
	struct paspw_attempt *attempt;
	enum paspw_verdict verdict;
	bool served;		/* by an agent */
	bool isolated;		/* by nobody else */
	bool faulty;		/* one of its calls may fail */
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
	VERB_OPENSSL = 8,	/* loads libcrypto */
	VERB_TRAIL = 16,	/* writes seals: they must still be whole */
	VERB_SERVED = 32	/* an agent can do it */
};

extern const struct verb verbs[];	/* ends with a NULL name */

/* ---- verbs_move.c ---- */

int do_import_shadow(struct run *r);
int do_import_locked(struct run *r);
int do_import_opasswd(struct run *r);
int do_import_faillock(struct run *r);
int do_import_tally(struct run *r);
int do_import_terms(struct run *r);
int do_import_terms_new(struct run *r);
int do_import_record(struct run *r);
int do_import_record_locked(struct run *r);
int do_export(struct run *r);

/* ---- verbs_read.c ---- */

int do_settings(struct run *r);
int do_setting(struct run *r);
int do_compare(struct run *r);
int do_findings(struct run *r);
int do_diff(struct run *r);
int do_bench(struct run *r);
int do_realm_of(struct run *r);
int do_way(struct run *r);
int do_health(struct run *r);
int do_dictionary_note(struct run *r);

/* ---- verbs_trail.c ---- */

int verbs_note_proof(const char *realm, const char *proof, void *arg);
bool verbs_trail_is_whole(struct run *r);
int lose_names(struct run *r);
int lose_key(struct run *r);
int make_archive(struct run *r);
int do_audit_each(struct run *r);
int do_seal(struct run *r);
int do_seal_empty(struct run *r);
int do_first_keys(struct run *r);
int do_heads(struct run *r);
int do_archive(struct run *r);
int do_audit_progress(struct run *r);
int do_audit_verify(struct run *r);
int do_audit_verify_with(struct run *r);

/* ---- */

void verbs_make(const char *directory);

#endif
