/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* A handle on two realms, users and admins, in a directory of the test's own;
 * their hash_cost and more settings are given. */
#ifndef REALMS_H
#define REALMS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tree.h"
#include "paspw.h"

#define FIRST "Wagon-7-ivory"
#define SECOND "Sphinx-9-quartz"
#define THIRD "Turnip&84&velvet"

static char directory[64], config[96];
static struct paspw *h;
static enum paspw_verdict verdict;

static inline void
write_config(const char *path, const char *cost, const char *settings)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "[users]\nstore = sqlite:%s/store/users.db\n"
	    "credentials = store\nhash_cost = %s\ndictionary = no\n%s"
	    "[admins]\nextends = users\nmembers = paul\nmin_length = 10\n"
	    "store = sqlite:%s/store/admins.db\n", directory, cost, settings,
	    directory);
	ck_assert_int_eq(fclose(f), 0);
}

static inline void
reopen(const char *cost, const char *settings)
{
	paspw_close(&h);
	write_config(config, cost, settings);
	ck_assert_msg(paspw_open(&h, config, 0) == PASPW_OK, "%s",
	    paspw_detail(h));
}

static inline void
setup(void)
{
	strcpy(directory, "/tmp/paspw-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(config, sizeof(config), "%s/paspw.conf", directory);
	reopen("3", "");
	ck_assert_msg(paspw_init(h) == PASPW_OK, "%s", paspw_detail(h));
}

static inline void
teardown(void)
{
	paspw_close(&h);
	tree_remove(directory);
}

static inline void
authenticate(const char *user, const char *password)
{
	ck_assert_msg(paspw_authenticate(h, user, password, strlen(password),
	    &verdict) == PASPW_OK, "%s", paspw_detail(h));
}

static inline void
settled(const char *user)
{
	ck_assert_int_eq(paspw_add(h, user, FIRST, strlen(FIRST), NULL, NULL,
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(paspw_change(h, user, FIRST, strlen(FIRST), SECOND,
	    strlen(SECOND), NULL, &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}

static inline unsigned
cost_of(const char *user)
{
	struct paspw_status *status = NULL;
	unsigned cost;

	ck_assert_int_eq(paspw_status(h, user, &status), PASPW_OK);
	cost = status->hash_cost;
	paspw_status_free(&status);
	return cost;
}

#endif
