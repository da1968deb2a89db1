/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* PAM stacks as libpam reads them, and every way through them. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "stack/class.h"
#include "stack/way.h"

#include <security/_pam_types.h>

/* Files by name; a service is made of them. */
static const struct file {
	const char *name, *text;
} *files;

static char *
read_text(const char *name, const char **path, void *arg)
{
	(void)arg;
	for (const struct file *f = files; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0) {
			*path = f->name;
			return strdup(f->text);
		}
	return NULL;
}

static void
read_stack(struct pam_stack *s, const struct file *list)
{
	files = list;
	ck_assert(pam_stack_read(s, list[0].name, read_text, NULL));
}

#define P "pam_paspolicy.so"
#define KIND(kind) (1u << PAM_WAY_##kind)

static const struct {
	const char *what;
	enum pam_type type;
	const char *text;
	unsigned kinds;		/* all that there are, and no others */
} cases[] = {
	{ "one line", PAM_TYPE_AUTH, "auth required " P "\n", KIND(GOOD) },
	{ "one line, sufficient, then deny", PAM_TYPE_AUTH,
	    "auth sufficient " P "\nauth required pam_deny.so\n",
	    KIND(GOOD) },
	{ "behind a gate that is required, sufficient is an open door",
	    PAM_TYPE_AUTH,
	    "auth required pam_env.so\nauth sufficient " P "\n",
	    KIND(GOOD) | KIND(OPEN) },
	{ "pam_unix may let in before", PAM_TYPE_AUTH,
	    "auth sufficient pam_unix.so\nauth required " P "\n",
	    KIND(GOOD) | KIND(BYPASS) },
	{ "pam_unix jumps over it", PAM_TYPE_AUTH,
	    "auth [success=1 default=ignore] pam_unix.so\n"
	    "auth requisite " P "\nauth required pam_permit.so\n",
	    KIND(GOOD) | KIND(BYPASS) },
	{ "pam_unix gets its turn after a no", PAM_TYPE_AUTH,
	    "auth sufficient " P "\nauth required pam_unix.so\n",
	    KIND(GOOD) | KIND(IGNORED) | KIND(DOWN) | KIND(WASTED) },
	{ "pam_unix as a second opinion", PAM_TYPE_AUTH,
	    "auth requisite " P "\nauth required pam_unix.so\n",
	    KIND(GOOD) },
	{ "the wrong order of two opinions", PAM_TYPE_AUTH,
	    "auth requisite pam_unix.so\nauth required " P "\n",
	    KIND(GOOD) | KIND(UNCOUNTED) },
	{ "the first stack of pam_faillock's manual", PAM_TYPE_AUTH,
	    "auth requisite " P " preauth\n"
	    "auth [success=1 default=bad] pam_unix.so\n"
	    "auth [default=die] " P " authfail\n"
	    "auth sufficient " P " authsucc\n"
	    "auth required pam_deny.so\n", KIND(GOOD) },
	{ "the second one", PAM_TYPE_AUTH,
	    "auth required " P " preauth\n"
	    "auth sufficient pam_unix.so\n"
	    "auth [default=die] " P " authfail\n"
	    "auth required pam_deny.so\n", KIND(UNTOLD) | KIND(WASTED) },
	{ "authsucc before the module that verifies", PAM_TYPE_AUTH,
	    "auth requisite " P " preauth\n"
	    "auth sufficient " P " authsucc\n"
	    "auth [success=1 default=bad] pam_unix.so\n"
	    "auth [default=die] " P " authfail\n"
	    "auth required pam_deny.so\n", KIND(BLIND) },
	{ "only a gate between preauth and authsucc", PAM_TYPE_AUTH,
	    "auth requisite " P " preauth\n"
	    "auth optional pam_env.so\n"
	    "auth required pam_permit.so\n"
	    "auth required " P " authsucc\n", KIND(BLIND) },
	{ "preauth and nothing that counts", PAM_TYPE_AUTH,
	    "auth requisite " P " preauth\nauth required pam_unix.so\n",
	    KIND(UNTOLD) | KIND(LEASED) },
	{ "authfail without preauth", PAM_TYPE_AUTH,
	    "auth [success=1 default=bad] pam_unix.so\n"
	    "auth [default=die] " P " authfail\n"
	    "auth sufficient " P " authsucc\n"
	    "auth required pam_deny.so\n", KIND(LATE) },
	{ "preauth that nobody heeds", PAM_TYPE_AUTH,
	    "auth optional " P " preauth\n"
	    "auth required pam_unix.so\n"
	    "auth required " P " authsucc\n",
	    KIND(GOOD) | KIND(WASTED) | KIND(PARDONED) },
	{ "authsucc where the other module may look away", PAM_TYPE_AUTH,
	    "auth requisite " P " preauth\n"
	    "auth requisite pam_krb5.so\n"
	    "auth required " P " authsucc\n",
	    KIND(GOOD) | KIND(OPEN) | KIND(LEASED) },
	{ "the same without authsucc", PAM_TYPE_AUTH,
	    "auth optional " P " preauth\nauth required pam_unix.so\n",
	    KIND(UNTOLD) | KIND(WASTED) | KIND(LEASED) | KIND(IGNORED) |
	    KIND(DOWN) },
	{ "open while the store is down", PAM_TYPE_AUTH,
	    "auth [success=done authinfo_unavail=ignore default=die] " P "\n"
	    "auth required pam_unix.so\n", KIND(GOOD) | KIND(DOWN) },
	{ "pam_permit alone", PAM_TYPE_AUTH,
	    "auth required pam_permit.so\n", KIND(OPEN) },
	{ "root need not prove that he is root", PAM_TYPE_AUTH,
	    "auth sufficient pam_rootok.so\nauth required " P "\n",
	    KIND(GOOD) },
	{ "no rule at all", PAM_TYPE_AUTH, "account required " P "\n", 0 },
	{ "a jump too far lets nobody in", PAM_TYPE_AUTH,
	    "auth [success=5 default=die] " P "\n", 0 },
	{ "account: ours", PAM_TYPE_ACCOUNT, "account required " P "\n",
	    KIND(GOOD) },
	{ "account: without ours", PAM_TYPE_ACCOUNT,
	    "account required pam_unix.so\n", KIND(BYPASS) },
	{ "account: ended before ours", PAM_TYPE_ACCOUNT,
	    "account sufficient pam_localuser.so\naccount required " P "\n",
	    KIND(GOOD) | KIND(BYPASS) },
	{ "account: not heeded", PAM_TYPE_ACCOUNT,
	    "account optional " P "\naccount required pam_permit.so\n",
	    KIND(GOOD) | KIND(IGNORED) | KIND(DOWN) },
	{ "password: ours alone", PAM_TYPE_PASSWORD,
	    "password required " P "\n", KIND(GOOD) },
	{ "password: as it should be", PAM_TYPE_PASSWORD,
	    "password requisite " P "\n"
	    "password required pam_unix.so use_authtok yescrypt\n",
	    KIND(GOOD) },
	{ "password: another one is asked for", PAM_TYPE_PASSWORD,
	    "password requisite " P "\npassword required pam_unix.so\n",
	    KIND(SECOND) },
	{ "password: stored before it is judged", PAM_TYPE_PASSWORD,
	    "password required pam_unix.so\npassword required " P "\n",
	    KIND(UNJUDGED) },
	{ "password: stored though refused", PAM_TYPE_PASSWORD,
	    "password optional " P "\n"
	    "password required pam_unix.so use_authtok\n",
	    KIND(GOOD) | KIND(IGNORED) },
};

