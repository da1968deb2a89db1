/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "policy/policy.h"

#include <stddef.h>
#include <string.h>

#define N_(message) (message)

#define YEAR (366 * SPAN_DAY)

#define MIN_LENGTH_MAX 256
#define MAX_LENGTH_MIN 16	/* room for every class, and for phrases */
#define CLASSES 4
#define ENTROPY_MAX 128		/* CNIL: 80; ANSSI R21: 100 for the strongest */
/* libxcrypt's yescrypt 3 (5 ms, 6 MB; it has less, with smaller blocks) to 11
 * (1.6 s, 1 GB: what ANSSI-BP-028 R68 shows); its scrypt begins at 6. */
#define COST_MIN 3
#define COST_MIN_SCRYPT 6
#define COST_MAX 11
#define HASHES_AT_ONCE_MAX 64	/* as AGENT_WORKERS_MAX */

static const char store_scheme[] = "sqlite:";

static const char *const words_bool[] = { "no", "yes", NULL };
static const char *const words_credentials[] = { "store", "shadow", NULL };
static const char *const words_blocks[] = { "account", "password", NULL };
static const char *const words_hash[] = { "yescrypt", "scrypt", NULL };
static const char *const words_language[] = { "fr", "en", NULL };
static const char *const words_preset[] = {
	"pas", "anssi", "cnil", "nist-800-63b-4", "pci-dss-4", "cis-debian12",
	NULL
};
/* in the order of the REQUIRE_ bits */
static const char *const words_require[] = {
	"letter", "digit", "symbol", "upper", "lower", NULL
};

#define AT(field) offsetof(struct policy, field)
#define INT(field, min, max) #field, TYPE_INT, AT(field), min, max, NULL
#define SPAN(field, min, max) #field, TYPE_SPAN, AT(field), min, max, NULL
#define BOOL(field) #field, TYPE_BOOL, AT(field), 0, 1, words_bool
#define ENUM(field, words) #field, TYPE_ENUM, AT(field), 0, 0, words
#define SET(field, words) #field, TYPE_SET, AT(field), 0, 0, words
#define WORD(field, words) #field, TYPE_WORD, AT(field), 0, 0, words
#define TEXT(field) #field, TYPE_TEXT, AT(field), 0, 0, NULL

/*
 * The standards are the preset `pas`. Where a clause has a figure it is that
 * one. Where none has (milliseconds on two processors):
 *
 *	max_length	ANSSI R22: several hundred, against denial of service
 *	warn_before	twice the 7 days of CIS 5.4.1.3
 *	unlock_after	the plans name no end of a lock
 *	failure_window	nor of a failure: lock_after in any time
 *	attempt_lease	above the slowest verification (cost 11: 2.8 s), ten of
 *			them at once (14 s); a caller who died keeps one try
 *			of five that long
 *	busy_wait	as long: who waits for a dead caller's try has it then
 *	store_timeout	8 processes without a pause wait 1.5 s at worst, on a
 *			busy machine; of 500 at once 39 to 53 wait longer, at a
 *			load of 100 and not else
 *	temporary_valid	CNIL: a link for a new password, 24 h at most
 *	min_age		whoever fears that his password is known changes it now
 *	hash_cost	7: 87 ms and 67 MB a try, five times libxcrypt's own 5
 *			(17 ms, 16 MB); 8 asks for 133 MB, ten logins for 1.3 GB
 *	hashes_at_once	one for each core: more take as long, and more memory
 *	audit_retention	J13 asks for 12 months, and the CNIL allows no more
 */
