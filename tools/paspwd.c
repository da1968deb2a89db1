/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* paspwd: the agent. It stays in the foreground; systemd or whatever runs at
 * boot starts it, with or without the socket. */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "agent/loop.h"
#include "remote/way.h"

/* Everybody may ask; who it is, the kernel tells. */
#define SOCKET_UMASK 0111
#define FILE_UMASK 0077
/* Connections that wait to be accepted, as Backlog of the socket's unit: the
 * storms bring 500 at once. */
#define QUEUE 512
#define LISTEN_FD 3		/* what systemd passes first */
#define DECIMAL 10

struct options {
	const char *config;
	const char *socket;
};

static int
usage(FILE *to, int code)
{
	fputs("usage: paspwd [--config FILE] [--socket PATH]\n"
	    "Serve the stores of paspw to the programs of this host.\n"
	    "  --config FILE  instead of the default configuration\n"
	    "  --socket PATH  instead of " WAY_SOCKET_PATH "\n"
	    "  --help, --version\n"
	    "SIGHUP reads the configuration again, SIGTERM ends it.\n", to);
	return code;
}

/* -1: go on; else the exit code. */
static int
parse(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (option) {
		case 'c':
			o->config = optarg;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 'h':
			return usage(stdout, EX_OK);
		case 'V':
			puts("paspwd " PASPW_VERSION);
			return EX_OK;
		default:
			return usage(stderr, EX_USAGE);
		}
	return optind == argc ? -1 : usage(stderr, EX_USAGE);
}

/* ---- The socket ---- */

/* One that was passed to us, as sd_listen_fds(3) says; -1: none was. */
static int
passed_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int listening = 0, domain = 0;
	socklen_t size = sizeof(int);

	if (pid == NULL || fds == NULL || strcmp(fds, "1") != 0 ||
	    strtol(pid, NULL, DECIMAL) != (long)getpid())
		return -1;
	if (getsockopt(LISTEN_FD, SOL_SOCKET, SO_ACCEPTCONN, &listening,
	    &size) == -1 || !listening || getsockopt(LISTEN_FD, SOL_SOCKET,
	    SO_DOMAIN, &domain, &size) == -1 || domain != AF_UNIX)
		return -1;
	return LISTEN_FD;
}

/* What an agent left behind that was killed; one that lives stays. */
static bool
clear_path(int fd, const struct sockaddr_un *address)
{
	struct stat st;

	if (lstat(address->sun_path, &st) == -1)
		return errno == ENOENT;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return false;
	}
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) ==
	    0 || errno != ECONNREFUSED) {
		errno = EADDRINUSE;
		return false;
	}
	return unlink(address->sun_path) == 0;
}

static int
own_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int probe, fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	umask(SOCKET_UMASK);
	if (probe == -1 || fd == -1 || !clear_path(probe, &address) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    -1 || listen(fd, QUEUE) == -1) {
		if (fd != -1)
			close(fd);
		fd = -1;
	}
	umask(FILE_UMASK);
	if (probe != -1)
		close(probe);
	return fd;
}

/* ---- The process ---- */

/* A core would hold passwords, a debugger of the same user reads them. */
static bool
harden(void)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit files;
	sigset_t blocked;

	sigfillset(&blocked);
	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1 ||
	    sigprocmask(SIG_BLOCK, &blocked, NULL) == -1)
		return false;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	return true;
}

static int
serve(const struct options *o)
{
	int listener = passed_socket(), code;
	bool own = listener == -1;

	if (own && (listener = own_socket(o->socket)) == -1) {
		fprintf(stderr, "paspwd: %s: %s\n", o->socket,
		    strerror(errno));
		return EX_CANTCREAT;
	}
	code = agent_loop(o->config, listener);
	if (own)
		unlink(o->socket);
	return code;
}

int
main(int argc, char **argv)
{
	struct options o = { NULL, WAY_SOCKET_PATH };
	int code;

	if (getauxval(AT_SECURE) != 0) {
		fputs("paspwd: must not be set-id\n", stderr);
		return EX_NOPERM;
	}
	if ((code = parse(&o, argc, argv)) != -1)
		return code;
	umask(FILE_UMASK);
	openlog("paspwd", LOG_PID, LOG_AUTHPRIV);
	if (!harden()) {
		perror("paspwd");
		return EX_OSERR;
	}
	return serve(&o);
}
