/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* preset: what each standard demands, as data. `pas` is the `standard` column
 * of the settings table; the others say where they differ from it, and each
 * says what its clauses ask for. */
#include "policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "policy/cnil.h"

#define N_(message) (message)

enum demand {
	OUR_CHOICE = 0,			/* the clause gives no figure */
	AT_LEAST,			/* as strict as that, or stricter */
	EXACTLY
};

/* Case 2 of the CNIL is for those who limit the tries; all others are 1. */
static bool
entropy_met(const struct policy *p)
{
	return cnil_policy_enough(p->lock_after <= CNIL_TRIES ?
	    CNIL_RESTRICTED : CNIL_ALONE, p);
}

static bool
restriction_met(const struct policy *p)
{
	return p->lock_after <= CNIL_TRIES ||
	    cnil_policy_enough(CNIL_ALONE, p);
}

/* What a value is for users, and for admins; NULL: as for users. */
struct pair {
	const char *users, *admins;
};

/* a row: preset, setting, for users, for admins, clause [, limits, judge] */
#define ROW(preset, setting, users, admins, demand, source) \
    preset, setting, { users, admins }, demand, source
#define CHOICE(p, s, u, a, source) \
    ROW(p, s, u, a, OUR_CHOICE, source), { NULL, NULL }, NULL
#define ASKS(p, s, u, a, source) \
    ROW(p, s, u, a, AT_LEAST, source), { NULL, NULL }, NULL
#define EXACT(p, s, u, a, source) \
    ROW(p, s, u, a, EXACTLY, source), { NULL, NULL }, NULL
#define ASKS_LESS(p, s, u, a, source, users, admins, met) \
    ROW(p, s, u, a, AT_LEAST, source), { users, admins }, met

