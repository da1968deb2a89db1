/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * The real module under the real libpam, with an application whose
 * conversation is hostile. The input is a tape: a service, a user, then calls
 * of libpam; each prompt takes its answer from the same tape, and after its
 * end there are only errors. Each input finds the accounts as they were.
 *
 * Nobody gets in without the right password, and nothing is a verdict that no
 * password was typed for.
 */

#include <crypt.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <nss.h>
#include <security/pam_appl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "paspw.h"
#include "scratch.h"

#define PATH_SIZE (SCRATCH_MAX + 64)
#define CALLS_MAX 12		/* of libpam, for one input */
#define PROMPTS_MAX 20		/* in one call: retry=3, two each, messages */
#define MESSAGE_MAX 512
#define LOCK_AFTER 5
#define PASSWORD_SIZE 256
#define PASSWORD_MIN 8		/* of the policy */
#define ANSWERS_MAX 3
#define LONG_ANSWER ((size_t)1024 * 1024)
#define STORE_MAX ((size_t)1024 * 1024)
#define FIRST_PASSWORD "Tr0ub4dor&3 first"
#define NEW_PASSWORD "N0thing-like it, 2"

/* ---- In place of the real ones, for the module too: speed ---- */

/* A hash in form, of 64 bits. */
char *
crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz";
	const uint64_t prime = UINT64_C(1099511628211);
	char *to = ((struct crypt_data *)data)->output;
	uint64_t sum = UINT64_C(14695981039346656037);
	size_t length = strlen(setting);

	(void)size;
	for (const char *p = setting; *p != '\0'; p++)
		sum = (sum ^ (unsigned char)*p) * prime;
	for (const char *p = phrase; *p != '\0'; p++)
		sum = (sum ^ (unsigned char)*p) * prime;
	memcpy(to, setting, length);
	to[length++] = '$';
	for (int i = 0; i < 43; i++, sum = sum * prime + 1)
		to[length++] = digits[sum >> 58];
	to[length] = '\0';
	return to;
}

int
fsync(int fd)
{
	(void)fd;
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}

int
nanosleep(const struct timespec *wanted, struct timespec *rest)
{
	(void)wanted;
	(void)rest;
	return 0;
}

/* ---- What is there ---- */

enum { ALICE, BOB, CAROL, NOBODY, ASKED, USERS };
static const char *const users[USERS] = {
	[ALICE] = "alice",
	[BOB] = "bob",		/* must change the password */
	[CAROL] = "carol",	/* locked */
	[NOBODY] = "nobody-here",
	[ASKED] = NULL,		/* the module asks for the name */
};

enum { WHOLE, PASSED, DENIED, FIRST_PASS, SERVICES };
/* @ is the module. An answer of PAM_IGNORE would be seen. */
static const struct {
	const char *name, *auth;
} services[SERVICES] = {
	[WHOLE] = { "whole", "auth [success=ok ignore=bad default=bad] @\n" },
	[PASSED] = { "passed", "auth required @ preauth\n"
	    "auth required pam_permit.so\nauth required @ authsucc\n" },
	[DENIED] = { "denied", "auth required @ preauth\n"
	    "auth [success=1 default=ignore] pam_deny.so\n"
	    "auth [default=die] @ authfail\nauth required @ authsucc\n" },
	[FIRST_PASS] = { "first", "auth required @ use_first_pass\n" },
};
static const char other_phases[] = "account required @\n"
    "password required @ retry=3\nsession required @\n";

static char config[PATH_SIZE], database[PATH_SIZE], stacks[PATH_SIZE];
static unsigned char kept[STORE_MAX];	/* the store */
static size_t kept_size;

static void
write_config(void)
{
	FILE *f = fopen(config, "w");

	HOLDS(f != NULL);
	fprintf(f, "[users]\nstore = sqlite:%s\ncredentials = store\n"
	    "dictionary = no\nfirst_login_change = no\nbusy_wait = 0s\n"
	    "hash_cost = 5\nlock_after = %d\n[admins]\nextends = users\n"
	    "members = root\nstore = sqlite:%s/admins.db\n", database,
	    LOCK_AFTER, scratch);
	HOLDS(fclose(f) == 0 && chmod(config, S_IRUSR | S_IWUSR) == 0);
}

static void
write_lines(FILE *f, const char *lines, const char *module)
{
	for (; *lines != '\0'; lines++)
		if (*lines == '@')
			fprintf(f, "%s conf=%s socket=none", module, config);
		else
			fputc(*lines, f);
}

