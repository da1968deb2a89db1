/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "remote/wire.h"
#include "messages.h"
#include "report.h"

#define MUST_BE_MISSED 16	/* fields of a request at most */

static unsigned char frame[WIRE_FRAME_MAX];
static struct wire_request request, request_back;
static struct wire_answer answer, answer_back;

static const enum wire_type requests[] = {
	WIRE_AUTHENTICATE, WIRE_RESERVE, WIRE_SETTLE, WIRE_ACCOUNT,
	WIRE_STATUS, WIRE_CHANGE, WIRE_CHANGE_AUTHENTICATED, WIRE_RESET,
	WIRE_SESSION, WIRE_PING
};
#define REQUESTS (int)(sizeof(requests) / sizeof(requests[0]))

/* Each field full to its last byte. */
static void
fill_request(enum wire_type type)
{
	char bytes[WIRE_PASSWORD_MAX];

	memset(&request, 0, sizeof(request));
	memset(bytes, 0xff, sizeof(bytes));
	request.type = type;
	request.has = UINT64_MAX;
	memset(request.config, 'c', sizeof(request.config) - 1);
	memset(request.realm, 'r', sizeof(request.realm) - 1);
	memset(request.language, 'l', sizeof(request.language) - 1);
	memset(request.service, 's', sizeof(request.service) - 1);
	memset(request.tty, 't', sizeof(request.tty) - 1);
	memset(request.rhost, 'h', sizeof(request.rhost) - 1);
	memset(request.actor, 'a', sizeof(request.actor) - 1);
	memset(request.reason, 'w', sizeof(request.reason) - 1);
	memset(request.ticket, 'k', sizeof(request.ticket) - 1);
	memset(request.user, 'u', sizeof(request.user) - 1);
	request.id = INT64_MAX;
	request.outcome = PASPW_VERIFIED;
	request.flags = -1;
	wire_password(&request.password, bytes, sizeof(bytes));
	wire_password(&request.new, "a\0b", 3);
}

static size_t
body_of(const struct wire_request *r)
{
	size_t size = wire_put_request(r, frame), length = 0;

	ck_assert_uint_gt(size, WIRE_HEADER);
	ck_assert(wire_length(frame, &length));
	ck_assert_uint_eq(length, size - WIRE_HEADER);
	return length;
}

START_TEST(a_full_request_comes_back)
{
	enum wire_type type = requests[_i];
	size_t length;

	fill_request(type);
	length = body_of(&request);
	ck_assert(wire_get_request(frame + WIRE_HEADER, length,
	    &request_back));
	ck_assert_int_eq(request_back.type, type);
	ck_assert_str_eq(request_back.config, request.config);
	ck_assert_str_eq(request_back.rhost, request.rhost);
	ck_assert_str_eq(request_back.reason, request.reason);
	ck_assert_str_eq(request_back.user, type == WIRE_PING ? "" :
	    request.user);
	if ((request_back.has & WIRE_BIT(WIRE_ID)) != 0)
		ck_assert_int_eq(request_back.id, INT64_MAX);
	if ((request_back.has & WIRE_BIT(WIRE_FLAGS)) != 0)
		ck_assert_int_eq(request_back.flags, -1);
	if ((request_back.has & WIRE_BIT(WIRE_PASSWORD)) != 0)
		ck_assert_mem_eq(&request_back.password, &request.password,
		    sizeof(request.password));
	if ((request_back.has & WIRE_BIT(WIRE_NEW)) != 0)
		ck_assert_mem_eq(&request_back.new, &request.new,
		    sizeof(request.new));
	/* nothing but what its type may have */
	ck_assert_int_eq((request_back.has & WIRE_BIT(WIRE_ERR)) != 0, 0);
}
END_TEST

