/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "history.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- Hashes that came from elsewhere ---- */

struct foreign {
	const struct account *account;
	size_t count, room;
	char (*hashes)[HASH_MAX];
};

/* Ours share the account's one setting. */
static int
collect(const char *digest, void *arg)
{
	struct foreign *f = arg;
	char setting[HASH_MAX];
	struct error ignored;

	/* What is no hash, nothing can ever equal. */
	if (f->count < f->room && hash_setting_of(digest, setting,
	    &ignored) == PASPW_OK &&
	    strcmp(setting, f->account->history_setting) != 0)
		strcpy(f->hashes[f->count++], digest);
	return 0;
}

/* Is the password one of them? */
static int
compare(const struct foreign *f, const struct secret *password, bool *found,
    struct error *e)
{
	char computed[HASH_MAX] = "";
	int r = PASPW_OK;

	*found = false;
	for (size_t i = 0; r == PASPW_OK && !*found && i < f->count; i++) {
		r = hash_compute(password, f->hashes[i], computed, e);
		*found = hash_equal(computed, f->hashes[i]);
	}
	secret_wipe_bytes(computed, sizeof(computed));
	return r;
}

int
history_foreign(const struct policy *p, struct store *store,
    const struct account *a, const struct secret *password, bool *reused,
    struct error *e)
{
	struct foreign f = { .account = a, .room = (size_t)p->history + 1 };
	bool found = false;
	int stopped, r = PASPW_OK;

	*reused = true;
	if (store->ops->history_each == NULL) {
		*reused = false;
		return PASPW_OK;
	}
	if ((f.hashes = calloc(f.room, sizeof(*f.hashes))) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	/* All of them first: nothing is hashed while the store is read. */
	if (store->ops->history_each(store, a->id, p->history + 1, collect,
	    &f, &stopped, e) != STORE_OK)
		r = e->code;
	else if ((r = compare(&f, password, &found, e)) == PASPW_OK)
		*reused = found;
	secret_wipe_bytes(f.hashes, f.room * sizeof(*f.hashes));
	free(f.hashes);
	return r;
}
