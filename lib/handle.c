/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "handle.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/directory.h"
#include "base/fold.h"
#include "policy/config_path.h"

/* Groups change: what was found out about somebody is for one verb, or for
 * those of one login (to look a group up that is in no file makes a hundred
 * system calls; a login has two to four verbs). */
#define CLAIM_NS INT64_C(1000000000)

int
handle_enter(struct paspw *h)
{
	if (h == NULL)
		return PASPW_ERR_INVALID;
	/* A database handle used on both sides of fork() corrupts the store,
	 * and two processes would share their random attempt numbers' fate. */
	if (h->pid != getpid())
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "this handle was opened by another process");
	/* The mutex checks: a callback that calls a verb on its own handle is
	 * told so, instead of waiting for itself for ever. */
	if (pthread_mutex_lock(&h->mutex) != 0)
		return PASPW_ERR_INVALID;
	if (!h->ready) {
		/* What paspw_open said of the configuration stays. */
		pthread_mutex_unlock(&h->mutex);
		return PASPW_ERR_CONFIG;
	}
	error_clear(&h->error);
	pace_enter(&h->pace);
	if ((h->flags & PASPW_LOGIN) == 0 ||
	    h->pace.since_ns - h->claimed_ns > CLAIM_NS)
		h->claim = NULL;
	return PASPW_OK;
}

/* A connection that failed may stay as the fault left it: SQLite opens a log
 * for reading only when there is no descriptor for writing, and a transaction
 * that could not be rolled back holds its lock. The next verb opens anew. */
static void
drop_stores(struct paspw *h)
{
	for (size_t i = 0; i < h->config.count; i++)
		store_close(&h->stores[i]);
}

int
handle_leave(struct paspw *h, int err)
{
	if (err == PASPW_ERR_STORE || err == PASPW_ERR_MEMORY)
		drop_stores(h);
	if (err < PASPW_OK || err > PASPW_ERR_INTERNAL)
		err = PASPW_ERR_INTERNAL;
	pace_leave(&h->pace);
	pthread_mutex_unlock(&h->mutex);
	return err;
}

bool
handle_is_default(const struct paspw *h)
{
	char name[POLICY_TEXT_MAX];
	struct error ignored;

	return config_path_name(&config_places, NULL, name, &ignored) ==
	    PASPW_OK && strcmp(name, h->config.path) == 0;
}

static int
claiming_realm(struct paspw *h, const char *user,
    const struct policy **policy)
{
	bool claims = false;
	int r;

	for (size_t i = 0; i < h->config.count; i++) {
		const struct policy *p = &h->config.realms[i];

		if (p->members[0] == '\0')
			continue;
		if ((r = directory_claims(p->members, user, &claims,
		    &h->error)) != PASPW_OK)
			return r;
		if (claims) {
			*policy = p;
			return PASPW_OK;
		}
	}
	return PASPW_OK;
}

static int
find_policy(struct paspw *h, const char *user, const struct policy **policy)
{
	int r;

	if (h->realm[0] != '\0')
		*policy = config_realm(&h->config, h->realm);
	else if (user != NULL && directory_name_ok(user) &&
	    (r = claiming_realm(h, user, policy)) != PASPW_OK)
		return r;
	/* Nobody claims him: the first realm that is for everybody. */
	for (size_t i = 0; *policy == NULL && i < h->config.count; i++)
		if (h->config.realms[i].members[0] == '\0')
			*policy = &h->config.realms[i];
	if (*policy == NULL)
		return error_set(&h->error, PASPW_ERR_CONFIG,
		    "%s: no realm is for everybody (without `members`)",
		    h->config.path);
	return PASPW_OK;
}

const struct directory_person *
handle_person(const struct paspw *h, const char *user)
{
	return h->known != NULL && user != NULL &&
	    strcmp(user, h->known->user) == 0 ? &h->known->person : NULL;
}

int
handle_policy(struct paspw *h, const char *user, const struct policy **policy)
{
	bool nameable = user != NULL && strlen(user) < sizeof(h->claimed);
	int r;

	*policy = NULL;
	if (h->realm[0] == '\0' && handle_person(h, user) != NULL &&
	    h->known->realm != NULL)
		*policy = config_realm(&h->config, h->known->realm);
	if (*policy != NULL)
		return PASPW_OK;
	if (h->claim != NULL && nameable && strcmp(user, h->claimed) == 0) {
		*policy = h->claim;
		return PASPW_OK;
	}
	if ((r = find_policy(h, user, policy)) == PASPW_OK && nameable) {
		memcpy(h->claimed, user, strlen(user) + 1);
		h->claim = *policy;
		h->claimed_ns = h->pace.since_ns;
	}
	return r;
}

