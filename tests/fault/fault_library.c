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
 * What an agent can do is done once more as its client, which the calls fail
 * of; without FAULT_EVERY only with a store that nobody else may open.
 * calls.h tells which calls.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/loop.h"
#include "calls.h"
#include "crash.h"
#include "interpose.h"
#include "listener.h"
#include "stores.h"
#include "verbs.h"

#define WAIT_SECONDS 60		/* a child that hangs is a failure */
#define SHUNNED_SECONDS 61	/* nobody sleeps here */

/* What a child found. */
struct found {
	int err;
	enum paspw_verdict verdict;
	long live;		/* allocations that were not given back */
	bool changed;		/* the store */
	bool only_pending;	/* nothing of it but tries and their events */
};
static struct found *found;

static char saved[STORES_PATH], work[STORES_PATH];
static char socket_path[STORES_PATH + sizeof("/socket")];

/* Who does it. */
struct way_of {
	const char *name;	/* behind that of the verb */
	bool served, isolated;
};

struct row {
	const struct verb *verb;
	const struct way_of *way;
	struct found sane;
};

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
	const struct timespec shunned = { SHUNNED_SECONDS, 0 };
	struct paspw_status *status = NULL;

	if (r->h == NULL)
		return;
	/* an agent that was silent is not asked for a while */
	if (r->served)
		nanosleep(&shunned, NULL);
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
	char text[64];

	if (r->harmful)
		calls_problem("an output as if all were well");
	if (found->err == PASPW_OK) {
		snprintf(text, sizeof(text), "another verdict: %s",
		    paspw_verdict_name(r->verdict));
		if (r->verdict != v->verdict)
			calls_problem(text);
		return;
	}
	/* do_verify keeps what begin said */
	if (r->verdict != PASPW_REFUSED && v->prepare == NULL)
		calls_problem("an error with a verdict");
	if ((found->err < 0 || found->err > PASPW_ERR_MEMORY ||
	    !honest[found->err]) && (found->err != PASPW_ERR_DENIED ||
	    (fault->code != EACCES && !r->isolated)))
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
	snprintf(path, sizeof(path), "%s/%s", r->directory,
	    r->isolated ? VERBS_ISOLATED : VERBS_CONFIG);
	if (paspw_open(&r->h, path, 0) != PASPW_OK || paspw_set(r->h,
	    PASPW_SOCKET, r->served ? socket_path : "none") != PASPW_OK)
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
one_run(const struct row *row, const struct fault *fault, long number)
{
	static struct run r;
	const struct verb *v = row->verb;
	long live;
	int descriptors;
	uint64_t before[2], after[2];

	alarm(WAIT_SECONDS);
	crash_watch();
	r.directory = work;
	r.served = row->way->served;
	r.faulty = fault->calls != FAULT_NONE;
	r.isolated = row->way->isolated;
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

/* Compared with the run in which nothing failed. Whoever got no answer of an
 * agent knows no more than that. */
static void
compare(const struct row *row, const struct fault *fault)
{
	const unsigned flags = row->verb->flags;
	const struct found *sane = &row->sane;
	bool unsure = fault->calls == FAULT_SYNC ||
	    fault->calls == FAULT_SQL_UNSURE || row->way->served;

	if (fault->harmless && found->err != PASPW_OK)
		calls_problem("an error, but no harm was done");
	/* OpenSSL notes its errors, and its own first steps, for ever; and
	 * whoever had an agent has not opened a store before. */
	if (found->live > sane->live && (flags & VERB_OPENSSL) == 0 &&
	    (!row->way->served || row->way->isolated))
		calls_problem("memory leaks");
	if (found->err == PASPW_OK) {
		if (found->changed != sane->changed)
			calls_problem("done, but the store does not say so");
	} else if (!found->only_pending && sane->only_pending) {
		calls_problem("an error, but more than a try was written");
	} else if (found->changed && !unsure && (flags & VERB_STEPS) == 0) {
		calls_problem("an error, but the store was changed");
	}
}

/* In a process that no call failed in: OpenSSL that had no memory for its
 * first steps stays without them, and hashes nothing any more. */
static void
look_at_trail(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		struct run r = { .directory = work };
		char path[VERBS_PATH];

		snprintf(path, sizeof(path), "%s/" VERBS_CONFIG, work);
		_exit(paspw_open(&r.h, path, 0) == PASPW_OK &&
		    verbs_trail_is_whole(&r) ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 0)
		calls_problem("the trail is not whole");
}

/* None of its own calls fails. */
static pid_t
start_agent(const struct way_of *way)
{
	int listener = listener_open(socket_path);
	char config[VERBS_PATH];
	sigset_t told;
	pid_t pid;

	snprintf(config, sizeof(config), "%s/%s", work,
	    way->isolated ? VERBS_ISOLATED : VERBS_CONFIG);
	if ((pid = fork()) == 0) {
		fault_no_sleep = false;
		alarm(2 * WAIT_SECONDS);
		sigemptyset(&told);
		sigaddset(&told, SIGTERM);
		sigaddset(&told, SIGHUP);
		sigprocmask(SIG_SETMASK, &told, NULL);
		_exit(agent_loop(config, listener));
	}
	close(listener);
	return pid;
}

static void
end_agent(pid_t pid)
{
	int status = 0;

	if (pid == -1 || kill(pid, SIGTERM) == -1 ||
	    waitpid(pid, &status, 0) != pid || status != 0)
		calls_problem("the agent did not stay");
}

static const char *
run_verb(const struct fault *fault, long number, void *arg)
{
	struct row *row = arg;
	pid_t pid, agent = 0;

	memset(found, 0, sizeof(*found));
	stores_copy(saved, work);
	if (row->way->served)
		agent = start_agent(row->way);
	if ((pid = fork()) == 0) {
		one_run(row, fault, number);
		_exit(EXIT_SUCCESS);
	}
	calls_wait(pid, number);
	if (row->way->served)
		end_agent(agent);
	if ((row->verb->flags & VERB_TRAIL) != 0)
		look_at_trail();
	if (fault->calls == FAULT_NONE) {
		row->sane = *found;
		if (found->err != PASPW_OK)
			calls_problem("an error without a fault");
	} else if (number > 0 && calls_found->problem[0] == '\0' &&
	    !calls_found->theirs) {
		compare(row, fault);
	}
	return paspw_strerror(found->err);
}

static void
try_verb(const struct verb *v)
{
	static const struct way_of ways[] = {
		{ "", false, false },
		{ ", by the agent", true, true },
		{ ", by the agent or here", true, false },
	};
	const size_t count = (v->flags & VERB_SERVED) == 0 ? 1 :
	    calls_sampled() ? 2 : 3;

	for (size_t i = 0; i < count; i++) {
		struct row row = { .verb = v, .way = &ways[i] };
		char name[VERBS_PATH];

		snprintf(name, sizeof(name), "%s%s", v->name, ways[i].name);
		calls_each(name, run_verb, &row);
	}
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
	snprintf(socket_path, sizeof(socket_path), "%s/socket", work);
	/* In a process of its own: what it leaves in memory is not ours. */
	if ((pid = fork()) == 0) {
		verbs_make(work);
		_exit(EXIT_SUCCESS);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return EXIT_FAILURE;
	calls_warm_up();
	stores_copy(work, saved);
	for (const struct verb *v = verbs; v->name != NULL; v++)
		try_verb(v);
	stores_remove(saved);
	stores_remove(work);
	return calls_end();
}
