/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* policy compare, diff: a policy beside a standard, and beside another one. */

#include "command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORD_WIDTH 14
#define SETTING_WIDTH 20
#define VALUE_WIDTH 28

/* Words of a fixed list of the library, for people. */
static const struct word {
	const char *word;
	const char *text;
} words[] = {
	{ "met", N_("met") },
	{ "missed", N_("MISSED") },
	{ "below_choice", N_("below choice") },
	{ "outside", N_("besides") },
	{ "stricter", N_("stricter") },
	{ "weaker", N_("WEAKER") },
	{ "changed", N_("changed") },
	{ "added", N_("added") },
	{ "removed", N_("removed") }
};

static const char *
word_text(struct tool *t, const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return _(words[i].text);
	return word;
}

/* A new section for each realm. */
static void
print_realm(char *last, size_t size, const char *realm)
{
	if (strcmp(last, realm) == 0)
		return;
	printf("%s", last[0] != '\0' ? "\n" : "");
	if (realm[0] != '\0')
		printf("[%s]\n", realm);
	snprintf(last, size, "%s", realm);
}

/* ---- compare ---- */

struct compare {
	struct tool *tool;
	json_t *demands;
	bool missed;
	char realm[PASPW_NAME_MAX + 1];
};

static void
print_demand(struct compare *c, const struct paspw_demand *d)
{
	struct tool *t = c->tool;

	print_realm(c->realm, sizeof(c->realm), d->realm);
	printf("  ");
	output_text(word_text(t, d->answer), WORD_WIDTH);
	if (d->setting[0] == '\0') {
		output_text(d->asked, 0);
	} else {
		output_text(d->setting, SETTING_WIDTH);
		output_text(d->value, VALUE_WIDTH);
		printf(_(" asked: %s"), d->asked);
	}
	if (d->source[0] != '\0')
		printf(" (%s)", d->source);
	putchar('\n');
}

static int
take_demand(const struct paspw_demand *d, void *arg)
{
	struct compare *c = arg;

	if (strcmp(d->answer, "missed") == 0)
		c->missed = true;
	if (!c->tool->json) {
		print_demand(c, d);
		return 0;
	}
	return json_array_append_new(c->demands, json_pack(
	    "{s:o, s:o, s:o, s:o, s:s, s:o, s:s}", "realm",
	    output_string(d->realm), "setting", output_string(d->setting),
	    "value", output_string(d->value), "origin",
	    output_string(d->origin), "asked", d->asked, "clause",
	    output_string(d->source), "answer", d->answer)) == 0 ? 0 :
	    PASPW_ERR_MEMORY;
}

int
cmd_policy_compare(struct tool *t)
{
	struct compare c = { .tool = t, .demands = json_array() };
	int err = paspw_policy_compare(t->handle, t->operand, take_demand,
	    &c);
	int code = c.missed ? TOOL_NO : TOOL_YES, printed;

	if (err == PASPW_ERR_NOTFOUND)
		code = output_usage(t, _("there is no preset %s: see paspw "
		    "policy explain preset"), t->operand);
	else if (err != PASPW_OK)
		code = output_error(t, err);
	else if (t->json && (printed = output_object(t, json_pack(
	    "{s:s, s:b, s:O}", "preset", t->operand, "met", !c.missed,
	    "demands", c.demands))) != TOOL_YES)
		code = printed;
	json_decref(c.demands);
	return code;
}

/* ---- diff ---- */

struct diff {
	struct tool *tool;
	json_t *changes, *effects;
	char realm[PASPW_NAME_MAX + 1];
};

static int
take_change(const struct paspw_policy_change *c, void *arg)
{
	struct diff *d = arg;
	struct tool *t = d->tool;

	if (t->json)
		return json_array_append_new(d->changes, json_pack(
		    "{s:s, s:o, s:s, s:s, s:o, s:s}", "realm", c->realm,
		    "setting", output_string(c->setting), "before",
		    c->before, "after", c->after, "origin",
		    output_string(c->origin), "effect", c->effect)) == 0 ?
		    0 : PASPW_ERR_MEMORY;
	print_realm(d->realm, sizeof(d->realm), c->realm);
	printf("  ");
	output_text(word_text(t, c->effect), WORD_WIDTH);
	if (c->setting[0] != '\0') {
		output_text(c->setting, SETTING_WIDTH);
		output_text(c->before, 0);
		printf(" -> ");
		output_text(c->after, 0);
		printf(" (%s)", c->origin);
	}
	putchar('\n');
	return 0;
}

static void
print_count(struct tool *t, const char *text, uint64_t count)
{
	if (count > 0)
		printf("  %7" PRIu64 " %s\n", count, _(text));
}

static int
take_effect(const struct paspw_policy_effect *e, void *arg)
{
	struct diff *d = arg;
	struct tool *t = d->tool;

	if (t->json)
		return json_array_append_new(d->effects, json_pack(
		    "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		    "realm", e->realm, "accounts", (json_int_t)e->accounts,
		    "expire", (json_int_t)e->expire, "revive",
		    (json_int_t)e->revive, "lock", (json_int_t)e->lock,
		    "free", (json_int_t)e->free, "change",
		    (json_int_t)e->change, "rehash", (json_int_t)e->rehash,
		    "move", (json_int_t)e->move)) == 0 ? 0 :
		    PASPW_ERR_MEMORY;
	print_realm(d->realm, sizeof(d->realm), e->realm);
	printf("  %7" PRIu64 " %s\n", e->accounts, _("accounts, of which:"));
	print_count(t, N_("passwords would be too old"), e->expire);
	print_count(t, N_("would no longer be too old"), e->revive);
	print_count(t, N_("would be locked"), e->lock);
	print_count(t, N_("would be free again"), e->free);
	print_count(t, N_("get in today and would have to change the "
	    "password first"), e->change);
	print_count(t, N_("hashes would be made anew at the next login"),
	    e->rehash);
	print_count(t, N_("would be looked for in another store"), e->move);
	return 0;
}

int
cmd_policy_diff(struct tool *t)
{
	struct diff d = {
		.tool = t, .changes = json_array(), .effects = json_array()
	};
	int err = paspw_policy_diff(t->handle, t->operand, take_change,
	    take_effect, &d);
	int code = TOOL_YES;

	if (err != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_object(t, json_pack("{s:s, s:O, s:O}", "file",
		    t->operand, "changes", d.changes, "effects",
		    d.effects));
	json_decref(d.changes);
	json_decref(d.effects);
	return code;
}
