/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The trail of the embedded store: events, seals, snapshots. */

#include <sys/syscall.h>

#include "store/store_column.h"
#include "trail.h"

#define STOP 42

static int syncs;

int
fdatasync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

int
fsync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fsync, fd);
}

static const unsigned char alice_id[ACCOUNT_ID_BYTES] = { 7 };
static const unsigned char bob_id[ACCOUNT_ID_BYTES] = { 8 };

static struct account
alice(void)
{
	struct account a;

	memset(&a, 0, sizeof(a));
	memcpy(a.id, alice_id, sizeof(a.id));
	strcpy(a.name, "alice");
	return a;
}

/* ---- Events ---- */

struct trail {
	char kinds[128], names[128];
	int64_t seals;
	int stop_at, count;
	struct audit_event last;
};

static int
note_event(const struct audit_event *event, const char *account, void *arg)
{
	struct trail *trail = arg;

	strcat(strcat(trail->kinds, event->kind), " ");
	strcat(strcat(trail->names, account), " ");
	trail->seals += event->seal;
	trail->last = *event;
	return ++trail->count == trail->stop_at ? STOP : 0;
}

static int
walk(const unsigned char *id, int64_t since, struct trail *trail)
{
	int stopped = -1;

	ck_assert_msg(store->ops->events(store, id, since, 0, note_event, trail,
	    &stopped, &e) == STORE_OK, "%s", e.text);
	return stopped;
}

START_TEST(an_event_is_written_with_its_change)
{
	struct account a = alice();
	struct audit_event events[2] = { event_of("one"), event_of("two") };
	struct store_change change = { .account = &a, .events = events,
	    .event_count = 2 };
	struct trail trail = { .stop_at = 0 };

	ck_assert_int_eq(store->ops->save(store, &change, &e), STORE_OK);
	ck_assert_int_eq(walk(NULL, 0, &trail), 0);
	ck_assert_str_eq(trail.kinds, "one two ");
	ck_assert_str_eq(trail.names, "alice alice ");
	for (const struct store_column *c = store_event_columns;
	    c->name != NULL; c++)
		ck_assert_msg(memcmp((char *)&events[1] + c->offset,
		    (char *)&trail.last + c->offset, c->size) == 0, "%s",
		    c->name);
}
END_TEST

START_TEST(a_conflict_writes_no_event)
{
	struct account a = alice();
	struct audit_event event = event_of("one");
	struct store_change change = { .account = &a, .events = &event,
	    .event_count = 1 };
	struct trail trail = { .stop_at = 0 };

	a.version = 3;
	ck_assert_int_eq(store->ops->save(store, &change, &e),
	    STORE_CONFLICT);
	ck_assert_int_eq(walk(NULL, 0, &trail), 0);
	ck_assert_str_eq(trail.kinds, "");
}
END_TEST

START_TEST(an_event_that_fails_undoes_the_change)
{
	struct account a = alice();
	struct audit_event event = event_of("one");
	struct store_change change = { .account = &a, .events = &event,
	    .event_count = 1, .history_digest = "one", .history_keep = 5 };

	raw("DROP TABLE event");
	ck_assert_int_eq(store->ops->save(store, &change, &e), STORE_DOWN);
	ck_assert_int_eq(e.code, PASPW_ERR_STORE);
	ck_assert_int_eq(store->ops->load(store, "alice", &a, &e),
	    STORE_ABSENT);
	ck_assert_int_eq(raw_int("SELECT count(*) FROM history"), 0);
}
END_TEST

START_TEST(events_of_one_account_since_a_time)
{
	struct audit_event events[3] = { event_of("one"), event_of("two"),
	    event_of("three") };
	struct store_change change = { .events = events, .event_count = 3 };
	struct trail bobs = { .stop_at = 0 }, late = { .stop_at = 0 };
	struct trail first = { .stop_at = 1 };

	memcpy(events[1].subject, bob_id, sizeof(bob_id));
	ck_assert_int_eq(store->ops->save(store, &change, &e), STORE_OK);
	ck_assert_int_eq(walk(bob_id, 0, &bobs), 0);
	ck_assert_str_eq(bobs.kinds, "two ");
	/* nobody has that row any more */
	ck_assert_str_eq(bobs.names, " ");
	ck_assert_int_eq(walk(NULL, events[2].at, &late), 0);
	ck_assert_str_eq(late.kinds, "three ");
	ck_assert_int_eq(walk(NULL, 0, &first), STOP);
	ck_assert_str_eq(first.kinds, "one ");
}
END_TEST

/* ---- Notes ---- */

