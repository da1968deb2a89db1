/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* module: what the files of pam_paspolicy.so share. It decides nothing: it
 * asks people, asks the library, and says the answer in PAM's words. */
#ifndef MODULE_H
#define MODULE_H

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <syslog.h>

#include "arguments.h"
#include "paspw.h"

/* Columns of the table in codes.c. */
enum phase {
	PHASE_AUTH = 0, PHASE_ACCOUNT, PHASE_PASSWORD, PHASE_SESSION,
	PHASE_COUNT
};

/* One call of one entry point. */
struct call {
	pam_handle_t *pamh;
	enum phase phase;
	unsigned flags;
	int argc;
	const char **argv;
	struct arguments args;
	struct paspw *h;
	const char *user;	/* PAM's */
};

/* ---- codes.c ---- */

/* PAM's word for what was decided, or for why nothing was; never
 * PAM_IGNORE, and PAM_SUCCESS for PASPW_ACCEPTED alone. */
int code_of_verdict(enum phase phase, enum paspw_verdict verdict);
int code_of_error(enum phase phase, int err);

/* ---- log.c ---- */

/* A verb of the library failed; returns the PAM code for it. */
int log_error(const struct call *c, int err, const char *verb);
/* A try was refused; locked: it is the one that locked the account. */
void log_refusal(const struct call *c, bool known, bool locked);
/* The account may not log in, whatever it proved. */
void log_denial(const struct call *c, enum paspw_verdict verdict);

/* ---- conversation.c ---- */

/* Say something, unless told to be silent. */
void conversation_tell(const struct call *c, int style, const char *text);
/* The password in PAM_AUTHTOK or PAM_OLDAUTHTOK, asked for if it is not
 * there; borrowed from PAM. Returns a PAM code. */
PASPW_MUST_USE int conversation_password(const struct call *c, int item,
    const char *prompt, const char **password);
/* The same for a new one, typed twice. PAM_TRY_AGAIN: the two differ.
 * asked: it was typed now, so it can be typed again. */
PASPW_MUST_USE int conversation_new_password(const struct call *c,
    const char **password, bool *asked);
/* A time for people, as their language writes it, in the caller's time
 * zone. */
#define CONVERSATION_TIME_MAX 64
void conversation_time(const struct call *c, int64_t when, char *text,
    size_t size);

/* ---- reservation.c: a try that waits for its answer ---- */

/* Reserve and leave it in this PAM handle for another line to settle;
 * verdict ACCEPTED: go on. Otherwise it is settled already. */
PASPW_MUST_USE int reservation_keep(struct call *c, const char *password,
    enum paspw_verdict *verdict);
/* Count a failure that nothing was reserved for. */
PASPW_MUST_USE int reservation_fail(struct call *c,
    enum paspw_verdict *verdict);
/* Does one wait for an answer? Did preauth give it already (locked)? */
PASPW_MUST_USE bool reservation_waits(pam_handle_t *pamh);
PASPW_MUST_USE bool reservation_answered(pam_handle_t *pamh);
/* Leave the one of an earlier round, if any, to its lease. A PAM code. */
PASPW_MUST_USE int reservation_forget(pam_handle_t *pamh);
/* Settle the one that waits. NOTFOUND: there is none for this user. */
PASPW_MUST_USE int reservation_settle(struct call *c,
    enum paspw_outcome outcome, enum paspw_verdict *verdict);

/* ---- order.c ---- */

/* Does a module verify before each authsucc of this service? A PAM code; what
 * is wrong is logged. */
PASPW_MUST_USE int order_judge(const struct call *c);

/* ---- admission.c: the account phase's answer, known since auth ---- */

/* The password was right: ask ahead, and remember a plain yes. */
void admission_note(const struct call *c);
/* Is there such a yes, a moment old, to the very question of this call? */
PASPW_MUST_USE bool admission_holds(const struct call *c);
/* A new try: what was said of the one before is void. A PAM code. */
PASPW_MUST_USE int admission_forget(pam_handle_t *pamh);

/* ---- auth.c ---- */

/* What a try came to, as a PAM code: logged, told, and with the same delay
 * after every refusal. */
PASPW_MUST_USE int auth_answer(struct call *c, int err,
    enum paspw_verdict verdict);
/* Tell that the account is locked, if the policy has tell_locked. */
void auth_tell_locked(struct call *c);
/* Was a password typed in the auth phase of this handle? */
PASPW_MUST_USE bool auth_used_password(pam_handle_t *pamh);

/* ---- one worker for each entry point; they return PAM codes ---- */

typedef int worker_fn(struct call *c);
worker_fn auth_worker, setcred_worker, account_worker, password_worker,
    session_open_worker, session_close_worker;

#endif
