/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"

#define FAULT_MAX 256

START_TEST(an_empty_line_has_the_defaults)
{
	struct arguments a;
	char fault[FAULT_MAX];

	memset(&a, 0xff, sizeof(a));
	ck_assert(arguments_parse(&a, 0, NULL, fault, sizeof(fault)));
	ck_assert_ptr_null(a.conf);
	ck_assert_ptr_null(a.realm);
	ck_assert_ptr_null(a.socket);
	ck_assert_int_eq(a.role, ROLE_WHOLE);
	ck_assert_uint_eq(a.retry, 1);
	ck_assert(!a.use_first_pass && !a.use_authtok && !a.silent);
	ck_assert(!a.enforce_for_root && !a.nodelay && !a.audit && !a.debug);
}
END_TEST

START_TEST(each_argument_sets_its_field)
{
	const char *argv[] = { "conf=/a", "realm=staff", "socket=/s",
		"authfail", "try_first_pass", "use_first_pass", "use_authtok",
		"retry=100", "enforce_for_root", "silent", "nodelay", "audit",
		"debug" };
	struct arguments a;
	char fault[FAULT_MAX];

	ck_assert(arguments_parse(&a, sizeof(argv) / sizeof(argv[0]), argv,
	    fault, sizeof(fault)));
	ck_assert_str_eq(fault, "");
	ck_assert_str_eq(a.conf, "/a");
	ck_assert_str_eq(a.realm, "staff");
	ck_assert_str_eq(a.socket, "/s");
	ck_assert_int_eq(a.role, ROLE_AUTHFAIL);
	ck_assert_uint_eq(a.retry, 100);
	ck_assert(a.use_first_pass && a.use_authtok && a.silent);
	ck_assert(a.enforce_for_root && a.nodelay && a.audit && a.debug);
}
END_TEST

static const struct {
	const char *word;
	enum role role;
	const char *socket;
} single[] = {
	{ "preauth", ROLE_PREAUTH, NULL },
	{ "authsucc", ROLE_AUTHSUCC, NULL },
	{ "socket=none", ROLE_WHOLE, "none" },
};

START_TEST(a_single_word)
{
	const char *argv[] = { single[_i].word };
	struct arguments a;
	char fault[FAULT_MAX];

	ck_assert(arguments_parse(&a, 1, argv, fault, sizeof(fault)));
	ck_assert_int_eq(a.role, single[_i].role);
	ck_assert_pstr_eq(a.socket, single[_i].socket);
}
END_TEST

/* what: part of the sentence that the log gets */
static const struct {
	const char *word;
	const char *what;
} bad[] = {
	{ "deny=5", "lock_after" },
	{ "unlock_time=600", "unlock_after" },
	{ "root_unlock_time=60", "unlock_after" },
	{ "fail_interval=900", "failure_window" },
	{ "even_deny_root", "lock_root" },
	{ "admin_group=wheel", "members" },
	{ "dir=/run/faillock", "store" },
	{ "onerr=fail", "unknown argument onerr=fail" },
	{ "", "unknown argument" },
	{ "=", "unknown argument" },
	{ "Silent", "unknown argument" },
	{ "silentx", "unknown argument" },
	{ "silen", "unknown argument" },
	{ "silent=", "takes no value" },
	{ "silent=yes", "takes no value" },
	{ "preauth=1", "takes no value" },
	{ "try_first_pass=1", "takes no value" },
	{ "conf", "value is missing" },
	{ "conf=", "value is missing" },
	{ "conf=paspw.conf", "absolute" },
	{ "socket=x", "absolute" },
	{ "realm=", "value is missing" },
	{ "retry", "value is missing" },
	{ "retry=", "value is missing" },
	{ "retry=0", "1 to 100" },
	{ "retry=101", "1 to 100" },
	{ "retry=-1", "1 to 100" },
	{ "retry=3x", "1 to 100" },
	{ "retry= 3", "1 to 100" },
	{ "retry=4294967297", "1 to 100" },
	{ "retry=99999999999999999999", "1 to 100" },
};

START_TEST(refuses_a_bad_word_wherever_it_stands)
{
	const char *argv[] = { "silent", bad[_i].word, "debug" };
	struct arguments a;
	char fault[FAULT_MAX];

	ck_assert(!arguments_parse(&a, 3, argv, fault, sizeof(fault)));
	ck_assert_msg(strstr(fault, bad[_i].what) != NULL, "%s: %s",
	    bad[_i].word, fault);
}
END_TEST

START_TEST(refuses_two_roles)
{
	const char *argv[] = { "preauth", "authsucc" };
	const char *twice[] = { "preauth", "preauth" };
	struct arguments a;
	char fault[FAULT_MAX];

	ck_assert(!arguments_parse(&a, 2, argv, fault, sizeof(fault)));
	ck_assert_ptr_nonnull(strstr(fault, "only one of"));
	ck_assert(arguments_parse(&a, 2, twice, fault, sizeof(fault)));
}
END_TEST

START_TEST(cuts_a_fault_that_is_too_long)
{
	char word[FAULT_MAX * 2], fault[FAULT_MAX];
	const char *argv[] = { word };
	struct arguments a;

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	ck_assert(!arguments_parse(&a, 1, argv, fault, sizeof(fault)));
	ck_assert_uint_eq(strlen(fault), sizeof(fault) - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("arguments");
	TCase *tc = tcase_create("arguments");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, an_empty_line_has_the_defaults);
	tcase_add_test(tc, each_argument_sets_its_field);
	tcase_add_loop_test(tc, a_single_word, 0,
	    sizeof(single) / sizeof(single[0]));
	tcase_add_loop_test(tc, refuses_a_bad_word_wherever_it_stands, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, refuses_two_roles);
	tcase_add_test(tc, cuts_a_fault_that_is_too_long);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
