/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * libpaspw: decides about passwords and accounts.
 *
 * Two answers come from every verb that judges somebody:
 *   - the return value (enum paspw_err) says whether we could decide;
 *   - the verdict (enum paspw_verdict) says what was decided.
 * A verdict is set to PASPW_REFUSED before any work begins, and to something
 * better only by the last line of a success path. A caller that looks at the
 * verdict alone therefore refuses whenever something went wrong.
 *
 * Threads: handles share nothing, and any number may work at once, on the same
 * accounts too. One handle may be used by several threads, and by another one
 * than opened it: a lock inside lets one verb in at a time, hashing included,
 * so threads that are to work at once have a handle each. A begin that waits
 * for a free try keeps the others out, also one that would settle: threads
 * that share a handle call paspw_authenticate. Its fields and paspw_detail
 * are the handle's, not a thread's: threads that share one and want the detail
 * hold a lock of their own from the verb until it is read.
 * paspw_close is the last call of all. What a verb hands out (attempt, report,
 * status) is for one thread at a time; an attempt may be verified and settled
 * by another handle of the same configuration. A callback must not call a
 * verb on the handle that calls it, paspw_translate excepted: that returns
 * PASPW_ERR_INVALID. A handle does not cross fork(): a call in the child
 * returns PASPW_ERR_INVALID; open another one there.
 *
 * Whoever can stop a process that holds a store stops everybody's login. So
 * the verbs of a login (attempts, paspw_authenticate, paspw_account_verdict,
 * paspw_change, paspw_change_authenticated, paspw_reset, paspw_status,
 * paspw_session) are done by the agent (paspwd) if its socket is there; else by
 * this process if its real, effective and saved uids are all root's, or the
 * store's owner's; else by paspw-helper, which serves the built-in
 * configuration alone. Agent and helper tell a person of nobody but himself.
 * Where there is no way the error is DENIED; where one gave no sign of life
 * within `store_timeout`, and there is no other, BUSY. All other verbs open
 * the stores here.
 *
 * Times are seconds since 1970 in UTC; 0 means "not set" unless said
 * otherwise. Strings are UTF-8. Passwords are bytes and a length, may hold
 * any byte, are never kept beyond the attempt that they belong to, and are
 * wiped from every copy made of them.
 */
#ifndef PASPW_H
#define PASPW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PASPW_MUST_USE __attribute__((__warn_unused_result__))
#define PASPW_FORMAT_ARG(n) __attribute__((__format_arg__(n)))
#else
#define PASPW_MUST_USE
#define PASPW_FORMAT_ARG(n)
#endif

#define PASPW_VERSION "0.1.0"

/* Longest password in bytes: libxcrypt refuses more, PAM carries no more. */
#define PASPW_PASSWORD_MAX 511
/* Longest account name in bytes. */
#define PASPW_NAME_MAX 255

/* Could we decide? Stable numbers; anything unforeseen is INTERNAL. */
enum paspw_err {
	PASPW_OK = 0,
	PASPW_ERR_INVALID = 1,	/* an argument is wrong */
	PASPW_ERR_CONFIG = 2,	/* the configuration is missing or broken */
	PASPW_ERR_STORE = 3,	/* the store is missing, broken or unsafe */
	PASPW_ERR_BUSY = 4,	/* a wait ended without an answer */
	PASPW_ERR_CRYPTO = 5,	/* hashing or random numbers failed */
	PASPW_ERR_NOTFOUND = 6,	/* no such account or realm */
	PASPW_ERR_EXISTS = 7,	/* the account exists already */
	PASPW_ERR_DENIED = 8,	/* the caller may not do this */
	PASPW_ERR_MEMORY = 9,	/* out of memory */
	PASPW_ERR_INTERNAL = 10	/* a fault of ours */
};

/* What was decided. Zero refuses. */
enum paspw_verdict {
	PASPW_REFUSED = 0,	/* wrong password, or nothing said yes */
	PASPW_ACCEPTED = 1,
	PASPW_LOCKED = 2,	/* by failures or by an admin */
	PASPW_EXPIRED = 3,	/* the password is older than max_age */
	PASPW_CHANGE_REQUIRED = 4, /* issued or reset: change it first */
	PASPW_TOO_SOON = 5,	/* changed less than min_age ago */
	PASPW_WEAK = 6,		/* breaks a rule; see the report */
	PASPW_REUSED = 7,	/* one of the last passwords */
	PASPW_NOT_YET_VALID = 8, /* before valid_from */
	PASPW_NO_LONGER_VALID = 9, /* after valid_until or temporary_valid */
	PASPW_CLOSED = 10,	/* departed */
	PASPW_BUSY = 11		/* no free try: begin again later */
};

struct paspw;
struct paspw_attempt;
struct paspw_report;

