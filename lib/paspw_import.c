/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Taking over what shadow, pam_unix, pam_pwhistory and pam_faillock know. */

#include <stdlib.h>
#include <string.h>

#include "account/lockout.h"
#include "import/import.h"
#include "import/importer.h"

static int
left_closed(struct paspw *h, const struct importer *imp)
{
	return importer_leave(h, imp, "it is closed here, and stays so");
}

/* One line or tally was parsed: with a reason it is left out, else it goes
 * through `fn`. Leaves the handle. */
static int
take(struct paspw *h, const char *reason, const char *name, bool creates,
    importer_fn *fn, const void *source, enum paspw_import *outcome)
{
	int r = PASPW_ERR_INTERNAL;

	if (reason == NULL)
		r = importer_take(h, name, creates, fn, source, outcome);
	else if (name[0] != '\0' && directory_name_ok(name))
		r = error_set(&h->error, PASPW_OK, "account %s: %s", name,
		    reason);
	else
		r = error_set(&h->error, PASPW_OK, "%s", reason);
	return handle_leave(h, r);
}

/* ---- shadow ---- */

static void
leave_end(struct paspw *h, const struct importer *imp)
{
	importer_leave(h, imp, "it ends on another day here: kept as it is "
	    "here");
}

/* The row is here and has this password: what else does the line say? */
static void
compare_shadow(struct paspw *h, struct importer *imp,
    const struct import_shadow *line)
{
	const struct account *a = &imp->subject.account;

	if (line->locked && a->locked_at == 0)
		importer_leave(h, imp, "locked there, not locked here: kept "
		    "as it is here");
	else if (line->valid_until != 0 &&
	    line->valid_until != a->valid_until)
		leave_end(h, imp);
	else
		imp->outcome = PASPW_IMPORT_UNCHANGED;
}

/* Why the password that is here stays; NULL: the line's is the newer one. */
static const char *
keep_reason(const struct account *a, const struct import_shadow *line)
{
	if (line->hash[0] == '\0')
		return "it has a password here and none there: kept";
	if (line->changed_day < 0)
		return "it has another password here, and no date there: kept";
	if (a->changed_at > line->changed_day * SPAN_DAY)
		return "its password was changed here later: kept";
	return NULL;
}

static void
apply_shadow(struct paspw *h, struct importer *imp,
    const struct import_shadow *line)
{
	struct subject *s = &imp->subject;
	struct account *a = &s->account;

	/* Of system accounts the first contact took hash and date. */
	if (s->policy->credentials == CREDENTIALS_STORE) {
		account_changed(a, line->hash, line->changed_day < 0 ? s->now :
		    line->changed_day * SPAN_DAY);
		if (line->changed_day == 0)
			account_expire(a);
		/* So that it is not taken again at the next change. */
		imp->newest = line->hash[0] != '\0' ? line->hash : NULL;
	}
	/* Nobody knows which end was set later: the earlier one holds. */
	if (a->valid_until != 0 && line->valid_until > a->valid_until)
		leave_end(h, imp);
	else if (line->valid_until != 0)
		a->valid_until = line->valid_until;
	if (line->locked)
		lockout_lock(a, s->now);
	imp->outcome = PASPW_IMPORT_DONE;
}

/* Has the account here the password of this line? The hash of it may have
 * been replaced by a stronger one at a login: the history has the old one. */
static int
same_shadow(struct paspw *h, const struct importer *imp,
    const struct import_shadow *line, bool *same)
{
	const struct account *a = &imp->subject.account;

	*same = a->credentials == CREDENTIALS_SHADOW ||
	    strcmp(a->hash, line->hash) == 0;
	if (*same || imp->fresh || line->changed_day < 0 ||
	    a->changed_at != line->changed_day * SPAN_DAY)
		return PASPW_OK;
	return importer_knows(h, imp, line->hash, same);
}