static enum store_answer
save_note(const char *before, const char *text)
{
	struct store_change change = { .note = { "n", before, text } };

	return store->ops->save(store, &change, &e);
}

START_TEST(a_note_is_saved_over_what_was_read)
{
	char text[16];

	ck_assert_int_eq(store->ops->note(store, "n", text, sizeof(text),
	    &e), STORE_OK);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(save_note("other", "one"), STORE_CONFLICT);
	ck_assert_int_eq(save_note("", "one"), STORE_OK);
	ck_assert_int_eq(save_note("", "two"), STORE_CONFLICT);
	ck_assert_int_eq(save_note("one", "two"), STORE_OK);
	ck_assert_int_eq(store->ops->note(store, "n", text, sizeof(text),
	    &e), STORE_OK);
	ck_assert_str_eq(text, "two");
	ck_assert_int_eq(store->ops->note(store, "n", text, 3, &e),
	    STORE_DOWN);
}
END_TEST

START_TEST(a_store_of_the_first_version_is_brought_up)
{
	store_close(&store);
	raw("DROP TABLE note; PRAGMA user_version = 1");
	store = store_again();
	ck_assert_int_eq(save_note("", "one"), STORE_OK);
	ck_assert_int_eq(raw_int("PRAGMA user_version"), 2);
}
END_TEST

START_TEST(a_corrupt_event_is_an_error_to_a_reader)
{
	struct trail trail = { .stop_at = 0 };
	int stopped;

	write_event("one");
	raw("UPDATE event SET reason = 'x' || char(0) || 'y'");
	ck_assert_int_eq(store->ops->events(store, NULL, 0, 0, note_event,
	    &trail, &stopped, &e), STORE_DOWN);
	ck_assert_ptr_nonnull(strstr(e.text, "corrupt"));
}
END_TEST

/* ---- Seals ---- */

static struct audit_seal seal, found;

static enum store_answer
save_seal(int64_t number, int leaves)
{
	memset(&seal, 0, sizeof(seal));
	seal.number = number;
	seal.at = 1700000000;
	memset(seal.root, 1, sizeof(seal.root));
	memset(seal.mac, 2, sizeof(seal.mac));
	memset(seal.chain, 3, sizeof(seal.chain));
	seal.leaves.count = leaves;
	for (int i = 0; i < leaves; i++)
		memset(&seal.leaves.list[i], i, sizeof(seal.leaves.list[i]));
	return store->ops->seal_save(store, &seal, &e);
}

static int
count_event(const struct audit_event *event, void *arg)
{
	struct trail *trail = arg;

	return note_event(event, event->corrupt ? "corrupt" : "", trail);
}

static struct trail
part(enum store_part which)
{
	struct trail trail = { .stop_at = 0 };
	int stopped = -1;

	ck_assert_msg(store->ops->trail(store, which, count_event, &trail,
	    &stopped, &e) == STORE_OK, "%s", e.text);
	ck_assert_int_eq(stopped, 0);
	return trail;
}

START_TEST(a_seal_takes_the_first_events_without_one)
{
	ck_assert_int_eq(store->ops->seal_last(store, &found, &e),
	    STORE_ABSENT);
	write_event("one");
	write_event("two");
	write_event("three");
	ck_assert_int_eq(save_seal(1, 2), STORE_OK);
	ck_assert_str_eq(part(STORE_SEALED).kinds, "one two ");
	ck_assert_int_eq(part(STORE_SEALED).seals, 2);
	ck_assert_str_eq(part(STORE_UNSEALED).kinds, "three ");
	ck_assert_int_eq(save_seal(2, 0), STORE_OK);
	ck_assert_int_eq(save_seal(3, 1), STORE_OK);
	ck_assert_str_eq(part(STORE_UNSEALED).kinds, "");
	ck_assert_int_eq(part(STORE_SEALED).seals, 5);
	ck_assert_str_eq(part(STORE_STRAY).kinds, "");

	ck_assert_int_eq(store->ops->seal_last(store, &found, &e), STORE_OK);
	ck_assert_mem_eq(&seal, &found, sizeof(seal));
	ck_assert_int_eq(store->ops->seal_from(store, 1, &found, &e),
	    STORE_OK);
	ck_assert_int_eq(found.number, 1);
	ck_assert_int_eq(found.leaves.count, 2);
	ck_assert_int_eq(store->ops->seal_from(store, 4, &found, &e),
	    STORE_ABSENT);
}
END_TEST

