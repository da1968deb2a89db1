/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Which files are read, and in which order. */
#include "scratch.h"

#include "policy/config_path.h"

static struct config_paths paths;

/* The list as "etc/paspw.conf etc/paspw.conf.d/a.conf". */
static const char *
found(const char *path)
{
	static char text[4096];
	size_t used = 0;

	text[0] = '\0';
	ck_assert_msg(config_paths_find(&paths, &places, path, &e) ==
	    PASPW_OK, "%s", e.text);
	for (size_t i = 0; i < paths.count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", i == 0 ? "" : " ",
		    paths.list[i] + strlen(scratch) + 1);
	config_paths_free(&paths);
	return text;
}

static void
drop_ins(const char *directory)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/paspw.conf.d", directory);
	ck_assert_int_eq(mkdir(in_scratch(path), 0755), 0);
}

START_TEST(finds_nothing)
{
	ck_assert_str_eq(found(NULL), "");
}
END_TEST

START_TEST(etc_comes_before_vendor)
{
	write_file("vnd/paspw.conf", "");
	ck_assert_str_eq(found(NULL), "vnd/paspw.conf");
	write_file("etc/paspw.conf", "");
	ck_assert_str_eq(found(NULL), "etc/paspw.conf");
	/* there is no file of its own in run */
	write_file("run/paspw.conf", "");
	ck_assert_str_eq(found(NULL), "etc/paspw.conf");
}
END_TEST

START_TEST(sorts_drop_ins_by_name)
{
	drop_ins("etc");
	drop_ins("run");
	drop_ins("vnd");
	write_file("vnd/paspw.conf.d/50.conf", "");
	write_file("run/paspw.conf.d/20.conf", "");
	write_file("etc/paspw.conf.d/90.conf", "");
	write_file("etc/paspw.conf.d/10.conf", "");
	ck_assert_str_eq(found(NULL), "etc/paspw.conf.d/10.conf "
	    "run/paspw.conf.d/20.conf vnd/paspw.conf.d/50.conf "
	    "etc/paspw.conf.d/90.conf");
	write_file("vnd/paspw.conf", "");
	ck_assert_int_eq(strncmp(found(NULL), "vnd/paspw.conf etc/", 19), 0);
}
END_TEST

START_TEST(same_name_masks)
{
	drop_ins("etc");
	drop_ins("run");
	drop_ins("vnd");
	write_file("vnd/paspw.conf.d/a.conf", "");
	write_file("run/paspw.conf.d/a.conf", "");
	ck_assert_str_eq(found(NULL), "run/paspw.conf.d/a.conf");
	write_file("etc/paspw.conf.d/a.conf", "");
	ck_assert_str_eq(found(NULL), "etc/paspw.conf.d/a.conf");
}
END_TEST

START_TEST(passes_over_other_names)
{
	drop_ins("etc");
	write_file("etc/paspw.conf.d/a.conf~", "");
	write_file("etc/paspw.conf.d/a.conf.dpkg-old", "");
	write_file("etc/paspw.conf.d/.conf", "");
	write_file("etc/paspw.conf.d/.hidden.conf", "");
	write_file("etc/paspw.conf.d/README", "");
	write_file("etc/paspw.conf.d/conf", "");
	ck_assert_str_eq(found(NULL), "");
}
END_TEST

START_TEST(named_file_has_its_own_drop_ins)
{
	drop_ins("etc");
	write_file("etc/paspw.conf", "");
	write_file("etc/paspw.conf.d/a.conf", "");
	write_file("my.conf", "");
	ck_assert_str_eq(found(in_scratch("my.conf")), "my.conf");
	ck_assert_int_eq(mkdir(in_scratch("my.conf.d"), 0755), 0);
	write_file("my.conf.d/b.conf", "");
	write_file("my.conf.d/a.conf", "");
	/* not masked by the name of a drop-in */
	write_file("my.conf.d/my.conf", "");
	ck_assert_str_eq(found(in_scratch("my.conf")),
	    "my.conf my.conf.d/a.conf my.conf.d/b.conf my.conf.d/my.conf");
}
END_TEST

