/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The limit of a control group, in both versions, and of those above it. */

#include "memory.h"
#include "scratch.h"

#define MB (UINT64_C(1) << 20)

static void
put(const char *directory, const char *file, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", scratch_run, directory);
	(void)mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s%s/%s", scratch_run, directory, file);
	ck_assert_ptr_nonnull(f = fopen(path, "w"));
	fputs(text, f);
	fclose(f);
}

START_TEST(the_least_of_all_groups_above_holds)
{
	put("/a", "memory.max", "268435456\n");
	put("/a/b", "memory.max", "max\n");
	ck_assert_uint_eq(memory_limit_of("0::/a/b\n", scratch_run, 1024 * MB),
	    256 * MB);
	put("/a/b", "memory.max", "67108864\n");
	ck_assert_uint_eq(memory_limit_of("0::/a/b\n", scratch_run, 1024 * MB),
	    64 * MB);
	ck_assert_uint_eq(memory_limit_of("0::/a\n", scratch_run, 1024 * MB),
	    256 * MB);
}
END_TEST

START_TEST(the_first_version_has_its_own_mount)
{
	put("/memory", "memory.limit_in_bytes", "9223372036854771712\n");
	put("/memory/x", "memory.limit_in_bytes", "134217728\n");
	ck_assert_uint_eq(memory_limit_of("7:cpu,cpuacct:/y\n"
	    "5:hugetlb,memory:/x\n", scratch_run, 1024 * MB), 128 * MB);
	ck_assert_uint_eq(memory_limit_of("5:memory_x:/x\n", scratch_run,
	    1024 * MB), 1024 * MB);
}
END_TEST

START_TEST(a_container_sees_its_own_as_the_root)
{
	put("", "memory.max", "134217728\n");
	ck_assert_uint_eq(memory_limit_of("0::/\n", scratch_run, 1024 * MB),
	    128 * MB);
	ck_assert_uint_eq(memory_limit_of("0::/../elsewhere\n", scratch_run,
	    1024 * MB), 128 * MB);
}
END_TEST

static const char *const nothing[] = {
	"", "\n", "0", "0:", "0::", "garbage", "::", "a:b:c\n\n",
	"0::/nowhere\n"
};

START_TEST(what_cannot_be_read_limits_nothing)
{
	ck_assert_uint_eq(memory_limit_of(nothing[_i], scratch_run, 5 * MB),
	    5 * MB);
	put("/a", "memory.max", "12 apples\n");
	ck_assert_uint_eq(memory_limit_of("0::/a\n", scratch_run, 5 * MB),
	    5 * MB);
	ck_assert_uint_eq(memory_limit_of(nothing[_i], scratch_run, 0), 0);
}
END_TEST

START_TEST(this_machine_has_some)
{
	ck_assert_uint_gt(memory_limit(), MB);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("memory");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, the_least_of_all_groups_above_holds);
	tcase_add_test(tc, the_first_version_has_its_own_mount);
	tcase_add_test(tc, a_container_sees_its_own_as_the_root);
	tcase_add_loop_test(tc, what_cannot_be_read_limits_nothing, 0,
	    sizeof(nothing) / sizeof(nothing[0]));
	tcase_add_test(tc, this_machine_has_some);
	return run_in_scratch(suite, tc);
}
