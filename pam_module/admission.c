/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * admission: what the account phase would say, found out by the auth phase
 * while it had the store open. To open configuration and store a second time
 * costs a third of a login's policy work (132 of its 491 system calls), and
 * most accounts have nothing more to say. Only that is left in the PAM handle:
 * no descriptor of a store, which a child of the application would inherit.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module.h"

#define DATA_KEY "pam_paspolicy:admission"
/* Whoever locks an account later than this before the account phase finds it
 * locked there; earlier is the same as a login that was a second sooner. */
#define VALID_SECONDS 1

struct admission {
	char *question;
	struct timespec at;
};

static void
admission_free(struct admission **a)
{
	if (*a != NULL)
		free((*a)->question);
	free(*a);
	*a = NULL;
}

/* Called by libpam: pam_end, or another one takes its place. */
static void
cleanup(pam_handle_t *pamh, void *data, int status)
{
	struct admission *a = data;

	(void)pamh;
	(void)status;
	admission_free(&a);
}

static const char *
text_of(const void *text)
{
	return text == NULL ? "" : text;
}

/* Who asks for what under which policy; the user, who is typed, is last. */
static char *
question_of(const struct call *c)
{
	const void *service = NULL;
	char *text = NULL;

	if (pam_get_item(c->pamh, PAM_SERVICE, &service) != PAM_SUCCESS ||
	    asprintf(&text, "%s\n%s\n%s\n%s\n%s", text_of(c->args.conf),
	    text_of(c->args.realm), text_of(c->args.socket),
	    text_of(service), c->user) == -1)
		return NULL;
	return text;
}

/* Also while the machine slept. */
static bool
now(struct timespec *t)
{
	return clock_gettime(CLOCK_BOOTTIME, t) == 0;
}

int
admission_forget(pam_handle_t *pamh)
{
	return pam_set_data(pamh, DATA_KEY, NULL, NULL);
}

/* Whatever goes wrong here, the account phase asks by itself. */
void
admission_note(const struct call *c)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	struct admission *a = calloc(1, sizeof(*a));
	int64_t until = 0;

	if (a == NULL || !now(&a->at) ||
	    (a->question = question_of(c)) == NULL ||
	    paspw_account_verdict(c->h, c->user, 0, &verdict,
	    &until) != PASPW_OK || verdict != PASPW_ACCEPTED || until != 0 ||
	    pam_set_data(c->pamh, DATA_KEY, a, cleanup) != PAM_SUCCESS)
		admission_free(&a);
}

bool
admission_holds(const struct call *c)
{
	const struct admission *a;
	const void *data = NULL;
	struct timespec t;
	char *question;
	bool holds = false;

	if (pam_get_data(c->pamh, DATA_KEY, &data) != PAM_SUCCESS ||
	    data == NULL || !now(&t))
		return false;
	a = data;
	question = question_of(c);
	if (question != NULL && strcmp(question, a->question) == 0)
		holds = t.tv_sec - a->at.tv_sec < VALID_SECONDS ||
		    (t.tv_sec - a->at.tv_sec == VALID_SECONDS &&
		    t.tv_nsec <= a->at.tv_nsec);
	free(question);
	/* Good for one answer. */
	return admission_forget(c->pamh) == PAM_SUCCESS && holds;
}
