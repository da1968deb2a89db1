/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "policy/cnil.h"

#include "base/fold.h"

/* Characters of each kind that a password may be drawn from; smallest first,
 * so that the weakest choice of some of them is the first ones. */
static const struct kind {
	unsigned class;
	int require;
	int size;
} kinds[] = {
	{ FOLD_DIGIT, REQUIRE_DIGIT, 10 },
	{ FOLD_UPPER, REQUIRE_UPPER, 26 },
	{ FOLD_LOWER, REQUIRE_LOWER, 26 },
	{ FOLD_SYMBOL, REQUIRE_SYMBOL, 37 }
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/*
 * Two of the listed equivalences are a little below the bits they stand for:
 * 99^12 is 79.6 bits, 62^8 is 47.6. The others (14 characters of three kinds,
 * 16 digits, phrases of 7 and of 5 words) are above them anyway.
 */
static const struct equivalence {
	int bits;
	size_t characters;
	int kinds;
} equivalences[] = {
	{ CNIL_ALONE, 12, 4 },
	{ CNIL_RESTRICTED, 8, 3 }
};
#define EQUIVALENCES (sizeof(equivalences) / sizeof(equivalences[0]))

/* size^characters >= 2^bits, or an equivalence */
static bool
enough(int bits, size_t characters, int size, int count)
{
	double wanted = 1, strength = 1;

	for (size_t i = 0; i < EQUIVALENCES; i++)
		if (bits <= equivalences[i].bits &&
		    characters >= equivalences[i].characters &&
		    count >= equivalences[i].kinds)
			return true;
	for (int i = 0; i < bits; i++)
		wanted *= 2;
	for (size_t i = 0; size > 1 && i < characters && strength < wanted;
	    i++)
		strength *= size;
	return strength >= wanted;
}

bool
cnil_enough(int bits, size_t characters, unsigned classes)
{
	int size = 0, count = 0;

	for (size_t i = 0; i < KINDS; i++)
		if ((classes & kinds[i].class) != 0) {
			size += kinds[i].size;
			count++;
		}
	return enough(bits, characters, size, count);
}

bool
cnil_policy_enough(int bits, const struct policy *p)
{
	int size = 0, count = 0, require = p->require;

	if (p->min_entropy >= bits)
		return true;
	/* a letter of either case will do */
	if ((require & (REQUIRE_UPPER | REQUIRE_LOWER)) == 0 &&
	    (require & REQUIRE_LETTER) != 0)
		require |= REQUIRE_LOWER;
	for (size_t i = 0; i < KINDS; i++)
		if ((require & kinds[i].require) != 0) {
			size += kinds[i].size;
			count++;
		}
	for (size_t i = 0; i < KINDS && (count < p->min_classes ||
	    count == 0); i++)
		if ((require & kinds[i].require) == 0) {
			size += kinds[i].size;
			count++;
		}
	return enough(bits, (size_t)p->min_length, size, count);
}
