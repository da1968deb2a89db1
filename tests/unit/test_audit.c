/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "audit/audit.h"

#define NOW 1700000000

static struct error e;
static struct policy policy;
static struct account account;
static struct audit_origin origin;
static struct audit_event event;

static void
setup(void)
{
	memset(&policy, 0, sizeof(policy));
	memset(&account, 0, sizeof(account));
	memset(&origin, 0, sizeof(origin));
	strcpy(policy.realm, "users");
	strcpy(account.name, "alice");
	memset(account.id, 7, sizeof(account.id));
	strcpy(account.owner, "Alice \"A\" Martin");
	strcpy(account.hash, "$y$j9T$salt$digest");
	strcpy(origin.actor, "root");
}

static const char *
data_of(enum audit_kind kind)
{
	memset(&event, 0xff, sizeof(event));
	ck_assert_msg(audit_event(&event, kind, &policy, &account, &origin,
	    NOW, &e) == PASPW_OK, "%s", e.text);
	return event.data;
}

START_TEST(every_kind_has_a_name_of_its_own)
{
	const struct audit_kind_row *row = &audit_kinds[_i];

	ck_assert_ptr_nonnull(row->name);
	ck_assert_uint_lt(strlen(row->name), sizeof(event.kind));
	for (const char *c = row->name; *c != '\0'; c++)
		ck_assert(islower((unsigned char)*c) || *c == '_');
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(audit_kinds[i].name, row->name);
	ck_assert_int_ge(row->priority, LOG_EMERG);
	ck_assert_int_le(row->priority, LOG_INFO);
	ck_assert_str_ne(row->clauses, "");
	data_of((enum audit_kind)_i);
	ck_assert_str_eq(event.kind, row->name);
}
END_TEST

START_TEST(says_who_what_whom_and_why)
{
	strcpy(origin.reason, "lost laptop");
	strcpy(origin.ticket, "T-2");
	data_of(AUDIT_ADMIN_LOCK);
	ck_assert_int_eq(event.at, NOW);
	ck_assert_str_eq(event.realm, "users");
	ck_assert_str_eq(event.kind, "admin_lock");
	ck_assert_str_eq(event.actor, "root");
	ck_assert_str_eq(event.reason, "lost laptop");
	ck_assert_str_eq(event.ticket, "T-2");
	ck_assert_str_eq(event.case_id, "");
	ck_assert_mem_eq(event.subject, account.id, sizeof(event.subject));
	ck_assert_int_eq(event.seal, 0);
	ck_assert(!event.corrupt);
}
END_TEST

/* The name lives in the account row alone, so that a person can be erased. */
START_TEST(has_neither_name_nor_hash)
{
	for (int kind = 0; kind < AUDIT_KINDS; kind++) {
		data_of((enum audit_kind)kind);
		ck_assert_ptr_null(memmem(&event, sizeof(event), "alice", 5));
		ck_assert_ptr_null(memmem(&event, sizeof(event), "$y$", 3));
	}
}
END_TEST

START_TEST(about_nobody)
{
	static const unsigned char nobody[ACCOUNT_ID_BYTES];

	ck_assert_int_eq(audit_event(&event, AUDIT_LOCK, &policy, NULL,
	    &origin, NOW, &e), PASPW_OK);
	ck_assert_mem_eq(event.subject, nobody, sizeof(nobody));
	ck_assert_str_eq(event.data, "{}");
}
END_TEST

START_TEST(no_two_have_the_same_id)
{
	unsigned char first[AUDIT_ID_BYTES];

	data_of(AUDIT_SUCCESS);
	memcpy(first, event.id, sizeof(first));
	data_of(AUDIT_SUCCESS);
	ck_assert_mem_ne(first, event.id, sizeof(first));
}
END_TEST

START_TEST(tells_where_it_came_from)
{
	ck_assert_str_eq(data_of(AUDIT_SUCCESS), "{}");
	strcpy(origin.tty, "pts/1");
	ck_assert_str_eq(data_of(AUDIT_SUCCESS), "{\"tty\": \"pts/1\"}");
	strcpy(origin.service, "sshd");
	strcpy(origin.rhost, "192.0.2.1");
	ck_assert_str_eq(data_of(AUDIT_SUCCESS), "{\"service\": \"sshd\", "
	    "\"rhost\": \"192.0.2.1\", \"tty\": \"pts/1\"}");
}
END_TEST

