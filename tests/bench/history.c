/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * What one change of a password costs, ours beside pam_pwhistory; see
 * history.sh, which prepares the files of both.
 *
 *	history ours CONFIG HASH NAME FROM TO
 *	history theirs CONFDIR HASH NAME FROM TO
 *		change the password of NAME1, NAME2 ... (ours are issued first,
 *		and changed until their history is full), and print the median
 *		in microseconds; HASH: real, or none (it answers at once)
 *	history race-ours CONFIG PROCESSES NAME TO
 *	history race-theirs CONFDIR PROCESSES NAME TO
 *		that many processes change them at the same instant, each its
 *		share; prints for ours how many old passwords are known after
 *		it, and for both how many changes were said to be done
 *
 * A change is what passwd(1) would do: open, change, close.
 */

#include <crypt.h>
#include <dlfcn.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "handle.h"

#define SERVICE "history"
#define ROUNDS_MAX 1000
#define ENTRIES 5		/* old passwords, unless $BENCH_ENTRIES */
#define DIGEST 43
#define NS_PER_US 1000

static bool real = true;
static int full = ENTRIES + 1;	/* with the current one */
static struct shared {
	atomic_int ready, go, done;
} *shared;

char *__real_crypt_rn(const char *, const char *, void *, int);
char *__wrap_crypt_rn(const char *, const char *, void *, int);

/* Looks like a hash, and is another one for another password. */
static char *
stand_in(const char *phrase, const char *setting, struct crypt_data *data)
{
	uint64_t sum = UINT64_C(14695981039346656037);
	const char *end = strchr(setting, '\0');

	for (; *phrase != '\0'; phrase++)
		sum = (sum ^ (unsigned char)*phrase) * UINT64_C(1099511628211);
	/* a whole hash in place of its setting */
	if (end - setting > DIGEST + 8)
		end -= DIGEST + 1;
	snprintf(data->output, sizeof(data->output), "%.*s$%0*llu",
	    (int)(end - setting), setting, DIGEST, (unsigned long long)sum);
	return data->output;
}

/* ours */
char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	return real ? __real_crypt_rn(phrase, setting, data, size) :
	    stand_in(phrase, setting, data);
}

/* theirs: found before libcrypt's (--export-dynamic-symbol) */
char *
crypt_r(const char *phrase, const char *setting, struct crypt_data *data)
{
	static char *(*next)(const char *, const char *, struct crypt_data *);

	if (!real)
		return stand_in(phrase, setting, data);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "crypt_r");
	return next(phrase, setting, data);
}

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "history: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

/* Different enough for every rule; two calls may be used at once. */
static const char *
password(int i)
{
	static char text[2][64];

	snprintf(text[i % 2], sizeof(text[0]), "%c%dkelp;%dTundra%d",
	    'a' + i % 26, 1009 * (i + 1), 7919 * (i + 1), 31 * (i + 1));
	return text[i % 2];
}

/* ---- Ours ---- */

static struct paspw *
opened(const char *config)
{
	struct paspw *h = NULL;

	if (paspw_open(&h, config, 0) != PASPW_OK)
		die("open", paspw_detail(h));
	return h;
}

static enum paspw_verdict
change(struct paspw *h, const char *user, int i)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	const char *old = password(i - 1), *new = password(i);

	if (paspw_change(h, user, old, strlen(old), new, strlen(new), NULL,
	    &verdict) != PASPW_OK)
		die(user, paspw_detail(h));
	return verdict;
}

static void
issue(struct paspw *h, const char *user, int changes)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	const char *first = password(0);

	if (paspw_add(h, user, first, strlen(first), NULL, NULL, &verdict) !=
	    PASPW_OK || verdict != PASPW_ACCEPTED)
		die(user, paspw_detail(h));
	for (int i = 1; i <= changes; i++)
		if (change(h, user, i) != PASPW_ACCEPTED)
			die(user, "not changed");
}

static bool
change_ours(const char *config, const char *user, int i)
{
	struct paspw *h = opened(config);
	bool done = change(h, user, i) == PASPW_ACCEPTED;

	paspw_close(&h);
	return done;
}

