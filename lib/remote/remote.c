/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "remote/remote.h"

#include <string.h>

#define VERDICT_BIT(verdict) (1U << (verdict))

/* What each verb may say. */
#define ATTEMPT_VERDICTS (VERDICT_BIT(PASPW_REFUSED) | \
    VERDICT_BIT(PASPW_ACCEPTED) | VERDICT_BIT(PASPW_LOCKED) | \
    VERDICT_BIT(PASPW_CLOSED))
#define RESERVE_VERDICTS (VERDICT_BIT(PASPW_ACCEPTED) | \
    VERDICT_BIT(PASPW_LOCKED) | VERDICT_BIT(PASPW_CLOSED))
#define ACCOUNT_VERDICTS (VERDICT_BIT(PASPW_ACCEPTED) | \
    VERDICT_BIT(PASPW_LOCKED) | VERDICT_BIT(PASPW_CLOSED) | \
    VERDICT_BIT(PASPW_NOT_YET_VALID) | VERDICT_BIT(PASPW_NO_LONGER_VALID) | \
    VERDICT_BIT(PASPW_CHANGE_REQUIRED) | VERDICT_BIT(PASPW_EXPIRED))
#define CHANGE_VERDICTS (ATTEMPT_VERDICTS | VERDICT_BIT(PASPW_WEAK) | \
    VERDICT_BIT(PASPW_REUSED) | VERDICT_BIT(PASPW_TOO_SOON) | \
    VERDICT_BIT(PASPW_NOT_YET_VALID) | VERDICT_BIT(PASPW_NO_LONGER_VALID))

/* An optional text; the handle's are no longer than the message's. */
static void
put(struct wire_request *q, enum wire_tag tag, char *field, size_t size,
    const char *text)
{
	if (text[0] != '\0' && wire_text(field, size, text))
		q->has |= WIRE_BIT(tag);
}
#define PUT(q, tag, field, text) \
	put(q, tag, (q)->field, sizeof((q)->field), text)

static int
request(struct paspw *h, struct wire_request *q, enum wire_type type,
    const char *user)
{
	const struct audit_origin *o = &h->origin;

	memset(q, 0, sizeof(*q));
	q->type = type;
	if (!wire_text(q->user, sizeof(q->user), user))
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "an account name is longer than %d bytes",
		    PASPW_NAME_MAX);
	if (!handle_is_default(h))
		PUT(q, WIRE_CONFIG, config, h->config.path);
	PUT(q, WIRE_REALM, realm, h->realm);
	PUT(q, WIRE_LANGUAGE, language, h->language);
	PUT(q, WIRE_SERVICE, service, o->service);
	PUT(q, WIRE_TTY, tty, o->tty);
	PUT(q, WIRE_RHOST, rhost, o->rhost);
	PUT(q, WIRE_ACTOR, actor, o->actor);
	PUT(q, WIRE_REASON, reason, o->reason);
	PUT(q, WIRE_TICKET, ticket, o->ticket);
	return PASPW_OK;
}

static void
put_password(struct wire_request *q, const char *bytes, size_t length)
{
	wire_password(&q->password, bytes, length);
	q->has |= WIRE_BIT(WIRE_PASSWORD);
}

/* Ask, and take the verdict if it is one of these. */
static int
ask(struct paspw *h, struct wire_request *q, struct wire_answer *a,
    unsigned verdicts, enum paspw_verdict *verdict)
{
	int r = way_ask(h, q, a);

	secret_wipe_bytes(q, sizeof(*q));
	if (r != PASPW_OK || verdicts == 0)
		return r;
	if (a->verdict < 0 || a->verdict > PASPW_BUSY ||
	    (VERDICT_BIT(a->verdict) & verdicts) == 0)
		return error_set(&h->error, PASPW_ERR_INTERNAL,
		    "the agent gave a verdict that cannot be");
	*verdict = (enum paspw_verdict)a->verdict;
	return PASPW_OK;
}

int
remote_ping(struct paspw *h)
{
	struct wire_request q;
	struct wire_answer a;
	int r;

	if ((r = request(h, &q, WIRE_PING, "")) != PASPW_OK)
		return r;
	return ask(h, &q, &a, 0, NULL);
}

