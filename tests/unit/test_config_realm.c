/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Sections into realms: where each starts from, and what may not be. */
#include "scratch.h"

static int
read_text(const char *text)
{
	config_free(&config);
	write_file("c", text);
	return config_read_in(&config, &places, in_scratch("c"), &e);
}

static void
expect(const char *realm, const char *setting, const char *value)
{
	ck_assert_msg(strcmp(value_of(realm, setting), value) == 0,
	    "[%s] %s: '%s', not '%s'", realm, setting,
	    value_of(realm, setting), value);
}

START_TEST(needs_no_file)
{
	char store[POLICY_TEXT_MAX];

	ck_assert_int_eq(config_read_in(&config, &places, NULL, &e),
	    PASPW_OK);
	ck_assert_uint_eq(config.count, 2);
	ck_assert_str_eq(config.realms[0].realm, "users");
	ck_assert_str_eq(config.realms[1].realm, "admins");
	ck_assert(!config.last_good);
	expect("users", "preset", "pas");
	expect("users", "extends", "");
	expect("users", "members", "");
	expect("users", "min_length", "8");
	expect("admins", "extends", "users");
	expect("admins", "members", "@sudo @wheel @adm root");
	expect("admins", "min_length", "10");
	expect("admins", "lock_after", "5");
	snprintf(store, sizeof(store), "sqlite:%s/users.db", scratch_state);
	expect("users", "store", store);
	snprintf(store, sizeof(store), "sqlite:%s/admins.db", scratch_state);
	expect("admins", "store", store);
	ck_assert_str_eq(origin_of("users", "min_length"), "preset pas");
	ck_assert_str_eq(origin_of("admins", "min_length"), "preset pas");
	ck_assert_str_eq(origin_of("admins", "members"), "default");
	ck_assert_str_eq(origin_of("users", "store"), "default");
	ck_assert_ptr_null(config_realm(&config, "nobody"));
}
END_TEST

