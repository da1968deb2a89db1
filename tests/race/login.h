/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * login: one PAM login of a storm, on a private service directory, without
 * the delay after a failure. It counts what is verified, in shared memory, so
 * that the count outlives a process that is killed:
 *
 *	- crypt_rn with the setting of the account's own hash. A program that
 *	  is linked with -export-dynamic stands in front of the C library's
 *	  one, also for modules. What a refusal burns for its timing is hashed
 *	  with another salt and not counted;
 *	- each verification of pam_verify.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include <security/pam_appl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LOGIN_TEXT_MAX 512

/* An account under attack; lives in shared memory. */
struct login_target {
	char user[LOGIN_TEXT_MAX];
	char setting[LOGIN_TEXT_MAX];	/* "": nothing was learnt */
	atomic_int begun;		/* before pam_authenticate */
	atomic_int verified;		/* before the work of it */
	atomic_int answered;		/* after pam_authenticate */
};

struct login {
	const char *confdir;
	const char *service;
	const char *password;		/* the answer to each prompt */
	struct login_target *target;
	pam_handle_t *pamh;
	int place;	/* of its verification among the target's; 0: none */
	char said[LOGIN_TEXT_MAX];	/* what the stack said, prompts too */
};

/* fork, and the child dies with its parent. Exits when it fails. */
pid_t login_fork(void);
/* Zeroed memory that children share. Exits when there is none. */
void *login_share(size_t size);
/* pam_start_confdir, which also loads the modules; a PAM code. */
int login_start(struct login *login);
/* pam_authenticate; a PAM code. */
int login_authenticate(struct login *login);
void login_end(struct login *login);
/* Log in with the right password once, in a child, and remember the setting
 * that it is hashed with, if it is hashed. False if it is refused. */
bool login_learn(struct login *login);

/* Called by pam_verify. */
void login_verifies(void);

#endif
