/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * fault_library [VERB]: each call that each public verb makes fails once, one
 * after the other, in a process of its own and on a store of its own. Then:
 *   - an error with a sentence, and refused; or the fault did no harm, and
 *     the answer is the one that it always is;
 *   - never an answer in place of an error ("no such account");
 *   - after an error the store is as it was (a verb of several transactions
 *     may leave a try counted too much, never too little), and whole;
 *   - the same handle works, and so does the store;
 *   - nothing leaks, no descriptor stays open, no secret is left in memory.
 *
 * Of each kind the first call, one in the middle and the last one;
 * FAULT_EVERY=N: each Nth (1: all, as in make faults); FAULT_FROM=N: begin
 * with the Nth.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "crash.h"
#include "interpose.h"
#include "stores.h"
#include "verbs.h"

#define PROBLEMS_MAX 5	/* told of one kind */
#define WAIT_SECONDS 60		/* a child that hangs is a failure */

/* What a child found. */
static struct found {
	long calls;
	int err;
	enum paspw_verdict verdict;
	bool theirs;		/* it crashed, and not in our code */
	long live;		/* allocations that were not given back */
	bool changed;		/* the store */
	bool only_pending;	/* nothing of it but tries and their events */
	char problem[256];	/* "" : none */
} *found;

static char saved[STORES_PATH], work[STORES_PATH];

/* ---- One run ---- */

static void
problem(const char *what)
{
	if (found->problem[0] == '\0')
		snprintf(found->problem, sizeof(found->problem), "%s", what);
}

static void
look_for_secrets(void)
{
	char where[128] = "", text[192];

	if (!secrets_found(where, sizeof(where)))
		return;
	snprintf(text, sizeof(text), "a secret in memory: %s", where);
	problem(text);
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
		problem("the handle does not read any more");
	paspw_status_free(&status);
	if (paspw_session(r->h, "bob", false) != PASPW_OK &&
	    (found->err != PASPW_OK ||
	    paspw_session(r->h, "bob", false) != PASPW_OK))
		problem("the handle does not write any more");
}

static void
judge(const struct verb *v, const struct fault *fault, const struct run *r)
{
	static const bool honest[] = { [PASPW_ERR_CONFIG] = true,
	    [PASPW_ERR_STORE] = true, [PASPW_ERR_BUSY] = true,
	    [PASPW_ERR_CRYPTO] = true, [PASPW_ERR_MEMORY] = true };

	if (r->harmful)
		problem("an output as if all were well");
	if (found->err == PASPW_OK) {
		if (r->verdict != v->verdict)
			problem("another verdict");
		return;
	}
	/* do_verify keeps what begin said */
	if (r->verdict != PASPW_REFUSED && v->prepare == NULL)
		problem("an error with a verdict");
	if ((found->err < 0 || found->err > PASPW_ERR_MEMORY ||
	    !honest[found->err]) && (found->err != PASPW_ERR_DENIED ||
	    fault->code != EACCES))
		problem(paspw_strerror(found->err));
	if (r->h != NULL && paspw_detail(r->h)[0] == '\0')
		problem("an error without a sentence");
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
		problem("not ready");
		return;
	}
	if (!stores_digest(work, before))
		problem("not whole before");
	fault_arm(fault, number);
	found->err = v->act(&r);
	found->calls = fault_disarm();
	found->verdict = r.verdict;
	judge(v, fault, &r);
	paspw_attempt_free(&r.attempt);
	secrets_wipe(&r.secrets);
	look_for_secrets();
	if (!stores_digest(work, after))
		problem("the store is not whole");
	found->changed = after[0] != before[0];
	found->only_pending = after[1] == before[1];
	if ((v->flags & VERB_TRAIL) != 0 && !verbs_trail_is_whole(&r))
		problem("the trail is not whole");
	if ((v->flags & VERB_CLOSED) == 0)
		use_again(&r);
	paspw_close(&r.h);
	/* What a dlopen that failed notes stays until it was asked twice. */
	(void)dlerror();
	(void)dlerror();
	found->live = fault_live() - live;
	if (calls_descriptors() > descriptors)
		problem("a descriptor stays open");
}

