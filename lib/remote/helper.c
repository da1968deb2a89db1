/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "remote/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cgroup.h"

/* Of each child, until it runs the helper: what it calls has a few paths and
 * texts of 4 kB on it. */
#define STACK_BYTES ((size_t)64 * 1024)
/* In the child errors have nowhere to go but here: the shell's "not run". */
#define NOT_RUN 127

/* 32-bit systems have two of them; the other one has 16-bit ids. */
#ifdef SYS_setresuid32
#define SETRESUID SYS_setresuid32
#else
#define SETRESUID SYS_setresuid
#endif

struct start {
	const char *path;
	int fd;
	char *stack;		/* of the helper until it is one */
};

/* What a person may have set for su to run under: with a file size of 0 or
 * the lowest priority its helper would fail, or hold others up, in a
 * transaction. */
static void
shed_limits(void)
{
	static const int limits[] = {
		RLIMIT_FSIZE, RLIMIT_CPU, RLIMIT_AS, RLIMIT_DATA,
	};
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	const struct sched_param normal = { 0 };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		(void)setrlimit((__rlimit_resource_t)limits[i], &none);
	(void)sched_setscheduler(0, SCHED_OTHER, &normal);
	(void)setpriority(PRIO_PROCESS, 0, 0);
}

/* In a copy of one thread: nothing but system calls, and setresuid not by the
 * C library, which would look for other threads. */
static int
helper_main(void *arg)
{
	static char name[] = "paspw-helper";
	char *const argv[] = { name, NULL };
	char *const environment[] = { NULL };
	const struct start *start = arg;
	/* The application may have closed its first three. */
	int fd = fcntl(start->fd, F_DUPFD, STDERR_FILENO + 1);
	int null = open("/dev/null", O_RDWR);

	/* The helper knows by its real uid who asks: su asks as root. */
	if (geteuid() == 0) {
		if (syscall(SETRESUID, 0, 0, 0) != 0)
			return NOT_RUN;
		shed_limits();
		/* He may freeze what runs in a group of his. */
		cgroup_leave(&cgroup_places);
	}
	if (fd == -1 || null == -1 || dup2(null, STDERR_FILENO) == -1 ||
	    dup2(fd, STDIN_FILENO) == -1 || dup2(fd, STDOUT_FILENO) == -1)
		return NOT_RUN;
	execve(start->path, argv, environment);
	return NOT_RUN;
}

static int
child_main(void *arg)
{
	struct start *start = arg;

	return clone(helper_main, start->stack, SIGCHLD, start) == -1 ?
	    NOT_RUN : 0;
}

/*
 * Not fork(): the application's handlers for it are not run. And by a child
 * that ends at once, so that the helper is init's: a child that runs another
 * program tells its parent by SIGCHLD when it ends, and a wait() for any child
 * would see it. This one tells nobody, and only __WCLONE sees it.
 */
static int
run_child(struct start *start)
{
	char *stacks = malloc(2 * STACK_BYTES);
	sigset_t all, before;
	int status = NOT_RUN;
	pid_t child;

	if (stacks == NULL)
		return ENOMEM;
	start->stack = stacks + STACK_BYTES;
	/* No handler of the application runs in the child. The helper frees
	 * the signals again. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	child = clone(child_main, stacks + 2 * STACK_BYTES, 0, start);
	while (child != -1 && waitpid(child, &status, (int)__WCLONE) == -1 &&
	    errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	free(stacks);
	return status == 0 ? 0 : EAGAIN;
}

int
helper_start(const char *path, int *fd, struct error *e)
{
	int pair[2], error;
	struct start start = { path, -1, NULL };

	*fd = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return error_errno(e, PASPW_ERR_INTERNAL, errno,
		    "socketpair");
	start.fd = pair[1];
	error = run_child(&start);
	close(pair[1]);
	if (error != 0) {
		close(pair[0]);
		return error_errno(e, PASPW_ERR_INTERNAL, error, "%s", path);
	}
	*fd = pair[0];
	return PASPW_OK;
}
