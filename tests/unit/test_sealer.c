/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <signal.h>
#include <sys/wait.h>

#include "trail.h"
#include "trail/key.h"
#include "trail/sealer.h"
#include "trail/verifier.h"

static struct sealer sealer;
static char key_file[PATH_MAX], first_key[PROOF_TEXT_MAX];
static int calls, answer;

static void
setup(void)
{
	store_make();
	sealer.policy = &policy;
	sealer.store = store;
	ck_assert_int_eq(key_path(location, key_file, sizeof(key_file), &e),
	    PASPW_OK);
	calls = answer = 0;
	first_key[0] = '\0';
}

static void
seal_ok(bool empty)
{
	ck_assert_msg(sealer_seal(&sealer, empty, &e) == PASPW_OK, "%s",
	    e.text);
}

static int
take_key(const char *realm, const char *proof, void *arg)
{
	(void)arg;
	ck_assert_str_eq(realm, "users");
	strcpy(first_key, proof);
	calls++;
	return answer;
}

static int
begin(void)
{
	int stopped = -1;

	ck_assert_msg(sealer_begin(&sealer, take_key, NULL, &stopped, &e) ==
	    PASPW_OK, "%s", e.text);
	return stopped;
}

static struct proof
head(void)
{
	struct proof proof;

	ck_assert_msg(sealer_head(&sealer, &proof, &e) == PASPW_OK, "%s",
	    e.text);
	return proof;
}

static int64_t
key_epoch(void)
{
	struct key key;
	int64_t epoch;

	ck_assert_int_eq(key_open(&key, key_file, 1000, &e), PASPW_OK);
	epoch = key.exists ? key.epoch : 0;
	key_close(&key);
	return epoch;
}

/* Intact also for who holds the first key? */
static struct paspw_audit_result
verified(void)
{
	struct paspw_audit_result result;
	struct proof proof;
	struct verifier v = { .policy = &policy, .store = store,
	    .proofs = &proof, .result = &result };

	memset(&result, 0, sizeof(result));
	if (first_key[0] != '\0') {
		ck_assert(proof_parse(first_key, &proof));
		v.proof_count = 1;
	}
	ck_assert_msg(verifier_run(&v, &e) == PASPW_OK, "%s", e.text);
	ck_assert_msg(result.faults == 0, "%s", result.first_fault);
	if (first_key[0] != '\0' && proof.epoch == 1)
		ck_assert_uint_eq(result.keyed, result.seals);
	return result;
}

/* ---- Sealing ---- */

START_TEST(seals_what_has_no_seal)
{
	struct paspw_audit_result result;

	write_event("one");
	write_event("two");
	seal_ok(false);
	write_event("three");
	result = verified();
	ck_assert_uint_eq(result.seals, 1);
	ck_assert_uint_eq(result.sealed, 2);
	ck_assert_uint_eq(result.unsealed, 1);
	seal_ok(false);
	seal_ok(false);
	result = verified();
	ck_assert_uint_eq(result.seals, 2);
	ck_assert_uint_eq(result.sealed, 3);
	ck_assert_uint_eq(result.unsealed, 0);
}
END_TEST

START_TEST(an_empty_seal_only_when_asked)
{
	seal_ok(false);
	ck_assert_int_eq(head().epoch, 0);
	seal_ok(true);
	ck_assert_int_eq(head().epoch, 1);
	seal_ok(true);
	ck_assert_int_eq(head().epoch, 2);
	write_event("one");
	seal_ok(true);
	ck_assert_int_eq(head().epoch, 3);
	ck_assert_uint_eq(verified().sealed, 1);
}
END_TEST

START_TEST(many_events_come_under_several_seals)
{
	const uint64_t most = AUDIT_SEAL_EVENTS_MAX;
	struct paspw_audit_result result;

	for (uint64_t i = 0; i < most; i++)
		write_event("one");
	seal_ok(true);
	ck_assert_uint_eq(verified().seals, 1);
	for (uint64_t i = 0; i < most + 1; i++)
		write_event("one");
	seal_ok(true);
	result = verified();
	ck_assert_uint_eq(result.seals, 3);
	ck_assert_uint_eq(result.sealed, 2 * most + 1);
}
END_TEST

START_TEST(a_corrupt_event_stops_sealing)
{
	write_event("one");
	raw("UPDATE event SET id = x'00'");
	ck_assert_int_eq(sealer_seal(&sealer, false, &e), PASPW_ERR_STORE);
	ck_assert_int_eq(head().epoch, 0);
}
END_TEST

static const char *const bad_seals[] = {
	"UPDATE seal SET chain = x'00'", "UPDATE seal SET number = -1",
	"UPDATE seal SET number = 0", "UPDATE seal SET leaves = x'00'",
	"UPDATE seal SET number = 9223372036854775807",
};

START_TEST(a_corrupt_seal_stops_sealing)
{
	seal_ok(true);
	write_event("one");
	raw(bad_seals[_i]);
	ck_assert_int_eq(sealer_seal(&sealer, false, &e), PASPW_ERR_STORE);
	ck_assert_ptr_nonnull(strstr(e.text, "is corrupt"));
}
END_TEST

