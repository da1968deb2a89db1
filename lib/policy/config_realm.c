/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "policy/config_realm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char users[] = "users";
static const char admins[] = "admins";
static const char admins_members[] = "@sudo @wheel @adm root";
static const char built_in[] = "built-in";
static const char by_default[] = "default";

enum { NEW = 0, UNDER_WAY, DONE };

static void
set_origin(struct config_origin *origin, const char *text)
{
	snprintf(origin->text, sizeof(origin->text), "%s", text);
}

static size_t
row(const struct policy_setting *setting)
{
	return (size_t)(setting - policy_settings);
}

/* A setting that this file knows by its name; the tests miss it if not. */
static const struct policy_setting *
known(const char *name)
{
	const struct policy_setting *setting = policy_setting_find(name);

	return setting != NULL ? setting : policy_settings;
}

static struct config_draft *
find(const struct config_drafts *drafts, const char *name)
{
	for (size_t i = 0; i < drafts->count; i++)
		if (strcmp(drafts->list[i].name, name) == 0)
			return &drafts->list[i];
	return NULL;
}

int
config_draft_find(struct config_drafts *drafts, const char *name,
    const char *where, size_t *index, struct error *e)
{
	struct config_draft *list, *draft = find(drafts, name);

	if (draft == NULL) {
		if (drafts->count >= CONFIG_REALMS_MAX)
			return error_add(e, PASPW_ERR_CONFIG,
			    "%s: [%s]: more than %d realms", where, name,
			    CONFIG_REALMS_MAX);
		list = realloc(drafts->list,
		    (drafts->count + 1) * sizeof(*list));
		if (list == NULL)
			return error_set(e, PASPW_ERR_MEMORY,
			    "out of memory");
		drafts->list = list;
		draft = &list[drafts->count++];
		memset(draft, 0, sizeof(*draft));
		snprintf(draft->name, sizeof(draft->name), "%s", name);
		set_origin(&draft->where, where);
	}
	*index = (size_t)(draft - drafts->list);
	return PASPW_OK;
}

int
config_draft_give(struct config_draft *draft,
    const struct policy_setting *setting, const char *text, const char *where,
    struct error *e)
{
	int rc = policy_set(&draft->given, setting, text, e);

	if (rc == PASPW_OK)
		set_origin(&draft->given_at[row(setting)], where);
	return rc;
}

static bool
is_given(const struct config_draft *draft,
    const struct policy_setting *setting)
{
	return draft->given_at[row(setting)].text[0] != '\0';
}

/* Copy one value; what was accepted once is accepted again. */
static int
copy_value(struct policy *to, const struct policy *from,
    const struct policy_setting *setting, struct error *e)
{
	char text[POLICY_TEXT_MAX];

	policy_get(from, setting, text, sizeof(text));
	return policy_set(to, setting, text, e);
}

/* ---- Where a realm starts from ---- */

static void
start_from_preset(struct config_draft *draft)
{
	const char *preset = draft->given.preset;
	char origin[sizeof(draft->where.text)];

	policy_standard(&draft->policy, draft->name);
	/* the setter took the name, so there is such a preset */
	if (preset[0] != '\0' && !policy_preset(&draft->policy, preset))
		draft->faulty = true;
	snprintf(origin, sizeof(origin), "preset %s", draft->policy.preset);
	for (size_t i = 0; i < POLICY_SETTINGS; i++)
		set_origin(&draft->origins[i],
		    policy_names_realm(&policy_settings[i]) ? by_default :
		    origin);
}

static void
start_from_realm(struct config_draft *draft, const struct config_draft *base)
{
	struct policy *p = &draft->policy;

	*p = base->policy;
	memcpy(draft->origins, base->origins, sizeof(draft->origins));
	snprintf(p->realm, sizeof(p->realm), "%s", draft->name);
	p->of_admins = p->of_admins || strcmp(draft->name, admins) == 0;
	snprintf(p->extends, sizeof(p->extends), "%s", base->name);
	memset(p->members, 0, sizeof(p->members));
	memset(p->store, 0, sizeof(p->store));
	set_origin(&draft->origins[row(known("extends"))], by_default);
	set_origin(&draft->origins[row(known("members"))], by_default);
	set_origin(&draft->origins[row(known("store"))], by_default);
}