/* The key is evolved next: without its seal the chain could not go on. */
START_TEST(a_seal_is_on_the_disk_when_it_is_saved)
{
	write_event("one");
	syncs = 0;
	ck_assert_int_eq(save_seal(1, 1), STORE_OK);
	ck_assert_int_gt(syncs, 0);
}
END_TEST

START_TEST(an_epoch_is_sealed_once)
{
	write_event("one");
	ck_assert_int_eq(save_seal(1, 0), STORE_OK);
	ck_assert_int_eq(save_seal(1, 1), STORE_CONFLICT);
	ck_assert_str_eq(part(STORE_UNSEALED).kinds, "one ");
}
END_TEST

START_TEST(a_seal_over_events_that_are_not_there_is_a_conflict)
{
	write_event("one");
	ck_assert_int_eq(save_seal(1, 2), STORE_CONFLICT);
	ck_assert_str_eq(part(STORE_UNSEALED).kinds, "one ");
	ck_assert_int_eq(store->ops->seal_last(store, &found, &e),
	    STORE_ABSENT);
}
END_TEST

START_TEST(readers_see_events_in_the_order_of_seals)
{
	struct trail trail = { .stop_at = 0 };

	write_event("one");
	write_event("two");
	ck_assert_int_eq(save_seal(1, 2), STORE_OK);
	write_event("three");
	ck_assert_int_eq(save_seal(2, 1), STORE_OK);
	write_event("four");
	/* as rows, behind all others */
	raw("UPDATE event SET rowid = 100 WHERE kind = 'one'");
	ck_assert_int_eq(walk(NULL, 0, &trail), 0);
	ck_assert_str_eq(trail.kinds, "two one three four ");
	ck_assert_str_eq(part(STORE_STRAY).kinds, "four ");
}
END_TEST

START_TEST(a_corrupt_event_or_seal_is_shown_as_such)
{
	write_event("one");
	ck_assert_int_eq(save_seal(1, 1), STORE_OK);
	ck_assert_str_eq(part(STORE_SEALED).names, " ");
	raw("UPDATE event SET id = x'00'; UPDATE seal SET leaves = x'00'");
	ck_assert_str_eq(part(STORE_SEALED).names, "corrupt ");
	ck_assert_str_eq(part(STORE_SEALED).kinds, "one ");
	ck_assert_int_eq(store->ops->seal_last(store, &found, &e), STORE_OK);
	ck_assert(found.corrupt);
	ck_assert_int_eq(found.number, 1);
}
END_TEST

static int
count_twice(struct store *s, void *arg, struct error *error)
{
	struct store *other = arg;
	struct audit_event event = event_of("two");
	struct store_change change = { .events = &event, .event_count = 1 };

	ck_assert_str_eq(part(STORE_UNSEALED).kinds, "one ");
	ck_assert_int_eq(other->ops->save(other, &change, error), STORE_OK);
	ck_assert_ptr_eq(s, store);
	ck_assert_str_eq(part(STORE_UNSEALED).kinds, "one ");
	return STOP;
}

START_TEST(a_snapshot_sees_no_later_write_and_stops_none)
{
	struct store *other = store_again();
	int result = 0;

	write_event("one");
	ck_assert_int_eq(store->ops->snapshot(store, count_twice, other,
	    &result, &e), STORE_OK);
	ck_assert_int_eq(result, STOP);
	ck_assert_str_eq(part(STORE_UNSEALED).kinds, "one two ");
	store_close(&other);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_trail");
	TCase *tc = tcase_create("store_trail");

	tcase_add_checked_fixture(tc, store_make, store_remove);
	tcase_add_test(tc, an_event_is_written_with_its_change);
	tcase_add_test(tc, a_conflict_writes_no_event);
	tcase_add_test(tc, an_event_that_fails_undoes_the_change);
	tcase_add_test(tc, a_note_is_saved_over_what_was_read);
	tcase_add_test(tc, a_store_of_the_first_version_is_brought_up);
	tcase_add_test(tc, events_of_one_account_since_a_time);
	tcase_add_test(tc, a_corrupt_event_is_an_error_to_a_reader);
	tcase_add_test(tc, a_seal_takes_the_first_events_without_one);
	tcase_add_test(tc, a_seal_is_on_the_disk_when_it_is_saved);
	tcase_add_test(tc, an_epoch_is_sealed_once);
	tcase_add_test(tc, readers_see_events_in_the_order_of_seals);
	tcase_add_test(tc, a_corrupt_event_or_seal_is_shown_as_such);
	tcase_add_test(tc, a_snapshot_sees_no_later_write_and_stops_none);
	tcase_add_test(tc,
	    a_seal_over_events_that_are_not_there_is_a_conflict);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