/* one setting of one realm */
static const struct outcome {
	const char *what;
	const char *text;
	const char *realm, *setting, *value, *origin;
} outcomes[] = {
	{ "the example of the manual", "[users]\npreset = pas\n"
	    "max_age = 4mo\n[admins]\nextends = users\n"
	    "members = @sudo @wheel @adm root\nmin_length = 10\n",
	    "admins", "min_length", "10", "@/c:7" },
	{ "only [users]: admins are built in, and follow",
	    "[users]\nhistory = 9\n", "admins", "history", "9", "@/c:2" },
	{ "only [users]: admins keep their length",
	    "[users]\nhistory = 9\n", "admins", "min_length", "10",
	    "preset pas" },
	{ "longer users: admins are never shorter",
	    "[users]\nmin_length = 12\n", "admins", "min_length", "12",
	    "@/c:2" },
	{ "weaker users: admins follow in all but the length",
	    "[users]\nlock_after = 9\nmin_length = 6\n", "admins",
	    "lock_after", "9", "@/c:2" },
	{ "weaker users: admins keep their length",
	    "[users]\nlock_after = 9\nmin_length = 6\n", "admins",
	    "min_length", "10", "preset pas" },
	{ "another preset for users: admins get its column",
	    "[users]\npreset = anssi\n", "admins", "min_length", "15",
	    "preset anssi" },
	{ "another preset for users: age of admins",
	    "[users]\npreset = anssi\n", "admins", "max_age", "12mo",
	    "preset anssi" },
	{ "a shorter age for users is one for admins",
	    "[users]\npreset = anssi\nmax_age = 90d\n", "admins", "max_age",
	    "90d", "@/c:3" },
	{ "only [admins]: users are built in", "[admins]\nhistory = 9\n",
	    "users", "history", "5", "preset pas" },
	{ "only [admins]: its own", "[admins]\nhistory = 9\n", "admins",
	    "history", "9", "@/c:2" },
	{ "only [admins]: the rest as built in", "[admins]\nhistory = 9\n",
	    "admins", "min_length", "10", "preset pas" },
	{ "only [admins]: its members", "[admins]\nhistory = 9\n", "admins",
	    "members", "@sudo @wheel @adm root", "default" },
	{ "extends that is written is taken at its word",
	    "[admins]\nextends = users\n", "admins", "min_length", "8",
	    "preset pas" },
	{ "no members", "[admins]\nmembers =\n", "admins", "members", "",
	    "@/c:2" },
	{ "a preset of its own for admins", "[admins]\npreset = anssi\n",
	    "admins", "min_length", "15", "preset anssi" },
	{ "a preset replaces what it does not name",
	    "[admins]\npreset = cis-debian12\n", "admins", "extends", "",
	    "default" },
	{ "preset below the key that it would replace",
	    "[users]\nmin_length = 9\npreset = anssi\n", "users",
	    "min_length", "9", "@/c:2" },
	{ "preset above", "[users]\npreset = anssi\nmin_length = 9\n",
	    "users", "min_length", "9", "@/c:3" },
	{ "preset's other values", "[users]\nmin_length = 9\n"
	    "preset = anssi\n", "users", "hash_cost", "8", "preset anssi" },
	{ "the preset's name", "[users]\npreset = anssi\n", "users",
	    "preset", "anssi", "@/c:2" },
	{ "an empty preset is the standard one", "[users]\npreset =\n",
	    "users", "preset", "pas", "@/c:2" },
	{ "a tenant", "[acme]\nextends = users\nstore = sqlite:/a\n"
	    "members = @acme\n[users]\nhistory = 7\n", "acme", "history",
	    "7", "@/c:6" },
	{ "a tenant has no members of others",
	    "[acme]\nextends = admins\nstore = sqlite:/a\n", "acme",
	    "members", "", "default" },
	{ "a tenant of admins' strength",
	    "[acme]\nextends = admins\nstore = sqlite:/a\n", "acme",
	    "min_length", "10", "preset pas" },
	{ "a tenant with a store only", "[acme]\nstore = sqlite:/a\n",
	    "acme", "min_length", "8", "preset pas" },
	{ "a chain, against the order of the file",
	    "[c]\nextends = b\nstore = sqlite:/c\n"
	    "[b]\nextends = a\nstore = sqlite:/b\n"
	    "[a]\npreset = anssi\nstore = sqlite:/a\nhistory = 11\n", "c",
	    "history", "11", "@/c:10" },
	{ "a tenant as strict as its floor",
	    "[acme]\nextends = users\nfloor = users\nstore = sqlite:/a\n",
	    "acme", "floor", "users", "@/c:3" },
	{ "a tenant stricter than its floor",
	    "[acme]\nextends = users\nfloor = users\nstore = sqlite:/a\n"
	    "min_length = 20\nmax_age = 30d\nlock_exempt_services = cron\n"
	    "language = en\n", "acme", "min_length", "20", "@/c:5" },
	{ "a floor above, another start",
	    "[acme]\npreset = cis-debian12\nmax_age = 4mo\nfloor = b\n"
	    "unlock_after = never\nstore = sqlite:/a\n"
	    "failure_window = never\nhash_cost = 7\nwarn_before = 14d\n"
	    "[b]\nstore = sqlite:/b\n", "acme", "history", "24",
	    "preset cis-debian12" },
	{ "a name with all that it may hold",
	    "[a-0_z]\nstore = sqlite:/a\n", "a-0_z", "store", "sqlite:/a",
	    "@/c:2" }
};

START_TEST(comes_out_as)
{
	const struct outcome *o = &outcomes[_i];
	char origin[512];

	ck_assert_msg(read_text(o->text) == PASPW_OK, "%s: %s", o->what,
	    e.text);
	ck_assert_msg(strcmp(value_of(o->realm, o->setting), o->value) == 0,
	    "%s: '%s'", o->what, value_of(o->realm, o->setting));
	strcpy(origin, expand(o->origin));
	ck_assert_msg(strcmp(origin_of(o->realm, o->setting), origin) == 0,
	    "%s: '%s'", o->what, origin_of(o->realm, o->setting));
}
END_TEST

START_TEST(keeps_the_order_of_the_file)
{
	ck_assert_int_eq(read_text("[z]\nstore = sqlite:/z\n[admins]\n"
	    "[a]\nstore = sqlite:/a\n[z]\nhistory = 6\n"), PASPW_OK);
	ck_assert_uint_eq(config.count, 4);
	ck_assert_str_eq(config.realms[0].realm, "z");
	ck_assert_str_eq(config.realms[1].realm, "admins");
	ck_assert_str_eq(config.realms[2].realm, "a");
	ck_assert_str_eq(config.realms[3].realm, "users");
}
END_TEST

