/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

/* what each standard says, by realm */
static const struct row {
	const char *preset;
	const char *setting;
	const char *users, *admins;
} rows[] = {
	{ "pas", "min_length", "8", "10" },
	{ "pas", "max_length", "256", "256" },
	{ "pas", "require", "letter digit symbol", "letter digit symbol" },
	{ "pas", "max_age", "4mo", "4mo" },
	{ "pas", "warn_before", "14d", "14d" },
	{ "pas", "history", "5", "5" },
	{ "pas", "lock_after", "5", "5" },
	{ "pas", "unlock_after", "never", "never" },
	{ "pas", "failure_window", "never", "never" },
	{ "pas", "first_login_change", "yes", "yes" },
	{ "pas", "temporary_valid", "24h", "24h" },
	{ "pas", "hash", "yescrypt", "yescrypt" },
	{ "pas", "hash_cost", "7", "7" },
	{ "anssi", "min_length", "12", "15" },
	{ "anssi", "max_age", "never", "12mo" },
	{ "anssi", "require", "letter digit symbol upper lower",
	    "letter digit symbol upper lower" },
	{ "anssi", "min_classes", "4", "4" },
	{ "anssi", "hash_cost", "8", "8" },
	{ "anssi", "lock_root", "yes", "yes" },
	{ "cnil", "min_length", "12", "12" },
	{ "cnil", "require", "none", "none" },
	{ "cnil", "min_classes", "0", "0" },
	{ "cnil", "min_entropy", "80", "80" },
	{ "cnil", "max_age", "never", "12mo" },
	{ "cnil", "history", "0", "0" },
	{ "nist-800-63b-4", "min_length", "15", "15" },
	{ "nist-800-63b-4", "require", "none", "none" },
	{ "nist-800-63b-4", "max_age", "never", "never" },
	{ "nist-800-63b-4", "lock_after", "10", "10" },
	{ "pci-dss-4", "min_length", "12", "12" },
	{ "pci-dss-4", "require", "letter digit", "letter digit" },
	{ "pci-dss-4", "max_age", "90d", "90d" },
	{ "pci-dss-4", "history", "4", "4" },
	{ "pci-dss-4", "lock_after", "10", "10" },
	{ "pci-dss-4", "unlock_after", "30m", "30m" },
	{ "cis-debian12", "min_length", "14", "14" },
	{ "cis-debian12", "history", "24", "24" },
	{ "cis-debian12", "max_age", "365d", "365d" },
	{ "cis-debian12", "min_age", "24h", "24h" },
	{ "cis-debian12", "warn_before", "7d", "7d" },
	{ "cis-debian12", "unlock_after", "15m", "15m" }
};

static void
expect(const char *preset, const char *realm, const char *setting,
    const char *value)
{
	const struct policy_setting *s = policy_setting_find(setting);
	struct policy p;
	char text[POLICY_TEXT_MAX];

	ck_assert_ptr_nonnull(s);
	policy_standard(&p, realm);
	ck_assert(policy_preset(&p, preset));
	ck_assert_str_eq(p.preset, preset);
	policy_get(&p, s, text, sizeof(text));
	ck_assert_msg(strcmp(text, value) == 0, "%s [%s] %s: %s, not %s",
	    preset, realm, setting, text, value);
}

START_TEST(says_what_the_standard_says)
{
	const struct row *r = &rows[_i];

	expect(r->preset, "users", r->setting, r->users);
	expect(r->preset, "admins", r->setting, r->admins);
	expect(r->preset, "tenant", r->setting, r->users);
}
END_TEST

static const char *const names[] = {
	"pas", "anssi", "cnil", "nist-800-63b-4", "pci-dss-4", "cis-debian12"
};

START_TEST(is_a_whole_policy)
{
	const struct policy_setting *fault = NULL;
	struct policy p;
	size_t i = 0;

	policy_standard(&p, _i % 2 == 0 ? "users" : "admins");
	strcpy(p.store, "sqlite:/s");
	ck_assert(policy_preset(&p, names[_i / 2]));
	ck_assert_msg(policy_fault(&p, &i, &fault) == NULL, "%s: %s",
	    names[_i / 2], fault->name);
}
END_TEST

