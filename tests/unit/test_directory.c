/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The system's look-ups are replaced by a small directory of our own, which
 * can also fail. */
#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/directory.h"

void __explicit_bzero_chk(void *bytes, size_t size, size_t object);

#define GROUPS_OF_MANY 200

/* ---- The directory ---- */

static struct fake {
	int fail_person, fail_shadow, fail_group;	/* errno, or 0 */
	int interrupted;		/* EINTR so many times first */
	size_t need;			/* a record needs so many bytes */
	const char *hash;
	const char *file;
	long changed;
	int calls;
	void *last;			/* buffer of the last look-up */
	size_t last_size;
	int wiped;			/* buffers that were wiped whole */
} fake;

static const struct {
	const char *name;
	gid_t gid;
} people[] = {
	{ "root", 0 }, { "alice", 100 }, { "bob", 27 }, { "many", 100 }
};

static char *const sudo_members[] = { (char *)(uintptr_t)"alice",
	(char *)(uintptr_t)"virtual", NULL };
static char *const nobody[] = { NULL };
static const struct {
	const char *name;
	gid_t gid;
	char *const *members;
} groups[] = {
	{ "sudo", 27, sudo_members }, { "users", 100, nobody },
	{ "last", 1000 + GROUPS_OF_MANY - 1, nobody }
};

static void
forget(void)
{
	memset(&fake, 0, sizeof(fake));
}

/* What each look-up does before it answers; 0: go on. */
static int
misbehave(int failure, char *buffer, size_t size)
{
	fake.calls++;
	fake.last = buffer;
	fake.last_size = size;
	if (fake.interrupted > 0) {
		fake.interrupted--;
		return EINTR;
	}
	if (failure != 0)
		return failure;
	memset(buffer, 'h', size);
	return size < fake.need ? ERANGE : 0;
}

int
getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
    struct passwd **result)
{
	int r = misbehave(fake.fail_person, buffer, size);

	*result = NULL;
	for (size_t i = 0; r == 0 && i < sizeof(people) / sizeof(people[0]);
	    i++) {
		/* as some directories: any case in, the proper one out */
		if (strcasecmp(people[i].name, name) != 0)
			continue;
		memset(entry, 0, sizeof(*entry));
		strcpy(buffer, people[i].name);
		entry->pw_name = buffer;
		strcpy(buffer + 32, "Full Name,,,");
		entry->pw_gecos = buffer + 32;
		entry->pw_uid = (uid_t)i;
		entry->pw_gid = people[i].gid;
		*result = entry;
	}
	return r;
}

int
getspnam_r(const char *name, struct spwd *entry, char *buffer, size_t size,
    struct spwd **result)
{
	int r = misbehave(fake.fail_shadow, buffer, size);

	*result = NULL;
	if (r != 0 || strcmp(name, "root") != 0)
		return r;
	memset(entry, 0, sizeof(*entry));
	if (fake.hash != NULL) {
		strcpy(buffer, fake.hash);
		entry->sp_pwdp = buffer;
	}
	entry->sp_lstchg = fake.changed;
	*result = entry;
	return 0;
}

int
getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
    struct group **result)
{
	int r = misbehave(fake.fail_group, buffer, size);

	*result = NULL;
	for (size_t i = 0; r == 0 && i < sizeof(groups) / sizeof(groups[0]);
	    i++) {
		if (strcmp(groups[i].name, name) != 0)
			continue;
		memset(entry, 0, sizeof(*entry));
		entry->gr_gid = groups[i].gid;
		entry->gr_mem = (char **)(uintptr_t)groups[i].members;
		*result = entry;
	}
	return r;
}

int
getgrouplist(const char *user, gid_t group, gid_t *list, int *count)
{
	int have = strcmp(user, "many") == 0 ? GROUPS_OF_MANY : 1;
	int room = *count;

	*count = have;
	if (room < have)
		return -1;
	list[0] = group;
	for (int i = 1; i < have; i++)
		list[i] = (gid_t)(1000 + i);
	return have;
}

