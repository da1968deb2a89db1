/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* login CONFIG USER < PASSWORD: exit 0 if this person may come in. */
#include <paspw.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	enum paspw_verdict verdict = PASPW_REFUSED;
	char password[PASPW_PASSWORD_MAX + 2] = "";
	struct paspw *h = NULL;
	int err;

	if (argc != 3 || fgets(password, sizeof(password), stdin) == NULL)
		return 2;
	password[strcspn(password, "\n")] = '\0';
	if ((err = paspw_open(&h, argv[1], PASPW_LOGIN)) != PASPW_OK ||
	    (err = paspw_set(h, PASPW_SERVICE, "shop")) != PASPW_OK)
		goto out;
	err = paspw_authenticate(h, argv[2], password, strlen(password),
	    &verdict);
	if (err == PASPW_OK && verdict == PASPW_ACCEPTED)
		err = paspw_account_verdict(h, argv[2], 0, &verdict, NULL);
out:
	explicit_bzero(password, sizeof(password));
	if (err != PASPW_OK)
		fprintf(stderr, "%s: %s\n", paspw_strerror(err),
		    paspw_detail(h));
	puts(paspw_verdict_name(verdict));
	paspw_close(&h);
	return err == PASPW_OK && verdict == PASPW_ACCEPTED ? 0 : 1;
}
