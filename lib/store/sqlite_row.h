/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* sqlite_row: the plain structs of accounts, events and seals to and from the
 * columns of a statement. */
#ifndef SQLITE_ROW_H
#define SQLITE_ROW_H

#include "store/sqlite.h"
#include "store/store_column.h"

void sqlite_bind_row(struct sqlite_query *q,
    const struct store_column *columns, const void *row);
/* False: not a row of ours; what can be read is there, the rest is empty. */
PASPW_MUST_USE bool sqlite_read_row(struct sqlite_query *q,
    const struct store_column *columns, void *row, size_t size);
/* One text column. */
PASPW_MUST_USE bool sqlite_read_text(struct sqlite_query *q, int i,
    size_t size, char *to);

#endif
