/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* doctor: the stores, where they lie, their seals, and the memory that a
 * login of their realm takes. */

#include "doctor/doctor.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#define MEGABYTE (1ull << 20)
#define SPACE_LOW (64 * MEGABYTE)	/* a year of trail of a small site */
#define SPACE_NONE (4 * MEGABYTE)	/* a checkpoint of the log needs it */
#define LOG_LARGE (64 * MEGABYTE)	/* 5 MB are the most seen */
#define UNSEALED_LATE 600		/* s; the timer runs each minute */
#define SEAL_LATE 86400			/* s; an idle host has them too */
#define CLOCK_SLACK 60
#define LOGINS 10			/* as policy lint */
#define HALF 2

static const char scheme[] = "sqlite:";
static const char first_keys[] = LOCALSTATEDIR "/lib/paspw/first-keys";

/* SQLite's locks and its shared memory do not work across hosts. */
static const struct {
	unsigned long magic;
	const char *name;
} network[] = {
	{ 0x6969, "NFS" }, { 0x517b, "SMB" }, { 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB2" }, { 0x00c36400, "Ceph" },
	{ 0x5346414f, "AFS" }, { 0x01021997, "9P" },
	{ 0x0bd00bd0, "Lustre" }, { 0x01161970, "GFS2" },
	{ 0x7461636f, "OCFS2" }, { 0x65735546, "FUSE" },
};
#define RAMFS 0x858458f6ul
#define TMPFS 0x01021994ul

static const char *
store_path(const struct paspw_health *health)
{
	return strncmp(health->store, scheme, strlen(scheme)) == 0 ?
	    health->store + strlen(scheme) : NULL;
}

/* ---- Where it lies ---- */

static void
check_file_system(struct doctor *d, const char *path)
{
	struct tool *t = d->tool;
	struct statfs fs;
	unsigned long magic;

	if (statfs(path, &fs) != 0)
		return;
	magic = (unsigned long)fs.f_type & 0xffffffff;
	for (size_t i = 0; i < sizeof(network) / sizeof(network[0]); i++)
		if (magic == network[i].magic)
			doctor_say(d, DOCTOR_FAULT, "network", path,
			    _("move the store to a local disk"), _("it lies "
			    "on %s, where locks do not hold: it can be "
			    "destroyed"), network[i].name);
	if (magic == TMPFS || magic == RAMFS)
		doctor_say(d, DOCTOR_WARNING, "volatile", path,
		    _("move the store to a disk"),
		    _("it lies in memory: a reboot forgets every lock"));
}

static void
check_space(struct doctor *d, const char *path)
{
	struct tool *t = d->tool;
	struct statvfs fs;
	unsigned long long free_bytes;

	if (statvfs(path, &fs) != 0)
		return;
	free_bytes = (unsigned long long)fs.f_bavail * fs.f_frsize;
	if (free_bytes < SPACE_NONE || (fs.f_files > 0 && fs.f_favail == 0))
		doctor_say(d, DOCTOR_FAULT, "space", path,
		    _("make room: no try can be recorded, so no login"),
		    _("the disk is full"));
	else if (free_bytes < SPACE_LOW)
		doctor_say(d, DOCTOR_WARNING, "space", path, _("make room"),
		    _("only %llu MB are free"), free_bytes / MEGABYTE);
}

static void
check_log(struct doctor *d, const char *path)
{
	struct tool *t = d->tool;
	char log[PATH_MAX];
	struct stat st;

	if (snprintf(log, sizeof(log), "%s-wal", path) < (int)sizeof(log) &&
	    stat(log, &st) == 0 &&
	    (unsigned long long)st.st_size > LOG_LARGE)
		doctor_say(d, DOCTOR_WARNING, "log", log, _("look for a "
		    "program that keeps the store open, such as a backup"),
		    _("the log has %llu MB and is not emptied"),
		    (unsigned long long)st.st_size / MEGABYTE);
}

/* ---- Its content ---- */

static void
tell_unusable(struct doctor *d, const struct paspw_health *health)
{
	struct tool *t = d->tool;
	const char *advice = health->error == PASPW_ERR_DENIED ?
	    _("run paspw doctor as root") :
	    _("until it is repaired every login of this realm is refused");

	doctor_say(d, DOCTOR_FAULT, "unusable", health->realm, advice, "%s",
	    health->detail[0] != '\0' ? health->detail :
	    paspw_strerror(health->error));
}

static void
check_clock(struct doctor *d, const struct paspw_health *health)
{
	struct tool *t = d->tool;

	if (health->last_event_at > health->now + CLOCK_SLACK)
		doctor_say(d, DOCTOR_FAULT, "clock", health->realm,
		    _("set the clock right, and keep it so (NTP)"),
		    _("the clock is %lld s behind the last event: it "
		    "went back"), (long long)(health->last_event_at -
		    health->now));
}

static void
check_key(struct doctor *d, const struct paspw_health *health)
{
	struct tool *t = d->tool;
	struct stat st;

	if (lstat(health->key, &st) != 0)
		doctor_say(d, errno == ENOENT ? DOCTOR_FAULT :
		    DOCTOR_WARNING, "key", health->realm,
		    _("paspw init begins a new trail and shows its first "
		    "key; find out who took the old one away"),
		    _("the sealing key %s: %s"), health->key,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode) ||
	    (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		doctor_say(d, DOCTOR_FAULT, "key", health->realm,
		    _("chmod 0600 the key; what was sealed since is open to "
		    "doubt"), _("others can read the sealing key %s"),
		    health->key);
}

static void
check_seals(struct doctor *d, const struct paspw_health *health)
{
	struct tool *t = d->tool;
	long long wait = health->now - health->unsealed_since;
	const char *advice = _("systemctl enable --now paspw-tick.timer; or "
	    "run paspw audit seal now");

	if (health->unsealed > 0 && wait > UNSEALED_LATE)
		doctor_say(d, DOCTOR_WARNING, "seal", health->realm, advice,
		    _("events that wait for their seal: %llu, the first "
		    "one since %lld min; who can write to the store can "
		    "change them unseen"), (unsigned long long)
		    health->unsealed, wait / 60);
	else if (health->now - health->last_seal_at > SEAL_LATE)
		doctor_say(d, DOCTOR_WARNING, "seal", health->realm, advice,
		    health->last_seal_at == 0 ? _("nothing was ever sealed") :
		    _("the last seal is more than a day old: is the timer "
		    "running?"));
	else
		doctor_say(d, DOCTOR_OK, "seal", health->realm, NULL,
		    _("the trail is sealed"));
}

static void
check_memory(struct doctor *d, const struct paspw_health *health)
{
	struct tool *t = d->tool;
	unsigned long long need = LOGINS * health->hash_memory;
	unsigned long long there = health->memory;
	enum doctor_state state = DOCTOR_OK;

	if (health->memory == 0)
		return;
	if (health->hash_memory > health->memory / HALF)
		state = DOCTOR_FAULT;
	else if (need > health->memory / HALF)
		state = DOCTOR_WARNING;
	doctor_say(d, state, "memory", health->realm, state == DOCTOR_OK ?
	    NULL : _("lower hash_cost (paspw policy bench), or give more "
	    "memory"), _("%d logins at once take %llu MB of %llu"
	    " MB"), LOGINS, need / MEGABYTE, there / MEGABYTE);
}

static int
check_store(const struct paspw_health *health, void *arg)
{
	struct doctor *d = arg;
	struct tool *t = d->tool;
	const char *path = store_path(health);
	char copy[PATH_MAX];

	check_memory(d, health);
	if (path != NULL && strlen(path) < sizeof(copy)) {
		strcpy(copy, path);
		check_file_system(d, dirname(copy));
		check_space(d, copy);
		check_log(d, path);
	}
	if (health->error != PASPW_OK) {
		tell_unusable(d, health);
		return 0;
	}
	if (health->integrity[0] != '\0') {
		doctor_say(d, DOCTOR_FAULT, "integrity", health->realm,
		    _("restore it from a backup, then run paspw audit "
		    "verify"), _("the store is damaged: %s"),
		    health->integrity);
		return 0;
	}
	doctor_say(d, DOCTOR_OK, "store", health->realm, NULL,
	    _("%s is whole, and nobody else's"), health->store);
	check_clock(d, health);
	check_key(d, health);
	check_seals(d, health);
	return 0;
}

/* The Debian package leaves them there, since an installation has nobody to
 * show them to. With them every later seal can be made anew. */
static void
check_first_keys(struct doctor *d)
{
	struct tool *t = d->tool;
	char path[PATH_MAX];
	struct stat st;

	if (doctor_path(d, path, first_keys) && lstat(path, &st) == 0)
		doctor_say(d, DOCTOR_WARNING, "first_keys", path,
		    _("move the file to the auditor's place, off this host; "
		    "paspw audit verify --proofs takes it"),
		    _("the first sealing keys still lie here: who reads them "
		    "can rewrite the trail unseen"));
}

void
doctor_stores(struct doctor *d)
{
	int err = paspw_health_each(d->tool->handle, check_store, d);

	if (err != PASPW_OK)
		doctor_say(d, DOCTOR_FAULT, "stores", "", NULL, "%s",
		    paspw_detail(d->tool->handle));
	check_first_keys(d);
}

/* ---- Accounts ---- */

struct tally {
	unsigned long long accounts, ownerless;
};

static int
count_account(const struct paspw_status *s, void *arg)
{
	struct tally *tally = arg;

	if (strcmp(s->state, "closed") == 0)
		return 0;
	tally->accounts++;
	tally->ownerless += s->owner[0] == '\0' ? 1 : 0;
	return 0;
}

void
doctor_accounts(struct doctor *d)
{
	struct tool *t = d->tool;
	struct tally tally = { 0 };
	int err = paspw_each(t->handle, count_account, &tally);

	if (err != PASPW_OK)	/* told with the stores */
		return;
	if (tally.ownerless > 0)
		doctor_say(d, DOCTOR_WARNING, "owner", "",
		    _("paspw list --without-owner names them; paspw import "
		    "csv sets the owners"), _("accounts that nobody "
		    "answers for: %llu of %llu"), tally.ownerless,
		    tally.accounts);
	else
		doctor_say(d, DOCTOR_OK, "owner", "", NULL,
		    _("accounts: %llu, each with its owner"),
		    tally.accounts);
}
