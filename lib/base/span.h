/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* span: a length of time as an admin writes it. Months are calendar months. */
#ifndef SPAN_H
#define SPAN_H

#include "paspw.h"

/* In seconds. */
#define SPAN_MINUTE INT64_C(60)
#define SPAN_HOUR (60 * SPAN_MINUTE)
#define SPAN_DAY (24 * SPAN_HOUR)

enum span_unit { SPAN_NEVER = 0, SPAN_SECONDS, SPAN_MONTHS };
struct span {
	enum span_unit unit;
	int64_t count;
};

/* "30s" "90m" "12h" "120d" "4mo" "1y" "never" "0"; false if it is none. */
PASPW_MUST_USE bool span_parse(const char *text, struct span *span);
/* The same text again. */
void span_format(struct span span, char *text, size_t size);

/* The instant `span` after (before) `from`: calendar months in local time,
 * a day that the month lacks becomes its last. Saturates, also for never. */
int64_t span_after(int64_t from, struct span span);
int64_t span_before(int64_t from, struct span span);
/* Seconds (milliseconds) of a span; a month counts as 30 days, never as
 * INT64_MAX. Exact for spans that have no months (leases, waits). */
int64_t span_seconds(struct span span);
int64_t span_ms(struct span span);
/* The same with months as short (long) as they can be: 3mo are 89 to 92
 * days. */
int64_t span_shortest(struct span span);
int64_t span_longest(struct span span);

#endif
