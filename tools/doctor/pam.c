/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: the stacks of /etc/pam.d as they really are. */

#include "arguments.h"
#include "doctor/directory.h"
#include "doctor/doctor.h"
#include "stack/class.h"
#include "stack/way.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE_MAX 512
#define TEXT_MAX 1024
#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

/* One way in is wrong, and how it is said. %s: the rule to blame. */
static const struct wrong {
	enum pam_type type;
	enum pam_way_kind kind;
	enum doctor_state state;
	const char *item;
	const char *message;
	const char *advice;
} wrongs[] = {
	{ PAM_TYPE_AUTH, PAM_WAY_OPEN, DOCTOR_FAULT, "open",
	    N_("everybody gets in, whatever is typed: %s says yes, and no "
	    "module has verified anything"),
	    N_("let authsucc and pam_permit stand behind the module that "
	    "verifies, and end with `auth required pam_deny.so`") },
	{ PAM_TYPE_AUTH, PAM_WAY_BLIND, DOCTOR_FAULT,
	    "authsucc_early",
	    N_("no module has verified anything at %s: it refuses "
	    "everybody"),
	    N_("let authsucc stand behind the module that verifies") },
	{ PAM_TYPE_AUTH, PAM_WAY_BYPASS, DOCTOR_FAULT, "bypass",
	    N_("%s lets in without pam_paspolicy: nothing limits the tries, "
	    "and a locked account gets in"),
	    N_("write `auth requisite pam_paspolicy.so preauth` before it, or "
	    "replace it by `auth required pam_paspolicy.so`") },
	{ PAM_TYPE_AUTH, PAM_WAY_IGNORED, DOCTOR_FAULT, "ignored",
	    N_("%s lets in although pam_paspolicy has said no: to a wrong "
	    "password, or to a locked account"),
	    N_("make the line of pam_paspolicy `required`, and one with "
	    "preauth `requisite`") },
	{ PAM_TYPE_AUTH, PAM_WAY_DOWN, DOCTOR_WARNING, "fail_open",
	    N_("%s lets in while pam_paspolicy cannot decide: who can stop "
	    "the store has no limit of tries"),
	    N_("do not ignore authinfo_unavail of pam_paspolicy") },
	{ PAM_TYPE_AUTH, PAM_WAY_UNCOUNTED, DOCTOR_FAULT, "order",
	    N_("a wrong password at %s is never counted: pam_paspolicy comes "
	    "too late for it"),
	    N_("put the first line of pam_paspolicy before it") },
	{ PAM_TYPE_AUTH, PAM_WAY_LATE, DOCTOR_FAULT, "preauth_missing",
	    N_("%s counts a failure that nothing was reserved for: many "
	    "guesses at once get past the limit, and authsucc always refuses"),
	    N_("write `auth requisite pam_paspolicy.so preauth` before the "
	    "module that verifies") },
	{ PAM_TYPE_AUTH, PAM_WAY_PARDONED, DOCTOR_FAULT, "pardoned",
	    N_("%s also runs after a wrong password, and would forget the "
	    "failures then: it refuses everybody"),
	    N_("write `[success=1 default=bad]` on the line that verifies, "
	    "and behind it `auth [default=die] pam_paspolicy.so authfail`") },
	{ PAM_TYPE_AUTH, PAM_WAY_LEASED, DOCTOR_WARNING, "authfail_missing",
	    N_("a wrong password at %s counts only when its lease has run "
	    "out, and holds up other logins until then"),
	    N_("write `auth [default=die] pam_paspolicy.so authfail` behind "
	    "it") },
	{ PAM_TYPE_AUTH, PAM_WAY_WASTED, DOCTOR_WARNING, "preauth_required",
	    N_("%s is still asked when pam_paspolicy has refused: it computes "
	    "a hash for a locked account"),
	    N_("write `requisite` instead of `required` in the line with "
	    "preauth") },
	{ PAM_TYPE_ACCOUNT, PAM_WAY_BYPASS, DOCTOR_FAULT, "account_missing",
	    N_("the account phase ends at %s without pam_paspolicy: a locked, "
	    "closed or expired account gets in with an SSH key or from cron"),
	    N_("write `account required pam_paspolicy.so` before it") },
	{ PAM_TYPE_ACCOUNT, PAM_WAY_IGNORED, DOCTOR_FAULT, "account_ignored",
	    N_("the account phase ends well at %s although pam_paspolicy has "
	    "said no"),
	    N_("make the account line of pam_paspolicy `required`") },
	{ PAM_TYPE_ACCOUNT, PAM_WAY_DOWN, DOCTOR_WARNING,
	    "account_fail_open",
	    N_("the account phase ends well at %s while pam_paspolicy cannot "
	    "decide"),
	    N_("make the account line of pam_paspolicy `required`") },
	{ PAM_TYPE_PASSWORD, PAM_WAY_UNJUDGED, DOCTOR_FAULT,
	    "password_missing",
	    N_("%s stores new passwords that pam_paspolicy has not judged"),
	    N_("write `password requisite pam_paspolicy.so` before it, and "
	    "add use_authtok to its own line") },
	{ PAM_TYPE_PASSWORD, PAM_WAY_IGNORED, DOCTOR_FAULT,
	    "password_ignored",
	    N_("%s stores a new password that pam_paspolicy has refused"),
	    N_("make the password line of pam_paspolicy `requisite`") },
	{ PAM_TYPE_PASSWORD, PAM_WAY_SECOND, DOCTOR_FAULT, "use_authtok",
	    N_("%s may ask for another password than the one that "
	    "pam_paspolicy has judged"),
	    N_("add use_authtok to its line") },
};
#define WRONGS (sizeof(wrongs) / sizeof(wrongs[0]))

