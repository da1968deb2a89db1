/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/archiver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE 0600
#define DAYS_OF_A_MONTH 31
/* Rows deleted at once: a login waits for them. 1000 events take 6 ms. Most
 * seals of a quiet host have none: 256 are four hours of them. */
#define TRIM_EVENTS 1024
#define TRIM_SEALS 256

static const char new_name[] = "new";

/* One run. */
struct work {
	struct archiver *a;
	struct archive_directory directory;
	struct archive_writer *writer;
	struct audit_seal *seal;	/* too large for a stack */
	int64_t through;		/* last seal of the next file */
	int64_t next;			/* seal to be written, 0: none left */
	int64_t now;
	struct error *e;
};

static int
tell(struct work *w, const struct archive_file *file, uint64_t events,
    bool removed)
{
	char path[PATH_MAX + ARCHIVE_NAME_MAX];
	const struct paspw_archive told = {
		.realm = w->a->sealer.policy->realm, .path = path,
		.first = file->first, .last = file->last,
		.latest = file->latest, .events = events, .removed = removed,
	};

	snprintf(path, sizeof(path), "%s/%s", w->directory.path, file->name);
	if (w->a->fn != NULL && w->a->stopped == 0)
		w->a->stopped = w->a->fn(&told, w->a->arg);
	return PASPW_OK;
}

/* The seal from this number on, into w->seal; number 0: there is none. */
static int
load_seal(struct work *w, int64_t number)
{
	struct store *store = w->a->sealer.store;

	switch (store->ops->seal_from(store, number, w->seal, w->e)) {
	case STORE_OK:
		break;
	case STORE_ABSENT:
		w->seal->number = 0;
		return PASPW_OK;
	default:
		return w->e->code;
	}
	if (w->seal->corrupt)
		return error_set(w->e, PASPW_ERR_STORE,
		    "seal %lld is corrupt: see `paspw audit verify`",
		    (long long)w->seal->number);
	return PASPW_OK;
}

/* All of it. */
static int
read_file(struct work *w, const char *name, struct archive_summary *summary)
{
	static const struct archive_visitor nobody = { .arg = NULL };
	int stopped = 0;

	return archive_directory_read(&w->directory, name,
	    w->a->sealer.policy->realm, &nobody, summary, &stopped, w->e);
}

/* ---- Trim ---- */

/* Nothing leaves the store that is not, seal for seal, in the file. */
static int
check_copy(struct work *w, const struct archive_file *file)
{
	struct archive_summary summary;
	int r;

	if (w->seal->number < file->first)
		return error_set(w->e, PASPW_ERR_STORE, "%s/%s: the store has "
		    "seals before it: see `paspw audit verify`",
		    w->directory.path, file->name);
	if ((r = read_file(w, file->name, &summary)) != PASPW_OK ||
	    (r = load_seal(w, file->last)) != PASPW_OK)
		return r;
	if (w->seal->number != file->last || memcmp(w->seal->chain,
	    summary.chain, sizeof(summary.chain)) != 0)
		return error_set(w->e, PASPW_ERR_STORE, "%s/%s: differs from "
		    "the store: see `paspw audit verify`", w->directory.path,
		    file->name);
	return PASPW_OK;
}

/* Some whole seals from the first one on; *more: there are others. */
static int
trim_some(struct work *w, int64_t last, bool *more)
{
	struct store *store = w->a->sealer.store;
	int64_t through = 0;
	int events = 0, r;

	for (int i = 0; i < TRIM_SEALS && events < TRIM_EVENTS; i++) {
		if ((r = load_seal(w, through + 1)) != PASPW_OK)
			return r;
		if (w->seal->number == 0 || w->seal->number > last)
			break;
		through = w->seal->number;
		events += w->seal->leaves.count;
	}
	*more = through != 0;
	if (*more && store->ops->trim(store, through, w->e) != STORE_OK)
		return w->e->code;
	return PASPW_OK;
}

/* Delete what is in the newest file: of this run, or of one that died. */
static int
trim(struct work *w)
{
	const struct archive_directory *d = &w->directory;
	const struct archive_file *newest;
	bool more = true;
	int r;

	if (d->count == 0)
		return PASPW_OK;
	newest = &d->list[d->count - 1];
	if ((r = load_seal(w, 1)) != PASPW_OK)
		return r;
	if (w->seal->number == 0 || w->seal->number > newest->last)
		return PASPW_OK;
	r = check_copy(w, newest);
	while (r == PASPW_OK && more)
		r = trim_some(w, newest->last, &more);
	return r;
}

/* ---- Move ---- */

