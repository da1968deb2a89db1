/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * manners: what a module leaves behind in the application that loads it.
 *
 *	manners traces CONFDIR SERVICE USER PASSWORD
 *	manners loads CONFDIR SERVICE USER PASSWORD
 *	manners threads CONFDIR SERVICE USER PASSWORD
 *
 * traces: each phase once; prints each thing of the process that differs from
 * before. loads: ROUNDS handles, one after the other; prints what grew.
 * threads: two handles in two threads at once, one with a wrong password
 * before each right one; prints each answer that is not due. Nothing printed:
 * all is well. The exit code is 0 when it came to its end.
 */

#include <dirent.h>
#include <locale.h>
#include <malloc.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USAGE 2
#define ROUNDS 1000
/* Whatever is allocated once, by any library, is there after these. */
#define WARM_ROUNDS 50
#define TRIES 10
#define TEXT_MAX 65536

struct login {
	const char *confdir, *service, *user;
	const char *password;	/* the answer to each prompt */
};

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *arg)
{
	const struct login *l = arg;
	struct pam_response *list;

	if ((list = calloc((size_t)count, sizeof(*list))) == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			list[i].resp = strdup(l->password);
	*responses = list;
	return PAM_SUCCESS;
}

static void
no_delay(int code, unsigned microseconds, void *arg)
{
	(void)code;
	(void)microseconds;
	(void)arg;
}

static pam_handle_t *
begin(struct login *l)
{
	struct pam_conv conversation = { converse, l };
	pam_handle_t *pamh = NULL;

	if (pam_start_confdir(l->service, l->user, &conversation, l->confdir,
	    &pamh) != PAM_SUCCESS || pam_set_item(pamh, PAM_FAIL_DELAY,
	    (const void *)no_delay) != PAM_SUCCESS) {
		fputs("manners: no PAM handle\n", stderr);
		exit(USAGE);
	}
	return pamh;
}

/* ---- What a process is like ---- */

struct process {
	char locale[TEXT_MAX];
	char environment[TEXT_MAX];
	char directory[TEXT_MAX];
	char signals[TEXT_MAX];
	size_t files, threads;
	mode_t mask;
};

static size_t
entries(const char *path)
{
	size_t count = 0;
	DIR *d = opendir(path);

	while (d != NULL && readdir(d) != NULL)
		count++;
	if (d != NULL)
		closedir(d);
	return count;
}

__attribute__((format(printf, 2, 3)))
static void
append(char *text, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, TEXT_MAX - length, format, arguments);
	va_end(arguments);
}

static void
look_at_signals(char *text)
{
	struct sigaction action;
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	for (int i = 1; i < NSIG; i++)
		if (sigaction(i, NULL, &action) == 0)
			append(text, "%d %p %x %d\n", i,
			    (void *)action.sa_handler,
			    (unsigned)action.sa_flags,
			    sigismember(&blocked, i));
}

static void
look(struct process *p)
{
	memset(p, 0, sizeof(*p));
	append(p->locale, "%s", setlocale(LC_ALL, NULL));
	for (char **e = environ; *e != NULL; e++)
		append(p->environment, "%s\n", *e);
	if (getcwd(p->directory, sizeof(p->directory)) == NULL)
		append(p->directory, "none");
	look_at_signals(p->signals);
	p->files = entries("/proc/self/fd");
	p->threads = entries("/proc/self/task");
	p->mask = umask(0);
	umask(p->mask);
}

static void
compare(const struct process *a, const struct process *b)
{
	if (strcmp(a->locale, b->locale) != 0)
		printf("locale: %s, then %s\n", a->locale, b->locale);
	if (strcmp(a->environment, b->environment) != 0)
		puts("environment");
	if (strcmp(a->directory, b->directory) != 0)
		puts("working directory");
	if (strcmp(a->signals, b->signals) != 0)
		puts("signal handlers or mask");
	if (a->files != b->files)
		printf("descriptors: %zu, then %zu\n", a->files, b->files);
	if (a->threads != b->threads)
		printf("threads: %zu, then %zu\n", a->threads, b->threads);
	if (a->mask != b->mask)
		puts("umask");
}