/* Logins of nobody's typing: open on purpose, and only their own program asks
 * for them. */
static const char *const automatic[] = {
	"*autologin*", "*greeter*", "*-launch-environment"
};

/* The same place is wrong for many services: told once. */
struct finding {
	enum doctor_state state;
	const char *item;
	char message[TEXT_MAX];
	char advice[TEXT_MAX];
	char services[TEXT_MAX];
};

struct review {
	struct doctor *doctor;
	struct finding *findings;
	size_t count;
	const char *service;
	bool anywhere;			/* ours is in some stack */
	bool bad;			/* this service has a finding */
};

/* ---- Findings ---- */

static void
add_service(char services[TEXT_MAX], const char *service)
{
	size_t used = strlen(services), length = strlen(service);

	if (used >= length && strcmp(services + used - length, service) == 0 &&
	    (used == length || services[used - length - 1] == ' '))
		return;
	snprintf(services + used, TEXT_MAX - used, "%s%s", used > 0 ? " " : "",
	    service);
}

static void __attribute__((format(printf, 5, 6)))
find(struct review *v, enum doctor_state state, const char *item,
    const char *advice, const char *format, ...)
{
	char message[TEXT_MAX];
	struct finding *f;
	va_list args;

	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	v->bad = v->bad || state != DOCTOR_OK;
	for (size_t i = 0; i < v->count; i++)
		if (v->findings[i].item == item &&
		    strcmp(v->findings[i].message, message) == 0) {
			add_service(v->findings[i].services, v->service);
			return;
		}
	f = realloc(v->findings, (v->count + 1) * sizeof(*f));
	if (f == NULL) {
		doctor_say(v->doctor, DOCTOR_FAULT, item, v->service, advice,
		    "%s", message);
		return;
	}
	v->findings = f;
	f = &f[v->count++];
	memset(f, 0, sizeof(*f));
	f->state = state;
	f->item = item;
	snprintf(f->message, sizeof(f->message), "%s", message);
	snprintf(f->advice, sizeof(f->advice), "%s",
	    advice != NULL ? advice : "");
	add_service(f->services, v->service);
}

/* "pam_unix (/etc/pam.d/common-auth:17)" */
static void
place(const struct pam_stack *s, size_t i, char text[PLACE_MAX])
{
	char name[TEXT_MAX];

	if (i >= s->count) {
		snprintf(text, PLACE_MAX, "-");
		return;
	}
	pam_rule_module(&s->rules[i], name, sizeof(name));
	snprintf(text, PLACE_MAX, "%.100s (%.300s:%u)", name[0] != '\0' ?
	    name : "?", s->rules[i].file, s->rules[i].number);
}

