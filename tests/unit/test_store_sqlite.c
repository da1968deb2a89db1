/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Accounts of the embedded store: load, save if unchanged, history. */

#include <time.h>

#include "store/store_column.h"
#include "trail.h"

#define HASH "$y$j9T$0123456789$abcdefghijklmnopqrstuvwxyz"
#define STOP 42

static const unsigned char alice_id[ACCOUNT_ID_BYTES] = { 7 };
static const unsigned char bob_id[ACCOUNT_ID_BYTES] = { 8 };

static struct account
account_of(const char *name, const unsigned char *id)
{
	struct account a;

	memset(&a, 0, sizeof(a));
	memcpy(a.id, id, sizeof(a.id));
	strcpy(a.name, name);
	strcpy(a.hash, HASH);
	return a;
}

static enum store_answer
save(struct store *s, const struct account *a)
{
	struct store_change change = { .account = a };

	return s->ops->save(s, &change, &e);
}

static void
save_ok(const struct account *a)
{
	ck_assert_msg(save(store, a) == STORE_OK, "%s", e.text);
}

static enum store_answer
load(const char *name, struct account *a)
{
	return store->ops->load(store, name, a, &e);
}

/* ---- Accounts ---- */

/* Something of its own in each column: one that is mixed up with another, or
 * forgotten, shows. */
static void
fill(struct account *a)
{
	const struct store_column *c = store_account_columns;

	for (int i = 0; c[i].name != NULL; i++) {
		char *field = (char *)a + c[i].offset;

		switch (c[i].type) {
		case COLUMN_INT:
			*(int *)(void *)field = 1000 + i;
			break;
		case COLUMN_INT64:
			*(int64_t *)(void *)field = INT64_C(1) << (32 + i);
			break;
		case COLUMN_BOOL:
			*(bool *)(void *)field = true;
			break;
		case COLUMN_TEXT:
			memset(field, 'a' + i % 26, c[i].size - 1);
			field[c[i].size - 1] = '\0';
			break;
		case COLUMN_BYTES:
			memset(field, 0x80 + i, c[i].size);
			break;
		case COLUMN_TRIES:
		case COLUMN_LEAVES:
			break;
		}
	}
	a->pending.count = POLICY_LOCK_AFTER_MAX;
	for (int i = 0; i < a->pending.count; i++)
		a->pending.list[i] = (struct account_try){
			UINT64_MAX - (uint64_t)i, INT64_MIN + i };
	a->failed.count = 1;
	a->failed.list[0] = (struct account_try){ 1, -2 };
	a->version = 0;
}

START_TEST(gives_back_every_column)
{
	struct account saved, loaded;

	memset(&saved, 0, sizeof(saved));
	fill(&saved);
	save_ok(&saved);
	memset(&loaded, 0xff, sizeof(loaded));
	ck_assert_int_eq(load(saved.name, &loaded), STORE_OK);
	saved.version = 1;
	for (const struct store_column *c = store_account_columns;
	    c->name != NULL; c++)
		ck_assert_msg(memcmp((char *)&saved + c->offset,
		    (char *)&loaded + c->offset, c->size) == 0, "%s",
		    c->name);
}
END_TEST

START_TEST(each_column_is_a_member_of_the_row_once)
{
	const struct store_column *c = store_account_columns;
	size_t bytes = 0;

	for (int i = 0; c[i].name != NULL; i++) {
		bytes += c[i].size;
		for (int j = 0; j < i; j++)
			ck_assert(c[j].offset + c[j].size <= c[i].offset ||
			    c[i].offset + c[i].size <= c[j].offset);
	}
	/* what is missing is padding between them */
	ck_assert_uint_ge(bytes + (size_t)store_column_count(c) *
	    sizeof(int64_t), sizeof(struct account));
}
END_TEST

START_TEST(nobody_is_absent)
{
	struct account a = account_of("alice", alice_id), loaded;

	save_ok(&a);
	ck_assert_int_eq(load("bob", &loaded), STORE_ABSENT);
	ck_assert_int_eq(load("ALICE", &loaded), STORE_ABSENT);
	ck_assert_int_eq(load("alice ", &loaded), STORE_ABSENT);
	ck_assert_int_eq(load("", &loaded), STORE_ABSENT);
	ck_assert_int_eq(load("' OR 1 --", &loaded), STORE_ABSENT);
}
END_TEST

