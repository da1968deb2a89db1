/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* keyboard: walks over neighbouring keys, AZERTY, QWERTY and keypad. Pure. */
#ifndef KEYBOARD_H
#define KEYBOARD_H

#include "guess.h"

/* Every walk that begins at `start`. */
void keyboard_walks(const struct fold *text, size_t start,
    guess_found *found, void *arg);

#endif
