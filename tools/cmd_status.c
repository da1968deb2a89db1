/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* status list: why can this person not log in, since when, until when. */

#include "command.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LABEL_WIDTH 22
#define NAME_WIDTH 24
#define REALM_WIDTH 14
#define STATE_WIDTH 17
#define TIME_WIDTH 26
#define COUNT_WIDTH 10
#define NEXT_MAX 1024

static const char *const states[] = {
	"active", "locked", "expired", "change_required", "not_yet_valid",
	"closed"
};
#define STATES (sizeof(states) / sizeof(states[0]))

/* ---- One account ---- */

static json_t *
causes_array(const struct paspw_status *s)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < s->cause_count; i++)
		if (json_array_append_new(list, json_pack("{s:s, s:o, s:o}",
		    "cause", s->causes[i].cause,
		    "since", output_time(s->causes[i].since),
		    "until", output_time(s->causes[i].until))) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* Keys in the order of the contract, then those that came later. */
static json_t *
status_object(const struct paspw_status *s)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o,"
	    " s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
	    " s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:b, s:o}",
	    "account", output_string(s->account),
	    "realm", output_string(s->realm),
	    "state", output_string(s->state),
	    "failures", (json_int_t)s->failures,
	    "pending", (json_int_t)s->pending,
	    "locked_at", output_time(s->locked_at),
	    "locked_until", output_time(s->locked_until),
	    "lock_reason", output_string(s->lock_reason),
	    "changed_at", output_time(s->changed_at),
	    "expires_at", output_time(s->expires_at),
	    "must_change", s->must_change,
	    "valid_from", output_time(s->valid_from),
	    "valid_until", output_time(s->valid_until),
	    "last_success_at", output_time(s->last_success_at),
	    "last_failure_at", output_time(s->last_failure_at),
	    "hash_method", output_string(s->hash_method),
	    "hash_cost", s->hash_cost != 0 ?
	    json_integer((json_int_t)s->hash_cost) : json_null(),
	    "owner", output_string(s->owner),
	    "kind", output_string(s->kind),
	    "credentials", output_string(s->credentials),
	    "refused_while_locked", (json_int_t)s->refused_while_locked,
	    "temporary_until", output_time(s->temporary_until),
	    "failures_since_success",
	    (json_int_t)s->failures_since_success,
	    "created_at", output_time(s->created_at),
	    "closed_at", output_time(s->closed_at),
	    "never_changed", s->never_changed,
	    "causes", causes_array(s));
}

static void
label(const char *text)
{
	output_text(text, LABEL_WIDTH);
}

static void
text_row(const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	label(name);
	output_text(value, 0);
	putchar('\n');
}

static void
time_row(const char *name, int64_t when, const char *never)
{
	if (when == 0 && never == NULL)
		return;
	label(name);
	output_clock(when, never, 0);
	putchar('\n');
}

/* What each cause means, and what ends it; %s is the account. */
static const struct explanation {
	const char *cause;
	const char *why;
	const char *next;
	const char *shadow;		/* when the system has its password */
} explanations[] = {
	{ "failures", N_("locked: too many wrong passwords"),
	    N_("paspw unlock %s"), NULL },
	{ "admin", N_("locked by an admin"), N_("paspw unlock %s"), NULL },
	{ "closed", N_("closed: departure"),
	    N_("for a new account of this name: paspw add %s --reopen "
	    "--reason TEXT"), NULL },
	{ "valid_from", N_("not valid yet"), N_("nothing: wait"), NULL },
	{ "valid_until", N_("no longer valid"),
	    N_("paspw close %s --reason TEXT; to issue it again: paspw add "
	    "--reopen"), NULL },
	{ "temporary_valid", N_("the temporary password was not changed in "
	    "time"), N_("paspw passwd %s"), N_("passwd %s") },
	{ "must_change", N_("the password must be changed first"),
	    N_("change the password at the next login"), NULL },
	{ "max_age", N_("the password is too old"),
	    N_("change the password at the next login"), NULL },
	{ "clock", N_("the password was changed on a day that is to come"),
	    N_("set the clock right, or change the password at the next "
	    "login"), NULL },
};

static const struct explanation *
explain(const char *cause)
{
	for (size_t i = 0;
	    i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (strcmp(explanations[i].cause, cause) == 0)
			return &explanations[i];
	return NULL;
}

static void
print_next(struct tool *t, const struct paspw_status *s,
    const struct explanation *e)
{
	char text[NEXT_MAX];
	bool shadow = strcmp(s->credentials, "shadow") == 0;
	const char *next = shadow && e->shadow != NULL ? e->shadow : e->next;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), _(next), s->account);
