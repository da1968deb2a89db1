/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * fault_library: each call that each public verb makes fails once, one
 * after the other, in a process of its own and on a store of its own. Then:
 *   - an error with a sentence, and refused; or the fault did no harm, and
 *     the answer is the one that it always is;
 *   - never an answer in place of an error ("no such account");
 *   - after an error the store is as it was (a verb of several transactions
 *     may leave a try counted too much, never too little), and whole;
 *   - the same handle works, and so does the store;
 *   - nothing leaks, no descriptor stays open, no secret is left in memory.
 *
 * calls.h tells which calls.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "crash.h"
#include "interpose.h"
#include "stores.h"
#include "verbs.h"

#define WAIT_SECONDS 60		/* a child that hangs is a failure */

/* What a child found. */
static struct found {
	int err;
	enum paspw_verdict verdict;
	long live;		/* allocations that were not given back */
	bool changed;		/* the store */
	bool only_pending;	/* nothing of it but tries and their events */
} *found;

static char saved[STORES_PATH], work[STORES_PATH];

/* ---- One run ---- */

static void
look_for_secrets(void)
{
	char where[128] = "", text[192];

	if (!secrets_found(where, sizeof(where)))
		return;
	snprintf(text, sizeof(text), "a secret in memory: %s", where);
	calls_problem(text);
}

/* Whatever failed, the next one does not; after a fault that did no harm to
 * what was asked (a log that opened for reading only) the one after it. */
static void
use_again(struct run *r)
{
	struct paspw_status *status = NULL;

	if (r->h == NULL)
		return;
	if (paspw_status(r->h, "bob", &status) != PASPW_OK)
		calls_problem("the handle does not read any more");
	paspw_status_free(&status);
	if (paspw_session(r->h, "bob", false) != PASPW_OK &&
	    (found->err != PASPW_OK ||
	    paspw_session(r->h, "bob", false) != PASPW_OK))
		calls_problem("the handle does not write any more");
}

static void
judge(const struct verb *v, const struct fault *fault, const struct run *r)
{
	static const bool honest[] = { [PASPW_ERR_CONFIG] = true,
	    [PASPW_ERR_STORE] = true, [PASPW_ERR_BUSY] = true,
	    [PASPW_ERR_CRYPTO] = true, [PASPW_ERR_MEMORY] = true };

	if (r->harmful)
		calls_problem("an output as if all were well");
	if (found->err == PASPW_OK) {
		if (r->verdict != v->verdict)
			calls_problem("another verdict");
		return;
	}
	/* do_verify keeps what begin said */
	if (r->verdict != PASPW_REFUSED && v->prepare == NULL)
		calls_problem("an error with a verdict");
	if ((found->err < 0 || found->err > PASPW_ERR_MEMORY ||
	    !honest[found->err]) && (found->err != PASPW_ERR_DENIED ||
	    fault->code != EACCES))
		calls_problem(paspw_strerror(found->err));
	if (r->h != NULL && paspw_detail(r->h)[0] == '\0')
		calls_problem("an error without a sentence");
}

static bool
make_ready(const struct verb *v, struct run *r)
{
	char path[VERBS_PATH];
	struct paspw_status *status = NULL;
	int rc = PASPW_OK;

	if ((v->flags & VERB_CLOSED) != 0)
		return true;
	snprintf(path, sizeof(path), "%s/paspw.conf", r->directory);
	if (paspw_open(&r->h, path, 0) != PASPW_OK)
		return false;
	if ((v->flags & VERB_COLD) == 0) {
		rc = paspw_status(r->h, "bob", &status);
		paspw_status_free(&status);
	}
	if (rc == PASPW_OK && v->prepare != NULL)
		rc = v->prepare(r);
	return rc == PASPW_OK;
}

