/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * passwords TABLE: ours and its peers on the same passwords in one run, those
 * between `-- Guessable --` and `-- Strong --` in TABLE
 * (tests/data/passwords.tsv) and those behind that. Prints for each:
 *
 *	ours        guessable refused 640 of 640, strong accepted 150 of 150,
 *	            first 900 us, 16000 a second, memory 2900 kB
 *
 * Peers with their defaults: libpwquality and cracklib when their libraries
 * are there, passwdqc when its command pwqcheck is (Debian: passwdqc; its
 * times are those of a pipe). Each runs in a process of its own, so that the
 * first check is a first one and the memory its own.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "policy/policy.h"
#include "quality/quality.h"

#define ROWS_MAX 2000
#define PASSWORD_MAX 512
#define ROUNDS 5	/* the speed is that of the warm ones */
#define CRACKLIB_DICTIONARY "/var/cache/cracklib/cracklib_dict"

enum kind { NONE, GUESSABLE, STRONG };

static struct row {
	enum kind kind;
	char password[PASSWORD_MAX];
} rows[ROWS_MAX];
static size_t row_count;

/* Starts a peer; false: it is not on this machine. */
typedef bool start_fn(void);
/* Accepted? */
typedef bool check_fn(const char *password);

/* ---- Ours ---- */

static struct policy policy;

static bool
start_ours(void)
{
	policy_standard(&policy, "users");
	return true;
}

static bool
check_ours(const char *password)
{
	const struct quality_person jean = {
		.name = "jdupont", .gecos = "Jean Dupont", .realm = "users"
	};
	struct quality_verdict verdict = { .broken = UINT32_MAX };
	struct error e;

	return quality_check(&policy, &jean, NULL, 0, password,
	    strlen(password), &verdict, &e) == PASPW_OK &&
	    verdict.broken == 0;
}

/* ---- libpwquality ---- */

static void *pwquality;
static int (*pwquality_check_)(void *, const char *, const char *,
    const char *, void **);

static bool
start_pwquality(void)
{
	void *library = dlopen("libpwquality.so.1", RTLD_NOW);
	void *(*settings)(void);

	if (library == NULL)
		return false;
	*(void **)&settings = dlsym(library, "pwquality_default_settings");
	*(void **)&pwquality_check_ = dlsym(library, "pwquality_check");
	pwquality = settings();
	return pwquality != NULL;
}

static bool
check_pwquality(const char *password)
{
	void *detail = NULL;

	return pwquality_check_(pwquality, password, NULL, "jdupont",
	    &detail) >= 0;
}

/* ---- cracklib ---- */

static const char *(*fascist_check)(const char *, const char *);

static bool
start_cracklib(void)
{
	void *library = dlopen("libcrack.so.2", RTLD_NOW);

	if (library == NULL || access(CRACKLIB_DICTIONARY ".pwd", R_OK) != 0)
		return false;
	*(void **)&fascist_check = dlsym(library, "FascistCheck");
	return fascist_check != NULL;
}

static bool
check_cracklib(const char *password)
{
	return fascist_check(password, CRACKLIB_DICTIONARY) == NULL;
}

/* ---- passwdqc ---- */

static FILE *to_pwqcheck, *from_pwqcheck;

static bool
start_passwdqc(void)
{
	int in[2], out[2];

	if (system("command -v pwqcheck > /dev/null") != 0 ||
	    pipe(in) != 0 || pipe(out) != 0)
		return false;
	if (fork() == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		execlp("stdbuf", "stdbuf", "-oL", "pwqcheck", "-1",
		    "--multi", NULL);
		_exit(EXIT_FAILURE);
	}
	close(in[0]);
	close(out[1]);
	to_pwqcheck = fdopen(in[1], "w");
	from_pwqcheck = fdopen(out[0], "r");
	return to_pwqcheck != NULL && from_pwqcheck != NULL;
}

static bool
check_passwdqc(const char *password)
{
	char line[1024];

	fprintf(to_pwqcheck, "%s\n", password);
	fflush(to_pwqcheck);
	return fgets(line, sizeof(line), from_pwqcheck) != NULL &&
	    strncmp(line, "OK", 2) == 0;
}

static const struct peer {
	const char *name;
	start_fn *start;
	check_fn *check;
} peers[] = {
	{ "ours", start_ours, check_ours },
	{ "pwquality", start_pwquality, check_pwquality },
	{ "cracklib", start_cracklib, check_cracklib },
	{ "passwdqc", start_passwdqc, check_passwdqc },
};

/* ---- The run ---- */

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
judge_all(const struct peer *peer)
{
	size_t refused = 0, accepted = 0, guessable = 0, strong = 0;
	struct rusage usage;
	double start = now_us(), first, warm;

	(void)peer->check("Xq7!first-check");
	first = now_us() - start;
	for (size_t i = 0; i < row_count; i++) {
		bool good = peer->check(rows[i].password);

		guessable += rows[i].kind == GUESSABLE;
		refused += rows[i].kind == GUESSABLE && !good;
		strong += rows[i].kind == STRONG;
		accepted += rows[i].kind == STRONG && good;
	}
	start = now_us();
	for (size_t n = 0; n < ROUNDS * row_count; n++)
		(void)peer->check(rows[n % row_count].password);
	warm = now_us() - start;
	getrusage(RUSAGE_SELF, &usage);
	printf("%-10s guessable refused %zu of %zu, strong accepted %zu of "
	    "%zu, first %.0f us, %.0f a second, memory %ld kB\n", peer->name,
	    refused, guessable, accepted, strong, first,
	    (double)(ROUNDS * row_count) * 1e6 / warm, usage.ru_maxrss);
}

/* Only passwords that every peer can be given: no escapes, no line breaks. */
static void
read_table(FILE *table)
{
	enum kind kind = NONE;
	char line[4096];

	while (fgets(line, sizeof(line), table) != NULL &&
	    row_count < ROWS_MAX) {
		size_t length = strcspn(line, "\t");

		if (line[0] == '#') {
			kind = strstr(line, "Guessable") ? GUESSABLE :
			    strstr(line, "Strong") ? STRONG :
			    strstr(line, "-- ") ? NONE : kind;
			continue;
		}
		if (kind == NONE || length >= PASSWORD_MAX ||
		    memchr(line, '\\', length) != NULL)
			continue;
		rows[row_count].kind = kind;
		memcpy(rows[row_count++].password, line, length);
	}
}

int
main(int argc, char **argv)
{
	FILE *table = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (table == NULL) {
		fprintf(stderr, "usage: passwords TABLE\n");
		return EXIT_FAILURE;
	}
	read_table(table);
	fclose(table);
	for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		if (fork() == 0) {
			if (peers[i].start())
				judge_all(&peers[i]);
			else
				printf("%-10s is not on this machine\n",
				    peers[i].name);
			fflush(stdout);
			_exit(EXIT_SUCCESS);
		}
		wait(NULL);
	}
	return EXIT_SUCCESS;
}
