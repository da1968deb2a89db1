/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/span.h"

/* Paris, without needing the time zone files */
static const char paris[] = "CET-1CEST,M3.5.0,M10.5.0/3";

static void
zone(const char *name)
{
	ck_assert_int_eq(setenv("TZ", name, 1), 0);
	tzset();
}

/* Local time "2026-01-31 12:00:00" as seconds. */
static int64_t
at(const char *text)
{
	struct tm tm = { .tm_isdst = -1 };

	ck_assert_ptr_nonnull(strptime(text, "%Y-%m-%d %H:%M:%S", &tm));
	return (int64_t)mktime(&tm);
}

static const struct parsed {
	const char *text;
	enum span_unit unit;
	int64_t count;
	const char *again;
} parsed[] = {
	{ "never", SPAN_NEVER, 0, "never" },
	{ "0", SPAN_SECONDS, 0, "0" },
	{ "0d", SPAN_SECONDS, 0, "0" },
	{ "0mo", SPAN_SECONDS, 0, "0" },
	{ "1s", SPAN_SECONDS, 1, "1s" },
	{ "30s", SPAN_SECONDS, 30, "30s" },
	{ "60s", SPAN_SECONDS, 60, "1m" },
	{ "90m", SPAN_SECONDS, 5400, "90m" },
	{ "12h", SPAN_SECONDS, 43200, "12h" },
	{ "24h", SPAN_SECONDS, 86400, "24h" },
	{ "1d", SPAN_SECONDS, 86400, "24h" },
	{ "25h", SPAN_SECONDS, 90000, "25h" },
	{ "14d", SPAN_SECONDS, 1209600, "14d" },
	{ "120d", SPAN_SECONDS, 10368000, "120d" },
	{ "4mo", SPAN_MONTHS, 4, "4mo" },
	{ "12mo", SPAN_MONTHS, 12, "12mo" },
	{ "1y", SPAN_MONTHS, 12, "12mo" },
	{ "2y", SPAN_MONTHS, 24, "2y" },
	{ "18mo", SPAN_MONTHS, 18, "18mo" },
	{ "007d", SPAN_SECONDS, 604800, "7d" },
	{ "999999999y", SPAN_MONTHS, INT64_C(11999999988), "999999999y" }
};

START_TEST(parses_and_writes)
{
	const struct parsed *c = &parsed[_i];
	struct span span = { SPAN_NEVER, 99 };
	char text[32];

	ck_assert_msg(span_parse(c->text, &span), "%s", c->text);
	ck_assert_int_eq(span.unit, c->unit);
	ck_assert_int_eq(span.count, c->count);
	span_format(span, text, sizeof(text));
	ck_assert_str_eq(text, c->again);
	ck_assert(span_parse(text, &span));
	ck_assert_int_eq(span.count, c->count);
}
END_TEST

static const char *const refused[] = {
	"", " ", "4", "mo", "-1d", "+1d", " 1d", "1d ", "1 d", "1D", "1dd",
	"1.5d", "1d12h", "0x1d", "Never", "never ", "4mois", "1w", "1ms",
	"1000000000s", "99999999999999999999d", "00", "d4"
};

START_TEST(refuses)
{
	struct span span = { SPAN_SECONDS, 99 };

	ck_assert_msg(!span_parse(refused[_i], &span), "'%s'", refused[_i]);
	ck_assert_int_eq(span.count, 99);
}
END_TEST

static const struct month {
	const char *what;
	const char *from;
	const char *months;
	const char *after;
} months[] = {
	{ "plain", "2026-01-15 12:00:00", "4mo", "2026-05-15 12:00:00" },
	{ "over the year", "2026-10-15 12:00:00", "4mo",
	    "2027-02-15 12:00:00" },
	{ "last day becomes the last", "2026-10-31 12:00:00", "4mo",
	    "2027-02-28 12:00:00" },
	{ "leap year", "2027-10-31 12:00:00", "4mo", "2028-02-29 12:00:00" },
	{ "from a leap day", "2028-02-29 12:00:00", "1y",
	    "2029-02-28 12:00:00" },
	{ "century is no leap year", "2099-12-31 12:00:00", "2mo",
	    "2100-02-28 12:00:00" },
	{ "400 years are one", "2399-12-31 12:00:00", "2mo",
	    "2400-02-29 12:00:00" },
	{ "30 days", "2026-01-31 12:00:00", "3mo", "2026-04-30 12:00:00" },
	{ "winter to summer keeps the clock", "2026-01-15 08:30:00", "4mo",
	    "2026-05-15 08:30:00" },
	{ "summer to winter keeps the clock", "2026-08-15 23:59:59", "4mo",
	    "2026-12-15 23:59:59" },
	{ "midnight", "2026-02-28 00:00:00", "1mo", "2026-03-28 00:00:00" },
	{ "into the hour that is skipped", "2026-02-28 02:30:00", "1mo",
	    "2026-03-28 02:30:00" },
	{ "before 1970", "1969-11-30 12:00:00", "3mo",
	    "1970-02-28 12:00:00" },
	{ "many years", "2026-01-31 12:00:00", "100y",
	    "2126-01-31 12:00:00" }
};

START_TEST(adds_calendar_months)
{
	const struct month *c = &months[_i];
	struct span span;

	zone(paris);
	ck_assert(span_parse(c->months, &span));
	ck_assert_msg(span_after(at(c->from), span) == at(c->after), "%s",
	    c->what);
}
END_TEST

