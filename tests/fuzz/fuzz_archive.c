/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * An archive of a trail, and the names in its directory. The first byte of
 * the input says what the rest is: edits of a genuine archive, an archive, or
 * names. An edited one is made whole again up to its SHA-256 if a bit asks
 * for it, as a forger would do.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/digest.h"
#include "fuzz.h"
#include "scratch.h"
#include "store/store_file.h"
#include "trail/archive_directory.h"
#include "trail/key.h"
#include "trail/seal.h"
#include "trail/verifier.h"

enum { AS_IT_IS = 1, NAMES = 2, REPAIRED = 4 };	/* bits of the first byte */
enum edit { EDIT_SET, EDIT_FLIP, EDIT_REMOVE, EDIT_COPY, EDIT_CUT, EDITS };

#define REALM "users"
#define FIRST_TIME INT64_C(1700000000)
#define SEALS 3
#define ARCHIVE_MAX 16384
#define EDIT_BYTES 6		/* what, at, from, value */
#define NAMES_MAX 16
#define PATH_SIZE (SCRATCH_MAX + 32)
#define TIMEOUT_MS 60000
/* The verifier computes a key for each seal up to a number, 4 million at
 * most: with a sanitizer that is a minute. */
#define KEYED_MAX 1000

struct content {
	size_t size;
	unsigned char bytes[ARCHIVE_MAX];
};

static struct content genuine;
static struct proof proofs[2];		/* its head, its first key */
static struct policy policy;
static struct store *store;
static char archives[PATH_SIZE], file_path[PATH_SIZE + ARCHIVE_NAME_MAX];
static int names_fd;			/* 0: not open yet */
static struct audit_seal seal;		/* too large for a stack */
static int64_t farthest;		/* number of a seal that was read */
static struct error e;

/* ---- A genuine one: two events, none, one ---- */

static void
put_event(struct archive_writer *w, int number, const char *kind,
    struct audit_event *event)
{
	memset(event, 0, sizeof(*event));
	memset(event->id, number, sizeof(event->id));
	event->at = FIRST_TIME + number;
	strcpy(event->realm, REALM);
	strcpy(event->kind, kind);
	strcpy(event->actor, "root");
	strcpy(event->data, "{\"tty\": \"pts/1\"}");
	event->seal = seal.number;
	if (w != NULL)
		HOLDS(archive_add_event(w, event, &e) == PASPW_OK);
	else
		HOLDS(seal_leaf(event, &seal.leaves.list[seal.leaves.count++],
		    &e) == PASPW_OK);
}

static void
put_events(struct archive_writer *w)
{
	struct audit_event event;

	if (seal.number == 1) {
		put_event(w, 1, "issue", &event);
		put_event(w, 2, "failure", &event);
	} else if (seal.number == SEALS)
		put_event(w, 3, "success", &event);
}

static void
make_genuine(char *name)
{
	unsigned char key[DIGEST_BYTES] = "a key that only auditors know";
	unsigned char chain[DIGEST_BYTES] = { 0 };
	struct archive_summary summary = { 1, SEALS, FIRST_TIME, { 0 }, 0,
	    false };
	struct archive_writer *w = NULL;
	int fd = memfd_create("genuine", MFD_CLOEXEC);
	ssize_t size;

	proofs[1] = (struct proof){ PROOF_KEY, REALM, 1, { 0 } };
	memcpy(proofs[1].bytes, key, sizeof(key));
	HOLDS(archive_create(&w, dup(fd), REALM, &e) == PASPW_OK);
	for (int64_t i = 1; i <= SEALS; i++) {
		memset(&seal, 0, sizeof(seal));
		seal.number = i;
		seal.at = FIRST_TIME;
		put_events(NULL);
		HOLDS(seal_make(&seal, chain, key, &e) == PASPW_OK &&
		    archive_add_seal(w, &seal, &e) == PASPW_OK);
		put_events(w);
		memcpy(chain, seal.chain, sizeof(chain));
		HOLDS(key_next(key, &e) == PASPW_OK);
	}
	HOLDS(archive_finish(w, &e) == PASPW_OK);
	archive_close(&w);
	proofs[0] = (struct proof){ PROOF_HEAD, REALM, SEALS, { 0 } };
	memcpy(proofs[0].bytes, chain, sizeof(chain));
	size = pread(fd, genuine.bytes, sizeof(genuine.bytes), 0);
	HOLDS(size > 0 && (size_t)size < sizeof(genuine.bytes));
	genuine.size = (size_t)size;
	close(fd);
	archive_name(&summary, name);
}

