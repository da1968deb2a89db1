/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/key.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/hash.h"
#include "store/store_file.h"
#include "trail/proof.h"

#define FILE_MODE 0600
#define SUFFIX ".key"
#define NEW_SUFFIX ".new"
#define NAME_SIZE (NAME_MAX + sizeof(NEW_SUFFIX))

static const char label[] = "paspw-next-key-1";

int
key_path(const char *location, char *path, size_t size, struct error *e)
{
	return store_file_path(location, SUFFIX, path, size, e);
}

static int
failed(const struct key *k, struct error *e)
{
	return error_errno(e, PASPW_ERR_STORE, errno, "%s", k->path);
}

/* ---- Read ---- */

/* One sealer at a time on this host. */
static int
lock_directory(struct key *k, int64_t timeout_ms, struct error *e)
{
	char copy[PATH_MAX];

	memcpy(copy, k->path, sizeof(copy));
	k->directory = open(dirname(copy),
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (k->directory == -1)
		return failed(k, e);
	return store_file_lock(k->directory, k->path, true, timeout_ms, e);
}

/* Has the file no other name? Behind one a key would outlive its epoch; and
 * whoever owns the directory, root being at work in it, could give a file of
 * root's, which would be overwritten, a name here. */
static bool
is_alone(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

static int
parse(struct key *k, char *text, size_t size, struct error *e)
{
	if (size > 0 && text[size - 1] == '\n')
		text[size - 1] = '\0';
	if (!proof_stamp_parse(text, &k->epoch, k->bytes))
		return error_set(e, PASPW_ERR_STORE, "%s: not a sealing key",
		    k->path);
	k->exists = true;
	return PASPW_OK;
}

static int
read_file(struct key *k, struct error *e)
{
	char text[PROOF_STAMP_MAX + 2];
	ssize_t size = -1;
	/* A FIFO would wait for its writer. */
	int fd = open(k->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd == -1 && errno == ENOENT)
		return PASPW_OK;
	memset(text, 0, sizeof(text));
	if ((r = store_file_check(k->path, false, e)) != PASPW_OK)
		goto out;
	if (fd == -1 || (size = read(fd, text, sizeof(text) - 1)) == -1)
		r = failed(k, e);
	else if (!is_alone(fd))
		r = error_set(e, PASPW_ERR_STORE,
		    "%s: has another name (a hard link)", k->path);
	else
		r = parse(k, text, (size_t)size, e);
out:
	secret_wipe_bytes(text, sizeof(text));
	if (fd != -1)
		close(fd);
	return r;
}

int
key_open(struct key *k, const char *path, int64_t timeout_ms,
    struct error *e)
{
	int r;

	memset(k, 0, sizeof(*k));
	k->directory = -1;
	if (strlen(path) >= sizeof(k->path))
		return error_set(e, PASPW_ERR_STORE, "%s: too long", path);
	strcpy(k->path, path);
	if ((r = lock_directory(k, timeout_ms, e)) != PASPW_OK)
		return r;
	return read_file(k, e);
}

void
key_close(struct key *k)
{
	if (k->directory != -1)
		close(k->directory);
	secret_wipe_bytes(k, sizeof(*k));
	k->directory = -1;
}

/* ---- Write ---- */

/* Best effort: neither a journal nor a flash disk promises to forget. */
static void
overwrite(int fd)
{
	const char zeroes[PROOF_STAMP_MAX + 2] = { 0 };

	if (fd == -1)
		return;
	if (pwrite(fd, zeroes, sizeof(zeroes), 0) != -1)
		(void)fdatasync(fd);
	close(fd);
}

/* -1: it is not there, or not ours alone. The directory is the agent's: as
 * its user one could have linked a file of root's there, to have it erased. */
static int
open_old(const struct key *k, const char *name)
{
	int fd = openat(k->directory, name,
	    O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd != -1 && !is_alone(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The whole file under another name, on the disk. One that a crash left
 * behind held a key that was in use since. */
static int
write_new(const struct key *k, const char *name, int64_t epoch,
    const unsigned char *bytes)
{
	char text[PROOF_STAMP_MAX + 2];
	bool written = false;
	size_t size;
	int fd;

	overwrite(open_old(k, name));
	if (unlinkat(k->directory, name, 0) == -1 && errno != ENOENT)
		return -1;
	fd = openat(k->directory, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd == -1)
		return -1;
	proof_stamp(epoch, bytes, text);
	strcat(text, "\n");
	size = strlen(text);
	errno = ENOSPC;	/* of a short write */
	written = write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
	secret_wipe_bytes(text, sizeof(text));
	return close(fd) == 0 && written ? 0 : -1;
}

/* At every instant there is one whole key under the name: the old or the
 * new one. Then the old one's bytes are erased. */
static int
replace(struct key *k, int64_t epoch, const unsigned char *bytes,
    struct error *e)
{
	char copy[PATH_MAX], fresh[NAME_SIZE];
	const char *name;
	int old = -1;

	memcpy(copy, k->path, sizeof(copy));
	name = basename(copy);
	snprintf(fresh, sizeof(fresh), "%s%s", name, NEW_SUFFIX);
	if (write_new(k, fresh, epoch, bytes) == -1)
		return failed(k, e);
	if (k->exists)
		old = open_old(k, name);
	if (renameat(k->directory, fresh, k->directory, name) == -1 ||
	    fsync(k->directory) == -1) {
		failed(k, e);
		if (old != -1)
			close(old);
		return e->code;
	}
	overwrite(old);
	k->exists = true;
	k->epoch = epoch;
	memcpy(k->bytes, bytes, sizeof(k->bytes));
	return PASPW_OK;
}

int
key_create(struct key *k, int64_t epoch, struct error *e)
{
	unsigned char bytes[DIGEST_BYTES];
	int r;

	if ((r = hash_random(bytes, sizeof(bytes), e)) == PASPW_OK)
		r = replace(k, epoch, bytes, e);
	secret_wipe_bytes(bytes, sizeof(bytes));
	return r;
}

int
key_evolve(struct key *k, struct error *e)
{
	unsigned char bytes[DIGEST_BYTES];
	int r;

	memcpy(bytes, k->bytes, sizeof(bytes));
	if ((r = key_next(bytes, e)) == PASPW_OK)
		r = replace(k, k->epoch + 1, bytes, e);
	secret_wipe_bytes(bytes, sizeof(bytes));
	return r;
}

int
key_next(unsigned char *bytes, struct error *e)
{
	unsigned char text[sizeof(label) + DIGEST_BYTES];
	int r;

	memcpy(text, label, sizeof(label));
	memcpy(text + sizeof(label), bytes, DIGEST_BYTES);
	r = digest_sha256(text, sizeof(text), bytes, e);
	secret_wipe_bytes(text, sizeof(text));
	return r;
}
