/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The verbs that read policies and the installation. */

#include "verbs.h"

#include <stdio.h>
#include <string.h>

/* ---- Policy ---- */

/* Any of the callbacks that count: they differ in what they are lent. */
#define COUNTER(name, type) \
static int \
name(const struct type *one, void *arg) \
{ \
	*(int *)arg += one != NULL; \
	return 0; \
}

COUNTER(count_setting, paspw_setting)
COUNTER(count_demand, paspw_demand)
COUNTER(count_finding, paspw_finding)
COUNTER(count_policy_change, paspw_policy_change)
COUNTER(count_effect, paspw_policy_effect)

int
do_settings(struct run *r)
{
	int count = 0;

	return paspw_setting_each(r->h, count_setting, &count);
}

int
do_setting(struct run *r)
{
	char value[64] = "";

	return paspw_setting(r->h, "bob", "min_length", value,
	    sizeof(value));
}

int
do_compare(struct run *r)
{
	int count = 0;

	return paspw_policy_compare(r->h, "cnil", count_demand, &count);
}

int
do_findings(struct run *r)
{
	int count = 0;

	return paspw_policy_findings(r->h, count_finding, &count);
}

int
do_diff(struct run *r)
{
	char path[VERBS_PATH];
	int count = 0;

	snprintf(path, sizeof(path), "%s/other.conf", r->directory);
	return paspw_policy_diff(r->h, path, count_policy_change,
	    count_effect, &count);
}

int
do_bench(struct run *r)
{
	struct paspw_bench bench;

	return paspw_policy_bench(r->h, "yescrypt", 3, &bench);
}

int
do_realm_of(struct run *r)
{
	const char *realm = NULL;
	int rc = paspw_realm_of(r->h, "bob", &realm);

	r->harmful = (rc == PASPW_OK) !=
	    (realm != NULL && strcmp(realm, "users") == 0);
	return rc;
}

/* ---- Installation ---- */

int
do_way(struct run *r)
{
	const char *way = NULL;
	int rc = paspw_way(r->h, &way);

	/* whoever may open the store himself does it after a fault */
	r->harmful = (rc == PASPW_OK) != (way != NULL &&
	    (strcmp(way, r->served ? "agent" : "direct") == 0 ||
	    (strcmp(way, "direct") == 0 && !r->isolated)));
	return rc;
}

/* A store that is not read is told, or what is wrong inside of it, and never
 * as one that is well. */
static int
look_at_health(const struct paspw_health *health, void *arg)
{
	bool *harmful = arg;

	if (health->error != PASPW_OK)
		*harmful |= health->detail[0] == '\0';
	else if (health->integrity[0] == '\0')
		*harmful |= health->now == 0 || health->last_seal_at == 0;
	return 0;
}

int
do_health(struct run *r)
{
	return paspw_health_each(r->h, look_at_health, &r->harmful);
}

int
do_dictionary_note(struct run *r)
{
	const char *note = paspw_dictionary_note(r->h);

	r->harmful = note != NULL && note[0] == '\0';
	return PASPW_OK;
}
