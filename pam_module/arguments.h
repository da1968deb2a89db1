/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* arguments: what a line of the PAM configuration says to the module. The
 * tool reads them the same way (paspw doctor). */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "paspw.h"

/* What this line does in its auth stack. */
enum role {
	ROLE_WHOLE = 0,		/* verifies by itself */
	ROLE_PREAUTH,		/* reserves; another module verifies next */
	ROLE_AUTHFAIL,		/* that module said no */
	ROLE_AUTHSUCC		/* that module said yes */
};

/* A line of the PAM configuration; strings are borrowed from it. */
struct arguments {
	const char *conf;
	const char *realm;
	const char *socket;	/* of the agent; "none": never ask it */
	enum role role;
	unsigned retry;
	bool use_first_pass;
	bool use_authtok;
	bool enforce_for_root;
	bool silent;
	bool nodelay;
	bool audit;
	bool debug;
};

/* False: `fault` is a sentence on the first argument that is wrong. */
PASPW_MUST_USE bool arguments_parse(struct arguments *a, int argc,
    const char **argv, char *fault, size_t size);

#endif
