/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* policy bench: the largest cost that this machine bears. */

#include "command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64
#define RUNS 5			/* of which the median counts */
#define COST_LEAST 5		/* libxcrypt's own: never proposed: less */
#define COST_FIRST 3		/* the range of hash_cost */
#define COST_FIRST_SCRYPT 6
#define COST_LAST 11
#define TARGET_DEFAULT 100	/* ms: what a person does not notice */
#define TARGET_MOST 60000
#define LOGINS_DEFAULT 10	/* at once, as policy lint */
#define LOGINS_MOST 100000
#define MS_PER_SECOND 1000
#define MEGABYTE (UINT64_C(1) << 20)

struct measured {
	unsigned cost;
	double ms;			/* median */
	uint64_t memory, logins;
};

struct bench {
	struct tool *tool;
	unsigned target, logins;
	char method[WORD_MAX];
	size_t count;
	struct measured list[COST_LAST + 1];
	unsigned proposed;
	bool too_large;			/* a cost of the policy */
	json_t *realms;			/* name: {hash, hash_cost, fits} */
};

/* "100ms", "2s" */
static bool
parse_target(const char *text, unsigned *ms)
{
	char number[sizeof("4294967295")];
	size_t digits = strspn(text, "0123456789");
	bool seconds = strcmp(text + digits, "s") == 0;

	if (digits == 0 || digits >= sizeof(number) ||
	    (!seconds && strcmp(text + digits, "ms") != 0))
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!when_number(number, seconds ? TARGET_MOST / MS_PER_SECOND :
	    TARGET_MOST, ms))
		return false;
	*ms *= seconds ? MS_PER_SECOND : 1;
	return true;
}

static int
parse(struct bench *b)
{
	struct tool *t = b->tool;
	const char *target = t->values[OPTION_TARGET];
	const char *logins = t->values[OPTION_PARALLEL];

	b->target = TARGET_DEFAULT;
	b->logins = LOGINS_DEFAULT;
	if (target != NULL && !parse_target(target, &b->target))
		return output_usage(t, _("--target: a time such as 100ms, at "
		    "most 60s"));
	if (logins != NULL && !when_number(logins, LOGINS_MOST, &b->logins))
		return output_usage(t, _("--parallel: a whole number from 1 "
		    "to %d"), LOGINS_MOST);
	return TOOL_YES;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
measure(struct bench *b, unsigned cost, struct measured *m)
{
	struct paspw_bench one = { 0 };
	double ms[RUNS];
	int err;

	for (size_t i = 0; i < RUNS; i++) {
		if ((err = paspw_policy_bench(b->tool->handle, b->method,
		    cost, &one)) != PASPW_OK)
			return err;
		ms[i] = one.milliseconds;
	}
	qsort(ms, RUNS, sizeof(ms[0]), by_size);
	*m = (struct measured){ cost, ms[RUNS / 2], one.memory, one.logins };
	return PASPW_OK;
}

/* Upwards to the first that is too slow. */
static int
measure_all(struct bench *b)
{
	unsigned cost = strcmp(b->method, "scrypt") == 0 ?
	    COST_FIRST_SCRYPT : COST_FIRST;
	int err = PASPW_OK;

	b->proposed = cost > COST_LEAST ? cost : COST_LEAST;
	for (; cost <= COST_LAST; cost++) {
		struct measured *m = &b->list[b->count];

		if ((err = measure(b, cost, m)) != PASPW_OK)
			break;
		b->count++;
		if (m->ms > b->target && cost >= b->proposed)
			break;
		if (m->logins >= b->logins && cost > b->proposed)
			b->proposed = cost;
	}
	/* no memory for this one: it is not proposed, that is all */
	return err == PASPW_ERR_MEMORY && b->count > 0 ? PASPW_OK : err;
}

static void
print_table(struct bench *b)
{
	struct tool *t = b->tool;

	printf(_("%s: cost, median of %d in ms, memory in MB, logins at once "
	    "in half of this machine's memory\n"), b->method, RUNS);
	for (size_t i = 0; i < b->count; i++) {
		const struct measured *m = &b->list[i];

		printf("%c %2u %9.1f %7" PRIu64 " %9" PRIu64 "\n",
		    m->cost == b->proposed ? '*' : ' ', m->cost, m->ms,
		    m->memory / MEGABYTE, m->logins);
	}
	printf(_("Proposed for at most %u ms and %u logins at once: "
	    "hash_cost = %u\n"), b->target, b->logins, b->proposed);
}

static json_t *
table_json(const struct bench *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->count; i++) {
		const struct measured *m = &b->list[i];

		(void)json_array_append_new(list, json_pack(
		    "{s:i, s:f, s:I, s:I}", "cost", (int)m->cost,
		    "milliseconds", m->ms, "memory", (json_int_t)m->memory,
		    "logins", (json_int_t)m->logins));
	}
	return list;
}