static int
take_shadow(struct paspw *h, struct importer *imp, const void *source)
{
	const struct import_shadow *line = source;
	const struct account *a = &imp->subject.account;
	const char *reason = NULL;
	bool same = false;
	int r;

	if (a->closed_at != 0)
		return left_closed(h, imp);
	if ((r = same_shadow(h, imp, line, &same)) != PASPW_OK)
		return r;
	if (!imp->fresh && same)
		compare_shadow(h, imp, line);
	else {
		if (!imp->fresh && (reason = keep_reason(a, line)) != NULL)
			return importer_leave(h, imp, "%s", reason);
		apply_shadow(h, imp, line);
	}
	/* The lock is taken over all the same; the system keeps its hash. */
	if (line->hash_fault != NULL && h->error.text[0] == '\0' &&
	    a->credentials == CREDENTIALS_STORE)
		return importer_leave(h, imp, "locked, and without its "
		    "password: %s", line->hash_fault);
	return PASPW_OK;
}

int
paspw_import_shadow(struct paspw *h, const char *line, size_t length,
    enum paspw_import *outcome)
{
	struct import_shadow parsed;
	const char *reason;
	int r;

	if (outcome == NULL || line == NULL)
		return PASPW_ERR_INVALID;
	*outcome = PASPW_IMPORT_SKIPPED;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	reason = import_shadow(line, length, &parsed);
	r = take(h, reason, parsed.name, true, take_shadow, &parsed, outcome);
	secret_wipe_bytes(&parsed, sizeof(parsed));
	return r;
}

/* ---- opasswd ---- */

static int
take_opasswd(struct paspw *h, struct importer *imp, const void *source)
{
	const struct import_opasswd *line = source;
	const char *newest_first[POLICY_HISTORY_MAX];
	int r;

	if (imp->subject.account.closed_at != 0)
		return left_closed(h, imp);
	for (size_t i = 0; i < line->count; i++)
		newest_first[i] = line->hashes[line->count - 1 - i];
	if ((r = importer_older(h, imp, newest_first, line->count)) !=
	    PASPW_OK)
		return r;
	imp->outcome = imp->older_count > 0 ? PASPW_IMPORT_DONE :
	    PASPW_IMPORT_UNCHANGED;
	if (line->fault_count > 0)
		return importer_leave(h, imp, "%zu of its old passwords left "
		    "out: %s", line->fault_count, line->fault);
	return PASPW_OK;
}

int
paspw_import_opasswd(struct paspw *h, const char *line, size_t length,
    enum paspw_import *outcome)
{
	struct import_opasswd *parsed;
	const char *reason;
	int r;

	if (outcome == NULL || line == NULL)
		return PASPW_ERR_INVALID;
	*outcome = PASPW_IMPORT_SKIPPED;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((parsed = malloc(sizeof(*parsed))) == NULL)
		return handle_leave(h, error_set(&h->error, PASPW_ERR_MEMORY,
		    "out of memory"));
	reason = import_opasswd(line, length, parsed);
	r = take(h, reason, parsed->name, false, take_opasswd, parsed,
	    outcome);
	secret_wipe_bytes(parsed, sizeof(*parsed));
	free(parsed);
	return r;
}

/* ---- faillock ---- */

static bool
forgotten(const struct policy *p, int64_t at, int64_t now)
{
	return p->failure_window.unit != SPAN_NEVER &&
	    span_after(at, p->failure_window) <= now;
}

/* What is older than the last try that was counted here was counted here, or
 * forgiven by a login or an unlock. */
static int
take_faillock(struct paspw *h, struct importer *imp, const void *source)
{
	const struct import_faillock *tally = source;
	struct subject *s = &imp->subject;
	struct account *a = &s->account;
	int64_t seen = a->last_failure_at > a->last_success_at ?
	    a->last_failure_at : a->last_success_at;
	const char *fault = tally->fault;
	uint64_t id;
	int r;

	if (a->closed_at != 0)
		return left_closed(h, imp);
	imp->outcome = PASPW_IMPORT_UNCHANGED;
	for (size_t i = 0; i < tally->count; i++) {
		int64_t at = tally->at[i];

		if (at > s->now)
			fault = "a record from the future";
		if (at > s->now || at <= seen || forgotten(s->policy, at,
		    s->now))
			continue;
		if ((r = account_try_id(&id, &h->error)) != PASPW_OK)
			return r;
		lockout_add_failure(a, s->policy->lock_after, id, at);
		imp->outcome = PASPW_IMPORT_DONE;
	}
	if (imp->outcome == PASPW_IMPORT_DONE && !s->exempt &&
	    a->locked_at == 0 && a->failed.count >= s->policy->lock_after) {
		a->locked_at = a->last_failure_at;
		a->lock_reason = LOCK_FAILURES;
	}
	return fault == NULL ? PASPW_OK : importer_leave(h, imp, "%s", fault);
}

