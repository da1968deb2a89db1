/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * module_calls CONFDIR [PHASE]: each call that the real module, loaded by the
 * real libpam, makes in a phase fails once. Nobody gets in who would not: a
 * wrong password never, the right one only if the fault did no harm; the
 * phases without a password answer as always or refuse. Nothing crashes,
 * nothing leaks, no password is left in memory.
 *
 * fault_module.sh prepares the services `one` and `layered`, and the account
 * bob.
 *
 * Of each kind the first call, one in the middle and the last one;
 * FAULT_EVERY=N: each Nth (1: all, as in make faults); FAULT_FROM=N: begin
 * with the Nth.
 */

#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "crash.h"
#include "interpose.h"
#include "secrets.h"

#define PROBLEMS_MAX 5	/* told of one kind */
#define WAIT_SECONDS 60

static struct found {
	long calls;
	int code;
	bool theirs;		/* it crashed, and not in our code */
	long live;
	char problem[256];
} *found;

static const char *confdir;
static struct secrets secrets;

/* ---- A phase ---- */

/* The answer to prompt number N of a phase: right, then fresh twice. */
struct answers {
	bool wrong;
	int asked;
};

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **list, void *arg)
{
	struct answers *answers = arg;
	const char *text;

	*list = calloc((size_t)count, sizeof(**list));
	if (*list == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
			continue;
		text = answers->asked++ > 0 ? secrets.fresh :
		    answers->wrong ? secrets.wrong : secrets.right;
		(*list)[i].resp = strdup(text);
	}
	return PAM_SUCCESS;
}

static void
no_delay(int code, unsigned microseconds, void *arg)
{
	(void)code;
	(void)microseconds;
	(void)arg;
}

static int
change(pam_handle_t *pamh, int flags)
{
	return pam_chauthtok(pamh, (int)((unsigned)flags |
	    PAM_CHANGE_EXPIRED_AUTHTOK));
}

static const struct phase {
	const char *name, *service;
	int (*verb)(pam_handle_t *, int);
	bool wrong;
	int expected;
} phases[] = {
	{ "auth", "one", pam_authenticate, false, PAM_SUCCESS },
	{ "auth, wrong", "one", pam_authenticate, true, PAM_AUTH_ERR },
	{ "layered auth", "layered", pam_authenticate, false, PAM_SUCCESS },
	{ "layered auth, wrong", "layered", pam_authenticate, true,
	    PAM_AUTH_ERR },
	{ "acct", "one", pam_acct_mgmt, false, PAM_SUCCESS },
	{ "chauthtok", "one", change, false, PAM_SUCCESS },
	{ "chauthtok, wrong", "one", change, true, PAM_AUTH_ERR },
	{ "open", "one", pam_open_session, false, PAM_SUCCESS },
	{ NULL, NULL, NULL, false, PAM_SUCCESS }
};

static void
problem(const char *what)
{
	if (found->problem[0] == '\0')
		snprintf(found->problem, sizeof(found->problem), "%s", what);
}

static int
run_phase(const struct phase *p, const struct fault *fault, long number)
{
	struct answers answers = { .wrong = p->wrong };
	struct pam_conv conversation = { answer, &answers };
	pam_handle_t *pamh = NULL;
	int code = PAM_SYSTEM_ERR;

	if (pam_start_confdir(p->service, "bob", &conversation, confdir,
	    &pamh) != PAM_SUCCESS || pam_set_item(pamh, PAM_FAIL_DELAY,
	    (const void *)no_delay) != PAM_SUCCESS) {
		problem("pam_start");
		return code;
	}
	if (fault != NULL)
		fault_arm(fault, number);
	code = p->verb(pamh, 0);
	if (fault != NULL)
		found->calls = fault_disarm();
	pam_end(pamh, code);
	return code;
}

static void
one_run(const struct phase *p, const struct fault *fault, long number)
{
	char where[200] = "";
	long live;

	alarm(WAIT_SECONDS);
	crash_watch();
	secrets_unmask(&secrets);
	live = fault_live();
	found->code = run_phase(p, fault, number);
	found->live = fault_live() - live;
	secrets_wipe(&secrets);
	if (secrets_found(where, sizeof(where)))
		problem(where);
	if (found->code == PAM_SUCCESS && p->expected != PAM_SUCCESS)
		problem("let in");
	if (found->code == PAM_IGNORE)
		problem("ignored");
}

static void
in_child(const struct phase *p, const struct fault *fault, long number)
{
	int status = 0;
	pid_t pid;

	memset(found, 0, sizeof(*found));
	if ((pid = fork()) == 0) {
		one_run(p, fault, number);
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

/* The store as it was: the script keeps a copy. */
static void
restore(void)
{
	char command[512];

	snprintf(command, sizeof(command), "cd %s/.. && rm -f store/* && "
	    "cp -p saved/* store", confdir);
	if (system(command) != 0)
		exit(EXIT_FAILURE);
}

/* ---- One after the other ---- */

static int tests, failed;

static long
try_calls(const struct phase *p, const struct fault *fault, long live,
    long calls)
{
	const char *from = getenv("FAULT_FROM");
	long tried = 0;
	int told = 0;

	for (long n = from == NULL ? 1 : atol(from);
	    n < CALLS_MAX && told < PROBLEMS_MAX; n = calls_next(n, calls)) {
		restore();
		in_child(p, fault, n);
		if (found->live > live)
			problem("memory leaks");
		if (found->problem[0] != '\0') {
			printf("# %s: %s, call %ld: %s (%s)\n", p->name,
			    fault->name, n, found->problem,
			    pam_strerror(NULL, found->code));
			told++;
		}
		if (found->calls < n)
			break;
		tried++;
	}
	failed += told > 0;
	printf("%s %d - %s: %s, %ld calls\n", told == 0 ? "ok" : "not ok",
	    ++tests, p->name, fault->name, tried);
	return tried;
}

static long
try_phase(const struct phase *p)
{
	long tried = 0, calls = 0, live;

	restore();
	in_child(p, NULL, 0);
	live = found->live;
	if (found->problem[0] != '\0' || found->code != p->expected) {
		printf("not ok %d - %s: %s (%s)\n", ++tests, p->name,
		    found->problem, pam_strerror(NULL, found->code));
		failed++;
		return 0;
	}
	for (const struct fault *f = faults; f->name != NULL; f++) {
		/* Counted once for those of a kind, which are neighbours. */
		if (f == faults || f->calls != f[-1].calls) {
			restore();
			in_child(p, f, 0);
			calls = found->calls;
		}
		if (calls > 0)
			tried += try_calls(p, f, live, calls);
	}
	return tried;
}

int
main(int argc, char **argv)
{
	long tried = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc < 2 || found == MAP_FAILED)
		return EXIT_FAILURE;
	confdir = argv[1];
	/* glibc's name service crashes if its first use is without memory. */
	if (getpwuid(0) == NULL || getgrnam("root") == NULL)
		return EXIT_FAILURE;
	(void)getspnam("root");
	for (const struct phase *p = phases; p->name != NULL; p++)
		if (argc < 3 || strcmp(argv[2], p->name) == 0)
			tried += try_phase(p);
	printf("# %ld calls failed, one by one\n1..%d\n", tried, tests);
	return failed == 0 && tests > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
