/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The trail through the public verbs: two realms, two chains. */

#include "paspw.h"
#include "trail.h"

#define ALICE "Wagon-7-ivory"

static char config[96];
static struct paspw *h;
static char lines[8][192];	/* what was handed out */
static size_t line_count;
static struct paspw_audit_result result;
static char told[512];

static void
setup(void)
{
	FILE *f;

	directory_make();
	snprintf(config, sizeof(config), "%s/paspw.conf", directory);
	ck_assert_ptr_nonnull(f = fopen(config, "w"));
	fprintf(f, "[users]\nstore = sqlite:%s\ncredentials = store\n"
	    "hash_cost = 3\ndictionary = no\n[admins]\nextends = users\n"
	    "members = paul\nstore = sqlite:%s/admins.db\n", database,
	    directory);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_msg(paspw_open(&h, config, 0) == PASPW_OK, "%s",
	    paspw_detail(h));
	ck_assert_msg(paspw_init(h) == PASPW_OK, "%s", paspw_detail(h));
	line_count = 0;
}

static void
teardown(void)
{
	paspw_close(&h);
	directory_remove();
}

static void
add(const char *user)
{
	enum paspw_verdict verdict = PASPW_REFUSED;

	ck_assert_msg(paspw_add(h, user, ALICE, strlen(ALICE), NULL, NULL,
	    &verdict) == PASPW_OK, "%s", paspw_detail(h));
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
}

static int
take_line(const char *realm, const char *proof, void *arg)
{
	int *stop = arg;

	ck_assert_ptr_nonnull(strstr(proof, realm));
	snprintf(lines[line_count++], sizeof(lines[0]), "%s", proof);
	return stop == NULL ? 0 : *stop;
}

static int
note_fault(const struct paspw_audit_fault *fault, void *arg)
{
	size_t used = strlen(told);

	(void)arg;
	snprintf(told + used, sizeof(told) - used, "%s:%s ", fault->realm,
	    fault->kind);
	return 0;
}

static int
verify_with_lines(void)
{
	const char *proofs[8];

	for (size_t i = 0; i < line_count; i++)
		proofs[i] = lines[i];
	told[0] = '\0';
	return paspw_audit_verify_with(h, proofs, line_count, note_fault,
	    NULL, &result);
}

START_TEST(a_key_and_a_head_for_each_realm)
{
	ck_assert_int_eq(paspw_audit_first_keys(h, take_line, NULL),
	    PASPW_OK);
	ck_assert_uint_eq(line_count, 2);
	ck_assert_int_eq(strncmp(lines[0], "paspw-key:users:1:", 18), 0);
	ck_assert_int_eq(strncmp(lines[1], "paspw-key:admins:1:", 19), 0);
	ck_assert_int_eq(paspw_audit_first_keys(h, take_line, NULL),
	    PASPW_OK);
	ck_assert_uint_eq(line_count, 2);

	add("alice");
	add("paul");
	add("bob");
	ck_assert_int_eq(paspw_audit_seal(h), PASPW_OK);
	ck_assert_int_eq(paspw_audit_seal(h), PASPW_OK);
	ck_assert_int_eq(paspw_audit_heads(h, take_line, NULL), PASPW_OK);
	ck_assert_uint_eq(line_count, 4);
	ck_assert_int_eq(strncmp(lines[2], "paspw-head:users:2:", 19), 0);

	ck_assert_int_eq(verify_with_lines(), PASPW_OK);
	ck_assert_str_eq(result.first_fault, "");
	ck_assert_uint_eq(result.faults, 0);
	ck_assert_uint_eq(result.sealed, 3);
	ck_assert_uint_eq(result.seals, 4);
	ck_assert_uint_eq(result.keyed, 4);
	ck_assert_uint_eq(result.heads, 2);
}
END_TEST

static uint64_t progress_done, progress_total, progress_calls;

static int
note_progress(uint64_t done, uint64_t total, void *arg)
{
	const int *stop = arg;

	ck_assert_uint_gt(done, progress_done);
	ck_assert_uint_ge(total, done);
	ck_assert_uint_ge(total, progress_total);
	progress_done = done;
	progress_total = total;
	progress_calls++;
	return stop == NULL ? 0 : *stop;
}

START_TEST(tells_how_far_it_is)
{
	int stop = 77;

	add("alice");
	ck_assert_int_eq(paspw_audit_seal(h), PASPW_OK);
	add("bob");
	add("paul");
	ck_assert_int_eq(paspw_audit_seal(h), PASPW_OK);
	ck_assert_int_eq(paspw_audit_seal_empty(h), PASPW_OK);
	progress_done = progress_total = progress_calls = 0;
	ck_assert_int_eq(paspw_audit_progress(h, note_progress, NULL),
	    PASPW_OK);
	ck_assert_int_eq(paspw_audit_verify(h, &result), PASPW_OK);
	ck_assert_uint_eq(progress_calls, result.seals);
	ck_assert_uint_eq(progress_done, result.seals);
	ck_assert_uint_eq(progress_total, result.seals);

	progress_done = progress_total = progress_calls = 0;
	ck_assert_int_eq(paspw_audit_progress(h, note_progress, &stop),
	    PASPW_OK);
	ck_assert_int_eq(paspw_audit_verify(h, &result), stop);
	ck_assert_uint_eq(progress_calls, 1);

	ck_assert_int_eq(paspw_audit_progress(h, NULL, NULL), PASPW_OK);
	ck_assert_int_eq(paspw_audit_verify(h, &result), PASPW_OK);
	ck_assert_uint_eq(progress_calls, 1);
}
END_TEST

