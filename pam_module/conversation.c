/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * conversation: what the module asks and says. pam_get_authtok(3) would do
 * the asking, but it speaks libpam's language instead of the realm's, and it
 * turns PAM_CONV_AGAIN into a failure.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module.h"

static void
forget(char **answer)
{
	if (*answer == NULL)
		return;
	explicit_bzero(*answer, strlen(*answer));
	free(*answer);
	*answer = NULL;
}

void
conversation_tell(const struct call *c, int style, const char *text)
{
	if (c->args.silent || (c->flags & PAM_SILENT) != 0)
		return;
	/* Nobody to tell is no reason to change a verdict. */
	(void)pam_prompt(c->pamh, style, NULL, "%s", text);
}

/* A hidden answer, owned by the caller. */
static int
ask(const struct call *c, const char *prompt, char **answer)
{
	int rc;

	rc = pam_prompt(c->pamh, PAM_PROMPT_ECHO_OFF, answer, "%s", prompt);
	if (rc == PAM_SUCCESS && *answer != NULL)
		return PAM_SUCCESS;
	forget(answer);
	if (rc == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	/* No answer is not an empty one (CVE-2021-31924). */
	return rc == PAM_BUF_ERR ? PAM_BUF_ERR : PAM_CONV_ERR;
}

static int
borrow(const struct call *c, int item, const char **password)
{
	const void *value = NULL;
	int rc;

	rc = pam_get_item(c->pamh, item, &value);
	*password = value;
	return rc;
}

/* PAM keeps a copy of its own, and wipes that. */
static int
keep(const struct call *c, int item, char **answer, const char **password)
{
	int rc;

	rc = pam_set_item(c->pamh, item, *answer);
	forget(answer);
	if (rc == PAM_SUCCESS)
		rc = borrow(c, item, password);
	return rc == PAM_SUCCESS && *password == NULL ? PAM_BUF_ERR : rc;
}

int
conversation_password(const struct call *c, int item, const char *prompt,
    const char **password)
{
	char *answer = NULL;
	int rc;

	if ((rc = borrow(c, item, password)) != PAM_SUCCESS ||
	    *password != NULL)
		return rc;
	if (c->args.use_first_pass)
		return PAM_AUTH_ERR;
	if ((rc = ask(c, prompt, &answer)) != PAM_SUCCESS)
		return rc;
	return keep(c, item, &answer, password);
}

static int
ask_twice(const struct call *c, char **answer)
{
	char *again = NULL;
	int rc;

	if ((rc = ask(c, paspw_translate(c->h, "New password: "),
	    answer)) != PAM_SUCCESS)
		return rc;
	if ((rc = ask(c, paspw_translate(c->h, "Retype new password: "),
	    &again)) == PAM_SUCCESS && strcmp(*answer, again) != 0)
		rc = PAM_TRY_AGAIN;
	forget(&again);
	if (rc != PAM_SUCCESS)
		forget(answer);
	return rc;
}

int
conversation_new_password(const struct call *c, const char **password,
    bool *asked)
{
	char *answer = NULL;
	int rc;

	*asked = false;
	if ((rc = borrow(c, PAM_AUTHTOK, password)) != PAM_SUCCESS ||
	    *password != NULL)
		return rc;
	if (c->args.use_authtok || c->args.use_first_pass)
		return PAM_AUTHTOK_ERR;
	*asked = true;
	rc = ask_twice(c, &answer);
	if (rc == PAM_TRY_AGAIN)
		conversation_tell(c, PAM_ERROR_MSG, paspw_translate(c->h,
		    "Sorry, passwords do not match."));
	if (rc != PAM_SUCCESS)
		return rc;
	return keep(c, PAM_AUTHTOK, &answer, password);
}

void
conversation_time(const struct call *c, int64_t when, char *text, size_t size)
{
	time_t t = (time_t)when;
	struct tm local;

	if (localtime_r(&t, &local) == NULL ||
	    strftime(text, size, paspw_translate(c->h, "%Y-%m-%d %H:%M"),
	    &local) == 0)
		snprintf(text, size, "?");
}
