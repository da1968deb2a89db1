/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * order: the lines around this one. PAM does not tell a module who its
 * neighbours are, nor what they said; so the files are read that libpam read.
 */

#include <string.h>

#include "module.h"
#include "stack/class.h"
#include "stack/file.h"
#include "stack/way.h"

/* What makes authsucc say yes to a password that nobody found right. */
static const struct wrong {
	enum pam_way_kind kind;
	const char *what;
} wrongs[] = {
	{ PAM_WAY_BLIND, "no module has verified the password there: authsucc "
	    "must stand behind the module that verifies" },
	{ PAM_WAY_PARDONED, "it also runs after a wrong password: write "
	    "[success=1 default=bad] on the line that verifies, and behind "
	    "it `auth [default=die] pam_paspolicy.so authfail`" },
};

static bool
is_this_line(const struct call *c, const struct pam_rule *r)
{
	if (pam_module_class(r) != PAM_MODULE_AUTHSUCC || r->count != c->argc)
		return false;
	for (int i = 0; i < c->argc; i++)
		if (strcmp(r->arguments[i], c->argv[i]) != 0)
			return false;
	return true;
}

/* False: what runs was not read from there. A program may bring a directory
 * of its own (pam_start_confdir), and no module learns which. */
static bool
has_this_line(const struct call *c, const struct pam_stack *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_this_line(c, &s->rules[i]))
			return true;
	return false;
}

static int
judge(const struct call *c, const struct pam_stack *s, const char *service)
{
	struct pam_way ways[PAM_WAYS];

	if (!pam_way_walk(s, PAM_TYPE_AUTH, NULL, NULL, ways)) {
		pam_syslog(c->pamh, LOG_ERR, "the auth lines of %s are too "
		    "tangled to be judged: authsucc refuses", service);
		return PAM_SERVICE_ERR;
	}
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct pam_way *way = &ways[wrongs[i].kind];

		if (!way->found)
			continue;
		pam_syslog(c->pamh, LOG_ERR, "authsucc refuses everybody "
		    "(%s:%u): %s", s->rules[way->at].file,
		    s->rules[way->at].number, wrongs[i].what);
		return PAM_AUTH_ERR;
	}
	return PAM_SUCCESS;
}

int
order_judge(const struct call *c)
{
	struct pam_file_place place = { .root = "" };
	const void *item = NULL;
	const char *service;
	struct pam_stack s = { .rules = NULL };
	int rc = PAM_SERVICE_ERR;

	if (pam_get_item(c->pamh, PAM_SERVICE, &item) != PAM_SUCCESS ||
	    item == NULL)
		return PAM_SERVICE_ERR;
	service = item;
	if (!pam_stack_read(&s, service, pam_file_find, &place) &&
	    s.fault == PAM_STACK_WHOLE) {
		pam_stack_free(&s);
		(void)pam_stack_read(&s, "other", pam_file_find, &place);
	}
	if (place.error != 0 || s.fault == PAM_STACK_NO_MEMORY ||
	    s.fault == PAM_STACK_TOO_LARGE)
		pam_syslog(c->pamh, LOG_ERR, "the lines of %s cannot be read: "
		    "authsucc refuses", service);
	else
		rc = has_this_line(c, &s) ? judge(c, &s, service) :
		    PAM_SUCCESS;
	pam_stack_free(&s);
	return rc;
}
