/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

static struct policy p;
static struct error e;

static void
fresh(void)
{
	policy_standard(&p, "users");
	error_clear(&e);
}

static int
set(const char *name, const char *value)
{
	const struct policy_setting *s = policy_setting_find(name);

	ck_assert_msg(s != NULL, "no setting %s", name);
	return policy_set(&p, s, value, &e);
}

static const char *
get(const char *name)
{
	static char text[POLICY_TEXT_MAX];
	const struct policy_setting *s = policy_setting_find(name);

	ck_assert_msg(s != NULL, "no setting %s", name);
	policy_get(&p, s, text, sizeof(text));
	return text;
}

/* the page that users read: every setting, in its order */
static const struct standard {
	const char *name;
	const char *value;
} standards[] = {
	{ "preset", "pas" }, { "extends", "" }, { "floor", "" },
	{ "members", "" }, { "store", "" },
	{ "credentials", "shadow" }, { "min_length", "8" },
	{ "max_length", "256" }, { "require", "letter digit symbol" },
	{ "min_classes", "0" }, { "min_entropy", "0" },
	{ "max_age", "4mo" },
	{ "warn_before", "14d" }, { "history", "5" }, { "lock_after", "5" },
	{ "unlock_after", "never" }, { "failure_window", "never" },
	{ "lock_blocks", "account" },
	{ "lock_exempt_services", "cron crond atd systemd-user" },
	{ "attempt_lease", "30s" }, { "busy_wait", "30s" },
	{ "store_timeout", "3s" }, { "isolate", "no" }, { "lock_root", "no" },
	{ "tell_locked", "no" }, { "first_login_change", "yes" },
	{ "temporary_valid", "24h" }, { "min_age", "0" },
	{ "dictionary", "yes" }, { "words", "" }, { "hash", "yescrypt" },
	{ "hash_cost", "7" }, { "hashes_at_once", "0" },
	{ "audit_retention", "12mo" },
	{ "expire_keys", "no" }, { "language", "" }
};
#define STANDARDS (int)(sizeof(standards) / sizeof(standards[0]))

START_TEST(standard_is_pas)
{
	fresh();
	ck_assert_str_eq(policy_settings[_i].name, standards[_i].name);
	ck_assert_str_eq(get(standards[_i].name), standards[_i].value);
	ck_assert_ptr_null(policy_settings[STANDARDS].name);
}
END_TEST

START_TEST(every_row_is_complete)
{
	const struct policy_setting *s = &policy_settings[_i];

	ck_assert_ptr_nonnull(s->standard);
	ck_assert_msg(s->help != NULL && s->help[0] != '\0', "%s", s->name);
	ck_assert_msg(s->clauses != NULL && s->clauses[0] != '\0', "%s",
	    s->name);
	ck_assert_ptr_eq(policy_setting_find(s->name), s);
}
END_TEST

/* what is written is read back as the same value */
static const struct value {
	const char *name;
	const char *text;
	const char *again;
} values[] = {
	{ "min_length", "1", "1" }, { "min_length", "256", "256" },
	{ "max_length", "511", "511" }, { "history", "0", "0" },
	{ "history", "400", "400" }, { "lock_after", "100", "100" },
	{ "hash_cost", "3", "3" }, { "hash_cost", "11", "11" },
	{ "min_classes", "4", "4" }, { "isolate", "yes", "yes" },
	{ "tell_locked", "yes", "yes" }, { "expire_keys", "yes", "yes" },
	{ "first_login_change", "no", "no" },
	{ "credentials", "store", "store" }, { "hash", "scrypt", "scrypt" },
	{ "lock_blocks", "password", "password" },
	{ "require", "none", "none" },
	{ "require", "digit", "digit" },
	{ "require", "symbol  letter\tdigit", "letter digit symbol" },
	{ "require", "lower upper symbol digit letter",
	    "letter digit symbol upper lower" },
	{ "max_age", "never", "never" }, { "max_age", "1y", "12mo" },
	{ "max_age", "120d", "120d" }, { "max_age", "12h", "12h" },
	{ "min_age", "1d", "24h" }, { "warn_before", "0", "0" },
	{ "busy_wait", "0", "0" }, { "unlock_after", "15m", "15m" },
	{ "attempt_lease", "1h", "1h" }, { "store_timeout", "1m", "1m" },
	{ "audit_retention", "1d", "24h" }, { "audit_retention", "6mo",
	    "6mo" },
	{ "members", "@sudo  root", "@sudo  root" }, { "members", "", "" },
	{ "members", "@équipe", "@équipe" },
	{ "store", "sqlite:/a b/#c.db", "sqlite:/a b/#c.db" },
	{ "extends", "users", "users" }, { "language", "fr", "fr" },
	{ "language", "", "" }, { "words", "/etc/w", "/etc/w" },
	{ "preset", "nist-800-63b-4", "nist-800-63b-4" },
	{ "lock_exempt_services", "", "" }
};

