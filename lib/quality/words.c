/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/words.h"

/* An edge: see words/build.sh. Labels are sorted; costs, which are capital
 * letters, come before all small ones. */
enum { LABEL_SHIFT = 24, LAST = 1 << 23, TARGET = LAST - 1 };

bool
words_step(uint32_t *node, uint32_t letter)
{
	uint32_t edge, at = *node;

	do {
		edge = words_edges[at++];
		if (edge >> LABEL_SHIFT == letter) {
			*node = edge & TARGET;
			return true;
		}
	} while (!(edge & LAST) && edge >> LABEL_SHIFT < letter);
	return false;
}

unsigned
words_cost(uint32_t node)
{
	uint32_t edge, at = node;

	do {
		edge = words_edges[at++];
		if (edge >> LABEL_SHIFT >= 'A' && edge >> LABEL_SHIFT <= 'Z')
			return edge >> LABEL_SHIFT & 0x1f;
	} while (!(edge & LAST) && edge >> LABEL_SHIFT < 'A');
	return 0;
}
