/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Somebody gets at the database of a sealed trail and computes nothing: it is
 * found without the first key and without a head. */

#include "sealed_trail.h"
#include "store/store_column.h"

START_TEST(an_untouched_trail_is_intact)
{
	expect("");
	ck_assert_uint_eq(result.seals, 5);
	ck_assert_uint_eq(result.sealed, 6);
	ck_assert_uint_eq(result.unsealed, 1);
	ck_assert_uint_eq(result.keyed, 0);
	ck_assert_uint_eq(result.heads, 0);
	with_key();
	expect("");
	ck_assert_uint_eq(result.keyed, 5);
	with_head();
	expect("");
	ck_assert_uint_eq(result.heads, 1);
	seal_now();
	expect("");
	ck_assert_uint_eq(result.keyed, 6);
	ck_assert_uint_eq(result.unsealed, 0);
}
END_TEST

START_TEST(no_trail_is_intact)
{
	raw("DELETE FROM event; DELETE FROM seal");
	ck_assert_int_eq(unlink(key_file), 0);
	expect("");
	ck_assert_uint_eq(result.seals, 0);
	with_head();
	expect("cut:5:0 ");
}
END_TEST

/* ---- Each byte ---- */

static char kept[sizeof(database) + 8];

static void
put_back(void)
{
	char sql[2 * sizeof(kept) + 160];

	snprintf(sql, sizeof(sql), "ATTACH '%s' AS kept; BEGIN;"
	    "DELETE FROM event; INSERT INTO event SELECT * FROM kept.event;"
	    "DELETE FROM seal; INSERT INTO seal SELECT * FROM kept.seal;"
	    "COMMIT", kept);
	raw(sql);
}

static void
keep(void)
{
	char sql[sizeof(kept) + 64];

	snprintf(kept, sizeof(kept), "%s.kept", database);
	snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", kept);
	raw(sql);
}

static int
get_bytes(sqlite3 *db, const char *table, const char *column, int64_t row,
    int *type, unsigned char *bytes, int most)
{
	char sql[160];
	sqlite3_stmt *st = NULL;
	uint64_t number;
	int size = (int)sizeof(number);

	snprintf(sql, sizeof(sql), "SELECT \"%s\" FROM %s WHERE rowid = %lld",
	    column, table, (long long)row);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	*type = sqlite3_column_type(st, 0);
	number = (uint64_t)sqlite3_column_int64(st, 0);
	for (int i = 0; *type == SQLITE_INTEGER && i < size; i++)
		bytes[i] = (unsigned char)(number >> 8 * (size - 1 - i));
	if (*type != SQLITE_INTEGER) {
		size = sqlite3_column_bytes(st, 0);
		ck_assert_int_le(size, most);
		if (size > 0)
			memcpy(bytes, sqlite3_column_blob(st, 0),
			    (size_t)size);
	}
	sqlite3_finalize(st);
	return size;
}

static int
flip_column(sqlite3 *db, const char *table, const char *column, int64_t row)
{
	static const unsigned char masks[] = { 0x01, 0x80 };
	unsigned char bytes[AUDIT_DATA_MAX], was;
	int type = 0, flips = 0;
	int size = get_bytes(db, table, column, row, &type, bytes,
	    (int)sizeof(bytes));

	for (int i = 0; i < size; i++)
		for (size_t m = 0; m < sizeof(masks); m++) {
			was = bytes[i];
			bytes[i] ^= masks[m];
			set_bytes(db, table, column, row, type, bytes, size);
			run();
			ck_assert_msg(result.faults > 0,
			    "%s %lld: byte %d of %s ^ %#x is not found",
			    table, (long long)row, i, column, masks[m]);
			bytes[i] = was;
			put_back();
			flips++;
		}
	return flips;
}

static int
flip_table(const char *table, const struct store_column *columns, int rows)
{
	sqlite3 *db = raw_open();
	int flips = 0;

	for (int64_t row = 1; row <= rows; row++)
		for (int i = 0; columns[i].name != NULL; i++)
			flips += flip_column(db, table, columns[i].name, row);
	sqlite3_close(db);
	return flips;
}

/* Without key or head. */
START_TEST(each_flipped_byte_of_an_event_is_found)
{
	keep();
	/* 6 events of 16 + 8 + 5 + 3 + 4 + 16 + 7 + 3 + 16 + 8 bytes or more */
	ck_assert_int_ge(flip_table("event", store_event_columns, 6),
	    6 * 2 * 86);
	expect("");
}
END_TEST

