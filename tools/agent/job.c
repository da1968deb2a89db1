/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent/job.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

#define PASSWD_MAX 4096

static const struct paspw_factor verified = { "password", PASPW_VERIFIED };

bool
agent_job_is_idle(const struct wire_request *r)
{
	return r->type == WIRE_PING;
}

bool
agent_job_is_long(const struct wire_request *r)
{
	switch (r->type) {
	case WIRE_AUTHENTICATE:
	case WIRE_CHANGE:
	case WIRE_CHANGE_AUTHENTICATED:
	case WIRE_RESET:
		return true;
	case WIRE_SETTLE:
		return (r->has & WIRE_BIT(WIRE_PASSWORD)) != 0;
	default:
		return false;
	}
}

/* ---- Answers ---- */

void
agent_job_fail(struct agent_job *job, int err, const char *detail)
{
	job->stage = AGENT_ANSWER;
	job->answer.type = WIRE_ANSWER;
	job->answer.err = err;
	job->answer.verdict = PASPW_REFUSED;
	wire_cut(job->answer.detail, sizeof(job->answer.detail), detail);
}

static void
failed(struct agent_job *job, const struct paspw *h, int err)
{
	agent_job_fail(job, err, paspw_detail(h));
}

static void
succeed(struct agent_job *job, enum paspw_verdict verdict)
{
	job->stage = AGENT_ANSWER;
	job->answer.type = WIRE_ANSWER;
	job->answer.err = PASPW_OK;
	job->answer.verdict = verdict;
}

static void
conclude(struct agent_job *job, const struct paspw *h, int err,
    enum paspw_verdict verdict)
{
	if (err == PASPW_OK)
		succeed(job, verdict);
	else
		failed(job, h, err);
}

void
agent_job_free(struct agent_job **job)
{
	if (*job == NULL)
		return;
	paspw_attempt_free(&(*job)->attempt);
	secret_wipe_bytes(*job, sizeof(**job));
	free(*job);
	*job = NULL;
}

/* ---- Who may ask what ---- */

/* Everyone else could clear his own failures with what is left out here
 * (SETTLE), or lock others out (RESERVE), or set a password that he need not
 * know the old one for. */
static bool
is_for_everyone(enum wire_type type)
{
	return type == WIRE_AUTHENTICATE || type == WIRE_ACCOUNT ||
	    type == WIRE_STATUS || type == WIRE_CHANGE || type == WIRE_PING;
}

static int
deny(struct paspw *h, const char *why)
{
	return error_set(&h->error, PASPW_ERR_DENIED, "%s", why);
}

/* A realm that does not govern him would be as many guesses more at the same
 * password in /etc/shadow. With credentials of its own it is another one. */
static int
check_realm(struct paspw *h, const struct wire_request *r)
{
	const struct policy *governing = NULL, *asked;
	int err;

	if (r->realm[0] == '\0')
		return PASPW_OK;
	if ((err = handle_policy(h, r->user, &governing)) != PASPW_OK)
		return err;
	if (strcmp(governing->realm, r->realm) == 0)
		return PASPW_OK;
	if ((asked = config_realm(&h->config, r->realm)) != NULL &&
	    asked->credentials == CREDENTIALS_STORE)
		return PASPW_OK;
	return deny(h, "only root may name a realm that is not the one of "
	    "the account");
}

/* The name is the one that he gave; the account is the one of its uid. */
static int
check_own(struct agent_job *job, struct paspw *h)
{
	const struct wire_request *r = &job->request;
	const struct directory_person *person = handle_person(h, r->user);

	if (!is_for_everyone(r->type))
		return deny(h, "only root may ask this");
	if (r->type == WIRE_PING)
		return PASPW_OK;
	if (person == NULL || !person->found ||
	    person->uid != (int64_t)job->uid)
		return deny(h, "only root may ask about others");
	return check_realm(h, r);
}

static int
check_peer(struct agent_job *job, struct paspw *h)
{
	int err;

	if (job->uid == 0)
		return PASPW_OK;
	if ((err = handle_enter(h)) != PASPW_OK)
		return err;
	h->known = &job->known;
	/* check_realm: the one that claims him */
	h->realm[0] = '\0';
	return handle_leave(h, check_own(job, h));
}

/* ---- Where it comes from ---- */

struct setting {
	enum paspw_field field;
	const char *value;
};

static int
set_each(struct paspw *h, const struct setting *settings, size_t count)
{
	int err;

	for (size_t i = 0; i < count; i++)
		if ((err = paspw_set(h, settings[i].field,
		    settings[i].value)) != PASPW_OK)
			return err;
	return PASPW_OK;
}

/* What anybody could write into the log of others, or claim to be a job of
 * cron with, is replaced by what the kernel tells. */
