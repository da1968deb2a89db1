/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/guess.h"

#include <string.h>

#include "base/secret.h"
#include "quality/date.h"
#include "quality/disguise.h"
#include "quality/keyboard.h"
#include "quality/number.h"
#include "quality/spelling.h"

/*
 * What a pattern costs, in tenths of a bit: how many there are to choose from
 * (a digit is one of 10), less where people prefer some. Chosen with
 * tests/bench/passwords on tests/data/passwords.tsv: every guessable password
 * is refused, no strong one. Of 4 896 leaked ones that nobody tuned for, 95.3 %
 * are refused without any rule about digits and symbols; of random ones 0.8 %
 * at 8 characters, 0.1 % at 9, none at 12.
 */
enum {
	COST_PATTERN = 10,		/* that there is one more of them */
	COST_DIGIT = 34,
	COST_SYMBOL_TOP = 20,		/* "!" at the end */
	COST_SYMBOL = 35,
	COST_IN_FRONT = 20,		/* of all patterns */
	COST_SEQUENCE = 55,
	COST_SEQUENCE_TOP = 35,		/* begins with a 1 0 z 9 */
	COST_SEQUENCE_STEP = 20,	/* not by 1 but by 2 */
	COST_SEQUENCE_LAG = 60,		/* and what comes between */
	COST_COPY = 50,			/* of what stands just before */
	COST_COPY_FAR = 65,
	COST_MIRROR = 60,
	COST_CASE = 10,
	COST_REVERSED = 15,
	COST_WORD = 160,		/* of any language */
	WORD_MIN = 5,
	SOLID = 115,			/* what saves less may be by chance */
	COST_NO_PATTERN = 30,
	COST_SCATTERED = 30,		/* characters of no pattern, again */
	COST_MASK = 25,
	COST_MASK_LETTER = 47,		/* of 26 */
	MASK_MIN = 4,
	SEQUENCE_MIN = 3,
	SEQUENCE_STEP_MIN = 4,
	LAG_MAX = 3,
	COPY_MIN = 2,
	COPY_FAR_MIN = 3
};

/* Characters of a kind that nobody can foresee, of which to choose. */
enum {
	CHOICE_ASCII = 94, SORTS_ALL = 3, CHOICE_LATIN = 60, CHOICE_OTHER = 100,
	CHOICE_IDEOGRAPH = 2000,
	LATIN_END = 0x250, IDEOGRAPH = 0x2e80
};

/* One way of counting for each kind of pattern alone, one without any, and one
 * with all. */
enum { NONE = GUESS_KINDS, ALL, MODELS };

/* Letters in a row that are part of no pattern, and what they cost. */
struct unknown {
	unsigned letters;
	unsigned cost;
};

/* The cheapest way to a place, for each way of counting. */
struct place {
	unsigned cost;
	unsigned kinds;			/* of its patterns */
	bool front;			/* nothing unforeseen so far */
	bool single;			/* the last one is of no pattern */
	bool scattered;			/* there were such before */
	bool pattern;			/* and nothing unforeseen since */
	unsigned saved;			/* by the last patterns in a row */
	unsigned debt;			/* saved on what stands in front: to be
					 * paid if no pattern follows */
	struct unknown unknown;		/* since the last pattern */
	struct unknown most;
};

struct guess {
	const struct fold *text;
	struct keyboard_text keys;
	unsigned single;		/* cost of a character */
	size_t start;			/* of the patterns looked for now */
	unsigned kind;			/* of them */
	struct place places[MODELS][FOLD_MAX + 1];
};

/* Kinds that are no pattern: a single character, and what people put around a
 * pattern. */
enum {
	SINGLE = 0, DECORATION = 1 << GUESS_KINDS, MASK = 2 << GUESS_KINDS
};

double
guess_log2(double x)
{
	double log = 0, part = 1;

	for (; x >= 2; x /= 2)
		log++;
	for (int i = 0; i < 30; i++) {
		x *= x;
		part /= 2;
		if (x >= 2) {
			x /= 2;
			log += part;
		}
	}
	return log;
}

/* May this way of counting use this kind of pattern here? Digits are
 * unforeseen around nothing that is known. */