/* ---- The handle ---- */

/* flags of paspw_open */
enum {
	/* A login: if the configuration is broken, go on under the last good
	 * policy (kept for this path under the state directory) and log it
	 * with LOG_CRIT; one who may not read that asks the agent, which
	 * does the same. Without this flag a broken file is an error. */
	PASPW_LOGIN = 1,
	/* A try that has to wait is not waited for: PASPW_ERR_BUSY at once.
	 * For a server, which waits for many of them. */
	PASPW_NO_WAIT = 2,
	/* This process opens the stores itself, never by the agent or its
	 * helper, and `isolate` does not bind it: it is one of them. */
	PASPW_DIRECT = 4
};

/*
 * Read the configuration and make a handle.
 * config_path: NULL for SYSCONFDIR/security/paspw.conf with its drop-ins (and
 *   the built-in `pas` policy if there is no file); a named file must exist.
 * On error *h may still be a handle that only paspw_detail and paspw_close
 * understand, or NULL if there was no memory. Always close it.
 * Errors: INVALID, CONFIG, MEMORY.
 */
PASPW_MUST_USE int paspw_open(struct paspw **h, const char *config_path,
    unsigned flags);

/* Release everything and set *h to NULL. Accepts NULL and a pointer to NULL. */
void paspw_close(struct paspw **h);

/* The name of an error code in a few words; never NULL. */
const char *paspw_strerror(int err);

/* One sentence on the last error of this handle, naming the file, line,
 * account or setting; never a secret. Borrowed until the next call; "" if
 * there was no error. */
const char *paspw_detail(const struct paspw *h);

/* The stable word of a verdict ("change_required"); never NULL. */
const char *paspw_verdict_name(enum paspw_verdict verdict);

/* A message of this project in the language of the handle; `message` itself
 * if it has no translation. Borrowed, lives as long as the process. */
const char *paspw_translate(struct paspw *h, const char *message)
    PASPW_FORMAT_ARG(2);
/* The same with a plural form chosen by n. */
const char *paspw_translate_plural(struct paspw *h, const char *one,
    const char *many, unsigned long n)
    PASPW_FORMAT_ARG(2) PASPW_FORMAT_ARG(3);

/* Things that a caller tells about itself; copied, recorded in events. */
enum paspw_field {
	PASPW_REALM = 0,	/* use this realm, not the one that claims */
	PASPW_SERVICE = 1,	/* PAM service or program */
	PASPW_RHOST = 2,	/* remote host */
	PASPW_TTY = 3,		/* terminal */
	PASPW_ACTOR = 4,	/* who acts; default: the real uid's name */
	PASPW_REASON = 5,	/* why an admin acts */
	PASPW_TICKET = 6,	/* ticket number of the request */
	PASPW_LANGUAGE = 7,	/* "fr", "en"; else the setting, the locale */
	PASPW_SOCKET = 8,	/* of the agent, absolute; "none": never ask
				 * it; default: the one that was built in */
	PASPW_ARCHIVES = 9	/* directory of the archives: they are in
				 * DIR/REALM, and not beside the store */
};

/* Set a field (NULL clears it). Control characters are refused.
 * Errors: INVALID, NOTFOUND (PASPW_REALM names no realm), MEMORY. */
PASPW_MUST_USE int paspw_set(struct paspw *h, enum paspw_field field,
    const char *value);

/* Create the stores of all realms, or of the one set. Those that exist are
 * opened, checked and left as they are.
 * Errors: STORE (a directory with the wrong owner or mode), CONFIG. */
PASPW_MUST_USE int paspw_init(struct paspw *h);

/* ---- Judging a password ---- */

/*
 * Which rules does this password break?
 * user: an account name (its own words are refused too), or NULL.
 * old, old_len: the present password if it is known (similarity), or NULL.
 * report: set to the list of broken rules, owned by the caller
 *   (paspw_report_free); NULL after an error.
 * History is not looked at; paspw_change does that.
 * Errors: INVALID, NOTFOUND, MEMORY.
 */
PASPW_MUST_USE int paspw_check(struct paspw *h, const char *user,
    const char *old, size_t old_len, const char *password, size_t len,
    struct paspw_report **report);

size_t paspw_report_count(const struct paspw_report *report);
/* Stable id of broken rule i ("min_length"); NULL past the end. */
const char *paspw_report_rule(const struct paspw_report *report, size_t i);
/* The same for people, a full sentence in the language of the handle. */
const char *paspw_report_message(const struct paspw_report *report, size_t i);
void paspw_report_free(struct paspw_report **report);

/*
 * Make a password that keeps every rule of the realm (of `user`, if not
 * NULL). From the kernel's random source, without bias.
 * length: characters (0: the realm's default, at least min_length);
 * words: if not 0, that many words instead.
 * buf: receives it, at least PASPW_PASSWORD_MAX + 1 bytes; the caller wipes.
 * bits: if not NULL, its entropy.
 * Errors: INVALID (a length that no policy-conforming password has), CRYPTO.
 */
