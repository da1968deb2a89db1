/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <fcntl.h>
#include <sys/file.h>

#include "trail.h"
#include "trail/key.h"
#include "trail/proof.h"

#define SHORT_MS 30

static struct key key;
static char path[PATH_MAX];

static void
setup(void)
{
	directory_make();
	ck_assert_int_eq(key_path(location, path, sizeof(path), &e),
	    PASPW_OK);
	key.directory = -1;
}

static void
teardown(void)
{
	key_close(&key);
	directory_remove();
}

static void
open_ok(void)
{
	key_close(&key);
	ck_assert_msg(key_open(&key, path, SHORT_MS, &e) == PASPW_OK, "%s",
	    e.text);
}

static void
create(int64_t epoch)
{
	open_ok();
	ck_assert_msg(key_create(&key, epoch, &e) == PASPW_OK, "%s", e.text);
}

static size_t
read_file(char *text, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
	return n;
}

static void
write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
}

START_TEST(is_beside_its_store)
{
	char small[8];

	ck_assert_ptr_nonnull(strstr(path, directory));
	ck_assert_str_eq(path + strlen(path) - 13, "/users.db.key");
	ck_assert_int_eq(key_path("nowhere", path, sizeof(path), &e),
	    PASPW_ERR_CONFIG);
	ck_assert_int_eq(key_path(location, small, sizeof(small), &e),
	    PASPW_ERR_CONFIG);
}
END_TEST

START_TEST(a_missing_file_is_no_key_and_no_error)
{
	open_ok();
	ck_assert(!key.exists);
	ck_assert_int_eq(key.epoch, 0);
}
END_TEST

START_TEST(is_private_and_comes_back)
{
	struct stat st;
	struct key made;

	umask(0);
	create(1);
	made = key;
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	open_ok();
	ck_assert(key.exists);
	ck_assert_int_eq(key.epoch, 1);
	ck_assert_mem_eq(key.bytes, made.bytes, sizeof(key.bytes));
}
END_TEST

START_TEST(two_keys_are_never_the_same)
{
	struct key one;

	create(1);
	one = key;
	ck_assert_int_eq(key_create(&key, 1, &e), PASPW_OK);
	ck_assert_mem_ne(one.bytes, key.bytes, sizeof(one.bytes));
}
END_TEST

START_TEST(evolves_by_a_hash_of_itself)
{
	/* SHA-256 of the label with its NUL, then 32 zero bytes. */
	unsigned char bytes[DIGEST_BYTES] = { 0 }, first[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];

	ck_assert_int_eq(key_next(bytes, &e), PASPW_OK);
	proof_hex(bytes, sizeof(bytes), hex);
	ck_assert_str_eq(hex, "909aa1befb6665b22f36dd9bc791cc68"
	    "47d18b2ec4995cc1ed9d358e0981511a");
	create(1);
	memcpy(first, key.bytes, sizeof(first));
	ck_assert_int_eq(key_evolve(&key, &e), PASPW_OK);
	ck_assert_int_eq(key.epoch, 2);
	ck_assert_int_eq(key_next(first, &e), PASPW_OK);
	ck_assert_mem_eq(key.bytes, first, sizeof(first));
	open_ok();
	ck_assert_int_eq(key.epoch, 2);
	ck_assert_mem_eq(key.bytes, first, sizeof(first));
}
END_TEST

/* Through a descriptor that was open before: the bytes on the disk, not only
 * the name. */
START_TEST(leaves_nothing_of_the_old_one)
{
	char old[PROOF_STAMP_MAX + 2], after[PROOF_STAMP_MAX + 2];
	int fd;

	create(1);
	ck_assert_uint_gt(read_file(old, sizeof(old)), 64);
	ck_assert_int_ne(fd = open(path, O_RDONLY), -1);
	ck_assert_int_eq(key_evolve(&key, &e), PASPW_OK);
	memset(after, 'x', sizeof(after));
	ck_assert_int_gt(pread(fd, after, sizeof(after), 0), 64);
	for (size_t i = 0; i < strlen(old); i++)
		ck_assert_int_eq(after[i], 0);
	close(fd);
	ck_assert_uint_gt(read_file(after, sizeof(after)), 64);
	ck_assert_ptr_null(strstr(after, old + 2));
}
END_TEST