static bool
counts(const struct guess *g, unsigned model)
{
	const struct place *from = &g->places[model][g->start];

	if (g->kind == DECORATION)
		return from->pattern || from->front;
	return g->kind == SINGLE || model == ALL || g->kind == 1u << model;
}

/* One more character, or some, of no pattern. */
static void
add_single(const struct guess *g, struct place *to, size_t end, unsigned cost)
{
	to->cost += to->debt +
	    (to->scattered && !to->single ? COST_SCATTERED : 0u);
	to->debt = to->saved = 0;
	to->front = to->pattern = false;
	to->single = to->scattered = true;
	if (!(g->text->chars[g->start].class & FOLD_LETTER)) {
		to->unknown = (struct unknown){ 0, 0 };
		return;
	}
	to->unknown.letters += (unsigned)(end - g->start);
	to->unknown.cost += cost;
	if (to->unknown.letters > to->most.letters)
		to->most = to->unknown;
}

static void
add_decoration(const struct guess *g, struct place *to, size_t end,
    unsigned cost)
{
	unsigned full = (unsigned)(end - g->start) * g->single;

	to->unknown = (struct unknown){ 0, 0 };
	to->saved = 0;
	to->single = false;
	if (to->pattern)
		return;
	if (g->start == 0) {
		cost += COST_IN_FRONT;
		to->cost += COST_IN_FRONT;
	}
	to->debt += full > cost ? full - cost : 0;
}

static void
add_pattern(const struct guess *g, struct place *to, size_t end, unsigned cost)
{
	unsigned full = (unsigned)(end - g->start) * g->single;

	to->unknown = (struct unknown){ 0, 0 };
	to->kinds |= g->kind;
	to->single = false;
	to->saved += full > cost ? full - cost : 0;
	/* Then what stands around them is an ornament. */
	if (to->saved >= SOLID) {
		to->pattern = true;
		to->debt = 0;
	}
}

/* What comes next costs less after a pattern; in the end debts are paid. */
static unsigned
prospect(const struct place *place, size_t rest)
{
	if (rest == 0)
		return place->cost + place->debt;
	return place->cost + (place->pattern ? 0u : COST_NO_PATTERN);
}

/* A pattern ends at `end`: is it the cheapest way to get there? */
static void
found(void *arg, size_t end, unsigned cost)
{
	struct guess *g = arg;
	size_t rest = g->text->count - end;

	if (g->kind < DECORATION && g->kind != SINGLE)
		cost += COST_PATTERN;
	for (unsigned i = 0; i < MODELS; i++) {
		struct place to;

		if (!counts(g, i) || g->places[i][g->start].cost + cost >=
		    prospect(&g->places[i][end], rest))
			continue;
		to = g->places[i][g->start];
		to.cost += cost;
		if (g->kind == SINGLE || g->kind == MASK)
			add_single(g, &to, end, cost);
		else if (g->kind == DECORATION)
			add_decoration(g, &to, end, cost);
		else
			add_pattern(g, &to, end, cost);
		if (prospect(&to, rest) < prospect(&g->places[i][end], rest))
			g->places[i][end] = to;
	}
}

static unsigned
choice(uint32_t code)
{
	if (code < 0x80)
		return 0;
	return code < LATIN_END ? CHOICE_LATIN : code < IDEOGRAPH ?
	    CHOICE_OTHER : CHOICE_IDEOGRAPH;
}

/* Cost of one character that is part of no pattern: the sorts of characters
 * in the password are what a brute force has to try. With three sorts he has
 * to try them all. */
static unsigned
single_cost(const struct fold *text)
{
	static const struct {
		unsigned class, choices;
	} sorts[] = {
		{ FOLD_UPPER, 26 }, { FOLD_LOWER, 26 }, { FOLD_DIGIT, 10 },
		{ FOLD_SYMBOL, 33 }
	};
	unsigned seen = 0, count = 0, sum = 0, most = 0;

	for (size_t i = 0; i < text->count; i++) {
		uint32_t code = text->chars[i].code;

		if (code < 0x80)
			seen |= text->chars[i].class;
		else if (choice(code) > most)
			most = choice(code);
	}
	for (size_t i = 0; i < sizeof(sorts) / sizeof(*sorts); i++)
		if (seen & sorts[i].class) {
			sum += sorts[i].choices;
			count++;
		}
	if (count >= SORTS_ALL)
		sum = CHOICE_ASCII;
	return (unsigned)(guess_log2(sum + most + 1) * GUESS_BIT);
}

