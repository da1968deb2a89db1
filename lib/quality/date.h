/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* date: dates and years in the usual notations. Pure. */
#ifndef DATE_H
#define DATE_H

#include "quality/guess.h"

/* Every date that begins at `start`. */
void date_find(const struct fold *text, size_t start, guess_found *found,
    void *arg);

#endif