START_TEST(each_flipped_byte_of_a_seal_is_found)
{
	keep();
	/* 5 seals of 8 + 8 + 3 * 32, and 6 leaves of 48 bytes */
	ck_assert_int_eq(flip_table("seal", store_seal_columns, 5),
	    2 * (5 * 112 + 6 * 48));
	expect("");
}
END_TEST

/* ---- Rows ---- */

static const struct {
	const char *what, *sql, *faults;
} tampers[] = {
	{ "an edited event",
	    "UPDATE event SET reason = 'x' WHERE kind = 'two'",
	    "edited:2:2 " },
	{ "a deleted event", "DELETE FROM event WHERE kind = 'two'",
	    "removed:2:2 " },
	{ "the first event deleted", "DELETE FROM event WHERE kind = 'one'",
	    "removed:2:1 " },
	{ "the last sealed event deleted",
	    "DELETE FROM event WHERE kind = 'six'", "removed:5:2 " },
	{ "two of three deleted", "DELETE FROM event WHERE kind = 'one'"
	    " OR kind = 'three'", "removed:2:1 removed:2:3 " },
	{ "all events deleted", "DELETE FROM event", "removed:2:1 removed:2:2 "
	    "removed:2:3 removed:4:1 removed:5:1 removed:5:2 " },
	{ "an inserted event", "INSERT INTO event SELECT randomblob(16), at,"
	    " realm, kind, actor, subject, \"case\", reason, ticket, data, 4"
	    " FROM event WHERE kind = 'four'",
	    /* and seven now stands before it */
	    "inserted:4:0 inserted:0:0 " },
	{ "an event twice", "INSERT INTO event SELECT * FROM event"
	    " WHERE kind = 'four'", "inserted:4:0 inserted:0:0 " },
	{ "an event without seal among others",
	    "UPDATE event SET rowid = -1 WHERE kind = 'seven'",
	    "inserted:0:0 " },
	{ "an event whose seal was taken off",
	    "UPDATE event SET seal = 0 WHERE kind = 'two'",
	    "removed:2:2 inserted:0:0 " },
	{ "the last event's seal taken off",
	    "UPDATE event SET seal = 0 WHERE kind = 'six'",
	    "removed:5:2 " },
	{ "two neighbours swapped",
	    "UPDATE event SET rowid = 100 WHERE kind = 'one';"
	    "UPDATE event SET rowid = 1 WHERE kind = 'two';"
	    "UPDATE event SET rowid = 2 WHERE kind = 'one'",
	    "reordered:2:1 " },
	{ "the last one put first",
	    "UPDATE event SET rowid = -1 WHERE kind = 'three'",
	    "reordered:2:3 " },
	{ "the contents of two events swapped",
	    "UPDATE event SET kind = iif(kind = 'one', 'two', 'one')"
	    " WHERE kind IN ('one', 'two')",
	    "edited:2:1 edited:2:2 " },
	{ "an event moved to another seal",
	    "UPDATE event SET seal = 4 WHERE kind = 'two'",
	    "removed:2:2 inserted:4:0 " },
	{ "an event moved to no seal",
	    "UPDATE event SET seal = 99 WHERE kind = 'two'",
	    "removed:2:2 inserted:99:0 " },
	{ "an event with a seal before all",
	    "UPDATE event SET seal = -1 WHERE kind = 'two'",
	    "inserted:-1:0 removed:2:2 " },
	{ "a seal edited", "UPDATE seal SET at = at + 1 WHERE number = 3",
	    "seal_edited:3:0 " },
	{ "a chain edited",
	    "UPDATE seal SET chain = zeroblob(32) WHERE number = 3",
	    "seal_edited:3:0 seal_edited:4:0 " },
	{ "an empty seal deleted", "DELETE FROM seal WHERE number = 3",
	    "seal_missing:3:0 " },
	{ "a seal deleted, its event left",
	    "DELETE FROM seal WHERE number = 4",
	    "seal_missing:4:0 inserted:4:0 " },
	{ "an epoch deleted", "DELETE FROM seal WHERE number = 4;"
	    "DELETE FROM event WHERE seal = 4", "seal_missing:4:0 " },
	{ "the first epochs deleted", "DELETE FROM seal WHERE number <= 3;"
	    "DELETE FROM event WHERE seal <= 3 AND seal > 0",
	    "seal_missing:1:0 " },
	{ "two seals swapped", "UPDATE seal SET number = -4 WHERE number = 4;"
	    "UPDATE seal SET number = 4 WHERE number = 3;"
	    "UPDATE seal SET number = 3 WHERE number = -4",
	    "seal_edited:3:0 removed:3:1 seal_edited:4:0 inserted:4:0 "
	    "seal_edited:5:0 " },
	{ "a seal inserted", "INSERT INTO seal SELECT 6, at, root, mac, chain,"
	    " leaves FROM seal WHERE number = 1", "seal_edited:6:0 " },
	{ "a seal far away", "INSERT INTO seal SELECT 4611686018427387904, at,"
	    " root, mac, chain, leaves FROM seal WHERE number = 1",
	    "key_differs:0:0 seal_missing:6:0 " },
	{ "a seal at the end of numbers", "INSERT INTO seal SELECT"
	    " 9223372036854775807, at, root, mac, chain, leaves FROM seal"
	    " WHERE number = 1", "key_differs:0:0 seal_missing:6:0 " },
	{ "seals before the first", "INSERT INTO seal SELECT number - 4, at,"
	    " root, mac, chain, leaves FROM seal WHERE number IN (3, 4)",
	    "seal_edited:-1:0 seal_edited:0:0 " },
	{ "a column that is none of ours",
	    "UPDATE event SET data = data || char(0) || 'x'"
	    " WHERE kind = 'two'", "edited:2:2 " },
	{ "an unreadable event without a seal",
	    "UPDATE event SET subject = x'' WHERE kind = 'seven'",
	    "inserted:0:0 " },
	{ "a text that no reader would show, where there was none",
	    "UPDATE event SET \"case\" = char(0) || 'x'"
	    " WHERE kind = 'two'", "edited:2:2 " },
	{ "an unreadable id",
	    "UPDATE event SET id = x'00' WHERE kind = 'two'",
	    "inserted:2:0 removed:2:2 " },
	{ "unreadable leaves", "UPDATE seal SET leaves = x'00'"
	    " WHERE number = 2", "seal_edited:2:0 " },
	/* the sealing key was evolved and tells */
	{ "the last seal deleted", "DELETE FROM seal WHERE number = 5",
	    "key_differs:0:0 inserted:5:0 inserted:5:0 " },
	{ "the last two epochs deleted", "DELETE FROM seal WHERE number > 3;"
	    "DELETE FROM event WHERE seal > 3", "key_differs:0:0 " },
};