/*
 * The built-in `admins`: as users, and where the preset asks more of admins,
 * at least that much (clauses M11, M12). Stricter users stay stricter.
 */
static int
raise_admins(struct config_draft *draft, const struct config_draft *base,
    struct error *e)
{
	struct policy plain, raised;
	char origin[sizeof(draft->where.text)];
	int rc;

	policy_standard(&plain, users);
	policy_standard(&raised, admins);
	if (!policy_preset(&plain, base->policy.preset) ||
	    !policy_preset(&raised, base->policy.preset))
		return PASPW_OK;
	snprintf(origin, sizeof(origin), "preset %s", raised.preset);
	for (const struct policy_setting *s = policy_settings; s->name; s++) {
		if (!policy_weaker(s, &plain, &raised) ||
		    !policy_weaker(s, &draft->policy, &raised))
			continue;
		if ((rc = copy_value(&draft->policy, &raised, s, e)) !=
		    PASPW_OK)
			return rc;
		set_origin(&draft->origins[row(s)], origin);
	}
	return PASPW_OK;
}

/* What tells the two built-in realms from others. */
static void
name_realm(struct config_draft *draft, const char *state)
{
	struct policy *p = &draft->policy;

	if (strcmp(draft->name, admins) == 0)
		snprintf(p->members, sizeof(p->members), "%s",
		    admins_members);
	else if (strcmp(draft->name, users) != 0)
		return;
	snprintf(p->store, sizeof(p->store), "sqlite:%s/%s.db", state,
	    draft->name);
}

/* ---- Resolve ---- */

static int
fault(struct config_draft *draft, const char *where, const char *name,
    const char *reason, struct error *e)
{
	draft->faulty = true;
	return error_add(e, PASPW_ERR_CONFIG, "%s: %s: %s", where, name,
	    reason);
}

/* Where it says `extends`, or where it begins. */
static const char *
extends_at(const struct config_draft *draft)
{
	const char *where = draft->given_at[row(known("extends"))].text;

	return where[0] != '\0' ? where : draft->where.text;
}

static int
fault_of_realm(struct config_draft *draft, const char *reason,
    struct error *e)
{
	char name[CONFIG_NAME_MAX + sizeof("[]")];

	snprintf(name, sizeof(name), "[%s]", draft->name);
	return fault(draft, draft->where.text, name, reason, e);
}

/* Is this one of the two realms that need no file? */
static bool
is_built_in(const struct config_draft *draft)
{
	return strcmp(draft->name, users) == 0 ||
	    strcmp(draft->name, admins) == 0;
}

/* The realm that a draft extends: given, or users for the built-in admins. */
static const char *
target_of(const struct config_draft *draft)
{
	if (draft->given.extends[0] != '\0')
		return draft->given.extends;
	return strcmp(draft->name, admins) == 0 &&
	    draft->given.preset[0] == '\0' ? users : "";
}

static int
check_start(struct config_draft *draft, struct error *e)
{
	bool extends = draft->given.extends[0] != '\0';
	bool preset = draft->given.preset[0] != '\0';

	if (extends && preset)
		return fault(draft, extends_at(draft), "extends",
		    "and preset: one realm cannot start from both", e);
	if (!extends && !preset && draft->given.store[0] == '\0' &&
	    !is_built_in(draft) && !draft->faulty)
		return fault_of_realm(draft,
		    "a realm of one's own needs extends, preset or store", e);
	return PASPW_OK;
}