PASPW_MUST_USE int paspw_generate(struct paspw *h, const char *user,
    unsigned length, unsigned words, char *buf, size_t size, double *bits);

/* ---- The attempt protocol ---- */

/* What one factor of an attempt came to. */
enum paspw_outcome {
	PASPW_FAILED = 0,
	PASPW_PASSED = 1,	/* another module verified it */
	PASPW_VERIFIED = 2	/* judge by paspw_attempt_verify's hash */
};

struct paspw_factor {
	const char *name;	/* "password" */
	enum paspw_outcome outcome;
};

/*
 * Reserve a try, after everything was typed and before anything is verified.
 * Waits at most `busy_wait` for a free one.
 * verdict: PASPW_ACCEPTED: go on and verify (also for an account that does
 *   not exist: it does the same work and is refused at the end);
 *   PASPW_LOCKED, PASPW_CLOSED: verify all the same, for the time it takes,
 *   and settle: the answer is a refusal.
 * attempt: owned by the caller; give it to paspw_attempt_settle, or to
 *   paspw_attempt_free (the lease then settles it as a failure).
 * Errors: BUSY (no free try in time: no verdict), STORE, CONFIG, INVALID.
 * Clauses M07, S11: at most `lock_after` verifications between successes.
 */
PASPW_MUST_USE int paspw_attempt_begin(struct paspw *h, const char *user,
    struct paspw_attempt **attempt, enum paspw_verdict *verdict);

/*
 * Compute the hash of a password for this attempt; says nothing of the
 * result. A password that is too long or holds a NUL costs the same and
 * fails. Kept until it is settled if the account's hash is weaker than the
 * policy asks for: if it was right, settling hashes it anew.
 * Errors: CRYPTO, MEMORY, INVALID.
 */
PASPW_MUST_USE int paspw_attempt_verify(struct paspw *h,
    struct paspw_attempt *attempt, const char *password, size_t len);

/*
 * Settle before any answer leaves; every factor must have passed. Frees
 * *attempt and sets it to NULL unless the error is STORE or BUSY: then the
 * same attempt may be settled again.
 * verdict: PASPW_ACCEPTED, PASPW_REFUSED, PASPW_LOCKED, PASPW_CLOSED.
 * Errors: BUSY (the lease ran out meanwhile: no answer, whatever the
 *   password), STORE, INVALID.
 */
PASPW_MUST_USE int paspw_attempt_settle(struct paspw *h,
    struct paspw_attempt **attempt, const struct paspw_factor *factors,
    size_t count, enum paspw_verdict *verdict);

/* Is the attempt that this handle settled last the very one that locked its
 * account? Of all that fail at the same time one is; who logs the lock asks. */
PASPW_MUST_USE bool paspw_has_locked(const struct paspw *h);

/* Forget an attempt without settling it. */
void paspw_attempt_free(struct paspw_attempt **attempt);

/*
 * Before a refusal leaves: wait, for 20 ms at most, until what the verbs of
 * this handle took since the last begin, hashing left out, is a whole number
 * of ticks, so that its time does not tell unknown, locked and closed accounts
 * from a wrong password. Settling does so itself; call it again when you asked
 * more about the account since, for a log, say.
 */
void paspw_even_out(struct paspw *h);

/* All three. Errors and verdicts as above. */
PASPW_MUST_USE int paspw_authenticate(struct paspw *h, const char *user,
    const char *password, size_t len, enum paspw_verdict *verdict);

/* ---- Accounts ---- */

/* flags of paspw_account_verdict */
enum {
	PASPW_NO_PASSWORD = 1	/* the login used a key: expiry does not bind */
};

/*
 * May this account log in now? For PAM's account phase: it asks nothing of a
 * password, and honours lock_blocks and lock_exempt_services.
 * verdict: PASPW_ACCEPTED, LOCKED, CLOSED, NOT_YET_VALID, NO_LONGER_VALID,
 *   CHANGE_REQUIRED, EXPIRED.
 * warn_until: if not NULL, the expiry time when it is nearer than
 *   warn_before, else 0.
 * Errors: NOTFOUND, STORE, CONFIG, INVALID.
 */
PASPW_MUST_USE int paspw_account_verdict(struct paspw *h, const char *user,
    unsigned flags, enum paspw_verdict *verdict, int64_t *warn_until);

