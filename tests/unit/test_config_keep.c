/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The last good policy: kept, read back, and never a weaker one. */
#include "scratch.h"

#include <dirent.h>
#include <sys/fsuid.h>
#include <sys/wait.h>

#define NOBODY 65534

static struct config kept;

/* Read the configuration "c", or the default one, and keep it. */
static void
read_and_keep(const char *name)
{
	config_free(&config);
	ck_assert_msg(config_read_in(&config, &places,
	    name == NULL ? NULL : in_scratch(name), &e) == PASPW_OK, "%s",
	    e.text);
	ck_assert_msg(config_keep_in(&config, &places, &e) == PASPW_OK, "%s",
	    e.text);
}

static int
read_kept(const char *name)
{
	config_free(&kept);
	return config_read_last_good_in(&kept, &places,
	    name == NULL ? NULL : in_scratch(name), &e);
}

/* The only file of state/policy; NULL if there is none. */
static const char *
kept_file(void)
{
	static char path[PATH_MAX];
	DIR *dir = opendir(in_scratch("state/policy"));
	struct dirent *entry;
	int count = 0;

	if (dir == NULL)
		return NULL;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0) {
			snprintf(path, sizeof(path), "%s/%s",
			    in_scratch("state/policy"), entry->d_name);
			count++;
		}
	closedir(dir);
	ck_assert_int_le(count, 1);
	return count == 1 ? path : NULL;
}

static size_t
slurp(char *text, size_t size)
{
	const char *path = kept_file();
	FILE *file;
	size_t n;

	ck_assert_ptr_nonnull(path);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	n = fread(text, 1, size - 1, file);
	fclose(file);
	text[n] = '\0';
	return n;
}