START_TEST(tells_the_facts_of_its_kind)
{
	account.failed.count = 4;
	ck_assert_str_eq(data_of(AUDIT_FAILURE), "{\"failures\": 4}");
	ck_assert_str_eq(data_of(AUDIT_LOCK), "{\"failures\": 4}");
	ck_assert_str_eq(data_of(AUDIT_SUCCESS), "{}");
	account.refused_while_locked = 3;
	account.refused_first_at = -1;
	account.refused_last_at = INT64_MAX;
	ck_assert_str_eq(data_of(AUDIT_REFUSED_LOCKED), "{\"count\": 3, "
	    "\"first\": -1, \"last\": 9223372036854775807}");
	ck_assert_str_eq(data_of(AUDIT_ISSUE), "{\"owner\": "
	    "\"Alice \\\"A\\\" Martin\", \"account_kind\": \"person\"}");
}
END_TEST

/* A name of a host that ends the string, the line or the terminal's mode. */
START_TEST(a_text_stays_inside_its_quotes)
{
	strcpy(origin.rhost, "a\"}\\\n\x1b[2J\x7f\xc3\xa9");
	ck_assert_str_eq(data_of(AUDIT_SUCCESS), "{\"rhost\": "
	    "\"a\\\"}\\\\\\u000a\\u001b[2J\\u007f\xc3\xa9\"}");
}
END_TEST

/* Whole members, or none. */
static bool
is_whole(const char *json)
{
	size_t length = strlen(json);
	int quotes = 0;

	for (const char *c = json; *c != '\0'; c++) {
		if (*c == '\\' && c[1] != '\0')
			c++;
		else if (*c == '"')
			quotes++;
	}
	return length < AUDIT_DATA_MAX && json[0] == '{' &&
	    json[length - 1] == '}' && quotes % 4 == 0;
}

/* Half of one would end inside a character, and read like another text. */
START_TEST(a_text_that_is_too_long_is_left_out)
{
	char text[AUDIT_DATA_MAX];

	data_of(AUDIT_SUCCESS);
	memset(text, 'x', sizeof(text));
	text[1700] = '\0';
	audit_note(&event, "members", text);
	ck_assert_ptr_null(strstr(event.data, "members"));
	text[1400] = '\0';
	audit_note(&event, "members", text);
	ck_assert_ptr_nonnull(strstr(event.data, text));
}
END_TEST

START_TEST(the_longest_texts_make_whole_json)
{
	memset(origin.service, '"', sizeof(origin.service) - 1);
	memset(origin.rhost, '\\', sizeof(origin.rhost) - 1);
	memset(origin.tty, '"', sizeof(origin.tty) - 1);
	ck_assert(is_whole(data_of(AUDIT_SUCCESS)));
	/* quotes and backslashes are the worst that paspw_set lets in */
	ck_assert_ptr_nonnull(strstr(event.data, "\"tty\""));
	memset(origin.service, '\1', sizeof(origin.service) - 1);
	memset(origin.rhost, '\1', sizeof(origin.rhost) - 1);
	memset(account.owner, '\1', sizeof(account.owner) - 1);
	ck_assert(is_whole(data_of(AUDIT_ISSUE)));
	ck_assert_ptr_nonnull(strstr(event.data, "\"service\""));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audit");
	TCase *tc = tcase_create("audit");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, every_kind_has_a_name_of_its_own, 0,
	    AUDIT_KINDS);
	tcase_add_test(tc, says_who_what_whom_and_why);
	tcase_add_test(tc, has_neither_name_nor_hash);
	tcase_add_test(tc, about_nobody);
	tcase_add_test(tc, no_two_have_the_same_id);
	tcase_add_test(tc, tells_where_it_came_from);
	tcase_add_test(tc, tells_the_facts_of_its_kind);
	tcase_add_test(tc, a_text_stays_inside_its_quotes);
	tcase_add_test(tc, a_text_that_is_too_long_is_left_out);
	tcase_add_test(tc, the_longest_texts_make_whole_json);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
