/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* number: number plates and telephone numbers of France. Pure. */
#ifndef NUMBER_H
#define NUMBER_H

#include "quality/guess.h"

/* Every such number that begins at `start`. */
void number_find(const struct fold *text, size_t start, guess_found *found,
    void *arg);

#endif