/*
 * Change a password as its owner: verifies the old one (an attempt, counted),
 * then every rule, min_age and the history; then saves. BUSY also: the agent
 * died, and nobody knows whether it was changed.
 * With credentials = shadow the caller writes /etc/shadow afterwards
 * (pam_unix); ours takes over when it sees the new hash there.
 * verdict: PASPW_ACCEPTED, REFUSED (old one wrong), LOCKED, CLOSED, WEAK,
 *   REUSED, TOO_SOON, NOT_YET_VALID, NO_LONGER_VALID.
 * report: every broken rule (history and min_age too); may be NULL.
 * Clauses M02 to M06.
 */
PASPW_MUST_USE int paspw_change(struct paspw *h, const char *user,
    const char *old, size_t old_len, const char *password, size_t len,
    struct paspw_report **report, enum paspw_verdict *verdict);

/*
 * The same when the caller has already authenticated the person (PAM's
 * password phase, which did it itself in its first round); old may be NULL.
 */
PASPW_MUST_USE int paspw_change_authenticated(struct paspw *h,
    const char *user, const char *old, size_t old_len, const char *password,
    size_t len, struct paspw_report **report, enum paspw_verdict *verdict);

/* What an admin says of an account when issuing it; strings may be NULL. */
struct paspw_terms {
	const char *owner;	/* the person (clause S06) */
	const char *kind;	/* person service third_party emergency */
	int64_t valid_from;
	int64_t valid_until;
};

/*
 * Issue an account (paspw_add) or a new temporary password (paspw_reset).
 * It must be changed at the first login when first_login_change is set, and
 * lives temporary_valid. credentials = shadow: password may be NULL, the
 * system's tools write /etc/shadow.
 * verdict: PASPW_ACCEPTED, WEAK, REUSED. report as for paspw_change.
 * Errors: EXISTS, NOTFOUND, INVALID (a name with control characters, `/` or
 *   `:`), STORE. Clauses M02, S05, S06, S09.
 */
PASPW_MUST_USE int paspw_add(struct paspw *h, const char *user,
    const char *password, size_t len, const struct paspw_terms *terms,
    struct paspw_report **report, enum paspw_verdict *verdict);
PASPW_MUST_USE int paspw_reset(struct paspw *h, const char *user,
    const char *password, size_t len, struct paspw_report **report,
    enum paspw_verdict *verdict);

/*
 * Issue the name of an account that was closed again. It is a new account:
 * id, owner, kind, dates, failures and history are not those of the old one,
 * whose events keep their id (the event `reopen` has it, as `former`).
 * PASPW_REASON must be set. credentials = shadow: the system's password must
 * be one that was set since the account was closed.
 * Errors: as paspw_add; NOTFOUND (there was never such an account), EXISTS
 *   (it is not closed), INVALID (no reason, or the old password).
 */
PASPW_MUST_USE int paspw_reopen(struct paspw *h, const char *user,
    const char *password, size_t len, const struct paspw_terms *terms,
    struct paspw_report **report, enum paspw_verdict *verdict);

/* Which of the terms paspw_amend sets; 0 and NULL take one away. */
enum {
	PASPW_TERM_OWNER = 1,
	PASPW_TERM_KIND = 2,
	PASPW_TERM_VALID_FROM = 4,
	PASPW_TERM_VALID_UNTIL = 8
};
/* Change the terms of an account that is not closed; recorded with what they
 * were. Errors: NOTFOUND, STORE, INVALID. Clauses S05, S06. */
PASPW_MUST_USE int paspw_amend(struct paspw *h, const char *user,
    const struct paspw_terms *terms, unsigned which);

/* Admin acts; PASPW_REASON is recorded. Errors: NOTFOUND, STORE, INVALID.
 * lock: until unlock, whatever unlock_after says. unlock: also clears the
 * failures. expire: must change at the next login. close: departure: no
 * login of any kind, credentials and history erased, events kept; BUSY: it is
 * closed, but the log of the store is being read and may still hold what was
 * erased: close it again. */
PASPW_MUST_USE int paspw_lock(struct paspw *h, const char *user);
PASPW_MUST_USE int paspw_unlock(struct paspw *h, const char *user);
PASPW_MUST_USE int paspw_expire(struct paspw *h, const char *user);
PASPW_MUST_USE int paspw_close_account(struct paspw *h, const char *user);

/* A session opened or closed; recorded. Errors: NOTFOUND, STORE. */
PASPW_MUST_USE int paspw_session(struct paspw *h, const char *user,
    bool opened);

/* One reason why an account cannot log in. */
struct paspw_cause {
	const char *cause;	/* closed failures admin valid_from valid_until
				 * temporary_valid must_change max_age, or
				 * clock: changed on a day that is to come */
	int64_t since;		/* 0: not known */
	int64_t until;		/* 0: until somebody does something */
};
#define PASPW_CAUSES_MAX 4

