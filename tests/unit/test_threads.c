/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * The library under threads, each verb with others at the same time; for a
 * build with --enable-sanitizers=thread, which sees what two of them touch at
 * once. Each test is a process of its own, so that what is loaded once is
 * loaded by all of its threads at the same moment.
 */

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "remote/channel.h"
#include "agent/schedule.h"
#include "base/wait.h"
#include "issued.h"
#include "messages.h"

#define THREADS 8
#define ROUNDS 3
#define WRONG "no-such-password"
#define WEAK "abcdefgh"
#define DIGIT "The password has no digit."
#define DIGIT_FR "Le mot de passe ne contient aucun chiffre."

/* A machine that is busy makes nobody wait in vain. */
#define PATIENT "store_timeout = 60s\nbusy_wait = 300s\nattempt_lease = 600s\n"
/* In another realm: cracklib is loaded, and has static buffers. The group is
 * asked for whenever somebody is looked up. */
#define WORDY PATIENT "[wordy]\nextends = users\n" \
	"members = @root wordy\ndictionary = yes\n" \
	"store = sqlite:%s/store/wordy.db\n"

static const struct paspw_factor verified = { "password", PASPW_VERIFIED };

struct worker {
	pthread_t thread;
	struct paspw *handle;
	bool french;
	char user[16];
	char wrong[256];	/* what went wrong first, or "" */
};
static struct worker workers[THREADS];
static pthread_barrier_t start;

#define EXPECT(w, condition) expect(w, condition, __LINE__, #condition)

static void
expect(struct worker *w, bool as_due, int line, const char *condition)
{
	if (!as_due && w->wrong[0] == '\0')
		snprintf(w->wrong, sizeof(w->wrong), "%d: %s", line, condition);
}

static void
prepare(void)
{
	const char *top = getenv("top_builddir");
	char settings[512];
	static char po[512];

	snprintf(po, sizeof(po), "%s/po", top == NULL ? "." : top);
	messages_directory(po);
	setup();
	snprintf(settings, sizeof(settings), WORDY, directory);
	configure(settings);
	ck_assert_msg(paspw_init(h) == PASPW_OK, "%s", paspw_detail(h));
	settled("all");
	for (unsigned i = 0; i < THREADS; i++) {
		snprintf(workers[i].user, sizeof(workers[i].user), "user%u",
		    i);
		settled(workers[i].user);
	}
}

