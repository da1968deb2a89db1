/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * faults: loaded in front of the real libraries (LD_PRELOAD).
 *
 *	FAULT_VERB=paspw_attempt_settle FAULT_ERROR=3
 *		that verb fails with that error, and leaves the most dangerous
 *		verdict behind: PASPW_ACCEPTED
 *	FAULT_VERDICT=7
 *		paspw_authenticate, paspw_attempt_settle and
 *		paspw_account_verdict decide this
 *	FAULT_ALLOCATION=17
 *		the 17th allocation fails, and every one after it, counted
 *		from the first paspw_open
 *	FAULT_LIBRARY=libsqlite3.so.0
 *		that library is not there
 *	FAULT_LOG=FILE
 *		what goes to the system's log is appended there, a line each
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paspw.h"

/* Calls the real one. */
#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* ---- Memory ---- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static atomic_long allocations;
static atomic_long last_allocation;	/* 0: no limit */

static void
start_counting(void)
{
	const char *text = getenv("FAULT_ALLOCATION");

	/* glibc's name service crashes if its first use is without memory. */
	if (text == NULL || last_allocation != 0 || getpwuid(0) == NULL)
		return;
	last_allocation = atol(text);
}

static bool
exhausted(void)
{
	return last_allocation > 0 &&
	    atomic_fetch_add(&allocations, 1) + 1 >= last_allocation;
}

void *
malloc(size_t size)
{
	return exhausted() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return exhausted() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *p, size_t size)
{
	return exhausted() ? NULL : __libc_realloc(p, size);
}

/* ---- Libraries ---- */

void *
dlopen(const char *name, int flags)
{
	const char *missing = getenv("FAULT_LIBRARY");

	if (name != NULL && missing != NULL && strcmp(name, missing) == 0)
		name = "libfaults-missing.so";
	return REAL(dlopen)(name, flags);
}

/* ---- Verbs ---- */

static int
fault(const char *verb)
{
	const char *wanted = getenv("FAULT_VERB");
	const char *error = getenv("FAULT_ERROR");

	if (wanted == NULL || error == NULL || strcmp(wanted, verb) != 0)
		return PASPW_OK;
	return atoi(error);
}

static int
decide(int err, enum paspw_verdict *verdict)
{
	const char *text = getenv("FAULT_VERDICT");

	if (err == PASPW_OK && text != NULL)
		*verdict = (enum paspw_verdict)atoi(text);
	return err;
}

int
paspw_open(struct paspw **h, const char *path, unsigned flags)
{
	int err;

	start_counting();
	err = REAL(paspw_open)(h, path, flags);
	return fault("paspw_open") != PASPW_OK ? fault("paspw_open") : err;
}

int
paspw_set(struct paspw *h, enum paspw_field field, const char *value)
{
	int err = fault("paspw_set");

	return err != PASPW_OK ? err : REAL(paspw_set)(h, field, value);
}

int
paspw_authenticate(struct paspw *h, const char *user, const char *password,
    size_t length, enum paspw_verdict *verdict)
{
	int err = fault("paspw_authenticate");

	*verdict = PASPW_ACCEPTED;
	return err != PASPW_OK ? err : decide(REAL(paspw_authenticate)(h,
	    user, password, length, verdict), verdict);
}

int
paspw_attempt_begin(struct paspw *h, const char *user,
    struct paspw_attempt **attempt, enum paspw_verdict *verdict)
{
	int err = fault("paspw_attempt_begin");

	*verdict = PASPW_ACCEPTED;
	return err != PASPW_OK ? err :
	    REAL(paspw_attempt_begin)(h, user, attempt, verdict);
}

int
paspw_attempt_verify(struct paspw *h, struct paspw_attempt *attempt,
    const char *password, size_t length)
{
	int err = fault("paspw_attempt_verify");

	return err != PASPW_OK ? err :
	    REAL(paspw_attempt_verify)(h, attempt, password, length);
}

int
paspw_attempt_settle(struct paspw *h, struct paspw_attempt **attempt,
    const struct paspw_factor *factors, size_t count,
    enum paspw_verdict *verdict)
{
	int err = fault("paspw_attempt_settle");

	*verdict = PASPW_ACCEPTED;
	return err != PASPW_OK ? err : decide(REAL(paspw_attempt_settle)(h,
	    attempt, factors, count, verdict), verdict);
}

int
paspw_account_verdict(struct paspw *h, const char *user, unsigned flags,
    enum paspw_verdict *verdict, int64_t *until)
{
	int err = fault("paspw_account_verdict");

	*verdict = PASPW_ACCEPTED;
	return err != PASPW_OK ? err : decide(REAL(paspw_account_verdict)(h,
	    user, flags, verdict, until), verdict);
}

int
paspw_change_authenticated(struct paspw *h, const char *user,
    const char *old, size_t old_length, const char *password, size_t length,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	int err = fault("paspw_change_authenticated");

	*verdict = PASPW_ACCEPTED;
	return err != PASPW_OK ? err : REAL(paspw_change_authenticated)(h,
	    user, old, old_length, password, length, report, verdict);
}

int
paspw_reset(struct paspw *h, const char *user, const char *password,
    size_t length, struct paspw_report **report, enum paspw_verdict *verdict)
{
	int err = fault("paspw_reset");

	*verdict = PASPW_ACCEPTED;
	return err != PASPW_OK ? err : REAL(paspw_reset)(h, user, password,
	    length, report, verdict);
}

int
paspw_session(struct paspw *h, const char *user, bool opened)
{
	int err = fault("paspw_session");

	return err != PASPW_OK ? err : REAL(paspw_session)(h, user, opened);
}

int
paspw_status(struct paspw *h, const char *user, struct paspw_status **status)
{
	int err = fault("paspw_status");

	return err != PASPW_OK ? err : REAL(paspw_status)(h, user, status);
}

int
paspw_setting(struct paspw *h, const char *user, const char *name,
    char *value, size_t size)
{
	int err = fault("paspw_setting");

	return err != PASPW_OK ? err :
	    REAL(paspw_setting)(h, user, name, value, size);
}

/* ---- The log: what libpam calls, with _FORTIFY_SOURCE and without ---- */

void syslog(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

__attribute__((format(printf, 1, 0)))
static void
write_log(const char *format, va_list arguments)
{
	const char *path = getenv("FAULT_LOG");
	FILE *f;

	if (path == NULL || (f = fopen(path, "ae")) == NULL)
		return;
	vfprintf(f, format, arguments);
	fputc('\n', f);
	fclose(f);
}

void
syslog(int priority, const char *format, ...)
{
	va_list arguments;

	(void)priority;
	va_start(arguments, format);
	write_log(format, arguments);
	va_end(arguments);
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)priority;
	(void)flag;
	va_start(arguments, format);
	write_log(format, arguments);
	va_end(arguments);
}
