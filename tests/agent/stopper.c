/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * stopper HOW COUNT UID MILLISECONDS STORE PERSON... -- VICTIM...
 *
 * COUNT times: a person of this uid runs PERSON, a program that uses a store
 * all the time, and stops it at a random instant, at most 30 ms after that
 * many milliseconds, when it is at work; then probe (beside us) sees whether
 * the store's lock is free, and VICTIM, somebody
 * else's login, runs beside it. Then the person's program is killed.
 * HOW: signal (SIGSTOP by the person), terminal (Ctrl-Z on its terminal),
 * freeze (a control group of the person's, STOPPER_GROUP), or none (to
 * compare). PERSON begins as that user; for roots-terminal and roots-freeze it
 * is root's own program, as under sudo.
 *
 * Prints how many victims there were, how often the program was really
 * stopped, how many victims failed, and the median and longest time of the
 * others; and the longest time of /bin/true beside them, which says what the
 * machine itself makes somebody wait; and how often the lock was never free.
 * What the victims said goes to standard error.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_SECOND 1000
#define NS_PER_MS 1000000
#define US_PER_MS 1000
#define US_PER_SECOND 1000000
#define COUNT_MAX 4096
#define SPREAD_US 30000
#define SETTLE_MS 10		/* until a stop is everywhere */
#define SETTLE_MAX 10		/* times that: it may be held for a while */
#define PATH_SIZE 512
#define CTRL_Z "\x1a"

struct person {
	pid_t pid;			/* and of its process group */
	pid_t shell;			/* leads its session, or -1 */
	int terminal;			/* -1: none */
	int told;			/* by the shell: it was stopped */
};

static const char *how, *group;
static uid_t uid;

static void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * MS_PER_SECOND + t.tv_nsec / NS_PER_MS;
}

static void
nap_us(uint32_t us)
{
	struct timespec nap = { us / US_PER_SECOND,
	    (long)(us % US_PER_SECOND) * US_PER_MS };

	while (nanosleep(&nap, &nap) == -1 && errno == EINTR)
		;
}

static bool
is(const char *word)
{
	return strcmp(how, word) == 0;
}

static bool
on_terminal(void)
{
	return is("terminal") || is("roots-terminal");
}

static bool
in_group(void)
{
	return is("freeze") || is("roots-freeze");
}

static bool
as_root(void)
{
	return is("roots-terminal") || is("roots-freeze");
}

/* ---- A control group that the person may freeze ---- */

static void
write_group(const char *file, const char *text, bool must)
{
	char path[PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = open(path, O_WRONLY);
	if ((fd == -1 || write(fd, text, strlen(text)) == -1) && must)
		die(path);
	if (fd != -1)
		close(fd);
}

static bool
is_v1(void)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/freezer.state", group);
	return access(path, F_OK) == 0;
}

static void
freeze(bool on)
{
	if (is_v1())
		write_group("freezer.state", on ? "FROZEN" : "THAWED", true);
	else
		write_group("cgroup.freeze", on ? "1" : "0", true);
}

/* ---- The person ---- */

static void
become_person(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!on_terminal())
		dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	if (in_group())
		write_group("cgroup.procs", "0", true);
	if (!as_root() && (setgroups(0, NULL) == -1 ||
	    setgid((gid_t)uid) == -1 || setuid(uid) == -1))
		_exit(EXIT_FAILURE);
	execv(argv[0], argv);
	_exit(EXIT_FAILURE);
}

/* What a shell does: Ctrl-Z stops nothing in a group whose parents are all in
 * another session. */