/* ---- One service ---- */

static bool
has_ours(const struct pam_stack *s, enum pam_type type)
{
	for (size_t i = 0; i < s->count; i++)
		if (pam_module_is_ours(&s->rules[i]) &&
		    (type == PAM_TYPE_ANY || s->rules[i].type == type))
			return true;
	return false;
}

static void
module_path(const struct doctor *d, const struct pam_rule *r,
    char path[PATH_MAX])
{
	bool whole = r->target[0] == '/';

	snprintf(path, PATH_MAX, "%s%s%s%s", d->root, whole ? "" : PAMDIR,
	    whole ? "" : "/", r->target);
}

/* A rule of ours that cannot work; libpam fails there. */
static bool
is_dead(const struct pam_rule *r, void *arg)
{
	const struct doctor *d = arg;
	struct arguments a;
	char path[PATH_MAX], fault[TEXT_MAX];

	if (!pam_module_is_ours(r))
		return false;
	module_path(d, r, path);
	return access(path, F_OK) != 0 || !arguments_parse(&a, r->count,
	    (const char **)(uintptr_t)r->arguments, fault, sizeof(fault));
}

static void
review_arguments(struct review *v, const struct pam_stack *s, size_t i)
{
	struct tool *t = v->doctor->tool;
	const struct pam_rule *r = &s->rules[i];
	char fault[TEXT_MAX], where[PLACE_MAX];
	struct arguments a;

	place(s, i, where);
	if (!arguments_parse(&a, r->count,
	    (const char **)(uintptr_t)r->arguments, fault, sizeof(fault)))
		find(v, DOCTOR_FAULT, "arguments", _("correct the line; "
		    "policy is written in paspw.conf alone"), _("every call "
		    "fails at %s: %s"), where, fault);
	else if (a.conf != NULL)
		doctor_named_config(v->doctor, a.conf);
}

static void
review_module_file(struct review *v, const struct pam_stack *s, size_t i)
{
	struct tool *t = v->doctor->tool;
	char path[PATH_MAX], where[PLACE_MAX];
	struct stat st;

	place(s, i, where);
	module_path(v->doctor, &s->rules[i], path);
	if (stat(path, &st) != 0)
		find(v, DOCTOR_FAULT, "module_file", _("install the module, "
		    "or take its lines away"), _("%s: %s: %s"), where, path,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & OTHERS_WRITE) != 0)
		find(v, DOCTOR_FAULT, "module_owner",
		    _("chown root:root and chmod 0644 the file"),
		    _("%s: others than root can replace %s"), where, path);
}

static void
review_rules(struct review *v, const struct pam_stack *s)
{
	struct tool *t = v->doctor->tool;
	bool protected = has_ours(s, PAM_TYPE_ANY);
	char where[PLACE_MAX];

	for (size_t i = 0; i < s->count; i++) {
		place(s, i, where);
		if (pam_module_is_ours(&s->rules[i])) {
			review_arguments(v, s, i);
			review_module_file(v, s, i);
		} else if (s->rules[i].kind == PAM_RULE_BROKEN)
			find(v, DOCTOR_FAULT, "broken_line", _("correct the "
			    "line: libpam refuses everybody there"),
			    _("%s: not a line that libpam understands"),
			    where);
		else if (protected && pam_module_class(&s->rules[i]) ==
		    PAM_MODULE_COUNTS)
			find(v, DOCTOR_WARNING, "two_counters", _("take its "
			    "lines away: paspw import faillock takes its "
			    "counts over"), _("%s counts failures too: a "
			    "person is locked twice, and unlocked by two "
			    "commands"), where);
	}
}