/* ---- The first key ---- */

START_TEST(the_first_key_is_handed_out_once)
{
	char kept[PROOF_TEXT_MAX];

	ck_assert_int_eq(begin(), 0);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(strncmp(first_key, "paspw-key:users:1:", 18), 0);
	ck_assert_int_eq(key_epoch(), 2);
	strcpy(kept, first_key);
	ck_assert_int_eq(begin(), 0);
	ck_assert_int_eq(calls, 1);
	write_event("one");
	seal_ok(false);
	strcpy(first_key, kept);
	ck_assert_uint_eq(verified().seals, 2);
}
END_TEST

START_TEST(a_key_that_was_not_taken_stays)
{
	char kept[PROOF_TEXT_MAX];

	answer = 7;
	ck_assert_int_eq(begin(), 7);
	strcpy(kept, first_key);
	ck_assert_int_eq(key_epoch(), 1);
	ck_assert_int_eq(head().epoch, 0);
	answer = 0;
	ck_assert_int_eq(begin(), 0);
	ck_assert_str_eq(kept, first_key);
	ck_assert_int_eq(key_epoch(), 2);
	verified();
}
END_TEST

START_TEST(after_a_seal_nobody_gets_it)
{
	write_event("one");
	seal_ok(false);
	begin();
	ck_assert_int_eq(calls, 0);
}
END_TEST

/* The new one proves all that was there when it began. */
START_TEST(a_lost_key_is_replaced_by_a_new_one)
{
	begin();
	write_event("one");
	seal_ok(false);
	ck_assert_int_eq(unlink(key_file), 0);
	ck_assert_int_eq(sealer_seal(&sealer, true, &e), PASPW_ERR_STORE);
	ck_assert_ptr_nonnull(strstr(e.text, "paspw init"));
	ck_assert_int_eq(head().epoch, 2);
	begin();
	ck_assert_int_eq(calls, 2);
	ck_assert_int_eq(strncmp(first_key, "paspw-key:users:3:", 18), 0);
	seal_ok(true);
	ck_assert_uint_eq(verified().keyed, 2);
	ck_assert_uint_eq(verified().seals, 4);
}
END_TEST

/* ---- Crashes ---- */

static void
copy_key(const char *from, const char *to)
{
	char bytes[256];
	FILE *f = fopen(from, "r");
	size_t size;

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(size = fread(bytes, 1, sizeof(bytes), f), 0);
	fclose(f);
	ck_assert_ptr_nonnull(f = fopen(to, "w"));
	ck_assert_uint_eq(fwrite(bytes, 1, size, f), size);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(to, 0600), 0);
}

START_TEST(a_key_one_epoch_behind_is_evolved)
{
	char kept[PATH_MAX + 8];

	begin();
	snprintf(kept, sizeof(kept), "%s.kept", key_file);
	copy_key(key_file, kept);
	write_event("one");
	seal_ok(false);
	ck_assert_int_eq(key_epoch(), 3);
	copy_key(kept, key_file);
	ck_assert_int_eq(key_epoch(), 2);
	verified();
	/* even if there is nothing to seal */
	seal_ok(false);
	ck_assert_int_eq(key_epoch(), 3);
	write_event("two");
	seal_ok(false);
	ck_assert_uint_eq(verified().seals, 3);
}
END_TEST

START_TEST(a_key_from_a_backup_is_refused)
{
	char kept[PATH_MAX + 8];

	begin();
	snprintf(kept, sizeof(kept), "%s.kept", key_file);
	copy_key(key_file, kept);
	seal_ok(true);
	seal_ok(true);
	copy_key(kept, key_file);
	ck_assert_int_eq(sealer_seal(&sealer, true, &e), PASPW_ERR_STORE);
	ck_assert_int_eq(key_epoch(), 2);
	ck_assert_int_eq(head().epoch, 3);
}
END_TEST

START_TEST(a_store_from_a_backup_is_refused)
{
	begin();
	seal_ok(true);
	seal_ok(true);
	raw("DELETE FROM seal WHERE number > 1");
	ck_assert_int_eq(sealer_seal(&sealer, true, &e), PASPW_ERR_STORE);
	ck_assert_int_eq(key_epoch(), 4);
}
END_TEST

/* A database handle does not cross fork. */
static void
reopen(void)
{
	store_close(&store);
	store = store_again();
	sealer.store = store;
}

static void
seal_for_ever(void)
{
	reopen();
	for (;;) {
		write_event("one");
		seal_ok(false);
	}
}

#define KILLS 40
START_TEST(a_sealer_killed_at_any_instant_does_no_harm)
{
	struct paspw_audit_result result = { 0 };
	int status;

	begin();
	for (int i = 0; i < KILLS; i++) {
		pid_t child;

		store_close(&store);
		if ((child = fork()) == 0)
			seal_for_ever();
		usleep((useconds_t)(3000 + 97 * i));
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert(WIFSIGNALED(status));
		reopen();
		seal_ok(false);
	}
	result = verified();
	ck_assert_uint_eq(result.unsealed, 0);
	ck_assert_uint_gt(result.seals, KILLS / 2);
}
END_TEST

