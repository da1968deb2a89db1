/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * module_calls CONFDIR: each call that the real module, loaded by the
 * real libpam, makes in a phase fails once. Nobody gets in who would not: a
 * wrong password never, the right one only if the fault did no harm; the
 * phases without a password answer as always or refuse. Nothing crashes,
 * nothing leaks, no password is left in memory.
 *
 * fault_module.sh prepares the services `one` and `layered`, and the account
 * bob.
 *
 * calls.h tells which calls.
 */

#include <limits.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "crash.h"
#include "interpose.h"
#include "secrets.h"
#include "stores.h"

#define WAIT_SECONDS 60

static struct found {
	int code;
	long live;		/* allocations that were not given back */
} *found;

static const char *confdir;
static char scratch[PATH_MAX], saved[PATH_MAX];
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

static int
enter(const struct phase *p, const struct fault *fault, long number)
{
	struct answers answers = { .wrong = p->wrong };
	struct pam_conv conversation = { answer, &answers };
	pam_handle_t *pamh = NULL;
	int code = PAM_SYSTEM_ERR;

	if (pam_start_confdir(p->service, "bob", &conversation, confdir,
	    &pamh) != PAM_SUCCESS || pam_set_item(pamh, PAM_FAIL_DELAY,
	    (const void *)no_delay) != PAM_SUCCESS) {
		calls_problem("pam_start");
		return code;
	}
	fault_arm(fault, number);
	code = p->verb(pamh, 0);
	calls_found->calls = fault_disarm();
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
	found->code = enter(p, fault, number);
	found->live = fault_live() - live;
	secrets_wipe(&secrets);
	if (secrets_found(where, sizeof(where)))
		calls_problem(where);
	if (found->code == PAM_SUCCESS && p->expected != PAM_SUCCESS)
		calls_problem("let in");
	if (found->code == PAM_IGNORE)
		calls_problem("ignored");
}

/* ---- One after the other ---- */

struct row {
	const struct phase *phase;
	long live;
};

static const char *
run_phase(const struct fault *fault, long number, void *arg)
{
	struct row *row = arg;
	pid_t pid;

	stores_copy(saved, scratch);	/* the script keeps a copy */
	memset(found, 0, sizeof(*found));
	if ((pid = fork()) == 0) {
		one_run(row->phase, fault, number);
		_exit(EXIT_SUCCESS);
	}
	calls_wait(pid, number);
	if (fault->calls == FAULT_NONE) {
		row->live = found->live;
		if (found->code != row->phase->expected)
			calls_problem("another answer without a fault");
	} else if (found->live > row->live) {
		calls_problem("memory leaks");
	} else if (fault->harmless && found->code != row->phase->expected) {
		calls_problem("another answer, but no harm was done");
	}
	return pam_strerror(NULL, found->code);
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2)
		return EXIT_FAILURE;
	confdir = argv[1];
	snprintf(scratch, sizeof(scratch), "%s/..", confdir);
	snprintf(saved, sizeof(saved), "%s/../saved", confdir);
	calls_found = calls_shared(sizeof(*calls_found));
	found = calls_shared(sizeof(*found));
	fault_no_sleep = true;
	calls_warm_up();
	for (const struct phase *p = phases; p->name != NULL; p++) {
		struct row row = { .phase = p };

		calls_each(p->name, run_phase, &row);
	}
	return calls_end();
}