/* What is known of an account. Fields may be added at the end. */
struct paspw_status {
	const char *account;
	const char *realm;
	const char *state;	/* active locked expired change_required
				 * not_yet_valid closed */
	unsigned failures;	/* settled, since the last success or unlock */
	unsigned pending;	/* tries under way */
	int64_t locked_at;
	int64_t locked_until;	/* 0 while locked: until an admin unlocks */
	const char *lock_reason; /* failures admin, or "" */
	int64_t changed_at;
	int64_t expires_at;	/* 0: never */
	bool must_change;
	int64_t valid_from;
	int64_t valid_until;
	int64_t last_success_at;
	int64_t last_failure_at;
	const char *hash_method; /* yescrypt scrypt ... or "" */
	unsigned hash_cost;
	const char *owner;
	/* not in the first contract; below here */
	const char *kind;
	const char *credentials; /* store shadow */
	unsigned refused_while_locked;
	int64_t temporary_until;
	unsigned failures_since_success; /* shown to the user at login */
	int64_t created_at;
	int64_t closed_at;
	bool never_changed;	/* its password is still the issued one */
	unsigned cause_count;	/* why it cannot log in with its password */
	struct paspw_cause causes[PASPW_CAUSES_MAX];
};

/* Fill *status; owned by the caller. Errors: NOTFOUND, STORE, MEMORY. */
PASPW_MUST_USE int paspw_status(struct paspw *h, const char *user,
    struct paspw_status **status);
void paspw_status_free(struct paspw_status **status);

/* Return anything but 0 to stop; that number is returned by the verb. */
typedef int paspw_status_fn(const struct paspw_status *status, void *arg);

/* Each account of the realm that is set, or of all, ordered by realm and
 * name, as a stream (memory does not grow). The status is borrowed. */
PASPW_MUST_USE int paspw_each(struct paspw *h, paspw_status_fn *fn,
    void *arg);

/* ---- Moving in and out ---- */

/* What came of one account that was imported. Whatever was not taken over,
 * also a part of one that was, paspw_detail says with the reason; "" when
 * nothing was left out. */
enum paspw_import {
	PASPW_IMPORT_SKIPPED = 0, /* nothing was taken over */
	PASPW_IMPORT_UNCHANGED = 1, /* all of it was here already */
	PASPW_IMPORT_DONE = 2
};

/*
 * Take over what another store knows of one account, with one event. Doing it
 * again changes nothing; what was changed here later is never overwritten.
 *
 * shadow: a line of /etc/shadow, without its newline: hash, date of change,
 *   end of validity; a hash with a mark before it (`!`) is kept without it,
 *   and locked as by an admin. Its min, max, warn and inactive days are the
 *   policy's. With credentials = shadow the row is made, and the system keeps
 *   the hash. The present password enters the history.
 * opasswd: a line of /etc/security/opasswd of pam_unix or pam_pwhistory:
 *   old passwords of an account that is here. A new one is compared with each
 *   of them (one hash each) until our own have replaced them.
 * faillock: the tally file of one user: its valid records count as failed
 *   tries, as many as lock_after, and then lock.
 * terms: who answers for an account, from when, until when: what is not set
 *   here is set. One that is new has no password: it waits for paspw_reset
 *   (credentials = store).
 * outcome: PASPW_IMPORT_SKIPPED until all is done.
 * Errors: STORE, BUSY, CONFIG, MEMORY, CRYPTO, and INVALID for an argument
 * that is missing. What is wrong with a line is no error but an outcome.
 */
PASPW_MUST_USE int paspw_import_shadow(struct paspw *h, const char *line,
    size_t length, enum paspw_import *outcome);
PASPW_MUST_USE int paspw_import_opasswd(struct paspw *h, const char *line,
    size_t length, enum paspw_import *outcome);
PASPW_MUST_USE int paspw_import_faillock(struct paspw *h, const char *user,
    const void *tally, size_t size, enum paspw_import *outcome);
PASPW_MUST_USE int paspw_import_terms(struct paspw *h, const char *user,
    const struct paspw_terms *terms, enum paspw_import *outcome);

/* Most failed tries and old passwords of one account. */
#define PASPW_RECORD_FAILURES_MAX 100
#define PASPW_RECORD_HISTORY_MAX 401

/*
 * A whole account as it moves between stores of ours: everything but the
 * tries that are under way. Text may be NULL for "". It holds hashes: wipe
 * every copy. Fields may be added at the end.
 */
