/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * PAM stacks beside each other, in one run; run-bench prepares the services
 * in CONFDIR. Each login is a process of its own, as under sshd, that loads
 * its modules itself; in each round every SERVICE has its turn, and another
 * one is first. The last SERVICE is the peer that ratios compare with, round
 * by round. The password is the first line of standard input.
 *
 *	login whole CONFDIR USER ROUNDS SERVICE...
 *		pam_start, auth, acct, pam_end; each must succeed
 *	login load CONFDIR USER ROUNDS SERVICE...
 *		pam_start and pam_end alone: modules are loaded and dropped
 *	login calls CONFDIR USER LOGINS SERVICE
 *		that many logins and no word: for strace
 *	login burst CONFDIR USER GUESSES SERVICE...
 *		so many processes with a wrong password at the same instant
 *	login spray CONFDIR PREFIX NAMES SERVICE...
 *		one wrong password for PREFIX1, PREFIX2 ..., SPRAYERS at a time
 *
 * pam_unix of Linux-PAM 1.5 computes each hash twice (crypt_r is the argument
 * of a macro that evaluates it twice); in a SERVICE whose name begins with
 * `once-` the second answer is that of the first, as in later versions.
 *
 * `verified`: how often crypt computed with the account's own setting (of
 * anybody's in a spray), counted in the processes themselves: the functions
 * that modules call are exported from here.
 */

#include <crypt.h>
#include <dlfcn.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <shadow.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PASSWORD_MAX 512
#define SETTING_MAX 384
#define ROUNDS_MAX 100000
#define SERVICES_MAX 8
#define SPRAYERS 8
#define NS_PER_US 1000
#define NS_PER_SECOND INT64_C(1000000000)

struct figures {
	int64_t elapsed_ns, cpu_us;
	long memory_kb;
};

static struct shared {
	atomic_int ready, go, verified, opened, refused;
	struct figures last;
	char setting[SETTING_MAX];
} *shared;

static char password[PASSWORD_MAX];
static bool once;

/* ---- What the modules call ---- */

/* The setting of a hash is all but its last field. */
static void
count(const char *setting)
{
	size_t length = strlen(shared->setting);

	if (length > 0 && strncmp(setting, shared->setting, length) == 0)
		atomic_fetch_add(&shared->verified, 1);
}

/* The library that a module brought along. */
static void *
real_crypt(const char *name)
{
	void *library = dlopen("libcrypt.so.1", RTLD_LAZY | RTLD_NOLOAD);

	return library == NULL ? NULL : dlsym(library, name);
}

char *
crypt_r(const char *phrase, const char *setting, struct crypt_data *data)
{
	static char *(*next)(const char *, const char *, struct crypt_data *);

	if (once && strcmp(data->output, setting) == 0)
		return data->output;
	if (next == NULL)
		*(void **)&next = real_crypt("crypt_r");
	count(setting);
	return next(phrase, setting, data);
}

char *
crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	static char *(*next)(const char *, const char *, void *, int);

	if (next == NULL)
		*(void **)&next = real_crypt("crypt_rn");
	count(setting);
	return next(phrase, setting, data, size);
}

/* ---- One login ---- */

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "login: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