/* ---- Theirs ---- */

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **answers, void *arg)
{
	(void)messages;
	*answers = calloc((size_t)count, sizeof(**answers));
	for (int i = 0; *answers != NULL && i < count; i++)
		(*answers)[i].resp = strdup(arg);
	return *answers == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static bool
change_theirs(const char *confdir, const char *user, int i)
{
	char new[64];
	struct pam_conv conversation = { answer, new };
	pam_handle_t *pamh = NULL;
	int r;

	snprintf(new, sizeof(new), "%s", password(i));
	if (pam_start_confdir(SERVICE, user, &conversation, confdir,
	    &pamh) != PAM_SUCCESS)
		die(user, "pam_start");
	r = pam_chauthtok(pamh, 0);
	pam_end(pamh, r);
	return r == PAM_SUCCESS;
}

/* ---- One after the other ---- */

typedef bool change_fn(const char *where, const char *user, int i);

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
measure(change_fn *change_one, const char *where, const char *name, int from,
    int to)
{
	static int64_t times[ROUNDS_MAX];
	char user[64];
	int n = 0;

	for (int i = from; i <= to && n < ROUNDS_MAX; i++) {
		int64_t start;

		snprintf(user, sizeof(user), "%s%d", name, i);
		start = wait_now_ns();
		if (!change_one(where, user, full))
			die(user, "not changed");
		times[n++] = wait_now_ns() - start;
	}
	qsort(times, (size_t)n, sizeof(times[0]), by_size);
	printf("%lld\n", (long long)times[n / 2] / NS_PER_US);
}

static void
prepare(const char *config, const char *name, int from, int to, int changes)
{
	struct paspw *h = opened(config);
	char user[64];

	for (int i = from; i <= to; i++) {
		snprintf(user, sizeof(user), "%s%d", name, i);
		issue(h, user, changes);
	}
	paspw_close(&h);
}

/* ---- All at once ---- */

static void
share(change_fn *change_one, const char *where, const char *name, int first,
    int step, int to)
{
	char user[64];

	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->go))
		sched_yield();
	for (int i = first; i <= to; i += step) {
		snprintf(user, sizeof(user), "%s%d", name, i);
		if (change_one(where, user, 1))
			atomic_fetch_add(&shared->done, 1);
	}
	_exit(EXIT_SUCCESS);
}

static void
race(change_fn *change_one, const char *where, const char *name, int processes,
    int to)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("race", "no memory");
	for (int i = 1; i <= processes; i++)
		if (fork() == 0)
			share(change_one, where, name, i, processes, to);
	while (atomic_load(&shared->ready) < processes)
		sched_yield();
	atomic_store(&shared->go, 1);
	while (wait(NULL) > 0)
		;
}

/* How many would have their old password refused. */
static int
known(const char *config, const char *name, int to)
{
	struct paspw *h = opened(config);
	const char *old = password(0), *new = password(1);
	enum paspw_verdict verdict;
	char user[64];
	int n = 0;

	for (int i = 1; i <= to; i++) {
		snprintf(user, sizeof(user), "%s%d", name, i);
		if (paspw_change(h, user, new, strlen(new), old, strlen(old),
		    NULL, &verdict) != PASPW_OK)
			die(user, paspw_detail(h));
		n += verdict == PASPW_REUSED;
	}
	paspw_close(&h);
	return n;
}

int
main(int argc, char **argv)
{
	int from = argc > 5 ? atoi(argv[5]) : 0;
	int to = argc > 6 ? atoi(argv[6]) : from;
	const char *entries = getenv("BENCH_ENTRIES");

	if (entries != NULL)
		full = atoi(entries) + 1;
	real = argc > 3 && strcmp(argv[3], "real") == 0;
	if (argc == 7 && strcmp(argv[1], "ours") == 0) {
		prepare(argv[2], argv[4], from, to, full - 1);
		measure(change_ours, argv[2], argv[4], from, to);
	} else if (argc == 7 && strcmp(argv[1], "theirs") == 0) {
		measure(change_theirs, argv[2], argv[4], from, to);
	} else if (argc == 6 && strcmp(argv[1], "race-ours") == 0) {
		prepare(argv[2], argv[4], 1, to, 0);
		race(change_ours, argv[2], argv[4], atoi(argv[3]), to);
		printf("%d %d\n", known(argv[2], argv[4], to),
		    atomic_load(&shared->done));
	} else if (argc == 6 && strcmp(argv[1], "race-theirs") == 0) {
		race(change_theirs, argv[2], argv[4], atoi(argv[3]), to);
		printf("%d\n", atomic_load(&shared->done));
	} else {
		fprintf(stderr, "usage: see history.sh\n");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
