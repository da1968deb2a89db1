/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "crash.h"

#define CALLS_MAX 40000
#define DESCRIPTORS 64		/* looked at: a new one is the lowest */
#define PROBLEMS_MAX 5		/* told of one row */
#define LINE_MAX_BYTES 256

struct calls_found *calls_found;

static uint64_t *sites;		/* of the calls that were counted */
static bool chosen[CALLS_MAX + 1];	/* by their sites */
static int tests, failed, skipped;
static long tried_all;

/* ---- One run ---- */

bool
calls_sampled(void)
{
	return getenv("FAULT_EVERY") == NULL;
}

static bool
by_site(void)
{
	return !calls_sampled() && strcmp(getenv("FAULT_EVERY"), "site") == 0;
}

int
calls_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < DESCRIPTORS; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

void *
calls_shared(size_t size)
{
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		exit(EXIT_FAILURE);
	return shared;
}

/* glibc's name service crashes if its first use is without memory, and keeps
 * each service that it loads; which ones this machine has is not looked at.
 * Syslog's first line would read the time zone, and keep it. */
void
calls_warm_up(void)
{
	static const char *const databases[] = { "passwd", "group", "shadow",
	    "initgroups" };

	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++)
		if (__nss_configure_lookup(databases[i], "files") != 0)
			exit(EXIT_FAILURE);
	if (getpwuid(0) == NULL || getgrnam("root") == NULL ||
	    getspnam("root") == NULL)
		exit(EXIT_FAILURE);
	tzset();
}

void
calls_problem(const char *what)
{
	char *problem = calls_found->problem;

	if (problem[0] == '\0')
		snprintf(problem, sizeof(calls_found->problem), "%s", what);
}

void
calls_wait(pid_t pid, long number)
{
	int status = 0;

	if (pid == -1 || waitpid(pid, &status, 0) != pid ||
	    (status != 0 && !crash_forgiven(status)))
		calls_problem("it crashed or hung");
	/* One call failed; which one of those that it makes nobody counted. */
	if (status != 0 && calls_found->calls == 0)
		calls_found->calls = number;
	calls_found->theirs = status != 0;
}

static const char *
run_once(calls_run *run, const struct fault *fault, long number, void *arg)
{
	memset(calls_found, 0, sizeof(*calls_found));
	fault_site = &calls_found->site;
	return run(fault, number, arg);
}

/* ---- Which of them ---- */

static int
by_site_and_number(const void *a, const void *b)
{
	const long one = *(const long *)a, other = *(const long *)b;

	if (sites[one - 1] != sites[other - 1])
		return sites[one - 1] < sites[other - 1] ? -1 : 1;
	return one < other ? -1 : one > other;
}

/* The first and the last one of each site; how many sites there are. */
static long
choose(long calls)
{
	static long order[CALLS_MAX];
	long count = 0;

	memset(chosen, 0, sizeof(chosen));
	for (long i = 0; i < calls; i++)
		order[i] = i + 1;
	qsort(order, (size_t)calls, sizeof(order[0]), by_site_and_number);
	for (long i = 0; i < calls; i++) {
		bool first = i == 0 ||
		    sites[order[i] - 1] != sites[order[i - 1] - 1];
		bool last = i + 1 == calls ||
		    sites[order[i] - 1] != sites[order[i + 1] - 1];

		chosen[order[i]] = first || last;
		count += first;
	}
	return count;
}

/* And on until none fails: a fault may be followed by calls that nobody
 * counted. */
static long
next_call(long n, long calls)
{
	if (by_site()) {
		do
			n++;
		while (n <= calls && !chosen[n]);
		return n;
	}
	if (!calls_sampled())
		return n + atol(getenv("FAULT_EVERY"));
	return n < calls / 2 ? calls / 2 : n < calls ? calls : CALLS_MAX;
}

static long
first_call(void)
{
	const char *from = getenv("FAULT_FROM");

	return from == NULL ? 1 : atol(from);
}

static bool
is_wanted(const char *variable, const char *name)
{
	const char *wanted = getenv(variable);

	return wanted == NULL || strcmp(wanted, name) == 0;
}

/* ---- Rows that passed ---- */

static void
put_row(char line[LINE_MAX_BYTES], const char *row, const char *fault)
{
	snprintf(line, LINE_MAX_BYTES, "%s: %s: %s\n",
	    program_invocation_short_name, row, fault);
}

static bool
is_done(const char *row, const char *fault)
{
	char line[LINE_MAX_BYTES], wanted[LINE_MAX_BYTES];
	const char *path = getenv("FAULT_DONE");
	bool found = false;
	FILE *f;

	if (path == NULL || (f = fopen(path, "re")) == NULL)
		return false;
	put_row(wanted, row, fault);
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strcmp(line, wanted) == 0;
	fclose(f);
	return found;
}

