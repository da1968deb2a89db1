/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * fault_agent: each call that the agent makes for a request fails
 * once, one after the other, in an agent and on a store of its own: by its
 * loop, a thread that looks up or one that hashes. Then:
 *   - an error, and refused; or the fault did no harm, and the answer is the
 *     one that it always is; or the connection ends without one;
 *   - after an error the store is as it was (or a try counted too much), and
 *     whole;
 *   - the same agent serves the next caller, and ends when it is told to;
 *   - nothing leaks, no descriptor stays open, no secret is left in memory.
 *
 * calls.h tells which calls; without FAULT_EVERY of four requests only.
 */

#include <dlfcn.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "remote/channel.h"
#include "agent/loop.h"
#include "calls.h"
#include "crash.h"
#include "interpose.h"
#include "listener.h"
#include "stores.h"
#include "verbs.h"

#define WAIT_SECONDS 60		/* an agent that hangs is a failure */
#define SILENCE_MS 10000
#define ANSWER_MS 30000

/* What an agent and its caller found. */
static struct found {
	sem_t heard;		/* the agent did as it was told by SIGUSR1 */
	enum channel_end end;
	int err;
	enum paspw_verdict verdict;
	long live;		/* allocations that were not given back */
	int descriptors;	/* that were not closed */
	bool changed;		/* the store */
	bool only_pending;	/* nothing of it but tries and their events */
} *found;

static char saved[STORES_PATH], work[STORES_PATH], config[VERBS_PATH];
static char socket_path[STORES_PATH + sizeof("/socket")];
static struct secrets secrets;

/* ---- Requests ---- */

static const struct request {
	const char *name;
	enum wire_type type;
	const char *user;
	const char *password, *new;
	enum paspw_verdict verdict;	/* when nothing fails */
	bool sampled;			/* in make check too */
	bool renews;			/* with a new configuration before */
} requests[] = {
	{ "authenticate", WIRE_AUTHENTICATE, "bob", secrets.right, NULL,
	    PASPW_ACCEPTED, true, false },
	{ "authenticate, wrong", WIRE_AUTHENTICATE, "bob", secrets.wrong,
	    NULL, PASPW_REFUSED, true, false },
	{ "change", WIRE_CHANGE, "bob", secrets.right, secrets.fresh,
	    PASPW_ACCEPTED, true, false },
	{ "authenticate, wrong and locks", WIRE_AUTHENTICATE, "four",
	    secrets.wrong, NULL, PASPW_REFUSED, false, false },
	{ "authenticate, nobody", WIRE_AUTHENTICATE, "nobody", secrets.right,
	    NULL, PASPW_REFUSED, false, false },
	{ "reserve", WIRE_RESERVE, "bob", NULL, NULL, PASPW_ACCEPTED, false,
	    false },
	{ "settle", WIRE_SETTLE, "bob", NULL, NULL, PASPW_ACCEPTED, false,
	    false },
	{ "account", WIRE_ACCOUNT, "bob", NULL, NULL, PASPW_ACCEPTED, false,
	    false },
	{ "status", WIRE_STATUS, "bob", NULL, NULL, PASPW_ACCEPTED, false,
	    false },
	{ "session", WIRE_SESSION, "bob", NULL, NULL, PASPW_ACCEPTED, false,
	    false },
	{ "change_authenticated", WIRE_CHANGE_AUTHENTICATED, "bob", NULL,
	    secrets.fresh, PASPW_ACCEPTED, false, false },
	{ "reset", WIRE_RESET, "bob", NULL, secrets.fresh, PASPW_ACCEPTED,
	    false, false },
	{ "ping", WIRE_PING, "", NULL, NULL, PASPW_ACCEPTED, false, false },
	{ "ping, configuration read again", WIRE_PING, "", NULL, NULL,
	    PASPW_ACCEPTED, true, true },
	{ NULL, WIRE_NONE, NULL, NULL, NULL, PASPW_REFUSED, false, false }
};

static const struct request reserve = { "reserve", WIRE_RESERVE, "bob", NULL,
    NULL, PASPW_ACCEPTED, false, false };
static const struct request ping = { "ping", WIRE_PING, "", NULL, NULL,
    PASPW_ACCEPTED, false, false };
/* Whose password no request changes. */
static const struct request login = { "login", WIRE_AUTHENTICATE, "weak",
    secrets.right, NULL, PASPW_ACCEPTED, false, false };

