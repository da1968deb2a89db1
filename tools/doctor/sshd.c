/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: does sshd ask PAM, and can it tell a person why not? */

#include "doctor/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

static const char sshd_config[] = "/etc/ssh/sshd_config";
static const char *const sshd_programs[] = {
	"/usr/sbin/sshd", "/usr/local/sbin/sshd"
};

/* What `sshd -T` says, in small letters, and what is wrong with it. */
static const struct sshd_rule {
	const char *line;
	enum doctor_state state;
	const char *item;
	const char *message;
	const char *advice;
} sshd_rules[] = {
	{ "usepam no", DOCTOR_FAULT, "use_pam",
	    N_("UsePAM is no: sshd asks nobody, and a locked account gets "
	    "in"), N_("write UsePAM yes into sshd_config") },
	{ "permitemptypasswords yes", DOCTOR_FAULT, "empty_passwords",
	    N_("PermitEmptyPasswords is yes"),
	    N_("write PermitEmptyPasswords no into sshd_config") },
	{ "kbdinteractiveauthentication no", DOCTOR_WARNING,
	    "keyboard_interactive",
	    N_("KbdInteractiveAuthentication is no: a person does not see "
	    "why a login is refused, and a second factor cannot be asked "
	    "for"), N_("write KbdInteractiveAuthentication yes and "
	    "PasswordAuthentication no into sshd_config") },
	{ "passwordauthentication yes", DOCTOR_WARNING, "password",
	    N_("PasswordAuthentication is yes: this way in shows no message "
	    "of PAM"), N_("write PasswordAuthentication no and "
	    "KbdInteractiveAuthentication yes into sshd_config") },
};
#define SSHD_RULES (sizeof(sshd_rules) / sizeof(sshd_rules[0]))

static const char *
find_sshd(void)
{
	for (size_t i = 0;
	    i < sizeof(sshd_programs) / sizeof(sshd_programs[0]); i++)
		if (access(sshd_programs[i], X_OK) == 0)
			return sshd_programs[i];
	return NULL;
}

/* Its output in a pipe. -1 with errno. */
static int
start_sshd(const char *program, const char *config, pid_t *pid)
{
	char *const argv[] = { (char *)(uintptr_t)program,
	    (char *)(uintptr_t)"-T", (char *)(uintptr_t)"-f",
	    (char *)(uintptr_t)config, NULL };
	char *const environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	int ends[2] = { -1, -1 };
	int wrong;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -1;
	wrong = posix_spawn_file_actions_init(&actions);
	if (wrong == 0) {
		wrong = posix_spawn_file_actions_adddup2(&actions, ends[1],
		    STDOUT_FILENO);
		if (wrong == 0)
			wrong = posix_spawn_file_actions_adddup2(&actions,
			    ends[1], STDERR_FILENO);
		if (wrong == 0)
			wrong = posix_spawn(pid, program, &actions, NULL,
			    argv, environment);
		(void)posix_spawn_file_actions_destroy(&actions);
	}
	close(ends[1]);
	if (wrong == 0)
		return ends[0];
	close(ends[0]);
	errno = wrong;
	return -1;
}

struct sshd {
	bool said[SSHD_RULES];
	bool answered;
	char first[LINE_MAX_BYTES];	/* line: the error, if there is one */
};

static void
hear(struct sshd *s, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (s->first[0] == '\0')
		snprintf(s->first, sizeof(s->first), "%s", line);
	if (strncmp(line, "usepam ", strlen("usepam ")) == 0)
		s->answered = true;
	for (size_t i = 0; i < SSHD_RULES; i++)
		if (strcmp(line, sshd_rules[i].line) == 0)
			s->said[i] = true;
}

/* True if it told its settings. */
static bool
ask_sshd(struct sshd *s, const char *program, const char *config)
{
	char line[LINE_MAX_BYTES];
	pid_t pid = -1;
	int status, fd = start_sshd(program, config, &pid);
	FILE *file = fd == -1 ? NULL : fdopen(fd, "r");

	memset(s, 0, sizeof(*s));
	if (file == NULL) {
		snprintf(s->first, sizeof(s->first), "%s", strerror(errno));
		if (fd != -1)
			close(fd);
	} else {
		while (fgets(line, sizeof(line), file) != NULL)
			hear(s, line);
		fclose(file);
	}
	while (pid > 0 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return s->answered;
}

static void
judge_sshd(struct doctor *d, const struct sshd *s, const char *config)
{
	struct tool *t = d->tool;
	bool bad = false;

	for (size_t i = 0; i < SSHD_RULES; i++) {
		if (!s->said[i])
			continue;
		bad = true;
		doctor_say(d, sshd_rules[i].state, sshd_rules[i].item,
		    config, _(sshd_rules[i].advice), "%s",
		    _(sshd_rules[i].message));
	}
	if (!bad)
		doctor_say(d, DOCTOR_OK, "settings", config, NULL,
		    _("sshd asks PAM"));
}

void
doctor_sshd(struct doctor *d)
{
	struct tool *t = d->tool;
	const char *program = find_sshd();
	char path[PATH_MAX];
	struct sshd s;

	if (d->sshd_config != NULL)
		snprintf(path, sizeof(path), "%s", d->sshd_config);
	else if (!doctor_path(d, path, sshd_config))
		return;
	if (program == NULL || access(path, F_OK) != 0)
		doctor_say(d, DOCTOR_OK, "none", path, NULL,
		    _("there is no sshd here"));
	else if (!ask_sshd(&s, program, path))
		doctor_say(d, DOCTOR_WARNING, "unread", path, _("run `sshd "
		    "-T` and look for usepam yes"), _("sshd does not tell "
		    "its settings: %s"), s.first);
	else
		judge_sshd(d, &s, path);
}
