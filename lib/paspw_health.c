/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* What an installation rests on, for `paspw doctor`. */

#include <limits.h>
#include <string.h>

#include "remote/remote.h"
#include "base/memory.h"
#include "handle.h"
#include "messages.h"
#include "policy/hash.h"
#include "quality/dictionary.h"
#include "trail/key.h"

struct health_walk {
	paspw_health_fn *fn;
	void *arg;
	int stopped;
};

/* A store that does not open is what is to be told, not an error. */
static int
inspect(struct paspw *h, const struct policy *p, struct store_health *found,
    int64_t *now)
{
	struct store *store = NULL;
	int r;

	if ((r = handle_store(h, p, false, &store)) != PASPW_OK)
		return r;
	if (store->ops->now(store, now, &h->error) != STORE_OK ||
	    (store->ops->inspect != NULL && store->ops->inspect(store, found,
	    &h->error) != STORE_OK))
		return h->error.code;
	return PASPW_OK;
}

static int
tell_realm(struct paspw *h, const struct policy *p, void *arg)
{
	struct health_walk *walk = arg;
	struct store_health found = { 0 };
	char key[PATH_MAX] = "";
	struct paspw_health told = { .realm = p->realm, .store = p->store,
		.key = key, .integrity = found.fault,
		.hash_memory = hash_memory(p), .memory = memory_limit() };

	if (walk->stopped != 0)
		return PASPW_OK;
	error_clear(&h->error);
	if (key_path(p->store, key, sizeof(key), &h->error) != PASPW_OK)
		key[0] = '\0';
	told.error = inspect(h, p, &found, &told.now);
	told.detail = told.error != PASPW_OK ? h->error.text : "";
	told.last_event_at = found.last_event_at;
	told.last_seal_at = found.last_seal_at;
	told.unsealed = found.unsealed;
	told.unsealed_since = found.unsealed_since;
	walk->stopped = walk->fn(&told, walk->arg);
	error_clear(&h->error);
	return PASPW_OK;
}

int
paspw_health_each(struct paspw *h, paspw_health_fn *fn, void *arg)
{
	struct health_walk walk = { fn, arg, 0 };
	int r;

	if (fn == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = handle_leave(h, handle_each_realm(h, tell_realm, &walk));
	return r == PASPW_OK ? walk.stopped : r;
}

static int
serve_here(struct paspw *h, void *arg)
{
	const char **way = arg;

	(void)h;
	*way = "direct";
	return PASPW_OK;
}

static int
serve_there(struct paspw *h, void *arg)
{
	const char **way = arg;
	int r = remote_ping(h);

	if (r == PASPW_OK)
		*way = h->way.kind == WAY_AGENT ? "agent" : "helper";
	return r;
}

int
paspw_way(struct paspw *h, const char **way)
{
	int r;

	if (way == NULL)
		return PASPW_ERR_INVALID;
	*way = NULL;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	return handle_leave(h, way_take(h, NULL, serve_here, serve_there,
	    way));
}

const char *
paspw_dictionary_note(struct paspw *h)
{
	const char *note = dictionary_note(dictionary_state());

	return note == NULL ? NULL : paspw_translate(h, note);
}
