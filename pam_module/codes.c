/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "module.h"

enum kind { VERDICT, ERROR };

/*
 * The one table. In auth, everything that is about the person has the same
 * code, so that an attacker learns neither who exists nor who is locked; what
 * is about us (store down, no free try in time) is PAM_AUTHINFO_UNAVAIL, so
 * that the stack can decide. Nothing here is PAM_IGNORE: a factor that is
 * skipped when memory runs out is a way in (CVE-2025-23013).
 */
static const struct row {
	enum kind kind;
	int value;
	int code[PHASE_COUNT];	/* auth, account, password, session */
} table[] = {
	{ VERDICT, PASPW_REFUSED, { PAM_AUTH_ERR, PAM_PERM_DENIED,
	    PAM_AUTH_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_ACCEPTED, { PAM_SUCCESS, PAM_SUCCESS,
	    PAM_SUCCESS, PAM_SUCCESS } },
	{ VERDICT, PASPW_LOCKED, { PAM_AUTH_ERR, PAM_PERM_DENIED,
	    PAM_AUTH_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_EXPIRED, { PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_CHANGE_REQUIRED, { PAM_AUTH_ERR,
	    PAM_NEW_AUTHTOK_REQD, PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_TOO_SOON, { PAM_AUTH_ERR, PAM_PERM_DENIED,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_WEAK, { PAM_AUTH_ERR, PAM_PERM_DENIED,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_REUSED, { PAM_AUTH_ERR, PAM_PERM_DENIED,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_NOT_YET_VALID, { PAM_AUTH_ERR, PAM_ACCT_EXPIRED,
	    PAM_PERM_DENIED, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_NO_LONGER_VALID, { PAM_AUTH_ERR, PAM_ACCT_EXPIRED,
	    PAM_PERM_DENIED, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_CLOSED, { PAM_AUTH_ERR, PAM_PERM_DENIED,
	    PAM_AUTH_ERR, PAM_SESSION_ERR } },
	{ VERDICT, PASPW_BUSY, { PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHTOK_LOCK_BUSY, PAM_SESSION_ERR } },

	/* A name that no account can have. */
	{ ERROR, PASPW_ERR_INVALID, { PAM_AUTH_ERR, PAM_USER_UNKNOWN,
	    PAM_USER_UNKNOWN, PAM_SESSION_ERR } },
	{ ERROR, PASPW_ERR_CONFIG, { PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ ERROR, PASPW_ERR_STORE, { PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ ERROR, PASPW_ERR_BUSY, { PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_LOCK_BUSY, PAM_SESSION_ERR } },
	{ ERROR, PASPW_ERR_CRYPTO, { PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_ERR, PAM_SESSION_ERR } },
	{ ERROR, PASPW_ERR_NOTFOUND, { PAM_AUTH_ERR, PAM_USER_UNKNOWN,
	    PAM_USER_UNKNOWN, PAM_SESSION_ERR } },
	{ ERROR, PASPW_ERR_DENIED, { PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED,
	    PAM_PERM_DENIED, PAM_SESSION_ERR } },
	{ ERROR, PASPW_ERR_MEMORY, { PAM_BUF_ERR, PAM_BUF_ERR,
	    PAM_BUF_ERR, PAM_BUF_ERR } },
};
#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

static int
code(enum phase phase, enum kind kind, int value)
{
	if ((unsigned)phase < PHASE_COUNT)
		for (size_t i = 0; i < TABLE_SIZE; i++)
			if (table[i].kind == kind && table[i].value == value)
				return table[i].code[phase];
	return PAM_SYSTEM_ERR;
}

int
code_of_verdict(enum phase phase, enum paspw_verdict verdict)
{
	return code(phase, VERDICT, (int)verdict);
}

int
code_of_error(enum phase phase, int err)
{
	return code(phase, ERROR, err);
}
