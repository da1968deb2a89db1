/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * ways USER PERSON ROUNDS: what a correct login costs by each way, its hash
 * left out, on the built-in configuration: by the agent, by this process and
 * by the helper in turn. USER's password is read from standard input; its
 * hash in /etc/shadow is a cheap one (md5crypt), so that what it costs can be
 * measured beside it and taken away. PERSON is a uid that is not root's: with
 * it as the real uid this is a set-id program, which takes the helper.
 * `fresh` opens and closes a handle for each login, as sshd and su do; `kept`
 * is one handle for all. Prints microseconds:
 *
 *	agent fresh: min 310 median 330 p99 900
 */

#include <shadow.h>
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "paspw.h"

#define ROUNDS_MAX 10000
#define NS_PER_US 1000

static const char *user;
static char password[PASPW_PASSWORD_MAX + 2];
static uid_t person;

struct way {
	const char *name;
	const char *socket;	/* NULL: the agent's */
	bool set_id;
	struct paspw *kept;
	int64_t times[2][ROUNDS_MAX];	/* fresh, kept */
};
static struct way ways[] = {
	{ .name = "agent" },
	{ .name = "direct", .socket = "none" },
	{ .name = "helper", .socket = "none", .set_id = true },
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))
static int64_t hashes[ROUNDS_MAX];

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
fail(struct paspw *h, const char *what)
{
	fprintf(stderr, "ways: %s: %s\n", what, paspw_detail(h));
	exit(EXIT_FAILURE);
}

static void
be(const struct way *w)
{
	if (setresuid(w->set_id ? person : 0, 0, 0) != 0)
		fail(NULL, "setresuid");
}

static struct paspw *
opened(const struct way *w)
{
	struct paspw *h = NULL;

	if (paspw_open(&h, NULL, PASPW_LOGIN) != PASPW_OK ||
	    paspw_set(h, PASPW_SERVICE, "bench") != PASPW_OK ||
	    paspw_set(h, PASPW_SOCKET, w->socket) != PASPW_OK)
		fail(h, w->name);
	return h;
}

static void
login(const struct way *w, struct paspw *h)
{
	enum paspw_verdict verdict = PASPW_REFUSED;

	if (paspw_authenticate(h, user, password, strlen(password),
	    &verdict) != PASPW_OK || verdict != PASPW_ACCEPTED)
		fail(h, w->name);
}

static void
round_of(struct way *w, int i)
{
	struct paspw *h;
	int64_t start;

	be(w);
	start = now_ns();
	h = opened(w);
	login(w, h);
	paspw_close(&h);
	w->times[0][i] = now_ns() - start;
	if (w->kept == NULL) {
		w->kept = opened(w);
		login(w, w->kept);
	}
	start = now_ns();
	login(w, w->kept);
	w->times[1][i] = now_ns() - start;
}

static void
hash_round(int i)
{
	static struct crypt_data data;
	const struct spwd *entry = getspnam(user);
	int64_t start;

	if (entry == NULL)
		fail(NULL, "no such user in /etc/shadow");
	start = now_ns();
	if (crypt_rn(password, entry->sp_pwdp, &data, (int)sizeof(data)) ==
	    NULL || strcmp(data.output, entry->sp_pwdp) != 0)
		fail(NULL, "not the password in /etc/shadow");
	hashes[i] = now_ns() - start;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
tell(const char *name, const char *kind, int64_t *times, int count,
    int64_t without)
{
	qsort(times, (size_t)count, sizeof(*times), compare);
	printf("%s%s: min %ld median %ld p99 %ld\n", name, kind,
	    (long)((times[0] - without) / NS_PER_US),
	    (long)((times[count / 2] - without) / NS_PER_US),
	    (long)((times[count * 99 / 100] - without) / NS_PER_US));
}

int
main(int argc, char **argv)
{
	int rounds;

	if (argc != 4 || (rounds = atoi(argv[3])) < 1 || rounds > ROUNDS_MAX ||
	    fgets(password, sizeof(password), stdin) == NULL) {
		fprintf(stderr, "usage: ways USER PERSON ROUNDS\n");
		return EXIT_FAILURE;
	}
	password[strcspn(password, "\n")] = '\0';
	user = argv[1];
	person = (uid_t)strtoul(argv[2], NULL, 10);
	for (int i = 0; i < rounds; i++) {
		hash_round(i);
		for (size_t w = 0; w < WAYS; w++)
			round_of(&ways[w], i);
	}
	tell("hash", "", hashes, rounds, 0);
	for (size_t w = 0; w < WAYS; w++) {
		paspw_close(&ways[w].kept);
		tell(ways[w].name, " fresh", ways[w].times[0], rounds,
		    hashes[rounds / 2]);
		tell(ways[w].name, " kept", ways[w].times[1], rounds,
		    hashes[rounds / 2]);
	}
	return EXIT_SUCCESS;
}