static int
apply_given(struct config_draft *draft, struct error *e)
{
	const struct policy_setting *preset = known("preset");
	int rc;

	for (const struct policy_setting *s = policy_settings; s->name; s++) {
		if (!is_given(draft, s))
			continue;
		/* `preset =`, empty: none, so the standard one */
		if (s != preset || draft->given.preset[0] != '\0')
			if ((rc = copy_value(&draft->policy, &draft->given, s,
			    e)) != PASPW_OK)
				return rc;
		draft->origins[row(s)] = draft->given_at[row(s)];
	}
	return PASPW_OK;
}

/* Recursion is as deep as there are realms: CONFIG_REALMS_MAX. */
static int
resolve(struct config_drafts *drafts, struct config_draft *draft,
    const char *state, struct error *e)
{
	const char *target = target_of(draft);
	struct config_draft *base = NULL;
	int rc;

	if (draft->state == DONE)
		return PASPW_OK;
	if (draft->state == UNDER_WAY)
		return fault(draft, extends_at(draft), "extends",
		    "goes round in a circle", e);
	draft->state = UNDER_WAY;
	if (target[0] != '\0' && (base = find(drafts, target)) == NULL)
		rc = fault(draft, extends_at(draft), "extends",
		    "there is no such realm", e);
	else
		rc = base == NULL ? PASPW_OK :
		    resolve(drafts, base, state, e);
	draft->state = DONE;
	if (base != NULL && base->faulty)
		draft->faulty = true;
	if (rc != PASPW_OK || (rc = check_start(draft, e)) != PASPW_OK)
		return rc;
	if (base == NULL)
		start_from_preset(draft);
	else
		start_from_realm(draft, base);
	if (base != NULL && draft->given.extends[0] == '\0' &&
	    (rc = raise_admins(draft, base, e)) != PASPW_OK)
		return rc;
	name_realm(draft, state);
	return apply_given(draft, e);
}

/* ---- Finish ---- */

/* file:line of a setting, or of its section when no line gives it; for a
 * realm that no file names, of the one it extends. */
static const char *
located(const struct config_drafts *drafts, const struct config_draft *draft,
    const struct policy_setting *setting)
{
	const char *origin = draft->origins[row(setting)].text;
	const struct config_draft *base;

	if (strchr(origin, ':') != NULL)
		return origin;
	if (strcmp(draft->where.text, built_in) == 0 &&
	    (base = find(drafts, target_of(draft))) != NULL)
		return base->where.text;
	return draft->where.text;
}

/* Not again for each realm that extends the faulty one. */
static void
tell_once(struct error *e, const char *text)
{
	if (strstr(e->text, text) == NULL)
		error_add(e, PASPW_ERR_CONFIG, "%s", text);
}

static int
check_policy(const struct config_drafts *drafts,
    const struct config_draft *draft, struct error *e)
{
	const struct policy_setting *setting = NULL;
	char text[ERROR_TEXT_MAX];
	const char *reason;
	size_t i = 0;
	int rc = PASPW_OK;

	while (!draft->faulty &&
	    (reason = policy_fault(&draft->policy, &i, &setting)) != NULL) {
		rc = PASPW_ERR_CONFIG;
		snprintf(text, sizeof(text), "%s: %s: %s",
		    located(drafts, draft, setting), setting->name, reason);
		tell_once(e, text);
	}
	return rc;
}

/*
 * A tenant chooses its own policy, but never a weaker one than its floor
 * (clauses O10, C08). Told with both lines, since either may be the mistake.
 */
static int
check_floor(const struct config_drafts *drafts,
    const struct config_draft *draft, struct error *e)
{
	const struct policy_setting *floor = known("floor");
	const struct config_draft *base;
	char text[ERROR_TEXT_MAX];
	int rc = PASPW_OK;

	if (draft->policy.floor[0] == '\0' || draft->faulty)
		return PASPW_OK;
	base = find(drafts, draft->policy.floor);
	if (base == NULL || base == draft) {
		snprintf(text, sizeof(text), "%s: floor: %s",
		    located(drafts, draft, floor), base == NULL ?
		    "there is no such realm" : "a realm cannot be its own");
		tell_once(e, text);
		return PASPW_ERR_CONFIG;
	}
	if (base->faulty)
		return PASPW_OK;
	for (const struct policy_setting *s = policy_settings; s->name; s++)
		if (policy_weaker(s, &draft->policy, &base->policy)) {
			snprintf(text, sizeof(text),
			    "%s: %s: weaker than that of [%s], %s",
			    located(drafts, draft, s), s->name, base->name,
			    located(drafts, base, s));
			tell_once(e, text);
			rc = PASPW_ERR_CONFIG;
		}
	return rc;
}

