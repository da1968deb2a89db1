/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "login.h"

#include <crypt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct login *current;	/* of this process, while it authenticates */
static bool learning;

void
login_verifies(void)
{
	if (current != NULL)
		current->place =
		    atomic_fetch_add(&current->target->verified, 1) + 1;
}

static void
count_hash(const char *setting)
{
	const char *own = current->target->setting;

	if (learning)
		snprintf(current->target->setting, LOGIN_TEXT_MAX, "%s",
		    setting);
	else if (own[0] != '\0' && strncmp(setting, own, strlen(own)) == 0)
		login_verifies();
}

/* In front of the real one, which crypt_ra does the same work as. */
char *
crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	if (current != NULL)
		count_hash(setting);
	return crypt_ra(phrase, setting, &data, &size);
}

void *
login_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	perror("mmap");
	exit(EXIT_FAILURE);
}

pid_t
login_fork(void)
{
	pid_t child;

	fflush(NULL);
	if ((child = fork()) == -1) {
		perror("fork");
		exit(EXIT_FAILURE);
	}
	if (child == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		_exit(EXIT_FAILURE);
	return child;
}

static void
remember(struct login *login, const char *text)
{
	size_t used = strlen(login->said);

	snprintf(login->said + used, sizeof(login->said) - used, "%s|", text);
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *arg)
{
	struct login *login = arg;
	struct pam_response *list;

	if ((list = calloc((size_t)count, sizeof(*list))) == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		remember(login, messages[i]->msg);
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			list[i].resp = strdup(login->password);
	}
	*responses = list;
	return PAM_SUCCESS;
}

/* libpam calls this instead of sleeping. */
static void
no_delay(int code, unsigned microseconds, void *arg)
{
	(void)code;
	(void)microseconds;
	(void)arg;
}

int
login_start(struct login *login)
{
	const struct pam_conv conversation = { converse, login };
	int rc;

	login->place = 0;
	login->said[0] = '\0';
	if ((rc = pam_start_confdir(login->service, login->target->user,
	    &conversation, login->confdir, &login->pamh)) != PAM_SUCCESS)
		return rc;
	return pam_set_item(login->pamh, PAM_FAIL_DELAY,
	    (const void *)no_delay);
}

int
login_authenticate(struct login *login)
{
	int code;

	current = login;
	atomic_fetch_add(&login->target->begun, 1);
	code = pam_authenticate(login->pamh, 0);
	atomic_fetch_add(&login->target->answered, 1);
	current = NULL;
	return code;
}

void
login_end(struct login *login)
{
	if (login->pamh != NULL)
		pam_end(login->pamh, PAM_SUCCESS);
	login->pamh = NULL;
}

/* In a child: no process holds the store when the storm breaks loose. */
bool
login_learn(struct login *login)
{
	int status = 0;
	pid_t child;

	if ((child = login_fork()) == 0) {
		learning = true;
		_exit(login_start(login) == PAM_SUCCESS &&
		    login_authenticate(login) == PAM_SUCCESS ?
		    EXIT_SUCCESS : EXIT_FAILURE);
	}
	if (waitpid(child, &status, 0) != child ||
	    status != EXIT_SUCCESS)
		return false;
	atomic_store(&login->target->begun, 0);
	atomic_store(&login->target->verified, 0);
	atomic_store(&login->target->answered, 0);
	return true;
}
