/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* report: the list of broken rules that a caller gets. */
#ifndef REPORT_H
#define REPORT_H

#include "policy/policy.h"
#include "quality/quality.h"

/* A report of these broken rules (bits), with sentences; NULL: no memory. */
struct paspw_report *report_new(const struct policy *p, uint32_t broken,
    const char *language);

#endif
