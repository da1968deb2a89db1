/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Archives of a trail: what moves, what stays, and what is removed. */

#include "archived_trail.h"

/* ---- Moving ---- */

static int
note_archive(const struct paspw_archive *archive, void *arg)
{
	char *text = arg;

	ck_assert_str_eq(archive->realm, "users");
	ck_assert_ptr_nonnull(strstr(archive->path, archives));
	sprintf(text + strlen(text), "%s%lld-%lld:%d ",
	    archive->removed ? "-" : "+", (long long)archive->first,
	    (long long)archive->last, (int)archive->events);
	return 0;
}

START_TEST(finished_months_move_and_the_present_one_stays)
{
	char text[128] = "";

	ck_assert_int_eq(paspw_audit_archive(h, note_archive, text),
	    PASPW_OK);
	ck_assert_str_eq(text, "+1-4:3 +5-6:2 ");
	ck_assert_int_eq(archive_count(), 2);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM event"), 2);
	ck_assert_int_eq(raw_int("SELECT min(number) FROM seal"), 7);
	ck_assert_str_eq(all_kinds(), "a b c d e f g ");
	take_head();
	expect_faults("");
	ck_assert_uint_eq(result.archives, 2);
	ck_assert_uint_eq(result.sealed, 6);
	ck_assert_uint_eq(result.unsealed, 1);
	ck_assert_uint_eq(result.keyed, 7);
	ck_assert_int_eq(result.begins, 0);
}
END_TEST

START_TEST(again_changes_nothing_and_the_chain_goes_on)
{
	char text[128] = "", first[512];

	archive_ok();
	snprintf(first, sizeof(first), "%s", archive_path(0));
	ck_assert_int_eq(paspw_audit_archive(h, note_archive, text),
	    PASPW_OK);
	ck_assert_str_eq(text, "");
	seal_at("2024-03-20T00:00:00Z", "h");
	seal_at("2024-04-01T00:00:00Z", "");
	ck_assert_int_eq(paspw_audit_archive(h, note_archive, text),
	    PASPW_OK);
	ck_assert_str_eq(text, "+7-8:3 ");
	ck_assert_str_eq(archive_path(0), first);
	ck_assert_str_eq(all_kinds(), "a b c d e f g h ");
	expect_faults("");
	ck_assert_uint_eq(result.keyed, 9);
}
END_TEST

/* Only the last seal of all is left, with no event: the next one is chained
 * to it. */
START_TEST(the_last_seal_stays)
{
	seal_at("2024-05-01T00:00:00Z", "");
	archive_ok();
	ck_assert_int_eq(raw_int("SELECT count(*) FROM seal"), 1);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM event"), 1);
	seal_at("2024-05-01T00:01:00Z", "h");
	expect_faults("");
	ck_assert_str_eq(all_kinds(), "a b c d e f g h ");
}
END_TEST

START_TEST(under_a_directory_of_its_own)
{
	char under[128];

	snprintf(under, sizeof(under), "%s/kept", directory);
	ck_assert_int_eq(mkdir(under, 0755), 0);
	ck_assert_int_eq(paspw_set(h, PASPW_ARCHIVES, under), PASPW_OK);
	archive_ok();
	snprintf(archives, sizeof(archives), "%s/users", under);
	ck_assert_int_eq(archive_count(), 2);
	expect_faults("");
	ck_assert_str_eq(all_kinds(), "a b c d e f g ");
	/* whoever does not say where they are is told what he misses */
	ck_assert_int_eq(paspw_set(h, PASPW_ARCHIVES, ""), PASPW_OK);
	expect_faults("seal_missing:1 ");
}
END_TEST

static void
chmod_directory(void)
{
	ck_assert_int_eq(chmod(archives, 0750), 0);
}

static void
chmod_file(void)
{
	ck_assert_int_eq(chmod(archive_path(1), 0640), 0);
}

static void
own_file(void)
{
	ck_assert_int_eq(chown(archive_path(1), 4242, 0), 0);
}

static const struct {
	void (*spoil)(void);
	const char *why;
} unsafe[] = {
	{ chmod_directory, "lets others in" },
	{ chmod_file, "lets others in" },
	{ own_file, "owned by uid 4242" },
};

