/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Tries under names that are nobody's. */


#include "stranger.h"
#include "trail.h"

static const struct audit_origin origin = { .service = "sshd" };
static struct stranger_try try;
static char names[96];

static void
setup(void)
{
	store_make();
	snprintf(names, sizeof(names), "%s/users.db.names", directory);
	try = (struct stranger_try){ &policy, store, &origin,
	    "0123456789abcdef", 1000000 };
}

static void
save_ok(void)
{
	ck_assert_msg(stranger_save(&try, &e) == STORE_OK, "%s", e.text);
}

static int64_t
events(void)
{
	return raw_int("SELECT count(*) FROM event WHERE kind = 'unknown'");
}

START_TEST(is_written_with_its_hash)
{
	save_ok();
	ck_assert_int_eq(raw_int("SELECT count(*) FROM event WHERE data = "
	    "'{\"service\": \"sshd\", \"name_hash\": \"0123456789abcdef\"}'"
	    " AND subject = zeroblob(16)"), 1);
}
END_TEST

START_TEST(fills_no_disk)
{
	for (int i = 0; i < STRANGER_EVENTS * 3; i++)
		save_ok();
	ck_assert_int_eq(events(), STRANGER_EVENTS);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM note"), 1);
	/* what was not written is told by the next one that is */
	try.now += STRANGER_WINDOW;
	save_ok();
	ck_assert_int_eq(events(), STRANGER_EVENTS + 1);
	ck_assert_int_eq(raw_int("SELECT json_extract(data,"
	    " '$.not_written') FROM event ORDER BY rowid DESC LIMIT 1"),
	    STRANGER_EVENTS * 2);
}
END_TEST

START_TEST(what_was_counted_is_told_though_nobody_comes_back)
{
	for (int i = 0; i < STRANGER_EVENTS + 5; i++)
		save_ok();
	try.hash = "";
	ck_assert_int_eq(stranger_flush(&try, &e), PASPW_OK);
	ck_assert_int_eq(events(), STRANGER_EVENTS);
	try.now += STRANGER_WINDOW;
	ck_assert_int_eq(stranger_flush(&try, &e), PASPW_OK);
	ck_assert_int_eq(stranger_flush(&try, &e), PASPW_OK);
	ck_assert_int_eq(raw_int("SELECT json_extract(data,"
	    " '$.not_written') FROM event ORDER BY rowid DESC LIMIT 1"), 5);
	ck_assert_int_eq(events(), STRANGER_EVENTS + 1);
}
END_TEST

START_TEST(a_clock_that_goes_back_opens_the_window)
{
	for (int i = 0; i < STRANGER_EVENTS; i++)
		save_ok();
	try.now -= 1;
	save_ok();
	ck_assert_int_eq(events(), STRANGER_EVENTS + 1);
}
END_TEST

START_TEST(a_note_that_is_none_of_ours_stops_nothing)
{
	static const char *const notes[] = { "x", "1 2 3 4", "1 -2 3",
	    "999999999999999999999 0 0" };

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		char sql[128];

		snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO note"
		    " VALUES ('strangers', '%s')", notes[i]);
		raw(sql);
		save_ok();
		ck_assert_int_eq(events(), (int64_t)i + 1);
	}
}
END_TEST

START_TEST(somebody_else_counted_meanwhile)
{
	struct store_change change = { .note = { "strangers", "other", "x" } };

	save_ok();
	ck_assert_int_eq(store->ops->save(store, &change, &e),
	    STORE_CONFLICT);
	ck_assert_int_eq(events(), 1);
}
END_TEST

/* ---- The key ---- */

static void
hash_of(const char *name, char hash[STRANGER_HASH_MAX])
{
	stranger_hash(&policy, name, hash);
}

START_TEST(the_same_name_has_the_same_hash_under_one_key)
{
	char one[STRANGER_HASH_MAX], other[STRANGER_HASH_MAX];
	struct stat st;

	hash_of("alice", one);
	ck_assert_str_eq(one, "");
	ck_assert_int_eq(stranger_key_make(&policy, &e), PASPW_OK);
	ck_assert_int_eq(stat(names, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	hash_of("alice", one);
	ck_assert_uint_eq(strlen(one), STRANGER_HASH_MAX - 1);
	ck_assert_int_eq(stranger_key_make(&policy, &e), PASPW_OK);
	hash_of("alice", other);
	ck_assert_str_eq(one, other);
	hash_of("alicf", other);
	ck_assert_str_ne(one, other);
	ck_assert_int_eq(unlink(names), 0);
	ck_assert_int_eq(stranger_key_make(&policy, &e), PASPW_OK);
	hash_of("alice", other);
	ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(the_owner_of_the_store_gets_the_key)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(database, 4242, (gid_t)-1), 0);
	ck_assert_int_eq(stranger_key_make(&policy, &e), PASPW_OK);
	ck_assert_int_eq(stat(names, &st), 0);
	ck_assert_uint_eq(st.st_uid, 4242);
}
END_TEST

START_TEST(a_key_that_others_can_read_is_none)
{
	char hash[STRANGER_HASH_MAX];

	ck_assert_int_eq(stranger_key_make(&policy, &e), PASPW_OK);
	ck_assert_int_eq(chmod(names, 0640), 0);
	hash_of("alice", hash);
	ck_assert_str_eq(hash, "");
	ck_assert_int_eq(chmod(names, 0600), 0);
	ck_assert_int_eq(truncate(names, 15), 0);
	hash_of("alice", hash);
	ck_assert_str_eq(hash, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stranger");
	TCase *tc = tcase_create("stranger");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, store_remove);
	tcase_add_test(tc, is_written_with_its_hash);
	tcase_add_test(tc, fills_no_disk);
	tcase_add_test(tc, what_was_counted_is_told_though_nobody_comes_back);
	tcase_add_test(tc, a_clock_that_goes_back_opens_the_window);
	tcase_add_test(tc, a_note_that_is_none_of_ours_stops_nothing);
	tcase_add_test(tc, somebody_else_counted_meanwhile);
	tcase_add_test(tc, the_same_name_has_the_same_hash_under_one_key);
	tcase_add_test(tc, the_owner_of_the_store_gets_the_key);
	tcase_add_test(tc, a_key_that_others_can_read_is_none);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