static void
prepare(void)
{
	char name[ARCHIVE_NAME_MAX];

	scratch_make();
	make_genuine(name);
	strcpy(policy.realm, REALM);
	policy.store_timeout = (struct span){ SPAN_SECONDS,
	    TIMEOUT_MS / 1000 };
	snprintf(policy.store, sizeof(policy.store), "sqlite:%s/users.db",
	    scratch);
	snprintf(archives, sizeof(archives), "%s/users.db.archive", scratch);
	snprintf(file_path, sizeof(file_path), "%s/%s", archives, name);
	HOLDS(mkdir(archives, S_IRWXU) == 0);
	HOLDS(store_open(&store, policy.store, true, TIMEOUT_MS, &e) ==
	    PASPW_OK);
}

/* ---- Reading: what is read as whole is written so again ---- */

static int
copy_seal(const struct audit_seal *s, void *arg)
{
	if (s->number > farthest)
		farthest = s->number;
	return archive_add_seal(arg, s, &e);
}

static int
copy_event(const struct audit_event *event, void *arg)
{
	return archive_add_event(arg, event, &e);
}

static void
check_reading(const struct content *c)
{
	static unsigned char again[ARCHIVE_MAX];
	struct archive_visitor visitor = { copy_seal, copy_event, NULL };
	struct archive_writer *w = NULL;
	struct archive_summary summary;
	int fd = memfd_create("read", MFD_CLOEXEC);
	int copy = memfd_create("again", MFD_CLOEXEC), stopped = 0;

	HOLDS(write(fd, c->bytes, c->size) == (ssize_t)c->size &&
	    lseek(fd, 0, SEEK_SET) == 0);
	HOLDS(archive_create(&w, dup(copy), REALM, &e) == PASPW_OK);
	visitor.arg = w;
	farthest = 0;
	error_clear(&e);
	if (archive_read(fd, "PATH", REALM, &visitor, &summary, &stopped,
	    &e) == PASPW_OK) {
		HOLDS(stopped == 0 && archive_finish(w, &e) == PASPW_OK);
		HOLDS(pread(copy, again, sizeof(again), 0) ==
		    (ssize_t)c->size);
		HOLDS(memcmp(again, c->bytes, c->size) == 0);
	} else
		HOLDS(strncmp(e.text, "PATH: ", strlen("PATH: ")) == 0);
	archive_close(&w);
	close(copy);
}

/* ---- Verifying: intact is what is genuine, and nothing else ---- */

static int
count_fault(const struct paspw_audit_fault *fault, void *arg)
{
	HOLDS(fault->message[0] != '\0' && fault->kind[0] != '\0');
	++*(uint64_t *)arg;
	return 0;
}

static void
check_verdict(const struct content *c)
{
	struct paspw_audit_result result = { 0 };
	uint64_t told = 0;
	struct verifier v = { .policy = &policy, .store = store,
	    .proofs = proofs, .proof_count = farthest > KEYED_MAX ? 1 : 2,
	    .fn = count_fault, .arg = &told, .result = &result };
	bool same = c->size == genuine.size &&
	    memcmp(c->bytes, genuine.bytes, c->size) == 0;
	int fd = open(file_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);

	HOLDS(fd != -1 && write(fd, c->bytes, c->size) == (ssize_t)c->size &&
	    close(fd) == 0);
	HOLDS(verifier_run(&v, &e) == PASPW_OK);
	HOLDS(result.faults == told && result.archives == 1);
	HOLDS((told == 0) == same);
	HOLDS((told == 0) == (result.first_fault[0] == '\0'));
	HOLDS(!same || result.keyed == SEALS);
}

