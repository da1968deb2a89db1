/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* spelling: letters that follow each other as in French or English words: the
 * names of people, companies and products that no list has. Pure. */
#ifndef SPELLING_H
#define SPELLING_H

#include "quality/guess.h"

/* Every such word that begins at `start`. */
void spelling_words(const struct fold *text, size_t start,
    guess_found *found, void *arg);

#endif
