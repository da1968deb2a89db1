/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * guess: how many tries an attacker needs who knows words, names, dates,
 * keyboards and the usual disguises. A password is cut into such patterns and
 * single characters in the way that is cheapest for him. Pure.
 */
#ifndef GUESS_H
#define GUESS_H

#include "base/fold.h"

/* Costs are in tenths of a bit: tries double with each 10. */
#define GUESS_BIT 10u

enum guess_kind {
	GUESS_WORD = 1,			/* dictionary words and dates */
	GUESS_PERSON = 2,		/* what is known of the person */
	GUESS_KEYBOARD = 4,
	GUESS_SEQUENCE = 8,
	GUESS_REPEAT = 16
};
#define GUESS_KINDS 5

/* Words in a row, each ended by a 0, the last by two: folded characters. */
typedef uint32_t guess_words;

/* What a finder tells: a pattern from where it began to `end`. */
typedef void guess_found(void *arg, size_t end, unsigned cost);

struct guess_result {
	unsigned cost;			/* of the whole password */
	unsigned plain;			/* with no pattern at all */
	unsigned alone[GUESS_KINDS];	/* with one kind of pattern alone */
	unsigned kinds;			/* kinds that the cheapest way uses */
	unsigned if_word;		/* cost, were the most letters in a row
					 * that no pattern has a known word */
};

/* person: may be NULL. words: use the dictionary too. */
void guess_password(const struct fold *text, const guess_words *person,
    bool words, struct guess_result *result);

/* Binary logarithm, without the mathematics library. */
double guess_log2(double x);

#endif