static enum channel_end
ask(int fd, const struct request *q, struct wire_answer *a)
{
	static struct wire_request r;
	enum channel_end end;

	memset(&r, 0, sizeof(r));
	r.type = q->type;
	r.id = getpid();
	r.outcome = PASPW_PASSED;
	r.flags = q->type == WIRE_SESSION;
	if (!wire_text(r.config, sizeof(r.config), config) ||
	    !wire_text(r.user, sizeof(r.user), q->user) ||
	    !wire_text(r.realm, sizeof(r.realm),
	    q->type == WIRE_SETTLE ? "users" : ""))
		exit(EXIT_FAILURE);
	secrets_unmask(&secrets);
	if (q->password != NULL)
		wire_password(&r.password, q->password, strlen(q->password));
	if (q->new != NULL)
		wire_password(&r.new, q->new, strlen(q->new));
	secrets_wipe(&secrets);
	end = channel_ask(fd, &r, SILENCE_MS, ANSWER_MS, a);
	secret_wipe_bytes(&r, sizeof(r));
	return end;
}

static int
call(void)
{
	return channel_connect(socket_path, ANSWER_MS);
}

/* By a caller who comes, asks and goes, when no call fails. */
static bool
is_served(const struct request *q)
{
	struct wire_answer a = { .type = WIRE_NONE };
	int fd = call();
	bool served = fd != -1 && ask(fd, q, &a) == CHANNEL_DONE &&
	    a.err == PASPW_OK && a.verdict == q->verdict;

	if (fd != -1)
		close(fd);
	if (!served)
		printf("# %s: no connection, or %s: %s\n", q->name,
		    paspw_verdict_name((enum paspw_verdict)a.verdict),
		    a.detail);
	return served;
}

/* ---- The agent ---- */

static const struct fault *to_fail;
static long number_to_fail;

/* The first one: from here on; the second one: no more. */
static void
on_signal(int number)
{
	static bool armed;

	(void)number;
	if (!armed)
		fault_arm(to_fail, number_to_fail);
	else
		calls_found->calls = fault_disarm();
	armed = true;
	sem_post(&found->heard);
}

static void
run_agent(int listener)
{
	char where[128] = "", text[192];
	int descriptors = calls_descriptors();
	long live = fault_live();
	sigset_t blocked;

	alarm(WAIT_SECONDS);
	crash_watch();
	sigfillset(&blocked);
	sigdelset(&blocked, SIGUSR1);
	sigdelset(&blocked, SIGALRM);
	sigdelset(&blocked, SIGSEGV);
	sigdelset(&blocked, SIGABRT);
	signal(SIGUSR1, on_signal);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	if (agent_loop(config, listener) != 0)
		calls_problem("the agent ended with an error");
	/* What a dlopen that failed notes stays until it was asked twice. */
	(void)dlerror();
	(void)dlerror();
	found->live = fault_live() - live;
	found->descriptors = calls_descriptors() - descriptors;
	if (secrets_found(where, sizeof(where))) {
		snprintf(text, sizeof(text), "a secret in memory: %s", where);
		calls_problem(text);
	}
}

static bool
is_alive(pid_t agent)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)agent, &info,
	    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

/* It is told, and did it. One that hangs is ended by its alarm. */
static bool
tell(pid_t agent)
{
	struct timespec until;

	kill(agent, SIGUSR1);
	do {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		if (sem_timedwait(&found->heard, &until) == 0)
			return true;
	} while (is_alive(agent));
	return false;
}

/* ---- One run ---- */

static void
ask_while_it_fails(pid_t agent, const struct request *q)
{
	struct wire_answer a = { .type = WIRE_NONE };
	int fd;

	if (!tell(agent)) {
		calls_problem("not heard");
		return;
	}
	if (q->renews)
		kill(agent, SIGHUP);
	fd = call();
	found->end = fd == -1 ? CHANNEL_CLOSED : ask(fd, q, &a);
	(void)tell(agent);
	if (fd != -1)
		close(fd);
	found->err = (int)a.err;
	found->verdict = (enum paspw_verdict)a.verdict;
	if (found->end == CHANNEL_DONE && a.type != WIRE_ANSWER)
		calls_problem("no answer, but something else");
	if (found->end == CHANNEL_DONE && a.err != PASPW_OK &&
	    a.detail[0] == '\0')
		calls_problem("an error without a sentence");
}

static void
compare_stores(const uint64_t before[2])
{
	uint64_t after[2];

	if (!stores_digest(work, after))
		calls_problem("the store is not whole");
	found->changed = after[0] != before[0];
	found->only_pending = after[1] == before[1];
}

static void
judge(const struct request *q, const struct fault *fault)
{
	static const bool honest[] = { [PASPW_ERR_CONFIG] = true,
	    [PASPW_ERR_STORE] = true, [PASPW_ERR_BUSY] = true,
	    [PASPW_ERR_CRYPTO] = true, [PASPW_ERR_MEMORY] = true };

	if (found->end == CHANNEL_SILENT || found->end == CHANNEL_GARBAGE)
		calls_problem("silence or garbage");
	if (found->end != CHANNEL_DONE)
		return;
	if (found->err == PASPW_OK) {
		if (found->verdict != q->verdict)
			calls_problem("another verdict");
		return;
	}
	if (found->verdict != PASPW_REFUSED)
		calls_problem("an error with a verdict");
	if ((found->err < 0 || found->err > PASPW_ERR_MEMORY ||
	    !honest[found->err]) && (found->err != PASPW_ERR_DENIED ||
	    fault->code != EACCES))
		calls_problem(paspw_strerror(found->err));
}