/* All at once; each with this handle, or with one of its own. */
static void
work_together(void *(*work)(void *), struct paspw *shared)
{
	ck_assert_int_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i].handle = shared;
		workers[i].french = i % 2 == 1;
		ck_assert_int_eq(pthread_create(&workers[i].thread, NULL,
		    work, &workers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_barrier_destroy(&start);
	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_str_eq(workers[i].wrong, "");
}

/* ---- Verbs, and what is due ---- */

static void
log_in(struct worker *w, const char *user, const char *password,
    enum paspw_verdict due)
{
	enum paspw_verdict answer = PASPW_REFUSED;
	struct paspw_attempt *attempt = NULL;

	EXPECT(w, paspw_attempt_begin(w->handle, user, &attempt, &answer) ==
	    PASPW_OK);
	EXPECT(w, answer == PASPW_ACCEPTED);
	EXPECT(w, paspw_attempt_verify(w->handle, attempt, password,
	    strlen(password)) == PASPW_OK);
	EXPECT(w, paspw_attempt_settle(w->handle, &attempt, &verified, 1,
	    &answer) == PASPW_OK);
	EXPECT(w, answer == due);
	paspw_attempt_free(&attempt);
}

/* Threads that share a handle: begin may wait for those that settle. */
static void
log_in_at_once(struct worker *w, const char *user, const char *password,
    enum paspw_verdict due)
{
	enum paspw_verdict answer = PASPW_REFUSED;

	EXPECT(w, paspw_authenticate(w->handle, user, password,
	    strlen(password), &answer) == PASPW_OK && answer == due);
}

static void
look(struct worker *w, const char *user, bool others)
{
	enum paspw_verdict answer = PASPW_REFUSED;
	struct paspw_status *status = NULL;

	EXPECT(w, paspw_status(w->handle, user, &status) == PASPW_OK);
	EXPECT(w, status != NULL && strcmp(status->account, user) == 0);
	EXPECT(w, status != NULL && (others || status->pending == 0));
	paspw_status_free(&status);
	EXPECT(w, paspw_account_verdict(w->handle, user, 0, &answer, NULL) ==
	    PASPW_OK && answer == PASPW_ACCEPTED);
}

/* english, french: may the sentence be in this language? */
static void
judge(struct worker *w, bool english, bool french)
{
	struct paspw_report *report = NULL;
	bool told = false;

	EXPECT(w, paspw_check(w->handle, "wordy", NULL, 0, WEAK, strlen(WEAK),
	    &report) == PASPW_OK);
	for (size_t i = 0; i < paspw_report_count(report); i++) {
		const char *text = paspw_report_message(report, i);

		told = told || (english && strcmp(text, DIGIT) == 0) ||
		    (french && strcmp(text, DIGIT_FR) == 0);
	}
	EXPECT(w, told);
	paspw_report_free(&report);
}

static void
invent(struct worker *w)
{
	struct paspw_report *report = NULL;
	char password[PASPW_PASSWORD_MAX + 1] = "";

	EXPECT(w, paspw_generate(w->handle, "wordy", 0, 0, password,
	    sizeof(password), NULL) == PASPW_OK);
	EXPECT(w, paspw_check(w->handle, "wordy", NULL, 0, password,
	    strlen(password), &report) == PASPW_OK);
	EXPECT(w, paspw_report_count(report) == 0);
	paspw_report_free(&report);
}

static void
renew(struct worker *w)
{
	enum paspw_verdict answer = PASPW_REFUSED;

	EXPECT(w, paspw_change(w->handle, w->user, SECOND, strlen(SECOND),
	    THIRD, strlen(THIRD), NULL, &answer) == PASPW_OK &&
	    answer == PASPW_ACCEPTED);
	EXPECT(w, paspw_authenticate(w->handle, w->user, THIRD,
	    strlen(THIRD), &answer) == PASPW_OK &&
	    answer == PASPW_ACCEPTED);
}

static void
seal(struct worker *w)
{
	struct paspw_audit_result result;
	int r = paspw_audit_seal(w->handle);

	/* Somebody else may be sealing. */
	EXPECT(w, r == PASPW_OK || r == PASPW_ERR_BUSY);
	EXPECT(w, paspw_audit_verify(w->handle, &result) == PASPW_OK &&
	    result.faults == 0);
}

/* A language, and back to the other one. */
static void
speak(struct worker *w, bool french)
{
	EXPECT(w, paspw_set(w->handle, PASPW_LANGUAGE, french ? "fr" : "en") ==
	    PASPW_OK);
}

static void
day(struct worker *w, bool shared)
{
	void (*const enter)(struct worker *, const char *, const char *,
	    enum paspw_verdict) = shared ? log_in_at_once : log_in;

	for (int i = 0; i < ROUNDS; i++) {
		const char *text;

		speak(w, w->french);
		judge(w, shared || !w->french, shared || w->french);
		text = paspw_translate(w->handle, DIGIT);
		EXPECT(w, strcmp(text, DIGIT) == 0 ||
		    strcmp(text, DIGIT_FR) == 0);
		enter(w, "all", SECOND, PASPW_ACCEPTED);
		enter(w, w->user, WRONG, PASPW_REFUSED);
		look(w, "all", true);
		look(w, w->user, false);
	}
	invent(w);
	renew(w);
	seal(w);
}

/* ---- Threads ---- */

static void *
alone(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(&start);
	EXPECT(w, paspw_open(&w->handle, config, 0) == PASPW_OK);
	day(w, false);
	paspw_close(&w->handle);
	return NULL;
}

static void *
with_others(void *arg)
{
	pthread_barrier_wait(&start);
	day(arg, true);
	return NULL;
}

/* One try, opened, begun, verified, settled and closed by one thread each. */
static struct paspw_attempt *handed_on;
static enum paspw_verdict handed_verdict;

static void *
opens(void *arg)
{
	struct worker *w = arg;

	EXPECT(w, paspw_open(&w->handle, config, 0) == PASPW_OK);
	return NULL;
}

static void *
begins(void *arg)
{
	struct worker *w = arg;

	EXPECT(w, paspw_attempt_begin(w->handle, w->user, &handed_on,
	    &handed_verdict) == PASPW_OK);
	return NULL;
}

static void *
verifies(void *arg)
{
	struct worker *w = arg;

	EXPECT(w, paspw_attempt_verify(w->handle, handed_on, SECOND,
	    strlen(SECOND)) == PASPW_OK);
	return NULL;
}

static void *
settles(void *arg)
{
	struct worker *w = arg;

	EXPECT(w, paspw_attempt_settle(w->handle, &handed_on, &verified, 1,
	    &handed_verdict) == PASPW_OK &&
	    handed_verdict == PASPW_ACCEPTED);
	return NULL;
}

static void *
closes(void *arg)
{
	struct worker *w = arg;

	look(w, w->user, false);
	paspw_close(&w->handle);
	return NULL;
}

START_TEST(handles_in_threads_share_nothing)
{
	work_together(alone, NULL);
}
END_TEST

START_TEST(one_handle_lets_one_thread_in_at_a_time)
{
	work_together(with_others, h);
}
END_TEST

START_TEST(a_handle_goes_from_thread_to_thread)
{
	static void *(*const steps[])(void *) = {
		opens, begins, verifies, settles, closes
	};
	struct worker *w = &workers[0];

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		ck_assert_int_eq(pthread_create(&w->thread, NULL, steps[i], w),
		    0);
		pthread_join(w->thread, NULL);
		ck_assert_str_eq(w->wrong, "");
	}
}
END_TEST