int
remote_reserve(struct paspw *h, struct paspw_attempt *attempt)
{
	struct wire_request q;
	struct wire_answer a;
	const struct policy *p;
	int r;

	if ((r = request(h, &q, WIRE_RESERVE, attempt->user)) != PASPW_OK)
		return r;
	q.id = (int64_t)attempt->id;
	if ((r = ask(h, &q, &a, RESERVE_VERDICTS, &attempt->begun)) !=
	    PASPW_OK)
		return r;
	if ((p = config_realm(&h->config, a.realm)) == NULL)
		return error_set(&h->error, PASPW_ERR_CONFIG,
		    "the agent knows of another realm");
	memcpy(attempt->realm, p->realm, sizeof(attempt->realm));
	attempt->locks = a.locks != 0;
	attempt->elsewhere = true;
	attempt->reserved = attempt->begun == PASPW_ACCEPTED;
	return PASPW_OK;
}

int
remote_settle(struct paspw *h, struct paspw_attempt *attempt,
    enum paspw_outcome outcome, enum paspw_verdict *verdict)
{
	struct wire_request q;
	struct wire_answer a;
	int r;

	if ((r = request(h, &q, WIRE_SETTLE, attempt->user)) != PASPW_OK)
		return r;
	PUT(&q, WIRE_REALM, realm, attempt->realm);
	q.id = (int64_t)attempt->id;
	q.outcome = outcome;
	if (attempt->typed)
		put_password(&q, attempt->password.bytes,
		    attempt->password.length);
	r = ask(h, &q, &a, ATTEMPT_VERDICTS, verdict);
	if (r == PASPW_OK && a.locks != 0)
		attempt->locks = true;
	return r;
}

int
remote_authenticate(struct paspw *h, struct paspw_attempt *attempt,
    const char *password, size_t len, enum paspw_verdict *verdict)
{
	struct wire_request q;
	struct wire_answer a;
	int r;

	if ((r = request(h, &q, WIRE_AUTHENTICATE, attempt->user)) !=
	    PASPW_OK)
		return r;
	q.id = (int64_t)attempt->id;
	put_password(&q, password, len);
	r = ask(h, &q, &a, ATTEMPT_VERDICTS, verdict);
	attempt->locks = r == PASPW_OK && a.locks != 0;
	return r;
}

int
remote_account(struct paspw *h, const char *user, unsigned flags,
    enum paspw_verdict *verdict, int64_t *warn_until)
{
	struct wire_request q;
	struct wire_answer a;
	int r;

	if ((r = request(h, &q, WIRE_ACCOUNT, user)) != PASPW_OK)
		return r;
	q.flags = flags;
	r = ask(h, &q, &a, ACCOUNT_VERDICTS, verdict);
	*warn_until = r == PASPW_OK ? a.until : 0;
	return r;
}

int
remote_status(struct paspw *h, const char *user, struct wire_answer *a,
    struct paspw_status *status)
{
	struct wire_request q;
	int r;

	if ((r = request(h, &q, WIRE_STATUS, user)) != PASPW_OK ||
	    (r = ask(h, &q, a, 0, NULL)) != PASPW_OK)
		return r;
	return wire_get_status(a, status) ? PASPW_OK : error_set(&h->error,
	    PASPW_ERR_INTERNAL, "the agent gave no status");
}

static uint32_t
broken_rules(const struct wire_report *report)
{
	uint32_t broken = 0;

	for (size_t i = 0; i < report->count; i++)
		for (int rule = 0; rule < RULE_COUNT; rule++)
			if (strcmp(report->rules[i], quality_rule_id(
			    (enum quality_rule)rule)) == 0)
				broken |= CANDIDATE_BROKEN(rule);
	return broken;
}

/* The sentences are made here, in the language of this caller. */
int
remote_change(struct paspw *h, enum wire_type type, const char *user,
    const struct paspw_attempt *attempt, struct candidate *c,
    struct paspw_report **report)
{
	struct wire_request q;
	struct wire_answer a;
	int r;

	if ((r = request(h, &q, type, user)) != PASPW_OK)
		return r;
	if (attempt != NULL)
		q.id = (int64_t)attempt->id;
	if (c->old != NULL && type != WIRE_RESET)
		put_password(&q, c->old, c->old_length);
	wire_password(&q.new, c->password, c->length);
	if ((r = ask(h, &q, &a, CHANGE_VERDICTS, &c->verdict)) != PASPW_OK)
		return r;
	c->broken = broken_rules(&a.report);
	return c->broken == 0 ? PASPW_OK :
	    candidate_report(h, h->way.policy, c, report);
}

int
remote_session(struct paspw *h, const char *user, bool opened)
{
	struct wire_request q;
	struct wire_answer a;
	int r;

	if ((r = request(h, &q, WIRE_SESSION, user)) != PASPW_OK)
		return r;
	q.flags = opened;
	return ask(h, &q, &a, 0, NULL);
}
