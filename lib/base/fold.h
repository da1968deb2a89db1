/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* fold: UTF-8 into characters, their classes, and the plain small letter
 * behind each, so that every disguise of a word looks the same. Pure. */
#ifndef FOLD_H
#define FOLD_H

#include "paspw.h"

/* Judging a password looks at this many characters: what is guessable
 * beyond them is none of an attacker's first tries. The time grows with the
 * square: 64 take 0.2 ms, 128 up to 0.9. */
#define FOLD_MAX 128

enum fold_class {
	FOLD_LETTER = 1,
	FOLD_UPPER = 2,			/* and FOLD_LETTER */
	FOLD_LOWER = 4,			/* and FOLD_LETTER; also no case */
	FOLD_DIGIT = 8,
	FOLD_SYMBOL = 16,
	FOLD_CONTROL = 32,
	FOLD_MARK = 64			/* an accent of its own */
};

struct fold_char {
	uint32_t code;			/* as typed */
	uint32_t base;			/* small letter, no accent */
	unsigned class;			/* enum fold_class */
};

/* Holds a password: wipe it. */
struct fold {
	size_t count;
	struct fold_char chars[FOLD_MAX];
};

/* The next character; false if it is not valid UTF-8 (the byte is skipped and
 * *code is the replacement character). */
bool fold_decode(const char **at, const char *end, uint32_t *code);
/* One or more of enum fold_class; 'é' is a letter, a space is a symbol. */
unsigned fold_class(uint32_t code);
/* The first FOLD_MAX characters of a text. */
void fold_text(struct fold *f, const char *text, size_t length);
/* The same characters from the last to the first. */
void fold_reverse(struct fold *to, const struct fold *from);

#endif