START_TEST(ways_of_a_stack)
{
	const struct file list[] = { { "x", cases[_i].text }, { NULL, NULL } };
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;
	unsigned kinds = 0;

	read_stack(&s, list);
	ck_assert(pam_way_walk(&s, cases[_i].type, NULL, NULL, ways));
	for (unsigned i = 0; i < PAM_WAYS; i++)
		kinds |= ways[i].found ? 1u << i : 0;
	ck_assert_msg(kinds == cases[_i].kinds, "%s: %#x instead of %#x",
	    cases[_i].what, kinds, cases[_i].kinds);
	pam_stack_free(&s);
}
END_TEST

START_TEST(names_who_is_to_blame)
{
	static const struct file list[] = {
		{ "x", "auth required pam_env.so\n"
		    "auth sufficient pam_unix.so\nauth required " P "\n" },
		{ NULL, NULL }
	};
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert(pam_way_walk(&s, PAM_TYPE_AUTH, NULL, NULL, ways));
	ck_assert_uint_eq(ways[PAM_WAY_BYPASS].at, 1);
	ck_assert(!ways[PAM_WAY_BYPASS].chosen);
	pam_stack_free(&s);
}
END_TEST

START_TEST(tells_a_condition_from_anybody)
{
	static const struct file list[] = {
		{ "x", "auth sufficient pam_succeed_if.so user ingroup x\n"
		    "auth required " P "\n" },
		{ NULL, NULL }
	};
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert(pam_way_walk(&s, PAM_TYPE_AUTH, NULL, NULL, ways));
	ck_assert(ways[PAM_WAY_OPEN].found && ways[PAM_WAY_OPEN].chosen);
	pam_stack_free(&s);
}
END_TEST

