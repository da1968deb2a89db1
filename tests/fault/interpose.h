/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * interpose: calls that fail. A program that has interpose.c in it owns these
 * calls for every library of its process, also for SQLite and PAM modules:
 * the one with the chosen number fails, all others go through.
 */
#ifndef INTERPOSE_H
#define INTERPOSE_H

#include <stdbool.h>
#include <stdint.h>

enum fault_calls {
	FAULT_NONE = 0,
	FAULT_MEMORY,		/* malloc, calloc, realloc */
	FAULT_MAP,		/* mmap, mremap */
	FAULT_OPEN,		/* open, openat, fopen, opendir, memfd ... */
	FAULT_READ,		/* read, pread */
	FAULT_WRITE,		/* write, pwrite, fwrite, ftruncate ... */
	FAULT_SYNC,		/* fsync, fdatasync */
	FAULT_NAME,		/* rename, link, unlink, mkdir, fchmod */
	FAULT_STAT,		/* stat and its family, access */
	FAULT_LOCK,		/* fcntl for locks, flock */
	FAULT_RANDOM,		/* getrandom */
	FAULT_CLOCK,		/* clock_gettime of the time of day */
	FAULT_CRYPT,		/* crypt_rn, crypt_gensalt_rn */
	FAULT_DIRECTORY,	/* getpwnam_r, getspnam_r, getgrnam_r ... */
	FAULT_ECONF,		/* econf_readFile, econf_getStringValue */
	FAULT_LOAD,		/* dlopen: libpwquality, libcrypto, NSS */
	FAULT_THREAD,		/* pthread_create, pthread_mutex_init ... */
	FAULT_PROCESS,		/* fork, pipe, socket */
	FAULT_SOCKET,		/* connect, accept, send, recv, poll ... */
	FAULT_SHORT,		/* send and recv: of one byte */
	FAULT_INTERRUPTED,	/* connect, accept, send, recv, poll */
	FAULT_HUNG_UP,		/* recv: nothing comes any more */
	FAULT_SILENT,		/* poll, that would wait: until its end */
	FAULT_PAM,		/* pam_get_item, pam_set_data, pam_prompt ... */
	FAULT_SQL,		/* sqlite3_prepare, _step, _bind, _exec ... */
	FAULT_SQL_UNSURE	/* sqlite3_step did it, and does not say so */
};

struct fault {
	const char *name;
	enum fault_calls calls;
	int code;		/* errno, or what the function returns */
	bool stays;		/* all later ones fail too */
	bool harmless;		/* who is told goes on */
};

extern const struct fault faults[];	/* ends with a NULL name */

/* The call of this number (from 1) fails; 0: none, they are only counted. */
void fault_arm(const struct fault *fault, long number);
/* No call fails any more; how many there were. */
long fault_disarm(void);
/* From where the calls were made that are only counted, and the one that
 * failed: the same functions in the same order have the same number. */
extern uint64_t *fault_sites;
extern long fault_sites_max;
extern uint64_t *fault_site;
/* Passwords are hashed by something quick. */
extern bool fault_stand_in;
/* Nobody sleeps: the clocks go on instead. Not between processes. */
extern bool fault_no_sleep;
/* The time of day is so many seconds earlier. */
extern long fault_clock_back;
/* Allocations that were not given back. */
long fault_live(void);

/* ---- Between interpose*.c ---- */

/* Does this one fail? */
bool fault_fails(enum fault_calls calls);
/* Whom we stand for. */
void *fault_real(const char *name);
/* Defines NAME: the one of that number returns FAILED, else the real one is
 * called. */
#define CALL(calls, failed, type, name, parameters, arguments) \
type \
name parameters \
{ \
	static __typeof__(&name) next; \
\
	if (fault_fails(calls)) \
		return failed; \
	if (next == NULL) \
		next = (__typeof__(&name))(uintptr_t)fault_real(#name); \
	return next arguments; \
}
/* How long nobody slept. */
#define FAULT_NS_PER_S INT64_C(1000000000)
int64_t fault_skipped_ns(void);
/* SQLite calls itself by the same names, and believes itself; and it never
 * doubts a mutex. */
bool fault_by_sqlite(void *caller);
extern int fault_code;
extern _Thread_local int fault_sql_code;	/* sqlite3_errcode says it */

#endif
