/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"

#define RETRY_STANDARD 1u	/* as pam_pwhistory and pam_pwquality */
#define RETRY_MAX 100u		/* three digits at most are read */

enum kind { FLAG, ROLE, TEXT, PATH, NUMBER, ALWAYS, MOVED };

/* ALWAYS: what it asks for is done without it too. MOVED: pam_faillock's, whose
 * stacks come here by changing the module's name. Policy has one home:
 * `instead` says which setting there is meant. */
static const struct argument {
	const char *name;
	enum kind kind;
	size_t offset;		/* in struct arguments */
	enum role role;
	const char *instead;
} table[] = {
	{ "conf", PATH, offsetof(struct arguments, conf), 0, NULL },
	{ "realm", TEXT, offsetof(struct arguments, realm), 0, NULL },
	{ "socket", PATH, offsetof(struct arguments, socket), 0, NULL },
	{ "preauth", ROLE, 0, ROLE_PREAUTH, NULL },
	{ "authfail", ROLE, 0, ROLE_AUTHFAIL, NULL },
	{ "authsucc", ROLE, 0, ROLE_AUTHSUCC, NULL },
	{ "try_first_pass", ALWAYS, 0, 0, NULL },
	{ "use_first_pass", FLAG,
	    offsetof(struct arguments, use_first_pass), 0, NULL },
	{ "use_authtok", FLAG,
	    offsetof(struct arguments, use_authtok), 0, NULL },
	{ "retry", NUMBER, offsetof(struct arguments, retry), 0, NULL },
	{ "enforce_for_root", FLAG,
	    offsetof(struct arguments, enforce_for_root), 0, NULL },
	{ "silent", FLAG, offsetof(struct arguments, silent), 0, NULL },
	{ "nodelay", FLAG, offsetof(struct arguments, nodelay), 0, NULL },
	{ "audit", FLAG, offsetof(struct arguments, audit), 0, NULL },
	{ "debug", FLAG, offsetof(struct arguments, debug), 0, NULL },
	{ "deny", MOVED, 0, 0, "lock_after" },
	{ "unlock_time", MOVED, 0, 0, "unlock_after" },
	{ "root_unlock_time", MOVED, 0, 0, "unlock_after (of root's realm)" },
	{ "fail_interval", MOVED, 0, 0, "failure_window" },
	{ "even_deny_root", MOVED, 0, 0, "lock_root" },
	{ "admin_group", MOVED, 0, 0, "members (of the realm admins)" },
	{ "dir", MOVED, 0, 0, "store" },
};
#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

/* The row for `word`; *value is what follows its '=', or NULL. */
static const struct argument *
find(const char *word, const char **value)
{
	size_t length = strcspn(word, "=");

	*value = word[length] == '=' ? word + length + 1 : NULL;
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (strlen(table[i].name) == length &&
		    strncmp(table[i].name, word, length) == 0)
			return &table[i];
	return NULL;
}

static const char *
set_role(struct arguments *a, enum role role)
{
	if (a->role != ROLE_WHOLE && a->role != role)
		return "only one of preauth, authfail and authsucc";
	a->role = role;
	return NULL;
}

static const char *
set_number(unsigned *number, const char *value)
{
	unsigned n = 0;

	for (const char *p = value; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || n > RETRY_MAX)
			return "not a number from 1 to 100";
		n = n * 10 + (unsigned)(*p - '0');
	}
	if (n == 0 || n > RETRY_MAX)
		return "not a number from 1 to 100";
	*number = n;
	return NULL;
}

static const char *
set_path(const char **path, const char *value)
{
	/* Relative to whatever directory the application is in: somebody
	 * else's policy. */
	if (value[0] != '/')
		return "not an absolute path";
	*path = value;
	return NULL;
}

/* NULL, or what is wrong. */
static const char *
set(struct arguments *a, const struct argument *row, const char *value)
{
	void *field = (char *)a + row->offset;
	bool wants_value = row->kind == TEXT || row->kind == PATH ||
	    row->kind == NUMBER;

	if (wants_value && (value == NULL || value[0] == '\0'))
		return "a value is missing";
	if (!wants_value && value != NULL)
		return "takes no value";
	switch (row->kind) {
	case FLAG:
		*(bool *)field = true;
		return NULL;
	case ROLE:
		return set_role(a, row->role);
	case TEXT:
		*(const char **)field = value;
		return NULL;
	case PATH:
		if (field == &a->socket && strcmp(value, "none") == 0) {
			a->socket = value;
			return NULL;
		}
		return set_path(field, value);
	case NUMBER:
		return set_number(field, value);
	case ALWAYS:
		return NULL;
	case MOVED:
	default:
		return "unknown";
	}
}

/* A line break in it would forge a line of the log. */
static bool
printable(const char *word)
{
	while (*word != '\0' && !iscntrl((unsigned char)*word))
		word++;
	return *word == '\0';
}

static bool
parse_one(struct arguments *a, const char *word, char *fault, size_t size)
{
	const char *value, *wrong;
	const struct argument *row;

	if (!printable(word)) {
		snprintf(fault, size, "an argument has control characters");
		return false;
	}
	if ((row = find(word, &value)) == NULL) {
		snprintf(fault, size, "unknown argument %s", word);
		return false;
	}
	if (row->kind == MOVED) {
		snprintf(fault, size, "argument %s belongs in the "
		    "configuration file: set %s there", word, row->instead);
		return false;
	}
	if ((wrong = set(a, row, value)) != NULL) {
		snprintf(fault, size, "argument %s: %s", word, wrong);
		return false;
	}
	return true;
}

bool
arguments_parse(struct arguments *a, int argc, const char **argv,
    char *fault, size_t size)
{
	memset(a, 0, sizeof(*a));
	a->retry = RETRY_STANDARD;
	fault[0] = '\0';
	for (int i = 0; i < argc; i++)
		if (!parse_one(a, argv[i], fault, size))
			return false;
	return true;
}
