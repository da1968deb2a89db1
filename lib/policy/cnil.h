/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* cnil: how strong a password is in the CNIL's count (deliberation 2022-100):
 * by its length and the kinds of its characters, or by an equivalence that
 * the deliberation lists. Pure. */
#ifndef CNIL_H
#define CNIL_H

#include "policy/policy.h"

#define CNIL_ALONE 80		/* bits: case 1, a password and nothing else */
#define CNIL_RESTRICTED 50	/* case 2, with a limit on tries ... */
#define CNIL_TRIES 10		/* ... of which this is the highest */

/* classes: enum fold_class of all its characters. */
PASPW_MUST_USE bool cnil_enough(int bits, size_t characters,
    unsigned classes);
/* Has every password that a policy accepts so many bits? */
PASPW_MUST_USE bool cnil_policy_enough(int bits, const struct policy *p);

#endif
