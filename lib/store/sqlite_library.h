/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * sqlite_library: SQLite, loaded by the first store that is opened. Whoever
 * asks the agent opens none; linked, it would make every login's load of the
 * module cost twice as much (0.4 of 0.8 ms).
 */
#ifndef SQLITE_LIBRARY_H
#define SQLITE_LIBRARY_H

#include <sqlite3.h>

#include "base/error.h"

/* What sqlite.c calls, each without its sqlite3_. */
#define SQLITE_FUNCTIONS(F) \
	F(bind_blob64) F(bind_int64) F(bind_text) F(busy_handler) F(changes) \
	F(clear_bindings) F(close) F(column_blob) F(column_bytes) \
	F(column_int) F(column_int64) F(column_text) F(db_config) \
	F(db_filename) F(errcode) F(errmsg) F(exec) \
	F(extended_result_codes) F(finalize) F(get_autocommit) \
	F(libversion_number) F(open_v2) F(prepare_v2) F(prepare_v3) F(reset) \
	F(step) F(wal_checkpoint_v2) F(wal_hook)

struct sqlite_functions {
#define MEMBER(name) __typeof__(&sqlite3_##name) name;
	SQLITE_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* There, once sqlite_library_load has said so. */
extern struct sqlite_functions sql;

/* Load it, if it is not there yet; a later call tries again. */
PASPW_MUST_USE int sqlite_library_load(struct error *e);

#endif
