/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* canonical: the one way to write an event as bytes, for seals and archives;
 * seal.h has the format. */
#ifndef CANONICAL_H
#define CANONICAL_H

#include "audit/audit.h"

/* Every text with its lengths; names of columns are short. */
#define CANONICAL_EVENT_MAX (sizeof(struct audit_event) + 512)

/* Append; return where the next goes. Numbers have 8 bytes, big-endian. */
unsigned char *canonical_bytes(unsigned char *to, const void *bytes,
    size_t size);
unsigned char *canonical_number(unsigned char *to, int64_t number);
/* Of the columns but the seal; returns how many bytes. */
size_t canonical_event(const struct audit_event *event, unsigned char *to);

int64_t canonical_read_number(const unsigned char *from);
/* False: not bytes that canonical_event makes. */
PASPW_MUST_USE bool canonical_read_event(const unsigned char *bytes,
    size_t size, struct audit_event *event);

#endif