static void
be_shell(char **argv, int tell)
{
	pid_t pid;
	int code;

	signal(SIGTTOU, SIG_IGN);
	if ((pid = fork()) == 0) {
		setpgid(0, 0);
		tcsetpgrp(STDIN_FILENO, getpid());
		signal(SIGTTOU, SIG_DFL);
		become_person(argv);
	}
	setpgid(pid, pid);
	if (write(tell, &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
		_exit(EXIT_FAILURE);
	while (waitpid(pid, &code, WUNTRACED) == pid && WIFSTOPPED(code))
		if (write(tell, "", 1) != 1)
			break;
	_exit(EXIT_SUCCESS);
}

static struct person
start_on_terminal(char **argv)
{
	struct person p = { -1, -1, -1, -1 };
	int tell[2];

	if (pipe(tell) == -1 ||
	    (p.shell = forkpty(&p.terminal, NULL, NULL, NULL)) == -1)
		die("forkpty");
	if (p.shell == 0)
		be_shell(argv, tell[1]);
	close(tell[1]);
	p.told = tell[0];
	if (read(p.told, &p.pid, sizeof(p.pid)) != (ssize_t)sizeof(p.pid))
		die("shell");
	if (fcntl(p.told, F_SETFL, O_NONBLOCK) == -1)
		die("pipe");
	return p;
}

static struct person
start(char **argv)
{
	struct person p = { -1, -1, -1, -1 };

	if (on_terminal())
		return start_on_terminal(argv);
	if ((p.pid = fork()) == -1)
		die("fork");
	if (p.pid == 0) {
		setpgid(0, 0);
		become_person(argv);
	}
	setpgid(p.pid, p.pid);
	return p;
}

/* As the person may: with his rights, not with ours. */
static void
stop_by_signal(pid_t pid)
{
	pid_t child = fork();

	if (child == 0) {
		if (setuid(uid) == -1 || kill(-pid, SIGSTOP) == -1)
			_exit(EXIT_FAILURE);
		_exit(EXIT_SUCCESS);
	}
	while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
		;
}

static void
stop(const struct person *p)
{
	if (is("signal"))
		stop_by_signal(p->pid);
	else if (on_terminal() && write(p->terminal, CTRL_Z, 1) != 1)
		die("terminal");
	else if (in_group())
		freeze(true);
}

/* Is it? It may have ended, or not have heard of it. */
static bool
is_stopped(const struct person *p)
{
	int code = 0;
	char one;

	if (on_terminal())
		return read(p->told, &one, 1) == 1;
	if (in_group())
		return waitpid(p->pid, &code, WNOHANG) == 0;
	return waitpid(p->pid, &code, WNOHANG | WUNTRACED) == p->pid &&
	    WIFSTOPPED(code);
}

static bool
settles(const struct person *p)
{
	for (int i = 0; i < SETTLE_MAX; i++) {
		nap_us(SETTLE_MS * US_PER_MS);
		if (is("none") || is_stopped(p))
			return !is("none");
	}
	return false;
}

static void
reap(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

static void
end(struct person *p)
{
	if (in_group())
		freeze(false);
	kill(-p->pid, SIGKILL);
	if (p->shell == -1) {
		reap(p->pid);
		return;
	}
	reap(p->shell);
	close(p->terminal);
	close(p->told);
}

/* ---- The victim ---- */

static bool
passes(char **argv, int64_t *ms)
{
	int64_t begin = now_ms();
	int code = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(EXIT_FAILURE);
	}
	while (waitpid(pid, &code, 0) == -1 && errno == EINTR)
		;
	*ms = now_ms() - begin;
	return WIFEXITED(code) && WEXITSTATUS(code) == 0;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct tally {
	int victims, stopped, locked, passed;
	int64_t machine;
	int64_t times[COUNT_MAX];
};

static void
tell(struct tally *t)
{
	qsort(t->times, (size_t)t->passed, sizeof(t->times[0]), by_value);
	printf("%d victims\n%d stopped\n%d locked\n%d failed\n", t->victims,
	    t->stopped, t->locked, t->victims - t->passed);
	printf("median %lld\nlongest %lld\nmachine %lld\n",
	    t->passed == 0 ? -1 : (long long)t->times[t->passed / 2],
	    t->passed == 0 ? -1 : (long long)t->times[t->passed - 1],
	    (long long)t->machine);
}

/* One person, stopped after that long. */
static void
once(struct tally *t, uint32_t us, char **program, char **probe,
    char **victim)
{
	char *nothing[] = { (char[]){ "/bin/true" }, NULL };
	struct person p = start(program);
	bool stopped;
	int64_t ms;

	nap_us(us);
	if (!is("none"))
		stop(&p);
	stopped = settles(&p);
	t->victims++;
	t->stopped += stopped;
	t->locked += !passes(probe, &ms);
	if (passes(victim, &ms))
		t->times[t->passed++] = ms;
	if (passes(nothing, &ms) && ms > t->machine)
		t->machine = ms;
	end(&p);
}

int
main(int argc, char **argv)
{
	static struct tally tally;
	char **program = argv + 6, **victim = program;
	char path[PATH_SIZE], *probe[] = { path, NULL, NULL };
	const char *slash = strrchr(argv[0], '/');
	int count;

	if (argc < 9 || (count = atoi(argv[2])) > COUNT_MAX || slash == NULL)
		return EXIT_FAILURE;
	how = argv[1];
	uid = (uid_t)atol(argv[3]);
	probe[1] = argv[5];
	snprintf(path, sizeof(path), "%.*s/probe", (int)(slash - argv[0]),
	    argv[0]);
	group = getenv("STOPPER_GROUP");
	while (*victim != NULL && strcmp(*victim, "--") != 0)
		victim++;
	if (*victim == NULL || (in_group() && group == NULL))
		return EXIT_FAILURE;
	*victim++ = NULL;
	for (int i = 0; i < count; i++) {
		uint32_t random = 0;

		if (getrandom(&random, sizeof(random), 0) == -1)
			die("getrandom");
		once(&tally, (uint32_t)atoi(argv[4]) * US_PER_MS +
		    random % SPREAD_US, program, probe, victim);
	}
	tell(&tally);
	return EXIT_SUCCESS;
}
