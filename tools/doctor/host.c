/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: what lies around us: sshd, /etc/shadow, who comes to a store. */

#include "doctor/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <shadow.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define SET_ID (S_ISUID | S_ISGID)
#define NAMES_MAX 512
#define LINE_MAX_BYTES 1024
#define DES_LENGTH 13

static const char sshd_config[] = "/etc/ssh/sshd_config";
static const char *const sshd_programs[] = {
	"/usr/sbin/sshd", "/usr/local/sbin/sshd"
};

/* ---- sshd ---- */

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

/* ---- /etc/shadow ---- */

enum strength { NO_LOGIN, EMPTY, WEAK, OLD, GOOD };

/* Of /etc/shadow alone: hashes of our own stores are judged by policy diff. */
static const struct {
	const char *prefix;
	enum strength strength;
} methods[] = {
	{ "$y$", GOOD }, { "$gy$", GOOD }, { "$7$", GOOD },
	{ "$2a$", OLD }, { "$2b$", OLD }, { "$2y$", OLD }, { "$5$", OLD },
	{ "$6$", OLD }, { "$sha1$", WEAK }, { "$md5", WEAK },
	{ "$1$", WEAK }, { "$3$", WEAK }, { "_", WEAK },
};

static enum strength
judge_hash(const char *hash)
{
	/* a mark before a hash locks it */
	if (hash == NULL || hash[0] == '\0')
		return EMPTY;
	if (hash[0] == '!' || hash[0] == '*')
		return NO_LOGIN;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strncmp(hash, methods[i].prefix,
		    strlen(methods[i].prefix)) == 0)
			return methods[i].strength;
	return strlen(hash) == DES_LENGTH ? WEAK : NO_LOGIN;
}

static void
add_name(char names[NAMES_MAX], const char *name)
{
	size_t used = strlen(names);

	if (used + strlen(name) + sizeof(" ...") < NAMES_MAX)
		snprintf(names + used, NAMES_MAX - used, "%s%s",
		    used > 0 ? " " : "", name);
	else if (used > 0 && names[used - 1] != '.')
		snprintf(names + used, NAMES_MAX - used, " ...");
}

static void
judge_shadow(struct doctor *d, FILE *file, const char *path)
{
	struct tool *t = d->tool;
	char empty[NAMES_MAX] = "", weak[NAMES_MAX] = "",
	    old[NAMES_MAX] = "";
	const struct spwd *entry;

	while ((entry = fgetspent(file)) != NULL) {
		enum strength strength = judge_hash(entry->sp_pwdp);

		if (strength == EMPTY)
			add_name(empty, entry->sp_namp);
		else if (strength == WEAK)
			add_name(weak, entry->sp_namp);
		else if (strength == OLD)
			add_name(old, entry->sp_namp);
	}
	if (empty[0] != '\0')
		doctor_say(d, DOCTOR_FAULT, "empty", path, _("passwd -l USER, "
		    "or give it a password"),
		    _("no password is needed for: %s"), empty);
	if (weak[0] != '\0')
		doctor_say(d, DOCTOR_FAULT, "weak", path, _("paspw expire "
		    "USER: a new password gets a new hash"),
		    _("hashes that a thief breaks in hours: %s"), weak);
	if (old[0] != '\0')
		doctor_say(d, DOCTOR_WARNING, "not_memory_hard", path,
		    _("ENCRYPT_METHOD YESCRYPT in /etc/login.defs and "
		    "yescrypt on the line of pam_unix; paspw expire USER"),
		    _("hashes that are not memory-hard: %s"), old);
	if (empty[0] == '\0' && weak[0] == '\0' && old[0] == '\0')
		doctor_say(d, DOCTOR_OK, "hashes", path, NULL,
		    _("no empty password, no weak hash"));
}

static void
check_shadow_mode(struct doctor *d, FILE *file, const char *path)
{
	struct tool *t = d->tool;
	struct stat st;

	if (fstat(fileno(file), &st) == 0 && (st.st_uid != 0 ||
	    (st.st_mode & (OTHERS_WRITE | S_IROTH)) != 0))
		doctor_say(d, DOCTOR_FAULT, "mode", path,
		    _("chown root:shadow and chmod 0640 the file"),
		    _("others can read or write the hashes"));
}

void
doctor_shadow(struct doctor *d)
{
	struct tool *t = d->tool;
	char path[PATH_MAX];
	FILE *file;

	if (!doctor_path(d, path, "/etc/shadow"))
		return;
	if ((file = fopen(path, "re")) == NULL) {
		doctor_say(d, errno == ENOENT ? DOCTOR_OK : DOCTOR_WARNING,
		    "unread", path, errno == ENOENT ? NULL :
		    _("run paspw doctor as root"), _("cannot be read: %s"),
		    strerror(errno));
		return;
	}
	check_shadow_mode(d, file, path);
	judge_shadow(d, file, path);
	fclose(file);
}

/* ---- Ways to the stores ---- */

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
