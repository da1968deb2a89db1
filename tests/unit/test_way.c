/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Which way a verb takes, and what agents that die, hang or lie make of it. */

#include <fcntl.h>

#include "fake_agent.h"

#define NOBODY 65534
#define USER "ann"
/* A machine that is busy does not hang. */
#define PATIENT "store_timeout = 30s\n"
/* The shortest waits that there are: who hangs costs two seconds. */
#define QUICK "store_timeout = 1s\nbusy_wait = 1s\nattempt_lease = 1s\n"

/* ---- Around each test ---- */

static void
setup_way(void)
{
	setup();
	configure(PATIENT);
	settled(USER);
	snprintf(socket_path, sizeof(socket_path), "%s/agent.sock",
	    directory);
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(seen, MAP_FAILED);
}

static void
teardown_way(void)
{
	stop();
	munmap(seen, sizeof(*seen));
	teardown();
}

static int
login(const char *password)
{
	return paspw_authenticate(h, USER, password, strlen(password),
	    &verdict);
}

static void
expect_login(const char *password, enum paspw_verdict expected)
{
	ck_assert_msg(login(password) == PASPW_OK, "%s", paspw_detail(h));
	ck_assert_int_eq(verdict, expected);
}

/* From the store, whatever an agent says. */
static void
expect_counts(unsigned failures, unsigned pending)
{
	struct paspw_status *status = NULL;
	struct paspw *own = own_handle();

	ck_assert_int_eq(paspw_status(own, USER, &status), PASPW_OK);
	ck_assert_uint_eq(status->failures, failures);
	ck_assert_uint_eq(status->pending, pending);
	paspw_status_free(&status);
	paspw_close(&own);
}

/* ---- Who is asked ---- */

START_TEST(without_a_socket_it_opens_the_store)
{
	ck_assert_int_eq(paspw_set(h, PASPW_SOCKET, socket_path), PASPW_OK);
	expect_login(SECOND, PASPW_ACCEPTED);
	expect_login(FIRST, PASPW_REFUSED);
	expect_counts(1, 0);
}
END_TEST

START_TEST(an_agent_is_asked_and_told_everything)
{
	const struct wire_request *q = &seen->last;

	ck_assert_int_eq(paspw_set(h, PASPW_SERVICE, "sshd"), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_RHOST, "192.0.2.7"), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_TTY, "ssh"), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_ACTOR, "eve"), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_REASON, "why"), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_TICKET, "T1"), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_LANGUAGE, "fr"), PASPW_OK);
	ck_assert_int_eq(paspw_set(h, PASPW_REALM, "users"), PASPW_OK);
	start(says_locked);
	expect_login(SECOND, PASPW_LOCKED);
	ck_assert_int_eq(q->type, WIRE_AUTHENTICATE);
	ck_assert_str_eq(q->config, config);
	ck_assert_str_eq(q->realm, "users");
	ck_assert_str_eq(q->language, "fr");
	ck_assert_str_eq(q->service, "sshd");
	ck_assert_str_eq(q->rhost, "192.0.2.7");
	ck_assert_str_eq(q->tty, "ssh");
	ck_assert_str_eq(q->actor, "eve");
	ck_assert_str_eq(q->reason, "why");
	ck_assert_str_eq(q->ticket, "T1");
	ck_assert_str_eq(q->user, USER);
	ck_assert_int_gt(q->id, 0);
	ck_assert_uint_eq(q->password.length, strlen(SECOND));
	ck_assert_mem_eq(q->password.bytes, SECOND, strlen(SECOND));
	/* the same conversation goes on */
	expect_login(SECOND, PASPW_LOCKED);
	ck_assert_int_eq(seen->connections, 1);
	ck_assert_int_eq(seen->requests, 2);
	expect_counts(0, 0);
}
END_TEST

START_TEST(none_asks_no_agent)
{
	start(says_locked);
	ck_assert_int_eq(paspw_set(h, PASPW_SOCKET, "none"), PASPW_OK);
	expect_login(SECOND, PASPW_ACCEPTED);
	ck_assert_int_eq(seen->connections, 0);
	ck_assert_int_eq(paspw_set(h, PASPW_SOCKET, "agent.sock"),
	    PASPW_ERR_INVALID);
}
END_TEST

START_TEST(one_that_is_the_agent_asks_nobody)
{
	struct paspw *own = own_handle();

	start(says_locked);
	configure(PATIENT "isolate = yes\n");
	ck_assert_int_eq(paspw_set(own, PASPW_SOCKET, socket_path), PASPW_OK);
	ck_assert_int_eq(paspw_authenticate(own, USER, SECOND, strlen(SECOND),
	    &verdict), PASPW_OK);
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(seen->connections, 0);
	paspw_close(&own);
}
END_TEST