/* Put other bytes in place of what is kept. */
static void
damage(const char *text, size_t size)
{
	const char *path = kept_file();
	FILE *file;

	ck_assert_ptr_nonnull(path);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

static void
expect_same(void)
{
	char one[POLICY_TEXT_MAX], other[POLICY_TEXT_MAX];

	ck_assert_uint_eq(kept.count, config.count);
	for (size_t i = 0; i < kept.count; i++) {
		ck_assert_str_eq(kept.realms[i].realm,
		    config.realms[i].realm);
		for (const struct policy_setting *s = policy_settings;
		    s->name; s++) {
			policy_get(&config.realms[i], s, one, sizeof(one));
			policy_get(&kept.realms[i], s, other, sizeof(other));
			ck_assert_msg(strcmp(one, other) == 0,
			    "[%s] %s: '%s', not '%s'", kept.realms[i].realm,
			    s->name, other, one);
		}
	}
}

static const char *const configurations[] = {
	"",
	"[users]\nmin_length = 12\n",
	"[users]\npreset = anssi\n",
	"[admins]\npreset = cis-debian12\nmembers =\n",
	"[users]\nrequire = none\nmembers = a\n  @b \xc3\xa9\n"
	    "lock_exempt_services =\nlanguage = fr\nwords = /w\n",
	"[z]\nextends = y\nstore = sqlite:/z z=\n[users]\nmax_age = never\n"
	    "[y]\nextends = admins\nstore = \"sqlite:/y\"\nhistory = 0\n",
	"[admins]\nextends = users\nhash = scrypt\nhash_cost = 8\n"
	    "credentials = store\nmin_age = 1d\nmax_age = 2y\nisolate = yes\n"
};

START_TEST(keeps_all_of_it)
{
	struct stat st;

	write_file("c", configurations[_i]);
	read_and_keep("c");
	ck_assert_int_eq(stat(kept_file(), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(in_scratch("state/policy"), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	/* now somebody breaks the file */
	write_file("c", "[users]\nmin_length = 1O\n");
	ck_assert_msg(read_kept("c") == PASPW_OK, "%s", e.text);
	ck_assert(kept.last_good);
	ck_assert_str_eq(kept.path, in_scratch("c"));
	expect_same();
}
END_TEST

START_TEST(keeps_the_default_configuration)
{
	read_and_keep(NULL);
	ck_assert_int_eq(read_kept(NULL), PASPW_OK);
	expect_same();
}
END_TEST

START_TEST(writes_only_what_is_new)
{
	struct stat before, after;

	write_file("c", "[users]\nhistory = 6\n");
	read_and_keep("c");
	ck_assert_int_eq(stat(kept_file(), &before), 0);
	/* another text, the same policy */
	write_file("c", "[users]\n# comment\nhistory = 6\n");
	read_and_keep("c");
	ck_assert_int_eq(stat(kept_file(), &after), 0);
	ck_assert_uint_eq(after.st_ino, before.st_ino);
	ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	write_file("c", "[users]\nhistory = 7\n");
	read_and_keep("c");
	ck_assert_int_eq(stat(kept_file(), &after), 0);
	ck_assert_uint_ne(after.st_ino, before.st_ino);
	ck_assert_int_eq(read_kept("c"), PASPW_OK);
	expect_same();
}
END_TEST

START_TEST(mends_a_damaged_one)
{
	write_file("c", "[users]\nhistory = 6\n");
	read_and_keep("c");
	damage("x", 1);
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
	read_and_keep("c");
	ck_assert_int_eq(read_kept("c"), PASPW_OK);
}
END_TEST

/* paths that must not share a file */
static const char *const names[] = {
	"c", "c-", "-c", "d/c", "d-c", "d%2fc", "d%2dc", "C", "c.new", "c c",
	"\xc3\xa9", "%c3%a9", "d.c", "d_c", "..c", "c\xff"
};

START_TEST(keeps_each_path_apart)
{
	char text[64];

	ck_assert_int_eq(mkdir(in_scratch("d"), 0755), 0);
	for (int i = 0; i < ROWS(names); i++) {
		snprintf(text, sizeof(text), "[users]\nhistory = %d\n", i);
		write_file(names[i], text);
		read_and_keep(names[i]);
	}
	for (int i = 0; i < ROWS(names); i++) {
		ck_assert_msg(read_kept(names[i]) == PASPW_OK, "%s: %s",
		    names[i], e.text);
		ck_assert_int_eq(kept.realms[0].history, i);
	}
}
END_TEST

START_TEST(has_none_of_an_unknown_path)
{
	write_file("c", "");
	read_and_keep("c");
	ck_assert_int_eq(read_kept("other"), PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "No such file or directory"));
	ck_assert_uint_eq(kept.count, 0);
	ck_assert(!kept.last_good);
}
END_TEST

START_TEST(refuses_it_cut_anywhere)
{
	static char text[65536];
	size_t size;

	write_file("c", "[users]\nmin_length = 12\n[t]\nstore = sqlite:/t\n");
	read_and_keep("c");
	size = slurp(text, sizeof(text));
	for (size_t i = 0; i < size; i += 7) {
		damage(text, i);
		ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
		ck_assert_uint_eq(kept.count, 0);
	}
	damage(text, size - 1);
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
	damage(text, size);
	ck_assert_int_eq(read_kept("c"), PASPW_OK);
}
END_TEST

START_TEST(refuses_it_without_a_line)
{
	static char text[65536], less[65536];
	size_t size, lines = 0;

	write_file("c", "");
	read_and_keep("c");
	size = slurp(text, sizeof(text));
	for (char *next, *line = text; line < text + size; line = next) {
		size_t head = (size_t)(line - text), rest;

		next = strchr(line, '\n') + 1;
		rest = size - (size_t)(next - text);
		memcpy(less, text, head);
		memcpy(less + head, next, rest);
		damage(less, head + rest);
		/* `extends =` alone says nothing, and a comment less */
		if (line[0] == '#' && rest > 0)
			continue;
		if (strcmp(line, "") != 0 &&
		    strncmp(line, "extends", 7) == 0)
			continue;
		if (strncmp(line, "preset", 6) == 0)
			continue;
		ck_assert_msg(read_kept("c") == PASPW_ERR_CONFIG, "%.20s",
		    line);
		lines++;
	}
	ck_assert_uint_gt(lines, 2 * (POLICY_SETTINGS - 2));
}
END_TEST

static const struct fault {
	const char *what;
	const char *text;
	const char *reason;
} faults[] = {
	{ "empty", "", "its end is missing" },
	{ "only its end", "# end\n", "a setting is missing" },
	{ "hardly anything", "[users]\nmin_length = 1\n# end\n",
	    "a setting is missing" },
	{ "no file of ours", "root:x:0:0\n# end\n", "no = after it" }
};

START_TEST(refuses_what_is_no_policy)
{
	write_file("c", "");
	read_and_keep("c");
	damage(faults[_i].text, strlen(faults[_i].text));
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
	ck_assert_msg(strstr(e.text, faults[_i].reason) != NULL, "%s: %s",
	    faults[_i].what, e.text);
}
END_TEST

START_TEST(refuses_it_when_others_can_write)
{
	write_file("c", "");
	read_and_keep("c");
	ck_assert_int_eq(chmod(kept_file(), 0602), 0);
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "lets others write"));
	ck_assert_int_eq(chmod(kept_file(), 0600), 0);
	ck_assert_int_eq(read_kept("c"), PASPW_OK);
	ck_assert_int_eq(chmod(in_scratch("state/policy"), 0770), 0);
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "others can write in it"));
}
END_TEST

