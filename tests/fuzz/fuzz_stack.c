/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* PAM stacks: input up to a NUL is the service, up to the next a file that it
 * may include as `y`, the rest `other`. */

#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "stack/way.h"

#define FILES 3
#define SHUT "auth requisite pam_deny.so\n"

static const char *const names[FILES] = { "x", "y", "other" };

struct files {
	const char *text[FILES];
	size_t length[FILES];
	bool shut;		/* nobody comes through the service */
};

static void
split(struct files *f, const char *data, size_t size)
{
	const char *end = data + size;

	memset(f, 0, sizeof(*f));
	for (size_t i = 0; i < FILES && data <= end; i++) {
		const char *nul = memchr(data, '\0', (size_t)(end - data));

		f->text[i] = data;
		f->length[i] = (size_t)((nul == NULL ? end : nul) - data);
		data = nul == NULL ? end + 1 : nul + 1;
	}
}

static char *
read_text(const char *name, const char **path, void *arg)
{
	const struct files *f = arg;
	char *text = NULL;

	for (size_t i = 0; i < FILES && text == NULL; i++) {
		const char *before = i == 0 && f->shut ? SHUT : "";

		if (f->text[i] == NULL || strcmp(name, names[i]) != 0)
			continue;
		HOLDS(asprintf(&text, "%s%.*s", before, (int)f->length[i],
		    f->text[i]) >= 0);
		*path = names[i];
	}
	return text;
}

static void
walk(struct files *f)
{
	struct pam_way ways[PAM_WAYS];
	struct pam_stack s;

	if (!pam_stack_read(&s, "x", read_text, f)) {
		pam_stack_free(&s);
		return;
	}
	HOLDS(s.count <= PAM_STACK_RULES_MAX);
	for (unsigned type = 0; type < PAM_TYPES; type++) {
		if (!pam_way_walk(&s, (enum pam_type)type, NULL, NULL, ways))
			continue;
		for (size_t i = 0; i < PAM_WAYS; i++) {
			HOLDS(ways[i].at <= s.count);
			HOLDS(!f->shut || type != PAM_TYPE_AUTH ||
			    !ways[i].found);
		}
	}
	pam_stack_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char nothing[] = "";
	struct files f;

	split(&f, size == 0 ? nothing : (const char *)data, size);
	walk(&f);
	f.shut = true;
	walk(&f);
	return 0;
}