START_TEST(each_save_makes_a_version)
{
	struct account a = account_of("alice", alice_id), loaded;

	save_ok(&a);
	for (int64_t version = 1; version < 4; version++) {
		ck_assert_int_eq(load("alice", &loaded), STORE_OK);
		ck_assert_int_eq(loaded.version, version);
		loaded.otp_failures = version;
		save_ok(&loaded);
	}
	ck_assert_int_eq(load("alice", &loaded), STORE_OK);
	ck_assert_int_eq(loaded.otp_failures, 3);
}
END_TEST

START_TEST(of_two_handles_the_second_has_a_conflict)
{
	struct store *other = store_again();
	struct account a = account_of("alice", alice_id), b;

	save_ok(&a);
	ck_assert_int_eq(load("alice", &a), STORE_OK);
	ck_assert_int_eq(other->ops->load(other, "alice", &b, &e), STORE_OK);
	b.otp_failures = 5;
	ck_assert_int_eq(save(other, &b), STORE_OK);
	a.otp_failures = 6;
	ck_assert_int_eq(save(store, &a), STORE_CONFLICT);
	ck_assert_int_eq(load("alice", &a), STORE_OK);
	ck_assert_int_eq(a.otp_failures, 5);
	ck_assert_int_eq(a.version, 2);
	a.otp_failures = 6;
	ck_assert_int_eq(save(store, &a), STORE_OK);
	store_close(&other);
}
END_TEST

START_TEST(a_second_row_of_a_name_is_a_conflict)
{
	struct account a = account_of("alice", alice_id), loaded;

	save_ok(&a);
	memcpy(a.id, bob_id, sizeof(a.id));
	ck_assert_int_eq(save(store, &a), STORE_CONFLICT);
	ck_assert_int_eq(load("alice", &loaded), STORE_OK);
	ck_assert_mem_eq(loaded.id, alice_id, sizeof(loaded.id));
}
END_TEST

START_TEST(a_second_row_of_an_id_is_a_conflict)
{
	struct account a = account_of("alice", alice_id);

	save_ok(&a);
	strcpy(a.name, "bob");
	ck_assert_int_eq(save(store, &a), STORE_CONFLICT);
	ck_assert_int_eq(load("bob", &a), STORE_ABSENT);
}
END_TEST

START_TEST(a_row_that_is_gone_is_a_conflict)
{
	struct account a = account_of("alice", alice_id);

	save_ok(&a);
	ck_assert_int_eq(load("alice", &a), STORE_OK);
	raw("DELETE FROM account");
	ck_assert_int_eq(save(store, &a), STORE_CONFLICT);
	ck_assert_int_eq(load("alice", &a), STORE_ABSENT);
}
END_TEST

static const struct {
	const char *what, *sql;
} damages[] = {
	{ "tries of odd size", "SET pending = x'00112233445566'" },
	{ "more tries than fit", "SET failed = zeroblob(16 * 4096)" },
	{ "a short id", "SET id = x'0011'" },
	{ "a long id", "SET id = zeroblob(17)" },
	{ "a hash that does not fit",
	    "SET hash = replace(hex(zeroblob(500)), '0', 'x')" },
	{ "a hidden end of the hash", "SET hash = 'a' || char(0) || 'b'" },
};

START_TEST(a_corrupt_row_is_no_account)
{
	struct account a = account_of("alice", alice_id);
	char sql[160];

	save_ok(&a);
	snprintf(sql, sizeof(sql), "UPDATE account %s", damages[_i].sql);
	raw(sql);
	ck_assert_msg(load("alice", &a) == STORE_DOWN, "%s",
	    damages[_i].what);
	ck_assert_int_eq(e.code, PASPW_ERR_STORE);
	ck_assert_ptr_nonnull(strstr(e.text, "corrupt"));
	ck_assert_ptr_nonnull(strstr(e.text, database));
	ck_assert_ptr_null(strstr(e.text, HASH));
}
END_TEST

START_TEST(packed_tries_come_back)
{
	unsigned char packed[STORE_TRIES_BYTES];
	struct account_tries in, out;

	memset(&in, 0, sizeof(in));
	for (in.count = 0; in.count <= POLICY_LOCK_AFTER_MAX; in.count++) {
		for (int i = 0; i < in.count; i++)
			in.list[i] = (struct account_try){ 1U + (unsigned)i,
			    -i };
		memset(&out, 0, sizeof(out));
		ck_assert(store_unpack_tries(packed,
		    store_pack_tries(&in, packed), &out));
		ck_assert_mem_eq(&in, &out, sizeof(in));
		if (in.count == POLICY_LOCK_AFTER_MAX)
			break;
	}
	ck_assert(!store_unpack_tries(packed, sizeof(packed) + 16, &out));
	ck_assert(!store_unpack_tries(packed, 1, &out));
}
END_TEST

