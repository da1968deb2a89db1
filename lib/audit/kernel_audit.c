/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "audit/kernel_audit.h"

#ifdef HAVE_LIBAUDIT

#include <dlfcn.h>
#include <libaudit.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "libaudit.so.1"
#define SUCCESS 1
#define NOBODY_KNOWN ((unsigned)-1)	/* the name says it */

/* Which events are told, as what. With unlock_after a lock is a timed one. */
static const struct record {
	enum audit_kind kind;
	int type, timed_type;
	const char *operation;
} records[] = {
	{ AUDIT_LOCK, AUDIT_ANOM_LOGIN_FAILURES, AUDIT_ANOM_LOGIN_FAILURES,
	    "paspw-failures" },
	{ AUDIT_LOCK, AUDIT_RESP_ACCT_LOCK, AUDIT_RESP_ACCT_LOCK_TIMED,
	    "paspw-lock" },
	{ AUDIT_LOCK_EXPIRED, AUDIT_RESP_ACCT_UNLOCK_TIMED,
	    AUDIT_RESP_ACCT_UNLOCK_TIMED, "paspw-lock-expired" },
	{ AUDIT_ADMIN_LOCK, AUDIT_ACCT_LOCK, AUDIT_ACCT_LOCK,
	    "paspw-admin-lock" },
	{ AUDIT_UNLOCK, AUDIT_ACCT_UNLOCK, AUDIT_ACCT_UNLOCK,
	    "paspw-unlock" },
	{ AUDIT_CLOSE, AUDIT_ACCT_LOCK, AUDIT_ACCT_LOCK, "paspw-close" },
};
#define RECORDS (sizeof(records) / sizeof(records[0]))

static struct {
	__typeof__(&audit_open) open;
	__typeof__(&audit_log_acct_message) log;
} library;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

static void
load(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (handle == NULL)
		return;
	*(void **)&library.log = dlsym(handle, "audit_log_acct_message");
	if (library.log != NULL)
		*(void **)&library.open = dlsym(handle, "audit_open");
}

/* Tried again: an agent that had no memory for it once would tell the kernel
 * nothing as long as it lives. */
static bool
ready(void)
{
	bool loaded;

	pthread_mutex_lock(&loading);
	if (library.open == NULL)
		load();
	loaded = library.open != NULL;
	pthread_mutex_unlock(&loading);
	return loaded;
}

static bool
is_told(const struct audit_event *event)
{
	for (size_t i = 0; i < RECORDS; i++)
		if (strcmp(event->kind, audit_kinds[records[i].kind].name) ==
		    0)
			return true;
	return false;
}

/* libaudit writes it as it stands: behind a blank a stranger's host name would
 * go on with fields of its own (acct=root res=success). */
static const char *
field(const char *text)
{
	return text[0] == '\0' || strchr(text, ' ') != NULL ? NULL : text;
}

/* The host goes where an address stands: given as a name, libaudit would ask
 * the DNS, and a login would wait for the answer. */
static void
tell(int fd, const struct audit_event *event, const char *account,
    const struct policy *p, const struct audit_origin *origin)
{
	const char *host = field(origin->rhost);
	const char *tty = field(origin->tty);
	bool timed = p->unlock_after.unit != SPAN_NEVER;

	for (size_t i = 0; i < RECORDS; i++)
		if (strcmp(event->kind, audit_kinds[records[i].kind].name) ==
		    0)
			(void)library.log(fd, timed ? records[i].timed_type :
			    records[i].type, NULL, records[i].operation,
			    account, NOBODY_KNOWN, NULL, host, tty, SUCCESS);
}

void
kernel_audit(const struct audit_event *events, size_t count,
    const char *account, const struct policy *p,
    const struct audit_origin *origin)
{
	int fd = -1;

	for (size_t i = 0; i < count; i++) {
		if (!is_told(&events[i]))
			continue;
		if (!ready() || (fd == -1 && (fd = library.open()) == -1))
			return;
		tell(fd, &events[i], account, p, origin);
	}
	if (fd != -1)
		close(fd);
}

#else

void
kernel_audit(const struct audit_event *events, size_t count,
    const char *account, const struct policy *p,
    const struct audit_origin *origin)
{
	(void)events;
	(void)count;
	(void)account;
	(void)p;
	(void)origin;
}

#endif