static const struct preset_value {
	const char *preset;
	const char *setting;
	struct pair value;
	enum demand demand;
	const char *source;		/* clause of the standard */
	struct pair limit;		/* what it asks for, if less */
	bool (*met)(const struct policy *p);
} values[] = {
	/* the signed plans: Mismo section 9, SIGECO 6.3, Jotelulu */
	{ ASKS("pas", "min_length", "8", "10", "M03 M12") },
	{ ASKS("pas", "require", "letter digit symbol", NULL, "M04") },
	{ ASKS("pas", "max_age", "4mo", NULL, "M05 M11") },
	{ ASKS("pas", "history", "5", NULL, "M06") },
	{ ASKS("pas", "lock_after", "5", NULL, "M07 S11") },
	{ ASKS("pas", "first_login_change", "yes", NULL, "M02") },
	{ ASKS("pas", "hash", "yescrypt", NULL, "S24") },
	{ CHOICE("pas", "hash_cost", "7", NULL, "S24") },
	{ ASKS("pas", "audit_retention", "12mo", NULL, "J13") },

	/* ANSSI-PG-078 v2.0. R10, R23, R27 and R29 give no figure. */
	{ ASKS("anssi", "min_length", "12", "15", "R21") },
	{ ASKS("anssi", "max_length", "256", NULL, "R22") },
	{ CHOICE("anssi", "require", "letter digit symbol upper lower", NULL,
	    "R23") },
	{ CHOICE("anssi", "min_classes", "4", NULL, "R23") },
	{ ASKS_LESS("anssi", "max_age", "never", "1y", "R24 R25", "never",
	    "3y", NULL) },
	{ CHOICE("anssi", "history", "5", NULL, "R27") },
	{ ASKS("anssi", "dictionary", "yes", NULL, "R27") },
	{ CHOICE("anssi", "lock_after", "5", NULL, "R10") },
	{ CHOICE("anssi", "unlock_after", "15m", NULL, "R10") },
	{ CHOICE("anssi", "failure_window", "15m", NULL, "R10") },
	{ CHOICE("anssi", "lock_root", "yes", NULL, "R10") },
	{ ASKS("anssi", "first_login_change", "yes", NULL, "R38") },
	{ CHOICE("anssi", "temporary_valid", "24h", NULL, "R26") },
	{ ASKS("anssi", "hash", "yescrypt", NULL, "R28 R29") },
	/* 133 MB, as OWASP's scrypt (N = 2^17, r = 8) takes */
	{ CHOICE("anssi", "hash_cost", "8", NULL, "R29") },

	/* CNIL 2022-100, case 1. Five tries, then five hours: never more than
	 * the 25 failed tries in 24 hours that it allows, and the window may
	 * not be shorter for the same reason. */
	{ CHOICE("cnil", "min_length", "12", NULL, "case 1") },
	{ CHOICE("cnil", "require", "none", NULL, "case 1") },
	{ ASKS_LESS("cnil", "min_entropy", "80", NULL, "case 1, case 2", NULL,
	    NULL, entropy_met) },
	{ ASKS_LESS("cnil", "max_age", "never", "1y", "renewal", "never",
	    "100y", NULL) },
	{ CHOICE("cnil", "history", "0", NULL, "") },
	{ ASKS("cnil", "dictionary", "yes", NULL, "known passwords") },
	{ ASKS_LESS("cnil", "lock_after", "5", NULL, "restriction", "10",
	    NULL, restriction_met) },
	{ CHOICE("cnil", "unlock_after", "5h", NULL, "restriction") },
	{ CHOICE("cnil", "failure_window", "24h", NULL, "restriction") },
	{ ASKS("cnil", "first_login_change", "yes", NULL, "guide 4.3") },
	{ ASKS("cnil", "temporary_valid", "24h", NULL, "reset link") },
	{ ASKS("cnil", "hash", "yescrypt", NULL, "storage") },
	{ ASKS_LESS("cnil", "audit_retention", "12mo", NULL, "2021-122",
	    "6mo", NULL, NULL) },

	/* NIST SP 800-63B-4: composition and expiry SHALL NOT be */
	{ ASKS("nist-800-63b-4", "min_length", "15", NULL, "3.1.1.2") },
	{ ASKS_LESS("nist-800-63b-4", "max_length", "256", NULL, "3.1.1.2",
	    "64", NULL, NULL) },
	{ EXACT("nist-800-63b-4", "require", "none", NULL, "3.1.1.2") },
	{ EXACT("nist-800-63b-4", "min_classes", "0", NULL, "3.1.1.2") },
	{ EXACT("nist-800-63b-4", "min_entropy", "0", NULL, "3.1.1.2") },
	{ EXACT("nist-800-63b-4", "max_age", "never", NULL, "3.1.1.2") },
	{ CHOICE("nist-800-63b-4", "history", "0", NULL, "") },
	{ ASKS("nist-800-63b-4", "dictionary", "yes", NULL, "3.1.1.2") },
	{ ASKS_LESS("nist-800-63b-4", "lock_after", "10", NULL, "3.2.2",
	    "100", NULL, NULL) },

	/* PCI DSS 4.0.1; max_age for a password that is the only factor */
	{ ASKS("pci-dss-4", "min_length", "12", NULL, "8.3.6") },
	{ ASKS("pci-dss-4", "require", "letter digit", NULL, "8.3.6") },
	{ CHOICE("pci-dss-4", "min_classes", "2", NULL, "8.3.6") },
	{ ASKS("pci-dss-4", "max_age", "90d", NULL, "8.3.9") },
	{ CHOICE("pci-dss-4", "warn_before", "7d", NULL, "") },
	{ ASKS("pci-dss-4", "history", "4", NULL, "8.3.7") },
	{ ASKS("pci-dss-4", "lock_after", "10", NULL, "8.3.4") },
	{ ASKS("pci-dss-4", "unlock_after", "30m", NULL, "8.3.4") },
	{ CHOICE("pci-dss-4", "failure_window", "30m", NULL, "8.3.4") },
	{ ASKS("pci-dss-4", "first_login_change", "yes", NULL, "8.3.5") },
	{ CHOICE("pci-dss-4", "temporary_valid", "24h", NULL, "8.3.5") },
	{ ASKS("pci-dss-4", "hash", "yescrypt", NULL, "8.3.2") },
	{ ASKS("pci-dss-4", "audit_retention", "12mo", NULL, "10.5.1") },

	/* CIS Debian 12 Benchmark */
	{ ASKS("cis-debian12", "min_length", "14", NULL, "5.3.3.2.2") },
	{ CHOICE("cis-debian12", "require", "letter digit symbol upper lower",
	    NULL, "5.3.3.2.3") },
	{ CHOICE("cis-debian12", "min_classes", "4", NULL, "5.3.3.2.3") },
	{ ASKS("cis-debian12", "max_age", "365d", NULL, "5.4.1.1") },
	{ ASKS("cis-debian12", "min_age", "1d", NULL, "5.4.1.2") },
	{ ASKS("cis-debian12", "warn_before", "7d", NULL, "5.4.1.3") },
	{ ASKS("cis-debian12", "history", "24", NULL, "5.3.3.3.1") },
	{ ASKS("cis-debian12", "dictionary", "yes", NULL, "5.3.3.2.6") },
	{ ASKS("cis-debian12", "lock_after", "5", NULL, "5.3.3.1.1") },
	{ ASKS("cis-debian12", "unlock_after", "15m", NULL, "5.3.3.1.2") },
	{ CHOICE("cis-debian12", "failure_window", "15m", NULL, "") },
	{ ASKS("cis-debian12", "lock_root", "yes", NULL, "5.3.3.1.3") },
	{ EXACT("cis-debian12", "hash", "yescrypt", NULL, "5.4.1.4") },
	/* Debian's own */
	{ CHOICE("cis-debian12", "hash_cost", "5", NULL, "5.4.1.4") }
};
#define VALUES (sizeof(values) / sizeof(values[0]))