/* Every file is this one. */
FILE *
fopen(const char *path, const char *mode)
{
	__typeof__(&fopen) next =
	    (__typeof__(&fopen))(uintptr_t)dlsym(RTLD_NEXT, "fopen");

	return next(fake.file != NULL ? fake.file : path, mode);
}

int
fclose(FILE *file)
{
	__typeof__(&fclose) next =
	    (__typeof__(&fclose))(uintptr_t)dlsym(RTLD_NEXT, "fclose");

	fake.last = file->_IO_buf_base;
	fake.last_size = (size_t)(file->_IO_buf_end - file->_IO_buf_base);
	return next(file);
}

/* Watch the wipes. */
static void
wipe(void *bytes, size_t size)
{
	if (bytes == fake.last && size >= fake.last_size)
		fake.wiped++;
	memset(bytes, 0, size);
}

void
explicit_bzero(void *bytes, size_t size)
{
	wipe(bytes, size);
}

void
__explicit_bzero_chk(void *bytes, size_t size, size_t object)
{
	(void)object;
	wipe(bytes, size);
}

/* ---- Names ---- */

static const struct name_case {
	const char *what;
	const char *name;
	bool ok;
} name_cases[] = {
	{ "plain", "alice", true },
	{ "an address", "jean.dupont+x@example.org", true },
	{ "a space inside", "jean dupont", true },
	{ "accents", "j\xc3\xa9r\xc3\xb4me", true },
	{ "Windows domain", "DOM\\user", true },
	{ "none", NULL, false },
	{ "empty", "", false },
	{ "a path", "../etc/passwd", false },
	{ "a colon", "root:x", false },
	{ "a newline", "root\nx", false },
	{ "a tab", "ro\tot", false },
	{ "escape", "ro\x1bot", false },
	{ "DEL", "ro\x7fot", false },
	{ "C1 control", "ro\xc2\x85ot", false },
	{ "a space first", " root", false },
	{ "a space last", "root ", false },
	{ "not UTF-8", "ro\xffot", false },
	{ "cut UTF-8", "roo\xc3", false },
	{ "overlong slash", "ro\xc0\xafot", false },
	{ "surrogate", "ro\xed\xa0\x80ot", false }
};

START_TEST(judges_name)
{
	const struct name_case *c = &name_cases[_i];

	ck_assert_msg(directory_name_ok(c->name) == c->ok, "%s", c->what);
}
END_TEST

START_TEST(limits_the_length_of_a_name)
{
	char name[PASPW_NAME_MAX + 2];

	memset(name, 'a', sizeof(name));
	name[PASPW_NAME_MAX + 1] = '\0';
	ck_assert(!directory_name_ok(name));
	name[PASPW_NAME_MAX] = '\0';
	ck_assert(directory_name_ok(name));
}
END_TEST

/* ---- People ---- */

static struct error e;

START_TEST(finds_a_person)
{
	struct directory_person person;

	forget();
	ck_assert_int_eq(directory_person("ALICE", &person, &e), PASPW_OK);
	ck_assert(person.found);
	ck_assert_str_eq(person.name, "alice");
	ck_assert_str_eq(person.gecos, "Full Name,,,");
	ck_assert_int_eq(person.uid, 1);
}
END_TEST

static const int no_such[] = { 0, ENOENT, ESRCH };

START_TEST(unknown_is_no_error)
{
	struct directory_person person = { .found = true };
	struct directory_shadow shadow = { .found = true };

	forget();
	fake.fail_person = fake.fail_shadow = no_such[_i];
	ck_assert_int_eq(directory_person("nobody", &person, &e), PASPW_OK);
	ck_assert(!person.found);
	ck_assert_str_eq(person.name, "");
	ck_assert_int_eq(directory_shadow("nobody", &shadow, &e), PASPW_OK);
	ck_assert(!shadow.found);
	ck_assert_str_eq(shadow.hash, "");
	ck_assert_int_eq(shadow.changed_day, -1);
}
END_TEST

static const int failures[] = { EACCES, EIO, EMFILE, ENOMEM, EAGAIN, EPERM };

