/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* audit show, export, archive: the events of the trail. */

#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIME_WIDTH 25
#define REALM_WIDTH 10
#define KIND_WIDTH 16
#define NAME_WIDTH 16

int
tool_archives(struct tool *t)
{
	const char *directory = t->values[OPTION_DIRECTORY];
	char path[PATH_MAX];
	int err;

	if (directory == NULL)
		return TOOL_YES;
	if (realpath(directory, path) == NULL)
		return output_usage(t, "%s: %s", directory, strerror(errno));
	err = paspw_set(t->handle, PASPW_ARCHIVES, path);
	return err == PASPW_OK ? TOOL_YES : output_error(t, err);
}

/* ---- show ---- */

struct events {
	struct tool *tool;
	int code;
	uint64_t count;
};

static json_t *
event_object(const struct paspw_event *event)
{
	json_t *data = json_loads(event->data, 0, NULL);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
	    " s:o}",
	    "id", output_string(event->id),
	    "at", output_time(event->at),
	    "realm", output_string(event->realm),
	    "kind", output_string(event->kind),
	    "actor", output_string(event->actor),
	    "account", output_string(event->account),
	    "subject", output_string(event->subject),
	    "reason", output_string(event->reason),
	    "ticket", output_string(event->ticket),
	    "data", data != NULL ? data : output_string(event->data),
	    "seal", event->seal != 0 ? json_integer(event->seal)
	    : json_null());
}

static void
print_event(const struct paspw_event *event)
{
	output_clock(event->at, "-", TIME_WIDTH);
	output_text(event->realm, REALM_WIDTH);
	output_text(event->kind, KIND_WIDTH);
	putchar(' ');
	output_text(event->account[0] != '\0' ? event->account : "-",
	    NAME_WIDTH);
	putchar(' ');
	output_text(event->actor, NAME_WIDTH);
	putchar(' ');
	output_text(event->data, 0);
	if (event->reason[0] != '\0') {
		printf(" \"");
		output_text(event->reason, 0);
		putchar('"');
	}
	if (event->ticket[0] != '\0') {
		printf(" [");
		output_text(event->ticket, 0);
		putchar(']');
	}
	putchar('\n');
}

static int
show_event(const struct paspw_event *event, void *arg)
{
	struct events *events = arg;

	if (events->tool->json)
		events->code = output_list_item(events->tool,
		    event_object(event));
	else
		print_event(event);
	return events->code != TOOL_YES || ferror(stdout) ? EOF : 0;
}

/* Every event that --account and --since ask for. */
static int
each_event(struct tool *t, paspw_event_fn *fn, struct events *events)
{
	const char *text = t->values[OPTION_SINCE];
	int64_t since = 0;
	int code, err;

	if (text != NULL && !when_parse(text, false, &since) &&
	    !when_span(text, -1, (int64_t)time(NULL), &since))
		return output_usage(t, _("--since: %s is no time such as "
		    "2026-03-31T14:30 and no span such as 14d"), text);
	if ((code = tool_archives(t)) != TOOL_YES)
		return code;
	err = paspw_audit_each(t->handle, t->values[OPTION_ACCOUNT], since,
	    fn, events);
	if (err == EOF)
		return events->code;
	return err == PASPW_OK ? TOOL_YES : output_error(t, err);
}

int
cmd_audit_show(struct tool *t)
{
	struct events events = { .tool = t, .code = TOOL_YES };
	int code;

	if (t->json)
		output_list_begin(t, "events");
	code = each_event(t, show_event, &events);
	if (code == TOOL_YES && t->json)
		output_list_end(t);
	return code;
}

/* ---- export: RFC 4180, or a JSON object a line ---- */

/* A spreadsheet runs what begins like a formula, and a stranger chooses the
 * name of his host: such a cell gets an apostrophe. --json leaves all as it
 * is. */
static void
print_cell(const char *text)
{
	putchar('"');
	if (text[0] != '\0' && strchr("=+-@", text[0]) != NULL)
		putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static const char csv_head[] = "id,at,realm,kind,actor,account,subject,"
    "service,rhost,tty,reason,ticket,data,seal\r\n";

static int
print_csv(const struct paspw_event *event)
{
	json_t *at = output_time(event->at);
	json_t *data = json_loads(event->data, 0, NULL);
	const char *const cells[] = {
		event->id, json_string_value(at), event->realm, event->kind,
		event->actor, event->account, event->subject,
		text_of(data, "service"), text_of(data, "rhost"),
		text_of(data, "tty"), event->reason, event->ticket,
		event->data,
	};

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		print_cell(cells[i] != NULL ? cells[i] : "");
		putchar(',');
	}
	if (event->seal != 0)
		printf("%lld", (long long)event->seal);
	fputs("\r\n", stdout);
	json_decref(at);
	json_decref(data);
	return TOOL_YES;
}

static int
export_event(const struct paspw_event *event, void *arg)
{
	struct events *events = arg;

	progress_count(++events->count, 0);
	events->code = events->tool->json ?
	    output_object(events->tool, event_object(event)) :
	    print_csv(event);
	return events->code != TOOL_YES || ferror(stdout) ? EOF : 0;
}

int
cmd_audit_export(struct tool *t)
{
	struct events events = { .tool = t, .code = TOOL_YES };

	if (!t->json)
		fputs(csv_head, stdout);
	return each_event(t, export_event, &events);
}

/* ---- archive ---- */

static int
show_archive(const struct paspw_archive *a, void *arg)
{
	struct events *events = arg;
	struct tool *t = events->tool;

	progress_count(++events->count, 0);
	if (t->json)
		events->code = output_list_item(t, json_pack(
		    "{s:s, s:o, s:I, s:I, s:o, s:I, s:b}",
		    "realm", a->realm, "path", output_string(a->path),
		    "first", (json_int_t)a->first,
		    "last", (json_int_t)a->last,
		    "latest", output_time(a->latest),
		    "events", (json_int_t)a->events, "removed", a->removed));
	else
		printf(a->removed ? _("Removed after its time: %s\n")
		    : _("Archived: %s\n"), a->path);
	return events->code != TOOL_YES ? EOF : 0;
}

int
cmd_audit_archive(struct tool *t)
{
	struct events events = { .tool = t, .code = TOOL_YES };
	int code, err;

	if ((code = tool_archives(t)) != TOOL_YES)
		return code;
	if (t->json)
		output_list_begin(t, "archives");
	if ((err = paspw_audit_seal_empty(t->handle)) == PASPW_OK)
		err = paspw_audit_archive(t->handle, show_archive, &events);
	if (err == EOF)
		return events.code;
	if (err != PASPW_OK)
		return output_error(t, err);
	if (t->json)
		output_list_end(t);
	return TOOL_YES;
}
