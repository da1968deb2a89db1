/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "stack/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct pam_stack *stack;
	pam_stack_file_fn *file;
	void *arg;
	unsigned depth;
};

static void
fault(struct pam_stack *s, enum pam_stack_fault what, const char *file,
    unsigned number)
{
	if (s->fault != PAM_STACK_WHOLE)
		return;
	s->fault = what;
	snprintf(s->fault_at, sizeof(s->fault_at), "%s:%u", file, number);
}

static bool
add(struct pam_stack *s, const struct pam_rule *rule)
{
	struct pam_rule *longer;

	if (s->count >= PAM_STACK_RULES_MAX) {
		fault(s, PAM_STACK_TOO_LARGE, rule->file, rule->number);
		return false;
	}
	longer = realloc(s->rules, (s->count + 1) * sizeof(*longer));
	if (longer == NULL) {
		fault(s, PAM_STACK_NO_MEMORY, rule->file, rule->number);
		return false;
	}
	s->rules = longer;
	s->rules[s->count++] = *rule;
	return true;
}

/* Text and the name that stays with the stack; NULL: not there. */
static char *
open_file(struct reader *r, const char *name, const char **kept)
{
	struct pam_stack *s = r->stack;
	const char *path = name;
	char *text;

	if (s->file_count >= PAM_STACK_FILES_MAX) {
		fault(s, PAM_STACK_TOO_LARGE, name, 0);
		return NULL;
	}
	if ((text = r->file(name, &path, r->arg)) == NULL)
		return NULL;
	if ((s->files[s->file_count] = strdup(path)) == NULL) {
		fault(s, PAM_STACK_NO_MEMORY, name, 0);
		free(text);
		return NULL;
	}
	*kept = s->files[s->file_count++];
	return text;
}

static bool read_file(struct reader *r, const char *name, enum pam_type type,
    unsigned level);

/* What libpam cannot include is a rule that fails. */
static bool
include(struct reader *r, struct pam_rule *rule, enum pam_type type)
{
	struct pam_stack *s = r->stack;
	unsigned deeper = rule->kind == PAM_RULE_SUBSTACK ? 1 : 0;
	enum pam_stack_fault why = PAM_STACK_TOO_DEEP;
	bool there = false;

	if (rule->kind == PAM_RULE_SUBSTACK) {
		if (!add(s, rule))
			return false;
		rule->text = NULL;	/* it is that one's now */
	}
	if (r->depth + 1 < PAM_STACK_DEPTH_MAX) {
		why = PAM_STACK_NO_FILE;
		r->depth++;
		there = rule->target != NULL && read_file(r, rule->target,
		    type, rule->level + deeper);
		r->depth--;
	}
	if (there) {
		free(rule->text);
		return true;
	}
	fault(s, why, rule->file, rule->number);
	rule->kind = PAM_RULE_BROKEN;
	for (size_t i = 0; i < PAM_RULE_RESULTS; i++)
		rule->actions[i] = PAM_ACTION_BAD;
	return add(s, rule);
}

/* type: of the rules that are wanted. */
static bool
take(struct reader *r, struct pam_rule *rule, enum pam_type type)
{
	if (rule->kind == PAM_RULE_FILE)
		return include(r, rule, type);
	if (type != PAM_TYPE_ANY && rule->type != type) {
		free(rule->text);
		return true;
	}
	if (rule->kind == PAM_RULE_INCLUDE || rule->kind == PAM_RULE_SUBSTACK)
		return include(r, rule, rule->type);
	return add(r->stack, rule);
}

static bool
read_file(struct reader *r, const char *name, enum pam_type type,
    unsigned level)
{
	const char *kept = NULL;
	char *text = open_file(r, name, &kept), *line;
	const char *rest = text;
	unsigned number = 0;
	bool going = text != NULL, failed = false;

	while (going && (line = pam_rule_line(&rest, &number,
	    &failed)) != NULL) {
		struct pam_rule rule;

		pam_rule_parse(&rule, line, type);
		rule.level = level;
		rule.file = kept;
		rule.number = number;
		if (!take(r, &rule, type)) {
			free(rule.text);
			going = false;
		}
	}
	if (failed)
		fault(r->stack, PAM_STACK_NO_MEMORY, name, number);
	free(text);
	return text != NULL;
}

bool
pam_stack_read(struct pam_stack *s, const char *service,
    pam_stack_file_fn *file, void *arg)
{
	struct reader r = { s, file, arg, 0 };

	memset(s, 0, sizeof(*s));
	if (!read_file(&r, service, PAM_TYPE_ANY, 0))
		return false;
	for (size_t i = 0; i < s->count; i++)
		s->own[s->rules[i].type] = true;
	for (size_t type = 0; type < PAM_TYPES; type++)
		if (!s->own[type])
			(void)read_file(&r, "other", (enum pam_type)type, 0);
	return true;
}

void
pam_stack_free(struct pam_stack *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->rules[i].text);
	for (size_t i = 0; i < s->file_count; i++)
		free(s->files[i]);
	free(s->rules);
	memset(s, 0, sizeof(*s));
}