#pragma GCC diagnostic pop
	text_row(_("next"), text);
}

/* Each reason against a login, in the order in which they are undone. */
static void
print_causes(struct tool *t, const struct paspw_status *s)
{
	for (unsigned i = 0; i < s->cause_count; i++) {
		const struct paspw_cause *c = &s->causes[i];
		const struct explanation *e = explain(c->cause);

		text_row(_("why"), e != NULL ? _(e->why) : c->cause);
		time_row(_("since"), c->since, NULL);
		time_row(_("until"), c->until, _("no date: see next"));
		if (e != NULL)
			print_next(t, s, e);
	}
	if (s->locked_at == 0)
		return;
	label(_("refused meanwhile"));
	printf("%u\n", s->refused_while_locked);
}

static void
print_status(struct tool *t, const struct paspw_status *s)
{
	text_row(_("account"), s->account);
	text_row(_("realm"), s->realm);
	label(_("state"));
	output_state(s->state, 0);
	putchar('\n');
	print_causes(t, s);
	label(_("failed tries"));
	printf(_("%u, %u under way\n"), s->failures, s->pending);
	time_row(_("last failure"), s->last_failure_at, _("never"));
	time_row(_("last success"), s->last_success_at, _("never"));
	time_row(_("password changed"), s->changed_at, _("never"));
	time_row(_("password expires"), s->expires_at, _("never"));
	text_row(_("must change"), s->must_change ? _("yes") : _("no"));
	time_row(_("temporary until"), s->temporary_until, NULL);
	time_row(_("valid from"), s->valid_from, NULL);
	time_row(_("valid until"), s->valid_until, NULL);
	text_row(_("kind"), s->kind);
	text_row(_("owner"), s->owner);
	text_row(_("credentials"), s->credentials);
	if (s->hash_cost == 0) {
		text_row(_("hash"), s->hash_method);
		return;
	}
	label(_("hash"));
	printf(_("%s, cost %u\n"), s->hash_method, s->hash_cost);
}

static int
status_of(struct tool *t)
{
	struct paspw_status *status = NULL;
	int err = paspw_status(t->handle, t->operand, &status);
	int code = TOOL_YES;

	if (err != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_object(t, status_object(status));
	else
		print_status(t, status);
	paspw_status_free(&status);
	return code;
}

/* ---- How many in which state ---- */

/* A realm without accounts is listed too. */
static int
add_realm(const struct paspw_setting *setting, void *arg)
{
	json_t *realms = arg;
	json_t *counts;

	if (json_object_get(realms, setting->realm) != NULL)
		return 0;
	counts = json_pack("{s:i}", "accounts", 0);
	for (size_t i = 0; i < STATES; i++)
		json_object_set_new(counts, states[i], json_integer(0));
	return json_object_set_new(realms, setting->realm, counts) == 0 ? 0
	    : PASPW_ERR_MEMORY;
}

static int
count(json_t *counts, const char *key)
{
	json_t *number = json_object_get(counts, key);

	return number != NULL && json_integer_set(number,
	    json_integer_value(number) + 1) == 0 ? 0 : PASPW_ERR_INTERNAL;
}

static int
count_account(const struct paspw_status *s, void *arg)
{
	json_t *counts = json_object_get(arg, s->realm);
	int err = count(counts, "accounts");

	return err != 0 ? err : count(counts, s->state);
}

static void
print_counts(struct tool *t, json_t *realms)
{
	const char *realm, *key;
	json_t *counts, *number;

	output_text(_("realm"), REALM_WIDTH);
	output_text(_("accounts"), COUNT_WIDTH);
	for (size_t i = 0; i < STATES; i++)
		output_text(states[i], (int)strlen(states[i]) + 2);
	putchar('\n');
	json_object_foreach(realms, realm, counts) {
		output_text(realm, REALM_WIDTH);
		json_object_foreach(counts, key, number)
			printf("%-*d", strcmp(key, "accounts") == 0 ?
			    COUNT_WIDTH : (int)strlen(key) + 2,
			    (int)json_integer_value(number));
		putchar('\n');
	}
}

static int
summary(struct tool *t)
{
	json_t *realms = json_object();
	int code = TOOL_YES;
	int err = PASPW_ERR_MEMORY;

	if (realms == NULL || (err = paspw_setting_each(t->handle, add_realm,
	    realms)) != PASPW_OK || (err = paspw_each(t->handle,
	    count_account, realms)) != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_object(t, json_pack("{s:O}", "realms",
		    realms));
	else
		print_counts(t, realms);
	json_decref(realms);
	return code;
}

int
cmd_status(struct tool *t)
{
	return t->operand != NULL ? status_of(t) : summary(t);
}

/* ---- list ---- */

struct listing {
	struct tool *tool;
	bool locked;
	bool temporary;
	bool never_changed;
	bool without_owner;
	int64_t now;
	int64_t until;		/* only those that end by then; 0: all */
	int64_t idle;		/* only those not seen since then; 0: all */
	size_t printed;
	int code;
};

/* The first end that lies ahead; 0: none. */
static int64_t
next_end(const struct paspw_status *s, int64_t now)
{
	const int64_t ends[] = { s->expires_at, s->temporary_until,
	    s->valid_until };
	int64_t next = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i] > now && (next == 0 || ends[i] < next))
			next = ends[i];
	return next;
}

