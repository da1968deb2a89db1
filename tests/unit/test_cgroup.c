/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "scratch.h"

#define NOBODY 65534
#define UNIFIED "0::/user.slice/user-1000.slice/session\n"
#define GROUP "/user.slice/user-1000.slice/session"

static char membership[PATH_MAX], tree[PATH_MAX];
static const struct cgroup_places here = { membership, tree };

/* A file of the tree. */
static void
put(const char *name, const char *text)
{
	char path[PATH_MAX];
	int size = snprintf(path, sizeof(path), "tree%s", name);

	ck_assert_int_lt(size, (int)sizeof(path));
	write_file(path, text);
}

static void
make_group(const char *group, const char *freeze)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", tree, group);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/%s", group, freeze);
	put(path, "0\n");
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	put(path, "");
}

static void
member_of(const char *lines)
{
	write_file("member", lines);
}

static void
set_up(void)
{
	snprintf(membership, sizeof(membership), "%s", in_scratch("member"));
	snprintf(tree, sizeof(tree), "%s", in_scratch("tree"));
	ck_assert_int_eq(mkdir(tree, 0755), 0);
	make_group("/user.slice", "cgroup.freeze");
	make_group("/user.slice/user-1000.slice", "cgroup.freeze");
	make_group(GROUP, "cgroup.freeze");
	member_of(UNIFIED);
}

static void
give_away(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", tree, name);
	ck_assert_int_eq(chown(path, NOBODY, (gid_t)-1), 0);
}

START_TEST(groups_of_root_are_safe)
{
	ck_assert(!cgroup_exposed(&here));
}
END_TEST

/* The files by which somebody else could stop us, at each level. */
static const char *const keys[] = {
	GROUP "/cgroup.freeze", GROUP "/cgroup.procs",
	"/user.slice/user-1000.slice/cgroup.freeze",
	"/user.slice/user-1000.slice/cgroup.procs",
	"/user.slice/cgroup.freeze", "/user.slice/cgroup.procs",
};

START_TEST(a_key_of_somebody_else_exposes)
{
	give_away(keys[_i]);
	ck_assert(cgroup_exposed(&here));
}
END_TEST

START_TEST(a_key_that_others_can_write_exposes)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", tree, keys[_i]);
	ck_assert_int_eq(chmod(path, 0664), 0);
	ck_assert(cgroup_exposed(&here));
}
END_TEST

START_TEST(the_root_group_is_safe)
{
	member_of("0::/\n");
	ck_assert(!cgroup_exposed(&here));
}
END_TEST

/* v1: the freezer alone freezes; who owns another hierarchy does not matter. */
START_TEST(the_old_freezer_counts_and_others_do_not)
{
	ck_assert_int_eq(mkdir(in_scratch("tree/freezer"), 0755), 0);
	make_group("/freezer/job", "freezer.state");
	member_of("7:cpu,cpuacct:/job\n6:freezer:/job\n0::/\n");
	ck_assert(!cgroup_exposed(&here));
	give_away("/freezer/job/freezer.state");
	ck_assert(cgroup_exposed(&here));
	member_of("7:cpu,cpuacct:/job\n0::/\n");
	ck_assert(!cgroup_exposed(&here));
}
END_TEST

START_TEST(what_cannot_be_told_exposes)
{
	const struct cgroup_places nowhere = { "/proc/self/comm/none", tree };

	ck_assert(cgroup_exposed(&nowhere));
}
END_TEST

START_TEST(a_kernel_without_groups_is_safe)
{
	const struct cgroup_places nowhere = { "/proc/self/none", tree };

	ck_assert(!cgroup_exposed(&nowhere));
}
END_TEST

START_TEST(leaving_writes_to_the_root_group)
{
	char text[8] = "";
	FILE *f;

	put("/cgroup.procs", "");
	cgroup_leave(&here);
	f = fopen(in_scratch("tree/cgroup.procs"), "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
	fclose(f);
	ck_assert_str_eq(text, "0");
}
END_TEST

START_TEST(the_least_memory_of_all_levels_counts)
{
	ck_assert_uint_eq(cgroup_memory(&here), UINT64_MAX);
	put(GROUP "/memory.max", "max\n");
	ck_assert_uint_eq(cgroup_memory(&here), UINT64_MAX);
	put("/user.slice/memory.max", "1073741824\n");
	ck_assert_uint_eq(cgroup_memory(&here), 1073741824);
	put(GROUP "/memory.max", "2147483648\n");
	ck_assert_uint_eq(cgroup_memory(&here), 1073741824);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cgroup");
	TCase *tc = tcase_create("cgroup");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, scratch_make, scratch_remove);
	tcase_add_checked_fixture(tc, set_up, NULL);
	if (geteuid() == 0) {
		tcase_add_test(tc, groups_of_root_are_safe);
		tcase_add_loop_test(tc, a_key_of_somebody_else_exposes, 0,
		    ROWS(keys));
		tcase_add_test(tc,
		    the_old_freezer_counts_and_others_do_not);
	} else {
		puts("SKIP: groups_of_root_are_safe, "
		    "a_key_of_somebody_else_exposes, the_old_freezer_counts_"
		    "and_others_do_not: only root can give files away");
	}
	tcase_add_loop_test(tc, a_key_that_others_can_write_exposes, 0,
	    ROWS(keys));
	tcase_add_test(tc, the_root_group_is_safe);
	tcase_add_test(tc, what_cannot_be_told_exposes);
	tcase_add_test(tc, a_kernel_without_groups_is_safe);
	tcase_add_test(tc, leaving_writes_to_the_root_group);
	tcase_add_test(tc, the_least_memory_of_all_levels_counts);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