START_TEST(keeps_nothing_without_a_state_directory)
{
	ck_assert_int_eq(rmdir(in_scratch("state")), 0);
	write_file("c", "");
	read_and_keep("c");
	ck_assert_ptr_null(kept_file());
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
}
END_TEST

START_TEST(keeps_nothing_where_others_can_write)
{
	ck_assert_int_eq(chmod(in_scratch("state"), 0777), 0);
	write_file("c", "");
	read_and_keep("c");
	ck_assert_ptr_null(kept_file());
	ck_assert_int_eq(access(in_scratch("state/policy"), F_OK), -1);
}
END_TEST

START_TEST(follows_no_link)
{
	ck_assert_int_eq(mkdir(in_scratch("elsewhere"), 0700), 0);
	ck_assert_int_eq(symlink("../elsewhere", in_scratch("state/policy")),
	    0);
	write_file("c", "");
	read_and_keep("c");
	ck_assert_int_eq(rmdir(in_scratch("elsewhere")), 0);
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
}
END_TEST

START_TEST(keeps_no_older_policy)
{
	write_file("c", "");
	read_and_keep("c");
	ck_assert_int_eq(unlink(kept_file()), 0);
	config.last_good = true;
	ck_assert_int_eq(config_keep_in(&config, &places, &e), PASPW_OK);
	ck_assert_ptr_null(kept_file());
}
END_TEST

START_TEST(keeps_nothing_of_a_relative_path)
{
	write_file("c", "");
	ck_assert_int_eq(chdir(scratch), 0);
	ck_assert_int_eq(config_read_in(&config, &places, "c", &e), PASPW_OK);
	ck_assert_int_eq(config_keep_in(&config, &places, &e), PASPW_OK);
	ck_assert_ptr_null(kept_file());
	ck_assert_int_eq(config_read_last_good_in(&kept, &places, "c", &e),
	    PASPW_ERR_CONFIG);
}
END_TEST