START_TEST(round_trips)
{
	const struct value *v = &values[_i];
	char first[POLICY_TEXT_MAX];

	fresh();
	ck_assert_msg(set(v->name, v->text) == PASPW_OK, "%s = %s: %s",
	    v->name, v->text, e.text);
	strcpy(first, get(v->name));
	ck_assert_str_eq(first, v->again);
	ck_assert_int_eq(set(v->name, first), PASPW_OK);
	ck_assert_str_eq(get(v->name), first);
}
END_TEST

static const struct bad {
	const char *name;
	const char *text;
	const char *reason;
} bad[] = {
	{ "min_length", "", "not a number" },
	{ "min_length", "eight", "not a number" },
	{ "min_length", "8x", "not a number" },
	{ "min_length", "8 9", "not a number" },
	{ "min_length", " 8", "not a number" },
	{ "min_length", "-8", "not a number" },
	{ "min_length", "+8", "not a number" },
	{ "min_length", "0x8", "not a number" },
	{ "min_length", "8.5", "not a number" },
	{ "min_length", "0", "out of range 1 to 256" },
	{ "min_length", "257", "out of range 1 to 256" },
	{ "min_length", "4294967304", "out of range 1 to 256" },
	{ "min_length", "18446744073709551624", "out of range 1 to 256" },
	{ "max_length", "512", "out of range 16 to 511" },
	{ "max_length", "15", "out of range 16 to 511" },
	{ "history", "401", "out of range 0 to 400" },
	{ "lock_after", "0", "out of range 1 to 100" },
	{ "lock_after", "101", "out of range 1 to 100" },
	{ "hash_cost", "2", "out of range 3 to 11" },
	{ "hashes_at_once", "65", "out of range 0 to 64" },
	{ "hash_cost", "12", "out of range 3 to 11" },
	{ "min_classes", "5", "out of range 0 to 4" },
	{ "max_age", "", "not a duration" },
	{ "max_age", "4", "not a duration" },
	{ "max_age", "4 mo", "not a duration" },
	{ "max_age", "4months", "not a duration" },
	{ "max_age", "0", "out of range 1s to 100y, or never" },
	{ "max_age", "999y", "out of range 1s to 100y, or never" },
	{ "unlock_after", "0", "out of range 1s to 100y, or never" },
	{ "warn_before", "never", "out of range 0 to 366d" },
	{ "attempt_lease", "0", "out of range 1s to 1h" },
	{ "attempt_lease", "1mo", "out of range 1s to 1h" },
	{ "attempt_lease", "never", "out of range 1s to 1h" },
	{ "busy_wait", "never", "out of range 0 to 10m" },
	{ "store_timeout", "61s", "out of range 1s to 1m" },
	{ "min_age", "never", "out of range 0 to 366d" },
	{ "audit_retention", "never", "out of range 24h to 100y" },
	{ "audit_retention", "0", "out of range 24h to 100y" },
	{ "isolate", "", "not one of: no yes" },
	{ "isolate", "true", "not one of: no yes" },
	{ "isolate", "Yes", "not one of: no yes" },
	{ "isolate", "yes yes", "not one of: no yes" },
	{ "credentials", "ldap", "not one of: store shadow" },
	{ "hash", "md5", "not one of: yescrypt scrypt" },
	{ "lock_blocks", "keys", "not one of: account password" },
	{ "require", "", "empty: write none" },
	{ "require", " \t", "empty: write none" },
	{ "require", "none digit",
	    "not one of: letter digit symbol upper lower" },
	{ "require", "letters",
	    "not one of: letter digit symbol upper lower" },
	{ "require", "letter,digit",
	    "not one of: letter digit symbol upper lower" },
	{ "preset", "stig", "not one of: pas anssi cnil nist-800-63b-4 "
	    "pci-dss-4 cis-debian12" },
	{ "language", "de", "not one of: fr en" },
	{ "members", "root\nadmin", "holds a control character" },
	{ "members", "root\x7f", "holds a control character" },
	{ "extends", "0123456789012345678901234567890123456789"
	    "012345678901234567890123", "longer than 63 bytes" }
};

START_TEST(refuses)
{
	const struct bad *b = &bad[_i];
	char before[POLICY_TEXT_MAX];

	fresh();
	strcpy(before, get(b->name));
	ck_assert_msg(set(b->name, b->text) == PASPW_ERR_CONFIG, "%s = %s",
	    b->name, b->text);
	ck_assert_msg(strncmp(e.text, b->reason, strlen(b->reason)) == 0,
	    "%s = %s: %s", b->name, b->text, e.text);
	ck_assert_str_eq(get(b->name), before);
}
END_TEST

