/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Root, who can compute every digest again and has the key of the epoch under
 * way, against who holds the first key or a head. */

#include "sealed_trail.h"
#include "trail/seal.h"

/* A key of root's own, for this epoch. */
static void
forge_key(int64_t epoch)
{
	struct key key;

	ck_assert_int_eq(unlink(key_file), 0);
	ck_assert_int_eq(key_open(&key, key_file, 1000, &e), PASPW_OK);
	ck_assert_int_eq(key_create(&key, epoch, &e), PASPW_OK);
	key_close(&key);
}

static int
take_leaf(const struct audit_event *event, void *arg)
{
	struct audit_seal *seal = arg;

	if (event->seal != seal->number)
		return 0;
	return seal_leaf(event, &seal->leaves.list[seal->leaves.count++], &e);
}

/* Make the seals from this one on anew over what the store holds. */
static void
forge_seals(int64_t from, const unsigned char *key)
{
	static struct audit_seal seal, before;
	sqlite3 *db = raw_open();
	int stopped;

	if (from > 1)
		ck_assert_int_eq(store->ops->seal_from(store, from - 1,
		    &before, &e), STORE_OK);
	for (; from <= HEAD_EPOCH; from++) {
		ck_assert_int_eq(store->ops->seal_from(store, from, &seal,
		    &e), STORE_OK);
		seal.leaves.count = 0;
		ck_assert_int_eq(store->ops->trail(store, STORE_SEALED,
		    take_leaf, &seal, &stopped, &e), STORE_OK);
		ck_assert_int_eq(seal_make(&seal, before.chain, key, &e),
		    PASPW_OK);
		set_bytes(db, "seal", "leaves", from, SQLITE_BLOB,
		    (const unsigned char *)seal.leaves.list,
		    seal.leaves.count * (int)sizeof(seal.leaves.list[0]));
		set_bytes(db, "seal", "root", from, SQLITE_BLOB, seal.root,
		    sizeof(seal.root));
		set_bytes(db, "seal", "mac", from, SQLITE_BLOB, seal.mac,
		    sizeof(seal.mac));
		set_bytes(db, "seal", "chain", from, SQLITE_BLOB, seal.chain,
		    sizeof(seal.chain));
		before = seal;
	}
	sqlite3_close(db);
}

/* With the best that root has: the key of the epoch under way. */
static void
present_key(unsigned char *bytes)
{
	struct key key;

	ck_assert_int_eq(key_open(&key, key_file, 1000, &e), PASPW_OK);
	ck_assert_int_eq(key.epoch, HEAD_EPOCH + 1);
	memcpy(bytes, key.bytes, sizeof(key.bytes));
	key_close(&key);
}

START_TEST(a_chain_that_root_made_anew_needs_the_key_or_a_head)
{
	unsigned char key[DIGEST_BYTES];

	present_key(key);
	raw("UPDATE event SET reason = 'nothing' WHERE kind = 'four'");
	forge_seals(4, key);
	/* to everybody else it is intact: this is why they are handed out */
	expect("");
	with_key();
	expect("seal_forged:4:0 seal_forged:5:0 ");
	ck_assert_uint_eq(result.keyed, 3);
	proofs[0] = proofs[1];
	expect("head_differs:5:0 ");
}
END_TEST

START_TEST(a_tail_that_root_cut_needs_the_key_or_a_head)
{
	raw("DELETE FROM seal WHERE number > 3;"
	    "DELETE FROM event WHERE seal > 3");
	forge_key(4);
	expect("");
	with_key();
	expect("key_differs:0:0 ");
	with_head();
	expect("key_differs:0:0 cut:5:0 ");
	/* going on with his own key does not help him */
	seal_now();
	seal_now();
	with_key();
	expect("seal_forged:4:0 seal_forged:5:0 key_differs:0:0 ");
	with_head();
	run();
	ck_assert_ptr_nonnull(strstr(told, "head_differs:5:0"));
}
END_TEST

START_TEST(a_trail_that_root_began_anew_needs_the_key_or_a_head)
{
	raw("DELETE FROM seal; UPDATE event SET seal = 0;"
	    "DELETE FROM event WHERE kind = 'two'");
	forge_key(1);
	seal_now();
	expect("");
	with_key();
	expect("seal_forged:1:0 key_differs:0:0 ");
	with_head();
	run();
	ck_assert_ptr_nonnull(strstr(told, "cut:5:0"));
}
END_TEST

START_TEST(a_missing_sealing_key_is_a_fault)
{
	ck_assert_int_eq(unlink(key_file), 0);
	expect("key_differs:0:0 ");
}
END_TEST

/* ---- Proofs ---- */

START_TEST(proofs_of_other_realms_are_ignored)
{
	with_head();
	strcpy(proofs[0].realm, "admins");
	strcpy(proofs[1].realm, "admins");
	memset(proofs[0].bytes, 0, sizeof(proofs[0].bytes));
	memset(proofs[1].bytes, 0, sizeof(proofs[1].bytes));
	expect("");
	ck_assert_uint_eq(result.keyed, 0);
	ck_assert_uint_eq(result.heads, 0);
}
END_TEST

START_TEST(a_key_of_a_later_epoch_checks_from_there_on)
{
	unsigned char bytes[DIGEST_BYTES];

	memcpy(bytes, proofs[0].bytes, sizeof(bytes));
	for (int i = 1; i < 4; i++)
		ck_assert_int_eq(key_next(bytes, &e), PASPW_OK);
	with_key();
	proofs[0].epoch = 4;
	memcpy(proofs[0].bytes, bytes, sizeof(bytes));
	expect("");
	ck_assert_uint_eq(result.keyed, 2);
	/* the wrong one is no key of anything */
	bytes[0] ^= 1;
	memcpy(proofs[0].bytes, bytes, sizeof(bytes));
	expect("seal_forged:4:0 seal_forged:5:0 key_differs:0:0 ");
}
END_TEST

START_TEST(after_a_lost_key_each_first_key_checks_its_own)
{
	int stopped = 0;
	struct proof first = proofs[0];

	ck_assert_int_eq(unlink(key_file), 0);
	ck_assert_int_eq(sealer_begin(&sealer, keep_key, NULL, &stopped, &e),
	    PASPW_OK);
	ck_assert_int_eq(proofs[0].epoch, HEAD_EPOCH + 1);
	seal_now();
	with_key();
	expect("");
	ck_assert_uint_eq(result.keyed, 2);
	proofs[1] = first;
	with_head();
	expect("");
	ck_assert_uint_eq(result.keyed, 7);
	/* who holds the first one alone sees that the key was changed */
	proofs[0] = first;
	with_key();
	expect("seal_forged:6:0 seal_forged:7:0 key_differs:0:0 ");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("forgery");
	TCase *tc = tcase_create("forgery");

	tcase_add_checked_fixture(tc, sealed_trail_make, store_remove);
	tcase_add_test(tc,
	    a_chain_that_root_made_anew_needs_the_key_or_a_head);
	tcase_add_test(tc, a_tail_that_root_cut_needs_the_key_or_a_head);
	tcase_add_test(tc,
	    a_trail_that_root_began_anew_needs_the_key_or_a_head);
	tcase_add_test(tc, a_missing_sealing_key_is_a_fault);
	tcase_add_test(tc, proofs_of_other_realms_are_ignored);
	tcase_add_test(tc, a_key_of_a_later_epoch_checks_from_there_on);
	tcase_add_test(tc, after_a_lost_key_each_first_key_checks_its_own);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
