/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* log: sentences for the system's log. fail2ban and logwatch know them by
 * heart from pam_unix and pam_faillock: their wording is an interface. */

#include <string.h>
#include <unistd.h>

#include "module.h"

/* Against forged lines, and sequences that drive a terminal: what a stranger
 * sent may hold a newline, or U+0080 to U+009F (CVE-2023-29383). */
static const char *
plain(const char *text)
{
	if (text == NULL)
		return "";
	for (const unsigned char *p = (const unsigned char *)text;
	    *p != '\0'; p++)
		if (*p < ' ' || *p == '\177' ||
		    (*p == 0xc2 && (p[1] & 0xe0) == 0x80))
			return "?";
	return text;
}

static const char *
item(const struct call *c, int type)
{
	const void *value = NULL;

	if (pam_get_item(c->pamh, type, &value) != PAM_SUCCESS)
		return "";
	return plain(value);
}

int
log_error(const struct call *c, int err, const char *verb)
{
	const char *detail = plain(paspw_detail(c->h));

	/* The sentence may hold what was typed as a name: it was perhaps the
	 * password, one line too early. */
	if (err == PASPW_ERR_INVALID && !c->args.audit)
		detail = "";
	pam_syslog(c->pamh, LOG_ERR, "%s: %s%s%s", verb, paspw_strerror(err),
	    detail[0] == '\0' ? "" : ": ", detail);
	return code_of_error(c->phase, err);
}

void
log_refusal(const struct call *c, bool known, bool locked)
{
	const char *logname = pam_modutil_getlogin(c->pamh);
	bool named = known || c->args.audit;

	pam_syslog(c->pamh, LOG_NOTICE, "authentication failure; "
	    "logname=%s uid=%u euid=%u tty=%s ruser=%s rhost=%s%s%s",
	    plain(logname), (unsigned)getuid(), (unsigned)geteuid(),
	    item(c, PAM_TTY), item(c, PAM_RUSER), item(c, PAM_RHOST),
	    named ? "  user=" : "", named ? plain(c->user) : "");
	if (locked)
		pam_syslog(c->pamh, LOG_NOTICE, "Consecutive login failures "
		    "for user %s account temporarily locked", plain(c->user));
}

void
log_denial(const struct call *c, enum paspw_verdict verdict)
{
	pam_syslog(c->pamh, LOG_NOTICE, "account denied (%s); "
	    "tty=%s rhost=%s  user=%s", paspw_verdict_name(verdict),
	    item(c, PAM_TTY), item(c, PAM_RHOST), plain(c->user));
}