START_TEST(what_may_be_left_out_is_sent_only_when_it_is_there)
{
	size_t length;

	fill_request(WIRE_SETTLE);
	request.has = 0;
	length = body_of(&request);
	ck_assert(wire_get_request(frame + WIRE_HEADER, length,
	    &request_back));
	ck_assert_uint_eq(request_back.has & WIRE_BIT(WIRE_PASSWORD), 0);
	ck_assert_uint_eq(request_back.password.length, 0);
	ck_assert_str_eq(request_back.actor, "");
	ck_assert_uint_ne(request_back.has & WIRE_BIT(WIRE_OUTCOME), 0);
}
END_TEST

/* Cut anywhere, it is no message, and nothing of it is left. */
START_TEST(a_part_is_no_message)
{
	static const struct wire_request nothing;
	size_t length;

	fill_request(requests[_i]);
	length = body_of(&request);
	/* whole optional fields at the end may be missing */
	for (size_t i = 0; i < length; i++)
		if (!wire_get_request(frame + WIRE_HEADER, i, &request_back))
			ck_assert_mem_eq(&request_back, &nothing,
			    sizeof(nothing));
		else
			ck_assert_uint_lt(request_back.has,
			    WIRE_BIT(WIRE_TAGS));
	for (size_t i = 1; i < 4; i++)
		ck_assert(!wire_get_request(frame + WIRE_HEADER, length - i,
		    &request_back));
	frame[WIRE_HEADER + length] = 0;
	ck_assert(!wire_get_request(frame + WIRE_HEADER, length + 1,
	    &request_back));
}
END_TEST

static size_t
smallest(enum wire_type type)
{
	memset(&request, 0, sizeof(request));
	request.type = type;
	return body_of(&request);
}

/* Where field number n of a body begins, or the end. */
static size_t
field_at(const unsigned char *body, size_t length, unsigned n)
{
	size_t at = 2;

	while (n-- > 0 && at < length)
		at += 3 + (size_t)body[at + 1] * 256 + body[at + 2];
	return at;
}

START_TEST(every_field_that_must_be_there_is_missed)
{
	unsigned char *body = frame + WIRE_HEADER, less[WIRE_BODY_MAX];
	size_t length = smallest(requests[_i]);
	unsigned fields = 0;

	for (; fields < MUST_BE_MISSED; fields++) {
		size_t from = field_at(body, length, fields);
		size_t to = field_at(body, length, fields + 1);

		if (from == length)
			break;
		memcpy(less, body, from);
		memcpy(less + from, body + to, length - to);
		ck_assert(!wire_get_request(less, length - (to - from),
		    &request_back));
	}
	ck_assert_uint_ge(fields, 6);
	ck_assert(wire_get_request(body, length, &request_back));
}
END_TEST

START_TEST(a_field_twice_is_no_message)
{
	unsigned char *body = frame + WIRE_HEADER;
	size_t length = smallest(WIRE_STATUS);
	size_t end = field_at(body, length, 1);

	memcpy(body + length, body + 2, end - 2);
	ck_assert(!wire_get_request(body, length + end - 2, &request_back));
}
END_TEST

START_TEST(a_field_of_another_type_is_no_message)
{
	static const unsigned char id[] = { WIRE_ID, 0, 8, 0, 0, 0, 0, 0, 0,
		0, 1 }, err[] = { WIRE_ERR, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1 },
	    unknown[] = { 200, 0, 0 }, none[] = { 0, 0, 0 };
	const struct {
		const unsigned char *bytes;
		size_t size;
	} extra[] = {
		{ id, sizeof(id) }, { err, sizeof(err) },
		{ unknown, sizeof(unknown) }, { none, sizeof(none) }
	};
	unsigned char *body = frame + WIRE_HEADER;
	size_t length = smallest(WIRE_STATUS);

	for (size_t i = 0; i < sizeof(extra) / sizeof(extra[0]); i++) {
		memcpy(body + length, extra[i].bytes, extra[i].size);
		ck_assert(!wire_get_request(body, length + extra[i].size,
		    &request_back));
	}
}
END_TEST

