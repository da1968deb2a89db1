/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* init add lock unlock expire close: the life of an account. */

#include "command.h"

#include <stdio.h>
#include <string.h>

/* ---- init ---- */

static int
add_store(const struct paspw_setting *setting, void *arg)
{
	json_t *stores = arg;

	if (strcmp(setting->name, "store") != 0)
		return 0;
	return json_object_set_new(stores, setting->realm,
	    output_string(setting->value)) == 0 ? 0 : PASPW_ERR_MEMORY;
}

struct first_key {
	struct tool *tool;
	const char *store;
	bool shown;
	int code;
};

static int
show_realm(struct tool *t, const char *realm, const char *store,
    const char *key)
{
	if (t->json)
		return output_list_item(t, json_pack("{s:s, s:s, s:o}",
		    "realm", realm, "store", store, "first_key",
		    output_string(key)));
	printf(_("The realm %s has its store: %s\n"), realm, store);
	if (key != NULL)
		printf(_("Its first sealing key is shown this once; keep it "
		    "far from this host,\nfor paspw audit verify "
		    "--proofs:\n%s\n"), key);
	return TOOL_YES;
}

/* The library erases the key when this returns 0: not before it is out. */
static int
show_key(const char *realm, const char *key, void *arg)
{
	struct first_key *first = arg;

	first->shown = true;
	first->code = show_realm(first->tool, realm, first->store, key);
	return first->code == TOOL_YES && fflush(stdout) == 0 ? 0 : EOF;
}

/* Realm by realm: one that fails must not cost another its first key, which
 * the next seal would use up. */
static int
init_realm(struct tool *t, const char *realm, const char *store)
{
	struct first_key first = { t, store, false, TOOL_YES };
	int err;

	if ((err = paspw_set(t->handle, PASPW_REALM, realm)) == PASPW_OK &&
	    (err = paspw_init(t->handle)) == PASPW_OK)
		err = paspw_audit_first_keys(t->handle, show_key, &first);
	if (err == EOF)
		return first.code != TOOL_YES ? first.code : TOOL_INTERNAL;
	if (err != PASPW_OK)
		return output_error(t, err);
	return first.shown ? TOOL_YES : show_realm(t, realm, store, NULL);
}

int
cmd_init(struct tool *t)
{
	json_t *stores = json_object();
	const char *realm;
	json_t *store;
	int err = PASPW_ERR_MEMORY;
	int code = TOOL_YES;

	if (stores == NULL || (err = paspw_setting_each(t->handle, add_store,
	    stores)) != PASPW_OK) {
		code = output_error(t, err);
		goto out;
	}
	if (t->json)
		output_list_begin(t, "realms");
	json_object_foreach(stores, realm, store) {
		code = init_realm(t, realm, json_string_value(store));
		if (code != TOOL_YES)
			goto out;
	}
	if (t->json)
		output_list_end(t);
out:
	json_decref(stores);
	return code;
}

/* ---- add ---- */

static int
option_time(struct tool *t, enum tool_option option, const char *name,
    int64_t *when)
{
	const char *text = t->values[option];

	if (text == NULL || when_parse(text, option == OPTION_VALID_UNTIL,
	    when))
		return TOOL_YES;
	return output_usage(t, _("%s: %s is no time such as 2026-03-31 or "
	    "2026-03-31T14:30"), name, text);
}

static int
issue_account(struct tool *t, const char *password, size_t length,
    struct paspw_report **report, enum paspw_verdict *verdict)
{
	if (t->values[OPTION_REOPEN] != NULL)
		return paspw_reopen(t->handle, t->operand, password, length,
		    &t->terms, report, verdict);
	return paspw_add(t->handle, t->operand, password, length, &t->terms,
	    report, verdict);
}

