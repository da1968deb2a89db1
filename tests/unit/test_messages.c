/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "messages.h"

#define LETTER "The password has no letter."
#define LETTER_FR "Le mot de passe ne contient aucune lettre."

static struct policy policy;
static char directory[512];

static void
setup(void)
{
	const char *top = getenv("top_builddir");

	memset(&policy, 0, sizeof(policy));
	policy.min_length = 8;
	policy.max_length = 256;
	policy.min_classes = 3;
	policy.history = 5;
	snprintf(directory, sizeof(directory), "%s/po",
	    top == NULL ? "." : top);
	messages_directory(directory);
	unsetenv("LC_ALL");
	unsetenv("LC_MESSAGES");
	unsetenv("LANG");
	unsetenv("LANGUAGE");
}

START_TEST(speaks_the_language_asked_for)
{
	ck_assert_str_eq(messages_text("fr", LETTER), LETTER_FR);
	ck_assert_str_eq(messages_text("en", LETTER), LETTER);
	ck_assert_str_eq(messages_text("de", LETTER), LETTER);
	ck_assert_str_eq(messages_text("", LETTER), LETTER);
	ck_assert_str_eq(messages_text("fr", "no such message"),
	    "no such message");
	ck_assert_str_eq(messages_text("fr", ""), "");
}
END_TEST

START_TEST(follows_the_locale)
{
	setenv("LANG", "fr_FR.UTF-8", 1);
	ck_assert_str_eq(messages_text("", LETTER), LETTER_FR);
	setenv("LC_MESSAGES", "en_US.UTF-8", 1);
	ck_assert_str_eq(messages_text("", LETTER), LETTER);
	setenv("LC_ALL", "fr", 1);
	ck_assert_str_eq(messages_text("", LETTER), LETTER_FR);
	setenv("LC_ALL", "", 1);
	ck_assert_str_eq(messages_text("", LETTER), LETTER);
	setenv("LC_ALL", "fry_NL", 1);
	ck_assert_str_eq(messages_text("", LETTER), LETTER);
}
END_TEST

/* A user's LANGUAGE does not override the policy's `language`. */
START_TEST(ignores_the_list_of_languages)
{
	setenv("LANGUAGE", "en", 1);
	ck_assert_str_eq(messages_text("fr", LETTER), LETTER_FR);
}
END_TEST

START_TEST(forms_plurals)
{
	char text[256];

	messages_rule(&policy, RULE_MIN_LENGTH, "en", text, sizeof(text));
	ck_assert_str_eq(text, "The password is shorter than 8 characters.");
	messages_rule(&policy, RULE_MIN_LENGTH, "fr", text, sizeof(text));
	ck_assert_str_eq(text,
	    "Le mot de passe compte moins de 8 caractères.");
	policy.min_length = 1;
	messages_rule(&policy, RULE_MIN_LENGTH, "fr", text, sizeof(text));
	ck_assert_str_eq(text, "Le mot de passe compte moins de 1 caractère.");
	policy.history = 0;
	messages_rule(&policy, RULE_HISTORY, "en", text, sizeof(text));
	ck_assert_str_eq(text, "The password is the present one.");
	messages_rule(&policy, RULE_HISTORY, "fr", text, sizeof(text));
	ck_assert_str_eq(text, "Le mot de passe est l’actuel.");
	ck_assert_str_eq(messages_plural("en", "a day", "days", 0), "days");
	ck_assert_str_eq(messages_plural("en", "a day", "days", 1), "a day");
}
END_TEST

START_TEST(has_a_sentence_for_every_rule)
{
	for (int rule = 0; rule < RULE_COUNT; rule++) {
		char english[256], french[256];

		messages_rule(&policy, (enum quality_rule)rule, "en", english,
		    sizeof(english));
		messages_rule(&policy, (enum quality_rule)rule, "fr", french,
		    sizeof(french));
		ck_assert_msg(strncmp(english, "The password ", 13) == 0,
		    "%s", quality_rule_id((enum quality_rule)rule));
		ck_assert_msg(strncmp(french, "Le mot de passe ", 16) == 0,
		    "%s", quality_rule_id((enum quality_rule)rule));
		ck_assert_int_eq(english[strlen(english) - 1], '.');
		ck_assert_int_eq(french[strlen(french) - 1], '.');
	}
}
END_TEST

START_TEST(cuts_what_does_not_fit)
{
	char text[8];

	messages_rule(&policy, RULE_LETTER, "en", text, sizeof(text));
	ck_assert_str_eq(text, "The pas");
}
END_TEST

START_TEST(lives_without_a_catalogue)
{
	messages_directory("/nonexistent");
	ck_assert_str_eq(messages_text("fr", LETTER), LETTER);
}
END_TEST

/* Any broken file may lack translations, but never leads outside of it. */
START_TEST(survives_a_broken_catalogue)
{
	char path[600], whole[32768], name[] = "/tmp/test_messages.XXXXXX";
	char command[600];
	size_t size, cut = (size_t)_i * 97;
	FILE *file;

	snprintf(path, sizeof(path), "%s/C/LC_MESSAGES/paspw-fr.mo",
	    directory);
	file = fopen(path, "r");
	ck_assert_ptr_ne(file, NULL);
	size = fread(whole, 1, sizeof(whole), file);
	fclose(file);
	ck_assert_ptr_ne(mkdtemp(name), NULL);
	snprintf(command, sizeof(command), "mkdir -p %s/C/LC_MESSAGES", name);
	ck_assert_int_eq(system(command), 0);
	snprintf(path, sizeof(path), "%s/C/LC_MESSAGES/paspw-fr.mo", name);
	file = fopen(path, "w");
	ck_assert_ptr_ne(file, NULL);
	whole[8 + (size_t)_i % 64] ^= (char)(1 << _i % 8);
	ck_assert_uint_eq(fwrite(whole, 1, cut < size ? size - cut : size,
	    file), cut < size ? size - cut : size);
	fclose(file);
	messages_directory(name);
	ck_assert_ptr_ne(messages_text("fr", LETTER), NULL);
	ck_assert_ptr_ne(messages_plural("fr", LETTER, LETTER, 2), NULL);
	snprintf(command, sizeof(command), "rm -r %s", name);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("messages");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(all, setup, NULL);
	tcase_add_test(all, speaks_the_language_asked_for);
	tcase_add_test(all, follows_the_locale);
	tcase_add_test(all, ignores_the_list_of_languages);
	tcase_add_test(all, forms_plurals);
	tcase_add_test(all, has_a_sentence_for_every_rule);
	tcase_add_test(all, cuts_what_does_not_fit);
	tcase_add_test(all, lives_without_a_catalogue);
	tcase_add_loop_test(all, survives_a_broken_catalogue, 0, 200);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
