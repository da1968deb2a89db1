/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* What is refused in a file, and where it is said to be. */
#include "scratch.h"

static int
read_text(const char *text, size_t size)
{
	config_free(&config);
	write_bytes("c", text, size);
	return config_read_in(&config, &places, in_scratch("c"), &e);
}

#define TEXT(text) text, sizeof(text) - 1

/* faults: @ is the scratch directory */
static const struct refusal {
	const char *what;
	const char *text;
	size_t size;
	const char *faults;
} refusals[] = {
	{ "unknown setting", TEXT("[users]\nmin_len = 8\n"),
	    "@/c:2: min_len: unknown setting" },
	{ "bad number", TEXT("[users]\nmin_length = 8x\n"),
	    "@/c:2: min_length: not a number" },
	{ "two words for a number", TEXT("[users]\nmin_length = 8 9\n"),
	    "@/c:2: min_length: not a number" },
	{ "out of range", TEXT("\n\n[users]\nhistory = 401\n"),
	    "@/c:4: history: out of range 0 to 400" },
	{ "empty number", TEXT("[users]\nhistory =\n"),
	    "@/c:2: history: not a number" },
	{ "empty number, no blank", TEXT("[users]\nhistory=\n"),
	    "@/c:2: history: not a number" },
	{ "setting before any section", TEXT("history = 5\n[users]\n"),
	    "@/c:1: history: before any [section]" },
	{ "no equals sign", TEXT("[users]\nhistory 5\n"),
	    "@/c:2: history: no = after it" },
	{ "a word alone", TEXT("[users]\nhistory = 5\nisolate\n"),
	    "@/c:3: isolate: no = after it" },
	{ "an indented word after a blank line",
	    TEXT("[users]\nmembers = a\n\n  b\n"),
	    "@/c:4: b: no = after it" },
	{ "an indented word after a comment",
	    TEXT("[users]\nmembers = a\n# c\n  b\n"),
	    "@/c:4: b: no = after it" },
	{ "an indented word after nothing",
	    TEXT("[users]\nmembers =\n  b\n"), "@/c:3: b: no = after it" },
	{ "an indented word after a section", TEXT("[users]\n  b\n"),
	    "@/c:2: b: no = after it" },
	{ "no name", TEXT("[users]\n= 5\n"),
	    "@/c:2: =: no setting before it" },
	{ "two names", TEXT("[users]\nhistory lock_after = 5\n"),
	    "@/c:2: history: no = after it" },
	{ "two equals signs", TEXT("[users]\nhistory == 5\n"),
	    "@/c:2: history: not a number" },
	{ "given twice", TEXT("[users]\nhistory = 5\n\nhistory = 5\n"),
	    "@/c:4: history: given before, on line 2" },
	{ "given twice in two sections of one name",
	    TEXT("[users]\nhistory = 5\n[admins]\nhistory = 6\n[users]\n"
	    "history = 7\n"),
	    "@/c:6: history: given before, on line 2" },
	{ "section without end", TEXT("[users\nhistory = 5\n"),
	    "@/c:1: [users: no ] at its end" },
	{ "text after a section", TEXT("[users] x\nhistory = 5\n"),
	    "@/c:1: [users] x: no ] at its end" },
	{ "empty section", TEXT("[]\n"), "@/c:1: []: not the name of a realm "
	    "(1 to 32 of a-z 0-9 _ -)" },
	{ "only a bracket", TEXT("[\n"), "@/c:1: [: no ] at its end" },
	{ "capital letters", TEXT("[Users]\nx = 1\n"),
	    "@/c:1: [Users]: not the name of a realm "
	    "(1 to 32 of a-z 0-9 _ -)" },
	{ "blanks in a section", TEXT("[ users ]\n"),
	    "@/c:1: [ users ]: not the name of a realm "
	    "(1 to 32 of a-z 0-9 _ -)" },
	{ "a path as realm", TEXT("[../x]\n"),
	    "@/c:1: [../x]: not the name of a realm "
	    "(1 to 32 of a-z 0-9 _ -)" },
	{ "33 letters",
	    TEXT("[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\npreset = pas\n"),
	    "@/c:1: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]: not the name of a "
	    "realm (1 to 32 of a-z 0-9 _ -)" },
	{ "NUL", TEXT("[users]\nhistory = 5\0 6\n"),
	    "@/c:2: line: holds a control character" },
	{ "NUL hides a line", TEXT("[users]\n\0history = 5\n"),
	    "@/c:2: line: holds a control character" },
	{ "escape in a comment", TEXT("[users]\n# \x1b[2J\n"),
	    "@/c:2: line: holds a control character" },
	{ "carriage return", TEXT("[users]\r\nhistory = 5\n"),
	    "@/c:1: line: holds a control character" },
	{ "vertical tab", TEXT("[users]\nhistory\v= 5\n"),
	    "@/c:2: line: holds a control character" },
	{ "one quotation mark", TEXT("[users]\nmembers = \"a b\n"),
	    "@/c:2: members: a quotation mark inside, or only one" },
	{ "quotation marks inside", TEXT("[users]\nmembers = a \"b\" c\n"),
	    "@/c:2: members: a quotation mark inside, or only one" },
	{ "a comment sign inside quotation marks",
	    TEXT("[users]\nmembers = \"a # b\"\n"),
	    "@/c:2: members: a quotation mark inside, or only one" },
	{ "bad value over two lines",
	    TEXT("[users]\nrequire = letter\n\tdigits\nhistory = 5\n"),
	    "@/c:2: require: not one of: letter digit symbol upper lower" },
	{ "no newline at the end", TEXT("[users]\nhistory = x"),
	    "@/c:2: history: not a number" },
	{ "every fault is told",
	    TEXT("foo = 1\n[users]\nhistory = x\nbar = 2\nmin_length\n"
	    "hash = md5\n[Bad]\nlock_after = 0\n[admins]\nlock_after = 0\n"),
	    "@/c:1: foo: before any [section]; @/c:4: bar: unknown setting; "
	    "@/c:5: min_length: no = after it; "
	    "@/c:7: [Bad]: not the name of a realm (1 to 32 of a-z 0-9 _ -); "
	    "@/c:3: history: not a number; "
	    "@/c:6: hash: not one of: yescrypt scrypt; "
	    "@/c:10: lock_after: out of range 1 to 100" }
};

