/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * messages: sentences for people, in their language, without setlocale.
 *
 * The catalogues are gettext's, compiled by msgfmt, one domain for each
 * language but English (paspw-fr). They are read here and not by dgettext(),
 * which needs a generated locale, answers in English when LANGUAGE=en is in
 * the environment although the policy says `language = fr`, and cannot be
 * told otherwise in a process that is not ours.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "policy/policy.h"
#include "quality/quality.h"

/* A message in this language ("fr", "en", or "" for the caller's locale);
 * itself if it has no translation. Lives as long as the process. */
const char *messages_text(const char *language, const char *message);
const char *messages_plural(const char *language, const char *one,
    const char *many, unsigned long n);

/* The sentence for a broken rule under this policy ("at least 8 characters");
 * language "fr", "en", or "" for the caller's locale. */
void messages_rule(const struct policy *p, enum quality_rule rule,
    const char *language, char *text, size_t size);

/* Look for the catalogues there and not in LOCALEDIR: for tests, before the
 * first message. The path is borrowed. */
void messages_directory(const char *path);

#endif
