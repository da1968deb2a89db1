/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Whole accounts, as paspw_export wrote them, into a store. */

#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "import/importer.h"

#define ID_TEXT (ACCOUNT_ID_BYTES * 2)

_Static_assert(PASPW_RECORD_FAILURES_MAX == POLICY_LOCK_AFTER_MAX &&
    PASPW_RECORD_HISTORY_MAX == IMPORTER_HISTORY_MAX,
    "what a record says it may hold");

static const char *
text(const char *s)
{
	return s != NULL ? s : "";
}

/* ---- Is it a record that we could have written? ---- */

static bool
id_ok(const char *id)
{
	/* zeroes stand for nobody */
	return id[0] == '\0' || (strlen(id) == ID_TEXT &&
	    strspn(id, "0123456789abcdef") == ID_TEXT &&
	    strspn(id, "0") < ID_TEXT);
}

static int
lock_find(const char *name)
{
	for (int i = LOCK_NONE; i <= LOCK_ADMIN; i++)
		if (strcmp(account_lock_name(i), name) == 0)
			return i;
	return -1;
}

static bool
times_ok(const struct paspw_record *r)
{
	const int64_t times[] = { r->created_at, r->valid_from,
	    r->valid_until, r->closed_at, r->changed_at, r->temporary_until,
	    r->expired_seen_at, r->last_failure_at, r->last_success_at,
	    r->failures_since_success, r->otp_failures, r->locked_at,
	    r->refused_while_locked, r->refused_first_at,
	    r->refused_last_at };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] < 0 || times[i] > IMPORT_TIME_MAX)
			return false;
	for (size_t i = 0; i < r->failed_count; i++)
		if (r->failed_at[i] <= 0 ||
		    r->failed_at[i] > IMPORT_TIME_MAX)
			return false;
	return true;
}

static const char *
history_fault(const struct paspw_record *r)
{
	if (r->history_count > PASPW_RECORD_HISTORY_MAX)
		return "more old passwords than any account has";
	for (size_t i = 0; i < r->history_count; i++)
		if (import_hash_fault(text(r->history[i])) != NULL)
			return import_hash_fault(text(r->history[i]));
	return NULL;
}

/* The hash is looked at by those who would keep it. */
static const char *
record_fault(const struct paspw_record *r)
{
	int lock = lock_find(text(r->lock_reason));

	if (!id_ok(text(r->id)))
		return "its id is not 32 hex digits";
	if (r->kind != NULL && r->kind[0] != '\0' &&
	    account_kind_find(r->kind) == -1)
		return "there is no such kind of account";
	if (!handle_owner_ok(text(r->owner)) ||
	    !handle_owner_ok(text(r->ticket)))
		return "its owner or ticket is too long or cannot be printed";
	if (lock == -1 || (lock == LOCK_NONE) != (r->locked_at == 0))
		return "locked_at and lock_reason do not agree";
	if (r->failed_count > PASPW_RECORD_FAILURES_MAX)
		return "more failed tries than any account has";
	if (!times_ok(r))
		return "a time or a count cannot be";
	return history_fault(r);
}

/* ---- Into a row ---- */

static void
put(char *to, size_t size, const char *from)
{
	memset(to, 0, size);
	memcpy(to, from, strlen(from));
}

static void
put_id(struct account *a, const char *id)
{
	char byte[3] = "";

	for (size_t i = 0; id[0] != '\0' && i < sizeof(a->id); i++) {
		memcpy(byte, id + i * 2, 2);
		a->id[i] = (unsigned char)strtoul(byte, NULL, 16);
	}
}

static int
put_failures(struct account *a, const struct paspw_record *r,
    struct error *e)
{
	struct account_tries *failed = &a->failed;
	bool same = (size_t)failed->count == r->failed_count;
	int err;

	for (size_t i = 0; same && i < r->failed_count; i++)
		same = failed->list[i].at == r->failed_at[i];
	if (same)
		return PASPW_OK;
	failed->count = (int)r->failed_count;
	for (size_t i = 0; i < r->failed_count; i++) {
		if ((err = account_try_id(&failed->list[i].id, e)) !=
		    PASPW_OK)
			return err;
		failed->list[i].at = r->failed_at[i];
	}
	return PASPW_OK;
}

static void
put_password(struct account *a, const struct paspw_record *r)
{
	if (a->credentials == CREDENTIALS_STORE)
		put(a->hash, sizeof(a->hash), text(r->hash));
	a->changed_at = r->changed_at;
	a->must_change = r->must_change;
	a->temporary_until = r->temporary_until;
	a->expired_seen_at = r->expired_seen_at;
}

static int
put_record(struct account *a, const struct paspw_record *r, bool password,
    struct error *e)
{
	if (r->kind != NULL && r->kind[0] != '\0')
		a->kind = account_kind_find(r->kind);
	put(a->owner, sizeof(a->owner), text(r->owner));
	put(a->ticket, sizeof(a->ticket), text(r->ticket));
	a->valid_from = r->valid_from;
	a->valid_until = r->valid_until;
	a->closed_at = r->closed_at;
	if (password)
		put_password(a, r);
	a->last_failure_at = r->last_failure_at;
	a->last_success_at = r->last_success_at;
	a->failures_to_tell = r->failures_since_success;
	a->otp_failures = r->otp_failures;
	a->locked_at = r->locked_at;
	a->lock_reason = lock_find(text(r->lock_reason));
	a->refused_while_locked = r->refused_while_locked;
	a->refused_first_at = r->refused_first_at;
	a->refused_last_at = r->refused_last_at;
	return put_failures(a, r, e);
}

