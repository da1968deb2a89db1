/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* policy_trail: a policy that is not the one that this store saw last is an
 * event: the digest of both, and each setting that differs. */
#ifndef POLICY_TRAIL_H
#define POLICY_TRAIL_H

#include "store/store.h"

PASPW_MUST_USE int policy_trail(const struct policy *p, struct store *store,
    const struct audit_origin *origin, int64_t now, struct error *e);

#endif
