/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * What su does with the library, again and again, for the test of programs
 * that are stopped: person SOCKET USER. Installed setuid root, or run by root.
 * Each turn records a session: a write, so that a store is locked for a good
 * part of the time.
 *
 * person_opens is the same program with a getresuid() that says that nobody
 * lent it its rights: the library then opens the store in this process, which
 * its user can stop. So the test shows that it would see what it looks for.
 */

#include <stdlib.h>
#include <sys/types.h>

#include "paspw.h"

#ifdef OPENS_ITSELF
int __wrap_getresuid(uid_t *real, uid_t *effective, uid_t *saved);

int
__wrap_getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
	*real = *effective = *saved = 0;
	return 0;
}
#endif

int
main(int argc, char **argv)
{
	struct paspw *h = NULL;
	int err = PASPW_ERR_INVALID;

	if (argc == 3 && (err = paspw_open(&h, NULL, PASPW_LOGIN)) ==
	    PASPW_OK && (err = paspw_set(h, PASPW_SOCKET, argv[1])) ==
	    PASPW_OK)
		do
			err = paspw_session(h, argv[2], true);
		while (err == PASPW_OK);
	paspw_close(&h);
	return err == PASPW_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