static void
traces(struct login *l)
{
	static struct process before, after;
	pam_handle_t *pamh;
	int rc;

	/* The first handle opens what libraries keep open. */
	pam_end(begin(l), PAM_SUCCESS);
	look(&before);
	pamh = begin(l);
	if ((rc = pam_authenticate(pamh, 0)) != PAM_SUCCESS ||
	    (rc = pam_acct_mgmt(pamh, 0)) != PAM_SUCCESS ||
	    (rc = pam_setcred(pamh, PAM_ESTABLISH_CRED)) != PAM_SUCCESS ||
	    (rc = pam_open_session(pamh, 0)) != PAM_SUCCESS ||
	    (rc = pam_close_session(pamh, 0)) != PAM_SUCCESS)
		printf("refused: %s\n", pam_strerror(pamh, rc));
	/* The same password again: the rules look at it, and say no. */
	if (pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK) == PAM_SUCCESS)
		puts("a change to the present password");
	look(&after);
	compare(&before, &after);
	pam_end(pamh, PAM_SUCCESS);
	look(&after);
	compare(&before, &after);
}

/* ---- Loaded and unloaded ---- */

static size_t
mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	size_t count = 0;
	int c;

	while (f != NULL && (c = fgetc(f)) != EOF)
		count += c == '\n';
	if (f != NULL)
		fclose(f);
	return count;
}

static void
load(struct login *l)
{
	pam_handle_t *pamh = begin(l);
	int rc = pam_acct_mgmt(pamh, 0);

	if (rc != PAM_SUCCESS)
		printf("refused: %s\n", pam_strerror(pamh, rc));
	pam_end(pamh, rc);
}

static void
loads(struct login *l)
{
	size_t used = 0, maps = 0, files = 0;

	for (int i = 0; i < ROUNDS; i++) {
		if (i == WARM_ROUNDS) {
			used = mallinfo2().uordblks;
			maps = mappings();
			files = entries("/proc/self/fd");
		}
		load(l);
	}
	/* Less than a byte each time is no leak. */
	if (mallinfo2().uordblks > used + ROUNDS - WARM_ROUNDS)
		printf("memory: %zu bytes, then %zu\n", used,
		    mallinfo2().uordblks);
	if (mappings() > maps)
		printf("mappings: %zu, then %zu\n", maps, mappings());
	if (entries("/proc/self/fd") > files)
		puts("descriptors");
}

/* ---- Two at once ---- */

static void
expect(struct login *l, const char *password, int expected)
{
	struct login mine = *l;
	pam_handle_t *pamh;
	int rc;

	mine.password = password;
	pamh = begin(&mine);
	if ((rc = pam_authenticate(pamh, 0)) != expected)
		printf("%s: %s\n", password, pam_strerror(pamh, rc));
	pam_end(pamh, rc);
}

static void *
right_ones(void *arg)
{
	struct login *l = arg;

	for (int i = 0; i < TRIES; i++)
		expect(l, l->password, PAM_SUCCESS);
	return NULL;
}

static void *
both(void *arg)
{
	struct login *l = arg;

	for (int i = 0; i < TRIES; i++) {
		expect(l, "wrong", PAM_AUTH_ERR);
		expect(l, l->password, PAM_SUCCESS);
	}
	return NULL;
}

/* The thread sanitizer does not see a library go, and takes the next one in its
 * place for the same memory: there a handle keeps the module loaded, which has
 * not opened a store. Elsewhere it may be unloaded and loaded meanwhile. */
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define UNLOADING_IS_SEEN false
#else
#define UNLOADING_IS_SEEN true
#endif

static void
threads(struct login *l)
{
	pam_handle_t *kept = begin(l);
	pthread_t one, other;

	if (!UNLOADING_IS_SEEN)
		(void)!pam_setcred(kept, PAM_ESTABLISH_CRED);
	if (pthread_create(&one, NULL, right_ones, l) != 0 ||
	    pthread_create(&other, NULL, both, l) != 0)
		exit(USAGE);
	pthread_join(one, NULL);
	pthread_join(other, NULL);
	pam_end(kept, PAM_SUCCESS);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct login *);
	} modes[] = {
		{ "traces", traces },
		{ "loads", loads },
		{ "threads", threads },
	};
	struct login l;

	if (argc != 6)
		return USAGE;
	l = (struct login){ argv[2], argv[3], argv[4], argv[5] };
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].name) == 0) {
			modes[i].run(&l);
			return fflush(stdout) == 0 ? EXIT_SUCCESS : USAGE;
		}
	return USAGE;
}
