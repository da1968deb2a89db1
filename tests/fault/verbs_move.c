/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The verbs that move accounts in and out. */

#include "verbs.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "import_samples.h"

#define DAY 86400
#define TALLY 64	/* bytes of one record of pam_faillock */
#define LOCK_AFTER 5

static int
imported(struct run *r, int rc, enum paspw_import outcome)
{
	/* After a commit whose answer was lost it is there already. */
	r->harmful = (rc == PASPW_OK) != (outcome != PASPW_IMPORT_SKIPPED);
	return rc;
}

int
do_import_shadow(struct run *r)
{
	static const char line[] = "zoe:" PRESENT_HASH ":20000:0:99999:7:::";
	enum paspw_import outcome = PASPW_IMPORT_DONE;
	int rc = paspw_import_shadow(r->h, line, strlen(line), &outcome);

	return imported(r, rc, outcome);
}

int
do_import_locked(struct run *r)
{
	static const char line[] = "zoe:!" PRESENT_HASH
	    ":20000:0:99999:7::30000:";
	enum paspw_import outcome = PASPW_IMPORT_DONE;
	int rc = paspw_import_shadow(r->h, line, strlen(line), &outcome);

	return imported(r, rc, outcome);
}

int
do_import_opasswd(struct run *r)
{
	static const char line[] = "bob:0:2:" OLDER_HASH "," OLD_HASH;
	enum paspw_import outcome = PASPW_IMPORT_DONE;
	int rc = paspw_import_opasswd(r->h, line, strlen(line), &outcome);

	return imported(r, rc, outcome);
}

/* So many failures, a day ago. */
static int
import_tally(struct run *r, size_t count)
{
	enum paspw_import outcome = PASPW_IMPORT_DONE;
	unsigned char tally[LOCK_AFTER * TALLY] = { 0 };
	uint64_t at = (uint64_t)time(NULL) - DAY;
	int rc;

	for (size_t i = 0; i < count; i++) {
		tally[i * TALLY + 54] = 1;
		memcpy(tally + i * TALLY + 56, &at, sizeof(at));
	}
	rc = paspw_import_faillock(r->h, "bob", tally, count * TALLY,
	    &outcome);
	return imported(r, rc, outcome);
}

int
do_import_faillock(struct run *r)
{
	return import_tally(r, 1);
}

int
do_import_tally(struct run *r)
{
	return import_tally(r, LOCK_AFTER);
}

int
do_import_terms(struct run *r)
{
	const struct paspw_terms terms = { .owner = "Bob" };
	enum paspw_import outcome = PASPW_IMPORT_DONE;
	int rc = paspw_import_terms(r->h, "bob", &terms, &outcome);

	return imported(r, rc, outcome);
}

int
do_import_terms_new(struct run *r)
{
	const struct paspw_terms terms = { .owner = "Zoe",
	    .kind = "third_party", .valid_until = (int64_t)DAY * 30000 };
	enum paspw_import outcome = PASPW_IMPORT_DONE;
	int rc = paspw_import_terms(r->h, "zoe", &terms, &outcome);

	return imported(r, rc, outcome);
}

static int
import_record(struct run *r, bool locked)
{
	static const char *const history[] = { OLD_HASH };
	static const int64_t failed[LOCK_AFTER] = { DAY, DAY, DAY, DAY,
	    2 * DAY };
	struct paspw_record record = { .account = "zoe",
	    .realm = "users", .id = "00112233445566778899aabbccddeeff",
	    .kind = "person", .credentials = "store", .hash = PRESENT_HASH,
	    .created_at = DAY, .changed_at = (int64_t)DAY * 20000,
	    .history = history, .history_count = 1 };
	enum paspw_import outcome = PASPW_IMPORT_DONE;
	int rc;

	if (locked) {
		record.failed_at = failed;
		record.failed_count = LOCK_AFTER;
		record.last_failure_at = record.locked_at = 2 * DAY;
		record.lock_reason = "failures";
	}
	rc = paspw_import_record(r->h, &record, &outcome);
	return imported(r, rc, outcome);
}

int
do_import_record(struct run *r)
{
	return import_record(r, false);
}

int
do_import_record_locked(struct run *r)
{
	return import_record(r, true);
}

static int
count_record(const struct paspw_record *record, void *arg)
{
	*(int *)arg += record->account[0] != '\0';
	return 0;
}

int
do_export(struct run *r)
{
	int count = 0;
	int rc = paspw_export(r->h, PASPW_WITH_HISTORY, count_record, &count);

	r->harmful = rc == PASPW_OK && count != 4;
	return rc;
}