/* A text of the handle's may change at any time but in a callback. */
static int
in_two_languages(const struct paspw_status *status, void *arg)
{
	struct worker *w = arg;

	EXPECT(w, status->account != NULL);
	EXPECT(w, strcmp(paspw_translate(w->handle, DIGIT), DIGIT_FR) == 0);
	EXPECT(w, paspw_set(w->handle, PASPW_LANGUAGE, "en") ==
	    PASPW_ERR_INVALID);
	return 0;
}

START_TEST(a_callback_may_translate_and_nothing_else)
{
	struct worker *w = &workers[0];

	w->handle = h;
	speak(w, true);
	EXPECT(w, paspw_each(h, in_two_languages, w) == PASPW_OK);
	ck_assert_str_eq(w->wrong, "");
}
END_TEST

/* ---- The agent's pool: one thread settles what others hash ---- */

#define JOBS (3 * THREADS)

/* Every other one is right, at the same account. */
static struct wire_request
request(size_t number)
{
	bool right = number % 2 == 0;
	struct wire_request r = {
		.type = WIRE_AUTHENTICATE,
		.has = WIRE_BIT(WIRE_PASSWORD),
		.id = (int64_t)number + 1,
	};

	ck_assert(wire_text(r.user, sizeof(r.user), right ? "all" :
	    workers[number % THREADS].user));
	wire_password(&r.password, right ? SECOND : WRONG,
	    strlen(right ? SECOND : WRONG));
	return r;
}

/* As the agent's loop does, without its connections; returns how many of the
 * jobs are done. */
static size_t
take_back(struct agent_pool *pool, struct paspw *loop)
{
	struct pollfd ready = { .fd = pool->done_fd, .events = POLLIN };
	struct agent_job *job;
	size_t count = 0;

	ck_assert_int_eq(poll(&ready, 1, -1), 1);
	while ((job = agent_pool_take(pool)) != NULL) {
		bool right = strcmp(job->request.user, "all") == 0;

		if (job->stage == AGENT_SETTLE)
			agent_job_settle(job, loop);
		ck_assert_int_eq(job->stage, AGENT_ANSWER);
		ck_assert_int_eq(job->answer.err, PASPW_OK);
		ck_assert_int_eq(job->answer.verdict, right ? PASPW_ACCEPTED :
		    PASPW_REFUSED);
		agent_job_free(&job);
		count++;
	}
	return count;
}

static void
hand_out(struct agent_pool *pool, struct paspw *loop, struct paspw **handles,
    size_t number)
{
	struct agent_worker *w = agent_pool_idle(pool, THREADS);
	struct agent_job *job = calloc(1, sizeof(*job));

	ck_assert_ptr_nonnull(w);
	ck_assert_ptr_nonnull(job);
	job->request = request(number);
	agent_job_start(job, loop);
	ck_assert_int_eq(job->stage, AGENT_VERIFY);
	agent_pool_give(pool, w, job, handles[w->number]);
}