/* ---- What is asked for ---- */

static size_t
number(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

static void
edit(struct content *c, const uint8_t *how)
{
	size_t at = number(how + 1) % (c->size + 1);
	size_t from = number(how + 3) % (c->size + 1);
	size_t length = how[5] < c->size - at ? how[5] : c->size - at;
	unsigned char part[UINT8_MAX];

	switch ((enum edit)(how[0] % EDITS)) {
	case EDIT_SET:
		if (at < c->size)
			c->bytes[at] = how[5];
		break;
	case EDIT_FLIP:
		if (at < c->size)
			c->bytes[at] ^= (uint8_t)(1U << how[5] % 8);
		break;
	case EDIT_REMOVE:
		memmove(c->bytes + at, c->bytes + at + length,
		    c->size - at - length);
		c->size -= length;
		break;
	case EDIT_COPY:
		if (c->size + length > sizeof(c->bytes))
			break;
		memcpy(part, c->bytes + at, length);
		memmove(c->bytes + from + length, c->bytes + from,
		    c->size - from);
		memcpy(c->bytes + from, part, length);
		c->size += length;
		break;
	case EDIT_CUT:
	default:
		c->size = at;
	}
}

/* Its last bytes become the SHA-256 of those before them. */
static void
repair(struct content *c)
{
	if (c->size >= DIGEST_BYTES)
		HOLDS(digest_sha256(c->bytes, c->size - DIGEST_BYTES,
		    c->bytes + c->size - DIGEST_BYTES, &e) == PASPW_OK);
}

/* ---- Names: those of ours, in their order, and no others ---- */

static void
open_names(void)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/names", scratch);
	if (names_fd > 0)
		close(names_fd);
	(void)tree_remove(path);
	HOLDS(mkdir(path, S_IRWXU) == 0);
	names_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	HOLDS(names_fd != -1);
}

static bool
make_name(const char *text, size_t length)
{
	char name[NAME_MAX + 1] = "";
	int fd;

	if (length > NAME_MAX)
		return false;
	memcpy(name, text, length);
	if (strchr(name, '/') != NULL || (fd = openat(names_fd, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR)) == -1)
		return false;
	close(fd);
	return true;
}

static size_t
make_names(const char *at, const char *end)
{
	size_t made = 0;

	for (int i = 0; i < NAMES_MAX && at < end; i++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop == NULL ? end : stop;
		made += make_name(at, (size_t)(stop - at));
		at = stop + 1;
	}
	return made;
}

static void
check_names(const char *text, size_t size)
{
	struct archive_directory d = { .path = "NAMES" };
	size_t made;

	open_names();
	made = make_names(text, text + size);
	d.fd = names_fd;
	HOLDS(archive_directory_list(&d, &e) == PASPW_OK);
	HOLDS(d.count <= made);
	for (size_t i = 0; i < d.count; i++) {
		const struct archive_file *f = &d.list[i];
		struct archive_summary s = { f->first, f->last, f->latest,
		    { 0 }, 0, false };
		char name[ARCHIVE_NAME_MAX];

		archive_name(&s, name);
		HOLDS(strcmp(name, f->name) == 0);
		HOLDS(f->first >= 1 && f->first <= f->last);
		HOLDS(i == 0 || strcmp(d.list[i - 1].name, name) < 0);
		HOLDS(faccessat(names_fd, name, F_OK, 0) == 0);
	}
	free(d.list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct content c;
	int what = size == 0 ? 0 : data[0];

	if (store == NULL)
		prepare();
	if ((what & NAMES) != 0) {
		check_names((const char *)data + 1, size - 1);
		return 0;
	}
	c = genuine;
	if ((what & AS_IT_IS) != 0 && size <= sizeof(c.bytes)) {
		c.size = size - 1;
		memcpy(c.bytes, data + 1, c.size);
	} else
		for (size_t at = 1; at + EDIT_BYTES <= size; at += EDIT_BYTES)
			edit(&c, data + at);
	if ((what & REPAIRED) != 0)
		repair(&c);
	check_reading(&c);
	check_verdict(&c);
	return 0;
}