static int
set_origin(const struct agent_job *job, struct paspw *h)
{
	const struct wire_request *r = &job->request;
	const bool root = job->uid == 0;
	char uid[AUDIT_TEXT_MAX];
	const struct setting settings[] = {
		{ PASPW_REALM, r->realm },
		{ PASPW_LANGUAGE, r->language },
		{ PASPW_SERVICE, root ? r->service : uid },
		{ PASPW_TTY, root ? r->tty : "" },
		{ PASPW_RHOST, root ? r->rhost : "" },
		{ PASPW_ACTOR, root && r->actor[0] != '\0' ? r->actor :
		    job->actor },
		{ PASPW_REASON, root ? r->reason : "" },
		{ PASPW_TICKET, root ? r->ticket : "" },
	};

	/* Nothing is asked of a directory from here on. */
	h->known = &job->known;
	snprintf(uid, sizeof(uid), "uid %lu", (unsigned long)job->uid);
	return set_each(h, settings, sizeof(settings) / sizeof(settings[0]));
}

/* ---- Quick verbs ---- */

static void
ping(struct agent_job *job, const struct paspw *h)
{
	struct wire_answer *a = &job->answer;

	a->has |= WIRE_BIT(WIRE_PROGRAM) | WIRE_BIT(WIRE_PEER) |
	    WIRE_BIT(WIRE_POLICY);
	snprintf(a->program, sizeof(a->program), "%s", PASPW_VERSION);
	a->peer = (int64_t)job->uid;
	snprintf(a->policy, sizeof(a->policy), "%s", h->config.last_good ?
	    "the configuration is broken, the last good policy is in force" :
	    "");
	succeed(job, PASPW_ACCEPTED);
}

static void
visit(struct agent_job *job, struct paspw *h)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	int err;

	err = paspw_account_verdict(h, job->request.user,
	    (unsigned)job->request.flags, &verdict, &job->answer.until);
	job->answer.has |= WIRE_BIT(WIRE_UNTIL);
	conclude(job, h, err, verdict);
}

static void
status(struct agent_job *job, struct paspw *h)
{
	struct paspw_status *view = NULL;
	int err;

	if ((err = paspw_status(h, job->request.user, &view)) == PASPW_OK)
		wire_put_status(&job->answer, view);
	paspw_status_free(&view);
	conclude(job, h, err, PASPW_ACCEPTED);
}

static void
session(struct agent_job *job, struct paspw *h)
{
	conclude(job, h, paspw_session(h, job->request.user,
	    job->request.flags != 0), PASPW_ACCEPTED);
}

/* ---- The attempt ---- */

/* No free try. How long may it wait for one? */
static void
wait_for_try(struct agent_job *job, struct paspw *h)
{
	const struct policy *policy = NULL;

	failed(job, h, PASPW_ERR_BUSY);
	if ((h->flags & PASPW_NO_WAIT) == 0 || handle_enter(h) != PASPW_OK)
		return;
	if (handle_policy(h, job->request.user, &policy) == PASPW_OK) {
		job->busy_wait_ms = span_ms(policy->busy_wait);
		job->stage = AGENT_BUSY;
	}
	(void)handle_leave(h, PASPW_OK);
}

static void
tell_lock(struct agent_job *job, bool locks)
{
	if (!locks)
		return;
	job->answer.locks = 1;
	job->answer.has |= WIRE_BIT(WIRE_LOCKS);
}

static void
begin(struct agent_job *job, struct paspw *h)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	struct wire_answer *a = &job->answer;
	int err;

	err = attempt_begin_as(h, job->request.user,
	    (uint64_t)job->request.id, &job->attempt, &verdict);
	if (err == PASPW_ERR_BUSY) {
		wait_for_try(job, h);
		return;
	}
	if (err != PASPW_OK) {
		failed(job, h, err);
		return;
	}
	snprintf(a->realm, sizeof(a->realm), "%s", job->attempt->realm);
	a->has |= WIRE_BIT(WIRE_REALM);
	if (job->request.type == WIRE_RESERVE) {
		tell_lock(job, job->attempt->locks);
		succeed(job, verdict);
	} else
		job->stage = AGENT_VERIFY;
}

/* One that an earlier request reserved. */
static void
resume(struct agent_job *job, struct paspw *h)
{
	const struct wire_request *r = &job->request;
	int err;

	if (r->outcome < PASPW_FAILED || r->outcome > PASPW_VERIFIED) {
		agent_job_fail(job, PASPW_ERR_INVALID,
		    "there is no such outcome");
		return;
	}
	if ((err = attempt_resume_as(h, r->user, r->realm, (uint64_t)r->id,
	    &job->attempt)) != PASPW_OK)
		failed(job, h, err);
	else if ((r->has & WIRE_BIT(WIRE_PASSWORD)) != 0)
		job->stage = AGENT_VERIFY;
	else
		agent_job_settle(job, h);
}

