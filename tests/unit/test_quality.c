/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fold.h"
#include "quality/quality.h"

#define TABLE "tests/data/passwords.tsv"
#define ROWS_LEAST 400
#define RULES_TEXT_MAX 256

static struct policy policy;
static struct error error;
static const struct quality_person jean = {
	.name = "jdupont", .gecos = "Jean Dupont", .realm = "users"
};

static void
setup(void)
{
	memset(&policy, 0, sizeof(policy));
	policy.min_length = 8;
	policy.max_length = 256;
	policy.require = REQUIRE_LETTER | REQUIRE_DIGIT | REQUIRE_SYMBOL;
	policy.dictionary = 1;
}

static uint32_t
judge(const struct quality_person *person, const char *old,
    const char *password, size_t length)
{
	struct quality_verdict verdict;

	ck_assert_int_eq(quality_check(&policy, person, old,
	    old == NULL ? 0 : strlen(old), password, length, &verdict,
	    &error), PASPW_OK);
	return verdict.broken;
}

static uint32_t
broken(const char *password)
{
	return judge(&jean, NULL, password, strlen(password));
}

static bool
breaks(const char *password, enum quality_rule rule)
{
	return (broken(password) & 1u << rule) != 0;
}

static void
rules_text(uint32_t rules, char *text)
{
	text[0] = '\0';
	for (int rule = 0; rule < RULE_COUNT; rule++)
		if (rules & 1u << rule) {
			if (text[0] != '\0')
				strcat(text, " ");
			strcat(text, quality_rule_id((enum quality_rule)rule));
		}
}

/* Undo \xNN and \\ in place; returns the length. */
static size_t
unescape(char *text)
{
	char *to = text, hex[3] = { 0 };

	for (const char *from = text; *from != '\0'; ) {
		if (from[0] == '\\' && from[1] == 'x') {
			memcpy(hex, from + 2, 2);
			*to++ = (char)strtoul(hex, NULL, 16);
			from += 4;
		} else {
			from += from[0] == '\\';
			*to++ = *from++;
		}
	}
	return (size_t)(to - text);
}

/* Columns: password, accepted or refused, rules. Every row is looked at, so
 * that one run tells all that is wrong. */
