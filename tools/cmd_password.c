/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* passwd verify change check generate: passwords, given or made. */

#include "command.h"

#include <stdio.h>
#include <string.h>

#define GENERATE_MAX 10000	/* passwords, characters or words at once */
#define SETTING_MAX 1024

/* The account, its realm and a verdict; NULL without memory. */
static json_t *
verdict_object(struct tool *t, enum paspw_verdict verdict,
    const struct paspw_report *report)
{
	const char *realm = NULL;

	if (paspw_realm_of(t->handle, t->operand, &realm) != PASPW_OK)
		realm = NULL;
	return json_pack("{s:s, s:o, s:s, s:o}", "account", t->operand,
	    "realm", output_string(realm), "verdict",
	    paspw_verdict_name(verdict), "broken", output_report(report));
}

static void
print_verdict(const char *word, const struct paspw_report *report)
{
	output_state(word, 0);
	putchar('\n');
	output_rules(report);
}

static int
verdict_exit(enum paspw_verdict verdict)
{
	return verdict == PASPW_ACCEPTED ? TOOL_YES : TOOL_NO;
}

/* ---- add (cmd_account.c) and passwd ---- */

/* Who sets a password kept in /etc/shadow? The system's own tools. */
static int
in_shadow(struct tool *t, bool *shadow)
{
	char value[SETTING_MAX];
	int err = paspw_setting(t->handle, t->operand, "credentials", value,
	    sizeof(value));

	if (err != PASPW_OK)
		return output_error(t, err);
	*shadow = strcmp(value, "shadow") == 0;
	return TOOL_YES;
}

static int
obtain(struct tool *t, bool shadow, struct password *p, bool *given)
{
	int err;

	*given = true;
	if (t->values[OPTION_GENERATE] != NULL) {
		if ((err = paspw_generate(t->handle, t->operand, 0, 0,
		    p->bytes, sizeof(p->bytes), NULL)) != PASPW_OK)
			return output_error(t, err);
		p->length = strlen(p->bytes);
		return TOOL_YES;
	}
	*given = !shadow || t->values[OPTION_PASSWORD_STDIN] != NULL;
	return *given ? input_new_password(t, p) : TOOL_YES;
}

static int
show_issue(struct tool *t, const struct password *p,
    enum paspw_verdict verdict, const struct paspw_report *report)
{
	bool print = t->values[OPTION_GENERATE] != NULL &&
	    verdict == PASPW_ACCEPTED;
	json_t *object;

	if (t->json) {
		object = verdict_object(t, verdict, report);
		if (print)
			json_object_set_new(object, "password",
			    json_string(p->bytes));
		return output_object(t, object);
	}
	if (print)
		puts(p->bytes);
	else if (verdict != PASPW_ACCEPTED)
		print_verdict(paspw_verdict_name(verdict), report);
	return TOOL_YES;
}

int
command_issue(struct tool *t, command_issue_fn *issue)
{
	struct password p = { 0 };
	struct paspw_report *report = NULL;
	enum paspw_verdict verdict = PASPW_REFUSED;
	bool shadow = false, given = false;
	int code, err;

	if (t->values[OPTION_GENERATE] != NULL &&
	    t->values[OPTION_PASSWORD_STDIN] != NULL)
		return output_usage(t, _("--generate and --password-stdin "
		    "exclude each other"));
	if ((code = in_shadow(t, &shadow)) != TOOL_YES ||
	    (code = obtain(t, shadow, &p, &given)) != TOOL_YES)
		goto out;
	err = issue(t, given ? p.bytes : NULL, p.length, &report, &verdict);
	if (err != PASPW_OK) {
		code = output_error(t, err);
		goto out;
	}
	if ((code = show_issue(t, &p, verdict, report)) != TOOL_YES)
		goto out;
	if (shadow && verdict == PASPW_ACCEPTED)
		output_warning(t, _("the password of %s is kept in "
		    "/etc/shadow: set it there (passwd or chpasswd)"),
		    t->operand);
	code = verdict_exit(verdict);
out:
	input_wipe(&p);
	paspw_report_free(&report);
	return code;
}

static int
issue_password(struct tool *t, const char *password, size_t length,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	/* without one (shadow) the library says who sets it */
	return paspw_reset(t->handle, t->operand, password != NULL ? password
	    : "", length, report, verdict);
}

int
cmd_passwd(struct tool *t)
{
	int code = command_issue(t, issue_password);

	if (code == TOOL_YES && !t->json &&
	    t->values[OPTION_GENERATE] == NULL)
		printf(_("The account %s has a new temporary password.\n"),
		    t->operand);
	return code;
}

/* ---- verify ---- */

