/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The policy as seen from outside: its settings, held against a standard,
 * what is unwise in it, and what its hash costs here. */

#include "paspw.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/wait.h"
#include "handle.h"
#include "messages.h"
#include "policy/lint.h"

#define NS_PER_MS 1e6

/* ---- Settings ---- */

struct setting_walk {
	paspw_setting_fn *fn;
	void *arg;
	int stopped;
};

static int
walk_settings(struct paspw *h, const struct policy *p, void *arg)
{
	static const char *const directions[] = {
		[STRICTER_NONE] = "", [STRICTER_UP] = "up",
		[STRICTER_DOWN] = "down"
	};
	struct setting_walk *walk = arg;
	char value[POLICY_TEXT_MAX], range[POLICY_TEXT_MAX];

	for (const struct policy_setting *s = policy_settings;
	    s->name != NULL && walk->stopped == 0; s++) {
		const struct paspw_setting setting = {
			.realm = p->realm, .name = s->name, .value = value,
			.origin = config_origin_of(&h->config, p, s),
			.help = s->help, .clauses = s->clauses,
			.type = policy_type_name(s), .range = range,
			.direction = directions[s->direction],
		};

		policy_get(p, s, value, sizeof(value));
		policy_range(s, range, sizeof(range));
		walk->stopped = walk->fn(&setting, walk->arg);
	}
	return PASPW_OK;
}