static void
review_fault(struct review *v, const struct pam_stack *s)
{
	struct tool *t = v->doctor->tool;
	static const char *const faults[] = {
		[PAM_STACK_NO_FILE] =
		    N_("%s includes a file that is not there"),
		[PAM_STACK_TOO_DEEP] = N_("%s includes too deep, or itself"),
		[PAM_STACK_TOO_LARGE] = N_("%s: the stack is too large to be "
		    "judged"),
		[PAM_STACK_NO_MEMORY] = N_("%s: no memory"),
	};

	if (s->fault == PAM_STACK_WHOLE)
		return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	find(v, DOCTOR_FAULT, "include", _("correct the line: libpam refuses "
	    "everybody there"), _(faults[s->fault]), s->fault_at);
#pragma GCC diagnostic pop
}

static bool
is_automatic(const char *service)
{
	for (size_t i = 0; i < sizeof(automatic) / sizeof(automatic[0]); i++)
		if (fnmatch(automatic[i], service, 0) == 0)
			return true;
	return false;
}

static void
tell_wrong(struct review *v, const struct pam_stack *s,
    const struct wrong *w, const struct pam_way *way)
{
	struct tool *t = v->doctor->tool;
	char where[PLACE_MAX], message[TEXT_MAX];

	place(s, way->at, where);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(message, sizeof(message), _(w->message), where);
#pragma GCC diagnostic pop
	if (way->chosen)
		find(v, DOCTOR_WARNING, w->item, _(w->advice), _("for those "
		    "whom a condition of the stack picks: %s"), message);
	else
		find(v, is_automatic(v->service) ? DOCTOR_WARNING : w->state,
		    w->item, _(w->advice), "%s", message);
}

/* Whether a try that ours was not told of is settled later: by the account
 * line, else with the credentials, which not every program sets. */
static void
review_untold(struct review *v, const struct pam_stack *s,
    const struct pam_way *way)
{
	struct tool *t = v->doctor->tool;
	char where[PLACE_MAX];

	if (!way->found || has_ours(s, PAM_TYPE_ACCOUNT))
		return;
	place(s, way->at, where);
	find(v, DOCTOR_WARNING, "authsucc_missing", _("write `auth sufficient "
	    "pam_paspolicy.so authsucc` behind it, and `account required "
	    "pam_paspolicy.so`"), _("a right password at %s is only told to "
	    "pam_paspolicy by programs that set credentials"), where);
}

/* With ours in it. */
static void
review_type(struct review *v, const struct pam_stack *s, enum pam_type type)
{
	struct tool *t = v->doctor->tool;
	struct pam_way ways[PAM_WAYS];

	if (!pam_way_walk(s, type, is_dead, v->doctor, ways)) {
		find(v, DOCTOR_WARNING, "tangled", _("simplify it: what "
		    "cannot be read cannot be trusted"), _("the %s lines "
		    "are too tangled to be judged"), pam_type_name(type));
		return;
	}
	for (size_t i = 0; i < WRONGS; i++)
		if (wrongs[i].type == type && ways[wrongs[i].kind].found &&
		    (has_ours(s, type) || wrongs[i].kind !=
		    PAM_WAY_UNCOUNTED))	/* BYPASS says it already */
			tell_wrong(v, s, &wrongs[i], &ways[wrongs[i].kind]);
	if (type == PAM_TYPE_AUTH)
		review_untold(v, s, &ways[PAM_WAY_UNTOLD]);
	if (has_ours(s, type) && !ways[PAM_WAY_GOOD].found &&
	    !ways[PAM_WAY_UNTOLD].found && !ways[PAM_WAY_SECOND].found)
		find(v, DOCTOR_FAULT, "shut", _("see the other findings of "
		    "this service; keep a root shell open"), _("nobody gets "
		    "through the %s lines: pam_paspolicy cannot say yes"),
		    pam_type_name(type));
}

/* Can anybody come through at all? */
static bool
lets_in(const struct review *v, const struct pam_stack *s, enum pam_type type)
{
	struct pam_way ways[PAM_WAYS];

	return !pam_way_walk(s, type, is_dead, v->doctor, ways) ||
	    ways[PAM_WAY_OPEN].found || ways[PAM_WAY_BYPASS].found ||
	    ways[PAM_WAY_UNJUDGED].found;
}

