/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/disguise.h"

#include <string.h>

#include "quality/words.h"

/* What each disguise adds, in tenths of a bit; chosen as those of guess.c. */
enum {
	COST_CAPITAL = 10,		/* first letter, or all */
	COST_MIXED = 30,		/* each letter of the rarer case */
	COST_LEET = 20,			/* each */
	COST_LEET_AGAIN = 5,		/* the same for the same letter */
	COST_STRETCH = 30,		/* each letter once more: "cooool" */
	COST_SEPARATE = 40,		/* "p.a.s.s" */
	COST_SEPARATE_MORE = 5,
	COST_PERSON = 40
};
/* An attacker does not undo more than that, and we do not search longer: with
 * 20 visits one of 660 guessable passwords is accepted, with 100 none, and with
 * 500 the slowest that was tried, of 128 characters, takes 0.9 ms. */
enum { DISGUISES_MAX = 24, VISITS_MAX = 500 };
/* Short words hide in anything: only plain, or with a separator after each
 * letter. */
enum { LETTERS_DISGUISED = 4, LETTERS_SEPARATED = 6 };

/* A mere dictionary word costs what trying all of its length costs. */
static const unsigned plain_cost[] = { 0, 0, 0, 110, 125, 140, 150, 155, 160 };

/* Letters that a character may stand for. */
enum { LEET_MAX = 0xb6, LEET_LETTERS = 3, EURO = 0x20ac };
static const char leet[LEET_MAX][LEET_LETTERS] = {
	['@'] = "a", ['4'] = "a", ['^'] = "a", ['8'] = "b", ['('] = "c",
	['<'] = "c", [0xa9] = "c", ['3'] = "e", ['6'] = "bg", ['9'] = "gq",
	['#'] = "h", ['1'] = "il", ['!'] = "il", ['|'] = "il", [0xa3] = "l",
	['0'] = "o", [0xb0] = "o", ['$'] = "s", ['5'] = "s", [0xa7] = "s",
	['7'] = "t", ['+'] = "t", [0xb5] = "u", [0xa5] = "y", ['2'] = "z"
};

static const char *
leet_letters(uint32_t code)
{
	return code < LEET_MAX ? leet[code] : code == EURO ? "e" : "";
}

/* A place in the dictionary, or in one word of a list. */
struct place {
	const guess_words *word;	/* NULL: the dictionary */
	uint32_t node;
};

/* What was read so far. */
struct reading {
	size_t letters;
	size_t capitals;
	bool first_capital;
	unsigned cost;			/* of leet, separators, stretches */
	unsigned disguises;
	unsigned separators;
	bool mixed_separators;
	uint32_t separator;
	uint32_t last;			/* letter */
	uint64_t leet;			/* a bit for each letter and its leet */
};

struct search {
	const struct fold *text;
	guess_found *found;
	void *arg;
	unsigned visits;
};

static bool
step(struct place *place, uint32_t letter)
{
	if (place->word == NULL)
		return words_step(&place->node, letter);
	return *place->word != 0 && *place->word++ == letter;
}

/* Cost of the word that ends here, or 0. */
static unsigned
ends(const struct place *place, size_t letters)
{
	size_t known = sizeof(plain_cost) / sizeof(*plain_cost) - 1;
	unsigned bits;

	if (place->word != NULL)
		return *place->word == 0 ? COST_PERSON : 0;
	bits = words_cost(place->node);
	return bits != WORDS_PLAIN ? bits * GUESS_BIT :
	    plain_cost[letters < known ? letters : known];
}

static unsigned
case_cost(const struct reading *r)
{
	size_t small = r->letters - r->capitals;
	size_t rarer = r->capitals < small ? r->capitals : small;

	if (r->capitals == 0)
		return 0;
	if (small == 0 || (r->capitals == 1 && r->first_capital))
		return COST_CAPITAL;
	return COST_CAPITAL + COST_MIXED * (unsigned)rarer;
}

