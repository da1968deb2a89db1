/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The disk of a test: each sync is counted, may fail, and says whether a
 * terminal could have stopped the process meanwhile. */
#ifndef DISK_H
#define DISK_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

static int syncs, sync_error, stoppable;

static bool
stops_are_held(void)
{
	sigset_t now;

	pthread_sigmask(SIG_BLOCK, NULL, &now);
	return sigismember(&now, SIGTSTP) && sigismember(&now, SIGTTIN) &&
	    sigismember(&now, SIGTTOU);
}

static int
disk_sync(long call, int fd)
{
	syncs++;
	stoppable += !stops_are_held();
	if (sync_error != 0) {
		errno = sync_error;
		return -1;
	}
	return (int)syscall(call, fd);
}

int
fdatasync(int fd)
{
	return disk_sync(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	return disk_sync(SYS_fsync, fd);
}

#endif