int
handle_look(struct paspw *h, const char *user, bool claimed,
    struct handle_known *known)
{
	const struct policy *policy = NULL;
	int r;

	memset(known, 0, sizeof(*known));
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	h->realm[0] = '\0';
	if ((r = directory_person(user, &known->person, &h->error)) ==
	    PASPW_OK && claimed &&
	    (r = handle_policy(h, user, &policy)) == PASPW_OK)
		known->realm = policy->realm;
	if (r == PASPW_OK)
		snprintf(known->user, sizeof(known->user), "%s", user);
	return handle_leave(h, r);
}

/* Only a program that nobody else can stop may hold a store: whoever runs a
 * set-id program may stop it in a transaction, and everybody's login waits. */
static int
check_caller(struct paspw *h)
{
	uid_t real, effective, saved;

	if (getresuid(&real, &effective, &saved) == -1)
		return error_set(&h->error, PASPW_ERR_INTERNAL, "getresuid");
	if (real != effective || effective != saved)
		return error_set(&h->error, PASPW_ERR_DENIED, "a set-id "
		    "program (uid %lu for %lu) must not open a store",
		    (unsigned long)effective, (unsigned long)real);
	return PASPW_OK;
}

int
handle_store(struct paspw *h, const struct policy *policy, bool create,
    struct store **store)
{
	size_t i = (size_t)(policy - h->config.realms);
	int r;

	if (h->unread)
		return error_set(&h->error, PASPW_ERR_CONFIG,
		    "%s is broken, and the last good policy is not for this "
		    "user to read", h->config.path);
	if (h->stores[i] == NULL) {
		if ((r = check_caller(h)) != PASPW_OK)
			return r;
		if ((r = store_open(&h->stores[i], policy->store, create,
		    span_ms(policy->store_timeout), &h->error)) != PASPW_OK)
			return r;
	}
	*store = h->stores[i];
	return PASPW_OK;
}

int
handle_subject(struct paspw *h, const char *user, struct subject *s)
{
	int r;

	memset(s, 0, sizeof(*s));
	if (user == NULL)
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "an account name is missing");
	s->name = user;
	s->origin = &h->origin;
	s->known = handle_person(h, user);
	if ((r = handle_policy(h, user, &s->policy)) != PASPW_OK)
		return r;
	return handle_store(h, s->policy, false, &s->store);
}

static int
not_found(struct paspw *h, const struct subject *s)
{
	/* A name that was typed may be a password: it is not repeated. */
	return error_set(&h->error, PASPW_ERR_NOTFOUND,
	    "realm %s has no such account", s->policy->realm);
}

int
handle_load(struct paspw *h, const char *user, struct subject *s)
{
	int r;

	if ((r = handle_subject(h, user, s)) != PASPW_OK ||
	    (r = subject_load(s, &h->error)) != PASPW_OK)
		return r;
	return s->found ? PASPW_OK : not_found(h, s);
}

int
handle_update(struct paspw *h, struct subject *s, subject_step_fn *step,
    void *arg)
{
	int r;

	if ((r = subject_update(s, step, arg, &h->error)) != PASPW_OK)
		return r;
	return s->found ? PASPW_OK : not_found(h, s);
}

int
handle_each_realm(struct paspw *h, handle_realm_fn *fn, void *arg)
{
	int r = PASPW_OK;

	for (size_t i = 0; r == PASPW_OK && i < h->config.count; i++) {
		const struct policy *p = &h->config.realms[i];

		if (h->realm[0] == '\0' || strcmp(h->realm, p->realm) == 0)
			r = fn(h, p, arg);
	}
	return r;
}

const char *
handle_language(const struct paspw *h, const struct policy *policy)
{
	if (h->language[0] != '\0')
		return h->language;
	return policy != NULL ? policy->language : "";
}

/* A line break or an escape sequence in a host name would forge a line of the
 * log, or drive the terminal of whoever reads it. */
bool
handle_printable(const char *text)
{
	const char *end = text + strlen(text);
	uint32_t code = 0;

	while (text < end)
		if (!fold_decode(&text, end, &code) ||
		    (fold_class(code) & FOLD_CONTROL) != 0)
			return false;
	return true;
}

bool
handle_owner_ok(const char *text)
{
	return strlen(text) <= PASPW_NAME_MAX && handle_printable(text);
}