static int
answer(int n, const struct pam_message **messages,
    struct pam_response **answers, void *arg)
{
	*answers = calloc((size_t)n, sizeof(**answers));
	for (int i = 0; *answers != NULL && i < n; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*answers)[i].resp = strdup(arg);
	return *answers == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

/* libpam calls this instead of sleeping after a refusal. */
static void
no_delay(int code, unsigned microseconds, void *arg)
{
	(void)code;
	(void)microseconds;
	(void)arg;
}

static pam_handle_t *
start(const char *confdir, const char *service, const char *user)
{
	static const struct pam_conv conversation = { answer, password };
	pam_handle_t *pamh = NULL;

	once = strncmp(service, "once-", strlen("once-")) == 0;
	if (pam_start_confdir(service, user, &conversation, confdir,
	    &pamh) != PAM_SUCCESS || pam_set_item(pamh, PAM_FAIL_DELAY,
	    (const void *)no_delay) != PAM_SUCCESS)
		die(service, "pam_start");
	return pamh;
}

static int
log_in(const char *confdir, const char *service, const char *user)
{
	pam_handle_t *pamh = start(confdir, service, user);
	int r = pam_authenticate(pamh, 0);

	if (r == PAM_SUCCESS)
		r = pam_acct_mgmt(pamh, 0);
	pam_end(pamh, r);
	return r;
}

static int
load(const char *confdir, const char *service, const char *user)
{
	return pam_end(start(confdir, service, user), PAM_SUCCESS);
}

typedef int work_fn(const char *confdir, const char *service,
    const char *user);

static bool
in_child(work_fn *work, const char *confdir, const char *service,
    const char *user)
{
	struct rusage use;
	int status = 0;
	pid_t pid = fork();

	if (pid == -1)
		die(service, "fork");
	if (pid == 0) {
		int64_t begun = now_ns();
		int r = work(confdir, service, user);

		shared->last.elapsed_ns = now_ns() - begun;
		_exit(r == PAM_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	if (wait4(pid, &status, 0, &use) != pid)
		die(service, "wait");
	shared->last.cpu_us = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) *
	    INT64_C(1000000) + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
	shared->last.memory_kb = use.ru_maxrss;
	return status == 0;
}

/* ---- One after the other ---- */

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Minimum, median, maximum. */
static void
tell(const char *what, int decimals, const char *unit, double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), by_size);
	printf("  %s %.*f %.*f %.*f%s", what, decimals, values[0], decimals,
	    values[n / 2], decimals, values[n - 1], unit);
}

static void
tell_service(const struct figures *own, const struct figures *peer, int n,
    const char *service)
{
	double *values = calloc((size_t)n, sizeof(*values));

	if (values == NULL)
		die(service, "out of memory");
	printf("  %-18s", service);
	for (int i = 0; i < n; i++)
		values[i] = (double)own[i].elapsed_ns /
		    (double)peer[i].elapsed_ns;
	tell("ratio", 3, "", values, n);
	for (int i = 0; i < n; i++)
		values[i] = (double)own[i].elapsed_ns / NS_PER_US;
	tell("time", 0, " us", values, n);
	for (int i = 0; i < n; i++)
		values[i] = (double)own[i].cpu_us;
	tell("cpu", 0, " us", values, n);
	for (int i = 0; i < n; i++)
		values[i] = (double)own[i].memory_kb;
	tell("memory", 0, " kB\n", values, n);
	free(values);
}

static void
alternate(work_fn *work, const char *confdir, const char *user, int rounds,
    int services, char **service)
{
	struct figures *all = calloc((size_t)(services * rounds),
	    sizeof(*all));

	if (all == NULL)
		die("alternate", "out of memory");
	/* The round before the first one fills the caches. */
	for (int round = -1; round < rounds; round++) {
		for (int i = 0; i < services; i++) {
			int s = (i + round + 1) % services;

			if (!in_child(work, confdir, service[s], user))
				die(service[s], "no success");
			if (round >= 0)
				all[s * rounds + round] = shared->last;
		}
	}
	for (int s = 0; s < services; s++)
		tell_service(all + s * rounds, all + (services - 1) * rounds,
		    rounds, service[s]);
	free(all);
}

/* ---- All at once ---- */

static void
learn_setting(const char *user)
{
	const struct spwd *entry = getspnam(user);
	const char *end = entry == NULL ? NULL :
	    strrchr(entry->sp_pwdp, '$');

	if (end == NULL || (size_t)(end - entry->sp_pwdp) >= SETTING_MAX)
		die(user, "no hash in /etc/shadow");
	memcpy(shared->setting, entry->sp_pwdp,
	    (size_t)(end - entry->sp_pwdp));
}