/* Values that do not fit: name, tag, length. */
static const struct misfit {
	enum wire_type type;
	enum wire_tag tag;
	size_t length;
	bool fits;
} misfits[] = {
	{ WIRE_STATUS, WIRE_USER, PASPW_NAME_MAX, true },
	{ WIRE_STATUS, WIRE_USER, PASPW_NAME_MAX + 1, false },
	{ WIRE_STATUS, WIRE_REALM, POLICY_WORD_MAX, false },
	{ WIRE_STATUS, WIRE_SERVICE, AUDIT_TEXT_MAX, false },
	{ WIRE_ACCOUNT, WIRE_FLAGS, 8, true },
	{ WIRE_ACCOUNT, WIRE_FLAGS, 7, false },
	{ WIRE_ACCOUNT, WIRE_FLAGS, 9, false },
	{ WIRE_ACCOUNT, WIRE_FLAGS, 0, false },
	{ WIRE_RESET, WIRE_NEW, WIRE_PASSWORD_MAX, true },
	{ WIRE_RESET, WIRE_NEW, WIRE_PASSWORD_MAX + 1, false },
};

/* The same request with another value for one field. */
static size_t
with_value(const struct misfit *m, unsigned char *body)
{
	size_t length = smallest(m->type), from, to;
	const unsigned char *old = frame + WIRE_HEADER;
	unsigned n = 0;

	while (old[field_at(old, length, n)] != m->tag)
		n++;
	from = field_at(old, length, n);
	to = field_at(old, length, n + 1);
	memcpy(body, old, from);
	body[from] = (unsigned char)m->tag;
	body[from + 1] = (unsigned char)(m->length / 256);
	body[from + 2] = (unsigned char)m->length;
	memset(body + from + 3, 'x', m->length);
	memcpy(body + from + 3 + m->length, old + to, length - to);
	return from + 3 + m->length + length - to;
}

START_TEST(a_value_must_fit_its_field)
{
	unsigned char body[WIRE_BODY_MAX];
	size_t length = with_value(&misfits[_i], body);

	ck_assert_int_eq(wire_get_request(body, length, &request_back),
	    misfits[_i].fits);
}
END_TEST

START_TEST(a_text_has_no_nul)
{
	const struct misfit user = { WIRE_STATUS, WIRE_USER, 3, false };
	unsigned char body[WIRE_BODY_MAX];
	size_t length = with_value(&user, body), at = 0;

	ck_assert(wire_get_request(body, length, &request_back));
	while (memcmp(body + at, "xxx", 3) != 0)
		at++;
	body[at + 1] = '\0';
	ck_assert(!wire_get_request(body, length, &request_back));
}
END_TEST

START_TEST(another_version_is_no_message)
{
	size_t length = smallest(WIRE_PING);

	frame[WIRE_HEADER]++;
	ck_assert(!wire_get_request(frame + WIRE_HEADER, length,
	    &request_back));
}
END_TEST

START_TEST(a_length_has_its_bounds)
{
	static const struct {
		unsigned char header[WIRE_HEADER];
		bool good;
	} rows[] = {
		{ { 0, 0, 0, 0 }, false }, { { 0, 0, 0, 1 }, true },
		{ { 0, 0, 0x20, 0 }, true }, { { 0, 0, 0x20, 1 }, false },
		{ { 0, 1, 0, 0 }, false }, { { 0x80, 0, 0, 1 }, false },
		{ { 0xff, 0xff, 0xff, 0xff }, false },
	};
	size_t length;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(wire_length(rows[i].header, &length),
		    rows[i].good);
}
END_TEST

/* An answer is no request, and the other way round. */
START_TEST(each_side_takes_its_own_messages)
{
	size_t length = smallest(WIRE_PING), size;

	ck_assert(!wire_get_answer(frame + WIRE_HEADER, length,
	    &answer_back));
	memset(&answer, 0, sizeof(answer));
	answer.type = WIRE_PROGRESS;
	size = wire_put_answer(&answer, frame);
	ck_assert_uint_eq(size, WIRE_HEADER + 2);
	ck_assert(wire_get_answer(frame + WIRE_HEADER, size - WIRE_HEADER,
	    &answer_back));
	ck_assert_int_eq(answer_back.type, WIRE_PROGRESS);
	ck_assert(!wire_get_request(frame + WIRE_HEADER, size - WIRE_HEADER,
	    &request_back));
	request.type = WIRE_ANSWER;
	ck_assert_uint_eq(wire_put_request(&request, frame), 0);
	answer.type = WIRE_PING;
	ck_assert_uint_eq(wire_put_answer(&answer, frame), 0);
}
END_TEST