int
cmd_add(struct tool *t)
{
	int code;

	/* before a password is asked for */
	if (t->values[OPTION_REOPEN] != NULL &&
	    (t->values[OPTION_REASON] == NULL ||
	    t->values[OPTION_REASON][0] == '\0'))
		return output_usage(t, _("%s: --reason is missing"), "add");
	t->terms.owner = t->values[OPTION_OWNER];
	t->terms.kind = t->values[OPTION_KIND];
	if ((code = option_time(t, OPTION_VALID_FROM, "--valid-from",
	    &t->terms.valid_from)) != TOOL_YES ||
	    (code = option_time(t, OPTION_VALID_UNTIL, "--valid-until",
	    &t->terms.valid_until)) != TOOL_YES)
		return code;
	code = command_issue(t, issue_account);
	if (code == TOOL_YES && !t->json &&
	    t->values[OPTION_GENERATE] == NULL)
		printf(_("The account %s is issued.\n"), t->operand);
	return code;
}

/* An act on one account came to this. */
static int
done(struct tool *t, int err, const char *what)
{
	const char *realm = NULL;

	if (err != PASPW_OK)
		return output_error(t, err);
	if (!t->json)
		return TOOL_YES;
	if (paspw_realm_of(t->handle, t->operand, &realm) != PASPW_OK)
		realm = NULL;
	return output_object(t, json_pack("{s:s, s:o, s:s}", "account",
	    t->operand, "realm", output_string(realm), "done", what));
}

/* ---- set ---- */

/* "never" takes a date away. */
static int
option_time_or_never(struct tool *t, enum tool_option option,
    const char *name, int64_t *when)
{
	const char *text = t->values[option];

	if (text == NULL || strcmp(text, "never") != 0)
		return option_time(t, option, name, when);
	*when = 0;
	return TOOL_YES;
}

int
cmd_set(struct tool *t)
{
	static const struct {
		enum tool_option option;
		unsigned term;
	} terms[] = {
		{ OPTION_OWNER, PASPW_TERM_OWNER },
		{ OPTION_KIND, PASPW_TERM_KIND },
		{ OPTION_VALID_FROM, PASPW_TERM_VALID_FROM },
		{ OPTION_VALID_UNTIL, PASPW_TERM_VALID_UNTIL },
	};
	unsigned which = 0;
	int code;

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		if (t->values[terms[i].option] != NULL)
			which |= terms[i].term;
	if (which == 0)
		return output_usage(t, _("set: there is nothing to set"));
	t->terms.owner = t->values[OPTION_OWNER];
	t->terms.kind = t->values[OPTION_KIND];
	if ((code = option_time_or_never(t, OPTION_VALID_FROM,
	    "--valid-from", &t->terms.valid_from)) != TOOL_YES ||
	    (code = option_time_or_never(t, OPTION_VALID_UNTIL,
	    "--valid-until", &t->terms.valid_until)) != TOOL_YES)
		return code;
	return done(t, paspw_amend(t->handle, t->operand, &t->terms, which),
	    "set");
}

/* ---- lock, unlock, expire, close ---- */

typedef int act_fn(struct paspw *h, const char *user);

/* A script may lock or unlock everybody: that somebody has left is no error.
 * But nobody shall believe that he may come in again. */
static bool
is_closed(struct tool *t)
{
	struct paspw_status *status = NULL;
	bool closed = paspw_status(t->handle, t->operand,
	    &status) == PASPW_OK && strcmp(status->state, "closed") == 0;

	paspw_status_free(&status);
	return closed;
}

/* sentence: what an admin reads, with the account in it. */
static int
act(struct tool *t, act_fn *verb, const char *what, const char *sentence)
{
	int code = done(t, verb(t->handle, t->operand), what);

	if (code != TOOL_YES)
		return code;
	if (verb != paspw_close_account && is_closed(t))
		output_warning(t, _("the account %s is closed, and stays so"),
		    t->operand);
	else if (!t->json) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		printf(_(sentence), t->operand);
#pragma GCC diagnostic pop
	}
	return TOOL_YES;
}

int
cmd_lock(struct tool *t)
{
	return act(t, paspw_lock, "lock",
	    N_("The account %s is locked.\n"));
}

int
cmd_unlock(struct tool *t)
{
	return act(t, paspw_unlock, "unlock",
	    N_("The account %s is unlocked.\n"));
}

int
cmd_expire(struct tool *t)
{
	return act(t, paspw_expire, "expire", N_("The account %s must change "
	    "its password at the next login.\n"));
}

int
cmd_close(struct tool *t)
{
	return act(t, paspw_close_account, "close", N_("The account %s is "
	    "closed, its credentials are erased.\n"));
}