static bool
all_missing(const struct pam_rule *r, void *arg)
{
	(void)arg;
	return pam_module_is_ours(r);
}

START_TEST(a_module_that_is_missing_never_says_yes)
{
	static const struct file list[] = {
		{ "x", "-auth sufficient " P "\nauth required pam_unix.so\n" },
		{ NULL, NULL }
	};
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert(pam_way_walk(&s, PAM_TYPE_AUTH, all_missing, NULL, ways));
	ck_assert(!ways[PAM_WAY_GOOD].found && ways[PAM_WAY_BYPASS].found);
	pam_stack_free(&s);
}
END_TEST

/* ---- Substacks: done and die end them alone, a jump counts one ---- */

START_TEST(done_in_a_substack_ends_the_substack)
{
	static const struct file list[] = {
		{ "x", "auth substack y\nauth required " P "\n" },
		{ "y", "auth sufficient pam_unix.so\n"
		    "auth required pam_deny.so\n" },
		{ NULL, NULL }
	};
	static const struct file included[] = {
		{ "x", "auth include y\nauth required " P "\n" },
		{ "y", "auth sufficient pam_unix.so\n"
		    "auth required pam_deny.so\n" },
		{ NULL, NULL }
	};
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert(pam_way_walk(&s, PAM_TYPE_AUTH, NULL, NULL, ways));
	ck_assert(ways[PAM_WAY_GOOD].found && !ways[PAM_WAY_BYPASS].found);
	pam_stack_free(&s);
	read_stack(&s, included);
	ck_assert(pam_way_walk(&s, PAM_TYPE_AUTH, NULL, NULL, ways));
	ck_assert(ways[PAM_WAY_BYPASS].found);
	pam_stack_free(&s);
}
END_TEST

START_TEST(a_jump_skips_a_whole_substack)
{
	static const struct file list[] = {
		{ "x", "auth [success=1 default=die] pam_unix.so\n"
		    "auth substack y\nauth required " P "\n" },
		{ "y", "auth required pam_env.so\nauth required pam_deny.so\n"
		    "auth required pam_warn.so\n" },
		{ NULL, NULL }
	};
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert(pam_way_walk(&s, PAM_TYPE_AUTH, NULL, NULL, ways));
	ck_assert(ways[PAM_WAY_GOOD].found);
	pam_stack_free(&s);
}
END_TEST

START_TEST(reset_forgets_what_the_substack_said)
{
	static const struct file list[] = {
		{ "x", "auth substack y\nauth required " P "\n" },
		{ "y", "auth required pam_deny.so\n"
		    "auth [default=reset] pam_warn.so\n" },
		{ NULL, NULL }
	};
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert(pam_way_walk(&s, PAM_TYPE_AUTH, NULL, NULL, ways));
	ck_assert(ways[PAM_WAY_GOOD].found);
	pam_stack_free(&s);
}
END_TEST

/* ---- Reading ---- */

START_TEST(reads_lines_as_libpam_does)
{
	static const struct file list[] = {
		{ "x", "# comment\n\n  -AUTH\trequired \\\n"
		    "  /lib/pam_x.so one [two three\\]] # four\n"
		    "auth [success=2 user_unknown=ignore default=die] "
		    "pam_y.so" },
		{ NULL, NULL }
	};
	struct pam_stack s;
	const struct pam_rule *r;
	char name[32];

	read_stack(&s, list);
	ck_assert_uint_eq(s.count, 2);
	r = &s.rules[0];
	ck_assert_int_eq(r->kind, PAM_RULE_MODULE);
	ck_assert_int_eq(r->type, PAM_TYPE_AUTH);
	ck_assert_uint_eq(r->number, 4);
	ck_assert_str_eq(r->target, "/lib/pam_x.so");
	ck_assert_int_eq(r->count, 2);
	ck_assert_str_eq(r->arguments[1], "two three]");
	pam_rule_module(r, name, sizeof(name));
	ck_assert_str_eq(name, "pam_x");
	r = &s.rules[1];
	ck_assert_int_eq(r->actions[PAM_SUCCESS], 2);
	ck_assert_int_eq(r->actions[PAM_USER_UNKNOWN], PAM_ACTION_IGNORE);
	ck_assert_int_eq(r->actions[PAM_AUTH_ERR], PAM_ACTION_DIE);
	pam_stack_free(&s);
}
END_TEST