START_TEST(refuses_too_long_text)
{
	char text[POLICY_TEXT_MAX + 1];

	fresh();
	memset(text, 'a', POLICY_TEXT_MAX);
	text[POLICY_TEXT_MAX] = '\0';
	ck_assert_int_eq(set("members", text), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text, "longer than 1023 bytes");
	text[POLICY_TEXT_MAX - 1] = '\0';
	ck_assert_int_eq(set("members", text), PASPW_OK);
	ck_assert_str_eq(get("members"), text);
}
END_TEST

START_TEST(knows_no_other_setting)
{
	ck_assert_ptr_null(policy_setting_find(""));
	ck_assert_ptr_null(policy_setting_find("min_len"));
	ck_assert_ptr_null(policy_setting_find("MIN_LENGTH"));
	ck_assert_ptr_null(policy_setting_find("realm"));
}
END_TEST

/* All that policy_fault says of a policy: "key: reason; key: reason". */
static const char *
faults_of(const struct policy *policy)
{
	const struct policy_setting *setting;
	const char *reason;
	size_t i = 0;

	error_clear(&e);
	while ((reason = policy_fault(policy, &i, &setting)) != NULL)
		error_add(&e, PASPW_ERR_CONFIG, "%s: %s", setting->name,
		    reason);
	return e.text;
}

/* name = value on a standard policy, and what is wrong with it as a whole */
static const struct whole {
	const char *what;
	const char *set[2][2];
	const char *faults;
} wholes[] = {
	{ "as it is", { { NULL } }, "" },
	{ "lengths cross", { { "max_length", "16" }, { "min_length", "17" } },
	    "min_length: more than max_length" },
	{ "one length", { { "max_length", "16" }, { "min_length", "16" } },
	    "" },
	{ "never old enough to change", { { "max_age", "1d" },
	    { "min_age", "1d" } }, "min_age: not less than max_age" },
	{ "no expiry, any min_age", { { "max_age", "never" },
	    { "min_age", "30d" } }, "" },
	{ "scrypt", { { "hash", "scrypt" }, { "hash_cost", "5" } },
	    "hash_cost: scrypt starts at 6" },
	{ "no store", { { "store", "" } },
	    "store: every realm needs one of its own" },
	{ "another store", { { "store", "mysql:/x" } },
	    "store: not sqlite: and a plain absolute path" },
	{ "relative store", { { "store", "sqlite:x.db" } },
	    "store: not sqlite: and a plain absolute path" },
	{ "a store spelt twice", { { "store", "sqlite:/a//b" } },
	    "store: not sqlite: and a plain absolute path" },
	{ "a store by a detour", { { "store", "sqlite:/a/../b" } },
	    "store: not sqlite: and a plain absolute path" },
	{ "a directory", { { "store", "sqlite:/a/" } },
	    "store: not sqlite: and a plain absolute path" },
	{ "relative words", { { "words", "w.txt" } },
	    "words: not an absolute path" },
	{ "members with a comma", { { "members", "alice,bob" } },
	    "members: not names with blanks between them" },
	{ "a group without a name", { { "members", "@ sudo" } },
	    "members: not names with blanks between them" },
	{ "services with a semicolon",
	    { { "lock_exempt_services", "cron; atd" } },
	    "lock_exempt_services: not names with blanks between them" },
	{ "two faults", { { "store", "" }, { "words", "w.txt" } },
	    "store: every realm needs one of its own; "
	    "words: not an absolute path" }
};

START_TEST(finds_faults_of_the_whole)
{
	const struct whole *w = &wholes[_i];

	fresh();
	ck_assert_int_eq(set("store", "sqlite:/var/lib/s.db"), PASPW_OK);
	for (size_t i = 0; i < 2 && w->set[i][0] != NULL; i++)
		ck_assert_int_eq(set(w->set[i][0], w->set[i][1]), PASPW_OK);
	ck_assert_msg(strcmp(faults_of(&p), w->faults) == 0, "%s: %s",
	    w->what, e.text);
}
END_TEST

START_TEST(refuses_a_policy_of_zeros)
{
	struct policy zeros;

	memset(&zeros, 0, sizeof(zeros));
	ck_assert_ptr_nonnull(strstr(faults_of(&zeros),
	    "min_length: out of range"));
	ck_assert_ptr_nonnull(strstr(e.text, "lock_after: out of range"));
	ck_assert_ptr_nonnull(strstr(e.text, "attempt_lease: out of range"));
}
END_TEST

