/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/number.h"

#include <string.h>

/* What a guess costs, in tenths of a bit: how many there are. See guess.c. */
enum {
	COST_SEPARATED = 15
};

/* L: a letter, all of one case; d: a digit; -: a separator or none, everywhere
 * the same; others stand for themselves. */
static const struct form {
	const char *text;
	unsigned cost;
} forms[] = {
	{ "LL-ddd-LL", 288 },			/* plate since 2009 */
	{ "dddd-LL-dd", 293 }, { "ddd-LL-dd", 260 }, { "ddd-LLL-dd", 307 },
	{ "06-dd-dd-dd-dd", 272 }, { "07-dd-dd-dd-dd", 272 },
	{ "0d-dd-dd-dd-dd", 299 },
	{ "+33-6-dd-dd-dd-dd", 282 }, { "+33-7-dd-dd-dd-dd", 282 }
};

static const char separators[] = "-._ /";

/* What was read so far. */
struct reading {
	size_t at;
	unsigned classes;		/* of the letters */
	bool first;			/* no place for a separator yet */
	uint32_t separator;		/* 0: none */
};

static bool
is_separator(uint32_t code)
{
	return code > 0 && code < 0x80 && strchr(separators, (int)code) != NULL;
}

/* Go on by one character of a form. */
static bool
step(const struct fold *text, struct reading *r, char kind)
{
	const struct fold_char *c = &text->chars[r->at];
	bool more = r->at < text->count;

	if (kind == '-') {
		if (r->first && more && is_separator(c->base))
			r->separator = c->base;
		r->first = false;
		if (r->separator == 0)
			return true;
		r->at++;
		return more && c->base == r->separator;
	}
	r->at++;
	if (!more)
		return false;
	if (kind == 'L') {
		r->classes |= c->class & (FOLD_UPPER | FOLD_LOWER);
		return c->base >= 'a' && c->base <= 'z' &&
		    r->classes != (FOLD_UPPER | FOLD_LOWER);
	}
	return kind == 'd' ? c->base >= '0' && c->base <= '9' :
	    c->base == (uint32_t)kind;
}

void
number_find(const struct fold *text, size_t start, guess_found *found,
    void *arg)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct reading r = { .at = start, .first = true };
		const char *f = forms[i].text;

		while (*f != '\0' && step(text, &r, *f))
			f++;
		if (*f == '\0')
			found(arg, r.at, forms[i].cost +
			    (r.separator != 0 ? COST_SEPARATED : 0u));
	}
}
