/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* secrets: the passwords of these tests, under a mask (see scan.h): "right"
 * is that of every account, "fresh" a new one, "wrong" neither. */
#ifndef SECRETS_H
#define SECRETS_H

#include "scan.h"

#define SECRETS_COUNT 3

/* "Sphinx-9-quartz", "Turnip&84&velvet", "Kettle+31+anchor" */
static const struct masked secrets_masked[SECRETS_COUNT] = {
	{ 15, { 0x09, 0x2a, 0x32, 0x33, 0x34, 0x22, 0x77, 0x63, 0x77, 0x2b,
	    0x2f, 0x3b, 0x28, 0x2e, 0x20 } },
	{ 16, { 0x0e, 0x2f, 0x28, 0x34, 0x33, 0x2a, 0x7c, 0x62, 0x6e, 0x7c,
	    0x2c, 0x3f, 0x36, 0x2c, 0x3f, 0x2e } },
	{ 16, { 0x11, 0x3f, 0x2e, 0x2e, 0x36, 0x3f, 0x71, 0x69, 0x6b, 0x71,
	    0x3b, 0x34, 0x39, 0x32, 0x35, 0x28 } },
};

struct secrets {
	char right[SCAN_MAX], fresh[SCAN_MAX], wrong[SCAN_MAX];
};

static inline void
secrets_unmask(struct secrets *s)
{
	scan_unmask(&secrets_masked[0], s->right);
	scan_unmask(&secrets_masked[1], s->fresh);
	scan_unmask(&secrets_masked[2], s->wrong);
}

static inline void
secrets_wipe(struct secrets *s)
{
	explicit_bzero(s, sizeof(*s));
}

/* Is one of them left in the memory of this process? */
static inline bool
secrets_found(char *where, size_t room)
{
	for (size_t i = 0; i < SECRETS_COUNT; i++)
		if (scan_memory(&secrets_masked[i], where, room))
			return true;
	return false;
}

#endif
