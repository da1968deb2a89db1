/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The reader of configurations, on any bytes. */

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "policy/config_realm.h"

/* What was accepted is a policy without a fault, and is written as it was
 * read. */
static void
check_realm(const struct config *c, const struct policy *p)
{
	const struct policy_setting *setting = NULL;
	char one[POLICY_TEXT_MAX], other[POLICY_TEXT_MAX];
	struct policy again = *p;
	struct error e;
	size_t i = 0;

	HOLDS(policy_fault(p, &i, &setting) == NULL);
	for (const struct policy_setting *s = policy_settings; s->name; s++) {
		policy_get(p, s, one, sizeof(one));
		HOLDS(policy_set(&again, s, one, &e) == PASPW_OK);
		policy_get(&again, s, other, sizeof(other));
		HOLDS(strcmp(one, other) == 0);
		HOLDS(config_origin_of(c, p, s)[0] != '\0');
		if (p->floor[0] != '\0')
			HOLDS(!policy_weaker(s, p,
			    config_realm(c, p->floor)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_drafts drafts = { 0 };
	struct config c = { .count = 0 };
	struct error e;
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	int rc;

	error_clear(&e);
	HOLDS(fd != -1 && fchmod(fd, 0600) == 0 &&
	    write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = config_file_read(path, geteuid(), &drafts, &e);
	HOLDS((rc == PASPW_OK) == (e.text[0] == '\0'));
	if (config_drafts_finish(&drafts, "/state", &c, &e) != PASPW_OK)
		HOLDS(e.text[0] != '\0' && c.count == 0);
	HOLDS(strlen(e.text) < sizeof(e.text));
	/* of a file with a fault nothing is used */
	for (size_t i = 0; rc == PASPW_OK && i < c.count; i++)
		check_realm(&c, &c.realms[i]);
	config_free(&c);
	config_drafts_free(&drafts);
	close(fd);
	return 0;
}