START_TEST(a_password_is_cut_to_one_that_is_too_long)
{
	char bytes[4 * WIRE_PASSWORD_MAX];
	struct wire_password p;

	memset(bytes, 'p', sizeof(bytes));
	wire_password(&p, bytes, sizeof(bytes));
	ck_assert_uint_eq(p.length, PASPW_PASSWORD_MAX + 1);
	wire_password(&p, bytes, PASPW_PASSWORD_MAX);
	ck_assert_uint_eq(p.length, PASPW_PASSWORD_MAX);
	ck_assert_int_eq(p.bytes[PASPW_PASSWORD_MAX], 0);
	wire_password(&p, NULL, 0);
	ck_assert_uint_eq(p.length, 0);
	ck_assert_int_eq(p.bytes[0], 0);
}
END_TEST

START_TEST(a_sentence_is_cut_between_characters)
{
	char field[8];

	wire_cut(field, sizeof(field), "abcdefg");
	ck_assert_str_eq(field, "abcdefg");
	wire_cut(field, sizeof(field), "abcdefgh");
	ck_assert_str_eq(field, "abcdefg");
	wire_cut(field, sizeof(field), "abcdef\xc3\xa9");
	ck_assert_str_eq(field, "abcdef");
	wire_cut(field, sizeof(field), "abcdef\xe2\x82\xac");
	ck_assert_str_eq(field, "abcdef");
}
END_TEST

/* ---- Answers ---- */

static void
get_back(void)
{
	size_t size = wire_put_answer(&answer, frame);

	ck_assert_uint_gt(size, WIRE_HEADER);
	ck_assert(wire_get_answer(frame + WIRE_HEADER, size - WIRE_HEADER,
	    &answer_back));
}

START_TEST(a_whole_status_comes_back)
{
	const struct paspw_status in = {
		.account = "alice", .realm = "users", .state = "locked",
		.failures = 5, .pending = 2, .locked_at = 1,
		.locked_until = 2, .lock_reason = "failures",
		.changed_at = -3, .expires_at = INT64_MAX,
		.must_change = true, .valid_from = 4, .valid_until = 5,
		.last_success_at = 6, .last_failure_at = 7,
		.hash_method = "yescrypt", .hash_cost = 7,
		.owner = "\xc3\x89milie", .kind = "person",
		.credentials = "store", .refused_while_locked = 8,
		.temporary_until = 9, .failures_since_success = 10,
		.created_at = 11, .closed_at = 12, .never_changed = true,
		.cause_count = 2,
		.causes = { { "failures", 13, 14 }, { "max_age", 15, 0 } }
	};
	struct paspw_status out;

	memset(&answer, 0, sizeof(answer));
	answer.type = WIRE_ANSWER;
	wire_put_status(&answer, &in);
	get_back();
	ck_assert(wire_get_status(&answer_back, &out));
	ck_assert_str_eq(out.account, in.account);
	ck_assert_str_eq(out.realm, in.realm);
	ck_assert_str_eq(out.state, in.state);
	ck_assert_str_eq(out.lock_reason, in.lock_reason);
	ck_assert_str_eq(out.hash_method, in.hash_method);
	ck_assert_str_eq(out.owner, in.owner);
	ck_assert_str_eq(out.kind, in.kind);
	ck_assert_str_eq(out.credentials, in.credentials);
	ck_assert_str_eq(out.causes[1].cause, "max_age");
	ck_assert_int_eq(out.causes[0].until, 14);
	/* the rest has no pointers */
	out.account = in.account, out.realm = in.realm;
	out.state = in.state, out.lock_reason = in.lock_reason;
	out.hash_method = in.hash_method, out.owner = in.owner;
	out.kind = in.kind, out.credentials = in.credentials;
	out.causes[0].cause = in.causes[0].cause;
	out.causes[1].cause = in.causes[1].cause;
	ck_assert_mem_eq(&out, &in, sizeof(in));
}
END_TEST

