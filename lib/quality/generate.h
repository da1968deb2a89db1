/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* generate: passwords from the kernel's random source, without bias, that
 * keep every rule of the realm. */
#ifndef GENERATE_H
#define GENERATE_H

#include "base/secret.h"
#include "policy/policy.h"
#include "quality/quality.h"

/* ANSSI R21: 20 and more for what nobody has to memorise. Of our 68 characters
 * that is 121 bits. */
#define GENERATE_LENGTH 20

/* length characters (0: GENERATE_LENGTH or min_length if that is more), or
 * `words` words if not 0. bits: entropy of what was drawn. */
PASPW_MUST_USE int generate_password(const struct policy *p,
    const struct quality_person *person, unsigned length, unsigned words,
    struct secret *password, double *bits, struct error *e);

#endif