/* name type field range words, standard, direction, help, clauses */
const struct policy_setting policy_settings[POLICY_SETTINGS + 1] = {
	{ WORD(preset, words_preset), "pas", STRICTER_NONE,
	    N_("values to start from"), "S01 J08" },
	{ WORD(extends, NULL), "", STRICTER_NONE,
	    N_("realm whose values to start from, instead of a preset"),
	    "M11" },
	{ WORD(floor, NULL), "", STRICTER_NONE,
	    N_("realm that this one may only be stricter than"), "O10 C08" },
	{ TEXT(members), "", STRICTER_NONE,
	    N_("users and @groups that this realm claims; the first realm in "
	    "file order wins"), "M12 J04" },
	{ TEXT(store), "", STRICTER_NONE,
	    N_("where the accounts are: sqlite:/path; one for each realm"),
	    "M16 S13 S17" },
	{ ENUM(credentials, words_credentials), "shadow", STRICTER_NONE,
	    N_("who holds the current hash: our store or /etc/shadow"), "S23" },
	{ INT(min_length, 1, MIN_LENGTH_MAX), "8", STRICTER_UP,
	    N_("shortest password in characters"), "M03 M12" },
	{ INT(max_length, MAX_LENGTH_MIN, PASPW_PASSWORD_MAX), "256",
	    STRICTER_UP,
	    N_("longest password in characters; never more than 511 bytes"),
	    "O13" },
	{ SET(require, words_require), "letter digit symbol", STRICTER_UP,
	    N_("what every password must hold, or none"), "M04" },
	{ INT(min_classes, 0, CLASSES), "0", STRICTER_UP,
	    N_("how many of upper, lower, digit and symbol"), "M04" },
	{ INT(min_entropy, 0, ENTROPY_MAX), "0", STRICTER_UP,
	    N_("bits by length and kinds of characters, as the CNIL counts: 50 "
	    "or 80, also by its equivalences"), "S10 J08" },
	{ SPAN(max_age, 1, POLICY_OR_NEVER), "4mo", STRICTER_DOWN,
	    N_("life of a password, or never"), "M05" },
	{ SPAN(warn_before, 0, YEAR), "14d", STRICTER_UP,
	    N_("how long before its end the user is told"), "M05" },
	{ INT(history, 0, POLICY_HISTORY_MAX), "5", STRICTER_UP,
	    N_("old passwords that may not come back, besides the current one"),
	    "M06" },
	{ INT(lock_after, 1, POLICY_LOCK_AFTER_MAX), "5", STRICTER_DOWN,
	    N_("wrong passwords that lock the account"), "M07 S11 O01" },
	{ SPAN(unlock_after, 1, POLICY_OR_NEVER), "never", STRICTER_UP,
	    N_("when a lock ends by itself, or never"), "M07 S11" },
	{ SPAN(failure_window, 1, POLICY_OR_NEVER), "never", STRICTER_UP,
	    N_("failures older than this no longer count"), "M07" },
	{ ENUM(lock_blocks, words_blocks), "account", STRICTER_DOWN,
	    N_("what a lock by failures stops: every login, or passwords only"),
	    "M07" },
	{ TEXT(lock_exempt_services), "cron crond atd systemd-user",
	    STRICTER_DOWN, N_("services that a lock by failures does not stop"),
	    "M07" },
	{ SPAN(attempt_lease, 1, SPAN_HOUR), "30s", STRICTER_NONE,
	    N_("a try whose caller died counts as failed after this"), "M07" },
	{ SPAN(busy_wait, 0, 10 * SPAN_MINUTE), "30s", STRICTER_NONE,
	    N_("longest wait for a free try"), "M07" },
	{ SPAN(store_timeout, 1, SPAN_MINUTE), "3s", STRICTER_NONE,
	    N_("deadline of one store call"), "S36" },
	{ BOOL(isolate), "no", STRICTER_UP,
	    N_("keep hashes out of the application's memory: agent or "
	    "helper only"),
	    "M08" },
	{ BOOL(lock_root), "no", STRICTER_UP,
	    N_("failures lock root too"), "M07 M11" },
	{ BOOL(tell_locked), "no", STRICTER_DOWN,
	    N_("say at login that the account is locked"), "O23" },
	{ BOOL(first_login_change), "yes", STRICTER_UP,
	    N_("an issued password must be changed at the first login"),
	    "M02" },
	{ SPAN(temporary_valid, 1, POLICY_OR_NEVER), "24h", STRICTER_DOWN,
	    N_("life of an issued password"), "M02 S09" },
	{ SPAN(min_age, 0, YEAR), "0", STRICTER_UP,
	    N_("time before a password may be changed again"), "M06" },
	{ BOOL(dictionary), "yes", STRICTER_UP,
	    N_("refuse what is found in word lists"), "S10" },
	{ TEXT(words), "", STRICTER_UP,
	    N_("file with the site's own forbidden words, one a line"), "S10" },
	{ ENUM(hash, words_hash), "yescrypt", STRICTER_NONE,
	    N_("one-way function, memory-hard"), "S23 S24" },
	{ INT(hash_cost, COST_MIN, COST_MAX), "7", STRICTER_UP,
	    N_("its cost; scrypt from 6 on"), "S24" },
	{ INT(hashes_at_once, 0, HASHES_AT_ONCE_MAX), "0", STRICTER_NONE,
	    N_("most hashes at once in the agent; 0: by cores and memory; of "
	    "several realms the least"), "S36" },
	{ SPAN(audit_retention, SPAN_DAY, POLICY_LONGEST), "12mo", STRICTER_UP,
	    N_("how long events are kept"), "J13" },
	{ BOOL(expire_keys), "no", STRICTER_UP,
	    N_("an expired password also stops key logins"), "M05" },
	{ WORD(language, words_language), "", STRICTER_NONE,
	    N_("language of prompts; empty: the caller's locale"), "S39" },
	{ NULL, TYPE_INT, 0, 0, 0, NULL, NULL, STRICTER_NONE, NULL, NULL }
};

