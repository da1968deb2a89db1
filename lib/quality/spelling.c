/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/spelling.h"

#include "quality/words.h"

enum {
	SPELLED_MIN = 5,		/* fewer letters sound like anything */
	COST_CAPITAL = 10		/* first letter, or all */
};

static bool
is_upper(const struct fold_char *c)
{
	return (c->class & FOLD_UPPER) != 0;
}

/* 1 for 'a'; 0: none of the 26 letters. */
static unsigned
letter(const struct fold_char *c)
{
	return c->base >= 'a' && c->base <= 'z' ? c->base - 'a' + 1 : 0;
}

void
spelling_words(const struct fold *text, size_t start, guess_found *found,
    void *arg)
{
	const struct fold_char *c = text->chars + start;
	unsigned before = 0, last = 0, cost = 0;
	bool first = is_upper(c);

	for (size_t i = 0; start + i < text->count; i++) {
		unsigned next = letter(&c[i]);

		/* All small, all capital, or only the first one. */
		if (next == 0 || (i == 1 && is_upper(&c[i]) && !first) ||
		    (i > 1 && is_upper(&c[i]) != is_upper(&c[1])))
			return;
		cost += words_letters[(before * 27 + last) * 26 + next - 1];
		before = last;
		last = next;
		if (i + 1 >= SPELLED_MIN)
			found(arg, start + i + 1,
			    cost + (first ? COST_CAPITAL : 0u));
	}
}