static pid_t
start_agent(void)
{
	int listener = listener_open(socket_path);
	pid_t agent = fork();

	if (agent == 0) {
		run_agent(listener);
		_exit(EXIT_SUCCESS);
	}
	close(listener);
	return agent;
}

/* The next caller; or the one after it, if a fault did no harm to what was
 * asked (a log that opened for reading only). */
static bool
serves(void)
{
	return is_served(&login) ||
	    (found->err == PASPW_OK && is_served(&login));
}

/* After an fstat that failed SQLite closes its descriptor, and with it all
 * locks of the process are gone ("in such bad shape", its source says). Who
 * opens the store meanwhile takes the log away: only an agent that was started
 * again gets over that. */
static bool
serves_when_restarted(void)
{
	pid_t agent = start_agent();
	bool served = agent != -1 && is_served(&login);
	int status = 1;

	kill(agent, SIGTERM);
	return waitpid(agent, &status, 0) == agent && status == 0 && served;
}

static void
one_run(const struct request *q, const struct fault *fault, long number)
{
	uint64_t before[2];
	bool served;
	pid_t agent;

	memset(found, 0, sizeof(*found));
	sem_init(&found->heard, 1, 0);
	stores_copy(saved, work);
	to_fail = fault;
	number_to_fail = number;
	agent = start_agent();
	if (agent == -1 || !is_served(&ping) ||
	    (q->type == WIRE_SETTLE && !is_served(&reserve)))
		calls_problem("not ready");
	if (!stores_digest(work, before))
		calls_problem("not whole before");
	ask_while_it_fails(agent, q);
	compare_stores(before);
	judge(q, fault);
	served = !is_alive(agent) || serves();
	kill(agent, SIGTERM);
	calls_wait(agent, number);
	if (!served && (fault->calls != FAULT_STAT ||
	    !serves_when_restarted()))
		calls_problem("it serves nobody any more");
}

/* ---- One after the other ---- */

/* Compared with the run in which nothing failed. Whoever got no answer knows
 * no more than that. */
static void
compare(const struct fault *fault, const struct found *sane)
{
	bool unsure = fault->calls == FAULT_SYNC ||
	    fault->calls == FAULT_SQL_UNSURE || found->end != CHANNEL_DONE;

	if (fault->harmless &&
	    (found->end != CHANNEL_DONE || found->err != PASPW_OK))
		calls_problem("an error, but no harm was done");
	if (found->live > sane->live)
		calls_problem("memory leaks");
	if (found->descriptors > sane->descriptors)
		calls_problem("a descriptor stays open");
	if (found->end == CHANNEL_DONE && found->err == PASPW_OK) {
		if (found->changed != sane->changed)
			calls_problem("done, but the store does not say so");
	} else if (!found->only_pending && (sane->only_pending || !unsure))
		calls_problem("an error, but more than a try was written");
}

struct row {
	const struct request *request;
	struct found sane;
};

static const char *
run_request(const struct fault *fault, long number, void *arg)
{
	struct row *row = arg;

	one_run(row->request, fault, number);
	if (fault->calls == FAULT_NONE) {
		row->sane = *found;
		if (found->end != CHANNEL_DONE || found->err != PASPW_OK)
			calls_problem("an error without a fault");
	} else if (number > 0 && calls_found->problem[0] == '\0' &&
	    !calls_found->theirs) {
		compare(fault, &row->sane);
	}
	return paspw_strerror(found->err);
}

static void
make_stores(void)
{
	int status = 1;
	pid_t pid;

	stores_make(saved);
	stores_make(work);
	/* In a process of its own: what it leaves in memory is not ours. */
	if ((pid = fork()) == 0) {
		verbs_make(work);
		_exit(EXIT_SUCCESS);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		exit(EXIT_FAILURE);
	stores_copy(work, saved);
	snprintf(config, sizeof(config), "%s/paspw.conf", work);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", work);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getuid() != 0) {
		puts("1..0 # SKIP only root may ask about others");
		return EXIT_SUCCESS;
	}
	calls_found = calls_shared(sizeof(*calls_found));
	found = calls_shared(sizeof(*found));
	fault_stand_in = true;	/* fault_library hashes in earnest */
	make_stores();
	calls_warm_up();
	for (const struct request *q = requests; q->name != NULL; q++) {
		struct row row = { .request = q };

		if (!calls_sampled() || q->sampled)
			calls_each(q->name, run_request, &row);
	}
	stores_remove(saved);
	stores_remove(work);
	return calls_end();
}
