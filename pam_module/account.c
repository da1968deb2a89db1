/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <stdio.h>

#include "module.h"

#define MESSAGE_MAX 256

/*
 * Expiry binds logins that used a password. The mark of the auth phase says
 * so: sshd runs this phase in the process and on the handle that ran auth,
 * for passwords and for keyboard-interactive alike (there in a child, where
 * data that is set in auth is still there). Without the mark no password was
 * asked for here: a key, cron, su by root, a sudo that needs none.
 */
static unsigned
login_flags(const struct call *c)
{
	return auth_used_password(c->pamh) ? 0 : PASPW_NO_PASSWORD;
}

/* The layered stack without an authsucc line (the second one of
 * pam_faillock's manual): that the application came here means that auth
 * passed, so the try that waits did too. */
static int
settle_waiting(struct call *c, enum paspw_verdict *verdict)
{
	if (!reservation_waits(c->pamh)) {
		*verdict = PASPW_ACCEPTED;
		return PASPW_OK;
	}
	return reservation_settle(c, PASPW_PASSED, verdict);
}

static const char *
explanation(const struct call *c, enum paspw_verdict verdict)
{
	switch (verdict) {
	case PASPW_NOT_YET_VALID:
		return paspw_translate(c->h, "Your account is not valid yet; "
		    "please contact your system administrator.");
	case PASPW_NO_LONGER_VALID:
		return paspw_translate(c->h, "Your account has expired; "
		    "please contact your system administrator.");
	case PASPW_CHANGE_REQUIRED:
		return paspw_translate(c->h, "You are required to change your "
		    "password immediately (administrator enforced).");
	case PASPW_EXPIRED:
		return paspw_translate(c->h, "You are required to change your "
		    "password immediately (password expired).");
	default:
		return NULL;
	}
}

static void
explain(struct call *c, enum paspw_verdict verdict)
{
	const char *text = explanation(c, verdict);

	if (text != NULL)
		conversation_tell(c, PAM_ERROR_MSG, text);
	else if (verdict == PASPW_LOCKED)
		auth_tell_locked(c);
}

static void
warn(const struct call *c, int64_t until)
{
	char text[MESSAGE_MAX], day[CONVERSATION_TIME_MAX];

	if (until == 0)
		return;
	conversation_time(c, until, day, sizeof(day));
	snprintf(text, sizeof(text), paspw_translate(c->h,
	    "Warning: your password will expire on %s."), day);
	conversation_tell(c, PAM_TEXT_INFO, text);
}

int
account_worker(struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	int64_t until = 0;
	int err;

	if ((err = settle_waiting(c, &verdict)) == PASPW_OK &&
	    verdict == PASPW_ACCEPTED)
		err = paspw_account_verdict(c->h, c->user, login_flags(c),
		    &verdict, &until);
	if (err != PASPW_OK)
		return log_error(c, err, "account");
	if (verdict == PASPW_ACCEPTED) {
		warn(c, until);
	} else {
		log_denial(c, verdict);
		explain(c, verdict);
	}
	return code_of_verdict(c->phase, verdict);
}
