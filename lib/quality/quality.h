/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* quality: is this a good password? Every broken rule at once. Loaded work
 * (dictionaries) happens only here, never in a login. */
#ifndef QUALITY_H
#define QUALITY_H

#include "base/error.h"
#include "policy/policy.h"

/* Order of the report. Ids are the contract's: quality_rule_id. */
enum quality_rule {
	RULE_MIN_LENGTH = 0, RULE_MAX_LENGTH, RULE_LETTER, RULE_DIGIT,
	RULE_SYMBOL, RULE_UPPER, RULE_LOWER, RULE_CLASSES, RULE_USER_NAME,
	RULE_DICTIONARY, RULE_BREACHED, RULE_KEYBOARD, RULE_SEQUENCE,
	RULE_REPEAT, RULE_SIMILAR, RULE_HISTORY, RULE_MIN_AGE, RULE_CHARSET,
	RULE_COUNT
};

/* What is known about the person; every field may be NULL. */
struct quality_person {
	const char *name;
	const char *gecos;
	const char *owner;
	const char *host;
	const char *realm;
};

/* The broken rules: bit (1u << enum quality_rule). */
struct quality_verdict {
	uint32_t broken;
	const char *note;	/* if accepted without cracklib: for the log */
};

/*
 * Judge. password need not end in NUL; old may be NULL. Pure but for the
 * dictionaries that it loads. An error (a dictionary that cannot be read) is
 * not a verdict.
 */
PASPW_MUST_USE int quality_check(const struct policy *p,
    const struct quality_person *person, const char *old, size_t old_length,
    const char *password, size_t length, struct quality_verdict *verdict,
    struct error *e);

/* Stable id ("min_length"). */
const char *quality_rule_id(enum quality_rule rule);

/* Characters (code points); false if it is not valid UTF-8. */
PASPW_MUST_USE bool quality_characters(const char *password, size_t length,
    size_t *characters);

#endif