START_TEST(replaces_all_but_the_realm)
{
	struct policy p, pas;

	policy_standard(&pas, "users");
	policy_standard(&p, "users");
	strcpy(p.store, "sqlite:/s");
	strcpy(p.members, "@staff");
	p.min_length = 99;
	p.isolate = 1;
	ck_assert(policy_preset(&p, "cis-debian12"));
	ck_assert_int_eq(p.min_length, 14);
	ck_assert_int_eq(p.isolate, 0);
	ck_assert_str_eq(p.store, "sqlite:/s");
	ck_assert_str_eq(p.members, "@staff");
	ck_assert_str_eq(p.realm, "users");
	/* nothing of the one before is left */
	ck_assert(policy_preset(&p, "pas"));
	memset(p.store, 0, sizeof(p.store));
	memset(p.members, 0, sizeof(p.members));
	for (const struct policy_setting *s = policy_settings; s->name; s++) {
		char one[POLICY_TEXT_MAX], other[POLICY_TEXT_MAX];

		policy_get(&p, s, one, sizeof(one));
		policy_get(&pas, s, other, sizeof(other));
		ck_assert_str_eq(one, other);
	}
}
END_TEST

/* ---- Compare ---- */

/* a policy: its preset and one setting of it; and the answer to a demand */
static const struct asked {
	const char *preset, *name, *value, *realm;
	const char *against, *setting;
	enum policy_answer answer;
} askeds[] = {
	{ "pas", "", "", "users", "anssi", "min_length", POLICY_MISSED },
	{ "pas", "", "", "admins", "anssi", "min_length", POLICY_MISSED },
	{ "pas", "min_length", "12", "users", "anssi", "min_length",
	    POLICY_MET },
	{ "pas", "min_length", "14", "admins", "anssi", "min_length",
	    POLICY_MISSED },
	{ "pas", "min_length", "15", "admins", "anssi", "min_length",
	    POLICY_MET },
	/* no figure in the clause: not missed */
	{ "pas", "", "", "users", "anssi", "hash_cost",
	    POLICY_BELOW_CHOICE },
	{ "pas", "hash_cost", "9", "users", "anssi", "hash_cost",
	    POLICY_MET },
	/* none is asked for users, one to three years for admins */
	{ "pas", "max_age", "never", "users", "anssi", "max_age",
	    POLICY_MET },
	{ "pas", "max_age", "never", "admins", "anssi", "max_age",
	    POLICY_MISSED },
	{ "pas", "max_age", "3y", "admins", "anssi", "max_age", POLICY_MET },
	{ "pas", "max_age", "37mo", "admins", "anssi", "max_age",
	    POLICY_MISSED },
	{ "anssi", "", "", "users", "pas", "max_age", POLICY_MISSED },
	{ "anssi", "", "", "users", "pas", "min_length", POLICY_MET },
	{ "pas", "max_age", "120d", "users", "pas", "max_age", POLICY_MET },
	{ "pas", "max_age", "90d", "users", "pci-dss-4", "max_age",
	    POLICY_MET },
	/* three months are up to 92 days */
	{ "pas", "max_age", "3mo", "users", "pci-dss-4", "max_age",
	    POLICY_MISSED },
	{ "pas", "lock_after", "6", "users", "pas", "lock_after",
	    POLICY_MISSED },
	{ "pas", "audit_retention", "6mo", "users", "pas",
	    "audit_retention", POLICY_MISSED },
	{ "pas", "audit_retention", "6mo", "users", "cnil",
	    "audit_retention", POLICY_MET },
	/* the tries are limited, so 50 bits are enough: case 2 */
	{ "pas", "", "", "users", "cnil", "min_entropy", POLICY_MET },
	{ "pas", "lock_after", "11", "users", "cnil", "min_entropy",
	    POLICY_MISSED },
	{ "pas", "lock_after", "11", "users", "cnil", "lock_after",
	    POLICY_MISSED },
	{ "cnil", "lock_after", "11", "users", "cnil", "lock_after",
	    POLICY_MET },
	{ "pas", "min_length", "7", "users", "cnil", "min_entropy",
	    POLICY_MISSED },
	{ "pas", "max_age", "never", "admins", "cnil", "max_age",
	    POLICY_MISSED },
	/* forbidden: stricter is no better */
	{ "pas", "", "", "users", "nist-800-63b-4", "max_age",
	    POLICY_MISSED },
	{ "pas", "", "", "users", "nist-800-63b-4", "require",
	    POLICY_MISSED },
	{ "pas", "max_length", "64", "users", "nist-800-63b-4",
	    "max_length", POLICY_MET },
	{ "pas", "max_length", "63", "users", "nist-800-63b-4",
	    "max_length", POLICY_MISSED },
	{ "pas", "", "", "users", "pci-dss-4", "unlock_after", POLICY_MET },
	{ "pas", "unlock_after", "29m", "users", "pci-dss-4",
	    "unlock_after", POLICY_MISSED },
	{ "pas", "require", "digit", "users", "pci-dss-4", "require",
	    POLICY_MISSED },
	{ "pas", "", "", "users", "cis-debian12", "history",
	    POLICY_MISSED },
	{ "cis-debian12", "hash", "scrypt", "users", "cis-debian12", "hash",
	    POLICY_MISSED }
};