/* A crash after the new file was written, before it had the name. */
START_TEST(takes_no_notice_of_a_file_left_behind)
{
	char left[PATH_MAX + 8], text[PROOF_STAMP_MAX + 2];
	struct stat st;
	FILE *f;

	create(1);
	snprintf(left, sizeof(left), "%s.new", path);
	ck_assert_ptr_nonnull(f = fopen(left, "w"));
	ck_assert_int_ge(fputs("9:half a k", f), 0);
	ck_assert_int_eq(fclose(f), 0);
	open_ok();
	ck_assert_int_eq(key.epoch, 1);
	ck_assert_int_eq(key_evolve(&key, &e), PASPW_OK);
	ck_assert_int_eq(stat(left, &st), -1);
	ck_assert_uint_gt(read_file(text, sizeof(text)), 64);
	ck_assert_int_eq(strncmp(text, "2:", 2), 0);
}
END_TEST

/* Another name of somebody's file, where one of ours would be erased. */
START_TEST(erases_no_file_of_others)
{
	static const char *const suffixes[] = { "", ".new" };
	char name[PATH_MAX + 8], other[PATH_MAX + 8];
	char text[PROOF_STAMP_MAX + 2];
	ssize_t size;
	int fd;

	create(1);
	size = (ssize_t)read_file(text, sizeof(text));
	snprintf(name, sizeof(name), "%s%s", path, suffixes[_i]);
	snprintf(other, sizeof(other), "%s.other", path);
	ck_assert_int_ne(fd = open(other, O_RDWR | O_CREAT | O_EXCL, 0600),
	    -1);
	ck_assert_int_eq(write(fd, text, (size_t)size), size);
	(void)unlink(name);
	ck_assert_int_eq(link(other, name), 0);
	ck_assert_msg(key_evolve(&key, &e) == PASPW_OK, "%s", e.text);
	memset(name, 'x', sizeof(name));
	ck_assert_int_eq(pread(fd, name, sizeof(name), 0), size);
	ck_assert_mem_eq(name, text, (size_t)size);
	close(fd);
}
END_TEST

