/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* pam_paspolicy: the entry points. Each call opens a handle of its own and
 * closes it before it returns, so that none ever crosses a fork. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "module.h"

#define FAULT_MAX 256

static int
read_arguments(struct call *c)
{
	char fault[FAULT_MAX];

	if (arguments_parse(&c->args, c->argc, c->argv, fault,
	    sizeof(fault)))
		return PAM_SUCCESS;
	/* A line that says something else than its author meant protects
	 * nothing. */
	pam_syslog(c->pamh, LOG_ERR, "%s", fault);
	return PAM_SERVICE_ERR;
}

static int
read_user(struct call *c)
{
	int rc;

	rc = pam_get_user(c->pamh, &c->user, NULL);
	if (rc == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	if (rc == PAM_SUCCESS && c->user == NULL)
		return PAM_USER_UNKNOWN;
	return rc;
}

/* Who asks, from where: recorded with every event. What cannot be recorded (a
 * host name of 1 kB, a control character) is no reason to refuse its owner,
 * and "user unknown" is none at all: many stacks ignore that in their account
 * lines, and would let a locked account in. */
static int
set_origin(struct call *c)
{
	static const struct {
		int item;
		enum paspw_field field;
	} origins[] = {
		{ PAM_SERVICE, PASPW_SERVICE },
		{ PAM_RHOST, PASPW_RHOST },
		{ PAM_TTY, PASPW_TTY },
	};
	const void *value;
	int err;

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		value = NULL;
		if (pam_get_item(c->pamh, origins[i].item,
		    &value) != PAM_SUCCESS)
			return PASPW_ERR_INTERNAL;
		err = paspw_set(c->h, origins[i].field, value);
		if (err == PASPW_ERR_INVALID)
			err = paspw_set(c->h, origins[i].field, "?");
		if (err != PASPW_OK)
			return err;
	}
	return PASPW_OK;
}

/* No broken edit, over which the last good policy helps: the line means a file
 * that somebody took away, or that never was. */
static bool
is_missing(const char *path)
{
	struct stat st;

	return path != NULL && lstat(path, &st) == -1 && errno == ENOENT;
}

static int
open_library(struct call *c)
{
	int err;

	if (is_missing(c->args.conf)) {
		pam_syslog(c->pamh, LOG_ERR, "configuration: %s is missing",
		    c->args.conf);
		return code_of_error(c->phase, PASPW_ERR_CONFIG);
	}
	if ((err = paspw_open(&c->h, c->args.conf, PASPW_LOGIN)) != PASPW_OK)
		return log_error(c, err, "configuration");
	/* A realm that is not there is a fault of the line, not of the
	 * person. */
	if (c->args.realm != NULL && (err = paspw_set(c->h, PASPW_REALM,
	    c->args.realm)) != PASPW_OK) {
		(void)log_error(c, err, "realm");
		return PAM_SERVICE_ERR;
	}
	if ((err = paspw_set(c->h, PASPW_SOCKET, c->args.socket)) != PASPW_OK)
		return log_error(c, err, "socket");
	if ((err = set_origin(c)) != PASPW_OK)
		return log_error(c, err, "origin");
	return PAM_SUCCESS;
}

static int
ask(struct call *c, worker_fn *worker)
{
	int rc;

	if (c->phase == PHASE_ACCOUNT && !reservation_waits(c->pamh) &&
	    admission_holds(c))
		return PAM_SUCCESS;
	rc = open_library(c);
	return rc == PAM_SUCCESS ? worker(c) : rc;
}

/* worker: NULL if there is nothing to do but to look at the arguments. */
static int
run(pam_handle_t *pamh, enum phase phase, worker_fn *worker, int flags,
    int argc, const char **argv)
{
	struct call c;
	int rc;

	memset(&c, 0, sizeof(c));
	c.pamh = pamh;
	c.phase = phase;
	c.flags = (unsigned)flags;
	c.argc = argc;
	c.argv = argv;
	if ((rc = read_arguments(&c)) == PAM_SUCCESS && worker != NULL &&
	    (rc = read_user(&c)) == PAM_SUCCESS)
		rc = ask(&c, worker);
	paspw_close(&c.h);
	if (c.args.debug)
		pam_syslog(pamh, LOG_DEBUG, "answer: %s",
		    pam_strerror(pamh, rc));
	return rc;
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	return run(pamh, PHASE_AUTH, auth_worker, flags, argc, argv);
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	bool deleted = ((unsigned)flags & PAM_DELETE_CRED) != 0;

	return run(pamh, PHASE_AUTH, deleted || !reservation_waits(pamh) ?
	    NULL : setcred_worker, flags, argc, argv);
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, PHASE_ACCOUNT, account_worker, flags, argc, argv);
}

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, PHASE_PASSWORD, password_worker, flags, argc, argv);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	return run(pamh, PHASE_SESSION, session_open_worker, flags, argc,
	    argv);
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	return run(pamh, PHASE_SESSION, session_close_worker, flags, argc,
	    argv);
}
