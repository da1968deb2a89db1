/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MONTHS_A_YEAR 12
#define DAYS_A_MONTH 30		/* where an estimate is enough */
#define DAYS_A_YEAR 365
#define COUNT_DIGITS 9		/* no unit overflows with so few */
#define TM_YEAR_0 1900
#define MS_PER_SECOND 1000

static const struct unit {
	const char *suffix;
	enum span_unit unit;
	int64_t factor;
	int64_t least;		/* written so from this many on */
} units[] = {
	/* "24h" and "12mo" stay as they are usually written */
	{ "y", SPAN_MONTHS, MONTHS_A_YEAR, 2 * MONTHS_A_YEAR },
	{ "mo", SPAN_MONTHS, 1, 1 },
	{ "d", SPAN_SECONDS, SPAN_DAY, 2 * SPAN_DAY },
	{ "h", SPAN_SECONDS, SPAN_HOUR, SPAN_HOUR },
	{ "m", SPAN_SECONDS, SPAN_MINUTE, SPAN_MINUTE },
	{ "s", SPAN_SECONDS, 1, 1 }
};

bool
span_parse(const char *text, struct span *span)
{
	size_t digits = strspn(text, "0123456789");

	if (strcmp(text, "never") == 0) {
		*span = (struct span){ SPAN_NEVER, 0 };
		return true;
	}
	if (strcmp(text, "0") == 0) {
		*span = (struct span){ SPAN_SECONDS, 0 };
		return true;
	}
	if (digits == 0 || digits > COUNT_DIGITS)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].suffix) != 0)
			continue;
		span->count = strtoll(text, NULL, 10) * units[i].factor;
		/* zero months is zero, as 0 is */
		span->unit = span->count == 0 ? SPAN_SECONDS : units[i].unit;
		return true;
	}
	return false;
}

void
span_format(struct span span, char *text, size_t size)
{
	const char *word = span.unit == SPAN_NEVER ? "never" : "0";

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const struct unit *u = &units[i];

		if (span.unit != u->unit || span.count < u->least ||
		    span.count % u->factor != 0)
			continue;
		snprintf(text, size, "%" PRId64 "%s", span.count / u->factor,
		    u->suffix);
		return;
	}
	snprintf(text, size, "%s", word);
}

static int64_t
add_saturated(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static int
days_in_month(int64_t year, int month)
{
	static const int days[MONTHS_A_YEAR] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 1 && leap ? days[month] + 1 : days[month];
}

/* months may be negative; `beyond` is the answer when no calendar goes there */
static int64_t
add_months(int64_t from, int64_t months, int64_t beyond)
{
	time_t start = (time_t)from;
	struct tm tm;
	int64_t at, year;
	int last;

	if (localtime_r(&start, &tm) == NULL)
		return beyond;
	at = add_saturated(((int64_t)tm.tm_year + TM_YEAR_0) * MONTHS_A_YEAR +
	    tm.tm_mon, months);
	year = at / MONTHS_A_YEAR;
	if (at < 0 || year > INT32_MAX)
		return beyond;
	tm.tm_year = (int)(year - TM_YEAR_0);
	tm.tm_mon = (int)(at % MONTHS_A_YEAR);
	last = days_in_month(year, tm.tm_mon);
	if (tm.tm_mday > last)
		tm.tm_mday = last;
	tm.tm_isdst = -1;	/* the same wall clock, summer or winter */
	tm.tm_wday = -1;	/* set by success: -1 is also a time */
	start = mktime(&tm);
	return tm.tm_wday < 0 ? beyond : (int64_t)start;
}

int64_t
span_after(int64_t from, struct span span)
{
	if (span.unit == SPAN_NEVER)
		return INT64_MAX;
	if (span.unit == SPAN_MONTHS)
		return add_months(from, span.count, INT64_MAX);
	return add_saturated(from, span.count);
}

int64_t
span_before(int64_t from, struct span span)
{
	if (span.unit == SPAN_NEVER)
		return INT64_MIN;
	if (span.unit == SPAN_MONTHS)
		return add_months(from, -span.count, INT64_MIN);
	return add_saturated(from, -span.count);
}

int64_t
span_seconds(struct span span)
{
	if (span.unit == SPAN_NEVER)
		return INT64_MAX;
	if (span.unit == SPAN_MONTHS)
		return span.count * DAYS_A_MONTH * SPAN_DAY;
	return span.count;
}

/* Most days of so many months: of 1 to 11 they are (367n + 11) / 12, and the
 * least are three fewer; a leap day comes each fourth year. */
static int64_t
most_days(int64_t months)
{
	int64_t years = months / MONTHS_A_YEAR, rest = months % MONTHS_A_YEAR;

	return years * DAYS_A_YEAR + (years + 3) / 4 +
	    (rest * 367 + 11) / MONTHS_A_YEAR;
}

static int64_t
least_days(int64_t months)
{
	int64_t years = months / MONTHS_A_YEAR, rest = months % MONTHS_A_YEAR;

	return years * DAYS_A_YEAR + years / 4 +
	    (rest == 0 ? 0 : most_days(rest) - 3);
}

int64_t
span_shortest(struct span span)
{
	return span.unit == SPAN_MONTHS ? least_days(span.count) * SPAN_DAY :
	    span_seconds(span);
}

int64_t
span_longest(struct span span)
{
	return span.unit == SPAN_MONTHS ? most_days(span.count) * SPAN_DAY :
	    span_seconds(span);
}

int64_t
span_ms(struct span span)
{
	int64_t ms;

	if (__builtin_mul_overflow(span_seconds(span), MS_PER_SECOND, &ms))
		return INT64_MAX;
	return ms;
}