static const struct refusal {
	const char *what;
	const char *text;
	const char *faults;
} refusals[] = {
	{ "a realm out of nothing", "[acme]\nmembers = @acme\n",
	    "@/c:1: [acme]: a realm of one's own needs extends, preset or "
	    "store" },
	{ "a mistyped name of a built-in realm", "[user]\nmin_length = 12\n",
	    "@/c:1: [user]: a realm of one's own needs extends, preset or "
	    "store" },
	{ "no store", "[acme]\nextends = users\n",
	    "@/c:1: store: every realm needs one of its own" },
	{ "an empty store", "[acme]\nextends = users\nstore =\n",
	    "@/c:3: store: every realm needs one of its own" },
	{ "a store of another kind", "[users]\nstore = mysql:/a\n",
	    "@/c:2: store: not sqlite: and a plain absolute path" },
	{ "two realms, one store", "[acme]\nextends = users\n"
	    "store = sqlite:/s\n[b]\nextends = users\nstore = sqlite:/s\n",
	    "@/c:6: store: the same as that of [acme], @/c:3" },
	{ "the store of a built-in realm",
	    "[acme]\nextends = users\nstore = sqlite:@/state/users.db\n",
	    "@/c:3: store: the same as that of [users], built-in" },
	{ "extends nobody", "[acme]\nextends = nobody\nstore = sqlite:/a\n",
	    "@/c:2: extends: there is no such realm" },
	{ "extends itself", "[acme]\nextends = acme\nstore = sqlite:/a\n",
	    "@/c:2: extends: goes round in a circle" },
	{ "a circle of two", "[a]\nextends = b\nstore = sqlite:/a\n"
	    "[b]\nextends = a\nstore = sqlite:/b\n",
	    "@/c:2: extends: goes round in a circle" },
	{ "users extend the built-in admins", "[users]\nextends = admins\n",
	    "@/c:2: extends: goes round in a circle" },
	{ "the same, admins first", "[admins]\n[users]\nextends = admins\n",
	    "@/c:1: extends: goes round in a circle" },
	{ "extends and preset", "[admins]\npreset = pas\nextends = users\n",
	    "@/c:3: extends: and preset: one realm cannot start from both" },
	{ "lengths cross", "[users]\nmin_length = 99\nmax_length = 98\n",
	    "@/c:2: min_length: more than max_length" },
	{ "lengths cross by what is inherited",
	    "[users]\nmin_length = 99\n[admins]\nextends = users\n"
	    "max_length = 98\n", "@/c:2: min_length: more than max_length" },
	{ "lengths cross, and the preset gives the one",
	    "[users]\npreset = cis-debian12\nmax_age = 12h\n",
	    "@/c:1: min_age: not less than max_age" },
	{ "scrypt", "[users]\nhash = scrypt\nhash_cost = 5\n",
	    "@/c:3: hash_cost: scrypt starts at 6" },
	{ "words by a relative path", "[users]\nwords = w\n",
	    "@/c:2: words: not an absolute path" },
	{ "faults of several realms", "[a]\nextends = b\nstore = sqlite:/a\n"
	    "[c]\nmembers = x\n[users]\nmin_length = 99\nmax_length = 98\n",
	    "@/c:2: extends: there is no such realm; "
	    "@/c:4: [c]: a realm of one's own needs extends, preset or "
	    "store; @/c:7: min_length: more than max_length" },
	{ "weaker than the floor: both lines", "[users]\nhistory = 9\n"
	    "[acme]\nextends = users\nfloor = users\nhistory = 8\n"
	    "store = sqlite:/a\n",
	    "@/c:6: history: weaker than that of [users], @/c:2" },
	{ "weaker downwards", "[users]\nlock_after = 4\n"
	    "[acme]\nextends = users\nfloor = users\nlock_after = 5\n"
	    "store = sqlite:/a\n",
	    "@/c:6: lock_after: weaker than that of [users], @/c:2" },
	{ "weaker than a floor that says nothing itself",
	    "[users]\n[acme]\nextends = users\nfloor = users\n"
	    "max_age = never\nstore = sqlite:/a\n",
	    "@/c:5: max_age: weaker than that of [users], @/c:1" },
	{ "weaker than the built-in users",
	    "[acme]\nextends = users\nfloor = users\n"
	    "min_length = 7\nstore = sqlite:/a\n",
	    "@/c:4: min_length: weaker than that of [users], built-in" },
	{ "every weaker value is told", "[users]\n[acme]\n"
	    "extends = users\nfloor = users\nstore = sqlite:/a\n"
	    "dictionary = no\nrequire = letter\n",
	    "@/c:7: require: weaker than that of [users], @/c:1; "
	    "@/c:6: dictionary: weaker than that of [users], @/c:1" },
	{ "weaker by a preset", "[users]\npreset = anssi\n[acme]\n"
	    "preset = anssi\nhash_cost = 7\nfloor = users\n"
	    "store = sqlite:/a\n",
	    "@/c:5: hash_cost: weaker than that of [users], @/c:1" },
	{ "a floor that is inherited", "[users]\n[a]\nextends = users\n"
	    "floor = users\nstore = sqlite:/a\n[b]\nextends = a\n"
	    "store = sqlite:/b\nhistory = 4\n",
	    "@/c:9: history: weaker than that of [users], @/c:1" },
	{ "a floor that is not there", "[users]\nfloor = ground\n",
	    "@/c:2: floor: there is no such realm" },
	{ "its own floor", "[acme]\nextends = users\nfloor = acme\n"
	    "store = sqlite:/a\n",
	    "@/c:3: floor: a realm cannot be its own" },
	{ "a fault of a line hides the others of the realm",
	    "[a]\nextend = users\n", "@/c:2: extend: unknown setting" }
};