const struct policy_setting *
policy_setting_find(const char *name)
{
	for (const struct policy_setting *s = policy_settings; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

bool
policy_names_realm(const struct policy_setting *setting)
{
	return setting->offset == AT(preset) ||
	    setting->offset == AT(extends) || setting->offset == AT(floor) ||
	    setting->offset == AT(members) || setting->offset == AT(store);
}

static bool
lengths_cross(const struct policy *p)
{
	return p->min_length > p->max_length;
}

static bool
ages_cross(const struct policy *p)
{
	return p->max_age.unit != SPAN_NEVER &&
	    span_seconds(p->min_age) >= span_seconds(p->max_age);
}

static bool
scrypt_too_cheap(const struct policy *p)
{
	return p->hash == HASH_SCRYPT && p->hash_cost < COST_MIN_SCRYPT;
}

static bool
store_missing(const struct policy *p)
{
	return p->store[0] == '\0';
}

/* Two spellings of one path would be two realms in one store. */
static bool
store_odd(const struct policy *p)
{
	const char *path = p->store + strlen(store_scheme);

	return p->store[0] != '\0' && (strncmp(p->store, store_scheme,
	    strlen(store_scheme)) != 0 || path[0] != '/' ||
	    strstr(path, "//") != NULL || strstr(path, "/./") != NULL ||
	    strstr(path, "/../") != NULL || path[strlen(path) - 1] == '/');
}

static bool
words_relative(const struct policy *p)
{
	return p->words[0] != '\0' && p->words[0] != '/';
}

/* "alice,bob" would be one name that nobody has, and alice no admin. */
static bool
list_odd(const char *list)
{
	return list[strcspn(list, ",;")] != '\0' || policy_list_has(list, "@");
}

static bool
members_odd(const struct policy *p)
{
	return list_odd(p->members);
}

static bool
exempt_odd(const struct policy *p)
{
	return list_odd(p->lock_exempt_services);
}

static const struct combination {
	bool (*broken)(const struct policy *p);
	const char *name;
	const char *reason;
} combinations[] = {
	{ lengths_cross, "min_length", "more than max_length" },
	{ ages_cross, "min_age", "not less than max_age" },
	{ scrypt_too_cheap, "hash_cost", "scrypt starts at 6" },
	{ store_missing, "store", "every realm needs one of its own" },
	{ store_odd, "store", "not sqlite: and a plain absolute path" },
	{ words_relative, "words", "not an absolute path" },
	{ members_odd, "members", "not names with blanks between them" },
	{ exempt_odd, "lock_exempt_services",
	    "not names with blanks between them" }
};

/* Also catches a policy that was never filled in: zeros are out of range. */
static bool
in_range(const struct policy *p, const struct policy_setting *setting)
{
	char text[POLICY_TEXT_MAX];
	struct policy again;
	struct error e;

	policy_get(p, setting, text, sizeof(text));
	return policy_set(&again, setting, text, &e) == PASPW_OK;
}

const char *
policy_fault(const struct policy *p, size_t *i,
    const struct policy_setting **setting)
{
	const size_t last = sizeof(combinations) / sizeof(combinations[0]);

	while (*i < POLICY_SETTINGS) {
		*setting = &policy_settings[(*i)++];
		if (!in_range(p, *setting))
			return "out of range";
	}
	while (*i - POLICY_SETTINGS < last) {
		const struct combination *c =
		    &combinations[(*i)++ - POLICY_SETTINGS];

		*setting = policy_setting_find(c->name);
		if (c->broken(p))
			return c->reason;
	}
	return NULL;
}