START_TEST(says_so_when_a_path_is_too_long)
{
	char name[302];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = name[150] = '\0';
	ck_assert_int_eq(mkdir(in_scratch(name), 0755), 0);
	name[150] = '/';
	write_file(name, "");
	ck_assert_int_eq(config_read_in(&config, &places, in_scratch(name),
	    &e), PASPW_OK);
	ck_assert_int_eq(config_keep_in(&config, &places, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_ptr_null(kept_file());
}
END_TEST

/* '#' begins a comment: such a value would be read back as another one */
START_TEST(keeps_nothing_that_reads_back_otherwise)
{
	write_file("c", "");
	read_and_keep("c");
	ck_assert_int_eq(unlink(kept_file()), 0);
	strcpy(config.realms[0].store, "sqlite:/a#b");
	ck_assert_int_eq(config_keep_in(&config, &places, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "reads back as another policy"));
	ck_assert_ptr_null(kept_file());
}
END_TEST

#define WRITERS 8
#define ROUNDS 40

/* Whoever reads meanwhile finds one whole policy or another. */
START_TEST(survives_many_writers_at_once)
{
	int status, failed = 0;

	write_file("c", "");
	read_and_keep("c");
	for (int i = 0; i < WRITERS; i++) {
		if (fork() != 0)
			continue;
		for (int j = 0; j < ROUNDS && failed == 0; j++) {
			config.realms[0].history = i * ROUNDS + j;
			failed = config_keep_in(&config, &places, &e);
		}
		_exit(failed);
	}
	for (int i = 0; i < WRITERS * ROUNDS; i++)
		ck_assert_msg(read_kept("c") == PASPW_OK, "%s", e.text);
	while (wait(&status) > 0)
		failed += status != 0;
	ck_assert_int_eq(failed, 0);
	/* and nothing is left beside it */
	ck_assert_ptr_nonnull(kept_file());
	ck_assert_int_eq(read_kept("c"), PASPW_OK);
	ck_assert_int_eq(kept.realms[0].history % ROUNDS, ROUNDS - 1);
}
END_TEST

START_TEST(respects_whose_directory_it_is)
{
	struct stat st;

	/* the agent's: root keeps it there as that user, who can replace it */
	ck_assert_int_eq(chown(in_scratch("state"), NOBODY, NOBODY), 0);
	ck_assert_int_eq(chmod(scratch, 0755), 0);
	write_file("c", "[users]\nhistory = 8\n");
	read_and_keep("c");
	ck_assert_int_eq(stat(kept_file(), &st), 0);
	ck_assert_uint_eq(st.st_uid, NOBODY);
	/* and is root again after it */
	ck_assert_int_eq(setfsuid((uid_t)-1), 0);
	write_file("c", "[users]\nhistory = 9\n");
	ck_assert_int_eq(seteuid(NOBODY), 0);
	read_and_keep("c");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(stat(kept_file(), &st), 0);
	ck_assert_uint_eq(st.st_uid, NOBODY);
	ck_assert_msg(read_kept("c") == PASPW_OK, "%s", e.text);
	expect_same();
	/* a stranger's file in it is refused */
	ck_assert_int_eq(chown(kept_file(), NOBODY - 1, NOBODY), 0);
	ck_assert_int_eq(read_kept("c"), PASPW_ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "owned by uid 65533"));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("config_keep");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, keeps_all_of_it, 0, ROWS(configurations));
	tcase_add_test(tc, keeps_the_default_configuration);
	tcase_add_test(tc, writes_only_what_is_new);
	tcase_add_test(tc, mends_a_damaged_one);
	tcase_add_test(tc, keeps_each_path_apart);
	tcase_add_test(tc, has_none_of_an_unknown_path);
	tcase_add_test(tc, refuses_it_cut_anywhere);
	tcase_add_test(tc, refuses_it_without_a_line);
	tcase_add_loop_test(tc, refuses_what_is_no_policy, 0, ROWS(faults));
	tcase_add_test(tc, refuses_it_when_others_can_write);
	tcase_add_test(tc, keeps_nothing_without_a_state_directory);
	tcase_add_test(tc, keeps_nothing_where_others_can_write);
	tcase_add_test(tc, follows_no_link);
	tcase_add_test(tc, keeps_no_older_policy);
	tcase_add_test(tc, keeps_nothing_of_a_relative_path);
	tcase_add_test(tc, says_so_when_a_path_is_too_long);
	tcase_add_test(tc, keeps_nothing_that_reads_back_otherwise);
	tcase_add_test(tc, survives_many_writers_at_once);
	if (geteuid() == 0)
		tcase_add_test(tc, respects_whose_directory_it_is);
	else
		puts("SKIP: respects_whose_directory_it_is: only root can "
		    "give a directory away");
	return run_in_scratch(suite_create("config_keep"), tc);
}
