/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <stdio.h>

#include "module.h"

#define MESSAGE_MAX 256

static void
tell_failures(const struct call *c, unsigned count)
{
	char text[MESSAGE_MAX];

	if (count == 0)
		return;
	snprintf(text, sizeof(text), paspw_translate_plural(c->h,
	    "There was %u failed login attempt since the last successful "
	    "login.",
	    "There were %u failed login attempts since the last successful "
	    "login.", count), count);
	conversation_tell(c, PAM_TEXT_INFO, text);
}

int
session_open_worker(struct call *c)
{
	struct paspw_status *status = NULL;
	unsigned failures = 0;
	int err;

	/* First: opening the session begins a new count. */
	if ((err = paspw_status(c->h, c->user, &status)) == PASPW_OK) {
		failures = status->failures_since_success;
		err = paspw_session(c->h, c->user, true);
	}
	paspw_status_free(&status);
	if (err != PASPW_OK)
		return log_error(c, err, "session");
	tell_failures(c, failures);
	return PAM_SUCCESS;
}

int
session_close_worker(struct call *c)
{
	int err;

	if ((err = paspw_session(c->h, c->user, false)) != PASPW_OK)
		return log_error(c, err, "session");
	return PAM_SUCCESS;
}