int
paspw_import_faillock(struct paspw *h, const char *user, const void *tally,
    size_t size, enum paspw_import *outcome)
{
	struct import_faillock parsed;
	const char *reason;
	int r;

	if (outcome == NULL || user == NULL || (tally == NULL && size > 0))
		return PASPW_ERR_INVALID;
	*outcome = PASPW_IMPORT_SKIPPED;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	reason = import_faillock(tally, size, &parsed);
	return take(h, reason, user, false, take_faillock, &parsed, outcome);
}

/* ---- Terms ---- */

/* A time that is not set here is taken; one that differs stays: false. */
static bool
merge_time(int64_t *ours, int64_t theirs, bool *changed)
{
	if (theirs == 0 || *ours == theirs)
		return true;
	if (*ours != 0)
		return false;
	*ours = theirs;
	*changed = true;
	return true;
}

static bool
merge_kind(int *ours, int theirs, bool *changed)
{
	if (*ours == theirs)
		return true;
	if (*ours != KIND_PERSON)
		return false;
	*ours = theirs;
	*changed = true;
	return true;
}

static bool
merge_owner(char *ours, const char *theirs, bool *changed)
{
	if (theirs == NULL || theirs[0] == '\0' || strcmp(ours, theirs) == 0)
		return true;
	if (ours[0] != '\0')
		return false;
	strcpy(ours, theirs);
	*changed = true;
	return true;
}

static const char *
terms_fault(const struct paspw_terms *terms)
{
	if (terms->kind != NULL && terms->kind[0] != '\0' &&
	    account_kind_find(terms->kind) == -1)
		return "there is no such kind of account";
	if (!account_dates_ok(terms->valid_from, terms->valid_until))
		return "valid_from is not before valid_until";
	if (terms->owner != NULL && !handle_owner_ok(terms->owner))
		return "its owner is too long or cannot be printed";
	return NULL;
}

static int
take_terms(struct paspw *h, struct importer *imp, const void *source)
{
	const struct paspw_terms *terms = source;
	struct account *a = &imp->subject.account;
	bool named = terms->kind != NULL && terms->kind[0] != '\0';
	bool changed = imp->fresh;

	if (a->closed_at != 0)
		return left_closed(h, imp);
	if (!merge_owner(a->owner, terms->owner, &changed) ||
	    !merge_kind(&a->kind, named ? account_kind_find(terms->kind) :
	    a->kind, &changed) ||
	    !merge_time(&a->valid_from, terms->valid_from, &changed) ||
	    !merge_time(&a->valid_until, terms->valid_until, &changed))
		return importer_leave(h, imp,
		    "it has other terms here: kept as it is here");
	/* Nothing equals an empty hash: it waits for `paspw passwd`. */
	if (imp->fresh && a->credentials == CREDENTIALS_STORE)
		account_expire(a);
	imp->outcome = changed ? PASPW_IMPORT_DONE : PASPW_IMPORT_UNCHANGED;
	return PASPW_OK;
}

int
paspw_import_terms(struct paspw *h, const char *user,
    const struct paspw_terms *terms, enum paspw_import *outcome)
{
	int r;

	if (outcome == NULL || user == NULL || terms == NULL)
		return PASPW_ERR_INVALID;
	*outcome = PASPW_IMPORT_SKIPPED;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	return take(h, terms_fault(terms), user, true, take_terms, terms,
	    outcome);
}
