/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* A handle on a store of its own, and accounts in it. */
#ifndef ISSUED_H
#define ISSUED_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tree.h"
#include "handle.h"

#define FIRST "Wagon-7-ivory"
#define SECOND "Sphinx-9-quartz"
#define THIRD "Turnip&84&velvet"

static char directory[64], config[96];
static struct paspw *h;
static enum paspw_verdict verdict;

/* Write these settings and open it again. */
static void
configure(const char *settings)
{
	FILE *f = fopen(config, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "[users]\nstore = sqlite:%s/store/users.db\n"
	    "credentials = store\nhash_cost = 3\ndictionary = no\n%s"
	    "[admins]\nextends = users\nstore = sqlite:%s/store/admins.db\n",
	    directory, settings, directory);
	ck_assert_int_eq(fclose(f), 0);
	paspw_close(&h);
	ck_assert_msg(paspw_open(&h, config, 0) == PASPW_OK, "%s",
	    paspw_detail(h));
}

static void
setup(void)
{
	strcpy(directory, "/tmp/paspw-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(config, sizeof(config), "%s/paspw.conf", directory);
	configure("");
	ck_assert_msg(paspw_init(h) == PASPW_OK, "%s", paspw_detail(h));
}

static void
teardown(void)
{
	paspw_close(&h);
	tree_remove(directory);
}

static int
add(const char *user, const char *password)
{
	return paspw_add(h, user, password, strlen(password), NULL, NULL,
	    &verdict);
}

static int
change(const char *user, const char *old, const char *new)
{
	return paspw_change(h, user, old, strlen(old), new, strlen(new), NULL,
	    &verdict);
}

/* An account that is past its first change. */
static void
settled(const char *user)
{
	ck_assert_int_eq(add(user, FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(change(user, FIRST, SECOND), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}

static int
run_issued_with(Suite *suite, TCase *tc, SFun before, SFun after)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, before, after);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static inline int
run_issued(Suite *suite, TCase *tc)
{
	return run_issued_with(suite, tc, setup, teardown);
}

#endif
