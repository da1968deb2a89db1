/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The handle, its fields, and the making of stores. */

#include "paspw.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "handle.h"
#include "messages.h"
#include "stranger.h"

static const char *const error_names[] = {
	[PASPW_OK] = "done",
	[PASPW_ERR_INVALID] = "invalid argument",
	[PASPW_ERR_CONFIG] = "configuration error",
	[PASPW_ERR_STORE] = "store error",
	[PASPW_ERR_BUSY] = "no answer in time",
	[PASPW_ERR_CRYPTO] = "hashing failed",
	[PASPW_ERR_NOTFOUND] = "no such account",
	[PASPW_ERR_EXISTS] = "account exists",
	[PASPW_ERR_DENIED] = "not permitted",
	[PASPW_ERR_MEMORY] = "out of memory",
	[PASPW_ERR_INTERNAL] = "internal error",
};
#define ERROR_COUNT (sizeof(error_names) / sizeof(error_names[0]))

static const char *const verdict_names[] = {
	[PASPW_REFUSED] = "refused",
	[PASPW_ACCEPTED] = "accepted",
	[PASPW_LOCKED] = "locked",
	[PASPW_EXPIRED] = "expired",
	[PASPW_CHANGE_REQUIRED] = "change_required",
	[PASPW_TOO_SOON] = "too_soon",
	[PASPW_WEAK] = "weak",
	[PASPW_REUSED] = "reused",
	[PASPW_NOT_YET_VALID] = "not_yet_valid",
	[PASPW_NO_LONGER_VALID] = "no_longer_valid",
	[PASPW_CLOSED] = "closed",
	[PASPW_BUSY] = "busy",
};
#define VERDICT_COUNT (sizeof(verdict_names) / sizeof(verdict_names[0]))

const char *
paspw_strerror(int err)
{
	return err >= 0 && (size_t)err < ERROR_COUNT ? error_names[err] :
	    error_names[PASPW_ERR_INTERNAL];
}

const char *
paspw_verdict_name(enum paspw_verdict verdict)
{
	return (size_t)verdict < VERDICT_COUNT ? verdict_names[verdict] :
	    verdict_names[PASPW_REFUSED];
}

const char *
paspw_detail(const struct paspw *h)
{
	return h == NULL ? "" : h->error.text;
}

/* ---- Open and close ---- */

/* The last good policy is not for everybody to read. The agent and the helper
 * go on under it, so a screen locker goes on asking them; of the policy it
 * knows nothing, and opens no store. */
static int
ask_others(struct paspw *h, const char *path)
{
	struct error none;

	if (geteuid() == 0 || (h->flags & PASPW_DIRECT) != 0 ||
	    config_built_in(&h->config, path, &none) != PASPW_OK)
		return h->error.code;
	h->unread = true;
	return PASPW_OK;
}

/* A broken edit must neither weaken the policy nor lock the company out. */
static int
read_last_good(struct paspw *h, const char *path)
{
	struct error none;

	if (config_read_last_good(&h->config, path, &none) != PASPW_OK)
		return ask_others(h, path);
	syslog(LOG_AUTHPRIV | LOG_CRIT, "paspw: the configuration is broken, "
	    "the last good policy stays in force: %s", h->error.text);
	error_clear(&h->error);
	return PASPW_OK;
}

static int
read_config(struct paspw *h, const char *path)
{
	struct error e;
	int r;

	r = config_read(&h->config, path, &h->error);
	if ((h->flags & PASPW_LOGIN) == 0)
		return r;
	if (r != PASPW_OK)
		return read_last_good(h, path);
	/* Kept for the day when an edit breaks the file. */
	if (config_keep(&h->config, &e) != PASPW_OK)
		syslog(LOG_AUTHPRIV | LOG_WARNING,
		    "paspw: cannot keep the policy: %s", e.text);
	return PASPW_OK;
}

/* Who acts, unless the caller says more (sudo's user, for one). */
static void
default_actor(struct paspw *h)
{
	char buffer[4096];
	struct passwd entry, *found = NULL;
	uid_t uid = getuid();

	if (getpwuid_r(uid, &entry, buffer, sizeof(buffer), &found) == 0 &&
	    found != NULL)
		snprintf(h->origin.actor, sizeof(h->origin.actor), "%s",
		    found->pw_name);
	else
		snprintf(h->origin.actor, sizeof(h->origin.actor), "uid %lu",
		    (unsigned long)uid);
}

static bool
make_mutex(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t kind;
	bool made;

	if (pthread_mutexattr_init(&kind) != 0)
		return false;
	made = pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK) ==
	    0 && pthread_mutex_init(mutex, &kind) == 0;
	pthread_mutexattr_destroy(&kind);
	return made;
}

static int
new_handle(struct paspw **handle, unsigned flags)
{
	struct paspw *h;

	*handle = NULL;
	if ((h = calloc(1, sizeof(*h))) == NULL)
		return PASPW_ERR_MEMORY;
	h->pid = getpid();
	h->flags = flags;
	way_init(&h->way);
	if (!make_mutex(&h->mutex)) {
		free(h);
		return PASPW_ERR_MEMORY;
	}
	*handle = h;
	return PASPW_OK;
}

static int
make_ready(struct paspw *h)
{
	h->stores = calloc(h->config.count, sizeof(struct store *));
	if (h->stores == NULL)
		return error_set(&h->error, PASPW_ERR_MEMORY,
		    "out of memory");
	default_actor(h);
	h->ready = true;
	return PASPW_OK;
}

