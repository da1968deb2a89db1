/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * pam_client: a PAM application on a private service directory.
 *
 *	pam_client [OPTIONS] CONFDIR SERVICE USER PHASE... < ANSWERS
 *
 * A line of standard input answers each prompt, in turn. It prints each
 * message ("prompt: ", "info: ", "error: "), `delay` when the stack asked for
 * one (it is not waited for), and each phase with the name of its PAM code.
 * The exit code is 0 if the last phase succeeded, else 1; 2: wrong usage.
 *
 *	-c MODE		how the conversation behaves (see modes)
 *	-r HOST		PAM_RHOST
 *	-t TTY		PAM_TTY
 *	-s		PAM_SILENT
 *	-n		PAM_DISALLOW_NULL_AUTHTOK
 *	-u UID		real uid, as in a setuid program
 *
 * Phases: auth acct chauthtok chauthtok-expired open close setcred delcred,
 * user=NAME (sets PAM_USER), run=COMMAND (of the shell, meanwhile), end (ends
 * the handle, begins another one), service=NAME (the same, for that service),
 * answer=TEXT (the answer to each prompt from here on).
 */

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONG_ANSWER ((size_t)1024 * 1024)
#define LINE_MAX_BYTES 4096
#define USAGE 2

enum mode { NORMAL, NO_RESPONSE, NO_ANSWER, FAIL, AGAIN, LONG };

static const char *const modes[] = {
	[NORMAL] = "normal",
	[NO_RESPONSE] = "no-response",	/* success, but no array */
	[NO_ANSWER] = "no-answer",	/* success, but NULL in it */
	[FAIL] = "fail",		/* PAM_CONV_ERR */
	[AGAIN] = "again",		/* PAM_CONV_AGAIN at the first prompt */
	[LONG] = "long",		/* 1 MB */
};

static const struct {
	int code;
	const char *name;
} codes[] = {
	{ PAM_SUCCESS, "PAM_SUCCESS" },
	{ PAM_SERVICE_ERR, "PAM_SERVICE_ERR" },
	{ PAM_SYSTEM_ERR, "PAM_SYSTEM_ERR" },
	{ PAM_BUF_ERR, "PAM_BUF_ERR" },
	{ PAM_PERM_DENIED, "PAM_PERM_DENIED" },
	{ PAM_AUTH_ERR, "PAM_AUTH_ERR" },
	{ PAM_AUTHINFO_UNAVAIL, "PAM_AUTHINFO_UNAVAIL" },
	{ PAM_USER_UNKNOWN, "PAM_USER_UNKNOWN" },
	{ PAM_MAXTRIES, "PAM_MAXTRIES" },
	{ PAM_NEW_AUTHTOK_REQD, "PAM_NEW_AUTHTOK_REQD" },
	{ PAM_ACCT_EXPIRED, "PAM_ACCT_EXPIRED" },
	{ PAM_SESSION_ERR, "PAM_SESSION_ERR" },
	{ PAM_CRED_ERR, "PAM_CRED_ERR" },
	{ PAM_CONV_ERR, "PAM_CONV_ERR" },
	{ PAM_AUTHTOK_ERR, "PAM_AUTHTOK_ERR" },
	{ PAM_AUTHTOK_RECOVERY_ERR, "PAM_AUTHTOK_RECOVERY_ERR" },
	{ PAM_AUTHTOK_LOCK_BUSY, "PAM_AUTHTOK_LOCK_BUSY" },
	{ PAM_IGNORE, "PAM_IGNORE" },
	{ PAM_ABORT, "PAM_ABORT" },
	{ PAM_OPEN_ERR, "PAM_OPEN_ERR" },
	{ PAM_SYMBOL_ERR, "PAM_SYMBOL_ERR" },
	{ PAM_MODULE_UNKNOWN, "PAM_MODULE_UNKNOWN" },
	{ PAM_CRED_INSUFFICIENT, "PAM_CRED_INSUFFICIENT" },
	{ PAM_CRED_UNAVAIL, "PAM_CRED_UNAVAIL" },
	{ PAM_AUTHTOK_EXPIRED, "PAM_AUTHTOK_EXPIRED" },
	{ PAM_BAD_ITEM, "PAM_BAD_ITEM" },
	{ PAM_TRY_AGAIN, "PAM_TRY_AGAIN" },
	{ PAM_INCOMPLETE, "PAM_INCOMPLETE" },
};

struct client {
	enum mode mode;
	unsigned flags;
	const char *rhost;
	const char *tty;
	const char *confdir, *service, *user;
	const char *answer;	/* instead of standard input */
	pam_handle_t *pamh;
	int code;
};

static const char *
code_name(int code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "unexpected";
}

/* Or the next line of standard input; NULL at its end. */
static char *
read_answer(const char *answer)
{
	char line[LINE_MAX_BYTES];

	if (answer != NULL)
		return strdup(answer);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return strdup(line);
}

static char *
long_answer(void)
{
	char *answer = malloc(LONG_ANSWER + 1);

	if (answer != NULL) {
		memset(answer, 'a', LONG_ANSWER);
		answer[LONG_ANSWER] = '\0';
	}
	return answer;
}

static int
answer_prompt(struct client *client, struct pam_response *response)
{
	switch (client->mode) {
	case NO_ANSWER:
		return PAM_SUCCESS;
	case FAIL:
		return PAM_CONV_ERR;
	case AGAIN:
		client->mode = NORMAL;
		return PAM_CONV_AGAIN;
	case LONG:
		response->resp = long_answer();
		return PAM_SUCCESS;
	case NORMAL:
	case NO_RESPONSE:
	default:
		response->resp = read_answer(client->answer);
		return response->resp == NULL ? PAM_CONV_ERR : PAM_SUCCESS;
	}
}

