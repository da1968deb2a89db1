/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* when: times, spans and numbers as an admin writes them. */

#define _GNU_SOURCE	/* strptime, timegm */

#include "command.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#define DATE_LENGTH 10		/* 2026-03-31 */
#define SPAN_MAX 999999999	/* in any unit, as in the configuration */
#define MONTHS_MAX 120000	/* 10000 years: mktime goes as far */

/* As in the configuration. */
static const struct unit {
	const char *name;
	int64_t seconds;	/* 0: calendar months instead */
	int months;
} units[] = {
	{ "s", 1, 0 },
	{ "m", 60, 0 },
	{ "h", 60 * 60, 0 },
	{ "d", 24 * 60 * 60, 0 },
	{ "mo", 0, 1 },
	{ "y", 0, 12 },
};

/* Does the text begin like this? `0` stands for a digit, `T` for T or a
 * space. strptime alone would take 26-3-1 for a day in the year 26. */
static bool
shaped(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text++) {
		if (*shape == '0' ? !isdigit((unsigned char)*text)
		    : *shape == 'T' ? *text != 'T' && *text != ' '
		    : *text != *shape)
			return false;
	}
	return true;
}

/* The clock behind a date: `T14:30` or `T14:30:05`; NULL if it is neither. */
static const char *
parse_clock(const char *text, struct tm *tm)
{
	if (shaped(text, "T00:00:00"))
		return strptime(text + 1, "%H:%M:%S", tm);
	if (shaped(text, "T00:00"))
		return strptime(text + 1, "%H:%M", tm);
	return NULL;
}

/* strptime fills in what the calendar does not have (31 February, the hour
 * that daylight saving skips); what comes back then is another time. */
static bool
same(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon &&
	    a->tm_mday == b->tm_mday && a->tm_hour == b->tm_hour &&
	    a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

static bool
in_zone(const char *zone, const struct tm *written, int64_t *when)
{
	struct tm tm = *written;
	struct tm offset = { 0 };
	const char *end = strptime(zone, "%z", &offset);

	if (end == NULL || *end != '\0' || isspace((unsigned char)*zone))
		return false;
	*when = (int64_t)timegm(&tm) - offset.tm_gmtoff;
	return same(&tm, written);
}

static bool
in_local_time(const struct tm *written, int64_t *when)
{
	struct tm tm = *written;

	tm.tm_isdst = -1;
	*when = (int64_t)mktime(&tm);
	return same(&tm, written);
}

/* The midnight after a day that exists. */
static bool
after_day(struct tm *tm, int64_t *when)
{
	tm->tm_mday++;
	tm->tm_isdst = -1;
	*when = (int64_t)mktime(tm);
	return *when > 0;
}

bool
when_parse(const char *text, bool through_day, int64_t *when)
{
	struct tm tm = { 0 };
	const char *rest;

	if (!shaped(text, "0000-00-00") ||
	    strptime(text, "%Y-%m-%d", &tm) != text + DATE_LENGTH)
		return false;
	rest = text + DATE_LENGTH;
	if (*rest == '\0')
		return in_local_time(&tm, when) && *when > 0 &&
		    (!through_day || after_day(&tm, when));
	if ((rest = parse_clock(rest, &tm)) == NULL)
		return false;
	return (*rest == '\0' ? in_local_time(&tm, when)
	    : in_zone(rest, &tm, when)) && *when > 0;
}

static bool
digits(const char *text, unsigned max, unsigned *number, const char **rest)
{
	unsigned n = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	*rest = text;
	return true;
}

/* Calendar months in local time; a day that the month lacks becomes its
 * last. */
static int64_t
add_months(int64_t from, int64_t count)
{
	int months = (int)(count > MONTHS_MAX ? MONTHS_MAX :
	    count < -MONTHS_MAX ? -MONTHS_MAX : count);
	time_t start = (time_t)from;
	struct tm tm;
	int day;

	if (localtime_r(&start, &tm) == NULL)
		return from;
	day = tm.tm_mday;
	tm.tm_mon += months;
	tm.tm_isdst = -1;
	start = mktime(&tm);
	if (tm.tm_mday == day)
		return (int64_t)start;
	tm.tm_mday = 0;		/* the day before the first of the month */
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm);
}

bool
when_span(const char *text, int sign, int64_t now, int64_t *when)
{
	unsigned count;
	const char *name;

	if (!digits(text, SPAN_MAX, &count, &name))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t n = (int64_t)count * sign;

		if (strcmp(name, units[i].name) != 0)
			continue;
		*when = units[i].seconds != 0 ? now + n * units[i].seconds
		    : add_months(now, n * units[i].months);
		return true;
	}
	return false;
}

bool
when_number(const char *text, unsigned max, unsigned *number)
{
	const char *rest;

	return digits(text, max, number, &rest) && *rest == '\0' &&
	    *number > 0;
}