static void
write_services(const char *module)
{
	char path[PATH_SIZE];
	FILE *f;

	for (int i = 0; i < SERVICES; i++) {
		HOLDS(snprintf(path, sizeof(path), "%s/%s", stacks,
		    services[i].name) < (int)sizeof(path));
		HOLDS((f = fopen(path, "w")) != NULL);
		write_lines(f, services[i].auth, module);
		write_lines(f, other_phases, module);
		HOLDS(fclose(f) == 0);
	}
}

static void
issue(struct paspw *h, const char *user)
{
	static const char password[] = FIRST_PASSWORD;
	enum paspw_verdict verdict = PASPW_REFUSED;

	HOLDS(paspw_add(h, user, password, strlen(password), NULL, NULL,
	    &verdict) == PASPW_OK && verdict == PASPW_ACCEPTED);
}

static void
make_accounts(void)
{
	struct paspw *h = NULL;

	HOLDS(paspw_open(&h, config, 0) == PASPW_OK &&
	    paspw_init(h) == PASPW_OK);
	issue(h, users[ALICE]);
	issue(h, users[BOB]);
	issue(h, users[CAROL]);
	HOLDS(paspw_expire(h, users[BOB]) == PASPW_OK &&
	    paspw_lock(h, users[CAROL]) == PASPW_OK);
	paspw_close(&h);
}

/* All of it into the one file, and that into memory. */
static void
keep_store(void)
{
	sqlite3 *db = NULL;
	FILE *f;

	HOLDS(sqlite3_open(database, &db) == SQLITE_OK);
	HOLDS(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL,
	    NULL) == SQLITE_OK && sqlite3_close(db) == SQLITE_OK);
	HOLDS((f = fopen(database, "r")) != NULL);
	kept_size = fread(kept, 1, sizeof(kept), f);
	HOLDS(kept_size > 0 && kept_size < sizeof(kept) && fclose(f) == 0);
}

static void
put_back(void)
{
	char beside[PATH_SIZE + 8];
	FILE *f = fopen(database, "w");

	HOLDS(f != NULL && fwrite(kept, 1, kept_size, f) == kept_size &&
	    fclose(f) == 0);
	snprintf(beside, sizeof(beside), "%s-wal", database);
	(void)unlink(beside);
	snprintf(beside, sizeof(beside), "%s-shm", database);
	(void)unlink(beside);
}

static void
prepare(void)
{
	char built[PATH_MAX];
	const char *module = getenv("FUZZ_MODULE");
	const char *top = getenv("top_builddir");

	snprintf(built, sizeof(built),
	    "%s/pam_module/.libs/pam_paspolicy.so", top == NULL ? "." : top);
	module = module == NULL ? built : module;
	/* systemd's part of it makes 100 system calls for each name */
	HOLDS(__nss_configure_lookup("passwd", "files") == 0 &&
	    __nss_configure_lookup("group", "files") == 0);
	/* never unloaded: the fuzzer counts in it */
	HOLDS(dlopen(module, RTLD_NOW | RTLD_NODELETE) != NULL);
	scratch_make();
	snprintf(config, sizeof(config), "%s/paspw.conf", scratch);
	snprintf(database, sizeof(database), "%s/users.db", scratch);
	snprintf(stacks, sizeof(stacks), "%s/pam.d", scratch);
	HOLDS(mkdir(stacks, S_IRWXU) == 0);
	write_config();
	write_services(module);
	make_accounts();
	keep_store();
}

/* ---- The application ---- */

enum answer {
	RIGHT, NEW, TEXT, EMPTY, NOTHING, NO_ARRAY, ERROR, AGAIN, CODE, LONG,
	TOO_MANY, NAME, ANSWERS
};

struct application {
	const uint8_t *at, *end;	/* the tape */
	pam_handle_t *pamh;
	bool rude;			/* says no to every message */
	bool list;			/* an answer comes in an array */
	char right[USERS][PASSWORD_SIZE];	/* "": nobody knows it */
	unsigned wrong[USERS];		/* since the last right one */
	char *surplus[2];		/* answers that nobody asked for */
	/* the call under way */
	int prompts;
	int typed;			/* hidden answers that came */
	char first[PASSWORD_SIZE], before[PASSWORD_SIZE], last[PASSWORD_SIZE];
};

static uint8_t
next(struct application *a)
{
	return a->at < a->end ? *a->at++ : 0;
}

/* What follows its length, NUL and all. */
static char *
text(struct application *a)
{
	size_t length = next(a), left = (size_t)(a->end - a->at);
	char *copy;

	length = length < left ? length : left;
	HOLDS((copy = calloc(1, length + 1)) != NULL);
	memcpy(copy, a->at, length);
	a->at += length;
	return copy;
}

