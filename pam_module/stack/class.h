/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* pam_module: what a module does, as far as it matters to a stack. Pure. */
#ifndef PAM_MODULE_CLASS_H
#define PAM_MODULE_CLASS_H

#include "stack/rule.h"

enum pam_module_class {
	PAM_MODULE_PROVES = 0,	/* verifies somebody: pam_sss; and what nobody
				 * here knows */
	PAM_MODULE_UNIX,	/* the same, and always answers */
	PAM_MODULE_GATE,	/* success proves nothing: pam_env */
	PAM_MODULE_CHOOSES,	/* success depends on who it is: succeed_if */
	PAM_MODULE_ROOT,	/* pam_rootok: root is root */
	PAM_MODULE_PERMIT,	/* pam_permit */
	PAM_MODULE_DENY,	/* pam_deny */
	PAM_MODULE_COUNTS,	/* another one that counts failures */
	PAM_MODULE_WHOLE,	/* ours, and its three parts */
	PAM_MODULE_PREAUTH,
	PAM_MODULE_AUTHFAIL,
	PAM_MODULE_AUTHSUCC,
	PAM_MODULE_FAILS	/* never runs: broken, or its file is missing */
};
enum pam_module_class pam_module_class(const struct pam_rule *r);
bool pam_module_is_ours(const struct pam_rule *r);

#endif