static bool
is_upper(const struct fold_char *c)
{
	return (c->class & FOLD_UPPER) != 0;
}

/* A character of no pattern; letters of one case, which masks try first. */
static void
find_singles(struct guess *g)
{
	const struct fold_char *c = g->text->chars + g->start;
	bool upper = is_upper(c);

	g->kind = SINGLE;
	found(g, g->start + 1, g->single);
	g->kind = MASK;
	for (size_t i = 0; g->start + i < g->text->count &&
	    c[i].base >= 'a' && c[i].base <= 'z' &&
	    is_upper(&c[i]) == upper; i++)
		if (i + 1 >= MASK_MIN)
			found(g, g->start + i + 1, COST_MASK +
			    COST_MASK_LETTER * (unsigned)(i + 1));
}

/* Digits and the symbols that everybody adds. */
static void
find_decoration(struct guess *g)
{
	static const char symbols[] = ".?*$@#-_+& ,;:/=%";
	uint32_t base = g->text->chars[g->start].base;

	g->kind = DECORATION;
	for (size_t i = 0; g->start + i < g->text->count &&
	    (g->text->chars[g->start + i].class & FOLD_DIGIT); i++)
		found(g, g->start + i + 1, COST_DIGIT * (unsigned)(i + 1));
	if (base == '!')
		found(g, g->start + 1, COST_SYMBOL_TOP);
	for (const char *s = symbols; *s != '\0'; s++)
		if ((uint32_t)*s == base)
			found(g, g->start + 1, COST_SYMBOL);
}

/* "abcd", "4321", "2468"; with a lag of 2 "aabbcc" and "a1b2c3". */
static void
find_sequence(struct guess *g, size_t lag)
{
	const struct fold_char *c = g->text->chars + g->start;
	size_t left = g->text->count - g->start, least = lag * SEQUENCE_MIN;
	int64_t by = left <= lag ? 0 :
	    (int64_t)c[lag].base - (int64_t)c[0].base;
	bool top = c->base == 'a' || c->base == '1' || c->base == '0' ||
	    c->base == 'z' || c->base == '9';
	unsigned cost = top ? COST_SEQUENCE_TOP : COST_SEQUENCE;

	if (by < -2 || by > 2 || by == 0 ||
	    !(c->class & (FOLD_LETTER | FOLD_DIGIT)))
		return;
	if (by == 2 || by == -2) {
		cost += COST_SEQUENCE_STEP;
		least = lag * SEQUENCE_STEP_MIN;
	}
	cost += lag > 1 ? COST_SEQUENCE_LAG : 0u;
	for (size_t i = lag; i < left &&
	    (int64_t)c[i].base - (int64_t)c[i - lag].base == by; i++) {
		cost += is_upper(&c[i]) != is_upper(&c[i - lag]) ?
		    COST_CASE : 0u;
		if (i + 1 >= least)
			found(g, g->start + i + 1, cost);
	}
}

static void
find_sequences(struct guess *g)
{
	g->kind = GUESS_SEQUENCE;
	for (size_t lag = 1; lag <= LAG_MAX; lag++)
		find_sequence(g, lag);
}

/* Costs of patterns by their lengths. */
struct lengths {
	unsigned cost[FOLD_MAX + 1];
};

static void
note(struct lengths *lengths, size_t length, unsigned cost)
{
	if (cost < lengths->cost[length])
		lengths->cost[length] = cost;
}

/* What stands at `from` again at start: "abcabc", "aaaa", "Soleil!soleil". */
static void
find_copy(const struct guess *g, size_t from, struct lengths *lengths)
{
	const struct fold_char *c = g->text->chars;
	bool same_case = true;

	for (size_t i = 0; g->start + i < g->text->count &&
	    c[from + i].base == c[g->start + i].base; i++) {
		bool near = from + i + 1 >= g->start;

		same_case &= is_upper(&c[from + i]) ==
		    is_upper(&c[g->start + i]);
		if (i + 1 >= (near ? COPY_MIN : COPY_FAR_MIN))
			note(lengths, i + 1,
			    (near ? COST_COPY : COST_COPY_FAR) +
			    (same_case ? 0u : COST_CASE));
	}
}