int
paspw_open(struct paspw **handle, const char *config_path, unsigned flags)
{
	const unsigned known = PASPW_LOGIN | PASPW_NO_WAIT | PASPW_DIRECT;
	int r;

	if (handle == NULL)
		return PASPW_ERR_INVALID;
	*handle = NULL;
	/* A flag of a later version may ask for more than we know. */
	if ((flags & ~known) != 0)
		return PASPW_ERR_INVALID;
	if ((r = new_handle(handle, flags)) != PASPW_OK ||
	    (r = read_config(*handle, config_path)) != PASPW_OK)
		return r;
	return make_ready(*handle);
}

int
handle_twin(const struct paspw *h, unsigned flags, struct paspw **twin)
{
	int r;

	if ((r = new_handle(twin, flags)) != PASPW_OK ||
	    (r = config_copy(&(*twin)->config, &h->config,
	    &(*twin)->error)) != PASPW_OK)
		return r;
	return make_ready(*twin);
}

void
paspw_close(struct paspw **handle)
{
	struct paspw *h;

	if (handle == NULL || (h = *handle) == NULL)
		return;
	*handle = NULL;
	/* After fork the database belongs to the parent: closing it here
	 * would drop what the parent relies on. */
	for (size_t i = 0; h->stores != NULL && i < h->config.count; i++)
		if (h->pid == getpid())
			store_close(&h->stores[i]);
	free(h->stores);
	way_close(&h->way);
	config_free(&h->config);
	pthread_mutex_destroy(&h->mutex);
	secret_wipe_bytes(h, sizeof(*h));
	free(h);
}

/* ---- Fields ---- */

static int
set_realm(struct paspw *h, const char *value)
{
	if (value[0] != '\0' && config_realm(&h->config, value) == NULL)
		return error_set(&h->error, PASPW_ERR_NOTFOUND,
		    "there is no realm of that name in %s", h->config.path);
	snprintf(h->realm, sizeof(h->realm), "%s", value);
	h->claim = NULL;
	return PASPW_OK;
}

static int
set_text(struct paspw *h, char *field, size_t size, const char *value)
{
	if (!handle_printable(value) || strlen(value) >= size)
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "a field is longer than %zu bytes or has characters that "
		    "cannot be printed", size - 1);
	memset(field, 0, size);
	memcpy(field, value, strlen(value));
	return PASPW_OK;
}

static int
set_socket(struct paspw *h, const char *value)
{
	if (value[0] != '\0' && value[0] != '/' &&
	    strcmp(value, WAY_NO_SOCKET) != 0)
		return error_set(&h->error, PASPW_ERR_INVALID,
		    "the socket of the agent is an absolute path, or none");
	way_close(&h->way);
	return set_text(h, h->way.socket, sizeof(h->way.socket), value);
}

int
paspw_set(struct paspw *h, enum paspw_field field, const char *value)
{
	struct audit_origin *o;
	const char *text = value == NULL ? "" : value;
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	o = &h->origin;
	r = PASPW_ERR_INVALID;
	switch (field) {
	case PASPW_REALM:
		r = set_realm(h, text);
		break;
	case PASPW_SERVICE:
		r = set_text(h, o->service, sizeof(o->service), text);
		break;
	case PASPW_RHOST:
		r = set_text(h, o->rhost, sizeof(o->rhost), text);
		break;
	case PASPW_TTY:
		r = set_text(h, o->tty, sizeof(o->tty), text);
		break;
	case PASPW_ACTOR:
		r = set_text(h, o->actor, sizeof(o->actor), text);
		break;
	case PASPW_REASON:
		r = set_text(h, o->reason, sizeof(o->reason), text);
		break;
	case PASPW_TICKET:
		r = set_text(h, o->ticket, sizeof(o->ticket), text);
		break;
	case PASPW_LANGUAGE:
		r = set_text(h, h->language, sizeof(h->language), text);
		break;
	case PASPW_SOCKET:
		r = set_socket(h, text);
		break;
	case PASPW_ARCHIVES:
		r = set_text(h, h->archives, sizeof(h->archives), text);
		break;
	}
	return handle_leave(h, r);
}

/* Another thread may set it meanwhile. In a callback the lock is ours already;
 * after fork() it may be held for ever, and nobody is left to set anything. */
static void
copy_language(struct paspw *h, char language[POLICY_WORD_MAX])
{
	const struct policy *p;
	bool locked;

	language[0] = '\0';
	if (h == NULL)
		return;
	locked = h->pid == getpid() && pthread_mutex_lock(&h->mutex) == 0;
	p = h->ready ? &h->config.realms[0] : NULL;
	snprintf(language, POLICY_WORD_MAX, "%s", handle_language(h, p));
	if (locked)
		pthread_mutex_unlock(&h->mutex);
}

const char *
paspw_translate(struct paspw *h, const char *message)
{
	char language[POLICY_WORD_MAX];

	copy_language(h, language);
	return messages_text(language, message);
}

const char *
paspw_translate_plural(struct paspw *h, const char *one, const char *many,
    unsigned long n)
{
	char language[POLICY_WORD_MAX];

	copy_language(h, language);
	return messages_plural(language, one, many, n);
}

/* ---- Stores ---- */

static int
init_realm(struct paspw *h, const struct policy *policy, void *arg)
{
	struct store *store = NULL;
	int r;

	(void)arg;
	if ((r = handle_store(h, policy, true, &store)) != PASPW_OK)
		return r;
	return stranger_key_make(policy, &h->error);
}

int
paspw_init(struct paspw *h)
{
	int r;

	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	return handle_leave(h, handle_each_realm(h, init_realm, NULL));
}