int
paspw_setting_each(struct paspw *h, paspw_setting_fn *fn, void *arg)
{
	struct setting_walk walk = { fn, arg, 0 };
	int r;

	if (fn == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = handle_leave(h, handle_each_realm(h, walk_settings, &walk));
	return r == PASPW_OK ? walk.stopped : r;
}

int
paspw_setting(struct paspw *h, const char *user, const char *name,
    char *value, size_t size)
{
	const struct policy_setting *setting;
	const struct policy *policy = NULL;
	int r;

	if (name == NULL || value == NULL || size == 0)
		return PASPW_ERR_INVALID;
	value[0] = '\0';
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((setting = policy_setting_find(name)) == NULL)
		r = error_set(&h->error, PASPW_ERR_NOTFOUND,
		    "there is no setting %s", name);
	else if ((r = handle_policy(h, user, &policy)) == PASPW_OK)
		policy_get(policy, setting, value, size);
	return handle_leave(h, r);
}

int
paspw_realm_of(struct paspw *h, const char *user, const char **realm)
{
	const struct policy *policy = NULL;
	int r;

	if (realm == NULL)
		return PASPW_ERR_INVALID;
	*realm = "";
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((r = handle_policy(h, user, &policy)) == PASPW_OK)
		*realm = policy->realm;
	return handle_leave(h, r);
}

/* ---- Compare ---- */

struct comparison {
	const char *preset;
	paspw_demand_fn *fn;
	void *arg;
	int stopped;
};

static int
compare_realm(struct paspw *h, const struct policy *p, void *arg)
{
	static const char *const answers[] = {
		[POLICY_MISSED] = "missed",
		[POLICY_BELOW_CHOICE] = "below_choice", [POLICY_MET] = "met"
	};
	struct comparison *c = arg;
	struct policy_demand demand;
	char value[POLICY_TEXT_MAX];
	size_t i = 0;

	while (c->stopped == 0 &&
	    policy_demand(p, c->preset, &i, &demand)) {
		const struct paspw_demand told = {
			.realm = p->realm, .setting = demand.setting->name,
			.value = value, .asked = demand.asked,
			.origin = config_origin_of(&h->config, p,
			    demand.setting),
			.source = demand.source,
			.answer = answers[demand.answer],
		};

		policy_get(p, demand.setting, value, sizeof(value));
		c->stopped = c->fn(&told, c->arg);
	}
	return PASPW_OK;
}

/* What no setting can say, once. */
static void
compare_outside(struct paspw *h, struct comparison *c)
{
	const char *language = handle_language(h, &h->config.realms[0]);
	const char *text, *source = "";
	size_t i = 0;

	while (c->stopped == 0 &&
	    (text = policy_outside(c->preset, &i, &source)) != NULL) {
		const struct paspw_demand told = {
			.realm = "", .setting = "", .value = "",
			.origin = "", .source = source,
			.asked = messages_text(language, text),
			.answer = "outside",
		};

		c->stopped = c->fn(&told, c->arg);
	}
}

int
paspw_policy_compare(struct paspw *h, const char *preset,
    paspw_demand_fn *fn, void *arg)
{
	struct comparison c = { preset, fn, arg, 0 };
	struct policy known;
	int r;

	if (preset == NULL || fn == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	policy_standard(&known, "");
	if (!policy_preset(&known, preset))
		r = error_set(&h->error, PASPW_ERR_NOTFOUND,
		    "there is no preset of that name");
	else if ((r = handle_each_realm(h, compare_realm, &c)) == PASPW_OK)
		compare_outside(h, &c);
	r = handle_leave(h, r);
	return r == PASPW_OK ? c.stopped : r;
}

/* ---- Findings ---- */

struct finding_walk {
	paspw_finding_fn *fn;
	void *arg;
	int stopped;
};

static int
walk_findings(struct paspw *h, const struct policy *p, void *arg)
{
	struct finding_walk *walk = arg;
	struct lint_finding f;
	char value[POLICY_TEXT_MAX];
	size_t i = 0;

	while (walk->stopped == 0 &&
	    lint_next(p, memory_limit(), &i, &f)) {
		const struct paspw_finding told = {
			.realm = p->realm, .setting = f.setting->name,
			.value = value, .clauses = f.clauses,
			.origin = config_origin_of(&h->config, p, f.setting),
			.message = messages_text(handle_language(h, p),
			    f.message),
			.conflict = f.conflict,
		};

		policy_get(p, f.setting, value, sizeof(value));
		walk->stopped = walk->fn(&told, walk->arg);
	}
	return PASPW_OK;
}

int
paspw_policy_findings(struct paspw *h, paspw_finding_fn *fn, void *arg)
{
	struct finding_walk walk = { fn, arg, 0 };
	int r;

	if (fn == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	r = handle_leave(h, handle_each_realm(h, walk_findings, &walk));
	return r == PASPW_OK ? walk.stopped : r;
}

/* ---- Bench ---- */

/* A policy that hashes so; not its other values. */
static int
hashing_policy(struct policy *p, const char *method, unsigned cost,
    struct error *e)
{
	const struct policy_setting *hash = policy_setting_find("hash");
	const struct policy_setting *hash_cost =
	    policy_setting_find("hash_cost");
	const struct policy_setting *wrong;
	char text[sizeof("4294967295")];
	const char *reason;
	size_t i = 0;

	snprintf(text, sizeof(text), "%u", cost);
	policy_standard(p, "");
	if (hash == NULL || hash_cost == NULL ||
	    policy_set(p, hash, method, e) != PASPW_OK ||
	    policy_set(p, hash_cost, text, e) != PASPW_OK)
		return PASPW_ERR_INVALID;
	while ((reason = policy_fault(p, &i, &wrong)) != NULL)
		if (wrong == hash_cost)
			return error_set(e, PASPW_ERR_INVALID, "%s", reason);
	return PASPW_OK;
}

static int
measure(const struct policy *p, struct paspw_bench *bench, struct error *e)
{
	static const char any[] = "any password";
	struct secret password = SECRET_EMPTY;
	char setting[HASH_MAX], hash[HASH_MAX];
	int64_t start;
	int r;

	if (!secret_set(&password, any, strlen(any)))
		return error_set(e, PASPW_ERR_INTERNAL, "no password");
	if ((r = hash_setting(p, setting, e)) != PASPW_OK)
		return r;
	start = wait_now_ns();
	if ((r = hash_compute(&password, setting, hash, e)) != PASPW_OK)
		return r;
	bench->milliseconds = (double)(wait_now_ns() - start) / NS_PER_MS;
	bench->memory = hash_memory(p);
	bench->logins = lint_logins(p, memory_limit());
	return PASPW_OK;
}

int
paspw_policy_bench(struct paspw *h, const char *method, unsigned cost,
    struct paspw_bench *bench)
{
	struct policy p;
	int r;

	if (bench == NULL)
		return PASPW_ERR_INVALID;
	memset(bench, 0, sizeof(*bench));
	if (method == NULL)
		return PASPW_ERR_INVALID;
	if ((r = handle_enter(h)) != PASPW_OK)
		return r;
	if ((r = hashing_policy(&p, method, cost, &h->error)) == PASPW_OK)
		r = measure(&p, bench, &h->error);
	return handle_leave(h, r);
}