/* What ends with `last` comes again from its end: "abccba", "abcba". */
static void
find_mirror(const struct guess *g, size_t last, struct lengths *lengths)
{
	const struct fold_char *c = g->text->chars;

	for (size_t i = 0; i <= last && g->start + i < g->text->count &&
	    c[last - i].base == c[g->start + i].base; i++)
		if (i + 1 >= COPY_FAR_MIN)
			note(lengths, i + 1, COST_MIRROR);
}

static void
find_repeats(struct guess *g)
{
	size_t left = g->text->count - g->start;
	struct lengths lengths;

	memset(&lengths, 0xff, sizeof(lengths));
	for (size_t from = 0; from < g->start; from++)
		find_copy(g, from, &lengths);
	if (g->start >= 1)
		find_mirror(g, g->start - 1, &lengths);
	if (g->start >= 2)
		find_mirror(g, g->start - 2, &lengths);
	g->kind = GUESS_REPEAT;
	for (size_t i = COPY_MIN; i <= left; i++)
		if (lengths.cost[i] != UINT32_MAX)
			found(g, g->start + i, lengths.cost[i]);
}

static void
start_over(struct guess *g, const struct fold *text)
{
	g->text = text;
	g->single = single_cost(text);
	keyboard_read(&g->keys, text);
	for (unsigned i = 0; i < MODELS; i++) {
		for (size_t end = 1; end <= text->count; end++)
			g->places[i][end] = (struct place){
				.cost = UINT32_MAX / 2 };
		g->places[i][0] = (struct place){ .front = true };
	}
}

/* Cheapest ways from the first character to the last. */
static void
cut(struct guess *g, const struct fold *text, const guess_words *person,
    bool words)
{
	start_over(g, text);
	for (g->start = 0; g->start < text->count; g->start++) {
		find_singles(g);
		find_decoration(g);
		find_sequences(g);
		find_repeats(g);
		g->kind = GUESS_KEYBOARD;
		keyboard_walks(&g->keys, g->start, found, g);
		g->kind = GUESS_PERSON;
		if (person != NULL)
			disguise_list(text, g->start, person, found, g);
		if (!words)
			continue;
		g->kind = GUESS_WORD;
		date_find(text, g->start, found, g);
		number_find(text, g->start, found, g);
		disguise_dictionary(text, g->start, found, g);
		spelling_words(text, g->start, found, g);
	}
}

/* With what was saved in front of nothing. */
static unsigned
whole_cost(const struct guess *g, unsigned model)
{
	const struct place *end = &g->places[model][g->text->count];

	return end->cost + end->debt;
}

/* Take over what is cheaper. */
static void
improve(struct guess_result *result, const struct guess *g, unsigned more)
{
	const struct place *all = &g->places[ALL][g->text->count];

	for (unsigned i = 0; i < GUESS_KINDS; i++)
		if (whole_cost(g, i) + more < result->alone[i])
			result->alone[i] = whole_cost(g, i) + more;
	if (more == 0)
		result->plain = whole_cost(g, NONE);
	if (whole_cost(g, ALL) + more < result->cost) {
		result->cost = whole_cost(g, ALL) + more;
		result->kinds = all->kinds;
		result->if_word = result->cost;
		if (all->most.letters >= WORD_MIN)
			result->if_word -= all->most.cost - COST_WORD;
	}
}

void
guess_password(const struct fold *text, const guess_words *person, bool words,
    struct guess_result *result)
{
	struct fold reversed;
	struct guess g;

	*result = (struct guess_result){ .cost = UINT32_MAX / 2 };
	for (unsigned i = 0; i < GUESS_KINDS; i++)
		result->alone[i] = UINT32_MAX / 2;
	cut(&g, text, person, words);
	improve(result, &g, 0);
	fold_reverse(&reversed, text);
	cut(&g, &reversed, person, words);
	improve(result, &g, COST_REVERSED);
	secret_wipe_bytes(&reversed, sizeof(reversed));
	secret_wipe_bytes(&g, sizeof(g));
}