static char *
long_text(void)
{
	char *copy = malloc(LONG_ANSWER + 1);

	HOLDS(copy != NULL);
	memset(copy, 'a', LONG_ANSWER);
	copy[LONG_ANSWER] = '\0';
	return copy;
}

static int
user_of(const struct application *a)
{
	const void *user = NULL;
	int i = 0;

	HOLDS(pam_get_item(a->pamh, PAM_USER, &user) == PAM_SUCCESS);
	while (i < NOBODY && (user == NULL || strcmp(user, users[i]) != 0))
		i++;
	return i;
}

static const char *
right_of(const struct application *a)
{
	return a->right[user_of(a)];
}

/* A PAM code. */
static int
answer(struct application *a, struct pam_response *to)
{
	enum answer kind = (enum answer)(next(a) % ANSWERS);
	int code = PAM_SUCCESS;

	a->list = kind != NO_ARRAY && kind != ERROR && kind != AGAIN;
	switch (kind) {
	case CODE:
		code = (int8_t)next(a);
		/* fall through */
	case RIGHT:
		to->resp = strdup(right_of(a));
		break;
	case NEW:
		to->resp = strdup(NEW_PASSWORD);
		break;
	case TEXT:
		to->resp = text(a);
		break;
	case EMPTY:
		to->resp = strdup("");
		break;
	case LONG:
		to->resp = long_text();
		break;
	case NAME:
		to->resp = strdup(users[next(a) % ASKED]);
		break;
	case TOO_MANY:
		to->resp = strdup(right_of(a));
		to->resp_retcode = next(a);
		free(a->surplus[0]);
		free(a->surplus[1]);
		a->surplus[0] = to[1].resp = text(a);
		a->surplus[1] = to[2].resp = strdup(right_of(a));
		break;
	case ERROR:
		code = PAM_CONV_ERR;
		break;
	case AGAIN:
		code = PAM_CONV_AGAIN;
		break;
	case NOTHING:
	case NO_ARRAY:
	default:
		break;
	}
	return code;
}

static void
remember(struct application *a, const char *password)
{
	memcpy(a->before, a->last, sizeof(a->before));
	snprintf(a->last, sizeof(a->last), "%s", password);
	if (a->typed++ == 0)
		memcpy(a->first, a->last, sizeof(a->first));
}

static void
check_message(const char *message)
{
	size_t length = strlen(message);

	HOLDS(length > 0 && length < MESSAGE_MAX);
	for (size_t i = 0; i < length; i++)
		HOLDS((unsigned char)message[i] >= ' ');
	HOLDS(strstr(message, FIRST_PASSWORD) == NULL);
	HOLDS(strstr(message, NEW_PASSWORD) == NULL);
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *arg)
{
	struct application *a = arg;
	bool hidden = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF;
	struct pam_response *list;
	int code;

	*responses = NULL;
	HOLDS(count == 1 && ++a->prompts <= PROMPTS_MAX);
	check_message(messages[0]->msg);
	if (!hidden && messages[0]->msg_style != PAM_PROMPT_ECHO_ON)
		return a->rude ? PAM_CONV_ERR : PAM_SUCCESS;
	if (a->at >= a->end)
		return PAM_CONV_ERR;
	HOLDS((list = calloc(ANSWERS_MAX, sizeof(*list))) != NULL);
	code = answer(a, list);
	if (hidden && code == PAM_SUCCESS && list->resp != NULL)
		remember(a, list->resp);
	if (a->list)
		*responses = list;
	else
		free(list);
	return code;
}

/* libpam calls this instead of sleeping. */
static void
no_delay(int code, unsigned microseconds, void *arg)
{
	(void)code;
	(void)microseconds;
	(void)arg;
}

/* ---- What must hold ---- */

enum { AUTH, ACCT, CHANGE, RENEW, CRED, OPEN, CLOSE, VERBS };
static const struct {
	int (*call)(pam_handle_t *, int);
	unsigned flag;
} verbs[VERBS] = {
	[AUTH] = { pam_authenticate, 0 },
	[ACCT] = { pam_acct_mgmt, 0 },
	[CHANGE] = { pam_chauthtok, 0 },
	[RENEW] = { pam_chauthtok, PAM_CHANGE_EXPIRED_AUTHTOK },
	[CRED] = { pam_setcred, PAM_ESTABLISH_CRED },
	[OPEN] = { pam_open_session, 0 },
	[CLOSE] = { pam_close_session, 0 },
};