START_TEST(failure_is_an_error)
{
	struct directory_person person = { .found = true };
	struct directory_shadow shadow = { .found = true };
	bool claims = true;

	forget();
	fake.fail_person = failures[_i];
	ck_assert_int_eq(directory_person("root", &person, &e),
	    PASPW_ERR_STORE);
	ck_assert(!person.found);
	/* it may be a password */
	ck_assert_ptr_null(strstr(e.text, "root"));
	ck_assert_int_eq(directory_claims("root", "root", &claims, &e),
	    PASPW_ERR_STORE);
	ck_assert_ptr_null(strstr(e.text, "root"));
	ck_assert(!claims);
	fake.fail_shadow = failures[_i];
	ck_assert_int_eq(directory_shadow("root", &shadow, &e),
	    PASPW_ERR_STORE);
	ck_assert(!shadow.found);
	ck_assert_ptr_nonnull(strstr(e.text, "the shadow record of root: "));
	fake.fail_person = 0;
	fake.fail_group = failures[_i];
	claims = true;
	ck_assert_int_eq(directory_claims("@sudo", "alice", &claims, &e),
	    PASPW_ERR_STORE);
	ck_assert(!claims);
}
END_TEST

START_TEST(survives_interrupts)
{
	struct directory_person person;

	forget();
	fake.interrupted = 3;
	ck_assert_int_eq(directory_person("root", &person, &e), PASPW_OK);
	ck_assert(person.found);
	ck_assert_int_eq(fake.calls, 4);
}
END_TEST

START_TEST(grows_until_the_record_fits)
{
	struct directory_shadow shadow;

	forget();
	fake.hash = "$1$saltsalt$9xy1btjgzLYfb7hivXtC//";
	fake.need = 100000;
	ck_assert_int_eq(directory_shadow("root", &shadow, &e), PASPW_OK);
	ck_assert(shadow.found);
	ck_assert_str_eq(shadow.hash, fake.hash);
	ck_assert_int_eq(fake.calls, 8);
	/* each of them may have held half a hash */
	ck_assert_int_eq(fake.wiped, 8);
}
END_TEST

START_TEST(gives_up_on_an_endless_record)
{
	struct directory_shadow shadow = { .found = true };

	forget();
	fake.need = SIZE_MAX;
	ck_assert_int_eq(directory_shadow("root", &shadow, &e),
	    PASPW_ERR_STORE);
	ck_assert(!shadow.found);
	ck_assert_int_lt(fake.calls, 20);
	ck_assert_int_eq(fake.wiped, fake.calls);
}
END_TEST

static const struct shadow_case {
	const char *what;
	const char *hash;
	long changed;
	const char *expected;
	int64_t day;
} shadow_cases[] = {
	{ "hash", "$1$saltsalt$9xy1btjgzLYfb7hivXtC//", 20000,
	    "$1$saltsalt$9xy1btjgzLYfb7hivXtC//", 20000 },
	{ "locked", "!$1$saltsalt$9xy1btjgzLYfb7hivXtC//", 20000,
	    "!$1$saltsalt$9xy1btjgzLYfb7hivXtC//", 20000 },
	{ "empty", "", 1, "", 1 },
	{ "no field", NULL, 1, "*", 1 },
	{ "must change", "*", 0, "*", 0 },
	{ "no date", "*", -1, "*", -1 },
	{ "a date of nonsense", "*", -99, "*", -1 }
};

START_TEST(reads_shadow)
{
	const struct shadow_case *c = &shadow_cases[_i];
	struct directory_shadow shadow;

	forget();
	fake.hash = c->hash;
	fake.changed = c->changed;
	ck_assert_int_eq(directory_shadow("root", &shadow, &e), PASPW_OK);
	ck_assert_msg(shadow.found, "%s", c->what);
	ck_assert_str_eq(shadow.hash, c->expected);
	ck_assert_int_eq(shadow.changed_day, c->day);
	ck_assert_int_eq(fake.wiped, 1);
}
END_TEST

START_TEST(takes_no_part_of_a_long_field)
{
	struct directory_shadow shadow;
	char field[HASH_MAX + 1];

	forget();
	memset(field, 'x', HASH_MAX);
	field[HASH_MAX] = '\0';
	fake.hash = field;
	ck_assert_int_eq(directory_shadow("root", &shadow, &e), PASPW_OK);
	ck_assert_str_eq(shadow.hash, "*");
	field[HASH_MAX - 1] = '\0';
	ck_assert_int_eq(directory_shadow("root", &shadow, &e), PASPW_OK);
	ck_assert_str_eq(shadow.hash, field);
}
END_TEST