void
agent_job_settle(struct agent_job *job, struct paspw *h)
{
	struct paspw_factor factor = verified;
	enum paspw_verdict verdict = PASPW_REFUSED;
	int err;

	if ((err = set_origin(job, h)) != PASPW_OK) {
		failed(job, h, err);
		return;
	}
	if (job->request.type == WIRE_SETTLE)
		factor.outcome = (enum paspw_outcome)job->request.outcome;
	err = paspw_attempt_settle(h, &job->attempt, &factor, 1, &verdict);
	tell_lock(job, paspw_has_locked(h));
	if (err == PASPW_OK && verdict == PASPW_ACCEPTED &&
	    job->request.type == WIRE_CHANGE)
		job->stage = AGENT_CHANGE;
	else
		conclude(job, h, err, verdict);
}

/* A weak hash that is to be replaced is hashed anew when it is settled: that
 * is no work for the loop. */
static void
verify(struct agent_job *job, struct paspw *h)
{
	const struct wire_password *p = &job->request.password;
	int err;

	if ((err = paspw_attempt_verify(h, job->attempt, p->bytes,
	    p->length)) != PASPW_OK) {
		failed(job, h, err);
		return;
	}
	if (job->request.type != WIRE_CHANGE)
		secret_wipe_bytes(&job->request.password, sizeof(*p));
	job->stage = AGENT_SETTLE;
	if (job->attempt->password.length > 0)
		agent_job_settle(job, h);
}

/* ---- Changes ---- */

static void
change(struct agent_job *job, struct paspw *h)
{
	const struct wire_request *r = &job->request;
	enum paspw_verdict verdict = PASPW_REFUSED;
	struct paspw_report *report = NULL;
	const char *old = NULL;
	int err;

	if ((r->has & WIRE_BIT(WIRE_PASSWORD)) != 0)
		old = r->password.bytes;
	if (r->type == WIRE_RESET)
		err = paspw_reset(h, r->user, r->new.bytes, r->new.length,
		    &report, &verdict);
	else
		err = paspw_change_authenticated(h, r->user, old,
		    r->password.length, r->new.bytes, r->new.length, &report,
		    &verdict);
	if (err == PASPW_OK && report != NULL)
		wire_put_report(&job->answer, report);
	paspw_report_free(&report);
	secret_wipe_bytes(&job->request.password,
	    sizeof(job->request.password));
	secret_wipe_bytes(&job->request.new, sizeof(job->request.new));
	conclude(job, h, err, verdict);
}

/* ---- Steps ---- */

static void
name_of(uid_t uid, char *name, size_t size)
{
	struct passwd entry, *found = NULL;
	char buffer[PASSWD_MAX];

	if (getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found) != 0 ||
	    found == NULL || (size_t)snprintf(name, size, "%s",
	    found->pw_name) >= size)
		snprintf(name, size, "uid %lu", (unsigned long)uid);
}

/* Root may name a realm; what others name is held against the one that claims
 * them. */
static bool
wants_claim(const struct agent_job *job)
{
	return job->request.realm[0] == '\0' || job->uid != 0;
}

void
agent_job_look(struct agent_job *job, struct paspw *h)
{
	const struct wire_request *r = &job->request;
	int err;

	job->stage = AGENT_BEGIN;
	if (agent_job_is_idle(r))
		return;
	name_of(job->uid, job->actor, sizeof(job->actor));
	h->known = NULL;
	if (directory_name_ok(r->user) && (err = handle_look(h, r->user,
	    wants_claim(job), &job->known)) != PASPW_OK)
		failed(job, h, err);
}

void
agent_job_start(struct agent_job *job, struct paspw *h)
{
	int err;

	memset(&job->answer, 0, sizeof(job->answer));
	if ((err = check_peer(job, h)) != PASPW_OK ||
	    (err = set_origin(job, h)) != PASPW_OK) {
		failed(job, h, err);
		return;
	}
	switch (job->request.type) {
	case WIRE_AUTHENTICATE:
	case WIRE_RESERVE:
	case WIRE_CHANGE:
		begin(job, h);
		break;
	case WIRE_SETTLE:
		resume(job, h);
		break;
	case WIRE_CHANGE_AUTHENTICATED:
	case WIRE_RESET:
		job->stage = AGENT_CHANGE;
		break;
	case WIRE_ACCOUNT:
		visit(job, h);
		break;
	case WIRE_STATUS:
		status(job, h);
		break;
	case WIRE_SESSION:
		session(job, h);
		break;
	case WIRE_PING:
		ping(job, h);
		break;
	default:
		agent_job_fail(job, PASPW_ERR_INVALID, "no such request");
	}
}

void
agent_job_work(struct agent_job *job, struct paspw *h)
{
	int err;

	if (job->stage == AGENT_LOOK)
		agent_job_look(job, h);
	else if ((err = set_origin(job, h)) != PASPW_OK)
		failed(job, h, err);
	else if (job->stage == AGENT_VERIFY)
		verify(job, h);
	else if (job->stage == AGENT_CHANGE)
		change(job, h);
}