struct paspw_record {
	const char *account;
	const char *realm;
	const char *id;		/* 32 hex digits, as events name it */
	const char *kind;
	const char *owner;
	const char *ticket;
	const char *credentials;
	int64_t created_at;
	int64_t valid_from;
	int64_t valid_until;
	int64_t closed_at;
	const char *hash;
	int64_t changed_at;
	bool must_change;
	int64_t temporary_until;
	int64_t expired_seen_at;
	const char *history_setting; /* of the entries that are our own */
	const char *const *history;  /* hashes, newest first */
	size_t history_count;
	const int64_t *failed_at;    /* failed tries, oldest first */
	size_t failed_count;
	int64_t last_failure_at;
	int64_t last_success_at;
	int64_t failures_since_success;
	int64_t otp_failures;
	int64_t locked_at;
	const char *lock_reason;
	int64_t refused_while_locked;
	int64_t refused_first_at;
	int64_t refused_last_at;
	/* what follows from it: export says it, import does not look */
	const char *state;
	int64_t pending;
	int64_t locked_until;
	int64_t expires_at;
	const char *hash_method;
	int64_t hash_cost;
};

/* The same as the import of one line, for a whole record, into its realm
 * unless one is set. */
PASPW_MUST_USE int paspw_import_record(struct paspw *h,
    const struct paspw_record *record, enum paspw_import *outcome);

/* flags of paspw_export */
enum {
	PASPW_WITH_HISTORY = 1	/* also the hashes of old passwords */
};

/* Borrowed. Return anything but 0 to stop; that number is returned by the
 * verb. */
typedef int paspw_record_fn(const struct paspw_record *record, void *arg);

/* Each account of the realm that is set, or of all, ordered by realm and
 * name, as a stream. Errors: STORE, CONFIG, MEMORY, INVALID. */
PASPW_MUST_USE int paspw_export(struct paspw *h, unsigned flags,
    paspw_record_fn *fn, void *arg);

/* ---- Policy and audit ---- */

struct paspw_setting {
	const char *realm;
	const char *name;
	const char *value;	/* as it would be written in the file */
	const char *origin;	/* file:line, "preset pas", "default" */
	const char *help;
	const char *clauses;	/* ids of CLAUSES.md, separated by spaces */
	const char *type;	/* number boolean duration word text choice
				 * set */
	const char *range;	/* "1 to 256", "yescrypt scrypt", or "" */
	const char *direction;	/* which way it grows stricter: up down, "" */
};
typedef int paspw_setting_fn(const struct paspw_setting *setting, void *arg);

/* Each setting of the realm that is set, or of all, in table order. */
PASPW_MUST_USE int paspw_setting_each(struct paspw *h, paspw_setting_fn *fn,
    void *arg);

/* One setting of the realm that governs `user`, as it would be written in the
 * file, into value. Errors: NOTFOUND (no such setting), INVALID, CONFIG. */
PASPW_MUST_USE int paspw_setting(struct paspw *h, const char *user,
    const char *name, char *value, size_t size);

/* How one value of a policy stands to a clause of a standard. */
struct paspw_demand {
	const char *realm;	/* "": of the standard as a whole */
	const char *setting;	/* "": what no setting can say */
	const char *value;	/* in this policy */
	const char *origin;
	const char *asked;	/* what the standard asks for */
	const char *source;	/* its clause, or "" */
	const char *answer;	/* met; missed; below_choice: the clause gives
				 * no figure, and the preset's is stricter;
				 * outside: not a matter of settings */
};
typedef int paspw_demand_fn(const struct paspw_demand *demand, void *arg);

/* Hold each realm, or the one set, against a preset; the direction of each
 * setting decides. Errors: NOTFOUND (there is no such preset). */
PASPW_MUST_USE int paspw_policy_compare(struct paspw *h, const char *preset,
    paspw_demand_fn *fn, void *arg);

/* What is allowed and yet unwise. */
struct paspw_finding {
	const char *realm;
	const char *setting;
	const char *value;
	const char *origin;
	const char *message;	/* in the language of the handle */
	const char *clauses;
	bool conflict;		/* two standards want the contrary */
};
typedef int paspw_finding_fn(const struct paspw_finding *finding, void *arg);
PASPW_MUST_USE int paspw_policy_findings(struct paspw *h,
    paspw_finding_fn *fn, void *arg);

/* A setting that another configuration changes. */
struct paspw_policy_change {
	const char *realm;
	const char *setting;	/* "": the whole realm comes or goes */
	const char *before;	/* its value, or "" */
	const char *after;
	const char *origin;	/* in the other configuration */
	const char *effect;	/* stricter weaker changed added removed */
};
/* What it would do to the accounts of one realm at once. */
struct paspw_policy_effect {
	const char *realm;
	uint64_t accounts;	/* not closed */
	uint64_t expire;	/* their password would be too old */
	uint64_t revive;	/* it would no longer be */
	uint64_t lock;		/* by the failures that they have */
	uint64_t free;		/* their lock would be over */
	uint64_t change;	/* may come in today, and would have to change
				 * the password first */
	uint64_t rehash;	/* hash too weak: done at the next login */
	uint64_t move;		/* another store would be asked for them */
};
typedef int paspw_policy_change_fn(const struct paspw_policy_change *change,
    void *arg);
