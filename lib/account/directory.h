/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* directory: what the system knows of a person: canonical name, full name,
 * groups, the shadow record. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "base/error.h"
#include "policy/hash.h"

struct directory_person {
	char name[PASPW_NAME_MAX + 1];	/* as the directory returns it */
	char gecos[512];
	int64_t uid;
	bool found;
};

struct directory_shadow {
	char hash[HASH_MAX];
	int64_t changed_day;	/* days since 1970; 0: must change; -1: none */
	bool found;
};

/* A usable account name? 1 to 255 bytes of UTF-8, no control character, no
 * '/' or ':', no space at either end. */
bool directory_name_ok(const char *name);
/* Look a person up; an unknown one is found = false, not an error. */
PASPW_MUST_USE int directory_person(const char *name,
    struct directory_person *person, struct error *e);
PASPW_MUST_USE int directory_shadow(const char *name,
    struct directory_shadow *shadow, struct error *e);
/* The same from /etc/shadow alone: no directory is asked, nobody is waited
 * for. */
PASPW_MUST_USE int directory_shadow_local(const char *name,
    struct directory_shadow *shadow, struct error *e);
/* Does `members` ("@sudo root") claim this person? */
PASPW_MUST_USE int directory_claims(const char *members, const char *name,
    bool *claims, struct error *e);

#endif
