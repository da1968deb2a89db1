/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "verbs.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "interpose.h"

#define FAILURES 4		/* of `four`: the next one locks */
#define COST "3"
#define OTHER_COST "4"		/* of a configuration to compare with */
#define WEAK "$5$rounds=1000$saltsalt"	/* how `weak` is hashed */
#define DAY 86400
/* Months of the trail that are over; audit_retention is 12 of them. */
#define OLD_DAYS 400
#define LAST_MONTH_DAYS 40
/* Two arguments of a verb: a password and its length. */
#define PASSWORD(which) r->secrets.which, strlen(r->secrets.which)

/* ---- The store ---- */

static void
must(struct paspw *h, int r, const char *what)
{
	if (r == PASPW_OK)
		return;
	fprintf(stderr, "verbs: %s: %s\n", what, paspw_detail(h));
	exit(EXIT_FAILURE);
}

static void
write_config(const char *directory, const char *name, const char *cost,
    const char *isolate)
{
	char path[VERBS_PATH];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if ((f = fopen(path, "w")) == NULL)
		exit(EXIT_FAILURE);
	fprintf(f, "[users]\nstore = sqlite:%s/store/users.db\n"
	    "credentials = store\nhash_cost = %s\ndictionary = no\n"
	    "busy_wait = 1s\nstore_timeout = 1s\nfirst_login_change = no\n"
	    "isolate = %s\n"
	    "[admins]\nextends = users\nmembers = paul @root\n"
	    "dictionary = yes\nstore = sqlite:%s/store/admins.db\n",
	    directory, cost, isolate, directory);
	fclose(f);
}

static void
issue(struct paspw *h, const char *user, const char *password)
{
	enum paspw_verdict verdict = PASPW_REFUSED;

	must(h, paspw_add(h, user, password, strlen(password), NULL, NULL,
	    &verdict), user);
	if (verdict != PASPW_ACCEPTED)
		exit(EXIT_FAILURE);
}

/* An account whose hash is renewed when it logs in. */
static void
import_weak(struct paspw *h, const char *password)
{
	enum paspw_import outcome = PASPW_IMPORT_SKIPPED;
	char line[512];
	int length = snprintf(line, sizeof(line), "weak:%s:%lld:0:99999:7:::",
	    crypt(password, WEAK), (long long)time(NULL) / DAY);

	must(h, paspw_import_shadow(h, line, (size_t)length, &outcome),
	    "import");
	if (outcome != PASPW_IMPORT_DONE)
		must(h, PASPW_ERR_INTERNAL, "weak");
}

/* A trail over three months: the first one is older than audit_retention. */
static void
make_trail(struct paspw *h, const struct run *r)
{
	FILE *f;
	char path[VERBS_PATH];

	snprintf(path, sizeof(path), "%s/" VERBS_PROOFS, r->directory);
	if ((f = fopen(path, "w")) == NULL)
		exit(EXIT_FAILURE);
	fault_clock_back = OLD_DAYS * DAY;
	must(h, paspw_init(h), "init");
	must(h, paspw_audit_first_keys(h, verbs_note_proof, f), "first keys");
	must(h, paspw_audit_seal_empty(h), "seal");
	fault_clock_back = LAST_MONTH_DAYS * DAY;
	issue(h, "shut", r->secrets.right);
	must(h, paspw_close_account(h, "shut"), "close");
	must(h, paspw_audit_seal_empty(h), "seal");
	fault_clock_back = 0;
	must(h, paspw_audit_seal_empty(h), "seal");
	must(h, paspw_audit_heads(h, verbs_note_proof, f), "heads");
	if (fclose(f) != 0)
		exit(EXIT_FAILURE);
}

void
verbs_make(const char *directory)
{
	static const char *const users[] = { "bob", "four" };
	struct run r = { .directory = directory };
	enum paspw_verdict verdict;
	struct paspw *h = NULL;
	char path[VERBS_PATH];

	secrets_unmask(&r.secrets);
	write_config(directory, "other.conf", OTHER_COST, "no");
	write_config(directory, VERBS_ISOLATED, COST, "yes");
	write_config(directory, VERBS_CONFIG, COST, "no");
	snprintf(path, sizeof(path), "%s/" VERBS_CONFIG, directory);
	must(h, paspw_open(&h, path, 0), "open");
	make_trail(h, &r);
	import_weak(h, r.secrets.right);
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		issue(h, users[i], r.secrets.right);
	must(h, paspw_audit_seal(h), "seal");
	for (int i = 0; i < FAILURES; i++)
		must(h, paspw_authenticate(h, "four", r.secrets.wrong,
		    strlen(r.secrets.wrong), &verdict), "authenticate");
	paspw_close(&h);
	secrets_wipe(&r.secrets);
}

