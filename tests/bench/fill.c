/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * fill CONFIG FROM TO ENTRIES: accounts user0000001 ... in the store of the
 * default realm, from number FROM to TO, with so many old passwords each;
 * straight through the store, with hashes that nobody computed.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"

/* whole hashes to the eye of the library */
static const char hash[] = "$y$j9T$abcdefghijklmnopqrstu.$"
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
static const char setting[] = "$y$j9T$vutsrqponmlkjihgfedcb.";

static void
fail(const struct paspw *h)
{
	fprintf(stderr, "fill: %s\n", paspw_detail(h));
	exit(EXIT_FAILURE);
}

static void
save(struct paspw *h, struct store *store, struct account *a,
    const char *digest, int keep)
{
	const struct store_change change = { .account = a,
	    .history_digest = digest, .history_keep = keep };

	if (store->ops->save(store, &change, &h->error) != STORE_OK)
		fail(h);
	a->version++;
}

/* One old password after the other, as it came about. */
static void
fill(struct paspw *h, const struct policy *p, struct store *store, int i,
    int entries)
{
	char name[32], digest[HASH_MAX];
	struct account a;
	int64_t now = 0;

	snprintf(name, sizeof(name), "user%07d", i);
	if (store->ops->now(store, &now, &h->error) != STORE_OK ||
	    account_new(&a, name, p, now, &h->error) != PASPW_OK)
		fail(h);
	account_changed(&a, hash, now);
	strcpy(a.history_setting, setting);
	for (int n = 0; n < entries; n++) {
		snprintf(digest, sizeof(digest), "%s$%043d", setting,
		    i * entries + n);
		save(h, store, &a, digest, entries);
	}
	if (entries == 0)
		save(h, store, &a, NULL, 0);
}

int
main(int argc, char **argv)
{
	const struct policy *p = NULL;
	struct store *store = NULL;
	struct paspw *h = NULL;

	if (argc != 5) {
		fprintf(stderr, "usage: fill CONFIG FROM TO ENTRIES\n");
		return EXIT_FAILURE;
	}
	if (paspw_open(&h, argv[1], 0) != PASPW_OK ||
	    handle_policy(h, NULL, &p) != PASPW_OK ||
	    handle_store(h, p, false, &store) != PASPW_OK)
		fail(h);
	for (int i = atoi(argv[2]); i <= atoi(argv[3]); i++)
		fill(h, p, store, i, atoi(argv[4]));
	paspw_close(&h);
	return EXIT_SUCCESS;
}
