/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The verbs of the audit trail. */

#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 8
#define LINE_MAX_BYTES 256

/* What was handed out, and is kept elsewhere in life. */
struct proofs {
	char lines[LINES_MAX][LINE_MAX_BYTES];
	const char *list[LINES_MAX];
	size_t count;
};

int
verbs_note_proof(const char *realm, const char *proof, void *arg)
{
	(void)realm;
	return fprintf(arg, "%s\n", proof) < 0;
}

static int
count_proof(const char *realm, const char *proof, void *arg)
{
	*(int *)arg += realm[0] != '\0' && proof[0] != '\0';
	return 0;
}

static struct proofs proofs;

static bool
read_proofs(const struct run *r)
{
	struct proofs *p = &proofs;
	char path[VERBS_PATH];
	FILE *f;

	p->count = 0;
	snprintf(path, sizeof(path), "%s/" VERBS_PROOFS, r->directory);
	if ((f = fopen(path, "r")) == NULL)
		return false;
	while (p->count < LINES_MAX && fgets(p->lines[p->count],
	    LINE_MAX_BYTES, f) != NULL) {
		char *line = p->lines[p->count];

		line[strcspn(line, "\n")] = '\0';
		p->list[p->count++] = line;
	}
	fclose(f);
	return p->count > 0;
}

/* ---- Events and seals ---- */

static int
count_event(const struct paspw_event *event, void *arg)
{
	*(int *)arg += event != NULL;
	return 0;
}

int
do_audit_each(struct run *r)
{
	int count = 0;
	int rc = paspw_audit_each(r->h, NULL, 0, count_event, &count);

	r->harmful = rc == PASPW_OK && count < 6;
	return rc;
}

static int
lose(const struct run *r, const char *name)
{
	char path[VERBS_PATH];

	snprintf(path, sizeof(path), "%s/store/%s", r->directory, name);
	return unlink(path) == 0 || errno == ENOENT ? PASPW_OK :
	    PASPW_ERR_INTERNAL;
}

int
lose_names(struct run *r)
{
	return lose(r, "users.db.names");
}

int
lose_key(struct run *r)
{
	return lose(r, "users.db.key");
}

int
do_seal(struct run *r)
{
	return paspw_audit_seal(r->h);
}

int
do_seal_empty(struct run *r)
{
	return paspw_audit_seal_empty(r->h);
}

int
do_first_keys(struct run *r)
{
	int count = 0;

	return paspw_audit_first_keys(r->h, count_proof, &count);
}

int
do_heads(struct run *r)
{
	int count = 0;
	int rc = paspw_audit_heads(r->h, count_proof, &count);

	r->harmful = rc == PASPW_OK && count != 2;
	return rc;
}

/* ---- Archives ---- */

static int
count_archive(const struct paspw_archive *archive, void *arg)
{
	int *counts = arg;

	counts[archive->removed]++;
	return 0;
}

/* Two realms, and each has two months that are over and one too many. */
int
do_archive(struct run *r)
{
	int counts[2] = { 0, 0 };
	int rc = paspw_audit_archive(r->h, count_archive, counts);

	r->harmful = rc == PASPW_OK && (counts[0] < 4 || counts[1] != 2);
	return rc;
}

int
make_archive(struct run *r)
{
	return read_proofs(r) ? paspw_audit_archive(r->h, NULL, NULL) :
	    PASPW_ERR_INTERNAL;
}

/* ---- Verification ---- */

static int
count_progress(uint64_t done, uint64_t total, void *arg)
{
	(void)total;
	*(uint64_t *)arg = done;
	return 0;
}

int
do_audit_progress(struct run *r)
{
	static uint64_t done;

	return paspw_audit_progress(r->h, count_progress, &done);
}

int
do_audit_verify(struct run *r)
{
	struct paspw_audit_result result = { .faults = 0 };
	int rc = paspw_audit_verify(r->h, &result);

	r->harmful = rc == PASPW_OK &&
	    (result.faults != 0 || result.seals == 0);
	return rc;
}

/* With archives, keys and heads. */
int
do_audit_verify_with(struct run *r)
{
	struct paspw_audit_result result = { .faults = 0 };
	int rc = paspw_audit_verify_with(r->h, proofs.list, proofs.count,
	    NULL, NULL, &result);

	r->harmful = rc == PASPW_OK && (result.faults != 0 ||
	    result.archives != 2 || result.heads != 2 || result.keyed == 0);
	return rc;
}

bool
verbs_trail_is_whole(struct run *r)
{
	struct paspw_audit_result result = { .faults = 0 };

	return read_proofs(r) && paspw_audit_verify_with(r->h, proofs.list,
	    proofs.count, NULL, NULL, &result) == PASPW_OK &&
	    result.faults == 0 && result.heads == 2;
}
