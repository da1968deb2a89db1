/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: is what was configured really in force here? */

#include "doctor/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MESSAGE_MAX 4096
#define STATE_WIDTH 10		/* "attention" and a space */

static const char *const states[] = {
	[DOCTOR_OK] = N_("ok"),
	[DOCTOR_WARNING] = N_("warning"),
	[DOCTOR_FAULT] = N_("fault"),
};

static const enum output_colour colours[] = {
	[DOCTOR_OK] = OUTPUT_GREEN,
	[DOCTOR_WARNING] = OUTPUT_YELLOW,
	[DOCTOR_FAULT] = OUTPUT_RED,
};

static void
print_item(struct doctor *d, enum doctor_state state, const char *object,
    const char *advice, const char *message)
{
	struct tool *t = d->tool;

	printf("  ");
	output_coloured(colours[state], _(states[state]), STATE_WIDTH);
	if (object[0] != '\0') {
		output_text(object, 0);
		printf(": ");
	}
	output_text(message, 0);
	putchar('\n');
	if (advice == NULL)
		return;
	printf("  %*s-> ", STATE_WIDTH, "");
	output_text(advice, 0);
	putchar('\n');
}

void
doctor_say(struct doctor *d, enum doctor_state state, const char *item,
    const char *object, const char *advice, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	d->counts[state]++;
	(void)json_array_append_new(d->items, json_pack(
	    "{s:s, s:s, s:o, s:s, s:o, s:o}", "area", d->area, "item", item,
	    "object", output_string(object), "state", states[state],
	    "message", output_string(message), "advice",
	    output_string(advice)));
	if (!d->tool->json)
		print_item(d, state, object, advice, message);
}

bool
doctor_path(struct doctor *d, char path[PATH_MAX], const char *name)
{
	struct tool *t = d->tool;
	int n = snprintf(path, PATH_MAX, "%s%s", d->root, name);

	if (n >= 0 && n < PATH_MAX)
		return true;
	doctor_say(d, DOCTOR_FAULT, "path", name, NULL,
	    _("the path is too long"));
	return false;
}

/* ---- One run ---- */

/* In the order in which one would look for a fault. */
static const struct area {
	const char *name;
	const char *title;
	void (*look)(struct doctor *d);
	bool wants_policy;
} areas[] = {
	{ "pam", N_("PAM stacks"), doctor_pam, false },
	{ "policy", N_("Configuration"), doctor_policy, false },
	{ "store", N_("Stores"), doctor_stores, true },
	{ "account", N_("Accounts"), doctor_accounts, true },
	{ "caller", N_("Ways to the stores"), doctor_callers, true },
	{ "sshd", N_("sshd"), doctor_sshd, false },
	{ "shadow", N_("System passwords"), doctor_shadow, false },
};

static void
look_at_all(struct doctor *d)
{
	struct tool *t = d->tool;

	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		if (areas[i].wants_policy && t->handle == NULL)
			continue;
		d->area = areas[i].name;
		if (!t->json)
			printf("%s\n", _(areas[i].title));
		areas[i].look(d);
		(void)fflush(stdout);
	}
}

static int
conclude(struct doctor *d)
{
	struct tool *t = d->tool;
	int code = d->counts[DOCTOR_FAULT] > 0 ? TOOL_NO : TOOL_YES;
	enum doctor_state worst = code == TOOL_NO ? DOCTOR_FAULT :
	    d->counts[DOCTOR_WARNING] > 0 ? DOCTOR_WARNING : DOCTOR_OK;
	int told;

	if (!t->json) {
		printf(_("ok: %u, warnings: %u, faults: %u\n"),
		    d->counts[DOCTOR_OK], d->counts[DOCTOR_WARNING],
		    d->counts[DOCTOR_FAULT]);
		return code;
	}
	told = output_object(t, json_pack("{s:s, s:i, s:i, s:i, s:O, s:O}",
	    "verdict", states[worst], "ok", (int)d->counts[DOCTOR_OK],
	    "warnings", (int)d->counts[DOCTOR_WARNING], "faults",
	    (int)d->counts[DOCTOR_FAULT], "items", d->items, "services",
	    d->services));
	return told != TOOL_YES ? told : code;
}

int
cmd_doctor(struct tool *t)
{
	const char *root = t->values[OPTION_ROOT];
	struct doctor d = {
		.tool = t, .root = root != NULL ? root : "",
		.pam_dir = t->values[OPTION_PAM_DIR],
		.sshd_config = t->values[OPTION_SSHD_CONFIG],
		.items = json_array(), .services = json_object(),
	};
	int code;

	look_at_all(&d);
	code = conclude(&d);
	json_decref(d.items);
	json_decref(d.services);
	return code;
}