/* ---- Its history ---- */

/* A setting under which nothing could be hashed would stop every change. */
static bool
setting_ok(const struct paspw_record *r)
{
	char setting[HASH_MAX];
	struct error ignored;

	for (size_t i = 0; i < r->history_count; i++)
		if (hash_setting_of(r->history[i], setting, &ignored) ==
		    PASPW_OK &&
		    strcmp(setting, text(r->history_setting)) == 0)
			return true;
	return false;
}

static int
take_history(struct paspw *h, struct importer *imp,
    const struct paspw_record *r)
{
	struct account *a = &imp->subject.account;
	bool store = a->credentials == CREDENTIALS_STORE;

	if (a->history_setting[0] == '\0' && setting_ok(r))
		put(a->history_setting, sizeof(a->history_setting),
		    r->history_setting);
	/* Without a history the present password is all that we know. */
	if (r->history_count == 0) {
		if (imp->outcome == PASPW_IMPORT_DONE && store &&
		    a->hash[0] != '\0')
			imp->newest = a->hash;
		return PASPW_OK;
	}
	if (imp->outcome == PASPW_IMPORT_DONE && !imp->fresh && store)
		imp->newest = r->history[0];
	return importer_older(h, imp, r->history, r->history_count);
}

/* ---- The merge ---- */

/* Of a system account, the password is the system's: what the record says of
 * its age holds only if it is the same one. */
static bool
same_password(const struct account *a, const struct paspw_record *r)
{
	return a->credentials == CREDENTIALS_STORE ||
	    strcmp(a->hash, text(r->hash)) == 0;
}

static int64_t
last_change(int64_t changed_at, int64_t closed_at)
{
	return closed_at > changed_at ? closed_at : changed_at;
}

/* Would it let in whom a lock or a date here keeps out? Nobody noted when that
 * was set: it may be later than what the record says. */
static bool
lets_in(const struct account *a, const struct account *before)
{
	return a->closed_at == 0 && (a->lock_reason < before->lock_reason ||
	    a->valid_from < before->valid_from || (before->valid_until != 0 &&
	    (a->valid_until == 0 || a->valid_until > before->valid_until)));
}

static int
take_record(struct paspw *h, struct importer *imp, const void *source)
{
	const struct paspw_record *r = source;
	struct account *a = &imp->subject.account;
	struct account before;
	bool password = same_password(a, r);
	int err;

	memcpy(&before, a, sizeof(before));
	if (imp->fresh)
		a->created_at = r->created_at;
	/* After a conflict it may be the id that is taken. */
	if (imp->fresh && imp->rounds == 1)
		put_id(a, text(r->id));
	if ((err = put_record(a, r, password, &h->error)) != PASPW_OK)
		goto out;
	imp->outcome = PASPW_IMPORT_UNCHANGED;
	if (imp->fresh || memcmp(&before, a, sizeof(before)) != 0) {
		imp->outcome = PASPW_IMPORT_SKIPPED;
		if (!imp->fresh && (before.closed_at != 0 ||
		    before.changed_at >= last_change(r->changed_at,
		    r->closed_at) || lets_in(a, &before))) {
			err = importer_leave(h, imp, "it has a state of its "
			    "own here: kept as it is here");
			goto out;
		}
		imp->outcome = PASPW_IMPORT_DONE;
		imp->history_erase = a->closed_at != 0;
	}
	if (a->closed_at != 0)
		goto out;
	if ((err = take_history(h, imp, r)) != PASPW_OK)
		goto out;
	if (imp->older_count > 0)
		imp->outcome = PASPW_IMPORT_DONE;
	if (!password)
		err = importer_leave(h, imp, "the system has another password "
		    "of it: that one's date holds");
out:
	secret_wipe_bytes(&before, sizeof(before));
	return err;
}

static int
import_record(struct paspw *h, const struct paspw_record *r,
    enum paspw_import *outcome)
{
	const char *name = text(r->account), *reason = record_fault(r);
	const struct policy *p = NULL;
	int err;

	if (!directory_name_ok(name))
		return error_set(&h->error, PASPW_OK,
		    "not a usable account name");
	if ((err = handle_policy(h, name, &p)) != PASPW_OK)
		return err;
	if (reason == NULL && p->credentials == CREDENTIALS_STORE &&
	    text(r->hash)[0] != '\0')
		reason = r->closed_at != 0 ? "it is closed, and has a hash" :
		    import_hash_fault(r->hash);
	if (reason != NULL)
		return error_set(&h->error, PASPW_OK, "account %s: %s", name,
		    reason);
	return importer_take(h, name, true, take_record, r, outcome);
}

int
paspw_import_record(struct paspw *h, const struct paspw_record *record,
    enum paspw_import *outcome)
{
	bool chosen = false;
	int err;

	if (outcome == NULL || record == NULL)
		return PASPW_ERR_INVALID;
	*outcome = PASPW_IMPORT_SKIPPED;
	if ((err = handle_enter(h)) != PASPW_OK)
		return err;
	if (h->realm[0] == '\0' && text(record->realm)[0] != '\0') {
		if (config_realm(&h->config, record->realm) == NULL) {
			err = error_set(&h->error, PASPW_OK,
			    "there is no realm of this name here");
			return handle_leave(h, err);
		}
		put(h->realm, sizeof(h->realm), record->realm);
		chosen = true;
	}
	err = import_record(h, record, outcome);
	if (chosen)
		h->realm[0] = '\0';
	return handle_leave(h, err);
}
