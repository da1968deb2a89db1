/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/date.h"

#include <string.h>

/* What a guess costs, in tenths of a bit: one day of 31, one month of 12, one
 * year of those that people use. See guess.c. */
enum {
	COST_DAY = 50,
	COST_MONTH = 36,
	COST_YEAR_RECENT = 45,		/* 2000 to 2039 */
	COST_YEAR = 66,			/* of a living person */
	COST_YEAR_OLD = 95,		/* of history */
	COST_YEAR_SHORT = 64,		/* two digits */
	COST_FORM = 15,			/* not in the order of the French */
	COST_SEPARATED = 15
};

/* d: day, m: month, y: year in two digits, Y: in four */
static const char *const forms[] = {
	"dmY", "dmy", "dm", "mY", "Y", "mdY", "Ymd", "mdy", "ymd", "md", "Ym"
};
enum { FORMS_FRENCH = 5 };

static const char separators[] = "/-._ :\\";

/* A number of at most `most` digits at *at; 0: none. */
static unsigned
number(const struct fold *text, size_t *at, size_t least, size_t most)
{
	unsigned value = 0;
	size_t digits = 0;

	while (digits < most && *at < text->count &&
	    text->chars[*at].base >= '0' && text->chars[*at].base <= '9') {
		value = value * 10 + text->chars[(*at)++].base - '0';
		digits++;
	}
	return digits < least ? 0 : value;
}

static unsigned
year_cost(unsigned year)
{
	return year >= 2000 && year < 2040 ? COST_YEAR_RECENT :
	    year >= 1900 && year < 2100 ? COST_YEAR :
	    year >= 1000 && year < 1900 ? COST_YEAR_OLD : 0;
}

/* Cost of one part at *at; 0: it is none. */
static unsigned
part(const struct fold *text, size_t *at, char kind, size_t least)
{
	size_t begin = *at;
	unsigned value;

	if (kind == 'Y')
		return year_cost(number(text, at, 4, 4));
	value = number(text, at, kind == 'y' ? 2 : least, 2);
	if (kind == 'y')
		return *at - begin == 2 ? COST_YEAR_SHORT : 0;
	if (value < 1 || value > (kind == 'd' ? 31u : 12u))
		return 0;
	return kind == 'd' ? COST_DAY : COST_MONTH;
}

static void
try_form(const struct fold *text, size_t start, const char *form,
    unsigned cost, uint32_t separator, guess_found *found, void *arg)
{
	/* "1-2" may be anything. */
	size_t least = separator != 0 && strpbrk(form, "yY") != NULL ? 1 : 2;
	size_t at = start;

	cost += separator != 0 ? COST_SEPARATED : 0;
	for (const char *f = form; *f != '\0'; f++) {
		unsigned more;

		if (f != form && separator != 0 && (at == text->count ||
		    text->chars[at++].base != separator))
			return;
		more = part(text, &at, *f, least);
		if (more == 0)
			return;
		cost += more;
	}
	found(arg, at, cost);
}

/* What stands after the first digits, if it may separate parts of a date. */
static uint32_t
separator_after(const struct fold *text, size_t at)
{
	(void)number(text, &at, 1, 4);
	return at < text->count && text->chars[at].base < 0x80 &&
	    text->chars[at].base > 0 &&
	    strchr(separators, (int)text->chars[at].base) != NULL ?
	    text->chars[at].base : 0;
}

void
date_find(const struct fold *text, size_t start, guess_found *found, void *arg)
{
	uint32_t separator = separator_after(text, start);

	if (!(text->chars[start].class & FOLD_DIGIT))
		return;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		unsigned cost = i < FORMS_FRENCH ? 0 : COST_FORM;

		try_form(text, start, forms[i], cost, 0, found, arg);
		if (separator != 0 && forms[i][1] != '\0')
			try_form(text, start, forms[i], cost, separator, found,
			    arg);
	}
}
