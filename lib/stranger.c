/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "stranger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/keyed_hash.h"
#include "store/store_file.h"

#define FILE_MODE 0600
#define SUFFIX ".names"
#define NEW_SUFFIX ".names.XXXXXX"
#define NOTE "strangers"
#define NOTE_MAX 80

/* ---- The key ---- */

static bool
read_key(const struct policy *p, unsigned char *key)
{
	char path[PATH_MAX];
	struct error ignored;
	bool read_all;
	int fd;

	if (store_file_path(p->store, SUFFIX, path, sizeof(path), &ignored) !=
	    PASPW_OK || (fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) == -1)
		return false;
	read_all = store_file_check_open(fd, path, &ignored) == PASPW_OK &&
	    read(fd, key, KEYED_HASH_KEY_BYTES) == KEYED_HASH_KEY_BYTES;
	close(fd);
	return read_all;
}

/* Whoever has the store writes the events: the agent too, when root made the
 * key. */
static bool
give_to_owner(const struct policy *p, int fd)
{
	char path[PATH_MAX];
	struct error ignored;
	struct stat st;

	return store_file_path(p->store, "", path, sizeof(path), &ignored) ==
	    PASPW_OK && stat(path, &st) == 0 &&
	    (st.st_uid == geteuid() ||
	    fchown(fd, st.st_uid, (gid_t)-1) == 0);
}

/* Whole under its name, or not there: two that make it at once have one. */
int
stranger_key_make(const struct policy *p, struct error *e)
{
	unsigned char key[KEYED_HASH_KEY_BYTES];
	char path[PATH_MAX], made[PATH_MAX];
	bool done;
	int fd, r;

	if ((r = store_file_path(p->store, SUFFIX, path, sizeof(path), e)) !=
	    PASPW_OK || (r = store_file_path(p->store, NEW_SUFFIX, made,
	    sizeof(made), e)) != PASPW_OK)
		return r;
	if (access(path, F_OK) == 0)
		return PASPW_OK;
	if ((r = hash_random(key, sizeof(key), e)) != PASPW_OK)
		return r;
	if ((fd = mkostemp(made, O_CLOEXEC)) == -1)
		return error_errno(e, PASPW_ERR_STORE, errno, "%s", made);
	done = fchmod(fd, FILE_MODE) == 0 && give_to_owner(p, fd) &&
	    write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) &&
	    fsync(fd) == 0 && (link(made, path) == 0 || errno == EEXIST);
	if (!done)
		r = error_errno(e, PASPW_ERR_STORE, errno, "%s", path);
	secret_wipe_bytes(key, sizeof(key));
	close(fd);
	unlink(made);
	return r;
}

void
stranger_hash(const struct policy *p, const char *name,
    char hash[STRANGER_HASH_MAX])
{
	unsigned char key[KEYED_HASH_KEY_BYTES] = { 0 };
	uint64_t value;
	bool there = read_key(p, key);

	value = keyed_hash(key, name, strlen(name));
	secret_wipe_bytes(key, sizeof(key));
	memset(hash, 0, STRANGER_HASH_MAX);
	if (there)
		snprintf(hash, STRANGER_HASH_MAX, "%016llx",
		    (unsigned long long)value);
}

/* ---- How many were written ---- */

struct window {
	int64_t start;
	int64_t written;	/* events since then */
	int64_t skipped;	/* tries since the last event */
};

/* A note that is none of ours is as good as an old one. */
static struct window
parse(const char *text)
{
	struct window w = { 0 };
	char *end;

	w.start = strtoll(text, &end, 10);
	w.written = strtoll(end, &end, 10);
	w.skipped = strtoll(end, &end, 10);
	if (*end != '\0' || w.written < 0 || w.skipped < 0)
		memset(&w, 0, sizeof(w));
	return w;
}

static void
format(const struct window *w, char text[NOTE_MAX])
{
	snprintf(text, NOTE_MAX, "%lld %lld %lld", (long long)w->start,
	    (long long)w->written, (long long)w->skipped);
}

/* May an event be written now? A clock that goes back begins anew. */
static bool
opens(struct window *w, int64_t now)
{
	if (now < w->start || now - w->start >= STRANGER_WINDOW) {
		w->start = now;
		w->written = 0;
	}
	return w->written < STRANGER_EVENTS;
}

/* ---- Events ---- */

static enum store_answer
save(const struct stranger_try *t, const char *before, struct window *w,
    bool event_too, struct error *e)
{
	struct audit_event event;
	char text[NOTE_MAX];
	struct store_change change = {
		.note = { NOTE, before, text }, .events = &event
	};

	if (event_too) {
		if (audit_event(&event, AUDIT_UNKNOWN, t->policy, NULL,
		    t->origin, t->now, e) != PASPW_OK)
			return STORE_DOWN;
		audit_note(&event, "name_hash", t->hash);
		if (w->skipped > 0)
			audit_note_number(&event, "not_written", w->skipped);
		change.event_count = 1;
		w->written++;
		w->skipped = 0;
	}
	format(w, text);
	return t->store->ops->save(t->store, &change, e);
}

enum store_answer
stranger_save(const struct stranger_try *t, struct error *e)
{
	char before[NOTE_MAX];
	struct window w;
	bool written;

	if (t->store->ops->note(t->store, NOTE, before, sizeof(before), e) !=
	    STORE_OK)
		return STORE_DOWN;
	w = parse(before);
	written = opens(&w, t->now);
	if (!written)
		w.skipped++;
	return save(t, before, &w, written, e);
}

int
stranger_flush(const struct stranger_try *t, struct error *e)
{
	char before[NOTE_MAX];
	struct window w;

	if (t->store->ops->note(t->store, NOTE, before, sizeof(before), e) !=
	    STORE_OK)
		return e->code;
	w = parse(before);
	if (w.skipped == 0 || !opens(&w, t->now))
		return PASPW_OK;
	switch (save(t, before, &w, true, e)) {
	case STORE_OK:
	case STORE_CONFLICT:	/* somebody tried, and told it */
	case STORE_UNSURE:
		return PASPW_OK;
	default:
		return e->code;
	}
}