/* What they ask for besides, so that nobody takes a page of `met` for a
 * certificate. */
static const struct outside {
	const char *preset;
	const char *source;
	const char *text;
} outsides[] = {
	{ "pas", "S12", N_("admins use a second factor") },
	{ "pas", "M18", N_("the accounts are reviewed once a year") },
	{ "anssi", "R26", N_("a password that leaked is changed within a "
	    "day: paspw expire") },
	{ "nist-800-63b-4", "3.1.1.2", N_("Unicode is normalised (NFC) before "
	    "hashing") },
	{ "pci-dss-4", "8.2.6", N_("accounts that nobody used for 90 days are "
	    "closed") },
	{ "pci-dss-4", "8.4", N_("admins use a second factor") },
	{ "cis-debian12", "5.4.1.5", N_("accounts that nobody used for 45 days "
	    "are closed") },
	{ "cis-debian12", "5.3.3.2.1", N_("a new password differs in two "
	    "characters, and repeats none more than three times: the rules "
	    "similar, repeat and sequence, which are always on") }
};
#define OUTSIDES (sizeof(outsides) / sizeof(outsides[0]))

static const char *
of_pair(const struct pair *pair, bool admins)
{
	return admins && pair->admins != NULL ? pair->admins : pair->users;
}

/* The value of a setting under a preset, for users or for admins. */
static const char *
value_find(const char *preset, const struct policy_setting *setting,
    bool admins)
{
	for (size_t i = 0; i < VALUES; i++)
		if (strcmp(values[i].preset, preset) == 0 &&
		    strcmp(values[i].setting, setting->name) == 0)
			return of_pair(&values[i].value, admins);
	return setting->standard;
}

bool
policy_preset(struct policy *p, const char *name)
{
	const struct policy_setting *preset = policy_setting_find("preset");
	struct policy made = *p;
	struct error e;

	if (preset == NULL || name[0] == '\0' ||
	    policy_set(&made, preset, name, &e) != PASPW_OK)
		return false;
	for (const struct policy_setting *s = policy_settings; s->name; s++)
		if (!policy_names_realm(s) && policy_set(&made, s,
		    value_find(name, s, p->of_admins), &e) != PASPW_OK)
			return false;
	*p = made;
	return true;
}

void
policy_standard(struct policy *p, const char *realm)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->realm, sizeof(p->realm), "%s", realm);
	p->of_admins = strcmp(realm, "admins") == 0;
	/* Cannot fail, as the unit test shows for every value. If it did, the
	 * zeros left here would be refused by policy_fault. */
	if (!policy_preset(p, "pas"))
		p->min_length = 0;
}

/* ---- Compare ---- */

/* Whether a policy has what `asked` has. */
static bool
is_met(const struct preset_value *v, const struct policy_setting *setting,
    const struct policy *p, const struct policy *asked)
{
	char ours[POLICY_TEXT_MAX], theirs[POLICY_TEXT_MAX];

	if (v->met != NULL)
		return v->met(p);
	if (v->demand != EXACTLY)
		return !policy_weaker(setting, p, asked);
	policy_get(p, setting, ours, sizeof(ours));
	policy_get(asked, setting, theirs, sizeof(theirs));
	return strcmp(ours, theirs) == 0;
}

bool
policy_demand(const struct policy *p, const char *preset, size_t *i,
    struct policy_demand *demand)
{
	const struct preset_value *v = NULL;
	struct policy asked = *p;
	const char *text;
	struct error e;

	while (*i < VALUES && strcmp(values[*i].preset, preset) != 0)
		(*i)++;
	if (*i >= VALUES)
		return false;
	v = &values[(*i)++];
	demand->setting = policy_setting_find(v->setting);
	demand->source = v->source;
	demand->answer = POLICY_MISSED;
	text = of_pair(&v->limit, p->of_admins);
	if (text == NULL)
		text = of_pair(&v->value, p->of_admins);
	if (demand->setting == NULL ||
	    policy_set(&asked, demand->setting, text, &e) != PASPW_OK) {
		demand->setting = policy_settings;
		return true;
	}
	policy_get(&asked, demand->setting, demand->asked,
	    sizeof(demand->asked));
	if (is_met(v, demand->setting, p, &asked))
		demand->answer = POLICY_MET;
	else if (v->demand == OUR_CHOICE)
		demand->answer = POLICY_BELOW_CHOICE;
	return true;
}

const char *
policy_outside(const char *preset, size_t *i, const char **source)
{
	while (*i < OUTSIDES && strcmp(outsides[*i].preset, preset) != 0)
		(*i)++;
	if (*i >= OUTSIDES)
		return NULL;
	*source = outsides[*i].source;
	return outsides[(*i)++].text;
}