static void
take(struct policy *p, const char *realm, const char *preset)
{
	policy_standard(p, realm);
	ck_assert(policy_preset(p, preset));
}

START_TEST(answers_by_direction)
{
	const struct asked *a = &askeds[_i];
	struct policy_demand demand;
	struct policy p;
	struct error e;
	size_t i = 0;
	int seen = 0;

	take(&p, a->realm, a->preset);
	if (a->name[0] != '\0')
		ck_assert_int_eq(policy_set(&p, policy_setting_find(a->name),
		    a->value, &e), PASPW_OK);
	while (policy_demand(&p, a->against, &i, &demand)) {
		if (strcmp(demand.setting->name, a->setting) != 0)
			continue;
		seen++;
		ck_assert_msg(demand.answer == a->answer,
		    "%s, %s = %s [%s] against %s: %s asked, answer %d",
		    a->preset, a->name, a->value, a->realm, a->against,
		    demand.asked, demand.answer);
	}
	ck_assert_int_eq(seen, 1);
}
END_TEST

/* Each preset, for users and admins, meets itself. */
START_TEST(meets_itself)
{
	struct policy_demand demand;
	struct policy p;
	size_t i = 0;
	int seen = 0;

	take(&p, _i % 2 == 0 ? "users" : "admins", names[_i / 2]);
	while (policy_demand(&p, names[_i / 2], &i, &demand)) {
		seen++;
		ck_assert_str_ne(demand.setting->name, "preset");
		ck_assert_msg(demand.answer == POLICY_MET, "%s: %s asked %s",
		    names[_i / 2], demand.setting->name, demand.asked);
	}
	ck_assert_int_ge(seen, 9);
}
END_TEST

START_TEST(asks_nothing_in_an_unknown_name)
{
	struct policy_demand demand;
	struct policy p;
	const char *source;
	size_t i = 0, j = 0;

	policy_standard(&p, "users");
	ck_assert(!policy_demand(&p, "stig", &i, &demand));
	ck_assert_ptr_null(policy_outside("stig", &j, &source));
	j = 0;
	ck_assert_ptr_nonnull(policy_outside("pci-dss-4", &j, &source));
	ck_assert_str_eq(source, "8.2.6");
	ck_assert_ptr_nonnull(policy_outside("pci-dss-4", &j, &source));
	ck_assert_ptr_null(policy_outside("pci-dss-4", &j, &source));
}
END_TEST

static const char *const unknown[] = { "", "Pas", "anssi ", "stig", "pa" };

START_TEST(refuses_unknown_preset)
{
	struct policy p, before;

	policy_standard(&p, "users");
	before = p;
	ck_assert(!policy_preset(&p, unknown[_i]));
	ck_assert_int_eq(memcmp(&p, &before, sizeof(p)), 0);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("preset");
	TCase *tc = tcase_create("preset");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, says_what_the_standard_says, 0, ROWS(rows));
	tcase_add_loop_test(tc, is_a_whole_policy, 0, 2 * ROWS(names));
	tcase_add_test(tc, replaces_all_but_the_realm);
	tcase_add_loop_test(tc, answers_by_direction, 0, ROWS(askeds));
	tcase_add_loop_test(tc, meets_itself, 0, 2 * ROWS(names));
	tcase_add_test(tc, asks_nothing_in_an_unknown_name);
	tcase_add_loop_test(tc, refuses_unknown_preset, 0, ROWS(unknown));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
