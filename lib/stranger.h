/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * stranger: failed tries under names that are no account's.
 *
 * Such a name is perhaps a password, typed one line too early: the trail gets
 * its keyed hash, so that one can see that it was the same name again, and
 * nothing else. The key is in a file beside the store, STORE.names: whoever
 * reads the database alone, a copy or a backup of it, cannot try names
 * against the hashes. Root can; so he could read the keyboard. All names that
 * no account can have count as one, the empty name.
 *
 * An attacker must not fill the disk: no more than STRANGER_EVENTS events an
 * hour and realm are written, the others are counted in one row, and the
 * count goes into the next event.
 */
#ifndef STRANGER_H
#define STRANGER_H

#include "store/store.h"

/* 45 000 events and 10 MB a month at most, as long as somebody tries without a
 * pause; one a minute still tells when it was. */
#define STRANGER_EVENTS 60
#define STRANGER_WINDOW 3600	/* seconds */

#define STRANGER_HASH_MAX 17	/* 16 hex digits */

/* Make the key of a store if it is not there. */
PASPW_MUST_USE int stranger_key_make(const struct policy *p,
    struct error *e);
/* The keyed hash of a name, done for every name so that it takes as long for
 * each; "" if there is no key. */
void stranger_hash(const struct policy *p, const char *name,
    char hash[STRANGER_HASH_MAX]);

struct stranger_try {
	const struct policy *policy;
	struct store *store;
	const struct audit_origin *origin;
	const char *hash;
	int64_t now;
};
/* Write it down, or count it: one transaction, as for a known account. */
enum store_answer stranger_save(const struct stranger_try *t,
    struct error *e);

/* Tell the count if it was left over: nobody tried since. */
PASPW_MUST_USE int stranger_flush(const struct stranger_try *t,
    struct error *e);

#endif
