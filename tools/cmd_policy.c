/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* policy show, explain, lint: what holds, and where it was said. */

#include "command.h"

#include <stdio.h>
#include <string.h>

#define LINE_WIDTH 44
#define REALM_WIDTH 14
#define VALUE_WIDTH 24

/* ---- show ---- */

struct show {
	json_t *realms;		/* NULL: print text */
	char realm[PASPW_NAME_MAX + 1];
};

static int
show_json(const struct paspw_setting *s, json_t *realms)
{
	json_t *realm = json_object_get(realms, s->realm);

	if (realm == NULL) {
		realm = json_object();
		if (json_object_set_new(realms, s->realm, realm) != 0)
			return PASPW_ERR_MEMORY;
	}
	return json_object_set_new(realm, s->name, json_pack(
	    "{s:s, s:o, s:o}", "value", s->value, "origin",
	    output_string(s->origin), "clauses", output_string(s->clauses)))
	    == 0 ? 0 : PASPW_ERR_MEMORY;
}

/* As one would write it in the configuration. */
static int
show_setting(const struct paspw_setting *s, void *arg)
{
	struct show *show = arg;
	int used;

	if (show->realms != NULL)
		return show_json(s, show->realms);
	if (strcmp(show->realm, s->realm) != 0) {
		printf("%s[%s]\n", show->realm[0] != '\0' ? "\n" : "",
		    s->realm);
		snprintf(show->realm, sizeof(show->realm), "%s", s->realm);
	}
	used = printf("%s = ", s->name);
	output_text(s->value, LINE_WIDTH - used);
	printf(" # ");
	output_text(s->origin, 0);
	putchar('\n');
	return 0;
}

int
cmd_policy_show(struct tool *t)
{
	struct show show = { .realms = t->json ? json_object() : NULL };
	int err = paspw_setting_each(t->handle, show_setting, &show);
	int code = TOOL_YES;

	if (err != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_object(t, json_pack("{s:O}", "realms",
		    show.realms));
	json_decref(show.realms);
	return code;
}

/* ---- explain ---- */

struct explain {
	struct tool *tool;
	json_t *object;		/* NULL until the first realm */
};

static int
explain_setting(const struct paspw_setting *s, void *arg)
{
	struct explain *explain = arg;
	struct tool *t = explain->tool;

	if (strcmp(s->name, t->operand) != 0)
		return 0;
	if (explain->object == NULL)
		explain->object = json_pack(
		    "{s:s, s:s, s:s, s:o, s:o, s:o, s:{}}", "setting",
		    s->name, "help", _(s->help), "type", s->type, "range",
		    output_string(s->range), "direction",
		    output_string(s->direction), "clauses",
		    output_string(s->clauses), "realms");
	return json_object_set_new(json_object_get(explain->object, "realms"),
	    s->realm, json_pack("{s:s, s:o}", "value", s->value, "origin",
	    output_string(s->origin))) == 0 ? 0 : PASPW_ERR_MEMORY;
}

static const char *
member(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static const char *
direction_sentence(struct tool *t, const char *direction)
{
	if (strcmp(direction, "up") == 0)
		return _("More is stricter.");
	if (strcmp(direction, "down") == 0)
		return _("Less is stricter.");
	return _("Neither way is stricter.");
}

static void
print_explanation(struct tool *t, json_t *object)
{
	const char *realm;
	json_t *values;

	printf("%s: %s\n", member(object, "setting"),
	    member(object, "help"));
	printf(_("Type: %s"), member(object, "type"));
	if (member(object, "range")[0] != '\0')
		printf(" (%s)", member(object, "range"));
	printf("\n%s\n", direction_sentence(t, member(object,
	    "direction")));
	if (member(object, "clauses")[0] != '\0')
		printf(_("Clauses: %s\n"), member(object, "clauses"));
	json_object_foreach(json_object_get(object, "realms"), realm,
	    values) {
		printf("  ");
		output_text(realm, REALM_WIDTH);
		output_text(member(values, "value"), VALUE_WIDTH);
		printf(" (");
		output_text(member(values, "origin"), 0);
		printf(")\n");
	}
}

int
cmd_policy_explain(struct tool *t)
{
	struct explain explain = { .tool = t };
	int err = paspw_setting_each(t->handle, explain_setting, &explain);
	int code = TOOL_YES;

	if (err != PASPW_OK)
		code = output_error(t, err);
	else if (explain.object == NULL)
		code = output_usage(t, _("there is no setting %s: see paspw "
		    "policy show"), t->operand);
	else if (t->json)
		code = output_object(t, json_incref(explain.object));
	else
		print_explanation(t, explain.object);
	json_decref(explain.object);
	return code;
}

/* ---- lint ---- */

struct lint {
	struct tool *tool;
	json_t *warnings, *conflicts;
};

static int
lint_finding(const struct paspw_finding *f, void *arg)
{
	struct lint *lint = arg;
	struct tool *t = lint->tool;

	if (f->conflict)
		fprintf(stderr, _("paspw: CONFLICT: %s: [%s] %s = %s: %s "
		    "(%s)\n"), f->origin, f->realm, f->setting, f->value,
		    f->message, f->clauses);
	else
		output_warning(t, "%s: [%s] %s = %s: %s (%s)", f->origin,
		    f->realm, f->setting, f->value, f->message, f->clauses);
	return json_array_append_new(f->conflict ? lint->conflicts :
	    lint->warnings, json_pack("{s:s, s:s, s:s, s:o, s:s, s:o}",
	    "realm", f->realm, "setting", f->setting, "value", f->value,
	    "origin", output_string(f->origin), "message", f->message,
	    "clauses", output_string(f->clauses))) == 0 ? 0 :
	    PASPW_ERR_MEMORY;
}

int
cmd_policy_lint(struct tool *t)
{
	struct lint lint = {
		.tool = t, .warnings = json_array(),
		.conflicts = json_array()
	};
	int err = paspw_open(&t->handle, t->operand, 0);
	int code = TOOL_YES;

	if (err != PASPW_OK || (err = paspw_policy_findings(t->handle,
	    lint_finding, &lint)) != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_object(t, json_pack("{s:s, s:b, s:O, s:O}",
		    "file", t->operand, "valid", true, "warnings",
		    lint.warnings, "conflicts", lint.conflicts));
	else
		printf(_("The configuration %s is valid.\n"), t->operand);
	json_decref(lint.warnings);
	json_decref(lint.conflicts);
	return code;
}
