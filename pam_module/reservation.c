/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * reservation: a try at a password from preauth to authfail or authsucc. What
 * waits in the PAM handle holds no open store, so that it may cross a fork; if
 * it is lost there, its lease settles it.
 */

#include <stdlib.h>
#include <string.h>

#include "module.h"

#define DATA_KEY "pam_paspolicy:reservation"
#define FACTOR_NAME "password"

struct reservation {
	struct paspw_attempt *attempt;	/* NULL: preauth answered it itself */
	char *user;
};

static void
reservation_free(struct reservation **r)
{
	if (*r == NULL)
		return;
	paspw_attempt_free(&(*r)->attempt);
	free((*r)->user);
	free(*r);
	*r = NULL;
}

/* Called by libpam: pam_end, or another one takes its place. */
static void
cleanup(pam_handle_t *pamh, void *data, int status)
{
	struct reservation *r = data;

	(void)pamh;
	(void)status;
	reservation_free(&r);
}

static struct reservation *
kept(pam_handle_t *pamh)
{
	const void *data = NULL;

	if (pam_get_data(pamh, DATA_KEY, &data) != PAM_SUCCESS)
		return NULL;
	return (struct reservation *)(uintptr_t)data;
}

bool
reservation_waits(pam_handle_t *pamh)
{
	const struct reservation *r = kept(pamh);

	return r != NULL && r->attempt != NULL;
}

bool
reservation_answered(pam_handle_t *pamh)
{
	const struct reservation *r = kept(pamh);

	return r != NULL && r->attempt == NULL;
}

int
reservation_forget(pam_handle_t *pamh)
{
	return pam_set_data(pamh, DATA_KEY, NULL, NULL);
}

static int
settle(struct call *c, struct paspw_attempt **attempt,
    enum paspw_outcome outcome, enum paspw_verdict *verdict)
{
	struct paspw_factor factor = { FACTOR_NAME, outcome };

	return paspw_attempt_settle(c->h, attempt, &factor, 1, verdict);
}

/* An empty password is a wrong one, whatever a hash says of it, and one that
 * PAM cannot carry is too: it costs a try like any other guess. */
static bool
can_be_right(const char *password)
{
	size_t length = strlen(password);

	return length > 0 && length <= PASPW_PASSWORD_MAX;
}

/* Verified for the time it takes: a quick answer would tell a locked
 * account. */
static int
refuse(struct call *c, struct paspw_attempt **attempt, const char *password,
    enum paspw_verdict *verdict)
{
	int err;

	if ((err = paspw_attempt_verify(c->h, *attempt, password,
	    strlen(password))) != PASPW_OK)
		return err;
	return settle(c, attempt, PASPW_FAILED, verdict);
}

/* Hand the attempt over to the PAM handle. */
static int
store(struct call *c, struct paspw_attempt **attempt)
{
	struct reservation *r;

	if ((r = calloc(1, sizeof(*r))) == NULL ||
	    (r->user = strdup(c->user)) == NULL) {
		reservation_free(&r);
		return PASPW_ERR_MEMORY;
	}
	r->attempt = *attempt;
	*attempt = NULL;
	if (pam_set_data(c->pamh, DATA_KEY, r, cleanup) != PAM_SUCCESS) {
		reservation_free(&r);
		return PASPW_ERR_MEMORY;
	}
	return PASPW_OK;
}

int
reservation_keep(struct call *c, const char *password,
    enum paspw_verdict *verdict)
{
	struct paspw_attempt *attempt = NULL;
	enum paspw_verdict begun = PASPW_REFUSED;
	int err;

	*verdict = PASPW_REFUSED;
	if ((err = paspw_attempt_begin(c->h, c->user, &attempt,
	    &begun)) != PASPW_OK)
		goto out;
	if (begun != PASPW_ACCEPTED || !can_be_right(password)) {
		/* The next module is not to see an empty one: it may know
		 * accounts without a password. */
		err = refuse(c, &attempt, password, verdict);
		if (err == PASPW_OK)
			err = store(c, &attempt);
		goto out;
	}
	if ((err = store(c, &attempt)) == PASPW_OK)
		*verdict = PASPW_ACCEPTED;
out:
	paspw_attempt_free(&attempt);
	return err;
}

int
reservation_fail(struct call *c, enum paspw_verdict *verdict)
{
	struct paspw_attempt *attempt = NULL;
	enum paspw_verdict begun = PASPW_REFUSED;
	int err;

	*verdict = PASPW_REFUSED;
	if ((err = paspw_attempt_begin(c->h, c->user, &attempt,
	    &begun)) == PASPW_OK)
		err = settle(c, &attempt, PASPW_FAILED, verdict);
	paspw_attempt_free(&attempt);
	return err;
}

int
reservation_settle(struct call *c, enum paspw_outcome outcome,
    enum paspw_verdict *verdict)
{
	struct reservation *r = kept(c->pamh);
	int err = PASPW_ERR_NOTFOUND;

	*verdict = PASPW_REFUSED;
	if (r == NULL || r->attempt == NULL)
		return err;
	/* A limit that was kept for one name must not let another one in. */
	if (strcmp(r->user, c->user) == 0)
		err = settle(c, &r->attempt, outcome, verdict);
	else
		pam_syslog(c->pamh, LOG_ERR, "the user is another one than "
		    "at preauth");
	/* Also after an error: no second answer to one try. */
	if (reservation_forget(c->pamh) != PAM_SUCCESS)
		err = PASPW_ERR_INTERNAL;
	return err;
}