/* Do two seals belong into one file? */
static bool
same_period(const struct policy *p, int64_t one, int64_t other)
{
	bool days = span_seconds(p->audit_retention) <
	    DAYS_OF_A_MONTH * SPAN_DAY;
	time_t a = (time_t)one, b = (time_t)other;
	struct tm x, y;

	if (gmtime_r(&a, &x) == NULL || gmtime_r(&b, &y) == NULL)
		return false;
	return x.tm_year == y.tm_year && x.tm_mon == y.tm_mon &&
	    (!days || x.tm_mday == y.tm_mday);
}

/* The seals of the first period, if another has begun; w->next and
 * w->through, both 0: there is nothing to move. A clock that was set back
 * makes more files, and loses nothing. */
static int
find_period(struct work *w)
{
	const struct policy *p = w->a->sealer.policy;
	struct store *store = w->a->sealer.store;
	int64_t at, number;
	int r;

	w->next = w->through = 0;
	if ((r = load_seal(w, 1)) != PASPW_OK || w->seal->number == 0)
		return r;
	number = w->seal->number;
	at = w->seal->at;
	/* each minute: not by a look at each seal of the month */
	if (store->ops->seal_last(store, w->seal, w->e) != STORE_OK)
		return w->e->code;
	if (same_period(p, at, w->seal->at))
		return PASPW_OK;
	for (int64_t last = number;; last = w->seal->number) {
		if ((r = load_seal(w, last + 1)) != PASPW_OK ||
		    w->seal->number == 0)
			return r;
		if (same_period(p, at, w->seal->at))
			continue;
		w->next = number;
		w->through = last;
		return PASPW_OK;
	}
}

/* Every seal up to this one that was not written yet. */
static int
write_seals(struct work *w, int64_t to)
{
	int r = PASPW_OK;

	while (r == PASPW_OK && w->next != 0 && w->next <= to) {
		if ((r = load_seal(w, w->next)) != PASPW_OK)
			return r;
		if (w->seal->number == 0 || w->seal->number > to) {
			w->next = w->seal->number;
			return PASPW_OK;
		}
		r = archive_add_seal(w->writer, w->seal, w->e);
		w->next = w->seal->number + 1;
	}
	return r;
}

static int
write_event(const struct audit_event *event, void *arg)
{
	struct work *w = arg;
	int r;

	if (event->seal > w->through)
		return EOF;
	/* It belongs to nobody here, and stays for `audit verify` to tell. */
	if (event->seal < 1)
		return 0;
	if (event->corrupt)
		return error_set(w->e, PASPW_ERR_STORE, "an event of seal "
		    "%lld is corrupt: see `paspw audit verify`",
		    (long long)event->seal);
	if ((r = write_seals(w, event->seal)) != PASPW_OK)
		return r;
	return archive_add_event(w->writer, event, w->e);
}