typedef int paspw_policy_effect_fn(const struct paspw_policy_effect *effect,
    void *arg);

/*
 * What would another configuration do? Reads the stores and changes nothing.
 * Errors: CONFIG (the other one is broken: every fault is told), STORE,
 * INVALID. Clause S28.
 */
PASPW_MUST_USE int paspw_policy_diff(struct paspw *h, const char *path,
    paspw_policy_change_fn *change, paspw_policy_effect_fn *effect,
    void *arg);

/* One hash, measured. */
struct paspw_bench {
	double milliseconds;
	uint64_t memory;	/* bytes that it takes */
	uint64_t logins;	/* at once, in half of the machine's memory;
				 * 0: none fits, or the memory is unknown */
};
/* Hash once by `method` (yescrypt, scrypt) at this cost.
 * Errors: INVALID (there is no such method or cost), CRYPTO, MEMORY. */
PASPW_MUST_USE int paspw_policy_bench(struct paspw *h, const char *method,
    unsigned cost, struct paspw_bench *bench);

/* ---- The installation ---- */

/* What a realm rests on. Text that does not apply is "", a time or number
 * that is unknown 0. */
struct paspw_health {
	const char *realm;
	const char *store;	/* as configured: sqlite:/path */
	const char *key;	/* path of its sealing key */
	int error;		/* enum paspw_err: can the store be used? */
	const char *detail;	/* of the error */
	const char *integrity;	/* what is wrong inside of it, or "" */
	int64_t now;		/* by the clock of the store */
	int64_t last_event_at;	/* the latest of the last thousand events */
	int64_t last_seal_at;
	uint64_t unsealed;	/* events without a seal */
	int64_t unsealed_since;	/* the oldest of them */
	uint64_t hash_memory;	/* bytes that one login takes */
	uint64_t memory;	/* bytes that this process may use: of the
				 * machine, or of its control group */
};
typedef int paspw_health_fn(const struct paspw_health *health, void *arg);

/* Look at the store of each realm, or of the one set, and read all of it.
 * Nothing is written. A store that is broken is a result, not an error.
 * Return anything but 0 to stop; that number is returned by the verb. */
PASPW_MUST_USE int paspw_health_each(struct paspw *h, paspw_health_fn *fn,
    void *arg);

/* NULL if cracklib can be asked; else a sentence that says why not: new
 * passwords are then judged by our own lists alone. */
const char *paspw_dictionary_note(struct paspw *h);

/* The way that verbs of this handle take in this process: "agent" (asked now,
 * and it answers), "direct" or "helper". Errors: CONFIG, INVALID, DENIED (no
 * way is open to it), BUSY (the one that is gives no answer). */
PASPW_MUST_USE int paspw_way(struct paspw *h, const char **way);

/* The realm whose policy governs this account: set, claimed, or default.
 * Borrowed as paspw_detail. Errors: CONFIG, INVALID. */
PASPW_MUST_USE int paspw_realm_of(struct paspw *h, const char *user,
    const char **realm);

struct paspw_event {
	const char *id;		/* 32 hex digits */
	int64_t at;
	const char *realm;
	const char *kind;	/* fixed list, see audit.c */
	const char *actor;
	const char *subject;	/* 32 hex digits of the account's id, or "" */
	const char *account;	/* its name today, or "" if erased */
	const char *reason;
	const char *ticket;
	const char *data;	/* a JSON object: service, rhost, tty ... */
	int64_t seal;		/* 0: not sealed yet */
};
typedef int paspw_event_fn(const struct paspw_event *event, void *arg);

/* Each event, oldest first, of `user` (NULL: all) from `since` on: of the
 * archives, then of the store. A stream, read a few at a time: fn may take
 * its time and holds up nobody but paspw_audit_archive. What is written
 * meanwhile may come too, nothing comes twice. */
PASPW_MUST_USE int paspw_audit_each(struct paspw *h, const char *user,
    int64_t since, paspw_event_fn *fn, void *arg);

/*
 * Sealing. Every event is in the store with the change that it records; a
 * little later (each minute, and with every command) it comes under a seal.
 * The seals are a chain, and each is made with the key of its own epoch,
 * which is then replaced by its hash and erased: the key is forward-secure.
 *
 * Whoever can write to the store sees the key of the present epoch, and root
 * can replace everything on this host. So what was sealed is protected from
 * them by what is no longer here: the first key, and the heads, which the
 * auditor keeps elsewhere. Without either, an edit by somebody who did not
 * make the chain anew is found; with a head, any change to what was sealed
 * when it was handed out, a cut tail too; with the first key, any seal that
 * was made by somebody who became root after its epoch, and a tail that he
 * cut then: he has no key that fits.
 */

