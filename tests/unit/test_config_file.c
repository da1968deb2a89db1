/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Files, their owners and modes, and several of them together. */
#include "scratch.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define NOBODY 65534

static int
read_default(void)
{
	return config_read_in(&config, &places, NULL, &e);
}

static int
read_named(const char *name)
{
	return config_read_in(&config, &places, in_scratch(name), &e);
}

START_TEST(refuses_a_missing_named_file)
{
	ck_assert_int_eq(read_named("c"), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, expand("@/c: No such file or directory"));
	ck_assert_uint_eq(config.count, 0);
	/* but not a missing default one */
	ck_assert_int_eq(read_default(), PASPW_OK);
}
END_TEST

static const struct mode {
	mode_t mode;
	bool ok;
} modes[] = {
	{ 0644, true }, { 0600, true }, { 0755, true }, { 0400, true },
	{ 0664, false }, { 0646, false }, { 0666, false }, { 0622, false },
	{ 0777, false }, { 0620, false }, { 0602, false }
};

START_TEST(looks_at_the_mode)
{
	char text[128];

	write_file("c", "[users]\nhistory = 9\n");
	ck_assert_int_eq(chmod(in_scratch("c"), modes[_i].mode), 0);
	ck_assert_int_eq(read_named("c"),
	    modes[_i].ok ? PASPW_OK : PASPW_ERR_CONFIG);
	snprintf(text, sizeof(text), "%s: mode %04o lets others write",
	    in_scratch("c"), (unsigned)modes[_i].mode);
	ck_assert_str_eq(e.text, modes[_i].ok ? "" : text);
}
END_TEST

START_TEST(looks_at_the_owner)
{
	char text[128];

	write_file("c", "[users]\nhistory = 9\n");
	ck_assert_int_eq(chown(in_scratch("c"), NOBODY, NOBODY), 0);
	ck_assert_int_eq(read_named("c"), PASPW_ERR_CONFIG);
	snprintf(text, sizeof(text),
	    "%s: owned by uid 65534, who is neither root nor uid 0",
	    in_scratch("c"));
	ck_assert_str_eq(e.text, text);
	/* one's own file, and root's */
	ck_assert_int_eq(chmod(scratch, 0755), 0);
	ck_assert_int_eq(seteuid(NOBODY), 0);
	ck_assert_msg(read_named("c") == PASPW_OK, "%s", e.text);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chown(in_scratch("c"), 0, 0), 0);
	config_free(&config);
	ck_assert_int_eq(seteuid(NOBODY), 0);
	ck_assert_msg(read_named("c") == PASPW_OK, "%s", e.text);
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(refuses_an_unreadable_file)
{
	char text[128];

	write_file("etc/paspw.conf", "");
	ck_assert_int_eq(chmod(in_scratch("etc/paspw.conf"), 0600), 0);
	ck_assert_int_eq(chmod(scratch, 0755), 0);
	ck_assert_int_eq(seteuid(NOBODY), 0);
	ck_assert_int_eq(read_default(), PASPW_ERR_CONFIG);
	ck_assert_int_eq(seteuid(0), 0);
	snprintf(text, sizeof(text), "%s: Permission denied",
	    in_scratch("etc/paspw.conf"));
	ck_assert_str_eq(e.text, text);
}
END_TEST

START_TEST(refuses_what_is_no_file)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	ck_assert_int_eq(mkdir(in_scratch("c"), 0755), 0);
	ck_assert_int_eq(read_named("c"), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, expand("@/c: not a regular file"));
	/* nobody writes into it: this must not wait */
	ck_assert_int_eq(mkfifo(in_scratch("f"), 0600), 0);
	ck_assert_int_eq(read_named("f"), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, expand("@/f: not a regular file"));
	strcpy(address.sun_path, in_scratch("s"));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	ck_assert_int_eq(read_named("s"), PASPW_ERR_CONFIG);
	close(fd);
	ck_assert_int_eq(config_read_in(&config, &places, "/dev/zero", &e),
	    PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, "/dev/zero: not a regular file");
}
END_TEST

START_TEST(dev_null_masks)
{
	write_file("vnd/paspw.conf", "[users]\nhistory = 9\n");
	ck_assert_int_eq(read_default(), PASPW_OK);
	ck_assert_str_eq(value_of("users", "history"), "9");
	config_free(&config);
	ck_assert_int_eq(symlink("/dev/null", in_scratch("etc/paspw.conf")),
	    0);
	ck_assert_msg(read_default() == PASPW_OK, "%s", e.text);
	ck_assert_str_eq(value_of("users", "history"), "5");
}
END_TEST

START_TEST(refuses_a_huge_file)
{
	int fd;

	write_file("c", "");
	fd = open(in_scratch("c"), O_WRONLY);
	ck_assert_int_eq(ftruncate(fd, (1 << 20) + 1), 0);
	close(fd);
	ck_assert_int_eq(read_named("c"), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, expand("@/c: larger than 1048576 bytes"));
}
END_TEST

START_TEST(follows_a_link)
{
	write_file("real", "[users]\nhistory = 9\n");
	ck_assert_int_eq(symlink("real", in_scratch("c")), 0);
	ck_assert_int_eq(read_named("c"), PASPW_OK);
	ck_assert_str_eq(value_of("users", "history"), "9");
	ck_assert_str_eq(origin_of("users", "history"), expand("@/c:2"));
	/* to a file that others can write, too */
	config_free(&config);
	ck_assert_int_eq(chmod(in_scratch("real"), 0666), 0);
	ck_assert_int_eq(read_named("c"), PASPW_ERR_CONFIG);
}
END_TEST

