/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The canonical form of events and what a seal proves. The known answers were
 * computed from the description in seal.h by another program: a change of the
 * form would make every sealed trail look edited. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_column.h"
#include "trail/proof.h"
#include "trail/seal.h"

static struct error e;
static struct audit_event event;
static struct audit_leaf leaf;
static struct audit_seal seal;
static unsigned char key[DIGEST_BYTES], before[DIGEST_BYTES];
static char hex[2 * DIGEST_BYTES + 1];

static const char *
hex_of(const unsigned char *digest)
{
	proof_hex(digest, DIGEST_BYTES, hex);
	return hex;
}

static void
setup(void)
{
	memset(&event, 0, sizeof(event));
	for (unsigned char i = 0; i < AUDIT_ID_BYTES; i++)
		event.id[i] = i;
	event.at = 1700000000;
	strcpy(event.realm, "users");
	strcpy(event.kind, "success");
	strcpy(event.actor, "alice");
	event.subject[0] = 0xff;
	strcpy(event.data, "{\"service\": \"sshd\"}");

	memset(&seal, 0, sizeof(seal));
	seal.number = 3;
	seal.at = 1700000060;
	seal.leaves.count = 2;
	memset(&seal.leaves.list[0], 0x11, sizeof(seal.leaves.list[0]));
	memset(&seal.leaves.list[1], 0x22, sizeof(seal.leaves.list[1]));
	memset(key, 0x33, sizeof(key));
	memset(before, 0x44, sizeof(before));
	ck_assert_int_eq(seal_make(&seal, before, key, &e), PASPW_OK);
}

static const unsigned char *
digest_of(const struct audit_event *ev)
{
	ck_assert_msg(seal_leaf(ev, &leaf, &e) == PASPW_OK, "%s", e.text);
	return leaf.digest;
}

/* ---- Events ---- */

START_TEST(an_event_has_one_form)
{
	ck_assert_str_eq(hex_of(digest_of(&event)),
	    "3b5bb8cc67106f356527d6a3985401b0"
	    "e650c313d8ff93b51b3135ef30d7b780");
	ck_assert_mem_eq(leaf.id, event.id, sizeof(leaf.id));
}
END_TEST

START_TEST(an_empty_event_has_one_form)
{
	memset(&event, 0, sizeof(event));
	ck_assert_str_eq(hex_of(digest_of(&event)),
	    "a2df1e2e17ac39223138913a87fce027"
	    "aed8e293e301671c40cda112fe18a40f");
}
END_TEST

START_TEST(the_number_of_its_seal_is_not_part_of_it)
{
	struct audit_leaf unsealed;

	digest_of(&event);
	unsealed = leaf;
	event.seal = 12;
	ck_assert_mem_eq(digest_of(&event), unsealed.digest, DIGEST_BYTES);
}
END_TEST

START_TEST(every_bit_of_every_column_counts)
{
	struct audit_event changed;
	struct audit_leaf whole;
	int flips = 0;

	digest_of(&event);
	whole = leaf;
	for (const struct store_column *c = store_event_columns;
	    c->name != NULL; c++) {
		size_t size = c->type == COLUMN_TEXT ? strlen(
		    (char *)&event + c->offset) : c->size;

		if (c->offset == offsetof(struct audit_event, seal))
			continue;
		for (size_t bit = 0; bit < 8 * size; bit++) {
			changed = event;
			((unsigned char *)&changed)[c->offset + bit / 8] ^=
			    (unsigned char)(1 << bit % 8);
			ck_assert_msg(memcmp(digest_of(&changed),
			    whole.digest, DIGEST_BYTES) != 0, "%s bit %zu",
			    c->name, bit);
			flips++;
		}
	}
	ck_assert_int_gt(flips, 8 * (16 + 8 + 16 + 5 + 7 + 5 + 19) - 1);
}
END_TEST

/* A text that moves to the next column, or a border between two that moves. */
START_TEST(columns_cannot_be_mixed_up)
{
	struct audit_event other = event;
	struct audit_leaf first;

	strcpy(event.reason, "T-1");
	strcpy(other.ticket, "T-1");
	digest_of(&event);
	first = leaf;
	ck_assert_mem_ne(digest_of(&other), first.digest, DIGEST_BYTES);

	strcpy(event.reason, "ab");
	strcpy(event.ticket, "c");
	strcpy(other.reason, "a");
	strcpy(other.ticket, "bc");
	digest_of(&event);
	first = leaf;
	ck_assert_mem_ne(digest_of(&other), first.digest, DIGEST_BYTES);

	/* one that contains another column's name and lengths */
	memset(&event, 0, sizeof(event));
	memset(&other, 0, sizeof(other));
	strcpy(event.reason, "aticketb");
	strcpy(other.reason, "a");
	strcpy(other.ticket, "b");
	digest_of(&event);
	first = leaf;
	ck_assert_mem_ne(digest_of(&other), first.digest, DIGEST_BYTES);
}
END_TEST