START_TEST(an_empty_seal_when_asked)
{
	ck_assert_int_eq(paspw_audit_seal(h), PASPW_OK);
	ck_assert_int_eq(paspw_audit_heads(h, take_line, NULL), PASPW_OK);
	ck_assert_uint_eq(line_count, 0);
	ck_assert_int_eq(paspw_set(h, PASPW_REALM, "admins"), PASPW_OK);
	ck_assert_int_eq(paspw_audit_seal_empty(h), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_REALM, NULL), PASPW_OK);
	ck_assert_int_eq(paspw_audit_heads(h, take_line, NULL), PASPW_OK);
	ck_assert_uint_eq(line_count, 1);
	ck_assert_int_eq(strncmp(lines[0], "paspw-head:admins:1:", 20), 0);
}
END_TEST

START_TEST(tells_the_fault_of_its_realm)
{
	add("alice");
	add("paul");
	ck_assert_int_eq(paspw_audit_seal(h), PASPW_OK);
	add("bob");
	raw("UPDATE event SET reason = 'none' WHERE seal <> 0");
	ck_assert_int_eq(verify_with_lines(), PASPW_OK);
	ck_assert_str_eq(told, "users:edited ");
	ck_assert_uint_eq(result.faults, 1);
	ck_assert_uint_eq(result.unsealed, 1);
	ck_assert_ptr_nonnull(strstr(result.first_fault, "realm users"));
	ck_assert_int_eq(paspw_audit_verify(h, &result), PASPW_OK);
	ck_assert_uint_eq(result.faults, 1);
	ck_assert_int_eq(paspw_set(h, PASPW_REALM, "admins"), PASPW_OK);
	ck_assert_int_eq(paspw_audit_verify(h, &result), PASPW_OK);
	ck_assert_uint_eq(result.faults, 0);
}
END_TEST

START_TEST(the_caller_stops_it)
{
	int stop = 42;

	ck_assert_int_eq(paspw_audit_first_keys(h, take_line, &stop), 42);
	ck_assert_uint_eq(line_count, 1);
	/* nothing was taken: the same key again, and the other one */
	ck_assert_int_eq(paspw_audit_first_keys(h, take_line, NULL),
	    PASPW_OK);
	ck_assert_uint_eq(line_count, 3);
	ck_assert_str_eq(lines[0], lines[1]);
}
END_TEST

static const struct {
	const char *line;
	int err;
} bad_lines[] = {
	{ "", PASPW_ERR_INVALID },
	{ "paspw-head:users:1:00", PASPW_ERR_INVALID },
	{ "paspw-head:nobody:1:0000000000000000000000000000000000000000000000"
	    "000000000000000000", PASPW_ERR_NOTFOUND },
	{ "a secret that was typed by mistake", PASPW_ERR_INVALID },
};

START_TEST(a_proof_that_proves_nothing_is_an_error)
{
	strcpy(lines[0], bad_lines[_i].line);
	line_count = 1;
	ck_assert_int_eq(verify_with_lines(), bad_lines[_i].err);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "line 1"));
	ck_assert_ptr_null(strstr(paspw_detail(h), "mistake"));
}
END_TEST

START_TEST(arguments_are_checked)
{
	const char *null_line = NULL;

	ck_assert_int_eq(paspw_audit_first_keys(h, NULL, NULL),
	    PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_audit_heads(h, NULL, NULL),
	    PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_audit_verify(h, NULL), PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_audit_verify_with(h, NULL, 1, NULL, NULL,
	    &result), PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_audit_verify_with(h, &null_line, 1, NULL,
	    NULL, &result), PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_audit_seal(NULL), PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_audit_seal_empty(NULL), PASPW_ERR_INVALID);
	ck_assert_int_eq(paspw_audit_verify(NULL, &result),
	    PASPW_ERR_INVALID);
}
END_TEST

START_TEST(without_a_store_nothing_is_intact)
{
	paspw_close(&h);
	ck_assert_int_eq(unlink(database), 0);
	ck_assert_int_eq(paspw_open(&h, config, 0), PASPW_OK);
	ck_assert_int_eq(paspw_audit_verify(h, &result), PASPW_ERR_STORE);
	ck_assert_int_eq(paspw_audit_seal(h), PASPW_ERR_STORE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("paspw_audit");
	TCase *tc = tcase_create("paspw_audit");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_key_and_a_head_for_each_realm);
	tcase_add_test(tc, tells_how_far_it_is);
	tcase_add_test(tc, an_empty_seal_when_asked);
	tcase_add_test(tc, tells_the_fault_of_its_realm);
	tcase_add_test(tc, the_caller_stops_it);
	tcase_add_loop_test(tc, a_proof_that_proves_nothing_is_an_error, 0,
	    sizeof(bad_lines) / sizeof(bad_lines[0]));
	tcase_add_test(tc, arguments_are_checked);
	tcase_add_test(tc, without_a_store_nothing_is_intact);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