static void
socket_of_a_stranger(void)
{
	ck_assert_int_eq(chown(socket_path, NOBODY, (gid_t)-1), 0);
}

static void
directory_of_a_stranger(void)
{
	ck_assert_int_eq(chown(directory, NOBODY, (gid_t)-1), 0);
}

static void
directory_for_everybody(void)
{
	ck_assert_int_eq(chmod(directory, 0777), 0);
}

static void
no_socket(void)
{
	int fd;

	ck_assert_int_eq(unlink(socket_path), 0);
	fd = open(socket_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	close(fd);
}

static const struct {
	const char *what;
	void (*prepare)(void);
	bool asked;
} places[] = {
	{ "all is well", NULL, true },
	{ "socket of a stranger", socket_of_a_stranger, false },
	{ "directory of a stranger", directory_of_a_stranger, false },
	{ "directory for everybody", directory_for_everybody, false },
	{ "no socket", no_socket, false },
};

/* Whoever could put a socket there would be told every password. */
START_TEST(only_a_safe_socket_is_asked)
{
	start(says_locked);
	if (places[_i].prepare != NULL)
		places[_i].prepare();
	expect_login(SECOND, places[_i].asked ? PASPW_LOCKED :
	    PASPW_ACCEPTED);
	ck_assert_msg((seen->connections > 0) == places[_i].asked, "%s",
	    places[_i].what);
}
END_TEST

START_TEST(only_a_trusted_listener_is_asked)
{
	ck_assert_int_eq(chmod(directory, 0777), 0);
	start_as(says_locked, NOBODY);
	ck_assert_int_eq(chmod(directory, 0700), 0);
	ck_assert_int_eq(chown(socket_path, 0, (gid_t)-1), 0);
	expect_login(SECOND, PASPW_ACCEPTED);
	ck_assert_int_eq(seen->requests, 0);
}
END_TEST

/* ---- Agents that die, hang and lie ---- */

static const struct {
	const char *what;
	behave_fn *behave;
	int err;		/* of a right password and of a wrong one */
	bool here;		/* the store was asked in the end */
	bool hangs;
} hostile[] = {
	{ "busy", says_busy, PASPW_ERR_BUSY, false, false },
	{ "of another configuration", serves_another, PASPW_OK, true, false },
	{ "hangs up", hangs_up, PASPW_OK, true, false },
	{ "hangs", hangs, PASPW_OK, true, true },
	{ "half an answer", says_half, PASPW_OK, true, true },
	{ "nonsense", talks_nonsense, PASPW_OK, true, false },
	{ "never done", is_never_done, PASPW_OK, true, true },
	{ "a verdict of another verb", says_what_cannot_be,
	    PASPW_ERR_INTERNAL, false, false },
	{ "no verdict", says_no_verdict, PASPW_ERR_INTERNAL, false, false },
	{ "no error", says_no_error, PASPW_ERR_INTERNAL, false, false },
	{ "dies after begin", reserves_and_dies, PASPW_OK, true, false },
	{ "dies after settle", works_and_dies, PASPW_OK, true, false },
	{ "dies once", works_at_last, PASPW_OK, true, false },
	{ "changes its mind", changes_its_mind, PASPW_OK, true, false },
};

START_TEST(a_hostile_agent_neither_lets_in_nor_counts_twice)
{
	if (hostile[_i].hangs)
		configure(QUICK);
	start(hostile[_i].behave);
	ck_assert_msg(login(FIRST) == hostile[_i].err, "%s: %s",
	    hostile[_i].what, paspw_detail(h));
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	expect_counts(hostile[_i].here ? 1 : 0, 0);
}
END_TEST

START_TEST(nor_does_it_keep_the_right_password_out)
{
	if (hostile[_i].hangs)
		configure(QUICK);
	start(hostile[_i].behave);
	ck_assert_msg(login(SECOND) == hostile[_i].err, "%s: %s",
	    hostile[_i].what, paspw_detail(h));
	ck_assert_int_eq(verdict, hostile[_i].here ? PASPW_ACCEPTED :
	    PASPW_REFUSED);
	expect_counts(0, 0);
}
END_TEST

START_TEST(one_that_hangs_is_not_asked_again)
{
	configure(QUICK);
	start(hangs);
	expect_login(SECOND, PASPW_ACCEPTED);
	expect_login(SECOND, PASPW_ACCEPTED);
	ck_assert_int_eq(seen->connections, 1);
}
END_TEST

START_TEST(a_dead_socket_is_no_agent)
{
	close(listen_at(socket_path));
	ck_assert_int_eq(paspw_set(h, PASPW_SOCKET, socket_path), PASPW_OK);
	expect_login(SECOND, PASPW_ACCEPTED);
}
END_TEST

START_TEST(a_restarted_one_is_found_again)
{
	start(says_locked);
	expect_login(SECOND, PASPW_LOCKED);
	stop();
	expect_login(SECOND, PASPW_ACCEPTED);
	start(says_locked);
	expect_login(SECOND, PASPW_LOCKED);
	ck_assert_int_eq(seen->requests, 2);
}
END_TEST

/* ---- The layered stack ---- */

START_TEST(reserved_there_and_settled_here)
{
	const struct paspw_factor factor = { "password",
	    _i == 0 ? PASPW_VERIFIED : PASPW_FAILED };
	struct paspw_attempt *attempt = NULL;

	start(reserves);
	ck_assert_msg(paspw_attempt_begin(h, USER, &attempt, &verdict) ==
	    PASPW_OK, "%s", paspw_detail(h));
	ck_assert_int_eq(verdict, PASPW_ACCEPTED);
	ck_assert_int_eq(seen->last.type, WIRE_RESERVE);
	expect_counts(0, 1);
	ck_assert_int_eq(paspw_attempt_verify(h, attempt, SECOND,
	    strlen(SECOND)), PASPW_OK);
	stop();
	ck_assert_msg(paspw_attempt_settle(h, &attempt, &factor, 1,
	    &verdict) == PASPW_OK, "%s", paspw_detail(h));
	ck_assert_int_eq(verdict, _i == 0 ? PASPW_ACCEPTED : PASPW_REFUSED);
	ck_assert_ptr_null(attempt);
	expect_counts(_i == 0 ? 0 : 1, 0);
}
END_TEST

static const struct {
	size_t count;
	struct paspw_factor factors[2];
	bool typed;
	enum paspw_outcome told;
} settlements[] = {
	{ 0, { { "", PASPW_FAILED } }, true, PASPW_FAILED },
	{ 1, { { "password", PASPW_PASSED } }, false, PASPW_PASSED },
	{ 1, { { "password", PASPW_FAILED } }, true, PASPW_FAILED },
	{ 1, { { "password", PASPW_VERIFIED } }, true, PASPW_VERIFIED },
	{ 1, { { "password", PASPW_VERIFIED } }, false, PASPW_FAILED },
	{ 2, { { "password", PASPW_VERIFIED }, { "otp", PASPW_PASSED } },
	    true, PASPW_VERIFIED },
	{ 2, { { "password", PASPW_PASSED }, { "otp", PASPW_FAILED } },
	    true, PASPW_FAILED },
};

START_TEST(an_agent_is_told_the_worst_of_all_factors)
{
	struct paspw_attempt *attempt = NULL;

	start(reserves);
	ck_assert_int_eq(paspw_attempt_begin(h, USER, &attempt, &verdict),
	    PASPW_OK);
	if (settlements[_i].typed)
		ck_assert_int_eq(paspw_attempt_verify(h, attempt, SECOND,
		    strlen(SECOND)), PASPW_OK);
	/* it does not answer: what it was told is enough */
	ck_assert_int_ge(paspw_attempt_settle(h, &attempt,
	    settlements[_i].factors, settlements[_i].count, &verdict), 0);
	paspw_attempt_free(&attempt);
	ck_assert_int_eq(seen->last.type, WIRE_SETTLE);
	ck_assert_str_eq(seen->last.realm, "users");
	ck_assert_int_eq(seen->last.outcome, settlements[_i].told);
	ck_assert_int_eq((seen->last.has & WIRE_BIT(WIRE_PASSWORD)) != 0,
	    settlements[_i].typed);
}
END_TEST

/* ---- Changes ---- */

START_TEST(a_change_whose_agent_dies)
{
	static behave_fn *const agents[] = {
		hangs_up, reserves_and_dies, works_and_dies
	};
	bool done = agents[_i] == works_and_dies;

	start(agents[_i]);
	ck_assert_msg(change(USER, SECOND, THIRD) == (done ? PASPW_ERR_BUSY :
	    PASPW_OK), "%s", paspw_detail(h));
	ck_assert_int_eq(verdict, done ? PASPW_REFUSED : PASPW_ACCEPTED);
	stop();
	expect_login(THIRD, PASPW_ACCEPTED);
	expect_counts(0, 0);
	expect_login(SECOND, PASPW_REFUSED);
}
END_TEST

/* ---- Who may not open a store ---- */

START_TEST(isolate_never_opens_it_here)
{
	configure(PATIENT "isolate = yes\n");
	ck_assert_int_eq(paspw_set(h, PASPW_SOCKET, socket_path), PASPW_OK);
	ck_assert_int_eq(login(SECOND), PASPW_ERR_DENIED);
	ck_assert_int_eq(verdict, PASPW_REFUSED);
	ck_assert_ptr_nonnull(strstr(paspw_detail(h), "isolate"));
	start(works);
	expect_login(SECOND, PASPW_ACCEPTED);
	stop();
	start(hangs_up);
	ck_assert_int_eq(login(SECOND), PASPW_ERR_BUSY);
	ck_assert_str_eq(paspw_detail(h), "the agent hung up");
	stop();
	start(changes_its_mind);
	seen->requests = 0;
	ck_assert_int_eq(login(SECOND), PASPW_ERR_BUSY);
	ck_assert_str_eq(paspw_detail(h),
	    "the agent serves another configuration");
	expect_counts(0, 0);
}
END_TEST

/* As su: the real uid is a person's. */
static int
as_set_id(behave_fn *behave)
{
	pid_t child;
	int status = -1;

	if (behave != NULL)
		start(behave);
	if ((child = fork()) == 0) {
		struct paspw *own = NULL;

		if (setresuid(NOBODY, 0, 0) != 0 || paspw_open(&own, config,
		    PASPW_LOGIN) != PASPW_OK || paspw_set(own, PASPW_SOCKET,
		    socket_path) != PASPW_OK)
			_exit(99);
		status = paspw_authenticate(own, USER, SECOND, strlen(SECOND),
		    &verdict);
		_exit(status != PASPW_OK ? status : verdict ==
		    PASPW_ACCEPTED ? 50 : 51);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(a_set_id_program_never_opens_it)
{
	ck_assert_int_eq(as_set_id(NULL), PASPW_ERR_DENIED);
	ck_assert_int_eq(as_set_id(works), 50);
	stop();
	ck_assert_int_eq(as_set_id(hangs_up), PASPW_ERR_BUSY);
	stop();
	configure(QUICK);
	ck_assert_int_eq(as_set_id(hangs), PASPW_ERR_BUSY);
	expect_counts(0, 0);
}
END_TEST

/* ---- fork ---- */

START_TEST(a_child_that_closes_disturbs_nobody)
{
	pid_t child;
	int status = -1;

	start(says_locked);
	expect_login(SECOND, PASPW_LOCKED);
	if ((child = fork()) == 0) {
		if (login(SECOND) != PASPW_ERR_INVALID)
			_exit(1);
		paspw_close(&h);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	expect_login(SECOND, PASPW_LOCKED);
	ck_assert_int_eq(seen->connections, 1);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("way");
	TCase *roots = tcase_create("root"), *tc = tcase_create("way");

	tcase_add_test(tc, without_a_socket_it_opens_the_store);
	tcase_add_test(tc, an_agent_is_asked_and_told_everything);
	tcase_add_test(tc, none_asks_no_agent);
	tcase_add_test(tc, one_that_is_the_agent_asks_nobody);
	tcase_add_loop_test(tc,
	    a_hostile_agent_neither_lets_in_nor_counts_twice, 0,
	    ROWS(hostile));
	tcase_add_loop_test(tc, nor_does_it_keep_the_right_password_out, 0,
	    ROWS(hostile));
	tcase_add_test(tc, one_that_hangs_is_not_asked_again);
	tcase_add_test(tc, a_dead_socket_is_no_agent);
	tcase_add_test(tc, a_restarted_one_is_found_again);
	tcase_add_loop_test(tc, reserved_there_and_settled_here, 0, 2);
	tcase_add_loop_test(tc, an_agent_is_told_the_worst_of_all_factors, 0,
	    ROWS(settlements));
	tcase_add_loop_test(tc, a_change_whose_agent_dies, 0, 3);
	tcase_add_test(tc, isolate_never_opens_it_here);
	tcase_add_test(tc, a_child_that_closes_disturbs_nobody);
	tcase_set_timeout(roots, 60);
	tcase_add_checked_fixture(roots, setup_way, teardown_way);
	tcase_add_loop_test(roots, only_a_safe_socket_is_asked, 0,
	    ROWS(places));
	tcase_add_test(roots, only_a_trusted_listener_is_asked);
	tcase_add_test(roots, a_set_id_program_never_opens_it);
	if (getuid() == 0)
		suite_add_tcase(suite, roots);
	return run_issued_with(suite, tc, setup_way, teardown_way);
}
