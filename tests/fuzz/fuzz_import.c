/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The readers of what other stores wrote, all on the same bytes: a line of
 * shadow, a line of opasswd, a tally of pam_faillock. */

#include <string.h>

#include "account/directory.h"
#include "fuzz.h"
#include "import/import.h"

static void
check_shadow(const char *line, size_t size)
{
	static struct import_shadow out;

	if (import_shadow(line, size, &out) != NULL)
		return;
	HOLDS(directory_name_ok(out.name));
	HOLDS(out.hash[0] == '\0' || import_hash_fault(out.hash) == NULL);
	HOLDS(out.changed_day >= -1 && out.valid_until >= 0 &&
	    out.valid_until <= IMPORT_TIME_MAX);
}

static void
check_opasswd(const char *line, size_t size)
{
	static struct import_opasswd out;

	if (import_opasswd(line, size, &out) != NULL)
		return;
	HOLDS(directory_name_ok(out.name));
	HOLDS(out.count <= POLICY_HISTORY_MAX);
	HOLDS((out.fault_count == 0) == (out.fault == NULL));
	for (size_t i = 0; i < out.count; i++)
		HOLDS(import_hash_fault(out.hashes[i]) == NULL);
}

static void
check_faillock(const void *bytes, size_t size)
{
	static struct import_faillock out;

	if (import_faillock(bytes, size, &out) != NULL)
		return;
	HOLDS(out.count <= IMPORT_TALLY_RECORDS);
	for (size_t i = 0; i < out.count; i++)
		HOLDS(out.at[i] > 0 && out.at[i] <= IMPORT_TIME_MAX &&
		    (i == 0 || out.at[i - 1] <= out.at[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size == 0 ? "" : (const char *)data;

	check_shadow(text, size);
	check_opasswd(text, size);
	check_faillock(text, size);
	return 0;
}