START_TEST(others_can_reach_nothing)
{
	archive_ok();
	if (unsafe[_i].spoil == own_file && geteuid() != 0)
		return;
	unsafe[_i].spoil();
	kinds[0] = '\0';
	ck_assert_int_eq(paspw_audit_each(h, NULL, 0, note_kind, NULL),
	    PASPW_ERR_STORE);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), unsafe[_i].why));
}
END_TEST

START_TEST(a_place_where_others_write_is_refused)
{
	char under[128];

	snprintf(under, sizeof(under), "%s/open", directory);
	ck_assert_int_eq(mkdir(under, 0700), 0);
	ck_assert_int_eq(chmod(under, 0777), 0);
	ck_assert_int_eq(paspw_set(h, PASPW_ARCHIVES, under), PASPW_OK);
	ck_assert_int_eq(paspw_audit_archive(h, NULL, NULL),
	    PASPW_ERR_STORE);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM seal"), 7);
}
END_TEST

/* ---- Retention ---- */

START_TEST(kept_before_and_gone_after)
{
	char text[256] = "";

	/* the latest seal of January is of the 31st, 23:59:59 */
	seal_at("2025-01-31T23:59:58Z", "");
	ck_assert_int_eq(paspw_audit_archive(h, note_archive, text),
	    PASPW_OK);
	ck_assert_str_eq(text, "+1-4:3 +5-6:2 +7-7:1 ");
	ck_assert_str_eq(all_kinds(), "a b c d e f g ");
	text[0] = '\0';
	now_is("2025-01-31T23:59:59Z");
	ck_assert_int_eq(paspw_audit_archive(h, note_archive, text),
	    PASPW_OK);
	ck_assert_str_eq(text, "-1-4:3 ");
	ck_assert_str_eq(all_kinds(), "d e f g retention ");
	expect_faults("");
	ck_assert_int_eq(result.begins, 5);
	ck_assert_uint_eq(result.keyed, 5);
	archive_ok();
	ck_assert_str_eq(all_kinds(), "d e f g retention ");
}
END_TEST

START_TEST(all_of_it_may_be_gone)
{
	seal_at("2026-01-01T00:00:00Z", "");
	archive_ok();
	/* two events and their seals, though nothing else is left */
	ck_assert_int_eq(archive_count(), 0);
	ck_assert_str_eq(all_kinds(), "g retention retention retention ");
	expect_faults("");
	ck_assert_int_eq(result.begins, 8);
	seal_at("2026-01-02T00:00:00Z", "h");
	expect_faults("");
}
END_TEST

START_TEST(a_retention_of_days_goes_by_days)
{
	write_config("10d");
	seal_at("2024-03-11T23:59:59Z", "");
	archive_ok();
	ck_assert_str_eq(all_kinds(), "f g policy_change retention retention "
	    "retention retention retention ");
	seal_at("2024-03-12T00:00:00Z", "");
	archive_ok();
	ck_assert_str_eq(all_kinds(), "g policy_change retention retention "
	    "retention retention retention retention ");
	expect_faults("");
}
END_TEST

START_TEST(verifies_from_a_head_that_was_kept)
{
	char *last;

	/* of seal 4, the last one of January */
	raw("CREATE TABLE kept AS SELECT chain FROM seal WHERE number = 4");
	archive_ok();
	remove_first();
	expect_faults("seal_missing:1 ");
	snprintf(lines[1], sizeof(lines[1]), "paspw-head:users:4:");
	{
		sqlite3 *db = raw_open();
		sqlite3_stmt *st = NULL;

		ck_assert_int_eq(sqlite3_prepare_v2(db,
		    "SELECT lower(hex(chain)) FROM kept", -1, &st, NULL),
		    SQLITE_OK);
		ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
		strcat(lines[1], (const char *)sqlite3_column_text(st, 0));
		sqlite3_finalize(st);
		sqlite3_close(db);
	}
	line_count = 2;
	expect_faults("");
	ck_assert_int_eq(result.begins, 5);
	/* another head is no base */
	last = &lines[1][strlen(lines[1]) - 1];
	*last = *last == '0' ? '1' : '0';
	ck_assert_int_eq(verify_from(0), PASPW_OK);
	ck_assert_str_eq(told, "seal_edited:5 ");
}
END_TEST

