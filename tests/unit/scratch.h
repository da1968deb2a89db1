/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* A directory of one test, with a small system in it: etc, run, vendor, state;
 * and a configuration read from there. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tree.h"
#include "policy/config_file.h"

static char scratch[] = "/tmp/paspw-test-XXXXXX";
static char scratch_etc[64], scratch_run[64], scratch_vendor[64];
static char scratch_state[64];
static const struct config_places places = {
	scratch_etc, scratch_run, scratch_vendor, scratch_state
};
static struct config config;
static struct error e;

static void
scratch_make(void)
{
	strcpy(scratch + strlen(scratch) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch));
	snprintf(scratch_etc, sizeof(scratch_etc), "%s/etc", scratch);
	snprintf(scratch_run, sizeof(scratch_run), "%s/run", scratch);
	snprintf(scratch_vendor, sizeof(scratch_vendor), "%s/vnd", scratch);
	snprintf(scratch_state, sizeof(scratch_state), "%s/state", scratch);
	ck_assert_int_eq(mkdir(scratch_etc, 0755), 0);
	ck_assert_int_eq(mkdir(scratch_run, 0755), 0);
	ck_assert_int_eq(mkdir(scratch_vendor, 0755), 0);
	ck_assert_int_eq(mkdir(scratch_state, 0700), 0);
	memset(&config, 0, sizeof(config));
	error_clear(&e);
}

static void
scratch_remove(void)
{
	config_free(&config);
	tree_remove(scratch);
}

/* Path of a name in the scratch directory; good for a few calls. */
static const char *
in_scratch(const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, PATH_MAX, "%s/%s", scratch, name);
	return path;
}

static void
write_bytes(const char *name, const char *bytes, size_t size)
{
	const char *path = in_scratch(name);
	FILE *file = fopen(path, "w");

	ck_assert_msg(file != NULL, "%s", path);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0644), 0);
}

static inline void
write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

/* Each @ in a text becomes the scratch directory. */
static inline const char *
expand(const char *text)
{
	static char out[ERROR_TEXT_MAX];
	size_t used = 0;

	for (; *text != '\0'; text++)
		used += (size_t)snprintf(out + used, sizeof(out) - used,
		    *text == '@' ? "%s" : "%.1s",
		    *text == '@' ? scratch : text);
	out[used] = '\0';
	return out;
}

/* A setting of a realm as text. */
static inline const char *
value_of(const char *realm, const char *setting)
{
	static char text[POLICY_TEXT_MAX];
	const struct policy *p = config_realm(&config, realm);

	ck_assert_msg(p != NULL, "no realm %s", realm);
	policy_get(p, policy_setting_find(setting), text, sizeof(text));
	return text;
}

static inline const char *
origin_of(const char *realm, const char *setting)
{
	return config_origin_of(&config, config_realm(&config, realm),
	    policy_setting_find(setting));
}

/* Run a suite of one test case in which each test has its own directory. */
static inline int
run_in_scratch(Suite *suite, TCase *tc)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, scratch_make, scratch_remove);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

#endif