START_TEST(refuses)
{
	const struct refusal *r = &refusals[_i];

	ck_assert_msg(read_text(r->text, r->size) == PASPW_ERR_CONFIG, "%s",
	    r->what);
	ck_assert_int_eq(e.code, PASPW_ERR_CONFIG);
	ck_assert_msg(strcmp(e.text, expand(r->faults)) == 0, "%s: %s",
	    r->what, e.text);
	/* nothing of a faulty file is used */
	ck_assert_uint_eq(config.count, 0);
	ck_assert_ptr_null(config_realm(&config, "users"));
}
END_TEST

/* a value in [users] that is understood in one way only */
static const struct acceptance {
	const char *what;
	const char *text;
	const char *setting;
	const char *value;
	const char *origin;
} acceptances[] = {
	{ "plain", "[users]\nmin_length = 9\n", "min_length", "9", "@/c:2" },
	{ "no blanks", "[users]\nmin_length=9\n", "min_length", "9",
	    "@/c:2" },
	{ "many blanks", "  [users]  \n\t min_length \t=\t 9 \t\n",
	    "min_length", "9", "@/c:2" },
	{ "comment behind",
	    "[users]  # people\nmin_length = 9   # characters, = 9\n",
	    "min_length", "9", "@/c:2" },
	{ "comment behind, no blank", "[users]\nmin_length = 9#x\n",
	    "min_length", "9", "@/c:2" },
	{ "comments around",
	    "# a\n[users]\n# b\n  # c\nmin_length = 9\n  # d\n# e\n",
	    "min_length", "9", "@/c:5" },
	{ "the end is no line", "[users]\nmin_length = 9", "min_length", "9",
	    "@/c:2" },
	{ "quotation marks", "[users]\nmembers = \"a b\"  # c\n", "members",
	    "a b", "@/c:2" },
	{ "empty quotation marks", "[admins]\n[users]\nmembers = \"\"\n",
	    "members", "", "@/c:3" },
	{ "the next line too", "[users]\nmembers = a\n  b c \n\td\n\n",
	    "members", "a b c d", "@/c:2" },
	{ "the next line has a comment",
	    "[users]\nmembers = a # first\n  b # second\nhistory = 6\n",
	    "members", "a b", "@/c:2" },
	{ "a line of blanks behind", "[users]\nmembers = a\n   \n\t\n",
	    "members", "a", "@/c:2" },
	{ "accents", "[users]\nmembers = @\xc3\xa9quipe\n", "members",
	    "@\xc3\xa9quipe", "@/c:2" },
	{ "equals sign inside", "[users]\nstore = sqlite:/a=b\n", "store",
	    "sqlite:/a=b", "@/c:2" },
	{ "the section comes again",
	    "[users]\nhistory = 6\n[admins]\n[users]\nmin_length = 9\n",
	    "min_length", "9", "@/c:5" },
	{ "an empty file", "", "min_length", "8", "preset pas" },
	{ "an empty section", "[users]\n", "min_length", "8", "preset pas" }
};