/* Whoever owns the directory may link a file of root's to the name. */
START_TEST(overwrites_no_file_that_has_another_name)
{
	char left[PATH_MAX + 8], other[PATH_MAX + 8], text[8];
	FILE *f;

	create(1);
	snprintf(left, sizeof(left), "%s.new", path);
	snprintf(other, sizeof(other), "%s.root", path);
	ck_assert_ptr_nonnull(f = fopen(other, "w"));
	ck_assert_int_ge(fputs("root:*\n", f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(link(other, left), 0);
	open_ok();
	ck_assert_int_eq(key_evolve(&key, &e), PASPW_OK);
	ck_assert_ptr_nonnull(f = fopen(other, "r"));
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
	fclose(f);
	ck_assert_str_eq(text, "root:*\n");
}
END_TEST

START_TEST(a_disk_that_fails_keeps_the_old_one)
{
	struct key before, after;

	create(1);
	before = key;
	/* no file can be made in there */
	close(key.directory);
	ck_assert_int_ne(key.directory = open("/proc/self", O_RDONLY), -1);
	ck_assert_int_eq(key_evolve(&key, &e), PASPW_ERR_STORE);
	after = key;
	ck_assert_int_eq(after.epoch, 1);
	ck_assert_mem_eq(before.bytes, after.bytes, sizeof(after.bytes));
	open_ok();
	ck_assert_int_eq(key.epoch, 1);
	ck_assert_mem_eq(before.bytes, key.bytes, sizeof(key.bytes));
}
END_TEST

START_TEST(one_at_a_time)
{
	struct key other;

	open_ok();
	ck_assert_int_eq(key_open(&other, path, SHORT_MS, &e),
	    PASPW_ERR_BUSY);
	key_close(&other);
	key_close(&key);
	ck_assert_int_eq(key_open(&other, path, SHORT_MS, &e), PASPW_OK);
	key_close(&other);
}
END_TEST

START_TEST(wipes_itself)
{
	static const struct key nothing;

	create(1);
	key_close(&key);
	ck_assert_mem_eq(key.bytes, nothing.bytes, sizeof(key.bytes));
}
END_TEST

/* ---- Files that are no key ---- */

#define ZEROES "00000000000000000000000000000000000000000000000000000000000000"
static const char *const contents[] = {
	"", "\n", "1:", "1:00\n", "0:00" ZEROES "\n", "1:0" ZEROES "\n",
	"1:000" ZEROES "\n", "1:00" ZEROES "\n\n", "x:00" ZEROES "\n",
	"1:0X" ZEROES "\n", "1:00" ZEROES "\nmore",
};

START_TEST(another_content_is_refused)
{
	write_file("1:00" ZEROES "\n");
	open_ok();
	ck_assert(key.exists);
	key_close(&key);
	write_file(contents[_i]);
	ck_assert_int_eq(key_open(&key, path, SHORT_MS, &e),
	    PASPW_ERR_STORE);
	ck_assert(!key.exists);
	ck_assert_ptr_nonnull(strstr(e.text, path));
}
END_TEST

static void
others_may_read(void)
{
	create(1);
	ck_assert_int_eq(chmod(path, 0640), 0);
}

static void
link_to_a_key(void)
{
	char other[PATH_MAX + 8];

	create(1);
	snprintf(other, sizeof(other), "%s.other", path);
	ck_assert_int_eq(rename(path, other), 0);
	ck_assert_int_eq(symlink(other, path), 0);
}

static void
second_name(void)
{
	char other[PATH_MAX + 8];

	create(1);
	snprintf(other, sizeof(other), "%s.other", path);
	ck_assert_int_eq(link(path, other), 0);
}

static void
fifo(void)
{
	ck_assert_int_eq(mkfifo(path, 0600), 0);
}

static void
subdirectory(void)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void
open_directory(void)
{
	create(1);
	ck_assert_int_eq(chmod(directory, 0711), 0);
}

static void (*const unsafe[])(void) = {
	others_may_read, link_to_a_key, second_name, fifo, subdirectory,
	open_directory
};

START_TEST(an_unsafe_file_is_refused)
{
	unsafe[_i]();
	key_close(&key);
	ck_assert_int_eq(key_open(&key, path, SHORT_MS, &e),
	    PASPW_ERR_STORE);
	ck_assert(!key.exists);
	ck_assert_int_eq(key.epoch, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key");
	TCase *tc = tcase_create("key");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, is_beside_its_store);
	tcase_add_test(tc, a_missing_file_is_no_key_and_no_error);
	tcase_add_test(tc, is_private_and_comes_back);
	tcase_add_test(tc, two_keys_are_never_the_same);
	tcase_add_test(tc, evolves_by_a_hash_of_itself);
	tcase_add_test(tc, leaves_nothing_of_the_old_one);
	tcase_add_test(tc, takes_no_notice_of_a_file_left_behind);
	tcase_add_loop_test(tc, erases_no_file_of_others, 0, 2);
	tcase_add_test(tc, overwrites_no_file_that_has_another_name);
	tcase_add_test(tc, a_disk_that_fails_keeps_the_old_one);
	tcase_add_test(tc, one_at_a_time);
	tcase_add_test(tc, wipes_itself);
	tcase_add_loop_test(tc, another_content_is_refused, 0,
	    sizeof(contents) / sizeof(contents[0]));
	tcase_add_loop_test(tc, an_unsafe_file_is_refused, 0,
	    sizeof(unsafe) / sizeof(unsafe[0]));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