/* ---- Each account ---- */

struct seen {
	char names[64];
	int stop_at, count;
};

static int
note_name(const struct account *a, void *arg)
{
	struct seen *seen = arg;

	strcat(strcat(seen->names, a->name), " ");
	return ++seen->count == seen->stop_at ? STOP : 0;
}

START_TEST(lists_accounts_by_name_until_told_to_stop)
{
	static const char *const names[] = { "carol", "alice", "bob" };
	struct seen all = { .stop_at = 0 }, two = { .stop_at = 2 };
	unsigned char id[ACCOUNT_ID_BYTES] = { 0 };
	struct account a;
	int stopped = -1;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		id[0]++;
		a = account_of(names[i], id);
		save_ok(&a);
	}
	ck_assert_int_eq(store->ops->each(store, note_name, &all, &stopped,
	    &e), STORE_OK);
	ck_assert_int_eq(stopped, 0);
	ck_assert_str_eq(all.names, "alice bob carol ");
	ck_assert_int_eq(store->ops->each(store, note_name, &two, &stopped,
	    &e), STORE_OK);
	ck_assert_int_eq(stopped, STOP);
	ck_assert_str_eq(two.names, "alice bob ");
	/* and it holds nothing that stops a writer */
	ck_assert_int_eq(load("bob", &a), STORE_OK);
	save_ok(&a);
}
END_TEST

START_TEST(a_list_with_a_corrupt_row_is_an_error)
{
	struct account a = account_of("alice", alice_id);
	struct seen seen = { .stop_at = 0 };
	int stopped;

	save_ok(&a);
	raw("UPDATE account SET id = x'00'");
	ck_assert_int_eq(store->ops->each(store, note_name, &seen, &stopped,
	    &e), STORE_DOWN);
	ck_assert_str_eq(seen.names, "");
}
END_TEST

/* ---- History ---- */

static void
add_history(const struct account *a, const char *digest, int keep)
{
	struct account loaded;
	struct store_change change = { .account = &loaded,
	    .history_digest = digest, .history_keep = keep };

	ck_assert_int_eq(load(a->name, &loaded), STORE_OK);
	ck_assert_msg(store->ops->save(store, &change, &e) == STORE_OK, "%s",
	    e.text);
}

static bool
has(const struct account *a, const char *digest, int newest)
{
	bool found = false;

	ck_assert_msg(store->ops->history_has(store, a->id, digest, newest,
	    &found, &e) == STORE_OK, "%s", e.text);
	return found;
}

START_TEST(remembers_the_newest_of_each_account)
{
	struct account alice = account_of("alice", alice_id);
	struct account bob = account_of("bob", bob_id);

	save_ok(&alice);
	save_ok(&bob);
	add_history(&alice, "one", 3);
	add_history(&bob, "bob's", 3);
	add_history(&alice, "two", 3);
	add_history(&alice, "three", 3);
	ck_assert(has(&alice, "one", 3));
	ck_assert(!has(&alice, "one", 2));
	ck_assert(has(&alice, "two", 2));
	ck_assert(!has(&alice, "three", 0));
	ck_assert(!has(&alice, "bob's", 3));
	ck_assert(!has(&alice, "ONE", 3));
	/* the fourth one pushes the first out */
	add_history(&alice, "four", 3);
	ck_assert(!has(&alice, "one", 100));
	ck_assert(has(&alice, "two", 100));
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 4);
	/* a smaller setting forgets at the next change */
	add_history(&alice, "five", 1);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 2);
	ck_assert(has(&alice, "five", 1));
	ck_assert(has(&bob, "bob's", 1));
}
END_TEST

START_TEST(a_departure_leaves_no_history)
{
	struct account alice = account_of("alice", alice_id);
	struct account bob = account_of("bob", bob_id);
	struct store_change change = { .account = &alice,
	    .history_keep = 5, .history_erase = true };

	save_ok(&alice);
	save_ok(&bob);
	add_history(&alice, "one", 5);
	add_history(&alice, "two", 5);
	add_history(&bob, "bob's", 5);
	ck_assert_int_eq(load("alice", &alice), STORE_OK);
	ck_assert_int_eq(store->ops->save(store, &change, &e), STORE_OK);
	ck_assert(!has(&alice, "one", 5));
	ck_assert(!has(&alice, "two", 5));
	ck_assert(has(&bob, "bob's", 5));
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 1);
}
END_TEST

