/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * refusals CONFIG USER COUNT: that many tries at an account that is locked,
 * the hash left out (linked with --wrap=crypt_rn: it answers at once), and the
 * wait after each. Exit 0 if each was answered with "locked".
 */

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "paspw.h"

char *__wrap_crypt_rn(const char *, const char *, void *, int);

/* A hash to look at; nothing compares it. */
char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	char *output = ((struct crypt_data *)data)->output;

	(void)phrase;
	(void)size;
	snprintf(output, sizeof(((struct crypt_data *)data)->output),
	    "%s$%043d", setting, 0);
	return output;
}

int
nanosleep(const struct timespec *wanted, struct timespec *rest)
{
	(void)wanted;
	(void)rest;
	return 0;
}

int
main(int argc, char **argv)
{
	enum paspw_verdict verdict = PASPW_LOCKED;
	struct paspw *h = NULL;
	int err, count;

	if (argc != 4 || (count = atoi(argv[3])) < 1) {
		fprintf(stderr, "usage: refusals CONFIG USER COUNT\n");
		return EXIT_FAILURE;
	}
	err = paspw_open(&h, argv[1], PASPW_LOGIN);
	for (int i = 0; i < count && err == PASPW_OK &&
	    verdict == PASPW_LOCKED; i++)
		err = paspw_authenticate(h, argv[2], "any", strlen("any"),
		    &verdict);
	if (err != PASPW_OK)
		fprintf(stderr, "refusals: %s\n", paspw_detail(h));
	paspw_close(&h);
	return err == PASPW_OK && verdict == PASPW_LOCKED ? EXIT_SUCCESS :
	    EXIT_FAILURE;
}
