/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The judgement of a password: input up to a NUL is the account's name, up to
 * the next the old password, the rest the new one. Without cracklib, which is
 * not ours. */

#include <string.h>

#include "fuzz.h"
#include "quality/quality.h"

#define NAME_SIZE (PASPW_NAME_MAX + 1)

/* Takes what is before the next NUL. */
static const char *
part(const char **at, const char *end, size_t *length)
{
	const char *start = *at;
	const char *nul = memchr(start, '\0', (size_t)(end - start));

	*length = (size_t)((nul == NULL ? end : nul) - start);
	*at = nul == NULL ? end : nul + 1;
	return start;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char nothing[] = "";
	const char *at = size == 0 ? nothing : (const char *)data;
	const char *end = at + size, *name, *old;
	struct quality_verdict verdict, again;
	struct quality_person person = { .host = "host", .realm = "users" };
	char user[NAME_SIZE] = "";
	size_t name_length, old_length, characters;
	struct policy p;
	struct error e;

	name = part(&at, end, &name_length);
	old = part(&at, end, &old_length);
	if (name_length < sizeof(user)) {
		memcpy(user, name, name_length);
		person.name = user;
	}
	policy_standard(&p, "users");
	p.dictionary = 0;
	HOLDS(quality_check(&p, &person, old, old_length, at,
	    (size_t)(end - at), &verdict, &e) == PASPW_OK);
	HOLDS(verdict.broken < 1U << RULE_COUNT);
	/* the same question has the same answer */
	HOLDS(quality_check(&p, &person, old, old_length, at,
	    (size_t)(end - at), &again, &e) == PASPW_OK);
	HOLDS(again.broken == verdict.broken);
	if (!quality_characters(at, (size_t)(end - at), &characters))
		HOLDS((verdict.broken & 1U << RULE_CHARSET) != 0);
	HOLDS(characters <= (size_t)(end - at));
	HOLDS((characters < (size_t)p.min_length) ==
	    ((verdict.broken & 1U << RULE_MIN_LENGTH) != 0));
	return 0;
}