static void
list_row(struct tool *t, const struct paspw_status *s, int64_t end)
{
	output_text(s->account, NAME_WIDTH - 1);
	putchar(' ');
	output_text(s->realm, REALM_WIDTH);
	output_state(s->state, STATE_WIDTH);
	printf("%-*u", COUNT_WIDTH, s->failures);
	output_clock(end, _("never"), TIME_WIDTH);
	output_text(s->owner, 0);
	putchar('\n');
}

static void
list_header(struct tool *t)
{
	output_text(_("account"), NAME_WIDTH);
	output_text(_("realm"), REALM_WIDTH);
	output_text(_("state"), STATE_WIDTH);
	output_text(_("failures"), COUNT_WIDTH);
	output_text(_("ends"), TIME_WIDTH);
	output_text(_("owner"), 0);
	putchar('\n');
}

/* A closed one needs nothing any more: it is in the list of all alone. */
static bool
wanted(const struct listing *l, const struct paspw_status *s, int64_t end)
{
	int64_t seen = s->last_success_at != 0 ? s->last_success_at :
	    s->created_at;

	if (strcmp(s->state, "closed") == 0)
		return !l->locked && !l->temporary && !l->never_changed &&
		    !l->without_owner && l->until == 0 && l->idle == 0;
	return (!l->locked || s->locked_at != 0) &&
	    (!l->temporary || (s->must_change && s->temporary_until != 0)) &&
	    (!l->never_changed || s->never_changed) &&
	    (!l->without_owner || s->owner[0] == '\0') &&
	    (l->until == 0 || (end != 0 && end <= l->until &&
	    strcmp(s->state, "expired") != 0)) &&
	    (l->idle == 0 || seen <= l->idle);
}

static int
list_account(const struct paspw_status *s, void *arg)
{
	struct listing *listing = arg;
	int64_t end = next_end(s, listing->now);

	if (!wanted(listing, s, end))
		return 0;
	if (listing->tool->json) {
		listing->code = output_list_item(listing->tool,
		    status_object(s));
	} else {
		if (listing->printed++ == 0)
			list_header(listing->tool);
		list_row(listing->tool, s, end);
	}
	/* nobody reads on: no need to go through a million accounts */
	return listing->code != TOOL_YES || ferror(stdout) ? EOF : 0;
}

int
cmd_list(struct tool *t)
{
	const char *span = t->values[OPTION_EXPIRING];
	const char *idle = t->values[OPTION_IDLE];
	struct listing listing = {
		.tool = t,
		.locked = t->values[OPTION_LOCKED] != NULL,
		.temporary = t->values[OPTION_TEMPORARY] != NULL,
		.never_changed = t->values[OPTION_NEVER_CHANGED] != NULL,
		.without_owner = t->values[OPTION_WITHOUT_OWNER] != NULL,
		.now = (int64_t)time(NULL),
		.code = TOOL_YES
	};
	int err;

	if (span != NULL && !when_span(span, 1, listing.now, &listing.until))
		return output_usage(t, _("--expiring: %s is no span such as "
		    "14d, 4mo or 12h"), span);
	if (idle != NULL && !when_span(idle, -1, listing.now, &listing.idle))
		return output_usage(t, _("--idle: %s is no span such as "
		    "14d, 4mo or 12h"), idle);
	if (t->json)
		output_list_begin(t, "accounts");
	err = paspw_each(t->handle, list_account, &listing);
	if (err == EOF)
		return listing.code;
	if (err != PASPW_OK)
		return output_error(t, err);
	if (t->json)
		output_list_end(t);
	return TOOL_YES;
}