START_TEST(a_conflict_adds_nothing_to_the_history)
{
	struct account alice = account_of("alice", alice_id);
	struct store_change change = { .account = &alice,
	    .history_digest = "one", .history_keep = 5 };

	save_ok(&alice);
	alice.version = 7;
	ck_assert_int_eq(store->ops->save(store, &change, &e),
	    STORE_CONFLICT);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 0);
}
END_TEST

/* What cannot be looked up counts as found. */
START_TEST(an_unreadable_history_has_it)
{
	bool found = false;

	raw("DROP TABLE history");
	ck_assert_int_eq(store->ops->history_has(store, alice_id, "one", 5,
	    &found, &e), STORE_DOWN);
	ck_assert(found);
}
END_TEST

/* ---- The rest ---- */

START_TEST(tells_the_time)
{
	int64_t now = 0, before = (int64_t)time(NULL);

	ck_assert_int_eq(store->ops->now(store, &now, &e), STORE_OK);
	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, before + 2);
}
END_TEST

START_TEST(an_unknown_scheme_is_refused)
{
	struct store *s = store;

	ck_assert_int_eq(store_open(&s, "sqlite3:/tmp/x", true, 1, &e),
	    PASPW_ERR_CONFIG);
	ck_assert_ptr_null(s);
	ck_assert_int_eq(store_open(&s, "sqlite", true, 1, &e),
	    PASPW_ERR_CONFIG);
	store_close(&s);
	store_close(NULL);
}
END_TEST

/* secure_delete: what is erased is not left in free pages. */
START_TEST(an_erased_hash_is_not_in_the_file)
{
	struct account a = account_of("alice", alice_id);
	char *bytes;
	FILE *f;
	long size;

	save_ok(&a);
	ck_assert_int_eq(load("alice", &a), STORE_OK);
	memset(a.hash, 0, sizeof(a.hash));
	save_ok(&a);
	raw("PRAGMA wal_checkpoint(TRUNCATE)");
	ck_assert_ptr_nonnull(f = fopen(database, "r"));
	ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
	ck_assert_int_gt(size = ftell(f), 0);
	rewind(f);
	ck_assert_ptr_nonnull(bytes = malloc((size_t)size));
	ck_assert_uint_eq(fread(bytes, 1, (size_t)size, f), (size_t)size);
	fclose(f);
	ck_assert_ptr_nonnull(memmem(bytes, (size_t)size, "alice", 5));
	ck_assert_ptr_null(memmem(bytes, (size_t)size, HASH, strlen(HASH)));
	free(bytes);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_sqlite");
	TCase *tc = tcase_create("store_sqlite");

	tcase_add_checked_fixture(tc, store_make, store_remove);
	tcase_add_test(tc, gives_back_every_column);
	tcase_add_test(tc, each_column_is_a_member_of_the_row_once);
	tcase_add_test(tc, nobody_is_absent);
	tcase_add_test(tc, each_save_makes_a_version);
	tcase_add_test(tc, of_two_handles_the_second_has_a_conflict);
	tcase_add_test(tc, a_second_row_of_a_name_is_a_conflict);
	tcase_add_test(tc, a_second_row_of_an_id_is_a_conflict);
	tcase_add_test(tc, a_row_that_is_gone_is_a_conflict);
	tcase_add_loop_test(tc, a_corrupt_row_is_no_account, 0,
	    sizeof(damages) / sizeof(damages[0]));
	tcase_add_test(tc, packed_tries_come_back);
	tcase_add_test(tc, lists_accounts_by_name_until_told_to_stop);
	tcase_add_test(tc, a_list_with_a_corrupt_row_is_an_error);
	tcase_add_test(tc, remembers_the_newest_of_each_account);
	tcase_add_test(tc, a_departure_leaves_no_history);
	tcase_add_test(tc, a_conflict_adds_nothing_to_the_history);
	tcase_add_test(tc, an_unreadable_history_has_it);
	tcase_add_test(tc, tells_the_time);
	tcase_add_test(tc, an_unknown_scheme_is_refused);
	tcase_add_test(tc, an_erased_hash_is_not_in_the_file);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