static void
one_run(const struct verb *v, const struct fault *fault, long number)
{
	static struct run r;
	long live;
	int descriptors;
	uint64_t before[2], after[2];

	alarm(WAIT_SECONDS);
	crash_watch();
	r.directory = work;
	secrets_unmask(&r.secrets);
	descriptors = calls_descriptors();
	live = fault_live();
	if (!make_ready(v, &r)) {
		calls_problem("not ready");
		return;
	}
	if (!stores_digest(work, before))
		calls_problem("not whole before");
	fault_arm(fault, number);
	found->err = v->act(&r);
	calls_found->calls = fault_disarm();
	found->verdict = r.verdict;
	judge(v, fault, &r);
	paspw_attempt_free(&r.attempt);
	secrets_wipe(&r.secrets);
	look_for_secrets();
	if (!stores_digest(work, after))
		calls_problem("the store is not whole");
	found->changed = after[0] != before[0];
	found->only_pending = after[1] == before[1];
	if ((v->flags & VERB_TRAIL) != 0 && !verbs_trail_is_whole(&r))
		calls_problem("the trail is not whole");
	if ((v->flags & VERB_CLOSED) == 0)
		use_again(&r);
	paspw_close(&r.h);
	/* What a dlopen that failed notes stays until it was asked twice. */
	(void)dlerror();
	(void)dlerror();
	found->live = fault_live() - live;
	if (calls_descriptors() > descriptors)
		calls_problem("a descriptor stays open");
}

/* ---- One after the other ---- */

/* Compared with the run in which nothing failed. */
static void
compare(const struct verb *v, const struct fault *fault,
    const struct found *sane)
{
	bool unsure = fault->calls == FAULT_SYNC ||
	    fault->calls == FAULT_SQL_UNSURE;

	/* OpenSSL notes its errors, and its own first steps, for ever. */
	if (found->live > sane->live && (v->flags & VERB_OPENSSL) == 0)
		calls_problem("memory leaks");
	if (found->err == PASPW_OK) {
		if (found->changed != sane->changed)
			calls_problem("done, but the store does not say so");
	} else if (found->changed && !unsure) {
		if ((v->flags & VERB_STEPS) == 0)
			calls_problem("an error, but the store was changed");
		else if (!found->only_pending && sane->only_pending)
			calls_problem("an error, but more than a try was written");
	}
}

struct row {
	const struct verb *verb;
	struct found sane;
};

static const char *
run_verb(const struct fault *fault, long number, void *arg)
{
	struct row *row = arg;
	pid_t pid;

	memset(found, 0, sizeof(*found));
	stores_copy(saved, work);
	if ((pid = fork()) == 0) {
		one_run(row->verb, fault, number);
		_exit(EXIT_SUCCESS);
	}
	calls_wait(pid, number);
	if (fault->calls == FAULT_NONE) {
		row->sane = *found;
		if (found->err != PASPW_OK)
			calls_problem("an error without a fault");
	} else if (number > 0 && calls_found->problem[0] == '\0' &&
	    !calls_found->theirs) {
		compare(row->verb, fault, &row->sane);
	}
	return paspw_strerror(found->err);
}

/* A scan that finds nothing must be one that could. */
static void
control(void)
{
	static char text[SCAN_MAX];
	char where[200];
	bool hidden = !scan_memory(&secrets_masked[0], where, sizeof(where));

	scan_unmask(&secrets_masked[0], text);
	hidden = hidden &&
	    scan_memory(&secrets_masked[0], where, sizeof(where));
	explicit_bzero(text, sizeof(text));
	calls_tell(hidden, "a secret that is there is found");
}

int
main(void)
{
	int status = 1;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	calls_found = calls_shared(sizeof(*calls_found));
	found = calls_shared(sizeof(*found));
	control();
	fault_stand_in = calls_sampled();
	fault_no_sleep = true;
	stores_make(saved);
	stores_make(work);
	/* In a process of its own: what it leaves in memory is not ours. */
	if ((pid = fork()) == 0) {
		verbs_make(work);
		_exit(EXIT_SUCCESS);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return EXIT_FAILURE;
	calls_warm_up();
	stores_copy(work, saved);
	for (const struct verb *v = verbs; v->name != NULL; v++) {
		struct row row = { .verb = v };

		calls_each(v->name, run_verb, &row);
	}
	stores_remove(saved);
	stores_remove(work);
	return calls_end();
}
