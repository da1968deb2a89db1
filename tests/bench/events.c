/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * events DIRECTORY [ROUNDS]: what the trail adds to a transaction of an
 * ordinary try, on a kept store in that (empty) directory: a row saved alone
 * and with its event, by turns, so that other load strikes both alike. And
 * what a try under an unknown name costs beside it. Microseconds:
 *
 *	row 11.2 row+event 24.0 event 12.8 unknown 14.1 hash of a name 8.0
 *
 * Each figure is a median; the event is the median of the differences.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stranger.h"

#define ROUNDS 2001
#define NS_PER_US 1000.0

static struct policy policy;
static struct store *store;
static struct account account;
static struct error e;
static const struct audit_origin origin = {
	.service = "sshd", .rhost = "2001:db8::1234", .tty = "ssh",
	.actor = "root"
};

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / NS_PER_US;
}

static void
need(bool done)
{
	if (done)
		return;
	fprintf(stderr, "events: %s\n", e.text);
	exit(1);
}

static double
save(bool with_event)
{
	struct audit_event event;
	struct store_change change = {
		.account = &account, .events = &event,
		.event_count = with_event ? 1 : 0
	};
	double start = now_us();

	if (with_event)
		need(audit_event(&event, AUDIT_FAILURE, &policy, &account,
		    &origin, 1700000000, &e) == PASPW_OK);
	need(store->ops->save(store, &change, &e) == STORE_OK);
	account.version++;
	return now_us() - start;
}

static double
unknown(int round)
{
	/* each in a window of its own: all are written */
	const struct stranger_try try = {
		&policy, store, &origin, "0123456789abcdef",
		(int64_t)round * STRANGER_WINDOW
	};
	double start = now_us();

	need(stranger_save(&try, &e) == STORE_OK);
	return now_us() - start;
}

static double
hash_name(void)
{
	char hash[STRANGER_HASH_MAX];
	double start = now_us();

	stranger_hash(&policy, "somebody", hash);
	need(hash[0] != '\0');
	return now_us() - start;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *list, int count)
{
	qsort(list, (size_t)count, sizeof(*list), by_size);
	return list[count / 2];
}

int
main(int argc, char **argv)
{
	enum { ROW, BOTH, EVENT, UNKNOWN, HASH, FIGURES };
	int rounds = argc > 2 ? atoi(argv[2]) : ROUNDS;
	double *list[FIGURES];

	if (argc < 2 || rounds < 1)
		return 2;
	policy_standard(&policy, "users");
	snprintf(policy.store, sizeof(policy.store), "sqlite:%s/users.db",
	    argv[1]);
	need(store_open(&store, policy.store, true, 3000, &e) == PASPW_OK);
	need(stranger_key_make(&policy, &e) == PASPW_OK);
	need(account_new(&account, "alice", &policy, 1700000000, &e) ==
	    PASPW_OK);
	for (int i = 0; i < FIGURES; i++)
		need((list[i] = calloc((size_t)rounds, sizeof(double))) !=
		    NULL);
	save(false);
	for (int i = 0; i < rounds; i++) {
		list[ROW][i] = save(false);
		list[BOTH][i] = save(true);
		list[EVENT][i] = list[BOTH][i] - list[ROW][i];
		list[UNKNOWN][i] = unknown(i + 1);
		list[HASH][i] = hash_name();
	}
	printf("row %.1f row+event %.1f event %.1f unknown %.1f "
	    "hash of a name %.1f\n", median(list[ROW], rounds),
	    median(list[BOTH], rounds), median(list[EVENT], rounds),
	    median(list[UNKNOWN], rounds), median(list[HASH], rounds));
	store_close(&store);
	return 0;
}