static void
in_child(const struct verb *v, const struct fault *fault, long number)
{
	int status = 0;
	pid_t pid;

	memset(found, 0, sizeof(*found));
	stores_copy(saved, work);
	if ((pid = fork()) == 0) {
		one_run(v, fault, number);
		_exit(EXIT_SUCCESS);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid ||
	    (status != 0 && !crash_forgiven(status)))
		problem("it crashed or hung");
	/* One call failed; which one of those that it makes nobody counted. */
	if (status != 0 && found->calls == 0)
		found->calls = number;
	found->theirs = status != 0;
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
		problem("memory leaks");
	if (found->err == PASPW_OK) {
		if (found->changed != sane->changed)
			problem("done, but the store does not say so");
	} else if (found->changed && !unsure) {
		if ((v->flags & VERB_STEPS) == 0)
			problem("an error, but the store was changed");
		else if (!found->only_pending && sane->only_pending)
			problem("an error, but more than a try was written");
	}
}

static int tests, failed;

static long
try_calls(const struct verb *v, const struct fault *fault,
    const struct found *sane, long calls)
{
	const char *from = getenv("FAULT_FROM");
	long tried = 0;
	int told = 0;

	for (long n = from == NULL ? 1 : atol(from);
	    n < CALLS_MAX && told < PROBLEMS_MAX; n = calls_next(n, calls)) {
		in_child(v, fault, n);
		if (found->problem[0] == '\0' && !found->theirs)
			compare(v, fault, sane);
		if (found->problem[0] != '\0') {
			printf("# %s: %s, call %ld: %s (%s)\n", v->name,
			    fault->name, n, found->problem,
			    paspw_strerror(found->err));
			told++;
		}
		if (found->calls < n)
			break;
		tried++;
	}
	failed += told > 0;
	printf("%s %d - %s: %s, %ld calls\n", told == 0 ? "ok" : "not ok",
	    ++tests, v->name, fault->name, tried);
	return tried;
}

static long
try_verb(const struct verb *v)
{
	const struct fault nothing = { "nothing", FAULT_NONE, 0, false };
	struct found sane;
	long tried = 0, calls = 0;

	/* The first one is to find the caches filled that the system keeps. */
	in_child(v, &nothing, 0);
	sane = *found;
	if (sane.problem[0] != '\0' || sane.err != PASPW_OK) {
		printf("not ok %d - %s: %s (%s)\n", ++tests, v->name,
		    sane.problem, paspw_strerror(sane.err));
		failed++;
		return 0;
	}
	for (const struct fault *f = faults; f->name != NULL; f++) {
		/* Counted once for those of a kind, which are neighbours. */
		if (f == faults || f->calls != f[-1].calls) {
			in_child(v, f, 0);
			calls = found->calls;
		}
		if (calls > 0)
			tried += try_calls(v, f, &sane, calls);
	}
	return tried;
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
	failed += !hidden;
	printf("%s %d - a secret that is there is found\n",
	    hidden ? "ok" : "not ok", ++tests);
}

int
main(int argc, char **argv)
{
	long tried = 0;
	int status = 1;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (found == MAP_FAILED)
		return EXIT_FAILURE;
	control();
	fault_stand_in = getenv("FAULT_EVERY") == NULL;
	stores_make(saved);
	stores_make(work);
	/* In a process of its own: what it leaves in memory is not ours. */
	if ((pid = fork()) == 0) {
		verbs_make(work);
		_exit(EXIT_SUCCESS);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return EXIT_FAILURE;
	/* glibc's name service crashes if its first use is without memory; and
	 * it keeps each service that it loads: nobody has this uid, so all of
	 * them are asked here, and none first after the fault of another. */
	if (getpwuid(0) == NULL || getgrnam("root") == NULL)
		return EXIT_FAILURE;
	(void)getpwuid((uid_t)-2);
	tzset();	/* syslog's first line would read it, and keep it */
	stores_copy(work, saved);
	for (const struct verb *v = verbs; v->name != NULL; v++)
		if (argc < 2 || strcmp(argv[1], v->name) == 0)
			tried += try_verb(v);
	printf("# %ld calls failed, one by one\n1..%d\n", tried, tests);
	stores_remove(saved);
	stores_remove(work);
	return failed == 0 && tests > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
