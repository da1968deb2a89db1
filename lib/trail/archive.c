/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/archive.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "trail/canonical.h"

static const char label[] = "paspw-archive-1";

enum { RECORD_SEAL = 'S', RECORD_EVENT = 'E', RECORD_END = 'Z' };
#define NUMBER_BYTES sizeof(int64_t)
#define LENGTH_BYTES sizeof(uint32_t)
#define SEAL_BYTES (2 * NUMBER_BYTES + (size_t)3 * DIGEST_BYTES)

/* ---- Write ---- */

struct archive_writer {
	FILE *file;
	struct digest_sum *sum;
};

static int
put(struct archive_writer *w, const void *bytes, size_t size,
    struct error *e)
{
	if (size > 0 && fwrite(bytes, 1, size, w->file) != size)
		return error_errno(e, PASPW_ERR_STORE, errno,
		    "an archive cannot be written");
	return w->sum == NULL ? PASPW_OK : digest_add(w->sum, bytes, size, e);
}

static int
put_sized(struct archive_writer *w, const void *bytes, size_t size,
    struct error *e)
{
	uint32_t big = htobe32((uint32_t)size);
	int r;

	if ((r = put(w, &big, sizeof(big), e)) != PASPW_OK)
		return r;
	return put(w, bytes, size, e);
}

int
archive_create(struct archive_writer **made, int fd, const char *realm,
    struct error *e)
{
	struct archive_writer *w = calloc(1, sizeof(*w));
	int r;

	*made = w;
	if (w == NULL || (w->file = fdopen(fd, "w")) == NULL) {
		close(fd);
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	}
	if ((r = digest_begin(&w->sum, e)) != PASPW_OK ||
	    (r = put(w, label, sizeof(label), e)) != PASPW_OK)
		return r;
	return put_sized(w, realm, strlen(realm), e);
}

int
archive_add_seal(struct archive_writer *w, const struct audit_seal *seal,
    struct error *e)
{
	unsigned char bytes[1 + SEAL_BYTES], *to = bytes;
	int r;

	*to++ = RECORD_SEAL;
	to = canonical_number(to, seal->number);
	to = canonical_number(to, seal->at);
	to = canonical_bytes(to, seal->root, sizeof(seal->root));
	to = canonical_bytes(to, seal->mac, sizeof(seal->mac));
	canonical_bytes(to, seal->chain, sizeof(seal->chain));
	if ((r = put(w, bytes, sizeof(bytes), e)) != PASPW_OK)
		return r;
	return put_sized(w, seal->leaves.list, (size_t)seal->leaves.count *
	    sizeof(*seal->leaves.list), e);
}

int
archive_add_event(struct archive_writer *w, const struct audit_event *event,
    struct error *e)
{
	unsigned char head[1 + NUMBER_BYTES], bytes[CANONICAL_EVENT_MAX];
	int r;

	head[0] = RECORD_EVENT;
	canonical_number(head + 1, event->seal);
	if ((r = put(w, head, sizeof(head), e)) != PASPW_OK)
		return r;
	return put_sized(w, bytes, canonical_event(event, bytes), e);
}

int
archive_finish(struct archive_writer *w, struct error *e)
{
	const unsigned char end = RECORD_END;
	unsigned char digest[DIGEST_BYTES];
	int r;

	if ((r = put(w, &end, sizeof(end), e)) != PASPW_OK ||
	    (r = digest_end(&w->sum, digest, e)) != PASPW_OK ||
	    (r = put(w, digest, sizeof(digest), e)) != PASPW_OK)
		return r;
	if (fflush(w->file) != 0 || fsync(fileno(w->file)) == -1)
		return error_errno(e, PASPW_ERR_STORE, errno,
		    "an archive cannot be written");
	return PASPW_OK;
}

void
archive_close(struct archive_writer **w)
{
	struct error ignored;

	if (*w == NULL)
		return;
	if ((*w)->file != NULL)
		fclose((*w)->file);
	(void)digest_end(&(*w)->sum, NULL, &ignored);
	free(*w);
	*w = NULL;
}

/* ---- Read ---- */

struct reader {
	FILE *file;
	struct digest_sum *sum;
	const char *path;
	const struct archive_visitor *visitor;
	struct archive_summary *summary;
	struct audit_seal seal;		/* too large for a stack */
	struct audit_event event;
	unsigned char bytes[CANONICAL_EVENT_MAX];
	struct error *e;
};

/* Unless it is the disk that failed. */
static int
damaged(struct reader *r, const char *what)
{
	if (ferror(r->file))
		return error_errno(r->e, PASPW_ERR_STORE, errno, "%s",
		    r->path);
	r->summary->damaged = true;
	return error_set(r->e, PASPW_ERR_STORE, "%s: %s", r->path, what);
}

static int
get(struct reader *r, void *bytes, size_t size)
{
	if (size > 0 && fread(bytes, 1, size, r->file) != size)
		return damaged(r, "its end is missing");
	return digest_add(r->sum, bytes, size, r->e);
}

