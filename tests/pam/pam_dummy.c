/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * pam_dummy: a verifying module whose work can be counted.
 *
 *	secret=FILE	the right password is the first line of it
 *	count=FILE	a byte is appended for each verification
 */

#include <fcntl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PASSWORD_MAX 512

static const char *
argument(int argc, const char **argv, const char *name)
{
	size_t length = strlen(name);

	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], name, length) == 0)
			return argv[i] + length;
	return NULL;
}

static bool
count(const char *path)
{
	bool counted = false;
	int fd;

	if ((fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
	    0600)) < 0)
		return false;
	counted = write(fd, "x", 1) == 1;
	return close(fd) == 0 && counted;
}

static bool
is_secret(const char *path, const char *password)
{
	char line[PASSWORD_MAX + 1] = "";
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
	const char *counter = argument(argc, argv, "count=");
	const char *secret = argument(argc, argv, "secret=");
	const char *password = NULL;

	(void)flags;
	if (counter == NULL || secret == NULL)
		return PAM_SERVICE_ERR;
	if (pam_get_authtok(pamh, PAM_AUTHTOK, &password,
	    "Dummy password: ") != PAM_SUCCESS)
		return PAM_AUTH_ERR;
	if (!count(counter))
		return PAM_SYSTEM_ERR;
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