int
cmd_verify(struct tool *t)
{
	struct password p = { 0 };
	enum paspw_verdict verdict = PASPW_REFUSED;
	int code, err;

	if ((code = input_password(t, _("Password: "), &p)) != TOOL_YES)
		return code;
	err = paspw_authenticate(t->handle, t->operand, p.bytes, p.length,
	    &verdict);
	input_wipe(&p);
	if (err == PASPW_OK && verdict == PASPW_ACCEPTED)
		err = paspw_account_verdict(t->handle, t->operand, 0,
		    &verdict, NULL);
	if (err != PASPW_OK)
		return output_error(t, err);
	if (!t->json)
		print_verdict(paspw_verdict_name(verdict), NULL);
	else if ((code = output_object(t, json_pack("{s:s, s:s}", "account",
	    t->operand, "verdict", paspw_verdict_name(verdict)))) !=
	    TOOL_YES)
		return code;
	return verdict_exit(verdict);
}

/* ---- change ---- */

int
cmd_change(struct tool *t)
{
	struct password old = { 0 }, new = { 0 };
	struct paspw_report *report = NULL;
	enum paspw_verdict verdict = PASPW_REFUSED;
	int code, err;

	if ((code = input_password(t, _("Current password: "), &old)) !=
	    TOOL_YES || (code = input_new_password(t, &new)) != TOOL_YES)
		goto out;
	err = paspw_change(t->handle, t->operand, old.bytes, old.length,
	    new.bytes, new.length, &report, &verdict);
	if (err != PASPW_OK) {
		code = output_error(t, err);
		goto out;
	}
	if (!t->json)
		print_verdict(paspw_verdict_name(verdict), report);
	else if ((code = output_object(t, verdict_object(t, verdict,
	    report))) != TOOL_YES)
		goto out;
	code = verdict_exit(verdict);
out:
	input_wipe(&old);
	input_wipe(&new);
	paspw_report_free(&report);
	return code;
}

/* ---- check ---- */

int
cmd_check(struct tool *t)
{
	struct password p = { 0 };
	struct paspw_report *report = NULL;
	bool accepted = false;
	int code, err;

	if ((code = input_password(t, _("Password: "), &p)) != TOOL_YES)
		return code;
	err = paspw_check(t->handle, t->operand, NULL, 0, p.bytes, p.length,
	    &report);
	input_wipe(&p);
	if (err != PASPW_OK) {
		code = output_error(t, err);
		goto out;
	}
	accepted = paspw_report_count(report) == 0;
	if (!t->json)
		print_verdict(paspw_verdict_name(accepted ? PASPW_ACCEPTED
		    : PASPW_WEAK), report);
	else if ((code = output_object(t, json_pack("{s:b, s:o}", "accepted",
	    accepted, "broken", output_report(report)))) != TOOL_YES)
		goto out;
	code = accepted ? TOOL_YES : TOOL_NO;
out:
	paspw_report_free(&report);
	return code;
}

/* ---- generate ---- */

static int
generate_one(struct tool *t, unsigned length, unsigned words)
{
	char password[PASPW_PASSWORD_MAX + 1];
	double bits = 0;
	int code = TOOL_YES;
	int err = paspw_generate(t->handle, t->values[OPTION_USER], length,
	    words, password, sizeof(password), &bits);

	if (err != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_list_item(t, json_pack("{s:s, s:f}", "password",
		    password, "bits", bits));
	else
		puts(password);
	explicit_bzero(password, sizeof(password));
	return code;
}

static int
option_number(struct tool *t, enum tool_option option, const char *name,
    unsigned *number)
{
	const char *text = t->values[option];

	if (text == NULL || when_number(text, GENERATE_MAX, number))
		return TOOL_YES;
	return output_usage(t, _("%s: %s is no number from 1 to %d"), name,
	    text, GENERATE_MAX);
}

int
cmd_generate(struct tool *t)
{
	unsigned count = 1, length = 0, words = 0;
	int code;

	if ((code = option_number(t, OPTION_COUNT, "--count", &count)) !=
	    TOOL_YES || (code = option_number(t, OPTION_LENGTH, "--length",
	    &length)) != TOOL_YES || (code = option_number(t, OPTION_WORDS,
	    "--words", &words)) != TOOL_YES)
		return code;
	if (length != 0 && words != 0)
		return output_usage(t,
		    _("--length and --words exclude each other"));
	if (t->json)
		output_list_begin(t, "passwords");
	while (code == TOOL_YES && count-- > 0)
		code = generate_one(t, length, words);
	if (t->json && code == TOOL_YES)
		output_list_end(t);
	return code;
}
