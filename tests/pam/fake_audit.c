/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Stands in for libaudit: writes each record to the file that FAKE_AUDIT
 * names; without it, it is a kernel that permits nothing. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int audit_open(void);
int audit_log_acct_message(int fd, int type, const char *program,
    const char *operation, const char *name, unsigned id, const char *host,
    const char *address, const char *tty, int result);
void audit_close(int fd);

int
audit_open(void)
{
	const char *path = getenv("FAKE_AUDIT");

	if (path != NULL)
		return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0600);
	errno = EPROTONOSUPPORT;
	return -1;
}

static const char *
or_none(const char *text)
{
	return text != NULL ? text : "-";
}

int
audit_log_acct_message(int fd, int type, const char *program,
    const char *operation, const char *name, unsigned id, const char *host,
    const char *address, const char *tty, int result)
{
	(void)program;
	(void)id;
	dprintf(fd, "%d %s %s %s %s %s %d\n", type, operation,
	    or_none(name), or_none(host), or_none(address), or_none(tty),
	    result);
	return 1;
}

void
audit_close(int fd)
{
	if (fd != -1)
		close(fd);
}