START_TEST(drop_ins_override)
{
	ck_assert_int_eq(mkdir(in_scratch("etc/paspw.conf.d"), 0755), 0);
	ck_assert_int_eq(mkdir(in_scratch("vnd/paspw.conf.d"), 0755), 0);
	write_file("etc/paspw.conf", "[users]\nhistory = 6\n"
	    "min_length = 9\nmembers = a\n");
	write_file("vnd/paspw.conf.d/50.conf", "[users]\nhistory = 7\n");
	write_file("etc/paspw.conf.d/60.conf", "[admins]\nhistory = 8\n"
	    "[users]\nmembers =\n");
	ck_assert_msg(read_default() == PASPW_OK, "%s", e.text);
	ck_assert_str_eq(value_of("users", "history"), "7");
	ck_assert_str_eq(origin_of("users", "history"),
	    expand("@/vnd/paspw.conf.d/50.conf:2"));
	ck_assert_str_eq(value_of("users", "min_length"), "9");
	ck_assert_str_eq(origin_of("users", "min_length"),
	    expand("@/etc/paspw.conf:3"));
	ck_assert_str_eq(value_of("users", "members"), "");
	ck_assert_str_eq(value_of("admins", "history"), "8");
	ck_assert_str_eq(origin_of("admins", "history"),
	    expand("@/etc/paspw.conf.d/60.conf:2"));
}
END_TEST

START_TEST(a_later_file_brings_back_no_fault)
{
	ck_assert_int_eq(mkdir(in_scratch("c.d"), 0755), 0);
	write_file("c", "[users]\nhistory = x\n");
	write_file("c.d/a.conf", "[users]\nhistory = 7\n");
	ck_assert_int_eq(read_named("c"), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, expand("@/c:2: history: not a number"));
}
END_TEST

START_TEST(tells_the_faults_of_all_files)
{
	ck_assert_int_eq(mkdir(in_scratch("c.d"), 0755), 0);
	write_file("c", "[users]\nhistory = x\n");
	write_file("c.d/a.conf", "[users]\nfoo = 1\n");
	write_file("c.d/b.conf", "");
	write_file("c.d/c.conf", "[t]\nextends = u\n");
	ck_assert_int_eq(chmod(in_scratch("c.d/b.conf"), 0666), 0);
	ck_assert_int_eq(read_named("c"), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, expand("@/c:2: history: not a number; "
	    "@/c.d/a.conf:2: foo: unknown setting; "
	    "@/c.d/b.conf: mode 0666 lets others write; "
	    "@/c.d/c.conf:2: extends: there is no such realm"));
}
END_TEST

START_TEST(says_where_a_long_path_ends)
{
	char directory[200], name[512];

	memset(directory, 'd', sizeof(directory) - 1);
	directory[sizeof(directory) - 1] = '\0';
	ck_assert_int_eq(mkdir(in_scratch(directory), 0755), 0);
	snprintf(name, sizeof(name), "%s/%s", directory, directory);
	ck_assert_int_eq(mkdir(in_scratch(name), 0755), 0);
	strcat(name, "/c.conf");
	write_file(name, "[users]\nhistory = 9\nfoo = 1\n");
	ck_assert_int_eq(read_named(name), PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "/c.conf:3: foo: "));
	ck_assert_int_eq(strncmp(e.text, scratch, strlen(scratch)), 0);
	write_file(name, "[users]\nhistory = 9\n");
	ck_assert_int_eq(read_named(name), PASPW_OK);
	ck_assert_int_eq(strncmp(origin_of("users", "history"), "...", 3), 0);
	ck_assert_ptr_nonnull(strstr(origin_of("users", "history"),
	    "/c.conf:2"));
}
END_TEST

START_TEST(frees_nothing_twice)
{
	ck_assert_int_eq(read_default(), PASPW_OK);
	config_free(&config);
	config_free(&config);
	ck_assert_ptr_null(config_realm(&config, "users"));
}
END_TEST

/* No setting of the manual's page may be missing from the table. */
START_TEST(reads_every_setting)
{
	char text[8192] = "[users]\n";
	char want[POLICY_TEXT_MAX];

	for (const struct policy_setting *s = policy_settings; s->name; s++)
		if (s->standard[0] != '\0')
			sprintf(text + strlen(text), "%s = %s\n", s->name,
			    s->standard);
	write_file("c", text);
	ck_assert_msg(read_named("c") == PASPW_OK, "%s", e.text);
	for (const struct policy_setting *s = policy_settings; s->name; s++) {
		if (s->standard[0] == '\0')
			continue;
		strcpy(want, s->standard);
		ck_assert_str_eq(value_of("users", s->name), want);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("config_file");

	tcase_add_test(tc, refuses_a_missing_named_file);
	tcase_add_loop_test(tc, looks_at_the_mode, 0, ROWS(modes));
	if (geteuid() == 0) {
		tcase_add_test(tc, looks_at_the_owner);
		tcase_add_test(tc, refuses_an_unreadable_file);
	} else
		puts("SKIP: looks_at_the_owner, refuses_an_unreadable_file: "
		    "only root can give a file away");
	tcase_add_test(tc, refuses_what_is_no_file);
	tcase_add_test(tc, dev_null_masks);
	tcase_add_test(tc, refuses_a_huge_file);
	tcase_add_test(tc, follows_a_link);
	tcase_add_test(tc, drop_ins_override);
	tcase_add_test(tc, a_later_file_brings_back_no_fault);
	tcase_add_test(tc, tells_the_faults_of_all_files);
	tcase_add_test(tc, says_where_a_long_path_ends);
	tcase_add_test(tc, frees_nothing_twice);
	tcase_add_test(tc, reads_every_setting);
	return run_in_scratch(suite_create("config_file"), tc);
}
