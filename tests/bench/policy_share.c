/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * policy_share CONFIG fresh|kept PROCESSES LOGINS PAUSE USER...: what the
 * policy costs a correct login, the hash left out (linked with
 * --wrap=crypt_rn: it sleeps for PAUSE milliseconds instead, which are not
 * counted; 0: nothing but policy, the worst crowd). Each process logs in to
 * its own USER (in turn) LOGINS times, `fresh` with open and close as sshd
 * does, `kept` on one handle.
 * Prints microseconds:
 *
 *	fresh 8 processes: min 380 median 420 p99 2100 max 5300 cpu 390
 *
 * cpu is the mean of processor time, which other load changes least.
 */

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/wait.h"
#include "handle.h"

#define PROCESSES_MAX 64
#define LOGINS_MAX 100000
#define NS_PER_US 1000

static char stored[HASH_MAX];
static struct timespec pause_time;
static int64_t paused_ns;
char *__wrap_crypt_rn(const char *, const char *, void *, int);

char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	int64_t start = wait_now_ns();

	(void)phrase;
	(void)setting;
	(void)size;
	if (pause_time.tv_nsec > 0)
		nanosleep(&pause_time, NULL);
	paused_ns += wait_now_ns() - start;
	return strcpy(((struct crypt_data *)data)->output, stored);
}

/* Of all children so far. */
static long
cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000L +
	    u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void
fail(struct paspw *h)
{
	fprintf(stderr, "policy_share: %s\n", paspw_detail(h));
	_exit(EXIT_FAILURE);
}

static struct paspw *
opened(const char *config)
{
	struct paspw *h = NULL;

	if (paspw_open(&h, config, PASPW_LOGIN) != PASPW_OK)
		fail(h);
	return h;
}

static void
learn_hash(const char *config, const char *user)
{
	struct paspw *h = opened(config);
	struct subject s;

	if (handle_load(h, user, &s) != PASPW_OK)
		fail(h);
	memcpy(stored, s.account.hash, sizeof(stored));
	subject_wipe(&s);
	paspw_close(&h);
}

static void
login(struct paspw *h, const char *user)
{
	enum paspw_verdict verdict = PASPW_REFUSED;

	if (paspw_authenticate(h, user, "any", 3, &verdict) != PASPW_OK ||
	    verdict != PASPW_ACCEPTED)
		fail(h);
}

static void
run(const char *config, bool fresh, const char *user, int logins,
    int64_t *times)
{
	struct paspw *h = NULL;

	learn_hash(config, user);
	if (!fresh) {
		h = opened(config);
		login(h, user);
	}
	for (int i = 0; i < logins; i++) {
		int64_t start = wait_now_ns();

		paused_ns = 0;
		if (fresh)
			h = opened(config);
		login(h, user);
		if (fresh)
			paspw_close(&h);
		times[i] = wait_now_ns() - start - paused_ns;
	}
	paspw_close(&h);
	_exit(EXIT_SUCCESS);
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	int processes, logins, status = 0, failed = 0;
	size_t count;
	int64_t *times;
	bool fresh;

	if (argc < 7 || (processes = atoi(argv[3])) < 1 ||
	    processes > PROCESSES_MAX || (logins = atoi(argv[4])) < 1 ||
	    logins > LOGINS_MAX) {
		fprintf(stderr, "usage: policy_share CONFIG fresh|kept "
		    "PROCESSES LOGINS PAUSE USER...\n");
		return EXIT_FAILURE;
	}
	pause_time.tv_nsec = atol(argv[5]) % 1000 * NS_PER_US * 1000;
	fresh = strcmp(argv[2], "fresh") == 0;
	count = (size_t)processes * (size_t)logins;
	times = mmap(NULL, count * sizeof(*times), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (times == MAP_FAILED)
		return EXIT_FAILURE;
	fflush(stdout);
	for (int i = 0; i < processes; i++)
		if (fork() == 0)
			run(argv[1], fresh, argv[6 + i % (argc - 6)], logins,
			    times + (size_t)i * (size_t)logins);
	while (wait(&status) > 0)
		failed |= status;
	if (failed != 0)
		return EXIT_FAILURE;
	qsort(times, count, sizeof(*times), compare);
	printf("%s %d processes: min %ld median %ld p99 %ld max %ld "
	    "cpu %ld\n",
	    fresh ? "fresh" : "kept", processes,
	    (long)(times[0] / NS_PER_US), (long)(times[count / 2] / NS_PER_US),
	    (long)(times[count * 99 / 100] / NS_PER_US),
	    (long)(times[count - 1] / NS_PER_US),
	    cpu_us() / (long)count);
	return EXIT_SUCCESS;
}
