/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The verbs that read policies and trails. */

#include "verbs.h"

#include <stdio.h>
#include <string.h>

static int
no_proof(const char *realm, const char *proof, void *arg)
{
	(void)realm;
	(void)proof;
	(void)arg;
	return 0;
}

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
COUNTER(count_event, paspw_event)

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

/* ---- Trail ---- */

int
do_audit_each(struct run *r)
{
	int count = 0;
	int rc = paspw_audit_each(r->h, NULL, 0, count_event, &count);

	r->harmful = rc == PASPW_OK && count < 6;
	return rc;
}

int
do_seal(struct run *r)
{
	return paspw_audit_seal(r->h);
}

int
do_seal_empty(struct run *r)
{
	return paspw_audit_seal_empty(r->h);
}

int
do_first_keys(struct run *r)
{
	return paspw_audit_first_keys(r->h, no_proof, NULL);
}

int
do_heads(struct run *r)
{
	return paspw_audit_heads(r->h, no_proof, NULL);
}

int
do_audit_verify(struct run *r)
{
	struct paspw_audit_result result = { .faults = 0 };
	int rc = paspw_audit_verify(r->h, &result);

	r->harmful = rc == PASPW_OK &&
	    (result.faults != 0 || result.seals == 0);
	return rc;
}

int
do_audit_verify_with(struct run *r)
{
	struct paspw_audit_result result = { .faults = 0 };
	int rc = paspw_audit_verify_with(r->h, NULL, 0, NULL, NULL, &result);

	r->harmful = rc == PASPW_OK &&
	    (result.faults != 0 || result.seals == 0);
	return rc;
}