/* ---- Opening ---- */

static int
open_with(struct run *r, unsigned flags)
{
	char path[VERBS_PATH];

	snprintf(path, sizeof(path), "%s/" VERBS_CONFIG, r->directory);
	return paspw_open(&r->h, path, flags);
}

static int
do_open(struct run *r)
{
	return open_with(r, 0);
}

static int
do_open_login(struct run *r)
{
	return open_with(r, PASPW_LOGIN);
}

static int
do_set(struct run *r)
{
	return paspw_set(r->h, PASPW_RHOST, "192.0.2.1");
}

static int
set_reason(struct run *r)
{
	return paspw_set(r->h, PASPW_REASON, "a test");
}

static int
do_init(struct run *r)
{
	return paspw_init(r->h);
}

/* ---- Passwords ---- */

/* The verdict stands for what the report says. */
static int
check_for(struct run *r, const char *user)
{
	struct paspw_report *report = NULL;
	int rc = paspw_check(r->h, user, PASSWORD(right), PASSWORD(fresh),
	    &report);

	r->harmful = rc != PASPW_OK && report != NULL;
	if (rc == PASPW_OK)
		r->verdict = paspw_report_count(report) == 0 ?
		    PASPW_ACCEPTED : PASPW_WEAK;
	for (size_t i = 0; i < paspw_report_count(report); i++)
		r->harmful |= paspw_report_message(report, i) == NULL;
	paspw_report_free(&report);
	return rc;
}

static int
do_check(struct run *r)
{
	return check_for(r, "bob");
}

static int
do_check_dictionary(struct run *r)
{
	return check_for(r, "paul");
}

static int
do_generate(struct run *r)
{
	char made[PASPW_PASSWORD_MAX + 1] = "";
	int rc = paspw_generate(r->h, "bob", 0, 0, made, sizeof(made), NULL);

	r->harmful = (rc == PASPW_OK) != (made[0] != '\0');
	secret_wipe_bytes(made, sizeof(made));
	return rc;
}

/* ---- Attempts ---- */

static int
do_begin(struct run *r)
{
	int rc = paspw_attempt_begin(r->h, "bob", &r->attempt, &r->verdict);

	r->harmful = rc != PASPW_OK && r->attempt != NULL;
	return rc;
}

static int
begin_weak(struct run *r)
{
	return paspw_attempt_begin(r->h, "weak", &r->attempt, &r->verdict);
}

static int
do_verify(struct run *r)
{
	return paspw_attempt_verify(r->h, r->attempt, PASSWORD(right));
}

static int
verify_weak(struct run *r)
{
	int rc = begin_weak(r);

	return rc != PASPW_OK ? rc : do_verify(r);
}

static int
do_settle(struct run *r)
{
	static const struct paspw_factor factor = { "password",
	    PASPW_VERIFIED };

	return paspw_attempt_settle(r->h, &r->attempt, &factor, 1,
	    &r->verdict);
}

static int
do_right(struct run *r)
{
	return paspw_authenticate(r->h, "bob", PASSWORD(right),
	    &r->verdict);
}

static int
do_wrong(struct run *r)
{
	return paspw_authenticate(r->h, "bob", PASSWORD(wrong),
	    &r->verdict);
}

static int
do_last_wrong(struct run *r)
{
	int rc = paspw_authenticate(r->h, "four", PASSWORD(wrong),
	    &r->verdict);

	/* Nobody tells one by its code; whom an agent must be asked twice for
	 * is not told who locked. */
	r->harmful = rc == PASPW_OK && !paspw_has_locked(r->h) &&
	    !(r->served && r->faulty);
	return rc;
}

static int
do_unknown(struct run *r)
{
	return paspw_authenticate(r->h, "nobody", PASSWORD(right), &r->verdict);
}

/* ---- Accounts ---- */

static int
do_account(struct run *r)
{
	int64_t until = -1;

	return paspw_account_verdict(r->h, "bob", 0, &r->verdict, &until);
}

static int
do_change(struct run *r)
{
	struct paspw_report *report = NULL;
	int rc = paspw_change(r->h, "bob", PASSWORD(right),
	    PASSWORD(fresh), &report, &r->verdict);

	r->harmful = rc != PASPW_OK && report != NULL;
	paspw_report_free(&report);
	return rc;
}

static int
do_change_authenticated(struct run *r)
{
	return paspw_change_authenticated(r->h, "bob", NULL, 0,
	    PASSWORD(fresh), NULL, &r->verdict);
}

