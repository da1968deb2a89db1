/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* policy: what a realm demands; immutable plain data, and the one table that
 * knows every setting. No I/O here: config_file.c reads files. */
#ifndef POLICY_H
#define POLICY_H

#include "base/error.h"
#include "base/span.h"

#define POLICY_WORD_MAX 64	/* realm name, preset name */
#define POLICY_TEXT_MAX 1024	/* members, store, paths */
#define POLICY_LOCK_AFTER_MAX 100 /* NIST 800-63B-4: never more than 100 */
#define POLICY_HISTORY_MAX 400	/* as pam_pwhistory; one hash for all */
#define POLICY_SETTINGS 36	/* rows of the table */
#define POLICY_LONGEST_MONTHS INT64_C(1200)
#define POLICY_LONGEST (POLICY_LONGEST_MONTHS * 30 * SPAN_DAY)
#define POLICY_OR_NEVER INT64_MAX /* `max` of a span that may be never too */

enum policy_credentials { CREDENTIALS_STORE = 0, CREDENTIALS_SHADOW };
enum policy_lock_blocks { LOCK_BLOCKS_ACCOUNT = 0, LOCK_BLOCKS_PASSWORD };
enum policy_hash { HASH_YESCRYPT = 0, HASH_SCRYPT };

/* require */
enum {
	REQUIRE_LETTER = 1,
	REQUIRE_DIGIT = 2,
	REQUIRE_SYMBOL = 4,
	REQUIRE_UPPER = 8,
	REQUIRE_LOWER = 16
};

/* One realm. Text fields are "" when not set. */
struct policy {
	char realm[POLICY_WORD_MAX];
	bool of_admins;			/* the realm admins, or begun from it */
	char preset[POLICY_WORD_MAX];
	char extends[POLICY_WORD_MAX];
	char floor[POLICY_WORD_MAX];	/* realm that this may not be below */
	char members[POLICY_TEXT_MAX];	/* "@sudo root": empty claims none */
	char store[POLICY_TEXT_MAX];	/* sqlite:/path */
	int credentials;
	int min_length;			/* characters */
	int max_length;
	int require;
	int min_classes;	/* of upper lower digit symbol; 0: any */
	int min_entropy;		/* bits, as the CNIL counts; 0: any */
	struct span max_age;
	struct span warn_before;
	int history;			/* and the current one */
	int lock_after;
	struct span unlock_after;
	struct span failure_window;
	int lock_blocks;
	char lock_exempt_services[POLICY_TEXT_MAX];
	struct span attempt_lease;
	struct span busy_wait;
	struct span store_timeout;
	int isolate;
	int lock_root;
	int tell_locked;
	int first_login_change;
	struct span temporary_valid;
	struct span min_age;
	int dictionary;
	char words[POLICY_TEXT_MAX];	/* file with the site's own words */
	int hash;
	int hash_cost;
	int hashes_at_once;	/* of the agent; 0: by cores and memory */
	struct span audit_retention;
	int expire_keys;		/* expiry also stops key logins */
	char language[POLICY_WORD_MAX];
};

/* Which way a setting grows stricter (a tenant may only go that way). */
enum policy_direction { STRICTER_NONE = 0, STRICTER_UP, STRICTER_DOWN };

enum policy_type {
	TYPE_INT, TYPE_BOOL, TYPE_SPAN, TYPE_WORD, TYPE_TEXT, TYPE_ENUM,
	TYPE_SET
};

/* A row of the one const table. */
struct policy_setting {
	const char *name;
	enum policy_type type;
	size_t offset;			/* of the field in struct policy */
	int64_t min, max;		/* TYPE_INT; TYPE_SPAN in seconds */
	const char *const *words;	/* TYPE_ENUM, TYPE_SET; NULL-ended */
	const char *standard;		/* built-in value, preset pas */
	enum policy_direction direction;
	const char *help;
	const char *clauses;
};

/* a row with name NULL ends it */
extern const struct policy_setting policy_settings[POLICY_SETTINGS + 1];

/* Row of a setting by its name, or NULL. */
const struct policy_setting *policy_setting_find(const char *name);
/* The built-in policy: preset pas. Of the settings that tell a realm from
 * another (extends, floor, members, store) none is set. Realm `admins` gets
 * what the preset says of admins. */
void policy_standard(struct policy *p, const char *realm);
/* Replace every value but those by a preset's. false, and p as it was,
 * if there is no such preset. */
PASPW_MUST_USE bool policy_preset(struct policy *p, const char *name);
/* extends, floor, members, store and preset: not values of a preset. */
bool policy_names_realm(const struct policy_setting *setting);
/* Set one setting from its text: the same setter for file, preset and
 * default. On error e->text is the reason only ("not a number"). */
PASPW_MUST_USE int policy_set(struct policy *p,
    const struct policy_setting *setting, const char *text, struct error *e);
/* The value as it would be written in a file. */
void policy_get(const struct policy *p, const struct policy_setting *setting,
    char *text, size_t size);
/* Is the value in `a` weaker than the one in `b`, as its direction says? */
bool policy_weaker(const struct policy_setting *setting,
    const struct policy *a, const struct policy *b);
/* What no single setting shows (min_length > max_length ...): the reason of
 * the next fault and its setting, NULL at the end. *i starts as 0. */
const char *policy_fault(const struct policy *p, size_t *i,
    const struct policy_setting **setting);

/* The type in a word ("number"), and what may be given ("1 to 256"). */
const char *policy_type_name(const struct policy_setting *setting);
void policy_range(const struct policy_setting *setting, char *text,
    size_t size);

/* What a standard says of one setting, and how a policy stands to it. */
enum policy_answer {
	POLICY_MISSED = 0,	/* the clause asks for more */
	POLICY_BELOW_CHOICE,	/* the clause gives no figure; ours is higher */
	POLICY_MET
};
struct policy_demand {
	const struct policy_setting *setting;
	char asked[POLICY_TEXT_MAX];
	const char *source;		/* clause of the standard */
	enum policy_answer answer;
};
/* The next demand of a preset on this policy; false: no more. *i starts as
 * 0. */
bool policy_demand(const struct policy *p, const char *preset, size_t *i,
    struct policy_demand *demand);
/* What a standard asks for and no setting can say: the next sentence and its
 * clause, NULL at the end. */
const char *policy_outside(const char *preset, size_t *i,
    const char **source);

/* Does a space-separated list hold this word? */
bool policy_list_has(const char *list, const char *word);

#endif
