/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* keyboard: walks over neighbouring keys, AZERTY, QWERTY and keypad. Pure. */
#ifndef KEYBOARD_H
#define KEYBOARD_H

#include "quality/guess.h"

#define KEYBOARD_LAYOUTS 3

struct keyboard_key {
	signed char row;		/* -1: no key of this layout */
	signed char column;
	bool shift;
};

/* The keys of a password on each layout: wipe it. */
struct keyboard_text {
	size_t count;
	struct keyboard_key keys[KEYBOARD_LAYOUTS][FOLD_MAX];
};

void keyboard_read(struct keyboard_text *keys, const struct fold *text);
/* Every walk that begins at `start`. */
void keyboard_walks(const struct keyboard_text *keys, size_t start,
    guess_found *found, void *arg);

#endif