static const char *const broken_lines[] = {
	"auth", "auth required", "frobnicate required pam_x.so",
	"@include", "@include nowhere", "auth include nowhere",
	"auth substack nowhere"
};

START_TEST(a_broken_line_fails)
{
	const struct file list[] = { { "x", broken_lines[_i] },
		{ NULL, NULL } };
	struct pam_stack s;
	const struct pam_rule *last;

	read_stack(&s, list);
	ck_assert_uint_ge(s.count, 1);
	last = &s.rules[s.count - 1];
	ck_assert_int_eq(last->kind, PAM_RULE_BROKEN);
	ck_assert_int_eq(last->type, PAM_TYPE_AUTH);
	pam_stack_free(&s);
}
END_TEST

START_TEST(a_control_that_is_none_fails_always)
{
	static const struct file list[] = {
		{ "x", "auth [success=frob] pam_x.so\n"
		    "auth [succes=ok] pam_x.so\n"
		    "auth [success=0] pam_x.so\n"
		    "auth [success=99999999999] pam_x.so\n"
		    "auth sufficent pam_x.so\n" },
		{ NULL, NULL }
	};
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert_uint_eq(s.count, 5);
	for (size_t i = 0; i < s.count; i++)
		for (size_t j = 0; j < PAM_RULE_RESULTS; j++)
			ck_assert_int_eq(s.rules[i].actions[j],
			    PAM_ACTION_BAD);
	pam_stack_free(&s);
}
END_TEST

START_TEST(follows_includes_and_other)
{
	static const struct file list[] = {
		{ "x", "@include y\naccount include y\n" },
		{ "y", "auth required pam_a.so\naccount required pam_b.so\n" },
		{ "other", "password required pam_deny.so\n"
		    "auth required pam_permit.so\n" },
		{ NULL, NULL }
	};
	struct pam_stack s;
	size_t auth = 0, account = 0, password = 0;

	read_stack(&s, list);
	for (size_t i = 0; i < s.count; i++) {
		auth += s.rules[i].type == PAM_TYPE_AUTH;
		account += s.rules[i].type == PAM_TYPE_ACCOUNT;
		password += s.rules[i].type == PAM_TYPE_PASSWORD;
	}
	ck_assert_uint_eq(auth, 1);
	ck_assert_uint_eq(account, 2);
	ck_assert_uint_eq(password, 1);
	ck_assert(s.own[PAM_TYPE_AUTH] && !s.own[PAM_TYPE_PASSWORD]);
	pam_stack_free(&s);
}
END_TEST

START_TEST(an_endless_include_ends)
{
	static const struct file list[] = {
		{ "x", "auth include x\nauth include x\n" }, { NULL, NULL }
	};
	struct pam_stack s;

	read_stack(&s, list);
	ck_assert_int_ne(s.fault, PAM_STACK_WHOLE);
	ck_assert_uint_le(s.count, PAM_STACK_RULES_MAX);
	pam_stack_free(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pam_stack");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, ways_of_a_stack, 0,
	    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, names_who_is_to_blame);
	tcase_add_test(tc, tells_a_condition_from_anybody);
	tcase_add_test(tc, a_module_that_is_missing_never_says_yes);
	tcase_add_test(tc, done_in_a_substack_ends_the_substack);
	tcase_add_test(tc, a_jump_skips_a_whole_substack);
	tcase_add_test(tc, reset_forgets_what_the_substack_said);
	tcase_add_test(tc, reads_lines_as_libpam_does);
	tcase_add_loop_test(tc, a_broken_line_fails, 0,
	    sizeof(broken_lines) / sizeof(broken_lines[0]));
	tcase_add_test(tc, a_control_that_is_none_fails_always);
	tcase_add_test(tc, follows_includes_and_other);
	tcase_add_test(tc, an_endless_include_ends);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
