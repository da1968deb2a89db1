/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The reader of stored hashes: what stands in a store or in /etc/shadow. */

#include <string.h>

#include "fuzz.h"
#include "policy/hash.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char hash[HASH_MAX * 2] = "", setting[HASH_MAX], twice[HASH_MAX];
	struct policy p = { .hash_cost = 5 };
	const char *method;
	unsigned cost = 0;
	struct error e;
	bool whole;

	if (size >= sizeof(hash))
		return 0;
	if (size > 0)
		memcpy(hash, data, size);
	method = hash_method(hash, &cost);
	whole = hash_setting_of(hash, setting, &e) == PASPW_OK;
	/* a field is a hash for all of them or for none */
	HOLDS(whole == (method[0] != '\0'));
	HOLDS(whole == hash_equal(hash, hash));
	HOLDS(whole || strcmp(setting, "*0") == 0);
	HOLDS(whole || (cost == 0 && !hash_weaker(hash, &p)));
	if (!whole)
		return 0;
	HOLDS(strlen(hash) < HASH_MAX && strlen(setting) < strlen(hash));
	HOLDS(strncmp(hash, setting, strlen(setting)) == 0);
	/* a setting alone equals nothing */
	HOLDS(!hash_equal(setting, setting));
	HOLDS(hash_setting_of(setting, twice, &e) != PASPW_OK);
	return 0;
}
