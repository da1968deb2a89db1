/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Somebody else's login: victim SOCKET USER PASSWORD. Its exit code says
 * whether it was accepted. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paspw.h"

int
main(int argc, char **argv)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	struct paspw *h = NULL;
	int err = PASPW_ERR_INVALID;

	if (argc == 4 && (err = paspw_open(&h, NULL, PASPW_LOGIN)) ==
	    PASPW_OK && (err = paspw_set(h, PASPW_SOCKET, argv[1])) ==
	    PASPW_OK)
		err = paspw_authenticate(h, argv[2], argv[3],
		    strlen(argv[3]), &verdict);
	if (err != PASPW_OK)
		fprintf(stderr, "victim: %s\n", paspw_detail(h));
	paspw_close(&h);
	return err == PASPW_OK && verdict == PASPW_ACCEPTED ? EXIT_SUCCESS :
	    EXIT_FAILURE;
}
