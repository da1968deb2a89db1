/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "policy/lint.h"

#include <string.h>

#include "policy/hash.h"

#define N_(message) (message)

enum {
	LENGTH_LEAST = 8,	/* M03; no standard asks for less */
	COST_LEAST = 5,		/* libxcrypt's own default */
	TRIES_MOST = 10,	/* CNIL and PCI DSS */
	RETENTION_LEAST = 6,	/* months: SecNumCloud 12.6.c, CNIL */
	RETENTION_MOST = 12,	/* months: CNIL 2021-122 */
	HALF = 2
};

uint64_t
lint_logins(const struct policy *p, uint64_t memory)
{
	return memory / HALF / hash_memory(p);
}

static bool
is_short(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->min_length < LENGTH_LEAST;
}

static bool
is_composed(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->require != 0 || p->min_classes > 0 || p->min_entropy > 0;
}

static bool
expires(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->max_age.unit != SPAN_NEVER;
}

static bool
can_be_cycled(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->history > 0 && span_seconds(p->min_age) == 0;
}

static bool
tries_many(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->lock_after > TRIES_MOST;
}

static bool
spares_keys(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->lock_blocks == LOCK_BLOCKS_PASSWORD;
}

static bool
waits_too_little(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return span_seconds(p->busy_wait) < span_seconds(p->attempt_lease);
}

static bool
locks_root_for_good(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->lock_root && p->unlock_after.unit == SPAN_NEVER;
}

static bool
tells(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->tell_locked != 0;
}

static bool
keeps_issued(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return !p->first_login_change;
}

static bool
issues_for_good(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->first_login_change &&
	    p->temporary_valid.unit == SPAN_NEVER;
}

static bool
has_no_dictionary(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return !p->dictionary;
}

static bool
is_cheap(const struct policy *p, uint64_t memory)
{
	(void)memory;
	return p->hash_cost < COST_LEAST;
}

static bool
is_too_large(const struct policy *p, uint64_t memory)
{
	return memory > 0 && lint_logins(p, memory) < LINT_LOGINS;
}

static bool
forgets_early(const struct policy *p, uint64_t memory)
{
	const struct span least = { SPAN_MONTHS, RETENTION_LEAST };

	(void)memory;
	return span_seconds(p->audit_retention) < span_seconds(least);
}

static bool
keeps_long(const struct policy *p, uint64_t memory)
{
	const struct span year = { SPAN_MONTHS, RETENTION_MOST + 1 };

	(void)memory;
	/* a year in days is a little more than its twelve months of 30 */
	return span_seconds(p->audit_retention) >= span_seconds(year);
}

/* in the order of the settings */
static const struct check {
	bool (*found)(const struct policy *p, uint64_t memory);
	const char *setting;
	const char *message;
	const char *clauses;
	bool conflict;
} checks[] = {
	{ is_short, "min_length",
	    N_("shorter than any plan or standard allows"), "M03", false },
	{ is_composed, "require",
	    N_("the plan asks for kinds of characters, NIST forbids to ask "
	    "for them"), "M04 / NIST 3.1.1.2", true },
	{ expires, "max_age",
	    N_("the plan asks for a change from time to time, NIST forbids to "
	    "ask for it"), "M05 / NIST 3.1.1.2", true },
	{ can_be_cycled, "history",
	    N_("with min_age = 0 the history can be cycled in a minute, back "
	    "to the old password"), "M06", false },
	{ tries_many, "lock_after",
	    N_("the CNIL and PCI DSS allow at most 10 tries"),
	    "M07 / CNIL 2022-100, PCI DSS 8.3.4", false },
	{ spares_keys, "lock_blocks",
	    N_("a locked account still gets in with a key"), "M07", false },
	{ waits_too_little, "busy_wait",
	    N_("less than attempt_lease: behind a caller who died, right "
	    "passwords get no answer"), "M07", false },
	{ locks_root_for_good, "lock_root",
	    N_("with unlock_after = never a stranger can lock root out, and "
	    "nobody is left to unlock"), "M07", false },
	{ tells, "tell_locked",
	    N_("tells a stranger that the account exists"), "O23", false },
	{ keeps_issued, "first_login_change",
	    N_("whoever issued a password goes on knowing it"), "M02",
	    false },
	{ issues_for_good, "temporary_valid",
	    N_("an issued password that nobody takes up stays valid"), "S09",
	    false },
	{ has_no_dictionary, "dictionary",
	    N_("the most used passwords are not refused"), "S10", false },
	{ is_cheap, "hash_cost",
	    N_("a thief of the store guesses quickly; 5 is the least to "
	    "use"), "S24", false },
	{ is_too_large, "hash_cost",
	    N_("ten logins at once need more than half of the memory of this "
	    "machine: see paspw policy bench"), "S24", false },
	{ forgets_early, "audit_retention",
	    N_("less than 6 months, which SecNumCloud and the CNIL ask for"),
	    "J13 / SecNumCloud 12.6.c", false },
	{ keeps_long, "audit_retention",
	    N_("the CNIL allows at most one year"), "J13 / CNIL 2021-122",
	    true }
};
#define CHECKS (sizeof(checks) / sizeof(checks[0]))

bool
lint_next(const struct policy *p, uint64_t memory, size_t *i,
    struct lint_finding *finding)
{
	while (*i < CHECKS && !checks[*i].found(p, memory))
		(*i)++;
	if (*i >= CHECKS)
		return false;
	finding->setting = policy_setting_find(checks[*i].setting);
	finding->message = checks[*i].message;
	finding->clauses = checks[*i].clauses;
	finding->conflict = checks[*i].conflict;
	(*i)++;
	return finding->setting != NULL;
}
