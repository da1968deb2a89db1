/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: who comes to a store, and by which way. */

#include "doctor/doctor.h"

#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define SET_ID (S_ISUID | S_ISGID)

static const char agent_user[] = PASPW_USER;
static const char agent_socket[] = RUNDIR "/paspw/agent.sock";
static const char helper_program[] = LIBEXECDIR "/paspw-helper";

/* Root, or the agent's own user. */
static bool
is_trusted(uid_t uid)
{
	const struct passwd *agent = uid == 0 ? NULL : getpwnam(agent_user);

	return uid == 0 || (agent != NULL && agent->pw_uid == uid);
}

static bool
check_socket(struct doctor *d)
{
	struct tool *t = d->tool;
	char path[PATH_MAX];
	struct stat st;

	if (!doctor_path(d, path, agent_socket) || lstat(path, &st) != 0)
		return false;
	if (!S_ISSOCK(st.st_mode) || !is_trusted(st.st_uid))
		doctor_say(d, DOCTOR_FAULT, "socket", path,
		    _("systemctl restart paspwd.socket; find out who made "
		    "it"), _("it is not the socket of the agent: somebody "
		    "else would receive passwords"));
	else
		doctor_say(d, DOCTOR_OK, "socket", path, NULL,
		    _("every program asks the agent"));
	return true;
}

/* Setuid to our user: as root it would be worth stopping and bending. Its
 * group reads /etc/shadow. */
static bool
check_helper(struct doctor *d)
{
	struct tool *t = d->tool;
	char path[PATH_MAX];
	struct stat st;

	if (!doctor_path(d, path, helper_program) || stat(path, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode) || (st.st_mode & OTHERS_WRITE) != 0 ||
	    !is_trusted(st.st_uid))
		doctor_say(d, DOCTOR_FAULT, "helper", path, _("install it "
		    "again"), _("others can replace the helper"));
	else if (st.st_uid == 0 || (st.st_mode & SET_ID) != SET_ID)
		doctor_say(d, DOCTOR_FAULT, "helper", path, _("chown "
		    "paspw:shadow and chmod 6755 the helper"), _("the helper "
		    "must be setuid to the user paspw, and setgid to shadow"));
	else
		doctor_say(d, DOCTOR_OK, "helper", path, NULL, _("programs "
		    "of ordinary people come by the helper"));
	return true;
}

/* As the library chooses for every program: this one, for a sample. */
static void
check_own_way(struct doctor *d, bool agent)
{
	struct tool *t = d->tool;
	const char *way = NULL;

	if (paspw_way(t->handle, &way) != PASPW_OK)
		doctor_say(d, DOCTOR_FAULT, "way", "", _("systemctl restart "
		    "paspwd.socket paspwd"), _("this program has no way to "
		    "the stores: %s"), paspw_detail(t->handle));
	else if (agent && strcmp(way, "agent") != 0)
		doctor_say(d, DOCTOR_FAULT, "agent", agent_socket,
		    _("systemctl restart paspwd.socket paspwd; its log says "
		    "why"), _("no agent answers there; this program goes on "
		    "by another way: %s"), way);
	else
		doctor_say(d, DOCTOR_OK, "way", "", NULL, _("this program "
		    "comes to the stores by: %s"), way);
}

void
doctor_callers(struct doctor *d)
{
	struct tool *t = d->tool;
	bool agent = check_socket(d), helper = check_helper(d);

	if (d->root[0] == '\0')
		check_own_way(d, agent);
	if (!agent)
		doctor_say(d, DOCTOR_OK, "direct", "", NULL, _("no agent: "
		    "sshd, login and cron open the stores themselves"));
	if (!agent && !helper)
		doctor_say(d, DOCTOR_WARNING, "no_way", "", _("systemctl "
		    "enable --now paspwd.socket"), _("neither agent nor "
		    "helper: su, sudo, passwd and screen lockers are refused "
		    "when ordinary people run them"));
}