START_TEST(an_answer_without_a_status_has_none)
{
	struct paspw_status out;

	memset(&answer, 0, sizeof(answer));
	answer.type = WIRE_ANSWER;
	answer.err = PASPW_ERR_NOTFOUND;
	get_back();
	ck_assert_int_eq(answer_back.err, PASPW_ERR_NOTFOUND);
	ck_assert(!wire_get_status(&answer_back, &out));
	ck_assert_ptr_null(out.account);
}
END_TEST

/* Every rule broken at once, in each language, with the longest detail, fits
 * one message uncut. */
START_TEST(every_rule_at_once_fits)
{
	static const char *const languages[] = { "en", "fr" };
	struct paspw_report *report;
	struct policy p;

	policy_standard(&p, "users");
	report = report_new(&p, (1U << RULE_COUNT) - 1, languages[_i]);
	ck_assert_ptr_nonnull(report);
	memset(&answer, 0, sizeof(answer));
	answer.type = WIRE_ANSWER;
	memset(answer.detail, 'd', sizeof(answer.detail) - 1);
	wire_put_report(&answer, report);
	get_back();
	ck_assert_uint_eq(answer_back.report.count, RULE_COUNT);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		ck_assert_str_eq(answer_back.report.rules[i],
		    paspw_report_rule(report, i));
		ck_assert_str_eq(answer_back.report.messages[i],
		    paspw_report_message(report, i));
	}
	paspw_report_free(&report);
}
END_TEST

/* As long as they may be, they still fit. */
START_TEST(the_longest_report_fits)
{
	memset(&answer, 0, sizeof(answer));
	answer.type = WIRE_ANSWER;
	answer.has = WIRE_BIT(WIRE_REPORT);
	memset(answer.detail, 'd', sizeof(answer.detail) - 1);
	answer.report.count = RULE_COUNT;
	for (size_t i = 0; i < RULE_COUNT; i++) {
		memset(answer.report.rules[i], 'r', WIRE_WORD_MAX - 1);
		memset(answer.report.messages[i], 'm', WIRE_SENTENCE_MAX - 1);
	}
	get_back();
	ck_assert_mem_eq(&answer_back.report, &answer.report,
	    sizeof(answer.report));
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("wire");
	TCase *t = tcase_create("wire");

	tcase_add_loop_test(t, a_full_request_comes_back, 0, REQUESTS);
	tcase_add_test(t, what_may_be_left_out_is_sent_only_when_it_is_there);
	tcase_add_loop_test(t, a_part_is_no_message, 0, REQUESTS);
	tcase_add_loop_test(t, every_field_that_must_be_there_is_missed, 0,
	    REQUESTS);
	tcase_add_test(t, a_field_twice_is_no_message);
	tcase_add_test(t, a_field_of_another_type_is_no_message);
	tcase_add_loop_test(t, a_value_must_fit_its_field, 0,
	    (int)(sizeof(misfits) / sizeof(misfits[0])));
	tcase_add_test(t, a_text_has_no_nul);
	tcase_add_test(t, another_version_is_no_message);
	tcase_add_test(t, a_length_has_its_bounds);
	tcase_add_test(t, each_side_takes_its_own_messages);
	tcase_add_test(t, a_password_is_cut_to_one_that_is_too_long);
	tcase_add_test(t, a_sentence_is_cut_between_characters);
	tcase_add_test(t, a_whole_status_comes_back);
	tcase_add_test(t, an_answer_without_a_status_has_none);
	tcase_add_loop_test(t, every_rule_at_once_fits, 0, 2);
	tcase_add_test(t, the_longest_report_fits);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(suite());
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
