/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * kernel_audit: locks and unlocks in the log of the kernel's audit (libaudit),
 * for those who watch that one.
 *
 * Logins, failures, sessions and changes of passwords are there already:
 * libpam writes USER_AUTH, USER_ACCT, USER_START, USER_END, CRED_ACQ and
 * USER_CHAUTHTOK for each phase of each stack, with the account, the host,
 * the terminal and what came of it. To write them twice would make two of
 * each failure. What libpam cannot know is that an account was locked or is
 * free again; pam_faillock writes ANOM_LOGIN_FAILURES and RESP_ACCT_LOCK
 * itself for that reason, and so do we.
 *
 * It is a copy, ours is the trail: where there is no audit, or no permission
 * (containers), nothing is written and nothing fails. libaudit is loaded by
 * the first lock, never by an ordinary login.
 */
#ifndef KERNEL_AUDIT_H
#define KERNEL_AUDIT_H

#include "audit/audit.h"

/* After these events are in the store; account: whom they are about. */
void kernel_audit(const struct audit_event *events, size_t count,
    const char *account, const struct policy *p,
    const struct audit_origin *origin);

#endif