static int
converse_one(struct client *client, const struct pam_message *message,
    struct pam_response *response)
{
	switch (message->msg_style) {
	case PAM_TEXT_INFO:
		printf("info: %s\n", message->msg);
		return PAM_SUCCESS;
	case PAM_ERROR_MSG:
		printf("error: %s\n", message->msg);
		return PAM_SUCCESS;
	default:
		printf("prompt: %s\n", message->msg);
		return answer_prompt(client, response);
	}
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *arg)
{
	struct client *client = arg;
	struct pam_response *list;
	int rc = PAM_SUCCESS;

	if ((list = calloc((size_t)count, sizeof(*list))) == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count && rc == PAM_SUCCESS; i++)
		rc = converse_one(client, messages[i], &list[i]);
	if (rc != PAM_SUCCESS || client->mode == NO_RESPONSE) {
		for (int i = 0; i < count; i++)
			free(list[i].resp);
		free(list);
		list = NULL;
	}
	*responses = list;
	return rc;
}

/* libpam calls this instead of sleeping. */
static void
delay(int code, unsigned microseconds, void *arg)
{
	(void)code;
	(void)arg;
	if (microseconds > 0)
		printf("delay\n");
}

static int
begin(struct client *client)
{
	struct pam_conv conversation = { converse, client };
	int rc;

	if ((rc = pam_start_confdir(client->service, client->user,
	    &conversation, client->confdir, &client->pamh)) != PAM_SUCCESS)
		return rc;
	if ((rc = pam_set_item(client->pamh, PAM_FAIL_DELAY,
	    (const void *)delay)) != PAM_SUCCESS)
		return rc;
	if ((rc = pam_set_item(client->pamh, PAM_TTY, client->tty)) !=
	    PAM_SUCCESS)
		return rc;
	return pam_set_item(client->pamh, PAM_RHOST, client->rhost);
}

static int
restart(struct client *client)
{
	pam_end(client->pamh, client->code);
	client->pamh = NULL;
	return begin(client);
}

static const struct {
	const char *name;
	int (*verb)(pam_handle_t *, int);
	unsigned flag;
} phases[] = {
	{ "auth", pam_authenticate, 0 },
	{ "acct", pam_acct_mgmt, 0 },
	{ "chauthtok", pam_chauthtok, 0 },
	{ "chauthtok-expired", pam_chauthtok, PAM_CHANGE_EXPIRED_AUTHTOK },
	{ "open", pam_open_session, 0 },
	{ "close", pam_close_session, 0 },
	{ "setcred", pam_setcred, PAM_ESTABLISH_CRED },
	{ "delcred", pam_setcred, PAM_DELETE_CRED },
};

/* What follows NAME= in a phase; NULL if that is not its name. */
static const char *
value_of(const char *phase, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(phase, name, length) != 0 || phase[length] != '=')
		return NULL;
	return phase + length + 1;
}

static int
run(struct client *client, const char *phase)
{
	const char *value;

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		if (strcmp(phases[i].name, phase) == 0)
			return phases[i].verb(client->pamh,
			    (int)(client->flags | phases[i].flag));
	if ((value = value_of(phase, "user")) != NULL)
		return pam_set_item(client->pamh, PAM_USER, value);
	if ((value = value_of(phase, "run")) != NULL)
		return system(value) == 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
	if ((value = value_of(phase, "answer")) != NULL) {
		client->answer = value;
		return PAM_SUCCESS;
	}
	if ((value = value_of(phase, "service")) != NULL)
		client->service = value;
	if (value != NULL || strcmp(phase, "end") == 0)
		return restart(client);
	fprintf(stderr, "pam_client: no such phase: %s\n", phase);
	exit(USAGE);
}

static enum mode
find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i], name) == 0)
			return (enum mode)i;
	fprintf(stderr, "pam_client: no such mode: %s\n", name);
	exit(USAGE);
}

static void
set_real_uid(const char *text)
{
	uid_t uid = (uid_t)strtoul(text, NULL, 10);

	if (setreuid(uid, (uid_t)-1) != 0) {
		perror("pam_client: setreuid");
		exit(USAGE);
	}
}

static void
read_options(struct client *client, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+c:r:t:snu:")) != -1) {
		switch (option) {
		case 'c':
			client->mode = find_mode(optarg);
			break;
		case 'r':
			client->rhost = optarg;
			break;
		case 't':
			client->tty = optarg;
			break;
		case 's':
			client->flags |= PAM_SILENT;
			break;
		case 'n':
			client->flags |= PAM_DISALLOW_NULL_AUTHTOK;
			break;
		case 'u':
			set_real_uid(optarg);
			break;
		default:
			exit(USAGE);
		}
	}
}

int
main(int argc, char **argv)
{
	struct client client = { .code = PAM_SYSTEM_ERR };
	bool again;

	read_options(&client, argc, argv);
	argv += optind;
	if (argc - optind < 4) {
		fprintf(stderr, "pam_client: see the top of pam_client.c\n");
		return USAGE;
	}
	client.confdir = argv[0];
	client.service = argv[1];
	client.user = argv[2];
	if ((client.code = begin(&client)) != PAM_SUCCESS) {
		printf("start %s\n", code_name(client.code));
		return 1;
	}
	for (argv += 3; *argv != NULL; argv++) {
		do {
			client.code = run(&client, *argv);
			again = client.code == PAM_INCOMPLETE;
			printf("%s %s\n", *argv, code_name(client.code));
		} while (again);
	}
	pam_end(client.pamh, client.code);
	return client.code == PAM_SUCCESS ? 0 : 1;
}
