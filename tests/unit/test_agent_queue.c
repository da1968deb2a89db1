/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "agent/queue.h"

#define JOBS 64
#define ALICE 1000
#define BOB 1001
#define CAROL 1002

static struct agent_job jobs[JOBS];
static struct agent_queue queue;
static size_t used;

static void
set_up(void)
{
	memset(jobs, 0, sizeof(jobs));
	memset(&queue, 0, sizeof(queue));
	used = 0;
}

/* What is left would be a leak. */
static void
tear_down(void)
{
	while (agent_queue_take(&queue) != NULL)
		;
	ck_assert_uint_eq(queue.count, 0);
	ck_assert_ptr_null(queue.lines);
}

static struct agent_job *
add(uid_t uid, const char *user)
{
	struct agent_job *job = &jobs[used++];

	ck_assert_uint_le(used, JOBS);
	job->uid = uid;
	strcpy(job->request.user, user);
	ck_assert(agent_queue_add(&queue, job));
	return job;
}

START_TEST(an_empty_one_has_nobody)
{
	ck_assert_ptr_null(agent_queue_take(&queue));
}
END_TEST

START_TEST(one_uid_is_served_in_order)
{
	struct agent_job *first = add(ALICE, "alice");
	struct agent_job *second = add(ALICE, "alice");

	ck_assert_ptr_eq(agent_queue_take(&queue), first);
	ck_assert_ptr_eq(agent_queue_take(&queue), second);
	ck_assert_ptr_null(agent_queue_take(&queue));
}
END_TEST

/* However long the line of one is, and whenever another one comes. */
START_TEST(whoever_comes_new_is_next)
{
	struct agent_job *other;

	for (int i = 0; i < 10; i++)
		add(ALICE, "alice");
	for (int i = 0; i < _i; i++)
		ck_assert_int_eq((int)agent_queue_take(&queue)->uid, ALICE);
	other = add(BOB, "bob");
	/* At the very beginning nobody was served: who came first is next. */
	if (_i == 0)
		ck_assert_int_eq((int)agent_queue_take(&queue)->uid, ALICE);
	ck_assert_ptr_eq(agent_queue_take(&queue), other);
}
END_TEST

START_TEST(two_floods_take_turns)
{
	int last = 0;

	for (int i = 0; i < 10; i++) {
		add(ALICE, "alice");
		add(BOB, "bob");
	}
	for (int i = 0; i < 20; i++) {
		int uid = (int)agent_queue_take(&queue)->uid;

		ck_assert_int_ne(uid, last);
		last = uid;
	}
}
END_TEST

/* A stream of new ones does not keep an old line waiting for ever. */
START_TEST(a_stream_of_new_ones_starves_nobody)
{
	bool served = false;

	add(ALICE, "alice");
	add(ALICE, "alice");
	ck_assert_int_eq((int)agent_queue_take(&queue)->uid, ALICE);
	for (int i = 0; i < 5 && !served; i++) {
		add(BOB + (uid_t)i, "x");
		add(CAROL + 100 + (uid_t)i, "x");
		served = agent_queue_take(&queue)->uid == ALICE;
	}
	ck_assert(served);
}
END_TEST

START_TEST(roots_lines_are_by_account)
{
	struct agent_job *alice;

	for (int i = 0; i < 5; i++)
		add(0, "bob");
	ck_assert_str_eq(agent_queue_take(&queue)->request.user, "bob");
	alice = add(0, "alice");
	ck_assert_ptr_eq(agent_queue_take(&queue), alice);
}
END_TEST

START_TEST(a_persons_line_is_one_whatever_he_asks_for)
{
	struct agent_job *first = add(ALICE, "a"), *other;

	add(ALICE, "b");
	add(ALICE, "c");
	ck_assert_ptr_eq(agent_queue_take(&queue), first);
	other = add(BOB, "bob");
	ck_assert_ptr_eq(agent_queue_take(&queue), other);
}
END_TEST

START_TEST(who_waited_goes_to_the_head_of_his_line)
{
	struct agent_job *first = add(ALICE, "alice");
	struct agent_job *second = add(ALICE, "alice");

	ck_assert_ptr_eq(agent_queue_take(&queue), first);
	ck_assert(agent_queue_add_first(&queue, first));
	ck_assert_ptr_eq(agent_queue_take(&queue), first);
	ck_assert_ptr_eq(agent_queue_take(&queue), second);
	ck_assert(agent_queue_add_first(&queue, first));
	ck_assert(agent_queue_add(&queue, second));
	ck_assert_ptr_eq(agent_queue_take(&queue), first);
	ck_assert_ptr_eq(agent_queue_take(&queue), second);
}
END_TEST

START_TEST(a_line_has_an_end)
{
	struct agent_job *many = calloc(AGENT_QUEUE_MAX + 1, sizeof(*many));

	ck_assert_ptr_nonnull(many);
	for (size_t i = 0; i < AGENT_QUEUE_MAX; i++) {
		many[i].uid = ALICE;
		ck_assert(agent_queue_add(&queue, &many[i]));
	}
	many[AGENT_QUEUE_MAX].uid = ALICE;
	ck_assert(!agent_queue_add(&queue, &many[AGENT_QUEUE_MAX]));
	add(BOB, "bob");
	while (agent_queue_take(&queue) != NULL)
		;
	free(many);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent_queue");
	TCase *tc = tcase_create("agent_queue");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, an_empty_one_has_nobody);
	tcase_add_test(tc, one_uid_is_served_in_order);
	tcase_add_loop_test(tc, whoever_comes_new_is_next, 0, 6);
	tcase_add_test(tc, two_floods_take_turns);
	tcase_add_test(tc, a_stream_of_new_ones_starves_nobody);
	tcase_add_test(tc, roots_lines_are_by_account);
	tcase_add_test(tc, a_persons_line_is_one_whatever_he_asks_for);
	tcase_add_test(tc, who_waited_goes_to_the_head_of_his_line);
	tcase_add_test(tc, a_line_has_an_end);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
