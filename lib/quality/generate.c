/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/generate.h"

#include <ctype.h>
#include <string.h>

#include "policy/hash.h"
#include "quality/guess.h"
#include "quality/words.h"

/* Without those that look alike in print (0 O, 1 l I), nor any that a French
 * or an American keyboard has only as a dead key. */
static const char alphabet[] =
    "ABCDEFGHJKLMNPQRSTUVWXYZ" "abcdefghijkmnopqrstuvwxyz"
    "23456789" "!#%*+-/=?@_";
#define ALPHABET (sizeof(alphabet) - 1)

enum {
	/* Then no such password passes. Of random ones the policy refuses
	 * 0.8 % at 8 characters, and none at 12. */
	TRIES_MAX = 1000,
	DIGITS = 10,
	CLASSES = 4,			/* upper lower digit symbol */
	SETS = 1 << CLASSES,
	UPPER = 1, LOWER = 2, DIGIT = 4, SYMBOL = 8
};

/* A number below `limit`, each as likely: what is left over above the last
 * whole multiple of limit is drawn again. */
static int
draw(uint32_t limit, uint32_t *number, struct error *e)
{
	uint32_t fair = UINT32_MAX - UINT32_MAX % limit;
	int rc;

	do {
		rc = hash_random(number, sizeof(*number), e);
		if (rc != PASPW_OK)
			return rc;
	} while (*number >= fair);
	*number %= limit;
	return PASPW_OK;
}

static unsigned
class_of(char c)
{
	return isupper((unsigned char)c) ? UPPER :
	    islower((unsigned char)c) ? LOWER :
	    isdigit((unsigned char)c) ? DIGIT : SYMBOL;
}

/* Does a password with these classes keep the rules about them? */
static bool
keeps_classes(const struct policy *p, unsigned set)
{
	unsigned require = (unsigned)p->require;

	return (!(require & REQUIRE_LETTER) || (set & (UPPER | LOWER))) &&
	    (!(require & REQUIRE_UPPER) || (set & UPPER)) &&
	    (!(require & REQUIRE_LOWER) || (set & LOWER)) &&
	    (!(require & REQUIRE_DIGIT) || (set & DIGIT)) &&
	    (!(require & REQUIRE_SYMBOL) || (set & SYMBOL)) &&
	    __builtin_popcount(set) >= p->min_classes;
}

/*
 * Entropy of a password of so many characters, each as likely, of which those
 * without the required classes are drawn again. The other rules refuse a few
 * in a hundred of the shortest ones: less than a tenth of a bit.
 */
static double
character_bits(const struct policy *p, size_t length)
{
	double chance[SETS] = { 1 }, keeping = 0;

	for (size_t i = 0; i < length; i++) {
		double next[SETS] = { 0 };

		for (unsigned set = 0; set < SETS; set++)
			for (size_t c = 0; c < ALPHABET; c++)
				next[set | class_of(alphabet[c])] +=
				    chance[set] / (double)ALPHABET;
		memcpy(chance, next, sizeof(chance));
	}
	for (unsigned set = 0; set < SETS; set++)
		keeping += keeps_classes(p, set) ? chance[set] : 0;
	return keeping <= 0 ? 0 : (double)length * guess_log2((double)ALPHABET)
	    - guess_log2(1 / keeping);
}

static int
draw_characters(size_t length, struct secret *password, struct error *e)
{
	uint32_t number = 0;
	int rc = PASPW_OK;

	for (size_t i = 0; i < length && rc == PASPW_OK; i++) {
		rc = draw(ALPHABET, &number, e);
		password->bytes[i] = alphabet[number % ALPHABET];
	}
	password->length = length;
	secret_wipe_bytes(&number, sizeof(number));
	return rc;
}

static void
append(struct secret *password, const char *text)
{
	size_t length = strlen(text);

	memcpy(password->bytes + password->length, text, length);
	password->length += length;
}

/* "sombre-Girafe-tricote7-volcan": one word has a capital, one a digit. */
static int
draw_words(uint32_t words, struct secret *password, struct error *e)
{
	struct {
		uint32_t capital, numbered, digit, word;
	} drawn = { 0 };
	int rc;

	if ((rc = draw(words, &drawn.capital, e)) != PASPW_OK ||
	    (rc = draw(words, &drawn.numbered, e)) != PASPW_OK ||
	    (rc = draw(DIGITS, &drawn.digit, e)) != PASPW_OK)
		goto out;
	for (uint32_t i = 0; i < words; i++) {
		char *word;

		rc = draw((uint32_t)words_generator_count, &drawn.word, e);
		if (rc != PASPW_OK)
			goto out;
		append(password, i == 0 ? "" : "-");
		word = password->bytes + password->length;
		append(password, words_generator[drawn.word]);
		if (i == drawn.capital)
			*word = (char)toupper((unsigned char)*word);
		if (i == drawn.numbered)
			password->bytes[password->length++] =
			    (char)('0' + drawn.digit);
	}
out:
	secret_wipe_bytes(&drawn, sizeof(drawn));
	return rc;
}

static double
word_bits(unsigned words)
{
	return words * guess_log2((double)words_generator_count) +
	    2 * guess_log2(words) + guess_log2(DIGITS);
}

/* The length asked for, or ours; 0: none keeps the policy. */
static size_t
length_for(const struct policy *p, unsigned length)
{
	if (length == 0)
		length = GENERATE_LENGTH > p->min_length ? GENERATE_LENGTH :
		    (unsigned)p->min_length;
	if (length == GENERATE_LENGTH && p->max_length < GENERATE_LENGTH)
		length = (unsigned)p->max_length;
	return length < (unsigned)p->min_length ||
	    length > (unsigned)p->max_length || length > PASPW_PASSWORD_MAX ?
	    0 : length;
}

int
generate_password(const struct policy *p, const struct quality_person *person,
    unsigned length, unsigned words, struct secret *password, double *bits,
    struct error *e)
{
	size_t characters = length_for(p, length);
	struct quality_verdict verdict = { .broken = UINT32_MAX };
	int rc = PASPW_OK;

	*bits = 0;
	if (words > PASPW_PASSWORD_MAX / (WORDS_GENERATOR_MAX + 1) ||
	    (words == 0 && characters == 0))
		return error_set(e, PASPW_ERR_INVALID,
		    "no password of this length keeps the policy");
	for (int i = 0; i < TRIES_MAX && verdict.broken != 0; i++) {
		secret_wipe(password);
		rc = words > 0 ? draw_words(words, password, e) :
		    draw_characters(characters, password, e);
		if (rc == PASPW_OK)
			rc = quality_check(p, person, NULL, 0,
			    password->bytes, password->length, &verdict, e);
		if (rc != PASPW_OK)
			goto out;
	}
	if (verdict.broken != 0) {
		rc = error_set(e, PASPW_ERR_INVALID,
		    "no password of this length keeps the policy");
		goto out;
	}
	*bits = words > 0 ? word_bits(words) : character_bits(p, characters);
out:
	if (rc != PASPW_OK)
		secret_wipe(password);
	return rc;
}