static void
guess(const char *confdir, const char *service, const char *user)
{
	if (log_in(confdir, service, user) == PAM_SUCCESS)
		atomic_fetch_add(&shared->opened, 1);
	else
		atomic_fetch_add(&shared->refused, 1);
}

static void
reset(void)
{
	atomic_store(&shared->ready, 0);
	atomic_store(&shared->go, 0);
	atomic_store(&shared->verified, 0);
	atomic_store(&shared->opened, 0);
	atomic_store(&shared->refused, 0);
}

/* From the starting shot until the last one has gone. */
static void
tell_crowd(const char *service, int processes)
{
	struct rusage use;
	int64_t begun;
	double seconds;

	while (atomic_load(&shared->ready) < processes)
		sched_yield();
	begun = now_ns();
	atomic_store(&shared->go, 1);
	while (wait(NULL) > 0)
		;
	seconds = (double)(now_ns() - begun) / (double)NS_PER_SECOND;
	getrusage(RUSAGE_CHILDREN, &use);
	printf("  %-18s %6d refused, %d opened, %6d verified, %.2f s, "
	    "%.0f a second, largest process %ld kB\n", service,
	    atomic_load(&shared->refused), atomic_load(&shared->opened),
	    atomic_load(&shared->verified), seconds,
	    atomic_load(&shared->refused) / seconds, use.ru_maxrss);
}

static void
begin_together(void)
{
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->go))
		sched_yield();
}

static void
burst(const char *confdir, const char *user, int guesses,
    const char *service)
{
	reset();
	learn_setting(user);
	fflush(stdout);
	for (int i = 0; i < guesses; i++) {
		if (fork() != 0)
			continue;
		snprintf(password, sizeof(password), "Wr0ng-guess-%d", i);
		begin_together();
		guess(confdir, service, user);
		_exit(EXIT_SUCCESS);
	}
	tell_crowd(service, guesses);
}

/* Each name in a process of its own, as a server has it. */
static void
spray_share(const char *confdir, const char *prefix, int first, int names,
    const char *service)
{
	char user[64];

	begin_together();
	for (int i = first; i <= names; i += SPRAYERS) {
		snprintf(user, sizeof(user), "%s%d", prefix, i);
		if (fork() == 0) {
			guess(confdir, service, user);
			_exit(EXIT_SUCCESS);
		}
		while (wait(NULL) > 0)
			;
	}
	_exit(EXIT_SUCCESS);
}

static void
spray(const char *confdir, const char *prefix, int names,
    const char *service)
{
	reset();
	strcpy(shared->setting, "$");
	snprintf(password, sizeof(password), "Wr0ng-guess");
	fflush(stdout);
	for (int i = 1; i <= SPRAYERS; i++)
		if (fork() == 0)
			spray_share(confdir, prefix, i, names, service);
	tell_crowd(service, SPRAYERS);
}

int
main(int argc, char **argv)
{
	int n = argc > 5 ? atoi(argv[4]) : 0;

	if (n < 1 || n > ROUNDS_MAX || argc - 5 > SERVICES_MAX ||
	    fgets(password, sizeof(password), stdin) == NULL) {
		fprintf(stderr, "usage: see the top of login.c\n");
		return EXIT_FAILURE;
	}
	password[strcspn(password, "\n")] = '\0';
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap", "out of memory");
	if (strcmp(argv[1], "whole") == 0)
		alternate(log_in, argv[2], argv[3], n, argc - 5, argv + 5);
	else if (strcmp(argv[1], "load") == 0)
		alternate(load, argv[2], argv[3], n, argc - 5, argv + 5);
	else if (strcmp(argv[1], "calls") == 0)
		while (n-- > 0)
			if (!in_child(log_in, argv[2], argv[5], argv[3]))
				die(argv[5], "no success");
	for (int i = 5; i < argc && strcmp(argv[1], "burst") == 0; i++)
		burst(argv[2], argv[3], n, argv[i]);
	for (int i = 5; i < argc && strcmp(argv[1], "spray") == 0; i++)
		spray(argv[2], argv[3], n, argv[i]);
	return EXIT_SUCCESS;
}
