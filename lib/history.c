/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "history.h"

int
history_digest(const struct policy *p, struct account *a,
    const struct secret *password, char *digest, struct error *e)
{
	int r;

	digest[0] = '\0';
	if (a->history_setting[0] == '\0' &&
	    (r = hash_setting(p, a->history_setting, e)) != PASPW_OK)
		return r;
	return hash_compute(password, a->history_setting, digest, e);
}

int
history_reused(const struct policy *p, struct store *store,
    const struct account *a, const char *digest, bool *reused,
    struct error *e)
{
	*reused = true;
	/* The newest entry is the current password. */
	if (store->ops->history_has(store, a->id, digest, p->history + 1,
	    reused, e) != STORE_OK)
		return e->code;
	return PASPW_OK;
}