static void
review_stranger(struct review *v, const struct pam_stack *s)
{
	struct tool *t = v->doctor->tool;

	if (lets_in(v, s, PAM_TYPE_AUTH) || lets_in(v, s, PAM_TYPE_PASSWORD))
		find(v, DOCTOR_WARNING, "unprotected", _("write `auth required "
		    "pam_paspolicy.so` and `account required "
		    "pam_paspolicy.so`, or include files that have them"),
		    _("pam_paspolicy is not in the stack: nothing is "
		    "enforced there"));
	else
		find(v, DOCTOR_OK, "refuses", NULL,
		    _("refuses everybody but root"));
}

/* ---- What is enforced ---- */

static const char *
auth_form(const struct pam_stack *s)
{
	const char *form = "none";

	for (size_t i = 0; i < s->count; i++) {
		if (s->rules[i].type != PAM_TYPE_AUTH ||
		    !pam_module_is_ours(&s->rules[i]))
			continue;
		if (pam_module_class(&s->rules[i]) == PAM_MODULE_WHOLE)
			return "whole";
		form = "layered";
	}
	return form;
}

static void
note_service(struct review *v, const struct pam_stack *s)
{
	(void)json_object_set_new(v->doctor->services, v->service, json_pack(
	    "{s:s, s:b, s:b, s:b, s:b}", "auth", auth_form(s), "account",
	    has_ours(s, PAM_TYPE_ACCOUNT), "password",
	    has_ours(s, PAM_TYPE_PASSWORD), "session",
	    has_ours(s, PAM_TYPE_SESSION), "sound", !v->bad));
}

static void
praise(struct review *v, const struct pam_stack *s)
{
	struct tool *t = v->doctor->tool;

	if (has_ours(s, PAM_TYPE_SESSION))
		find(v, DOCTOR_OK, "stack", NULL, _("tries, accounts and new "
		    "passwords are under the policy, logins are recorded"));
	else
		find(v, DOCTOR_OK, "stack", NULL, _("tries, accounts and new "
		    "passwords are under the policy; logins are not recorded "
		    "(no session line)"));
}

static void
review_service(struct review *v, const struct pam_stack *s)
{
	v->bad = false;
	review_fault(v, s);
	review_rules(v, s);
	if (has_ours(s, PAM_TYPE_ANY)) {
		v->anywhere = true;
		review_type(v, s, PAM_TYPE_AUTH);
		review_type(v, s, PAM_TYPE_ACCOUNT);
		review_type(v, s, PAM_TYPE_PASSWORD);
		if (!v->bad)
			praise(v, s);
	} else
		review_stranger(v, s);
	note_service(v, s);
}

/* ---- All services ---- */

static void
tell_findings(struct review *v, const struct pam_directory *services)
{
	struct doctor *d = v->doctor;
	struct tool *t = d->tool;

	for (size_t i = 0; i < v->count; i++) {
		const struct finding *f = &v->findings[i];

		doctor_say(d, f->state, f->item, f->services,
		    f->advice[0] != '\0' ? f->advice : NULL, "%s",
		    f->message);
	}
	if (!v->anywhere && services->count > 0)
		doctor_say(d, DOCTOR_FAULT, "nowhere", "", _("Debian: "
		    "pam-auth-update --enable paspolicy; elsewhere write "
		    "`auth required pam_paspolicy.so` into the stacks"),
		    _("pam_paspolicy is in no stack: nothing is enforced"));
}

void
doctor_pam(struct doctor *d)
{
	struct review v = { .doctor = d };
	struct tool *t = d->tool;
	struct pam_directory services;

	if (!pam_directory_read(&services, d->root, d->pam_dir))
		doctor_say(d, DOCTOR_FAULT, "directory", d->pam_dir != NULL ?
		    d->pam_dir : d->root, NULL, _("the services cannot be "
		    "listed: %s"), strerror(errno));
	for (size_t i = 0; i < services.count; i++) {
		v.service = services.names[i];
		if (!pam_directory_is_part(&services, i))
			review_service(&v, &services.stacks[i]);
	}
	tell_findings(&v, &services);
	pam_directory_free(&services);
	free(v.findings);
}
