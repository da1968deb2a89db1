/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * pam_verify: another module that verifies passwords, for the storms. The
 * program that loads it counts.
 *
 *	secret=FILE	the right password is the first line of it
 *	delay=MS	it takes that long, as a hash would, but without the
 *			processor, so that a whole burst overlaps
 */

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "login.h"

/* Other programs than those of the storms do not count. */
#pragma weak login_verifies

#define NS_PER_MS 1000000
#define MS_PER_SECOND 1000

static const char *
argument(int argc, const char **argv, const char *name)
{
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], name, strlen(name)) == 0)
			return argv[i] + strlen(name);
	return NULL;
}

static void
take_time(const char *ms)
{
	long delay = ms == NULL ? 0 : atol(ms);
	const struct timespec t = {
		.tv_sec = delay / MS_PER_SECOND,
		.tv_nsec = delay % MS_PER_SECOND * NS_PER_MS
	};

	nanosleep(&t, NULL);
}

static bool
is_secret(const char *path, const char *password)
{
	char line[LOGIN_TEXT_MAX] = "";
	FILE *f;

	if ((f = fopen(path, "re")) == NULL)
		return false;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return line[0] != '\0' && strcmp(line, password) == 0;
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	const char *secret = argument(argc, argv, "secret=");
	const char *password = NULL;

	(void)flags;
	if (secret == NULL)
		return PAM_SERVICE_ERR;
	if (pam_get_authtok(pamh, PAM_AUTHTOK, &password,
	    "Password: ") != PAM_SUCCESS)
		return PAM_AUTH_ERR;
	if (login_verifies != NULL)
		login_verifies();
	take_time(argument(argc, argv, "delay="));
	return is_secret(secret, password) ? PAM_SUCCESS : PAM_AUTH_ERR;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