/* The owner's password came, and the limit was not reached. */
static bool
proved(const struct application *a, int user, const char *password)
{
	return (user == ALICE || user == BOB) && a->typed > 0 &&
	    a->wrong[user] < LOCK_AFTER &&
	    strcmp(password, a->right[user]) == 0;
}

static void
check_success(const struct application *a, int service, int verb, int user)
{
	bool by_root = verb == CHANGE && getuid() == 0;

	switch (verb) {
	case AUTH:
		HOLDS(user == ALICE || user == BOB);
		HOLDS(service == WHOLE || service == PASSED);
		HOLDS(service == PASSED ? a->typed == 1 && a->last[0] != '\0'
		    : proved(a, user, a->last));
		break;
	case ACCT:
		HOLDS(user == ALICE || user == BOB);
		break;
	case CHANGE:
	case RENEW:
		HOLDS(user < NOBODY && (by_root || proved(a, user, a->first)));
		HOLDS(a->typed >= 2 && strcmp(a->last, a->before) == 0);
		HOLDS(strcmp(a->last, a->right[user]) != 0);
		HOLDS(strlen(a->last) >= PASSWORD_MIN);
		break;
	default:
		HOLDS(verb == CRED || user < NOBODY);
	}
}

/* What the answers of this call did to the account. */
static void
count_try(struct application *a, int verb, int user)
{
	const char *password = verb == AUTH ? a->last : a->first;
	bool tried = a->typed > 0 && (verb == AUTH || verb == RENEW ||
	    (verb == CHANGE && getuid() != 0));

	if (tried && a->wrong[user] < LOCK_AFTER)
		a->wrong[user] = strcmp(password, a->right[user]) == 0 ? 0 :
		    a->wrong[user] + 1;
}

static void
check_answer(struct application *a, int service, int verb, int code)
{
	int user = user_of(a);

	HOLDS(code >= 0 && code < _PAM_RETURN_VALUES && code != PAM_IGNORE);
	if (code == PAM_SUCCESS)
		check_success(a, service, verb, user);
	/* nothing was typed: nothing is judged */
	if (service == WHOLE && verb == AUTH && a->typed == 0)
		HOLDS(code != PAM_AUTH_ERR && code != PAM_MAXTRIES);
	if (code == PAM_INCOMPLETE)
		return;
	count_try(a, verb, user);
	if (code == PAM_SUCCESS && (verb == CHANGE || verb == RENEW))
		memcpy(a->right[user], a->last, sizeof(a->last));
}

/* Each wrong password is counted, and nothing else. */
static void
check_failures(const struct application *a)
{
	struct paspw *h = NULL;
	struct paspw_status *status = NULL;

	HOLDS(paspw_open(&h, config, 0) == PASPW_OK);
	for (int i = 0; i < CAROL; i++) {
		HOLDS(paspw_status(h, users[i], &status) == PASPW_OK);
		HOLDS(status->failures == a->wrong[i] && status->pending == 0);
		paspw_status_free(&status);
	}
	paspw_close(&h);
}

static void
call(struct application *a, int service, unsigned flags)
{
	int verb = next(a) % VERBS, code;

	a->typed = 0;
	a->first[0] = a->before[0] = a->last[0] = '\0';
	do {
		a->prompts = 0;
		code = verbs[verb].call(a->pamh,
		    (int)(verbs[verb].flag | flags));
		check_answer(a, service, verb, code);
	} while (code == PAM_INCOMPLETE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct application a = { .at = data, .end = data + size };
	const struct pam_conv conversation = { converse, &a };
	unsigned flags = 0;
	int service, user, world;

	if (kept_size == 0)
		prepare();
	put_back();
	for (int i = 0; i < NOBODY; i++)
		strcpy(a.right[i], FIRST_PASSWORD);
	service = next(&a) % SERVICES;
	user = next(&a) % USERS;
	world = next(&a);
	a.rude = (world & 1) != 0;
	if ((world & 2) != 0)
		flags |= PAM_SILENT;
	if ((world & 4) != 0)
		flags |= PAM_DISALLOW_NULL_AUTHTOK;
	HOLDS(pam_start_confdir(services[service].name, users[user],
	    &conversation, stacks, &a.pamh) == PAM_SUCCESS);
	HOLDS(pam_set_item(a.pamh, PAM_FAIL_DELAY, (const void *)no_delay) ==
	    PAM_SUCCESS);
	for (int i = 0; i < CALLS_MAX && a.at < a.end; i++)
		call(&a, service, flags);
	pam_end(a.pamh, PAM_SUCCESS);
	free(a.surplus[0]);
	free(a.surplus[1]);
	if (service == WHOLE)
		check_failures(&a);
	return 0;
}