static int
do_change_reused(struct run *r)
{
	return paspw_change_authenticated(r->h, "bob", NULL, 0,
	    PASSWORD(right), NULL, &r->verdict);
}

/* With a report of its rules. */
static int
do_change_weak(struct run *r)
{
	struct paspw_report *report = NULL;
	int rc = paspw_change_authenticated(r->h, "bob", NULL, 0, "bob",
	    strlen("bob"), &report, &r->verdict);

	r->harmful = (rc == PASPW_OK) != (paspw_report_count(report) > 0);
	paspw_report_free(&report);
	return rc;
}

static int
do_add(struct run *r)
{
	const struct paspw_terms terms = { .owner = "Zoe", .kind = "service" };

	return paspw_add(r->h, "zoe", PASSWORD(fresh), &terms,
	    NULL, &r->verdict);
}

static int
do_reset(struct run *r)
{
	return paspw_reset(r->h, "bob", PASSWORD(fresh), NULL,
	    &r->verdict);
}

static int
do_reopen(struct run *r)
{
	return paspw_reopen(r->h, "shut", PASSWORD(fresh), NULL,
	    NULL, &r->verdict);
}

#define ADMIN_VERB(name, verb, user) \
static int \
name(struct run *r) \
{ \
	return verb(r->h, user); \
}

static int
do_amend(struct run *r)
{
	const struct paspw_terms terms = { .owner = "Zoe" };

	return paspw_amend(r->h, "bob", &terms,
	    PASPW_TERM_OWNER | PASPW_TERM_VALID_UNTIL);
}

ADMIN_VERB(do_lock, paspw_lock, "bob")
ADMIN_VERB(do_unlock, paspw_unlock, "four")
ADMIN_VERB(do_expire, paspw_expire, "bob")
ADMIN_VERB(do_close, paspw_close_account, "bob")

static int
do_session(struct run *r)
{
	return paspw_session(r->h, "bob", true);
}

static int
do_status(struct run *r)
{
	struct paspw_status *status = NULL;
	int rc = paspw_status(r->h, "bob", &status);

	r->harmful = (rc == PASPW_OK) != (status != NULL);
	paspw_status_free(&status);
	return rc;
}

static int
count_status(const struct paspw_status *status, void *arg)
{
	*(int *)arg += status->account[0] != '\0';
	return 0;
}

static int
do_each(struct run *r)
{
	int count = 0, rc = paspw_each(r->h, count_status, &count);

	r->harmful = rc == PASPW_OK && count != 4;
	return rc;
}

#define NO_VERDICT PASPW_REFUSED