static int
write_new(struct work *w)
{
	struct store *store = w->a->sealer.store;
	int fd = openat(w->directory.fd, new_name, O_WRONLY | O_CREAT |
	    O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	int r, stopped = 0;

	if (fd == -1)
		return error_errno(w->e, PASPW_ERR_STORE, errno, "%s/%s",
		    w->directory.path, new_name);
	if ((r = archive_create(&w->writer, fd, w->a->sealer.policy->realm,
	    w->e)) != PASPW_OK)
		return r;
	if (store->ops->trail(store, STORE_SEALED, write_event, w, &stopped,
	    w->e) != STORE_OK)
		return w->e->code;
	if (stopped != 0 && stopped != EOF)
		return stopped;
	if ((r = write_seals(w, w->through)) != PASPW_OK)
		return r;
	return archive_finish(w->writer, w->e);
}

static int
forget_new(struct work *w)
{
	if (unlinkat(w->directory.fd, new_name, 0) == -1 && errno != ENOENT)
		return error_errno(w->e, PASPW_ERR_STORE, errno, "%s/%s",
		    w->directory.path, new_name);
	return PASPW_OK;
}

/* Named when it was read back whole: what the disk did not take is still in
 * the store. */
static int
name_new(struct work *w, struct archive_summary *summary)
{
	char name[ARCHIVE_NAME_MAX];
	int r;

	if ((r = read_file(w, new_name, summary)) != PASPW_OK)
		return r;
	if (summary->last != w->through)
		return error_set(w->e, PASPW_ERR_INTERNAL,
		    "an archive ends at seal %lld instead of %lld",
		    (long long)summary->last, (long long)w->through);
	archive_name(summary, name);
	if (renameat2(w->directory.fd, new_name, w->directory.fd, name,
	    RENAME_NOREPLACE) == -1 || fsync(w->directory.fd) == -1)
		return error_errno(w->e, PASPW_ERR_STORE, errno, "%s/%s",
		    w->directory.path, name);
	return archive_directory_list(&w->directory, w->e);
}

/* One period into a file, if one is finished. */
static int
move(struct work *w, bool *moved)
{
	struct archive_summary summary;
	struct archive_file file;
	int r;

	*moved = false;
	if ((r = trim(w)) != PASPW_OK || (r = find_period(w)) != PASPW_OK ||
	    w->through == 0)
		return r;
	if ((r = forget_new(w)) == PASPW_OK &&
	    (r = write_new(w)) == PASPW_OK)
		r = name_new(w, &summary);
	archive_close(&w->writer);
	if (r != PASPW_OK)
		return r;
	*moved = true;
	file.first = summary.first;
	file.last = summary.last;
	file.latest = summary.latest;
	archive_name(&summary, file.name);
	return tell(w, &file, summary.events, false);
}

/* ---- Retention ---- */

struct search {
	char text[PROOF_STAMP_MAX];
	bool found;
};

static int
look_for(const struct audit_event *event, const char *account, void *arg)
{
	struct search *s = arg;

	(void)account;
	s->found = strcmp(event->kind, audit_kinds[AUDIT_RETENTION].name) ==
	    0 && strstr(event->data, s->text) != NULL;
	return s->found ? EOF : 0;
}

/* In the trail, and sealed, before the file goes. A run that died in between
 * has written it already. */
static int
record(struct work *w, const struct archive_summary *summary)
{
	const struct sealer *sealer = &w->a->sealer;
	struct store *store = sealer->store;
	struct audit_event event;
	const struct store_change change = {
		.events = &event, .event_count = 1, .durable = true
	};
	struct search search = { .found = false };
	char first[24];
	int r, stopped;

	proof_stamp(summary->last, summary->chain, search.text);
	if (store->ops->events(store, NULL, 0, 0, look_for, &search,
	    &stopped, w->e) != STORE_OK)
		return w->e->code;
	if (!search.found) {
		if ((r = audit_event(&event, AUDIT_RETENTION, sealer->policy,
		    NULL, w->a->origin, w->now, w->e)) != PASPW_OK)
			return r;
		snprintf(first, sizeof(first), "%lld",
		    (long long)summary->first);
		audit_note(&event, "first", first);
		audit_note(&event, ARCHIVER_THROUGH, search.text);
		if (store->ops->save(store, &change, w->e) != STORE_OK)
			return w->e->code;
	}
	return sealer_seal(sealer, false, w->e);
}

static int
remove_old(struct work *w, bool *removed)
{
	const struct archive_directory *d = &w->directory;
	struct archive_file oldest;
	struct archive_summary summary;
	int r;

	*removed = false;
	if (d->count == 0)
		return PASPW_OK;
	oldest = d->list[0];
	if (span_after(oldest.latest,
	    w->a->sealer.policy->audit_retention) > w->now)
		return PASPW_OK;
	if ((r = read_file(w, oldest.name, &summary)) != PASPW_OK ||
	    (r = record(w, &summary)) != PASPW_OK)
		return r;
	if (unlinkat(d->fd, oldest.name, 0) == -1 || fsync(d->fd) == -1)
		return error_errno(w->e, PASPW_ERR_STORE, errno, "%s/%s",
		    d->path, oldest.name);
	*removed = true;
	if ((r = archive_directory_list(&w->directory, w->e)) != PASPW_OK)
		return r;
	return tell(w, &oldest, summary.events, true);
}

int
archiver_run(struct archiver *a, struct error *e)
{
	struct work w = { .a = a, .e = e, .directory = { .fd = -1 } };
	struct store *store = a->sealer.store;
	bool again = true;
	int r = PASPW_ERR_MEMORY;

	if ((w.seal = malloc(sizeof(*w.seal))) == NULL) {
		error_set(e, r, "out of memory");
		goto out;
	}
	if ((r = archive_directory_open(&w.directory, a->sealer.policy,
	    a->under, true, e)) != PASPW_OK)
		goto out;
	if (store->ops->now(store, &w.now, e) != STORE_OK) {
		r = e->code;
		goto out;
	}
	while (r == PASPW_OK && again && a->stopped == 0)
		r = move(&w, &again);
	again = true;
	while (r == PASPW_OK && again && a->stopped == 0)
		r = remove_old(&w, &again);
out:
	archive_directory_close(&w.directory);
	free(w.seal);
	return r;
}