static int
get_sized(struct reader *r, void *bytes, size_t max, size_t *size)
{
	uint32_t big;
	int code;

	if ((code = get(r, &big, sizeof(big))) != PASPW_OK)
		return code;
	*size = be32toh(big);
	if (*size > max)
		return damaged(r, "a length in it is none of ours");
	return get(r, bytes, *size);
}

static int
read_head(struct reader *r, const char *realm)
{
	char bytes[sizeof(label)], name[POLICY_WORD_MAX];
	size_t size;
	int code;

	if ((code = get(r, bytes, sizeof(bytes))) != PASPW_OK)
		return code;
	if (memcmp(bytes, label, sizeof(label)) != 0)
		return damaged(r, "not an archive of a trail");
	if ((code = get_sized(r, name, sizeof(name), &size)) != PASPW_OK)
		return code;
	if (size != strlen(realm) || memcmp(name, realm, size) != 0)
		return damaged(r, "of another realm");
	return PASPW_OK;
}

static int
read_seal(struct reader *r, int *stopped)
{
	unsigned char bytes[SEAL_BYTES], *at = bytes;
	struct audit_seal *seal = &r->seal;
	size_t size;
	int code;

	memset(seal, 0, sizeof(*seal));
	if ((code = get(r, bytes, sizeof(bytes))) != PASPW_OK ||
	    (code = get_sized(r, seal->leaves.list,
	    sizeof(seal->leaves.list), &size)) != PASPW_OK)
		return code;
	if (size % sizeof(*seal->leaves.list) != 0)
		return damaged(r, "a length in it is none of ours");
	seal->leaves.count = (int)(size / sizeof(*seal->leaves.list));
	seal->number = canonical_read_number(at);
	seal->at = canonical_read_number(at += NUMBER_BYTES);
	memcpy(seal->root, at += NUMBER_BYTES, DIGEST_BYTES);
	memcpy(seal->mac, at += DIGEST_BYTES, DIGEST_BYTES);
	memcpy(seal->chain, at + DIGEST_BYTES, DIGEST_BYTES);
	if (r->summary->last == 0)
		r->summary->first = seal->number;
	r->summary->last = seal->number;
	if (seal->at > r->summary->latest)
		r->summary->latest = seal->at;
	memcpy(r->summary->chain, seal->chain, DIGEST_BYTES);
	if (r->visitor->seal != NULL)
		*stopped = r->visitor->seal(seal, r->visitor->arg);
	return PASPW_OK;
}

static int
read_event(struct reader *r, int *stopped)
{
	unsigned char number[NUMBER_BYTES];
	size_t size;
	int code;

	if ((code = get(r, number, sizeof(number))) != PASPW_OK ||
	    (code = get_sized(r, r->bytes, sizeof(r->bytes), &size)) !=
	    PASPW_OK)
		return code;
	if (!canonical_read_event(r->bytes, size, &r->event))
		return damaged(r, "an event in it is none of ours");
	r->event.seal = canonical_read_number(number);
	r->summary->events++;
	if (r->visitor->event != NULL)
		*stopped = r->visitor->event(&r->event, r->visitor->arg);
	return PASPW_OK;
}

static int
read_end(struct reader *r)
{
	unsigned char made[DIGEST_BYTES], there[DIGEST_BYTES];
	int code;

	if ((code = digest_end(&r->sum, made, r->e)) != PASPW_OK)
		return code;
	if (fread(there, 1, sizeof(there), r->file) != sizeof(there))
		return damaged(r, "its end is missing");
	if (memcmp(made, there, sizeof(made)) != 0)
		return damaged(r, "its SHA-256 is another one");
	if (getc(r->file) != EOF || ferror(r->file))
		return damaged(r, "something stands behind its end");
	return PASPW_OK;
}

static int
read_all(struct reader *r, const char *realm, int *stopped)
{
	unsigned char type = 0;
	int code;

	if ((code = digest_begin(&r->sum, r->e)) != PASPW_OK)
		return code;
	code = read_head(r, realm);
	while (code == PASPW_OK && *stopped == 0 &&
	    (code = get(r, &type, sizeof(type))) == PASPW_OK) {
		if (type == RECORD_END)
			return read_end(r);
		code = type == RECORD_SEAL ? read_seal(r, stopped) :
		    type == RECORD_EVENT ? read_event(r, stopped) :
		    damaged(r, "a record in it is none of ours");
	}
	return code;
}

int
archive_read(int fd, const char *path, const char *realm,
    const struct archive_visitor *visitor, struct archive_summary *summary,
    int *stopped, struct error *e)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct error ignored;
	int code;

	memset(summary, 0, sizeof(*summary));
	*stopped = 0;
	if (r == NULL || (r->file = fdopen(fd, "r")) == NULL) {
		close(fd);
		free(r);
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	}
	r->path = path;
	r->visitor = visitor;
	r->summary = summary;
	r->e = e;
	code = read_all(r, realm, stopped);
	(void)digest_end(&r->sum, NULL, &ignored);
	fclose(r->file);
	free(r);
	return code;
}