START_TEST(finds_and_tells)
{
	raw(tampers[_i].sql);
	run();
	ck_assert_msg(strcmp(told, tampers[_i].faults) == 0, "%s: %s",
	    tampers[_i].what, told);
	with_head();
	run();
	ck_assert_uint_gt(result.faults, 0);
}
END_TEST

START_TEST(tells_which_event)
{
	struct audit_event event = event_of("eight");
	struct store_change change = { .events = &event, .event_count = 1 };
	char hex[2 * AUDIT_ID_BYTES + 1];

	ck_assert_int_eq(store->ops->save(store, &change, &e), STORE_OK);
	seal_now();
	proof_hex(event.id, sizeof(event.id), hex);
	raw("UPDATE event SET at = 0 WHERE kind = 'eight'");
	expect("edited:6:2 ");
	ck_assert_str_eq(event_ids[0], hex);
	ck_assert_ptr_nonnull(strstr(result.first_fault, hex));
	ck_assert_ptr_nonnull(strstr(result.first_fault,
	    "seal 6, position 2"));
	raw("DELETE FROM event WHERE kind = 'eight'");
	expect("removed:6:2 ");
	ck_assert_str_eq(event_ids[0], hex);
	ck_assert_uint_eq(result.sealed, 7);
}
END_TEST

START_TEST(stops_when_told)
{
	raw("DELETE FROM event");
	stop_at = 2;
	ck_assert_int_eq(run(), 42);
	ck_assert_str_eq(told, "removed:2:1 removed:2:2 ");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("verifier");
	TCase *tc = tcase_create("verifier");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, sealed_trail_make, store_remove);
	tcase_add_test(tc, an_untouched_trail_is_intact);
	tcase_add_test(tc, no_trail_is_intact);
	tcase_add_test(tc, each_flipped_byte_of_an_event_is_found);
	tcase_add_test(tc, each_flipped_byte_of_a_seal_is_found);
	tcase_add_loop_test(tc, finds_and_tells, 0,
	    sizeof(tampers) / sizeof(tampers[0]));
	tcase_add_test(tc, tells_which_event);
	tcase_add_test(tc, stops_when_told);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
