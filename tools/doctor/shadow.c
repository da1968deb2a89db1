/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: /etc/shadow: its mode, and how strong its hashes are. */

#include "doctor/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define NAMES_MAX 512
#define DES_LENGTH 13

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