START_TEST(judges_the_table)
{
	char *line = NULL, path[512], text[RULES_TEXT_MAX];
	const char *top = getenv("top_srcdir");
	size_t size = 0, rows = 0, wrong = 0;
	FILE *table;

	snprintf(path, sizeof(path), "%s/" TABLE, top == NULL ? "." : top);
	table = fopen(path, "r");
	ck_assert_msg(table != NULL, "%s is missing", path);
	while (getline(&line, &size, table) > 0) {
		char *next = line, *password, *verdict, *rules;
		uint32_t found;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		password = strsep(&next, "\t");
		verdict = strsep(&next, "\t");
		rules = strsep(&next, "\t");
		ck_assert_msg(rules != NULL, "%s: too few columns", line);
		rows++;
		found = judge(&jean, NULL, password, unescape(password));
		rules_text(found, text);
		if (strcmp(text, rules) == 0 &&
		    strcmp(verdict, found == 0 ? "accepted" : "refused") == 0)
			continue;
		fprintf(stderr, "%s: breaks '%s' and not '%s'\n", password,
		    text, rules);
		wrong++;
	}
	free(line);
	fclose(table);
	ck_assert_uint_ge(rows, ROWS_LEAST);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(ids_are_the_contract)
{
	static const char *const contract[] = {
		"min_length", "max_length", "letter", "digit", "symbol",
		"upper", "lower", "classes", "user_name", "dictionary",
		"breached", "keyboard", "sequence", "repeat", "similar",
		"history", "min_age", "charset"
	};

	for (int i = 0; i < RULE_COUNT; i++)
		ck_assert_str_eq(quality_rule_id((enum quality_rule)i),
		    contract[i]);
	ck_assert_str_eq(quality_rule_id(RULE_COUNT), "");
}
END_TEST

START_TEST(counts_characters_not_bytes)
{
	size_t n;

	ck_assert(quality_characters("éàçù", strlen("éàçù"), &n));
	ck_assert_uint_eq(n, 4);
	ck_assert(breaks("éàçù", RULE_MIN_LENGTH));
	ck_assert(!breaks("éàçùéàçù", RULE_MIN_LENGTH));
	ck_assert(!quality_characters("a\xff", 2, &n));
	ck_assert(!quality_characters("\xc0\xaf", 2, &n));
	ck_assert(!quality_characters("\xed\xa0\x80", 3, &n));
	ck_assert(!quality_characters("\xf5\x80\x80\x80", 4, &n));
	ck_assert(quality_characters("", 0, &n));
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(limits_characters_and_bytes)
{
	char text[600];

	memset(text, 'x', sizeof(text));
	ck_assert_uint_ne(judge(NULL, NULL, text, 257) &
	    1u << RULE_MAX_LENGTH, 0);
	ck_assert_uint_eq(judge(NULL, NULL, text, 256) &
	    1u << RULE_MAX_LENGTH, 0);
	policy.max_length = 1000;
	ck_assert_uint_eq(judge(NULL, NULL, text, 511) &
	    1u << RULE_MAX_LENGTH, 0);
	ck_assert_uint_ne(judge(NULL, NULL, text, 512) &
	    1u << RULE_MAX_LENGTH, 0);
}
END_TEST

START_TEST(knows_unicode_classes)
{
	policy.require = REQUIRE_LETTER | REQUIRE_UPPER | REQUIRE_LOWER |
	    REQUIRE_SYMBOL;
	ck_assert(!breaks("é", RULE_LETTER));
	ck_assert(!breaks("é", RULE_LOWER));
	ck_assert(breaks("é", RULE_UPPER));
	ck_assert(breaks("é", RULE_SYMBOL));
	ck_assert(!breaks("É", RULE_UPPER));
	ck_assert(!breaks("Ж", RULE_UPPER));
	ck_assert(!breaks("月", RULE_LETTER));
	ck_assert(!breaks(" ", RULE_SYMBOL));
	ck_assert(!breaks("😀", RULE_SYMBOL));
	/* e and a combining accent: no symbol */
	ck_assert(breaks("e\xcc\x81", RULE_SYMBOL));
}
END_TEST

START_TEST(counts_classes)
{
	policy.min_classes = 3;
	ck_assert(breaks("abcDEF", RULE_CLASSES));
	ck_assert(!breaks("abcDEF1", RULE_CLASSES));
	policy.min_classes = 4;
	ck_assert(breaks("abcDEF1", RULE_CLASSES));
	ck_assert(!breaks("abcDEF1-", RULE_CLASSES));
}
END_TEST

START_TEST(refuses_control_characters)
{
	ck_assert(breaks("Kx2$\x01vQ9zLm", RULE_CHARSET));
	ck_assert(breaks("Kx2$vQ9z\xff\xfe", RULE_CHARSET));
	ck_assert_uint_ne(judge(NULL, NULL, "gr7!K\0x2$vQ", 11) &
	    1u << RULE_CHARSET, 0);
	ck_assert(!breaks("Kx2$ vQ9zLmé", RULE_CHARSET));
}
END_TEST

START_TEST(reports_every_broken_rule)
{
	char text[RULES_TEXT_MAX];

	rules_text(broken(""), text);
	ck_assert_str_eq(text, "min_length letter digit symbol");
	rules_text(broken("azerty"), text);
	ck_assert_str_eq(text,
	    "min_length digit symbol dictionary keyboard");
}
END_TEST

START_TEST(finds_the_person_in_any_disguise)
{
	static const struct quality_person person = {
		.name = "m.lefevre42", .gecos = "Éloïse Lefèvre,Bureau 12",
		.owner = "Sylvain Garcia", .host = "srv-compta.exemple.fr",
		.realm = "admins"
	};
	static const char *const bad[] = {
		"xq8!Lefevre-Kz2vW", "xq8!LEFÈVRE-Kz2vW", "xq8!l3f3vr3-Kz2vW",
		"xq8!ervefel-Kz2vW", "xq8!l.e.f.e.v.r.e-Kz2vW",
		"xq8!Eloise-Kz2vW", "xq8!El0ïsse-Kz2vW", "xq8!garcia-Kz2vW",
		/* host and realm are only weak */
		"Compta2024!", "c0mpt@-srv1", "Admins2024!", "Exemple7!"
	};
	static const char good[] = "xq8!tournevis-Kz2vW";
	static const char host[] = "xq8!compta-Kz2vW";

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(judge(&person, NULL, bad[i], strlen(bad[i])) &
		    1u << RULE_USER_NAME, "%s", bad[i]);
	ck_assert_uint_eq(judge(&person, NULL, good, strlen(good)), 0);
	ck_assert_uint_eq(judge(&person, NULL, host, strlen(host)), 0);
	ck_assert_uint_eq(judge(NULL, NULL, bad[0], strlen(bad[0])), 0);
}
END_TEST

START_TEST(finds_what_is_similar_to_the_old_one)
{
	static const char old[] = "Tq8!mvZr2pLw";
	static const char *const bad[] = {
		"Tq8!mvZr2pLw", "tQ8!MVzR2PlW", "Tq8!mvZr3pLw", "wLp2rZvm!8qT",
		"r2pLwTq8!mvZ", "Tq8!mvZr2pLw99", "xxTq8!mvZr2pLw"
	};
	static const char good[] = "gr7$Kx2-vQ9zB";

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(judge(&jean, old, bad[i], strlen(bad[i])) &
		    1u << RULE_SIMILAR, "%s", bad[i]);
	ck_assert_uint_eq(judge(&jean, old, good, strlen(good)), 0);
}
END_TEST

START_TEST(site_words_count)
{
	char path[] = "/tmp/test_quality.XXXXXX";
	int fd = mkstemp(path);
	static const char words[] = "# ours\nZorgluB Systèmes\n";

	ck_assert_int_ne(fd, -1);
	ck_assert_uint_eq(broken("Z0rglub-Kz2vW8q"), 0);
	ck_assert(write(fd, words, strlen(words)) == (ssize_t)strlen(words));
	ck_assert_int_eq(close(fd), 0);
	strcpy(policy.words, path);
	ck_assert(breaks("Z0rglub-Kz2vW8q", RULE_USER_NAME));
	ck_assert(breaks("systemes-Kz2vW8q", RULE_USER_NAME));
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(unreadable_site_words_are_an_error)
{
	struct quality_verdict verdict;

	strcpy(policy.words, "/nonexistent/words");
	ck_assert_int_eq(quality_check(&policy, NULL, NULL, 0, "x", 1,
	    &verdict, &error), PASPW_ERR_CONFIG);
	ck_assert_uint_ne(verdict.broken, 0);
	ck_assert_ptr_ne(strstr(error.text, "/nonexistent/words"), NULL);
	strcpy(policy.words, "/dev/zero");
	ck_assert_int_eq(quality_check(&policy, NULL, NULL, 0, "x", 1,
	    &verdict, &error), PASPW_ERR_CONFIG);
}
END_TEST

START_TEST(dictionary_can_be_switched_off)
{
	ck_assert(breaks("tournesol7!", RULE_DICTIONARY));
	policy.dictionary = 0;
	ck_assert(!breaks("tournesol7!", RULE_DICTIONARY));
	ck_assert(breaks("Azertyuiop1!", RULE_KEYBOARD));
}
END_TEST

/* The end of a long password cannot hide what comes first, nor slow us. */
START_TEST(long_input_is_bounded)
{
	char text[PASPW_PASSWORD_MAX];

	memset(text, '1', sizeof(text));
	ck_assert_uint_ne(judge(&jean, NULL, text, sizeof(text)) &
	    1u << RULE_REPEAT, 0);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "a@4!"[i % 4];
	ck_assert_uint_ne(judge(&jean, NULL, text, sizeof(text)) &
	    1u << RULE_REPEAT, 0);
}
END_TEST

#define STACK_BYTES (1024 * 1024)
#define TRACE 6			/* characters in a row that give it away */

/* cracklib, which leaves copies, is not asked about this one. */
static const char secret[] = "xk7vqz!jwh4rm-tp";

static void *
judge_secret(void *arg)
{
	(void)arg;
	(void)judge(&jean, "wzkqvxjhrtpm7?", secret, strlen(secret));
	return NULL;
}

/* Is the secret here, as bytes or as folded characters? */
static bool
is_trace(const char *at)
{
	if (memcmp(at, secret, TRACE) == 0)
		return true;
	for (size_t i = 0; i < TRACE; i++) {
		uint32_t code;

		memcpy(&code, at + i * sizeof(struct fold_char), sizeof(code));
		if (code != (unsigned char)secret[i])
			return false;
	}
	return true;
}

/* Nothing stays on the stack for whoever reads that memory next. */
START_TEST(leaves_no_password_behind)
{
	char *stack = aligned_alloc(4096, STACK_BYTES);
	char *copy = malloc(STACK_BYTES);
	int fd = open("/proc/self/mem", O_RDONLY);
	pthread_attr_t attr;
	pthread_t thread;
	size_t traces = 0;

	ck_assert_ptr_ne(stack, NULL);
	ck_assert_ptr_ne(copy, NULL);
	memset(stack, 0, STACK_BYTES);
	policy.dictionary = _i;
	ck_assert_int_eq(pthread_attr_init(&attr), 0);
	ck_assert_int_eq(pthread_attr_setstack(&attr, stack, STACK_BYTES), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, judge_secret, NULL),
	    0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	/* Read by the kernel: valgrind lets nobody look at a dead stack. */
	ck_assert_int_eq(pread(fd, copy, STACK_BYTES, (off_t)(uintptr_t)stack),
	    STACK_BYTES);
	for (size_t i = 0; i + TRACE * sizeof(struct fold_char) < STACK_BYTES;
	    i++)
		traces += is_trace(copy + i);
	ck_assert_uint_eq(traces, 0);
	close(fd);
	free(copy);
	free(stack);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("quality");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(all, setup, NULL);
	tcase_add_test(all, judges_the_table);
	tcase_add_test(all, ids_are_the_contract);
	tcase_add_test(all, counts_characters_not_bytes);
	tcase_add_test(all, limits_characters_and_bytes);
	tcase_add_test(all, knows_unicode_classes);
	tcase_add_test(all, counts_classes);
	tcase_add_test(all, refuses_control_characters);
	tcase_add_test(all, reports_every_broken_rule);
	tcase_add_test(all, finds_the_person_in_any_disguise);
	tcase_add_test(all, finds_what_is_similar_to_the_old_one);
	tcase_add_test(all, site_words_count);
	tcase_add_test(all, unreadable_site_words_are_an_error);
	tcase_add_test(all, dictionary_can_be_switched_off);
	tcase_add_test(all, long_input_is_bounded);
	tcase_add_loop_test(all, leaves_no_password_behind, 0, 2);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
