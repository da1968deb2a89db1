/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "rehash.h"

#include <string.h>
#include <syslog.h>

struct replacement {
	const char *old;
	char new[HASH_MAX];
};

bool
rehash_wanted(const struct policy *p, const char *hash)
{
	/* what is in /etc/shadow is not ours to write */
	return p->credentials == CREDENTIALS_STORE && hash_weaker(hash, p);
}

static int
replace_step(struct subject *s, void *arg, struct error *e)
{
	const struct replacement *new = arg;
	struct account *a = &s->account;

	/* A try that is under way hashes with the old setting: a right
	 * password would count as a failure. There is a next login. */
	if (a->closed_at != 0 || a->locked_at != 0 || a->pending.count > 0 ||
	    !hash_equal(new->old, a->hash))
		return PASPW_OK;
	memcpy(a->hash, new->new, sizeof(a->hash));
	s->changed = true;
	s->durable = true;
	return subject_event(s, AUDIT_REHASH, e);
}

void
rehash(struct subject *s, const char *old, struct secret *password)
{
	struct replacement new = { .old = old };
	char setting[HASH_MAX];
	struct error e;
	int r;

	if ((r = hash_setting(s->policy, setting, &e)) == PASPW_OK)
		r = hash_compute(password, setting, new.new, &e);
	secret_wipe(password);
	if (r == PASPW_OK)
		r = subject_update(s, replace_step, &new, &e);
	secret_wipe_bytes(&new, sizeof(new));
	if (r != PASPW_OK)
		syslog(LOG_AUTHPRIV | LOG_WARNING,
		    "paspw: a weak hash stays as it is: %s", e.text);
}
