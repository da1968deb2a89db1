/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "stack/class.h"

#include <string.h>

#define NAME_SIZE 64

static const char ours[] = "pam_paspolicy";

/* What is not here may verify somebody: it is taken for a way in. */
static const struct row {
	const char *name;
	enum pam_module_class class;
} modules[] = {
	{ "pam_unix", PAM_MODULE_UNIX },
	{ "pam_deny", PAM_MODULE_DENY },
	{ "pam_permit", PAM_MODULE_PERMIT },
	{ "pam_rootok", PAM_MODULE_ROOT },
	{ "pam_faillock", PAM_MODULE_COUNTS },
	{ "pam_tally", PAM_MODULE_COUNTS },
	{ "pam_tally2", PAM_MODULE_COUNTS },
	{ "pam_abl", PAM_MODULE_COUNTS },
	{ "pam_access", PAM_MODULE_CHOOSES },
	{ "pam_group", PAM_MODULE_CHOOSES },
	{ "pam_listfile", PAM_MODULE_CHOOSES },
	{ "pam_succeed_if", PAM_MODULE_CHOOSES },
	{ "pam_time", PAM_MODULE_CHOOSES },
	{ "pam_usertype", PAM_MODULE_CHOOSES },
	{ "pam_wheel", PAM_MODULE_CHOOSES },
	{ "pam_cap", PAM_MODULE_GATE },
	{ "pam_cracklib", PAM_MODULE_GATE },
	{ "pam_debug", PAM_MODULE_GATE },
	{ "pam_echo", PAM_MODULE_GATE },
	{ "pam_env", PAM_MODULE_GATE },
	{ "pam_faildelay", PAM_MODULE_GATE },
	{ "pam_ftp", PAM_MODULE_GATE },
	{ "pam_gnome_keyring", PAM_MODULE_GATE },
	{ "pam_issue", PAM_MODULE_GATE },
	{ "pam_keyinit", PAM_MODULE_GATE },
	{ "pam_kwallet5", PAM_MODULE_GATE },
	{ "pam_lastlog", PAM_MODULE_GATE },
	{ "pam_limits", PAM_MODULE_GATE },
	{ "pam_localuser", PAM_MODULE_GATE },
	{ "pam_loginuid", PAM_MODULE_GATE },
	{ "pam_mail", PAM_MODULE_GATE },
	{ "pam_mkhomedir", PAM_MODULE_GATE },
	{ "pam_motd", PAM_MODULE_GATE },
	{ "pam_mount", PAM_MODULE_GATE },
	{ "pam_namespace", PAM_MODULE_GATE },
	{ "pam_nologin", PAM_MODULE_GATE },
	{ "pam_passwdqc", PAM_MODULE_GATE },
	{ "pam_pwhistory", PAM_MODULE_GATE },
	{ "pam_pwquality", PAM_MODULE_GATE },
	{ "pam_securetty", PAM_MODULE_GATE },
	{ "pam_selinux", PAM_MODULE_GATE },
	{ "pam_sepermit", PAM_MODULE_GATE },
	{ "pam_setquota", PAM_MODULE_GATE },
	{ "pam_shells", PAM_MODULE_GATE },
	{ "pam_systemd", PAM_MODULE_GATE },
	{ "pam_tty_audit", PAM_MODULE_GATE },
	{ "pam_umask", PAM_MODULE_GATE },
	{ "pam_warn", PAM_MODULE_GATE },
	{ "pam_xauth", PAM_MODULE_GATE },
};

static bool
is_named(const struct pam_rule *r, const char *name)
{
	char found[NAME_SIZE];

	pam_rule_module(r, found, sizeof(found));
	return strcmp(found, name) == 0;
}

bool
pam_module_is_ours(const struct pam_rule *r)
{
	return is_named(r, ours);
}

/* Roles are of auth; elsewhere the module does not look at them. */
static enum pam_module_class
our_class(const struct pam_rule *r)
{
	if (r->type != PAM_TYPE_AUTH)
		return PAM_MODULE_WHOLE;
	if (pam_rule_has(r, "preauth"))
		return PAM_MODULE_PREAUTH;
	if (pam_rule_has(r, "authfail"))
		return PAM_MODULE_AUTHFAIL;
	if (pam_rule_has(r, "authsucc"))
		return PAM_MODULE_AUTHSUCC;
	return PAM_MODULE_WHOLE;
}

enum pam_module_class
pam_module_class(const struct pam_rule *r)
{
	if (r->kind != PAM_RULE_MODULE)
		return PAM_MODULE_FAILS;
	if (pam_module_is_ours(r))
		return our_class(r);
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (is_named(r, modules[i].name))
			return modules[i].class;
	return PAM_MODULE_PROVES;
}
