/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <stdio.h>
#include <string.h>

#include "module.h"

/* Microseconds; pam_faillock has the same. libpam draws each delay from half
 * of it to one and a half, which hides what a refusal's work still tells. */
#define FAIL_DELAY 2000000u
#define USED_KEY "pam_paspolicy:password"
#define SETTING_MAX 16		/* "yes" or "no" */
#define MESSAGE_MAX 256

/* Its address is the mark; nothing is stored in it. */
static char used_mark;

bool
auth_used_password(pam_handle_t *pamh)
{
	const void *data = NULL;

	return pam_get_data(pamh, USED_KEY, &data) == PAM_SUCCESS &&
	    data != NULL;
}

static void
say_locked(const struct call *c, const struct paspw_status *status)
{
	char text[MESSAGE_MAX], until[CONVERSATION_TIME_MAX];

	if (status->locked_until == 0) {
		conversation_tell(c, PAM_ERROR_MSG,
		    paspw_translate(c->h, "The account is locked."));
		return;
	}
	conversation_time(c, status->locked_until, until, sizeof(until));
	snprintf(text, sizeof(text), paspw_translate(c->h,
	    "The account is locked until %s."), until);
	conversation_tell(c, PAM_ERROR_MSG, text);
}

void
auth_tell_locked(struct call *c)
{
	struct paspw_status *status = NULL;
	char tell[SETTING_MAX] = "";

	if (paspw_setting(c->h, c->user, "tell_locked", tell,
	    sizeof(tell)) != PASPW_OK || strcmp(tell, "yes") != 0)
		return;
	if (paspw_status(c->h, c->user, &status) == PASPW_OK)
		say_locked(c, status);
	paspw_status_free(&status);
}

static void
record_refusal(struct call *c)
{
	struct paspw_status *status = NULL;
	bool locked = paspw_has_locked(c->h);

	log_refusal(c, paspw_status(c->h, c->user, &status) == PASPW_OK,
	    locked);
	paspw_status_free(&status);
}

int
auth_answer(struct call *c, int err, enum paspw_verdict verdict)
{
	if (err == PASPW_OK && verdict == PASPW_ACCEPTED)
		return PAM_SUCCESS;
	if (!c->args.nodelay)
		(void)pam_fail_delay(c->pamh, FAIL_DELAY);
	if (err != PASPW_OK)
		return log_error(c, err, "authentication");
	record_refusal(c);
	if (verdict == PASPW_LOCKED)
		auth_tell_locked(c);
	/* What the log asked for took longer for some. */
	paspw_even_out(c->h);
	return code_of_verdict(c->phase, verdict);
}

/* Everything is typed before a try is reserved: a person who is slow to type
 * blocks nobody. */
static int
type_password(struct call *c, const char **password)
{
	int rc;

	if ((rc = conversation_password(c, PAM_AUTHTOK,
	    paspw_translate(c->h, "Password: "), password)) != PAM_SUCCESS)
		return rc;
	return pam_set_data(c->pamh, USED_KEY, &used_mark, NULL);
}

static int
admit(const struct call *c, int rc)
{
	if (rc == PAM_SUCCESS)
		admission_note(c);
	return rc;
}

static int
whole(struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	const char *password;
	int err, rc;

	if ((rc = type_password(c, &password)) != PAM_SUCCESS)
		return rc;
	err = paspw_authenticate(c->h, c->user, password, strlen(password),
	    &verdict);
	return admit(c, auth_answer(c, err, verdict));
}

/* The go-ahead is no success: a stack of nothing but preauth lines has then
 * only ignored modules, and libpam refuses. */
static int
preauth(struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	const char *password;
	int err, rc;

	if ((rc = reservation_forget(c->pamh)) != PAM_SUCCESS ||
	    (rc = type_password(c, &password)) != PAM_SUCCESS)
		return rc;
	err = reservation_keep(c, password, &verdict);
	rc = auth_answer(c, err, verdict);
	return rc == PAM_SUCCESS ? PAM_IGNORE : rc;
}

/* Without a preauth line the failure is counted all the same, though too late
 * to keep a burst under the limit. */
static int
authfail(struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	int err, rc;

	/* Counted once, though `required` goes on to this line. */
	if (reservation_answered(c->pamh))
		return PAM_AUTH_ERR;
	if (reservation_waits(c->pamh))
		err = reservation_settle(c, PASPW_FAILED, &verdict);
	else
		err = reservation_fail(c, &verdict);
	rc = auth_answer(c, err, verdict);
	return rc == PAM_SUCCESS ? PAM_AUTH_ERR : rc;
}

static int
authsucc(struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	int err, rc;

	if (reservation_answered(c->pamh))
		return PAM_AUTH_ERR;
	/* Nothing was reserved, so nothing bounds how many passwords were
	 * tried beside this one. */
	if (!reservation_waits(c->pamh)) {
		pam_syslog(c->pamh, LOG_ERR, "authsucc needs a preauth line "
		    "in front of the module that verifies");
		return PAM_AUTH_ERR;
	}
	/* The try goes on waiting: for a module behind this line, or for the
	 * end of its lease. */
	if ((rc = order_judge(c)) != PAM_SUCCESS)
		return rc;
	err = reservation_settle(c, PASPW_PASSED, &verdict);
	return admit(c, auth_answer(c, err, verdict));
}

int
auth_worker(struct call *c)
{
	int rc;

	if ((rc = admission_forget(c->pamh)) != PAM_SUCCESS)
		return rc;
	switch (c->args.role) {
	case ROLE_WHOLE:
		return whole(c);
	case ROLE_PREAUTH:
		return preauth(c);
	case ROLE_AUTHFAIL:
		return authfail(c);
	case ROLE_AUTHSUCC:
		return authsucc(c);
	default:
		return PAM_SYSTEM_ERR;
	}
}

/* A stack without authsucc (`auth sufficient pam_unix.so`) that has no account
 * line of ours either: this is the last chance to tell that it passed. */
int
setcred_worker(struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	int err;

	err = reservation_settle(c, PASPW_PASSED, &verdict);
	return auth_answer(c, err, verdict) == PAM_SUCCESS ? PAM_SUCCESS :
	    PAM_CRED_ERR;
}
