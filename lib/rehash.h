/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* rehash: a hash that is weaker than the policy asks for is replaced by a
 * better one when its password was just seen to be right. */
#ifndef REHASH_H
#define REHASH_H

#include "subject.h"

/* Should this one be, under this policy? `hash` was just computed. */
PASPW_MUST_USE bool rehash_wanted(const struct policy *p, const char *hash);
/*
 * Replace `old`, the hash that was verified; nothing happens if the row has
 * another one by now, or if somebody's try is under way. s: given, as for
 * subject_update. A fault is logged and changes nothing: the login was
 * accepted. The password is wiped.
 */
void rehash(struct subject *s, const char *old, struct secret *password);

#endif
