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

static const char *const states[] = {
	"active", "locked", "expired", "change_required", "not_yet_valid",
	"closed"
};
#define STATES (sizeof(states) / sizeof(states[0]))

/* ---- One account ---- */

/* Keys in the order of the contract, then those that came later. */
static json_t *
status_object(const struct paspw_status *s)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o,"
	    " s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
	    " s:o, s:o, s:I, s:o, s:I}",
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
	    (json_int_t)s->failures_since_success);
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

static void
print_lock(struct tool *t, const struct paspw_status *s)
{
	if (s->locked_at == 0)
		return;
	time_row(_("locked since"), s->locked_at, NULL);
	time_row(_("locked until"), s->locked_until,
	    _("an admin unlocks it"));
	text_row(_("locked by"), s->lock_reason);
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
	print_lock(t, s);
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
	int64_t now;
	int64_t until;		/* only those that end by then; 0: all */
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

static int
list_account(const struct paspw_status *s, void *arg)
{
	struct listing *listing = arg;
	int64_t end = next_end(s, listing->now);

	if (listing->locked && strcmp(s->state, "locked") != 0)
		return 0;
	if (listing->until != 0 && (end == 0 || end > listing->until ||
	    strcmp(s->state, "closed") == 0))
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
	struct listing listing = {
		.tool = t,
		.locked = t->values[OPTION_LOCKED] != NULL,
		.now = (int64_t)time(NULL),
		.code = TOOL_YES
	};
	int err;

	if (span != NULL && !when_span(span, 1, listing.now, &listing.until))
		return output_usage(t, _("--expiring: %s is no span such as "
		    "14d, 4mo or 12h"), span);
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