/* He can write an event, and cannot seal it into the past. */
START_TEST(a_removal_without_its_seal_is_found)
{
	struct audit_event event = event_of("retention");
	struct store_change change = { .events = &event, .event_count = 1 };

	archive_ok();
	remove_first();
	snprintf(event.data, sizeof(event.data), "{\"through\": \"4:%064d\"}",
	    7);
	ck_assert_int_eq(store->ops->save(store, &change, &e), STORE_OK);
	expect_faults("seal_missing:1 ");
	seal_at("2024-03-03T00:00:00Z", "");
	expect_faults("seal_edited:5 ");
}
END_TEST

/* ---- Several at once, and readers ---- */

#define AT_ONCE 4
START_TEST(several_at_once_do_it_once)
{
	pid_t children[AT_ONCE];
	int status;

	paspw_close(&h);
	store_close(&store);
	now_is("2025-02-15T00:00:00Z");
	for (int i = 0; i < AT_ONCE; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(run_until(INSTANT_NONE, 0));
	}
	for (int i = 0; i < AT_ONCE; i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0),
		    children[i]);
		/* one may have waited in vain; the next minute comes */
		ck_assert(WIFEXITED(status));
		ck_assert(WEXITSTATUS(status) == PASPW_OK ||
		    WEXITSTATUS(status) == PASPW_ERR_BUSY);
	}
	handle_open();
	store = store_again();
	archive_ok();
	ck_assert_str_eq(all_kinds(), "d e f g retention ");
	expect_faults("");
}
END_TEST

static int
archive_meanwhile(const struct paspw_event *event, void *arg)
{
	int *code = arg;

	if (strcmp(event->kind, "c") == 0)
		*code = run_until(INSTANT_NONE, 0);
	return note_kind(event, NULL);
}

/* It could lose sight of what moves from the store into a file. */
START_TEST(nothing_moves_while_somebody_reads)
{
	int code = -1;

	kinds[0] = '\0';
	ck_assert_int_eq(paspw_audit_each(h, NULL, 0, archive_meanwhile,
	    &code), PASPW_OK);
	ck_assert_int_eq(code, PASPW_ERR_BUSY);
	ck_assert_str_eq(kinds, "a b c d e f g ");
	archive_ok();
	expect_faults("");
}
END_TEST

static int
write_meanwhile(const struct paspw_event *event, void *arg)
{
	int64_t *pages = arg;

	if (strcmp(event->kind, "a") == 0)
		for (int i = 0; i < 300; i++)
			write_event("more");
	if (strcmp(event->kind, "f") == 0)
		*pages = raw_int("PRAGMA wal_checkpoint(TRUNCATE)");
	return note_kind(event, NULL) + (strcmp(event->kind, "f") == 0);
}

/* 0: the log was emptied although somebody is in the middle of the trail. */
START_TEST(who_pauses_does_not_hold_the_log)
{
	int64_t busy = -1;

	kinds[0] = '\0';
	ck_assert_int_eq(paspw_audit_each(h, NULL, 0, write_meanwhile,
	    &busy), 1);
	ck_assert_int_eq(busy, 0);
}
END_TEST

static Suite *
archiver_suite(void)
{
	Suite *suite = suite_create("archiver");
	TCase *tc = tcase_create("archiver");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, archived_trail_make,
	    archived_trail_remove);
	tcase_add_test(tc, finished_months_move_and_the_present_one_stays);
	tcase_add_test(tc, again_changes_nothing_and_the_chain_goes_on);
	tcase_add_test(tc, the_last_seal_stays);
	tcase_add_test(tc, under_a_directory_of_its_own);
	tcase_add_loop_test(tc, others_can_reach_nothing, 0,
	    sizeof(unsafe) / sizeof(unsafe[0]));
	tcase_add_test(tc, a_place_where_others_write_is_refused);
	tcase_add_test(tc, kept_before_and_gone_after);
	tcase_add_test(tc, all_of_it_may_be_gone);
	tcase_add_test(tc, a_retention_of_days_goes_by_days);
	tcase_add_test(tc, verifies_from_a_head_that_was_kept);
	tcase_add_test(tc, a_removal_without_its_seal_is_found);
	tcase_add_test(tc, several_at_once_do_it_once);
	tcase_add_test(tc, nothing_moves_while_somebody_reads);
	tcase_add_test(tc, who_pauses_does_not_hold_the_log);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	return run_suite(archiver_suite());
}
