/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* handle: what is behind struct paspw, shared by the boundary files
 * paspw*.c: configuration, open stores, who asks. */
#ifndef HANDLE_H
#define HANDLE_H

#include <pthread.h>
#include <sys/types.h>

#include "remote/way.h"
#include "audit/audit.h"
#include "base/pace.h"
#include "policy/config_file.h"
#include "store/store.h"
#include "subject.h"

/* What the directory said of somebody, asked beforehand: the agent's loop must
 * not wait for one that hangs. */
struct handle_known {
	char user[PASPW_NAME_MAX + 1];	/* as typed */
	struct directory_person person;
	const char *realm;		/* that governs him, or NULL */
};

struct paspw {
	pid_t pid;			/* a handle does not cross fork */
	pthread_mutex_t mutex;
	unsigned flags;
	bool ready;			/* the configuration was read */
	bool unread;			/* by others alone: no store here */
	struct error error;
	struct config config;
	struct store **stores;		/* one for each realm, NULL: not open */
	char realm[POLICY_WORD_MAX];	/* "" : whichever claims the user */
	char language[POLICY_WORD_MAX];
	char archives[POLICY_TEXT_MAX];	/* "": beside the stores */
	paspw_progress_fn *progress;	/* or NULL */
	void *progress_arg;
	struct audit_origin origin;
	struct way way;
	/* Whom the last look-up was about, when, and his realm. */
	char claimed[PASPW_NAME_MAX + 1];
	int64_t claimed_ns;
	const struct policy *claim;
	struct pace pace;
	bool locked;			/* by the last attempt */
	const struct handle_known *known;	/* lent, or NULL */
};

/* One more handle under the same configuration, which is not read again:
 * for a thread of its own. Close it as one of paspw_open. */
PASPW_MUST_USE int handle_twin(const struct paspw *h, unsigned flags,
    struct paspw **twin);

/* Every public verb: enter, work, leave. Enter takes the lock and clears the
 * last error; when it fails the verb returns its code at once. Leave gives
 * the lock back and lets no unforeseen code out. */
PASPW_MUST_USE int handle_enter(struct paspw *h);
int handle_leave(struct paspw *h, int err);

/* The realm that governs a user: set, claimed, or the default. */
PASPW_MUST_USE int handle_policy(struct paspw *h, const char *user,
    const struct policy **policy);
/* Ask the directory about a user; claimed: and which realm governs him.
 * `realm` is lent by the configuration. */
PASPW_MUST_USE int handle_look(struct paspw *h, const char *user,
    bool claimed, struct handle_known *known);
/* What is known of him, or NULL. */
const struct directory_person *handle_person(const struct paspw *h,
    const char *user);
/* Is it the configuration that was built in? */
PASPW_MUST_USE bool handle_is_default(const struct paspw *h);
/* The open store of a realm. */
PASPW_MUST_USE int handle_store(struct paspw *h, const struct policy *policy,
    bool create, struct store **store);
/* A subject with everything given, nothing loaded. */
PASPW_MUST_USE int handle_subject(struct paspw *h, const char *user,
    struct subject *s);
/* Load; an account that does not exist is PASPW_ERR_NOTFOUND. */
PASPW_MUST_USE int handle_load(struct paspw *h, const char *user,
    struct subject *s);
/* Update; an account that does not exist is PASPW_ERR_NOTFOUND. */
PASPW_MUST_USE int handle_update(struct paspw *h, struct subject *s,
    subject_step_fn *step, void *arg);

typedef int handle_realm_fn(struct paspw *h, const struct policy *policy,
    void *arg);
/* Each realm, or the one that is set; stops at the first error. */
PASPW_MUST_USE int handle_each_realm(struct paspw *h, handle_realm_fn *fn,
    void *arg);
/* May this text go into a log or onto a terminal? */
bool handle_printable(const char *text);
/* May it be the owner of an account, or a ticket? */
bool handle_owner_ok(const char *text);
/* The language of messages for people under this policy. */
const char *handle_language(const struct paspw *h,
    const struct policy *policy);

#endif
