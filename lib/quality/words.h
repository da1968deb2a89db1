/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* words: the compiled word lists (words/build.sh), read in place. Pure. */
#ifndef WORDS_H
#define WORDS_H

#include "paspw.h"

#define WORDS_GENERATOR_MAX 12	/* bytes of a generator word, with its NUL */
#define WORDS_PLAIN 26		/* words_cost of a mere dictionary word */

/* Made at build time. */
extern const uint32_t words_edges[];
extern const uint32_t words_root;
extern const char words_generator[][WORDS_GENERATOR_MAX];
extern const size_t words_generator_count;
/* What a letter costs after two others in such words, in tenths of a bit:
 * 26 letters each for all pairs of 27, 0 standing for none before it. */
extern const uint8_t words_letters[27 * 27 * 26];

/* From the beginning of a word to the beginning that has one more letter;
 * false if no word goes on so. Start at words_root. */
bool words_step(uint32_t *node, uint32_t letter);
/* What a guess at the word that ends here costs, in bits; 0: none does. */
unsigned words_cost(uint32_t node);

#endif