START_TEST(accepts)
{
	const struct acceptance *a = &acceptances[_i];
	char origin[512];

	ck_assert_msg(read_text(a->text, strlen(a->text)) == PASPW_OK,
	    "%s: %s", a->what, e.text);
	ck_assert_str_eq(e.text, "");
	ck_assert_msg(strcmp(value_of("users", a->setting), a->value) == 0,
	    "%s: '%s'", a->what, value_of("users", a->setting));
	strcpy(origin, expand(a->origin));
	ck_assert_str_eq(origin_of("users", a->setting), origin);
}
END_TEST

START_TEST(limits_the_length_of_a_line)
{
	char text[4096] = "[users]\nmembers = ";
	size_t head = strlen(text) - 8;

	/* 2047 bytes are a line, but more than a value may have */
	memset(text + 8 + head, 'a', 2047 - head);
	ck_assert_int_eq(read_text(text, strlen(text)), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/c:2: members: longer than 1023 bytes"));
	strcat(text, "a");
	ck_assert_int_eq(read_text(text, strlen(text)), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/c:2: line: too long"));
}
END_TEST

/* libeconf copies a value into 8192 bytes of its stack */
START_TEST(survives_a_value_of_many_lines)
{
	static char text[200000] = "[users]\nmembers = a\n";
	size_t used = strlen(text);

	while (used + 32 < sizeof(text))
		used += (size_t)sprintf(text + used,
		    "  bbbbbbbbbbbbbbbbbbbbbbbbbb\n");
	ck_assert_int_eq(read_text(text, used), PASPW_ERR_CONFIG);
	ck_assert_str_eq(e.text,
	    expand("@/c:2: members: longer than 1023 bytes"));
}
END_TEST

/* The environment of su's caller is not ours. */
START_TEST(ignores_the_environment)
{
	static const char text[] = "[users]\nmembers = a\n[admins]\n"
	    "members = b\n";

	ck_assert_int_eq(setenv("ECONF_JOIN_SAME_ENTRIES", "1", 1), 0);
	ck_assert_int_eq(read_text(TEXT(text)), PASPW_OK);
	ck_assert_str_eq(value_of("users", "members"), "a");
	ck_assert_str_eq(value_of("admins", "members"), "b");
}
END_TEST

/* Every byte of a good file in turn is damaged: read or refused, never more
 * than the settings that are there, and never a crash. */
START_TEST(survives_any_byte)
{
	static const char good[] = "[users]\nmin_length = 12 # c\n"
	    "require = letter\n  digit\n[t]\nextends = users\n"
	    "store = \"sqlite:/t\"\n";
	static const char bytes[] = "\0\n\r\t [ ]=#\"9z\x80\xff";
	char text[sizeof(good)];
	size_t refused = 0;

	for (size_t i = 0; i < sizeof(good) - 1; i++)
		for (size_t j = 0; j < sizeof(bytes) - 1; j++) {
			int r;

			memcpy(text, good, sizeof(good));
			text[i] = bytes[j];
			r = read_text(text, sizeof(good) - 1);
			ck_assert(r == PASPW_OK || r == PASPW_ERR_CONFIG);
			ck_assert((r == PASPW_OK) == (config.count > 0));
			ck_assert((r == PASPW_OK) == (e.text[0] == '\0'));
			refused += r != PASPW_OK;
		}
	ck_assert_uint_gt(refused, sizeof(good));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("config_line");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, refuses, 0, ROWS(refusals));
	tcase_add_loop_test(tc, accepts, 0, ROWS(acceptances));
	tcase_add_test(tc, limits_the_length_of_a_line);
	tcase_add_test(tc, survives_a_value_of_many_lines);
	tcase_add_test(tc, ignores_the_environment);
	tcase_add_test(tc, survives_any_byte);
	return run_in_scratch(suite_create("config_line"), tc);
}