static void
note_done(const char *row, const char *fault)
{
	const char *path = getenv("FAULT_DONE");
	char line[LINE_MAX_BYTES];
	FILE *f;

	if (path == NULL)
		return;
	put_row(line, row, fault);
	if ((f = fopen(path, "ae")) == NULL || fputs(line, f) == EOF ||
	    fclose(f) != 0)
		exit(EXIT_FAILURE);
}

/* ---- One after the other ---- */

void
calls_tell(bool passed, const char *what)
{
	failed += !passed;
	printf("%s %d - %s\n", passed ? "ok" : "not ok", ++tests, what);
}

/* Another one than the one that was counted there: by threads, say. */
static bool
is_elsewhere(long n, long calls)
{
	return by_site() && n <= calls && calls_found->site != 0 &&
	    calls_found->site != sites[n - 1];
}

/* One kind of a row. */
struct series {
	const char *row;
	const struct fault *fault;
	calls_run *run;
	void *arg;
	long number;		/* of the next one to fail; 0: only count */
	long calls;		/* how many that counted */
	long sites;
	long tried, elsewhere;
	int told;
};

/* Not inlined, as the place where the runs begin is part of each site. False:
 * none is left. */
__attribute__((noinline))
static bool
try_call(struct series *s)
{
	const long n = s->number;
	const char *answer;

	fault_sites_max = n == 0 && by_site() ? CALLS_MAX : 0;
	answer = run_once(s->run, s->fault, n, s->arg);
	if (calls_found->problem[0] != '\0') {
		printf("# %s: %s, call %ld: %s (%s)\n", s->row,
		    s->fault->name, n, calls_found->problem, answer);
		s->told++;
	}
	if (n == 0) {
		s->calls = calls_found->calls;
		s->sites = by_site() ? choose(s->calls) : 0;
		s->number = first_call();
		return s->calls > 0;
	}
	if (calls_found->calls < n)
		return false;
	s->elsewhere += is_elsewhere(n, s->calls);
	s->tried++;
	s->number = next_call(n, s->calls);
	return s->number < CALLS_MAX && s->told < PROBLEMS_MAX;
}

static void
try_calls(struct series *s)
{
	char text[2 * LINE_MAX_BYTES], of[64] = "";

	while (try_call(s))
		;
	tried_all += s->tried;
	if (s->calls == 0)
		return;
	if (s->elsewhere > 0)
		printf("# %ld of them were at another site\n", s->elsewhere);
	if (by_site())
		snprintf(of, sizeof(of), " of %ld, %ld sites", s->calls,
		    s->sites);
	snprintf(text, sizeof(text), "%s: %s, %ld calls%s", s->row,
	    s->fault->name, s->tried, of);
	calls_tell(s->told == 0, text);
	if (s->told == 0)
		note_done(s->row, s->fault->name);
}

void
calls_each(const char *row, calls_run *run, void *arg)
{
	static const struct fault nothing = { "nothing", FAULT_NONE, 0,
	    false, true };
	struct series last = { .fault = &nothing };
	char text[2 * LINE_MAX_BYTES];
	const char *answer;

	if (!is_wanted("FAULT_ROW", row))
		return;
	if (sites == NULL)
		sites = calls_shared(CALLS_MAX * sizeof(*sites));
	fault_sites = sites;
	answer = run_once(run, &nothing, 0, arg);
	if (calls_found->problem[0] != '\0') {
		snprintf(text, sizeof(text), "%s: %s (%s)", row,
		    calls_found->problem, answer);
		calls_tell(false, text);
		return;
	}
	for (const struct fault *f = faults; f->name != NULL; f++) {
		if (!is_wanted("FAULT_KIND", f->name))
			continue;
		if (is_done(row, f->name)) {
			printf("ok %d - %s: %s # SKIP done before\n", ++tests,
			    row, f->name);
			skipped++;
			continue;
		}
		/* Counted once for those of a kind, which are neighbours. */
		if (f->calls == last.fault->calls && last.calls == 0)
			continue;
		last = (struct series){ .row = row, .fault = f, .run = run,
		    .arg = arg, .calls = f->calls == last.fault->calls ?
		    last.calls : 0, .sites = last.sites };
		if (last.calls > 0)
			last.number = first_call();
		try_calls(&last);
	}
}

int
calls_end(void)
{
	printf("# %ld calls failed, one by one", tried_all);
	if (skipped > 0)
		printf("; %d rows were done before", skipped);
	printf("\n1..%d\n", tests);
	return failed == 0 && tests > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
