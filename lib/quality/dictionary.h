/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* dictionary: word lists outside of the library: cracklib through libpwquality
 * and the site's own words. The one file that knows pwquality.h; loaded when
 * a password is being set, never in a login. */
#ifndef DICTIONARY_H
#define DICTIONARY_H

#include "policy/policy.h"
#include "quality/guess.h"

/* Is cracklib there? */
enum dictionary_state {
	DICTIONARY_NO_LIBRARY = 0,	/* libpwquality.so.1 does not load */
	DICTIONARY_NO_WORDS,		/* cracklib's dictionary is missing */
	DICTIONARY_READY
};
enum dictionary_state dictionary_state(void);
/* A sentence for logs and `doctor`, or NULL when ready. */
const char *dictionary_note(enum dictionary_state state);

/* Does cracklib know this password (NUL-ended)? Without cracklib nothing is
 * guessable here; our own lists have judged before. */
PASPW_MUST_USE int dictionary_guessable(const char *password,
    bool *guessable, struct error *e);

/* Append the words of a text (3 letters or more; also glued together) to a list
 * with room for dictionary_room(text) more; returns its new end. NULL has no
 * words. */
size_t dictionary_room(const char *text);
guess_words *dictionary_split(guess_words *end, const char *text);
/* The text of the site's word file (`words`), NULL if none is set; the caller
 * frees it. Errors: CONFIG, MEMORY. */
PASPW_MUST_USE int dictionary_site(const struct policy *p, char **text,
    struct error *e);

#endif