/* `a` beside `b`: is it weaker? */
static const struct comparison {
	const char *name;
	const char *a, *b;
	bool weaker;
} comparisons[] = {
	{ "min_length", "8", "10", true },
	{ "min_length", "10", "8", false },
	{ "min_length", "8", "8", false },
	{ "lock_after", "6", "5", true },
	{ "lock_after", "4", "5", false },
	{ "max_age", "5mo", "4mo", true },
	{ "max_age", "never", "100y", true },
	{ "max_age", "90d", "4mo", false },
	/* of months that are not 30 days long */
	{ "max_age", "3mo", "90d", true },
	{ "max_age", "120d", "4mo", false },
	{ "max_age", "121d", "4mo", true },
	{ "max_age", "4mo", "120d", true },
	{ "max_age", "4mo", "123d", false },
	{ "max_age", "1095d", "3y", false },
	{ "audit_retention", "365d", "12mo", false },
	{ "audit_retention", "12mo", "365d", false },
	{ "audit_retention", "360d", "12mo", true },
	{ "max_age", "never", "never", false },
	{ "unlock_after", "1h", "never", true },
	{ "unlock_after", "never", "1h", false },
	{ "require", "letter digit", "letter digit symbol", true },
	{ "require", "upper", "digit", true },
	{ "require", "letter digit symbol", "letter digit", false },
	{ "dictionary", "no", "yes", true },
	{ "words", "", "/etc/security/words", true },
	{ "words", "/etc/security/words", "", false },
	{ "tell_locked", "yes", "no", true },
	{ "tell_locked", "no", "yes", false },
	{ "lock_blocks", "password", "account", true },
	{ "lock_exempt_services", "cron sshd", "cron atd", true },
	{ "lock_exempt_services", "atd", "cron atd", false },
	{ "lock_exempt_services", "", "cron", false },
	{ "audit_retention", "6mo", "12mo", true },
	{ "min_entropy", "50", "80", true },
	{ "language", "fr", "en", false },
	{ "members", "", "root", false }
};

START_TEST(compares_strength)
{
	const struct comparison *c = &comparisons[_i];
	const struct policy_setting *s = policy_setting_find(c->name);
	struct policy a;

	fresh();
	ck_assert_int_eq(set(c->name, c->a), PASPW_OK);
	a = p;
	ck_assert_int_eq(set(c->name, c->b), PASPW_OK);
	ck_assert_msg(policy_weaker(s, &a, &p) == c->weaker, "%s: %s, %s",
	    c->name, c->a, c->b);
}
END_TEST

static const struct listed {
	const char *list, *word;
	bool has;
} listeds[] = {
	{ "cron crond atd", "cron", true }, { "cron crond atd", "atd", true },
	{ "crond", "cron", false }, { "cron", "crond", false },
	{ "  cron\tatd ", "atd", true }, { "", "cron", false },
	{ "cron", "", false }, { "", "", false }, { " ", " ", false }
};

START_TEST(finds_words_of_a_list)
{
	const struct listed *l = &listeds[_i];

	ck_assert_msg(policy_list_has(l->list, l->word) == l->has, "'%s' '%s'",
	    l->list, l->word);
}
END_TEST

/* what `policy explain` says of a setting */
static const struct explained {
	const char *name, *type, *range;
} explaineds[] = {
	{ "min_length", "number", "1 to 256" },
	{ "hash", "choice", "yescrypt scrypt" },
	{ "dictionary", "boolean", "no yes" },
	{ "require", "set", "letter digit symbol upper lower, or none" },
	{ "max_age", "duration", "1s to 100y, or never" },
	{ "busy_wait", "duration", "0 to 10m" },
	{ "preset", "word",
	    "pas anssi cnil nist-800-63b-4 pci-dss-4 cis-debian12" },
	{ "extends", "word", "" },
	{ "members", "text", "" }
};

START_TEST(explains_what_may_be_given)
{
	const struct explained *x = &explaineds[_i];
	const struct policy_setting *s = policy_setting_find(x->name);
	char range[POLICY_TEXT_MAX];

	ck_assert_ptr_nonnull(s);
	policy_range(s, range, sizeof(range));
	ck_assert_str_eq(policy_type_name(s), x->type);
	ck_assert_str_eq(range, x->range);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("policy");
	TCase *tc = tcase_create("policy");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, standard_is_pas, 0, STANDARDS);
	tcase_add_loop_test(tc, every_row_is_complete, 0, STANDARDS);
	tcase_add_loop_test(tc, round_trips, 0, ROWS(values));
	tcase_add_loop_test(tc, refuses, 0, ROWS(bad));
	tcase_add_test(tc, refuses_too_long_text);
	tcase_add_test(tc, knows_no_other_setting);
	tcase_add_loop_test(tc, finds_faults_of_the_whole, 0, ROWS(wholes));
	tcase_add_test(tc, refuses_a_policy_of_zeros);
	tcase_add_loop_test(tc, compares_strength, 0, ROWS(comparisons));
	tcase_add_loop_test(tc, explains_what_may_be_given, 0,
	    ROWS(explaineds));
	tcase_add_loop_test(tc, finds_words_of_a_list, 0, ROWS(listeds));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