START_TEST(refuses)
{
	const struct refusal *r = &refusals[_i];
	char text[1024];

	/* only a store names the scratch directory here */
	strcpy(text, strstr(r->text, "@/state") != NULL ? expand(r->text) :
	    r->text);
	ck_assert_msg(read_text(text) == PASPW_ERR_CONFIG, "%s", r->what);
	ck_assert_msg(strcmp(e.text, expand(r->faults)) == 0, "%s: %s",
	    r->what, e.text);
	ck_assert_uint_eq(config.count, 0);
}
END_TEST

START_TEST(limits_the_number_of_realms)
{
	char text[8192] = "[users]\n[admins]\n";
	size_t used = strlen(text);

	for (int i = 2; i < CONFIG_REALMS_MAX; i++)
		used += (size_t)sprintf(text + used,
		    "[r%d]\nstore = sqlite:/%d\n", i, i);
	ck_assert_int_eq(read_text(text), PASPW_OK);
	ck_assert_uint_eq(config.count, CONFIG_REALMS_MAX);
	strcat(text, "[more]\nstore = sqlite:/more\n");
	ck_assert_int_eq(read_text(text), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/c:127: [more]: more than 64 realms"));
}
END_TEST

START_TEST(follows_a_long_chain)
{
	char text[8192] = "";
	size_t used = 0;

	for (int i = 2; i < CONFIG_REALMS_MAX; i++)
		used += (size_t)sprintf(text + used,
		    "[r%d]\nextends = %s%.0d\nstore = sqlite:/%d\n", i,
		    i + 1 < CONFIG_REALMS_MAX ? "r" : "admins",
		    i + 1 < CONFIG_REALMS_MAX ? i + 1 : 0, i);
	ck_assert_msg(read_text(text) == PASPW_OK, "%s", e.text);
	expect("r2", "min_length", "10");
	/* and a standard asks of it what it asks of admins */
	ck_assert(config_realm(&config, "r2")->of_admins);
	ck_assert(!config_realm(&config, "users")->of_admins);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("config_realm");

	tcase_add_test(tc, needs_no_file);
	tcase_add_loop_test(tc, comes_out_as, 0, ROWS(outcomes));
	tcase_add_test(tc, keeps_the_order_of_the_file);
	tcase_add_loop_test(tc, refuses, 0, ROWS(refusals));
	tcase_add_test(tc, limits_the_number_of_realms);
	tcase_add_test(tc, follows_a_long_chain);
	return run_in_scratch(suite_create("config_realm"), tc);
}