/* What each realm says now. No verb may be called in here. */
static int
take_setting(const struct paspw_setting *s, void *arg)
{
	struct bench *b = arg;
	json_t *realm = json_object_get(b->realms, s->realm);
	unsigned cost = 0;
	int failed = 0;

	if (realm == NULL) {
		realm = json_object();
		failed = json_object_set_new(b->realms, s->realm, realm);
	}
	if (strcmp(s->name, "hash") == 0)
		failed = json_object_set_new(realm, s->name,
		    output_string(s->value));
	else if (strcmp(s->name, "hash_cost") == 0 &&
	    when_number(s->value, COST_LAST, &cost))
		failed = json_object_set_new(realm, s->name,
		    json_integer(cost));
	return failed == 0 ? 0 : PASPW_ERR_MEMORY;
}

/* Does it fit this machine? */
static int
judge_realm(struct bench *b, const char *name, json_t *realm)
{
	struct tool *t = b->tool;
	const char *method = json_string_value(json_object_get(realm,
	    "hash"));
	unsigned cost = (unsigned)json_integer_value(json_object_get(realm,
	    "hash_cost"));
	struct paspw_bench one = { 0 };
	int err = paspw_policy_bench(t->handle, method, cost, &one);
	bool fits = err == PASPW_OK && one.logins >= b->logins;

	if (err != PASPW_OK && err != PASPW_ERR_MEMORY)
		return err;
	b->too_large = b->too_large || !fits;
	if (!t->json)
		printf(fits ? _("[%s] hash_cost = %u fits this machine.\n") :
		    _("[%s] hash_cost = %u does NOT fit this machine.\n"),
		    name, cost);
	return json_object_set_new(realm, "fits", json_boolean(fits)) == 0 ?
	    PASPW_OK : PASPW_ERR_MEMORY;
}

static int
judge_realms(struct bench *b)
{
	int err = paspw_setting_each(b->tool->handle, take_setting, b);
	const char *name;
	json_t *realm;

	if (err != PASPW_OK)
		return err;
	json_object_foreach(b->realms, name, realm)
		if ((err = judge_realm(b, name, realm)) != PASPW_OK)
			return err;
	return PASPW_OK;
}

static int
run(struct bench *b)
{
	struct tool *t = b->tool;
	int err, code;

	if ((err = paspw_setting(t->handle, NULL, "hash", b->method,
	    sizeof(b->method))) != PASPW_OK ||
	    (err = measure_all(b)) != PASPW_OK)
		return output_error(t, err);
	if (!t->json)
		print_table(b);
	if ((err = judge_realms(b)) != PASPW_OK)
		return output_error(t, err);
	if (t->json && (code = output_object(t, json_pack(
	    "{s:s, s:i, s:i, s:i, s:o, s:O}", "method", b->method, "target",
	    (int)b->target, "parallel", (int)b->logins, "proposed",
	    (int)b->proposed, "costs", table_json(b), "realms",
	    b->realms))) != TOOL_YES)
		return code;
	return b->too_large ? TOOL_NO : TOOL_YES;
}

int
cmd_policy_bench(struct tool *t)
{
	struct bench b = { .tool = t, .realms = json_object() };
	int code = parse(&b);

	if (code == TOOL_YES)
		code = run(&b);
	json_decref(b.realms);
	return code;
}