/* Seal what is not sealed yet in the realm set, or in all.
 * Errors: BUSY (somebody else is sealing), STORE (the key is missing, or does
 * not follow the last seal), CRYPTO. */
PASPW_MUST_USE int paspw_audit_seal(struct paspw *h);
/* The same, and if there is nothing to seal, seal that. */
PASPW_MUST_USE int paspw_audit_seal_empty(struct paspw *h);

/* A line for the auditor: `paspw-key:REALM:EPOCH:...` or
 * `paspw-head:REALM:EPOCH:...`. Borrowed, and a key is wiped after the call.
 * Return anything but 0 to stop; that number is returned by the verb. */
typedef int paspw_proof_fn(const char *realm, const char *proof, void *arg);

/*
 * Hand out the first key of each trail (of the realm set, or of all) that has
 * none yet; after paspw_init and before anything is sealed. It is erased here
 * when fn has returned 0: once. fn is not called for a trail whose key is in
 * use. A trail whose key was lost begins a new one the same way.
 */
PASPW_MUST_USE int paspw_audit_first_keys(struct paspw *h,
    paspw_proof_fn *fn, void *arg);

/* The head of each trail that has a seal: hand it out now and then. */
PASPW_MUST_USE int paspw_audit_heads(struct paspw *h, paspw_proof_fn *fn,
    void *arg);

/* A file that a part of a trail was moved to, or that was removed. */
struct paspw_archive {
	const char *realm;
	const char *path;
	int64_t first;		/* seals */
	int64_t last;
	int64_t latest;		/* time of a seal in it */
	uint64_t events;
	bool removed;
};
/* Return anything but 0 to stop; that number is returned by the verb. */
typedef int paspw_archive_fn(const struct paspw_archive *archive, void *arg);

/*
 * Move the finished months (UTC) of the trail of the realm that is set, or of
 * all, into files, beside the store or under PASPW_ARCHIVES, and remove the
 * files that are older than audit_retention. The last seal stays in the store.
 * Doing it again, or after a crash at any instant, loses and doubles nothing.
 * Seal first: what has no seal stays. fn: told of each file; may be NULL.
 * Errors: BUSY (somebody reads or writes them), STORE. Clause J13.
 */
PASPW_MUST_USE int paspw_audit_archive(struct paspw *h, paspw_archive_fn *fn,
    void *arg);

struct paspw_audit_result {
	uint64_t sealed;	/* events under an intact seal */
	uint64_t unsealed;	/* events after the last seal */
	uint64_t seals;
	uint64_t faults;	/* edited, missing, inserted or reordered */
	char first_fault[256];	/* a sentence on the first one, or "" */
	uint64_t keyed;		/* seals whose key was checked too */
	uint64_t heads;		/* heads that were compared */
	uint64_t archives;	/* files that were read */
	int64_t begins;		/* seal that the trail begins with, after
				 * audit_retention removed those before it */
};

/* One fault; a text that does not apply is "", a number 0. */
struct paspw_audit_fault {
	const char *realm;
	const char *kind;	/* of an event: edited removed inserted
				 * reordered; of a seal: seal_edited
				 * seal_missing seal_forged; of the trail:
				 * cut head_differs key_differs; of a file:
				 * archive_damaged */
	int64_t seal;
	int64_t position;	/* of the event in its seal, from 1 */
	const char *event;	/* its id, 32 hex digits */
	const char *message;	/* a sentence */
};
typedef int paspw_fault_fn(const struct paspw_audit_fault *fault, void *arg);

/*
 * While a trail is checked, fn is told how many seals are done, of how many in
 * the realms that it came to so far; NULL: nobody is told any more. A callback
 * of the handle, until it is closed.
 */
typedef int paspw_progress_fn(uint64_t done, uint64_t total, void *arg);
PASPW_MUST_USE int paspw_audit_progress(struct paspw *h,
    paspw_progress_fn *fn, void *arg);

/* Check the trail of the realm that is set, or of all, against its seals:
 * archives and store together, as one chain. A fault is a result, not an
 * error. */
PASPW_MUST_USE int paspw_audit_verify(struct paspw *h,
    struct paspw_audit_result *result);

/*
 * The same, also against what was handed out: lines of paspw_audit_first_keys
 * and paspw_audit_heads; those of other realms and comments (#) are ignored.
 * fn: told of each fault; NULL: of none. Keys are secrets: the caller wipes
 * them.
 * Errors: INVALID (a line that is no proof), NOTFOUND (there is no such
 * realm), STORE, BUSY, CRYPTO.
 */
PASPW_MUST_USE int paspw_audit_verify_with(struct paspw *h,
    const char *const *proofs, size_t count, paspw_fault_fn *fn, void *arg,
    struct paspw_audit_result *result);

#ifdef __cplusplus
}
#endif
#endif