START_TEST(the_largest_event_fits)
{
	for (const struct store_column *c = store_event_columns;
	    c->name != NULL; c++) {
		memset((char *)&event + c->offset, 'x', c->size);
		if (c->type == COLUMN_TEXT)
			((char *)&event)[c->offset + c->size - 1] = '\0';
	}
	digest_of(&event);
	/* and so does one without its NULs */
	memset(&event, 'x', sizeof(event));
	digest_of(&event);
}
END_TEST

/* ---- Seals ---- */

static enum seal_fault
check(const unsigned char *chain_before, const unsigned char *with)
{
	enum seal_fault fault = SEAL_EDITED;

	ck_assert_msg(seal_check(&seal, chain_before, with, &fault, &e) ==
	    PASPW_OK, "%s", e.text);
	return fault;
}

START_TEST(a_seal_has_one_form)
{
	ck_assert_str_eq(hex_of(seal.root),
	    "e9af231d8697b133936d060aa91af8cc"
	    "8dd74fdc60ea32e5f3ed0f37cacb54e1");
	ck_assert_str_eq(hex_of(seal.mac),
	    "54b28031fbecd3a1cbc641c372d0248a"
	    "5ec52d1e1e39267fbcbdc9a96b77aacc");
	ck_assert_str_eq(hex_of(seal.chain),
	    "de8439febd951d2bc7c992d9b80da84a"
	    "0807cb33a76543c11ce1a8be3549d781");
}
END_TEST

START_TEST(what_was_made_is_intact)
{
	ck_assert_int_eq(check(before, key), SEAL_INTACT);
	ck_assert_int_eq(check(before, NULL), SEAL_INTACT);
	ck_assert_int_eq(check(NULL, key), SEAL_INTACT);
	seal.leaves.count = 0;
	ck_assert_int_eq(seal_make(&seal, before, key, &e), PASPW_OK);
	ck_assert_int_eq(check(before, key), SEAL_INTACT);
}
END_TEST

START_TEST(every_byte_counts_without_the_key)
{
	struct audit_seal made = seal;
	const struct {
		void *bytes;
		size_t size;
	} parts[] = {
		{ &seal.number, sizeof(seal.number) },
		{ &seal.at, sizeof(seal.at) },
		{ seal.root, sizeof(seal.root) },
		{ seal.mac, sizeof(seal.mac) },
		{ seal.chain, sizeof(seal.chain) },
		{ seal.leaves.list, 2 * sizeof(seal.leaves.list[0]) },
		{ before, sizeof(before) },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t j = 0; j < parts[i].size; j++) {
			unsigned char *byte =
			    (unsigned char *)parts[i].bytes + j;

			*byte ^= 0x80;
			ck_assert_int_eq(check(before, NULL), SEAL_EDITED);
			*byte ^= 0x80;
		}
	ck_assert_mem_eq(&made, &seal, sizeof(seal));
	seal.leaves.count = 1;
	ck_assert_int_eq(check(before, NULL), SEAL_EDITED);
	seal.leaves.count = 3;
	ck_assert_int_eq(check(before, NULL), SEAL_EDITED);
}
END_TEST

START_TEST(another_key_is_found_with_the_key)
{
	unsigned char other[DIGEST_BYTES] = { 1 };

	ck_assert_int_eq(check(before, other), SEAL_FORGED);
	/* root, who has no old key, makes it anew for other leaves */
	seal.leaves.count = 1;
	ck_assert_int_eq(seal_make(&seal, before, other, &e), PASPW_OK);
	ck_assert_int_eq(check(before, NULL), SEAL_INTACT);
	ck_assert_int_eq(check(before, key), SEAL_FORGED);
}
END_TEST

START_TEST(a_corrupt_one_is_edited)
{
	seal.corrupt = true;
	ck_assert_int_eq(check(before, key), SEAL_EDITED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("seal");
	TCase *tc = tcase_create("seal");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, an_event_has_one_form);
	tcase_add_test(tc, an_empty_event_has_one_form);
	tcase_add_test(tc, the_number_of_its_seal_is_not_part_of_it);
	tcase_add_test(tc, every_bit_of_every_column_counts);
	tcase_add_test(tc, columns_cannot_be_mixed_up);
	tcase_add_test(tc, the_largest_event_fits);
	tcase_add_test(tc, a_seal_has_one_form);
	tcase_add_test(tc, what_was_made_is_intact);
	tcase_add_test(tc, every_byte_counts_without_the_key);
	tcase_add_test(tc, another_key_is_found_with_the_key);
	tcase_add_test(tc, a_corrupt_one_is_edited);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