START_TEST(naming_the_default_file_is_the_default)
{
	char standard[POLICY_TEXT_MAX];

	drop_ins("vnd");
	write_file("vnd/paspw.conf", "");
	write_file("vnd/paspw.conf.d/a.conf", "");
	ck_assert_int_eq(config_path_name(&places, NULL, standard, &e),
	    PASPW_OK);
	/* but it must exist: the vendor's does not stand in */
	ck_assert_str_eq(found(standard),
	    "etc/paspw.conf vnd/paspw.conf.d/a.conf");
	ck_assert_int_eq(config_read_in(&config, &places, standard, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/etc/paspw.conf: No such file or directory"));
	write_file("etc/paspw.conf", "");
	ck_assert_int_eq(config_read_in(&config, &places, standard, &e),
	    PASPW_OK);
}
END_TEST

START_TEST(refuses_a_directory_that_others_can_write)
{
	drop_ins("etc");
	ck_assert_int_eq(chmod(in_scratch("etc/paspw.conf.d"), 0777), 0);
	ck_assert_int_eq(config_read_in(&config, &places, NULL, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/etc/paspw.conf.d: others can write in it"));
	ck_assert_int_eq(chmod(in_scratch("etc/paspw.conf.d"), 01775), 0);
	ck_assert_int_eq(config_read_in(&config, &places, NULL, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_int_eq(chmod(in_scratch("etc/paspw.conf.d"), 0755), 0);
	ck_assert_int_eq(config_read_in(&config, &places, NULL, &e),
	    PASPW_OK);
}
END_TEST

START_TEST(refuses_what_is_no_directory)
{
	write_file("etc/paspw.conf.d", "");
	ck_assert_int_eq(config_read_in(&config, &places, NULL, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/etc/paspw.conf.d: Not a directory"));
}
END_TEST

/* A link to nowhere is not "no file": the built-in policy would then stand in
 * for the one that was meant. */
START_TEST(refuses_a_dangling_link)
{
	ck_assert_int_eq(symlink("nowhere", in_scratch("etc/paspw.conf.d")),
	    0);
	ck_assert_int_eq(config_read_in(&config, &places, NULL, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/etc/paspw.conf.d: No such file or directory"));
	ck_assert_int_eq(unlink(in_scratch("etc/paspw.conf.d")), 0);
	ck_assert_int_eq(symlink("nowhere", in_scratch("etc/paspw.conf")), 0);
	ck_assert_int_eq(config_read_in(&config, &places, NULL, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/etc/paspw.conf: No such file or directory"));
}
END_TEST

START_TEST(refuses_an_overlong_path)
{
	char path[POLICY_TEXT_MAX + 1];

	memset(path, 'a', POLICY_TEXT_MAX);
	path[POLICY_TEXT_MAX] = '\0';
	ck_assert_int_eq(config_read_in(&config, &places, path, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_int_eq(config_read_in(&config, &places, "", &e),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    "the path of the configuration is empty or too long");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("config_path");

	tcase_add_test(tc, finds_nothing);
	tcase_add_test(tc, etc_comes_before_vendor);
	tcase_add_test(tc, sorts_drop_ins_by_name);
	tcase_add_test(tc, same_name_masks);
	tcase_add_test(tc, passes_over_other_names);
	tcase_add_test(tc, named_file_has_its_own_drop_ins);
	tcase_add_test(tc, naming_the_default_file_is_the_default);
	tcase_add_test(tc, refuses_a_directory_that_others_can_write);
	tcase_add_test(tc, refuses_what_is_no_directory);
	tcase_add_test(tc, refuses_a_dangling_link);
	tcase_add_test(tc, refuses_an_overlong_path);
	return run_in_scratch(suite_create("config_path"), tc);
}
