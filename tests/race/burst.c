/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * burst CONFIG USER WRONG RIGHT: that many processes guess at one account at
 * the same instant, WRONG of them with wrong passwords and RIGHT with the
 * right one, which is read from standard input. Prints what happened:
 *
 *   callers 200 verified 5 accepted 0 refused 5 locked 195 busy 0 error 0
 *
 * `verified` counts the calls to crypt_rn with the setting of the account's
 * own hash, in the processes themselves (linked with --wrap=crypt_rn): what a
 * refusal burns for its timing is hashed with another salt.
 */

#include <crypt.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"
#include "handle.h"

#define CALLERS_MAX 1000

struct shared {
	atomic_int ready;
	atomic_int go;
	atomic_int verified;
	atomic_int verdicts[PASPW_BUSY + 1];
	atomic_int busy;
	atomic_int errors;
	char setting[HASH_MAX];
};

static struct shared *shared;

char *__real_crypt_rn(const char *, const char *, void *, int);
char *__wrap_crypt_rn(const char *, const char *, void *, int);

char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	if (strncmp(setting, shared->setting, strlen(shared->setting)) == 0)
		atomic_fetch_add(&shared->verified, 1);
	return __real_crypt_rn(phrase, setting, data, size);
}

static void
fail(struct paspw *h, const char *what)
{
	fprintf(stderr, "burst: %s: %s\n", what, paspw_detail(h));
	exit(EXIT_FAILURE);
}

static void
guess(const char *config, const char *user, const char *password)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	struct paspw *h = NULL;
	int r;

	if (paspw_open(&h, config, PASPW_LOGIN) != PASPW_OK)
		fail(h, "open");
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->go))
		sched_yield();
	r = paspw_authenticate(h, user, password, strlen(password),
	    &verdict);
	if (r == PASPW_OK)
		atomic_fetch_add(&shared->verdicts[verdict], 1);
	else if (r == PASPW_ERR_BUSY)
		atomic_fetch_add(&shared->busy, 1);
	else {
		atomic_fetch_add(&shared->errors, 1);
		fprintf(stderr, "burst: %s\n", paspw_detail(h));
	}
	paspw_close(&h);
	_exit(EXIT_SUCCESS);
}

/* The account's own setting, to know its verifications from others. */
static void
learn_setting(const char *config, const char *user)
{
	struct paspw *h = NULL;
	struct subject s;

	memset(&s, 0, sizeof(s));
	if (paspw_open(&h, config, 0) != PASPW_OK ||
	    handle_load(h, user, &s) != PASPW_OK ||
	    hash_setting_of(s.account.hash, shared->setting, &h->error) !=
	    PASPW_OK)
		fail(h, user);
	subject_wipe(&s);
	paspw_close(&h);
}

static int
read_password(struct secret *right)
{
	char line[PASPW_PASSWORD_MAX + 2];
	bool done = fgets(line, sizeof(line), stdin) != NULL &&
	    secret_set(right, line, strcspn(line, "\n"));

	secret_wipe_bytes(line, sizeof(line));
	return done ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct secret right = SECRET_EMPTY;
	int wrong, callers;

	if (argc != 5 || (wrong = atoi(argv[3])) < 0 ||
	    (callers = wrong + atoi(argv[4])) < 1 || callers > CALLERS_MAX ||
	    read_password(&right) == -1) {
		fprintf(stderr, "usage: burst CONFIG USER WRONG RIGHT\n");
		return EXIT_FAILURE;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return EXIT_FAILURE;
	learn_setting(argv[1], argv[2]);
	for (int i = 0; i < callers; i++) {
		char password[32];

		snprintf(password, sizeof(password), "Wr0ng-guess-%d", i);
		switch (fork()) {
		case -1:
			perror("burst: fork");
			return EXIT_FAILURE;
		case 0:
			guess(argv[1], argv[2], i < wrong ? password :
			    right.bytes);
		default:
			break;
		}
	}
	secret_wipe(&right);
	while (atomic_load(&shared->ready) < callers)
		if (waitpid(-1, NULL, WNOHANG) > 0)
			return EXIT_FAILURE;	/* one died too early */
	atomic_store(&shared->go, 1);
	while (wait(NULL) > 0)
		;
	printf("callers %d verified %d accepted %d refused %d locked %d "
	    "busy %d error %d\n", callers, atomic_load(&shared->verified),
	    atomic_load(&shared->verdicts[PASPW_ACCEPTED]),
	    atomic_load(&shared->verdicts[PASPW_REFUSED]),
	    atomic_load(&shared->verdicts[PASPW_LOCKED]),
	    atomic_load(&shared->busy), atomic_load(&shared->errors));
	return EXIT_SUCCESS;
}