START_TEST(the_agent_settles_what_its_pool_hashes)
{
	static struct agent_pool pool;
	struct paspw *loop = NULL, *handles[THREADS] = { NULL };
	size_t given = 0, done = 0;

	ck_assert_int_eq(paspw_open(&loop, config, PASPW_DIRECT |
	    PASPW_NO_WAIT), PASPW_OK);
	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_int_eq(handle_twin(loop, PASPW_DIRECT, &handles[i]),
		    PASPW_OK);
	ck_assert(agent_pool_open(&pool));
	while (done < JOBS) {
		/* Two at one account at most: a third waits in no queue. */
		for (; given < JOBS && given - done < THREADS / 2; given++)
			hand_out(&pool, loop, handles, given);
		done += take_back(&pool, loop);
	}
	agent_pool_close(&pool);
	for (unsigned i = 0; i < THREADS; i++)
		paspw_close(&handles[i]);
	paspw_close(&loop);
}
END_TEST

/* ---- All of the agent but its socket: names are looked up by threads ---- */

#define CALLERS ((size_t)2 * AGENT_LOOKERS)
#define ANSWER_MS 60000
#define TURN_MS 250	/* as the loop, when nobody else wakes it */

struct caller {
	struct connection *agents;	/* its end */
	int ours;
};

/* Half of them at one account, where they wait for each other; the others
 * have a name each, most of them nobody's. */
static void
call(struct agent_schedule *s, struct caller *caller, size_t number)
{
	struct wire_request r = request(number);
	int ends[2];

	if (number % 2 != 0 && number >= THREADS)
		snprintf(r.user, sizeof(r.user), "nobody%zu", number);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	caller->agents = connection_open(ends[0], s->now_ms);
	caller->ours = ends[1];
	ck_assert_ptr_nonnull(caller->agents);
	caller->agents->uid = 0;	/* may ask about anybody */
	agent_schedule_take(s, caller->agents, &r);
}

static void
work_off(struct agent_schedule *s)
{
	struct pollfd ready[] = {
		{ .fd = s->pool.done_fd, .events = POLLIN },
		{ .fd = s->lookers.done_fd, .events = POLLIN },
	};

	while (s->jobs > 0) {
		int ms = agent_schedule_patience(s);

		poll(ready, 2, ms == -1 ? TURN_MS : ms);
		s->now_ms = wait_now_ms();
		agent_schedule_turn(s);
	}
}

static void
hang_up(struct caller *caller, enum paspw_verdict due)
{
	unsigned char body[WIRE_BODY_MAX];
	struct wire_answer a;
	size_t length;

	ck_assert_int_eq(channel_receive(caller->ours, body, &length,
	    ANSWER_MS, ANSWER_MS), CHANNEL_DONE);
	ck_assert(wire_get_answer(body, length, &a));
	ck_assert_msg(a.err == PASPW_OK, "%s", a.detail);
	ck_assert_int_eq(a.verdict, due);
	connection_close(&caller->agents);
	close(caller->ours);
}

START_TEST(the_agent_looks_up_many_names_at_once)
{
	static struct agent_schedule s;
	static struct caller callers[CALLERS];

	s.now_ms = wait_now_ms();
	ck_assert_int_eq(agent_policy_open(&s.policy, config), PASPW_OK);
	ck_assert(agent_pool_open(&s.pool));
	ck_assert(agent_pool_open(&s.lookers));
	for (size_t i = 0; i < CALLERS; i++) {
		call(&s, &callers[i], i);
		/* The first ones are under way, and end under the old one. */
		if (i == CALLERS / 2) {
			agent_schedule_turn(&s);
			agent_policy_renew(&s.policy, config, true);
		}
	}
	agent_schedule_turn(&s);
	work_off(&s);
	for (size_t i = 0; i < CALLERS; i++)
		hang_up(&callers[i], i % 2 == 0 ? PASPW_ACCEPTED :
		    PASPW_REFUSED);
	agent_pool_close(&s.lookers);
	agent_pool_close(&s.pool);
	agent_policy_put(&s.policy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("threads");
	TCase *tc = tcase_create("threads");

	tcase_add_test(tc, handles_in_threads_share_nothing);
	tcase_add_test(tc, one_handle_lets_one_thread_in_at_a_time);
	tcase_add_test(tc, a_handle_goes_from_thread_to_thread);
	tcase_add_test(tc, a_callback_may_translate_and_nothing_else);
	tcase_add_test(tc, the_agent_settles_what_its_pool_hashes);
	tcase_add_test(tc, the_agent_looks_up_many_names_at_once);
	return run_issued_with(suite, tc, prepare, teardown);
}
