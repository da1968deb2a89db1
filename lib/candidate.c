/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "candidate.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "history.h"
#include "report.h"

bool
candidate_start(struct paspw_report **report, enum paspw_verdict *verdict)
{
	if (report != NULL)
		*report = NULL;
	if (verdict != NULL)
		*verdict = PASPW_REFUSED;
	return verdict != NULL;
}

int
candidate_take(struct paspw *h, const char *user, way_fn *here, way_fn *there,
    void *arg, const struct candidate *c, struct paspw_report **report)
{
	int r = way_take_once(h, user, here, there, arg);

	if (r == PASPW_OK && h->way.repeated &&
	    (c->broken & CANDIDATE_BROKEN(RULE_HISTORY)) != 0)
		r = error_set(&h->error, PASPW_ERR_BUSY, "the agent died: "
		    "nobody knows whether it had changed the password before");
	if (r != PASPW_OK)
		paspw_report_free(report);
	return r;
}

int
candidate_words(struct paspw *h, const struct policy *p, const char *user,
    const struct account *a, struct candidate_words *w)
{
	const struct directory_person *known;
	int r = PASPW_OK;

	memset(w, 0, sizeof(*w));
	if (gethostname(w->host, sizeof(w->host) - 1) == 0)
		w->person.host = w->host;
	w->person.realm = p->realm;
	if (user == NULL)
		return PASPW_OK;
	if ((known = handle_person(h, user)) != NULL)
		w->directory = *known;
	else if (directory_name_ok(user))
		r = directory_person(user, &w->directory, &h->error);
	w->person.name = w->directory.found ? w->directory.name : user;
	w->person.gecos = w->directory.gecos;
	w->person.owner = a != NULL ? a->owner : NULL;
	return r;
}

int
candidate_quality(struct paspw *h, const struct policy *p, const char *user,
    const struct account *a, struct candidate *c)
{
	struct quality_verdict verdict = { .broken = UINT32_MAX };
	struct candidate_words w;
	int r;

	if ((r = candidate_words(h, p, user, a, &w)) == PASPW_OK &&
	    (r = quality_check(p, &w.person, c->old, c->old_length,
	    c->password, c->length, &verdict, &h->error)) == PASPW_OK)
		c->broken |= verdict.broken;
	/* A dictionary that is missing stops no change, and is told. */
	if (verdict.note != NULL)
		syslog(LOG_AUTHPRIV | LOG_WARNING, "paspw: %s", verdict.note);
	return r;
}

/* Is it the present password? The history knows unless /etc/shadow was
 * written by others: then the old one that was typed, or its hash, says it. */
static int
judge_present(struct paspw *h, const struct subject *s,
    const struct secret *password, struct candidate *c)
{
	char computed[HASH_MAX], setting[HASH_MAX];
	struct error ignored;
	int r = PASPW_OK;

	if (c->old != NULL) {
		if (c->old_length == c->length &&
		    secret_equal(c->old, c->password, c->length))
			c->broken |= CANDIDATE_BROKEN(RULE_HISTORY);
	} else if (s->policy->credentials == CREDENTIALS_SHADOW &&
	    hash_setting_of(s->account.hash, setting, &ignored) ==
	    PASPW_OK) {
		r = hash_compute(password, setting, computed, &h->error);
		if (r == PASPW_OK && hash_equal(computed, s->account.hash))
			c->broken |= CANDIDATE_BROKEN(RULE_HISTORY);
		secret_wipe_bytes(computed, sizeof(computed));
	}
	return r;
}

/* One hash for the whole history, and one for each imported entry of it. */
int
candidate_history(struct paspw *h, struct subject *s, struct candidate *c)
{
	struct secret password = SECRET_EMPTY;
	bool reused = true;
	int r = PASPW_OK;

	/* What cannot be hashed breaks a rule already. */
	if (!secret_set(&password, c->password, c->length))
		goto out;
	if ((r = history_digest(s->policy, &s->account, &password, c->digest,
	    &h->error)) != PASPW_OK || (r = history_reused(s->policy,
	    s->store, &s->account, c->digest, &reused, &h->error)) !=
	    PASPW_OK)
		goto out;
	if (!reused && (r = history_foreign(s->policy, s->store, &s->account,
	    &password, &reused, &h->error)) != PASPW_OK)
		goto out;
	if (reused)
		c->broken |= CANDIDATE_BROKEN(RULE_HISTORY);
	memcpy(c->history_setting, s->account.history_setting,
	    sizeof(c->history_setting));
	r = judge_present(h, s, &password, c);
out:
	secret_wipe(&password);
	return r;
}