const struct verb verbs[] = {
	{ "open", do_open, NULL, NO_VERDICT, VERB_CLOSED },
	{ "open for a login", do_open_login, NULL, NO_VERDICT, VERB_CLOSED },
	{ "set", do_set, NULL, NO_VERDICT, 0 },
	{ "init", do_init, NULL, NO_VERDICT, VERB_COLD },
	{ "check", do_check, NULL, PASPW_ACCEPTED, 0 },
	{ "check with dictionary", do_check_dictionary, NULL, PASPW_ACCEPTED,
	    0 },
	{ "generate", do_generate, NULL, NO_VERDICT, 0 },
	{ "attempt_begin", do_begin, NULL, PASPW_ACCEPTED,
	    VERB_STEPS | VERB_SERVED },
	{ "attempt_verify", do_verify, begin_weak, PASPW_ACCEPTED, 0 },
	{ "attempt_settle and rehash", do_settle, verify_weak,
	    PASPW_ACCEPTED, VERB_STEPS | VERB_SERVED },
	{ "authenticate, store opened first", do_right, NULL, PASPW_ACCEPTED,
	    VERB_COLD | VERB_STEPS },
	{ "authenticate", do_right, NULL, PASPW_ACCEPTED,
	    VERB_STEPS | VERB_SERVED },
	{ "authenticate, wrong", do_wrong, NULL, PASPW_REFUSED,
	    VERB_STEPS | VERB_SERVED },
	{ "authenticate, wrong and locks", do_last_wrong, NULL, PASPW_REFUSED,
	    VERB_STEPS | VERB_SERVED },
	{ "authenticate, nobody", do_unknown, NULL, PASPW_REFUSED,
	    VERB_STEPS | VERB_SERVED },
	{ "account_verdict", do_account, NULL, PASPW_ACCEPTED, VERB_SERVED },
	{ "change", do_change, NULL, PASPW_ACCEPTED, VERB_STEPS | VERB_SERVED },
	{ "change_authenticated", do_change_authenticated, NULL,
	    PASPW_ACCEPTED, VERB_SERVED },
	{ "change_authenticated, weak", do_change_weak, NULL, PASPW_WEAK,
	    VERB_SERVED },
	{ "change_authenticated, reused", do_change_reused, NULL,
	    PASPW_REUSED, VERB_SERVED },
	{ "add", do_add, NULL, PASPW_ACCEPTED, 0 },
	{ "reset", do_reset, NULL, PASPW_ACCEPTED, VERB_SERVED },
	{ "reopen", do_reopen, set_reason, PASPW_ACCEPTED, 0 },
	{ "amend", do_amend, NULL, NO_VERDICT, 0 },
	{ "lock", do_lock, NULL, NO_VERDICT, 0 },
	{ "unlock", do_unlock, NULL, NO_VERDICT, 0 },
	{ "expire", do_expire, NULL, NO_VERDICT, 0 },
	{ "close_account", do_close, NULL, NO_VERDICT, VERB_STEPS },
	{ "session", do_session, NULL, NO_VERDICT, VERB_SERVED },
	{ "status", do_status, NULL, NO_VERDICT, VERB_SERVED },
	{ "each", do_each, NULL, NO_VERDICT, 0 },
	{ "import_shadow", do_import_shadow, NULL, NO_VERDICT, 0 },
	{ "import_shadow, locked", do_import_locked, NULL, NO_VERDICT, 0 },
	{ "import_opasswd", do_import_opasswd, NULL, NO_VERDICT, 0 },
	{ "import_faillock", do_import_faillock, NULL, NO_VERDICT, 0 },
	{ "import_faillock, locks", do_import_tally, NULL, NO_VERDICT, 0 },
	{ "import_terms", do_import_terms, NULL, NO_VERDICT, 0 },
	{ "import_terms, new", do_import_terms_new, NULL, NO_VERDICT, 0 },
	{ "import_record", do_import_record, NULL, NO_VERDICT, 0 },
	{ "import_record, locked", do_import_record_locked, NULL, NO_VERDICT,
	    0 },
	{ "export", do_export, NULL, NO_VERDICT, 0 },
	{ "setting_each", do_settings, NULL, NO_VERDICT, 0 },
	{ "setting", do_setting, NULL, NO_VERDICT, 0 },
	{ "policy_compare", do_compare, NULL, NO_VERDICT, 0 },
	{ "policy_findings", do_findings, NULL, NO_VERDICT, 0 },
	{ "policy_diff", do_diff, NULL, NO_VERDICT, 0 },
	{ "policy_bench", do_bench, NULL, NO_VERDICT, 0 },
	{ "realm_of", do_realm_of, NULL, NO_VERDICT, 0 },
	{ "way", do_way, NULL, NO_VERDICT, VERB_SERVED },
	{ "health_each", do_health, NULL, NO_VERDICT, 0 },
	{ "dictionary_note", do_dictionary_note, NULL, NO_VERDICT, 0 },
	{ "audit_each", do_audit_each, NULL, NO_VERDICT, 0 },
	{ "audit_each, archives", do_audit_each, make_archive, NO_VERDICT,
	    VERB_OPENSSL },
	{ "audit_seal", do_seal, NULL, NO_VERDICT,
	    VERB_STEPS | VERB_OPENSSL | VERB_TRAIL },
	{ "audit_seal, no key of names", do_seal, lose_names, NO_VERDICT,
	    VERB_STEPS | VERB_OPENSSL | VERB_TRAIL },
	{ "audit_seal_empty", do_seal_empty, NULL, NO_VERDICT,
	    VERB_STEPS | VERB_OPENSSL | VERB_TRAIL },
	{ "audit_first_keys", do_first_keys, NULL, NO_VERDICT, VERB_STEPS },
	{ "audit_heads", do_heads, NULL, NO_VERDICT, VERB_STEPS },
	{ "audit_archive and retention", do_archive, NULL, NO_VERDICT,
	    VERB_STEPS | VERB_OPENSSL | VERB_TRAIL },
	{ "audit_verify", do_audit_verify, NULL, NO_VERDICT, VERB_OPENSSL },
	{ "audit_verify_with", do_audit_verify_with, make_archive,
	    NO_VERDICT, VERB_OPENSSL },
	{ "audit_progress", do_audit_progress, NULL, NO_VERDICT, 0 },
	{ "audit_first_keys, key lost", do_first_keys, lose_key, NO_VERDICT,
	    VERB_STEPS | VERB_OPENSSL },
	{ NULL, NULL, NULL, NO_VERDICT, 0 }
};