/* Is it no more than chance that these characters can be read so? */
static bool
by_chance(const struct reading *r)
{
	if (r->separators > 0 && r->letters < LETTERS_SEPARATED &&
	    (r->separators != r->letters - 1 || r->mixed_separators ||
	    r->disguises > r->separators))
		return true;
	if ((r->disguises - r->separators) * 2 > r->letters)
		return true;
	return r->letters < LETTERS_DISGUISED && (r->disguises > 0 ||
	    (r->capitals > 0 && case_cost(r) > COST_CAPITAL));
}

/* What it adds that the character at `at` is not the letter itself. */
static unsigned
disguise(struct reading *r, uint32_t base, uint32_t letter)
{
	enum { BITS = 64, SPREAD = 31 };
	uint64_t bit = UINT64_C(1) << (letter * SPREAD + base) % BITS;

	if (base == letter)
		return 0;
	if (r->leet & bit)
		return COST_LEET_AGAIN;
	r->leet |= bit;
	r->disguises++;
	return COST_LEET;
}

static void look(struct search *s, size_t at, struct place place,
    struct reading reading);

/* The character at `at` stands for `letter`. */
static void
take(struct search *s, size_t at, struct place place, struct reading reading,
    uint32_t letter)
{
	if (!step(&place, letter))
		return;
	if (s->text->chars[at].class & FOLD_UPPER) {
		reading.capitals++;
		reading.first_capital |= reading.letters == 0;
	}
	reading.letters++;
	reading.cost += disguise(&reading, s->text->chars[at].base, letter);
	reading.last = letter;
	look(s, at + 1, place, reading);
}

/* The character at `at` is not part of the word. */
static void
pass(struct search *s, size_t at, struct place place, struct reading reading)
{
	uint32_t base = s->text->chars[at].base;

	if (reading.letters == 0)
		return;
	if (base == reading.last) {
		reading.cost += COST_STRETCH;
	} else if (s->text->chars[at].class & FOLD_SYMBOL) {
		reading.cost += reading.separator != base ? COST_SEPARATE :
		    COST_SEPARATE_MORE;
		reading.mixed_separators |= reading.separator != 0 &&
		    reading.separator != base;
		reading.separator = base;
		reading.separators++;
	} else {
		return;
	}
	reading.disguises++;
	look(s, at + 1, place, reading);
}

static void
look(struct search *s, size_t at, struct place place, struct reading reading)
{
	uint32_t base;
	unsigned cost = ends(&place, reading.letters);

	if (cost > 0 && !by_chance(&reading))
		s->found(s->arg, at, cost + reading.cost + case_cost(&reading));
	if (at == s->text->count || ++s->visits > VISITS_MAX ||
	    reading.disguises > DISGUISES_MAX)
		return;
	base = s->text->chars[at].base;
	take(s, at, place, reading, base);
	for (const char *l = leet_letters(base); *l != '\0'; l++)
		take(s, at, place, reading, (uint32_t)*l);
	pass(s, at, place, reading);
}

static void
begin(const struct fold *text, size_t start, const guess_words *word,
    guess_found *found, void *arg)
{
	struct search s = { text, found, arg, 0 };
	struct place place = { word, words_root };
	struct reading reading = { 0 };

	look(&s, start, place, reading);
}

void
disguise_dictionary(const struct fold *text, size_t start,
    guess_found *found, void *arg)
{
	begin(text, start, NULL, found, arg);
}

/* May this character be the first of a word? */
static bool
stands_for(uint32_t code, uint32_t letter)
{
	return code == letter || (letter < 0x80 && letter > 0 &&
	    strchr(leet_letters(code), (int)letter) != NULL);
}

void
disguise_list(const struct fold *text, size_t start, const guess_words *list,
    guess_found *found, void *arg)
{
	for (; *list != 0; list++) {
		if (stands_for(text->chars[start].base, *list))
			begin(text, start, list, found, arg);
		while (*list != 0)
			list++;
	}
}
