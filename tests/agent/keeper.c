/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * What systemd does for the agent: keeper SOCKET PIDFILE UID GID PROGRAM...
 * listens there, starts the program as that user with the socket as
 * sd_listen_fds(3) says, and again whenever it ends, with its process id in
 * the file. SIGTERM: lets it end in its own time, and tells its exit code.
 */

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LISTEN_FD 3
#define QUEUE 512

#define PAUSE_US 100000	/* one that failed is started again after it */

static volatile sig_atomic_t stopping;
static volatile pid_t child;

static void
stop(int number)
{
	(void)number;
	stopping = 1;
	if (child > 0)
		kill(child, SIGTERM);
}

static void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd == -1 || strlen(path) >= sizeof(address.sun_path))
		die(path);
	strcpy(address.sun_path, path);
	unlink(path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    -1 || chmod(path, 0666) == -1 || listen(fd, QUEUE) == -1)
		die(path);
	return fd;
}

static pid_t
start(int fd, const char *uid, const char *gid, char **program)
{
	char number[32];
	gid_t group = (gid_t)atol(gid);
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	snprintf(number, sizeof(number), "%ld", (long)getpid());
	setenv("LISTEN_PID", number, 1);
	setenv("LISTEN_FDS", "1", 1);
	if (dup2(fd, LISTEN_FD) == -1 || setgroups(1, &group) == -1 ||
	    setgid(group) == -1 || setuid((uid_t)atol(uid)) == -1)
		die("setuid");
	execv(program[0], program);
	die(program[0]);
	return -1;
}

static void
note_pid(const char *file, pid_t pid)
{
	FILE *f = fopen(file, "w");

	if (f == NULL || fprintf(f, "%ld\n", (long)pid) < 0 ||
	    fclose(f) == EOF)
		die(file);
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	int fd, code = 0;

	if (argc < 6)
		return EXIT_FAILURE;
	sigaction(SIGTERM, &action, NULL);
	fd = listen_at(argv[1]);
	while (!stopping) {
		if ((child = start(fd, argv[3], argv[4], argv + 5)) == -1)
			die("fork");
		note_pid(argv[2], child);
		if (stopping)
			kill(child, SIGTERM);
		while (waitpid(child, &code, 0) == -1 && errno == EINTR)
			;
		if (WIFEXITED(code) && WEXITSTATUS(code) != 0)
			usleep(PAUSE_US);
	}
	unlink(argv[1]);
	return WIFEXITED(code) ? WEXITSTATUS(code) : EXIT_FAILURE;
}