int
candidate_hash(struct paspw *h, const struct policy *p, struct candidate *c)
{
	struct secret password = SECRET_EMPTY;
	char setting[HASH_MAX];
	int r;

	if (p->credentials != CREDENTIALS_STORE)
		return PASPW_OK;
	if (!secret_set(&password, c->password, c->length))
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "the password is longer than %d bytes or holds a NUL",
		    PASPW_PASSWORD_MAX);
	if ((r = hash_setting(p, setting, &h->error)) == PASPW_OK)
		r = hash_compute(&password, setting, c->hash, &h->error);
	secret_wipe(&password);
	return r;
}

static enum paspw_verdict
verdict_of(uint32_t broken)
{
	if (broken == 0)
		return PASPW_ACCEPTED;
	if ((broken & ~(CANDIDATE_BROKEN(RULE_HISTORY) |
	    CANDIDATE_BROKEN(RULE_MIN_AGE))) != 0)
		return PASPW_WEAK;
	return (broken & CANDIDATE_BROKEN(RULE_HISTORY)) != 0 ? PASPW_REUSED :
	    PASPW_TOO_SOON;
}

int
candidate_report(struct paspw *h, const struct policy *p,
    const struct candidate *c, struct paspw_report **report)
{
	if (report == NULL)
		return PASPW_OK;
	*report = report_new(p, c->broken, handle_language(h, p));
	return *report != NULL ? PASPW_OK : error_set(&h->error,
	    PASPW_ERR_MEMORY, "out of memory");
}

int
candidate_judge(struct paspw *h, struct subject *s, struct candidate *c)
{
	int r;

	memcpy(c->judged_hash, s->account.hash, sizeof(c->judged_hash));
	if ((r = candidate_quality(h, s->policy, s->name, &s->account, c)) !=
	    PASPW_OK || (r = candidate_history(h, s, c)) != PASPW_OK)
		return r;
	c->verdict = verdict_of(c->broken);
	return PASPW_OK;
}

static int
refused_step(struct subject *s, void *arg, struct error *e)
{
	(void)arg;
	return subject_event(s, AUDIT_CHANGE_REFUSED, e);
}

/* Save what was judged good (save), or the event that it was not. */
int
candidate_conclude(struct paspw *h, struct subject *s, struct candidate *c,
    subject_step_fn *save, struct paspw_report **report)
{
	int r;

	if (c->broken != 0) {
		if ((r = candidate_report(h, s->policy, c, report)) != PASPW_OK)
			return r;
		return handle_update(h, s, refused_step, c);
	}
	if (c->verdict != PASPW_ACCEPTED)
		return PASPW_OK;
	if ((r = candidate_hash(h, s->policy, c)) != PASPW_OK)
		return r;
	return handle_update(h, s, save, c);
}

/* Between judging and saving, another terminal may have changed it: then the
 * history that was asked is not the history any more. */
int
candidate_still(const struct subject *s, const struct candidate *c,
    struct error *e)
{
	const struct account *a = &s->account;

	if (strcmp(a->hash, c->judged_hash) == 0 && (strcmp(
	    a->history_setting, c->history_setting) == 0 ||
	    a->history_setting[0] == '\0'))
		return PASPW_OK;
	return error_set(e, PASPW_ERR_BUSY,
	    "account %s: its password was changed meanwhile", a->name);
}

void
candidate_remember(struct subject *s, const struct candidate *c,
    const char *digest)
{
	memcpy(s->account.history_setting, c->history_setting,
	    sizeof(s->account.history_setting));
	memcpy(s->history_digest, digest, sizeof(s->history_digest));
}

