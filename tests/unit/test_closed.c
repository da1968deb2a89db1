/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Departure, and a name that comes back. */

#define _GNU_SOURCE	/* memmem */

#include "issued.h"

static struct subject s;

static void
load(const char *user)
{
	memset(&s, 0, sizeof(s));
	ck_assert_int_eq(handle_load(h, user, &s), PASPW_OK);
}

static int
reopen(const char *user, const char *password)
{
	return paspw_reopen(h, user, password, strlen(password), NULL, NULL,
	    &verdict);
}

/* How often these bytes are in a file of the store; a file that is not there
 * has none. */
static int
copies(const char *suffix, const char *bytes)
{
	static char content[4 << 20];
	char path[160];
	size_t size;
	FILE *f;
	int n = 0;

	snprintf(path, sizeof(path), "%s/store/users.db%s", directory,
	    suffix);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	size = fread(content, 1, sizeof(content), f);
	ck_assert(feof(f));
	fclose(f);
	for (char *at = content; (at = memmem(at, size - (size_t)(at -
	    content), bytes, strlen(bytes))) != NULL; at++)
		n++;
	return n;
}

START_TEST(nothing_of_the_credentials_is_left_in_any_file)
{
	char hash[HASH_MAX], setting[HASH_MAX];

	settled("alice");
	settled("bob");
	load("alice");
	strcpy(hash, s.account.hash);
	strcpy(setting, s.account.history_setting);
	subject_wipe(&s);
	ck_assert_int_gt(copies("", hash) + copies("-wal", hash), 0);
	/* of the row, and of each entry of the history */
	ck_assert_int_gt(copies("", setting) + copies("-wal", setting), 2);
	ck_assert_int_eq(paspw_close_account(h, "alice"), PASPW_OK);
	ck_assert_int_eq(copies("", hash) + copies("-wal", hash), 0);
	ck_assert_int_eq(copies("", setting) + copies("-wal", setting), 0);
	load("alice");
	ck_assert_ptr_null(memmem(&s.account, sizeof(s.account), "$y$", 3));
	load("bob");
	ck_assert_int_gt(copies("", s.account.hash), 0);
	subject_wipe(&s);
}
END_TEST

static int
close_while_it_is_read(struct store *store, void *arg, struct error *e)
{
	struct account a;

	(void)arg;
	/* the snapshot begins with the first read */
	ck_assert_int_eq(store->ops->load(store, "alice", &a, e), STORE_OK);
	ck_assert_int_eq(paspw_close_account(h, "alice"), PASPW_ERR_BUSY);
	return PASPW_OK;
}

START_TEST(close_says_so_when_the_log_is_in_use)
{
	struct store *other = NULL;
	struct error error;
	char location[128];
	int result = PASPW_ERR_INTERNAL;

	configure("store_timeout = 1s\n");
	settled("alice");
	snprintf(location, sizeof(location), "sqlite:%s/store/users.db",
	    directory);
	ck_assert_int_eq(store_open(&other, location, false, 1000, &error),
	    PASPW_OK);
	ck_assert_int_eq(other->ops->snapshot(other, close_while_it_is_read,
	    NULL, &result, &error), STORE_OK);
	ck_assert_int_eq(result, PASPW_OK);
	store_close(&other);
	load("alice");
	ck_assert_int_ne(s.account.closed_at, 0);
	ck_assert_int_eq(paspw_close_account(h, "alice"), PASPW_OK);
}
END_TEST

START_TEST(closed_name_is_not_taken_unseen)
{
	settled("alice");
	ck_assert_int_eq(paspw_set(h, PASPW_REASON, "back"), PASPW_OK);
	ck_assert_int_eq(reopen("alice", THIRD), PASPW_ERR_EXISTS);
	ck_assert_int_eq(reopen("nobody", THIRD), PASPW_ERR_NOTFOUND);
	ck_assert_int_eq(paspw_close_account(h, "alice"), PASPW_OK);
	ck_assert_int_eq(add("alice", THIRD), PASPW_ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "--reopen --reason"));
	ck_assert_int_eq(paspw_set(h, PASPW_REASON, NULL), PASPW_OK);
	ck_assert_int_eq(reopen("alice", THIRD), PASPW_ERR_INVALID);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	load("alice");
	ck_assert_int_ne(s.account.closed_at, 0);
}
END_TEST

struct seen {
	char kinds[256];
	char former[64];
	char subject[64];
	char data[512];
};