START_TEST(leaves_nothing_of_the_file)
{
	struct directory_shadow shadow;
	char path[] = "/tmp/paspw-unit.XXXXXX";
	const char text[] = "bob:$1$bobsbobs$x:1::::::\n"
	    "root:$1$salt$y:2::::::\n";
	int fd = mkstemp(path);

	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(close(fd), 0);
	forget();
	fake.file = path;
	ck_assert_int_eq(directory_shadow_local("root", &shadow, &e),
	    PASPW_OK);
	fake.file = NULL;
	unlink(path);
	ck_assert(shadow.found);
	ck_assert_str_eq(shadow.hash, "$1$salt$y");
	ck_assert_int_eq(shadow.changed_day, 2);
	ck_assert_int_eq(fake.wiped, 1);
}
END_TEST

/* ---- Members ---- */

static const struct claim {
	const char *what;
	const char *members;
	const char *name;
	bool claims;
} claims_cases[] = {
	{ "nobody", "", "root", false },
	{ "blanks", "  \t ", "root", false },
	{ "by name", "root", "root", true },
	{ "second word", "x  root", "root", true },
	{ "another name", "root", "alice", false },
	{ "part of a name", "roots", "root", false },
	{ "longer name", "roo", "root", false },
	{ "typed in another case", "@nosuch alice", "ALICE", true },
	{ "listed in the group", "@sudo", "alice", true },
	{ "typed in another case, in the group", "@sudo", "Alice", true },
	{ "primary group", "@sudo", "bob", true },
	{ "not in the group", "@sudo", "root", false },
	{ "one of several", "@users @nosuch @sudo", "bob", true },
	{ "a group is no user", "sudo", "alice", false },
	{ "a user is no group", "@alice", "alice", false },
	{ "no such group", "@wheel", "alice", false },
	{ "no group at all", "@", "alice", false },
	{ "virtual user by name", "ghost", "ghost", true },
	{ "virtual user in the group's list", "@sudo", "virtual", true },
	{ "virtual user, not listed", "@sudo @users", "ghost", false },
	{ "more groups than first asked for", "@last", "many", true },
	{ "in many groups, not in this one", "@sudo", "many", false }
};

START_TEST(claims_members)
{
	const struct claim *c = &claims_cases[_i];
	bool claims = !c->claims;

	forget();
	ck_assert_int_eq(directory_claims(c->members, c->name, &claims, &e),
	    PASPW_OK);
	ck_assert_msg(claims == c->claims, "%s", c->what);
}
END_TEST

START_TEST(passes_over_an_overlong_word)
{
	char members[PASPW_NAME_MAX * 2 + 8];
	bool claims = false;

	forget();
	memset(members, 'a', sizeof(members));
	strcpy(members + PASPW_NAME_MAX * 2, " root");
	ck_assert_int_eq(directory_claims(members, "root", &claims, &e),
	    PASPW_OK);
	ck_assert(claims);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("directory");
	TCase *tc = tcase_create("directory");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, judges_name, 0, ROWS(name_cases));
	tcase_add_test(tc, limits_the_length_of_a_name);
	tcase_add_test(tc, finds_a_person);
	tcase_add_loop_test(tc, unknown_is_no_error, 0, ROWS(no_such));
	tcase_add_loop_test(tc, failure_is_an_error, 0, ROWS(failures));
	tcase_add_test(tc, survives_interrupts);
	tcase_add_test(tc, grows_until_the_record_fits);
	tcase_add_test(tc, gives_up_on_an_endless_record);
	tcase_add_test(tc, leaves_nothing_of_the_file);
	tcase_add_loop_test(tc, reads_shadow, 0, ROWS(shadow_cases));
	tcase_add_test(tc, takes_no_part_of_a_long_field);
	tcase_add_loop_test(tc, claims_members, 0, ROWS(claims_cases));
	tcase_add_test(tc, passes_over_an_overlong_word);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