/* Two realms in one store would share their accounts (clauses M16, S17). */
static int
check_store(const struct config_drafts *drafts, const struct config_draft *a,
    const struct config_draft *b, struct error *e)
{
	const struct policy_setting *store = known("store");

	if (a->policy.store[0] == '\0' ||
	    strcmp(a->policy.store, b->policy.store) != 0)
		return PASPW_OK;
	/* tell it where it was written */
	if (strchr(a->origins[row(store)].text, ':') == NULL) {
		const struct config_draft *other = a;

		a = b;
		b = other;
	}
	return error_add(e, PASPW_ERR_CONFIG,
	    "%s: store: the same as that of [%s], %s",
	    located(drafts, a, store), b->name, located(drafts, b, store));
}

static int
check_stores(const struct config_drafts *drafts, struct error *e)
{
	int rc = PASPW_OK;

	for (size_t i = 1; i < drafts->count; i++)
		for (size_t j = 0; j < i; j++)
			if (check_store(drafts, &drafts->list[i],
			    &drafts->list[j], e) != PASPW_OK)
				rc = PASPW_ERR_CONFIG;
	return rc;
}

static int
hand_over(const struct config_drafts *drafts, struct config *c,
    struct error *e)
{
	c->realms = calloc(drafts->count, sizeof(*c->realms));
	c->origins = calloc(drafts->count * POLICY_SETTINGS,
	    sizeof(*c->origins));
	if (c->realms == NULL || c->origins == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < drafts->count; i++) {
		c->realms[i] = drafts->list[i].policy;
		memcpy(c->origins + i * POLICY_SETTINGS,
		    drafts->list[i].origins, sizeof(drafts->list[i].origins));
	}
	c->count = drafts->count;
	return PASPW_OK;
}

int
config_drafts_finish(struct config_drafts *drafts, const char *state,
    struct config *c, struct error *e)
{
	int rc = PASPW_OK, one;
	size_t unused;

	if ((one = config_draft_find(drafts, users, built_in, &unused, e)) !=
	    PASPW_OK || (one = config_draft_find(drafts, admins, built_in,
	    &unused, e)) != PASPW_OK)
		return one;
	for (size_t i = 0; i < drafts->count; i++)
		if ((one = resolve(drafts, &drafts->list[i], state, e)) !=
		    PASPW_OK)
			rc = one;
	for (size_t i = 0; i < drafts->count; i++)
		if ((one = check_policy(drafts, &drafts->list[i], e)) !=
		    PASPW_OK)
			rc = one;
	for (size_t i = 0; i < drafts->count; i++)
		if ((one = check_floor(drafts, &drafts->list[i], e)) !=
		    PASPW_OK)
			rc = one;
	if ((one = check_stores(drafts, e)) != PASPW_OK)
		rc = one;
	return rc != PASPW_OK ? rc : hand_over(drafts, c, e);
}

bool
config_drafts_complete(const struct config_drafts *d)
{
	const struct policy_setting *preset = known("preset");
	const struct policy_setting *extends = known("extends");

	for (size_t i = 0; i < d->count; i++)
		for (const struct policy_setting *s = policy_settings;
		    s->name; s++)
			if (s != preset && s != extends &&
			    !is_given(&d->list[i], s))
				return false;
	return d->count > 0;
}

void
config_drafts_free(struct config_drafts *drafts)
{
	free(drafts->list);
	drafts->list = NULL;
	drafts->count = 0;
}