START_TEST(subtracts_calendar_months)
{
	zone(paris);
	ck_assert_int_eq(span_before(at("2026-05-31 12:00:00"),
	    (struct span){ SPAN_MONTHS, 3 }), at("2026-02-28 12:00:00"));
	ck_assert_int_eq(span_before(at("2026-01-15 12:00:00"),
	    (struct span){ SPAN_MONTHS, 1 }), at("2025-12-15 12:00:00"));
	ck_assert_int_eq(span_before(1000, (struct span){ SPAN_SECONDS, 1 }),
	    999);
}
END_TEST

/* 2026-03-29 02:30 does not exist in Paris: an hour later or earlier, but
 * that morning */
START_TEST(survives_a_skipped_hour)
{
	int64_t after;

	zone(paris);
	after = span_after(at("2026-01-29 02:30:00"),
	    (struct span){ SPAN_MONTHS, 2 });
	ck_assert_int_ge(after, at("2026-03-29 01:00:00"));
	ck_assert_int_le(after, at("2026-03-29 04:00:00"));
}
END_TEST

/* A later change never expires earlier, whatever the days of the months. */
START_TEST(grows_with_the_start)
{
	const int64_t day = 86400;
	int64_t from, after;

	zone("UTC");
	from = at("2026-01-01 12:00:00");
	for (int i = 0; i < 4 * 366; i++, from += day) {
		after = span_after(from, (struct span){ SPAN_MONTHS, 4 });
		ck_assert_int_ge(after - from, 118 * day);
		ck_assert_int_le(after - from, 123 * day);
		ck_assert_int_ge(span_after(from + day,
		    (struct span){ SPAN_MONTHS, 4 }), after);
	}
}
END_TEST

static const struct edge {
	const char *what;
	int64_t from;
	struct span span;
	int64_t after, before;
} edges[] = {
	{ "never", 5, { SPAN_NEVER, 0 }, INT64_MAX, INT64_MIN },
	{ "seconds past the end", INT64_MAX - 1, { SPAN_SECONDS, 2 },
	    INT64_MAX, INT64_MAX - 3 },
	{ "seconds before the start", INT64_MIN + 1, { SPAN_SECONDS, 2 },
	    INT64_MIN + 3, INT64_MIN },
	{ "months past every calendar", INT64_MAX, { SPAN_MONTHS, 1 },
	    INT64_MAX, INT64_MIN },
	{ "more months than there are", 0,
	    { SPAN_MONTHS, INT64_MAX }, INT64_MAX, INT64_MIN },
	{ "nothing", 77, { SPAN_SECONDS, 0 }, 77, 77 }
};

START_TEST(saturates)
{
	const struct edge *c = &edges[_i];

	zone("UTC");
	ck_assert_msg(span_after(c->from, c->span) == c->after, "%s", c->what);
	ck_assert_msg(span_before(c->from, c->span) == c->before, "%s",
	    c->what);
}
END_TEST

/* mktime answers -1 for the last second of 1969, which is a time */
START_TEST(minus_one_is_a_time)
{
	zone("UTC");
	ck_assert_int_eq(span_before(at("1970-01-31 23:59:59"),
	    (struct span){ SPAN_MONTHS, 1 }), -1);
}
END_TEST

START_TEST(tells_seconds)
{
	ck_assert_int_eq(span_seconds((struct span){ SPAN_SECONDS, 30 }), 30);
	ck_assert_int_eq(span_seconds((struct span){ SPAN_MONTHS, 2 }),
	    2 * 30 * 86400);
	ck_assert_int_eq(span_seconds((struct span){ SPAN_NEVER, 0 }),
	    INT64_MAX);
}
END_TEST

/* From each day of four years: up to a year exactly, then nearly so. */
START_TEST(bounds_months)
{
	const struct span n = { SPAN_MONTHS, _i };
	int64_t least = INT64_MAX, most = 0;

	zone("UTC");
	for (int64_t day = 0; day < 4 * 365 + 1; day++) {
		int64_t from = at("2025-01-01 00:00:00") + day * SPAN_DAY;
		int64_t length = span_after(from, n) - from;

		least = length < least ? length : least;
		most = length > most ? length : most;
	}
	ck_assert_int_le(span_shortest(n), least);
	ck_assert_int_ge(span_longest(n), most);
	ck_assert_int_le(least - span_shortest(n), _i > 12 ? SPAN_DAY : 0);
	ck_assert_int_le(span_longest(n) - most, _i > 12 ? SPAN_DAY : 0);
}
END_TEST

START_TEST(tells_milliseconds)
{
	ck_assert_int_eq(span_ms((struct span){ SPAN_SECONDS, 30 }), 30000);
	ck_assert_int_eq(span_ms((struct span){ SPAN_NEVER, 0 }), INT64_MAX);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("span");
	TCase *tc = tcase_create("span");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, parses_and_writes, 0, ROWS(parsed));
	tcase_add_loop_test(tc, refuses, 0, ROWS(refused));
	tcase_add_loop_test(tc, adds_calendar_months, 0, ROWS(months));
	tcase_add_test(tc, subtracts_calendar_months);
	tcase_add_test(tc, survives_a_skipped_hour);
	tcase_add_test(tc, grows_with_the_start);
	tcase_add_loop_test(tc, saturates, 0, ROWS(edges));
	tcase_add_test(tc, minus_one_is_a_time);
	tcase_add_test(tc, tells_seconds);
	tcase_add_loop_test(tc, bounds_months, 0, 49);
	tcase_add_test(tc, tells_milliseconds);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
