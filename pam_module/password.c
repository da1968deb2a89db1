/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"

#define PROVED_KEY "pam_paspolicy:proved"
#define SETTING_MAX 16		/* "store" or "shadow" */

static void
cleanup(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

/* Remember between the two rounds who proved to be the owner. */
static int
set_proved(struct call *c)
{
	char *user;
	int rc;

	if ((user = strdup(c->user)) == NULL)
		return PAM_BUF_ERR;
	if ((rc = pam_set_data(c->pamh, PROVED_KEY, user,
	    cleanup)) != PAM_SUCCESS)
		free(user);
	return rc;
}

static bool
proved(const struct call *c)
{
	const void *user = NULL;

	return pam_get_data(c->pamh, PROVED_KEY, &user) == PAM_SUCCESS &&
	    user != NULL && strcmp(user, c->user) == 0;
}

/* Root, who changes anybody's password without knowing it; but not sshd or
 * login, which run as root while a person renews an expired one. */
static bool
is_admin(const struct call *c)
{
	return getuid() == 0 && (c->flags & PAM_CHANGE_EXPIRED_AUTHTOK) == 0;
}

static bool
is_self(const struct call *c)
{
	const struct passwd *pw = pam_modutil_getpwnam(c->pamh, c->user);

	return pw != NULL && pw->pw_uid == getuid();
}

/* Root proves nothing; but before he types a new password twice: is there such
 * an account, and does its store answer? With shadow pam_unix says it. */
static int
find_account(struct call *c)
{
	struct paspw_status *status = NULL;
	char credentials[SETTING_MAX] = "";
	int err;

	if ((err = paspw_setting(c->h, c->user, "credentials", credentials,
	    sizeof(credentials))) == PASPW_OK &&
	    strcmp(credentials, "store") == 0)
		err = paspw_status(c->h, c->user, &status);
	paspw_status_free(&status);
	return err == PASPW_OK ? PAM_SUCCESS :
	    log_error(c, err, "password change");
}

/* First round: is it the owner? It counts as a try, or passwd would be a place
 * to guess without limit. */
static int
prove(struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	const char *password;
	int err, rc;

	if (is_admin(c))
		return find_account(c);
	if ((rc = conversation_password(c, PAM_OLDAUTHTOK,
	    paspw_translate(c->h, "Current password: "),
	    &password)) != PAM_SUCCESS)
		return rc;
	err = paspw_authenticate(c->h, c->user, password, strlen(password),
	    &verdict);
	if ((rc = auth_answer(c, err, verdict)) != PAM_SUCCESS)
		return rc;
	return set_proved(c);
}

/* ---- Second round: the new password ---- */

static void
show(const struct call *c, const struct paspw_report *report)
{
	for (size_t i = 0; i < paspw_report_count(report); i++)
		conversation_tell(c, PAM_ERROR_MSG,
		    paspw_report_message(report, i));
}

/* Rules that are no matter of taste: such a password could not be typed or
 * hashed. */
static bool
is_hard(const struct paspw_report *report)
{
	const char *rule;

	for (size_t i = 0; (rule = paspw_report_rule(report, i)) != NULL; i++)
		if (strcmp(rule, "max_length") == 0 ||
		    strcmp(rule, "charset") == 0)
			return true;
	return false;
}

/* With /etc/shadow root is warned, as by pam_pwquality: it could write there
 * anyway, and ours sees the new hash at the next login. A lock or an end of
 * validity stays what it is. */
static bool
may_overrule(const struct call *c, const char *credentials,
    enum paspw_verdict verdict, const struct paspw_report *report)
{
	if (!is_admin(c) || c->args.enforce_for_root ||
	    strcmp(credentials, "shadow") != 0)
		return false;
	switch (verdict) {
	case PASPW_WEAK:
	case PASPW_REUSED:
	case PASPW_TOO_SOON:
	case PASPW_LOCKED:
	case PASPW_NOT_YET_VALID:
	case PASPW_NO_LONGER_VALID:
		return !is_hard(report);
	default:
		return false;
	}
}

static int
change(struct call *c, const char *credentials, const char *password,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	const void *item = NULL;
	const char *old;

	/* Somebody else knows it now: temporary. */
	if (is_admin(c) && !is_self(c) && strcmp(credentials, "store") == 0)
		return paspw_reset(c->h, c->user, password, strlen(password),
		    report, verdict);
	if (pam_get_item(c->pamh, PAM_OLDAUTHTOK, &item) != PAM_SUCCESS)
		return PASPW_ERR_INTERNAL;
	old = item;
	return paspw_change_authenticated(c->h, c->user, old,
	    old == NULL ? 0 : strlen(old), password, strlen(password), report,
	    verdict);
}

/* again: left as it is if another password may do better. */
static int
judge(struct call *c, const char *credentials, const char *password,
    bool *again)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	struct paspw_report *report = NULL;
	int err, rc;

	if ((err = change(c, credentials, password, &report,
	    &verdict)) != PASPW_OK) {
		rc = log_error(c, err, "password change");
	} else {
		show(c, report);
		rc = may_overrule(c, credentials, verdict, report) ?
		    PAM_SUCCESS : code_of_verdict(c->phase, verdict);
	}
	if (verdict != PASPW_WEAK && verdict != PASPW_REUSED)
		*again = false;
	paspw_report_free(&report);
	return rc;
}

static int
renew_once(struct call *c, const char *credentials, bool *again)
{
	const char *password;
	int rc;

	rc = conversation_new_password(c, &password, again);
	if (rc == PAM_SUCCESS)
		rc = judge(c, credentials, password, again);
	else if (rc != PAM_TRY_AGAIN)
		*again = false;
	/* The next module is not to store what was refused. */
	if (rc != PAM_SUCCESS)
		(void)pam_set_item(c->pamh, PAM_AUTHTOK, NULL);
	return rc;
}

static int
renew(struct call *c)
{
	char credentials[SETTING_MAX] = "";
	bool again = true;
	int err, rc = PAM_AUTHTOK_ERR;

	/* PAM comes here even if the first round failed in a line that the
	 * stack ignores. */
	if (!is_admin(c) && !proved(c))
		return PAM_AUTHTOK_RECOVERY_ERR;
	if ((err = paspw_setting(c->h, c->user, "credentials", credentials,
	    sizeof(credentials))) != PASPW_OK)
		return log_error(c, err, "password change");
	for (unsigned i = 0; i < c->args.retry && again; i++)
		if ((rc = renew_once(c, credentials, &again)) == PAM_SUCCESS)
			return PAM_SUCCESS;
	if (again)
		return c->args.retry > 1 ? PAM_MAXTRIES : PAM_AUTHTOK_ERR;
	return rc;
}

int
password_worker(struct call *c)
{
	int rc;

	if ((c->flags & PAM_PRELIM_CHECK) != 0)
		return prove(c);
	if ((c->flags & PAM_UPDATE_AUTHTOK) == 0)
		return PAM_SYSTEM_ERR;
	rc = renew(c);
	if (rc == PAM_SUCCESS)
		pam_syslog(c->pamh, LOG_NOTICE, "password changed for %s",
		    c->user);
	/* One proof, one change. */
	if (rc != PAM_INCOMPLETE && pam_set_data(c->pamh, PROVED_KEY, NULL,
	    NULL) != PAM_SUCCESS)
		return PAM_BUF_ERR;
	return rc;
}
