/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: the configuration, what is unwise in it, and the dictionary. */

#include "doctor/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define LINE_MAX_BYTES 2048

static const char standard_config[] = SYSCONFDIR "/security/paspw.conf";

/* What the library refuses too; here it is told with what to do. */
static void
check_owner(struct doctor *d, const char *path)
{
	struct tool *t = d->tool;
	struct stat st;

	if (stat(path, &st) != 0) {
		if (errno == ENOENT && t->values[OPTION_CONFIG] == NULL)
			doctor_say(d, DOCTOR_OK, "file", path, NULL,
			    _("not there: the preset pas applies"));
		return;
	}
	if (st.st_uid != 0 || (st.st_mode & OTHERS_WRITE) != 0)
		doctor_say(d, DOCTOR_FAULT, "owner", path,
		    _("chown root:root and chmod 0644 the file"),
		    _("others than root can write the policy"));
}

/* Logins go on under the last good policy, if there is one. */
static void
tell_broken(struct doctor *d, const char *path)
{
	struct tool *t = d->tool;
	struct paspw *login = NULL;
	char detail[LINE_MAX_BYTES];

	snprintf(detail, sizeof(detail), "%s", paspw_detail(t->handle));
	doctor_say(d, DOCTOR_FAULT, "broken", path,
	    _("correct it, and try it with paspw policy lint"),
	    "%s", detail);
	if (paspw_open(&login, t->values[OPTION_CONFIG],
	    PASPW_LOGIN) == PASPW_OK)
		doctor_say(d, DOCTOR_WARNING, "last_good", path, NULL,
		    _("logins go on under the last good policy: what was "
		    "edited since is not in force"));
	else
		doctor_say(d, DOCTOR_FAULT, "last_good", path, NULL,
		    _("no last good policy is kept: every login is refused"));
	paspw_close(&login);
}

/* That two standards want the contrary is for policy lint: nothing here can
 * be mended. */
static int
tell_finding(const struct paspw_finding *f, void *arg)
{
	struct doctor *d = arg;
	char object[LINE_MAX_BYTES];

	if (f->conflict)
		return 0;
	snprintf(object, sizeof(object), "[%s] %s = %s", f->realm,
	    f->setting, f->value);
	doctor_say(d, DOCTOR_WARNING, "unwise", object, NULL, "%s (%s)",
	    f->message, f->clauses);
	return 0;
}

struct realms {
	struct doctor *doctor;
	bool everybody;			/* one without members was there */
};

/* The first realm without members is everybody's whom no other claims. */
static int
tell_members(const struct paspw_setting *s, void *arg)
{
	struct realms *realms = arg;
	struct tool *t = realms->doctor->tool;

	if (strcmp(s->name, "members") != 0 || s->value[0] != '\0')
		return 0;
	if (realms->everybody)
		doctor_say(realms->doctor, DOCTOR_WARNING, "members",
		    s->realm, _("set members, or use it with realm= on a PAM "
		    "line"), _("the realm claims nobody"));
	realms->everybody = true;
	return 0;
}

static void
check_dictionary(struct doctor *d)
{
	struct tool *t = d->tool;
	const char *note = paspw_dictionary_note(t->handle);

	if (note != NULL)
		doctor_say(d, DOCTOR_WARNING, "dictionary", "cracklib",
		    _("Debian: apt-get install libpwquality1 "
		    "cracklib-runtime, then update-cracklib"), "%s", note);
	else
		doctor_say(d, DOCTOR_OK, "dictionary", "cracklib", NULL,
		    _("the dictionary is there"));
}

static void
check_realms(struct doctor *d, const char *path)
{
	struct tool *t = d->tool;
	struct realms realms = { .doctor = d };
	unsigned before = d->counts[DOCTOR_WARNING];

	if (paspw_setting_each(t->handle, tell_members, &realms) != PASPW_OK ||
	    paspw_policy_findings(t->handle, tell_finding, d) != PASPW_OK)
		doctor_say(d, DOCTOR_FAULT, "policy", path, NULL, "%s",
		    paspw_detail(t->handle));
	else if (d->counts[DOCTOR_WARNING] == before)
		doctor_say(d, DOCTOR_OK, "policy", path, NULL,
		    _("nothing unwise in it"));
}

void
doctor_policy(struct doctor *d)
{
	struct tool *t = d->tool;
	const char *path = t->values[OPTION_CONFIG] != NULL ?
	    t->values[OPTION_CONFIG] : standard_config;
	const char *realm = t->values[OPTION_REALM];

	check_owner(d, path);
	if (paspw_open(&t->handle, t->values[OPTION_CONFIG], 0) != PASPW_OK) {
		tell_broken(d, path);
		paspw_close(&t->handle);
		return;
	}
	if (realm != NULL && paspw_set(t->handle, PASPW_REALM, realm) !=
	    PASPW_OK) {
		doctor_say(d, DOCTOR_FAULT, "realm", realm, NULL,
		    "%s", paspw_detail(t->handle));
		return;
	}
	check_realms(d, path);
	check_dictionary(d);
}

void
doctor_named_config(struct doctor *d, const char *path)
{
	struct tool *t = d->tool;
	const char *judged = t->values[OPTION_CONFIG] != NULL ?
	    t->values[OPTION_CONFIG] : standard_config;
	size_t i;
	json_t *item;

	if (strcmp(path, judged) == 0)
		return;
	json_array_foreach(d->items, i, item)
		if (strcmp(json_string_value(json_object_get(item, "item")),
		    "other_config") == 0 && strcmp(json_string_value(
		    json_object_get(item, "object")), path) == 0)
			return;
	doctor_say(d, DOCTOR_WARNING, "other_config", path,
	    _("run paspw --config FILE doctor for it too"),
	    _("a PAM line uses this configuration, which is not the one "
	    "that is judged here"));
}
