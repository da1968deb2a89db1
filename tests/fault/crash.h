/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * crash: whose is it? Without memory libeconf 0.5, OpenSSL 3.0 and glibc's
 * loader fall over a NULL pointer of their own. A process that is gone lets
 * nobody in, and we cannot mend them; a crash of ours is a failure.
 */
#ifndef CRASH_H
#define CRASH_H

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit codes of the child: our handler's, and that with which glibc's loader
 * gives up by itself ("cannot allocate memory for thread-local data"). */
#define CRASH_THEIRS 77
#define CRASH_GAVE_UP 127
#define CRASH_FRAMES 12

static inline bool
crash_forgiven(int status)
{
	return WIFEXITED(status) && (WEXITSTATUS(status) == CRASH_THEIRS ||
	    WEXITSTATUS(status) == CRASH_GAVE_UP);
}

/* The first of them that is neither libc nor one of these decides. */
static inline bool
crash_is_theirs(void *const *frames, int count)
{
	static const char *const theirs[] = { "libeconf.so", "libcrypto.so",
	    "ld-linux", "libnss_" };

	/* frame 0 is the handler */
	for (int i = 1; i < count; i++) {
		Dl_info info;

		if (dladdr(frames[i], &info) == 0 || info.dli_fname == NULL)
			continue;
		for (size_t n = 0; n < sizeof(theirs) / sizeof(theirs[0]); n++)
			if (strstr(info.dli_fname, theirs[n]) != NULL)
				return true;
		if (strstr(info.dli_fname, "libc.so") == NULL)
			return false;
	}
	return false;
}

static inline void
crash_handler(int number)
{
	void *frames[CRASH_FRAMES];

	if (crash_is_theirs(frames, backtrace(frames, CRASH_FRAMES)))
		_exit(CRASH_THEIRS);
	signal(number, SIG_DFL);
	raise(number);
}

static inline void
crash_watch(void)
{
	void *frames[CRASH_FRAMES];

	(void)backtrace(frames, CRASH_FRAMES);	/* loads what it needs */
	signal(SIGSEGV, crash_handler);
	signal(SIGABRT, crash_handler);
}

#endif