static int
see(const struct paspw_event *event, void *arg)
{
	struct seen *seen = arg;

	strcat(seen->kinds, event->kind);
	strcat(seen->kinds, event->account[0] != '\0' ? " " : "- ");
	if (strcmp(event->kind, "close") == 0)
		strcpy(seen->former, event->subject);
	if (strcmp(event->kind, "reopen") == 0) {
		strcpy(seen->subject, event->subject);
		snprintf(seen->data, sizeof(seen->data), "%s", event->data);
	}
	return 0;
}

START_TEST(reopened_name_is_a_new_account)
{
	static const struct paspw_terms technician = { .owner = "Paul",
	    .kind = "third_party", .valid_until = INT64_C(4000000000) };
	struct seen seen = { .kinds = "" };
	struct account old;

	ck_assert_int_eq(paspw_set(h, PASPW_REASON, "test"), PASPW_OK);
	ck_assert_int_eq(paspw_add(h, "tech", FIRST, strlen(FIRST),
	    &technician, NULL, &verdict), PASPW_OK);
	ck_assert_int_eq(paspw_authenticate(h, "tech", "no", 2, &verdict),
	    PASPW_OK);
	ck_assert_int_eq(paspw_lock(h, "tech"), PASPW_OK);
	ck_assert_int_eq(paspw_close_account(h, "tech"), PASPW_OK);
	load("tech");
	old = s.account;
	/* its old password too: the history went with the old account */
	ck_assert_int_eq(reopen("tech", FIRST), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	load("tech");
	ck_assert_mem_ne(s.account.id, old.id, sizeof(old.id));
	ck_assert_str_eq(s.account.owner, "");
	ck_assert_int_eq(s.account.kind, KIND_PERSON);
	ck_assert_int_eq(s.account.valid_until, 0);
	ck_assert_int_eq(s.account.closed_at, 0);
	ck_assert_int_eq(s.account.locked_at, 0);
	ck_assert_int_eq(s.account.failed.count, 0);
	ck_assert_int_eq(s.account.last_failure_at, 0);
	ck_assert(s.account.must_change);
	ck_assert_int_gt(s.account.version, old.version);
	ck_assert_int_eq(paspw_audit_each(h, NULL, 0, see, &seen), PASPW_OK);
	ck_assert_str_eq(seen.kinds,
	    "issue- failure- admin_lock- close- reopen issue ");
	ck_assert_uint_eq(strlen(seen.former), 32);
	ck_assert_str_ne(seen.former, seen.subject);
	ck_assert_ptr_nonnull(strstr(seen.data, seen.former));
	subject_wipe(&s);
}
END_TEST

START_TEST(two_admins_reopen_it_once)
{
	struct store_change change = { .renewed = true };
	struct account stale;

	settled("alice");
	ck_assert_int_eq(paspw_close_account(h, "alice"), PASPW_OK);
	load("alice");
	stale = s.account;
	ck_assert_int_eq(paspw_set(h, PASPW_REASON, "test"), PASPW_OK);
	ck_assert_int_eq(reopen("alice", THIRD), PASPW_OK);
	change.account = &stale;
	ck_assert_int_eq(s.store->ops->save(s.store, &change, &h->error),
	    STORE_CONFLICT);
	load("alice");
	ck_assert_int_eq(s.account.closed_at, 0);
	subject_wipe(&s);
}
END_TEST

START_TEST(session_counts_as_seen_but_a_job_does_not)
{
	settled("alice");
	load("alice");
	s.account.last_success_at = 1;
	s.account.failures_to_tell = 2;
	ck_assert_int_eq(s.store->ops->save(s.store, &(struct store_change){
	    .account = &s.account }, &h->error), STORE_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_SERVICE, "cron"), PASPW_OK);
	ck_assert_int_eq(paspw_session(h, "alice", true), PASPW_OK);
	load("alice");
	ck_assert_int_eq(s.account.last_success_at, 1);
	/* who was not there was not told */
	ck_assert_int_eq(s.account.failures_to_tell, 2);
	ck_assert_int_eq(paspw_set(h, PASPW_SERVICE, "sshd"), PASPW_OK);
	ck_assert_int_eq(paspw_session(h, "alice", true), PASPW_OK);
	load("alice");
	ck_assert_int_gt(s.account.last_success_at, 1);
	ck_assert_int_eq(s.account.failures_to_tell, 0);
	subject_wipe(&s);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("closed");

	tcase_add_test(tc, nothing_of_the_credentials_is_left_in_any_file);
	tcase_add_test(tc, close_says_so_when_the_log_is_in_use);
	tcase_add_test(tc, closed_name_is_not_taken_unseen);
	tcase_add_test(tc, reopened_name_is_a_new_account);
	tcase_add_test(tc, two_admins_reopen_it_once);
	tcase_add_test(tc, session_counts_as_seen_but_a_job_does_not);
	return run_issued(suite_create("closed"), tc);
}
