/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* disguise: words under capitals, accents, leet, doubled letters and
 * separators. Pure. */
#ifndef DISGUISE_H
#define DISGUISE_H

#include "quality/guess.h"

/* Every dictionary word that begins at `start`. */
void disguise_dictionary(const struct fold *text, size_t start,
    guess_found *found, void *arg);
/* Every word of a list that begins at `start`. */
void disguise_list(const struct fold *text, size_t start,
    const guess_words *list, guess_found *found, void *arg);

#endif
