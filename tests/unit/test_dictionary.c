/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quality/dictionary.h"
#include "quality/disguise.h"
#include "quality/words.h"

static struct policy policy;
static struct error error;

/* Cost of a word of the compiled lists as it is written; 0: not in them. */
static unsigned
cost_of(const char *word)
{
	uint32_t node = words_root;

	for (; *word != '\0'; word++)
		if (!words_step(&node, (unsigned char)*word))
			return 0;
	return words_cost(node);
}

START_TEST(knows_both_languages)
{
	ck_assert_uint_eq(cost_of("anticonstitutionnellement"), WORDS_PLAIN);
	ck_assert_uint_eq(cost_of("thoroughbred"), WORDS_PLAIN);
	ck_assert_uint_lt(cost_of("motdepasse"), 6);
	ck_assert_uint_lt(cost_of("password"), 6);
	ck_assert_uint_ne(cost_of("ete"), 0);
	ck_assert_uint_ne(cost_of("oeuvre"), 0);
	ck_assert_uint_eq(cost_of("passwor"), 0);
	ck_assert_uint_eq(cost_of("xkvqzjwh"), 0);
	ck_assert_uint_eq(cost_of(""), 0);
}
END_TEST

static void
longest(void *arg, size_t end, unsigned cost)
{
	size_t *furthest = arg;

	ck_assert_uint_gt(cost, 0);
	if (end > *furthest)
		*furthest = end;
}

/* Characters of the longest word at the beginning of a text. */
static size_t
word_length(const char *text)
{
	struct fold folded;
	size_t end = 0;

	fold_text(&folded, text, strlen(text));
	disguise_dictionary(&folded, 0, longest, &end);
	return end;
}

START_TEST(sees_through_disguises)
{
	static const char *const disguised[] = {
		"motdepasse", "MOTDEPASSE", "mOtDePaSsE", "m0td3p@ss3",
		"m.o.t.d.e.p.a.s.s.e", "mot de passe", "moootdepaaasse",
		"mötdépâssê", "motdepa$$e", "ｍｏｔｄｅｐａｓｓｅ",
		"mоtdеpаssе"	/* Cyrillic о е а е */
	};

	for (size_t i = 0; i < sizeof(disguised) / sizeof(*disguised); i++) {
		size_t n = 0;

		for (const char *c = disguised[i]; *c != '\0'; c++)
			n += (*c & 0xc0) != 0x80;
		ck_assert_msg(word_length(disguised[i]) == n, "%s: %zu",
		    disguised[i], word_length(disguised[i]));
	}
	ck_assert_uint_eq(word_length("xkvqzjwh"), 0);
}
END_TEST

/* The words that a text is split into, as one text with commas. */
static const char *
split(const char *from)
{
	static char text[256];
	guess_words words[256] = { 0 }, *end, *at = words;
	char *to = text;

	ck_assert_uint_lt(dictionary_room(from), 256);
	end = dictionary_split(words, from);
	ck_assert_uint_eq(*end, 0);
	ck_assert_uint_lt((size_t)(end - words), dictionary_room(from));
	for (; at < end; at++)
		*to++ = *at == 0 ? ',' : (char)*at;
	*to = '\0';
	return text;
}

START_TEST(splits_what_is_known_of_a_person)
{
	ck_assert_str_eq(split("Jean-de, Éloïse42"),
	    "jean,eloise42,jean,eloise,jeandeeloise42,");
	ck_assert_str_eq(split("al"), "");
	ck_assert_str_eq(split("Cœur"), "coeur,coeur,coeur,");
	ck_assert_str_eq(split(""), "");
}
END_TEST

START_TEST(cracklib_is_ready)
{
	bool guessable = false;

	ck_assert_int_eq(dictionary_state(), DICTIONARY_READY);
	ck_assert_ptr_eq(dictionary_note(DICTIONARY_READY), NULL);
	ck_assert_int_eq(dictionary_guessable("albatross1", &guessable,
	    &error), PASPW_OK);
	ck_assert(guessable);
	ck_assert_int_eq(dictionary_guessable("gr7!Kx2$vQ9z",
	    &guessable, &error), PASPW_OK);
	ck_assert(!guessable);
}
END_TEST

START_TEST(missing_cracklib_has_a_sentence)
{
	ck_assert_ptr_ne(dictionary_note(DICTIONARY_NO_LIBRARY), NULL);
	ck_assert_ptr_ne(strstr(dictionary_note(DICTIONARY_NO_WORDS),
	    "cracklib"), NULL);
}
END_TEST

START_TEST(reads_the_words_of_the_site)
{
	static const char words[] = "zorglub\n";
	char *text = NULL, path[] = "/tmp/test_dictionary.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	ck_assert(write(fd, words, strlen(words)) == (ssize_t)strlen(words));

	ck_assert_int_eq(dictionary_site(&policy, &text, &error), PASPW_OK);
	ck_assert_ptr_eq(text, NULL);
	strcpy(policy.words, "/nonexistent/words");
	ck_assert_int_eq(dictionary_site(&policy, &text, &error),
	    PASPW_ERR_CONFIG);
	ck_assert_ptr_eq(text, NULL);
	strcpy(policy.words, "/");
	ck_assert_int_eq(dictionary_site(&policy, &text, &error),
	    PASPW_ERR_CONFIG);
	ck_assert_ptr_eq(text, NULL);
	strcpy(policy.words, path);
	ck_assert_int_eq(dictionary_site(&policy, &text, &error), PASPW_OK);
	ck_assert_str_eq(text, words);
	free(text);
	ck_assert_int_eq(fchmod(fd, 0646), 0);
	ck_assert_int_eq(dictionary_site(&policy, &text, &error),
	    PASPW_ERR_CONFIG);
	ck_assert_ptr_ne(strstr(error.text, "others can write"), NULL);
	ck_assert_int_eq(unlink(path), 0);
	close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dictionary");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, knows_both_languages);
	tcase_add_test(all, sees_through_disguises);
	tcase_add_test(all, splits_what_is_known_of_a_person);
	tcase_add_test(all, cracklib_is_ready);
	tcase_add_test(all, missing_cracklib_has_a_sentence);
	tcase_add_test(all, reads_the_words_of_the_site);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