/* ---- Several sealers ---- */

#define ROUNDS 50
static void
seal_often(void)
{
	reopen();
	for (int i = 0; i < ROUNDS; i++) {
		write_event("one");
		seal_ok(true);
	}
	store_close(&store);
	_exit(0);
}

START_TEST(two_sealers_at_once_make_one_chain)
{
	struct paspw_audit_result result;
	int status;

	begin();
	store_close(&store);
	for (int i = 0; i < 2; i++)
		if (fork() == 0)
			seal_often();
	for (int i = 0; i < 2; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	reopen();
	result = verified();
	ck_assert_uint_eq(result.seals, 2 * ROUNDS + 1);
	ck_assert_uint_eq(result.sealed, 2 * ROUNDS);
}
END_TEST

START_TEST(verifies_while_somebody_seals)
{
	uint64_t seals = 0;
	int status;
	pid_t child;

	begin();
	store_close(&store);
	if ((child = fork()) == 0)
		seal_often();
	reopen();
	while (waitpid(child, &status, WNOHANG) == 0) {
		struct paspw_audit_result result = verified();

		ck_assert_uint_ge(result.seals, seals);
		seals = result.seals;
	}
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(verified().seals, ROUNDS + 1);
}
END_TEST

/* A store that answers as told: another host was first, or nobody knows. */
static enum store_answer faults[4];
static int saves;
static bool saved_all_the_same;

static enum store_answer
faulty_save(struct store *s, const struct audit_seal *seal,
    struct error *error)
{
	enum store_answer fault = faults[saves++];

	if (fault == STORE_OK || saved_all_the_same)
		ck_assert_int_eq(store_sqlite.seal_save(s, seal, error),
		    STORE_OK);
	if (fault == STORE_DOWN)
		error_set(error, PASPW_ERR_STORE, "down");
	return fault;
}

static void
make_faulty(void)
{
	static struct store_ops ops;

	begin();
	write_event("one");
	ops = store_sqlite;
	ops.seal_save = faulty_save;
	store->ops = &ops;
	saves = 0;
}

START_TEST(a_conflict_is_tried_again)
{
	make_faulty();
	faults[0] = faults[1] = STORE_CONFLICT;
	faults[2] = STORE_OK;
	seal_ok(false);
	ck_assert_int_eq(saves, 3);
	ck_assert_uint_eq(verified().sealed, 1);
}
END_TEST

START_TEST(an_answer_that_was_lost_is_looked_up)
{
	make_faulty();
	saved_all_the_same = true;
	faults[0] = STORE_UNSURE;
	seal_ok(false);
	saved_all_the_same = false;
	ck_assert_int_eq(saves, 1);
	ck_assert_int_eq(key_epoch(), 3);
	ck_assert_uint_eq(verified().sealed, 1);
}
END_TEST

START_TEST(a_store_that_is_down_evolves_no_key)
{
	make_faulty();
	faults[0] = STORE_DOWN;
	ck_assert_int_eq(sealer_seal(&sealer, false, &e), PASPW_ERR_STORE);
	ck_assert_int_eq(key_epoch(), 2);
	faults[1] = STORE_OK;
	seal_ok(false);
	ck_assert_uint_eq(verified().sealed, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sealer");
	TCase *tc = tcase_create("sealer");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, store_remove);
	tcase_add_test(tc, seals_what_has_no_seal);
	tcase_add_test(tc, an_empty_seal_only_when_asked);
	tcase_add_test(tc, many_events_come_under_several_seals);
	tcase_add_test(tc, a_corrupt_event_stops_sealing);
	tcase_add_loop_test(tc, a_corrupt_seal_stops_sealing, 0,
	    sizeof(bad_seals) / sizeof(bad_seals[0]));
	tcase_add_test(tc, the_first_key_is_handed_out_once);
	tcase_add_test(tc, a_key_that_was_not_taken_stays);
	tcase_add_test(tc, after_a_seal_nobody_gets_it);
	tcase_add_test(tc, a_lost_key_is_replaced_by_a_new_one);
	tcase_add_test(tc, a_key_one_epoch_behind_is_evolved);
	tcase_add_test(tc, a_key_from_a_backup_is_refused);
	tcase_add_test(tc, a_store_from_a_backup_is_refused);
	tcase_add_test(tc, a_sealer_killed_at_any_instant_does_no_harm);
	tcase_add_test(tc, two_sealers_at_once_make_one_chain);
	tcase_add_test(tc, verifies_while_somebody_seals);
	tcase_add_test(tc, a_conflict_is_tried_again);
	tcase_add_test(tc, an_answer_that_was_lost_is_looked_up);
	tcase_add_test(tc, a_store_that_is_down_evolves_no_key);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
