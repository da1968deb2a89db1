/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "remote/wire.h"

#include <string.h>

#define NUMBER_BYTES 8
#define BITS_PER_BYTE 8
#define FIELD_MAX UINT16_MAX

/* ---- What there is ---- */

enum kind { TEXT, NUMBER, PASSWORD, REPORT, CAUSES };

struct field {
	enum wire_tag tag;
	enum kind kind;
	size_t offset;
	size_t size;
};

#define FIELD(type, tag, kind, member) \
	{ tag, kind, offsetof(struct type, member), \
	    sizeof(((struct type *)0)->member) }
#define ASKED(tag, kind, member) FIELD(wire_request, tag, kind, member)
#define TOLD(tag, kind, member) FIELD(wire_answer, tag, kind, member)
#define STATUS(tag, kind, member) TOLD(tag, kind, status.member)

static const struct field request_fields[] = {
	ASKED(WIRE_CONFIG, TEXT, config),
	ASKED(WIRE_REALM, TEXT, realm),
	ASKED(WIRE_LANGUAGE, TEXT, language),
	ASKED(WIRE_SERVICE, TEXT, service),
	ASKED(WIRE_TTY, TEXT, tty),
	ASKED(WIRE_RHOST, TEXT, rhost),
	ASKED(WIRE_ACTOR, TEXT, actor),
	ASKED(WIRE_REASON, TEXT, reason),
	ASKED(WIRE_TICKET, TEXT, ticket),
	ASKED(WIRE_USER, TEXT, user),
	ASKED(WIRE_ID, NUMBER, id),
	ASKED(WIRE_OUTCOME, NUMBER, outcome),
	ASKED(WIRE_FLAGS, NUMBER, flags),
	ASKED(WIRE_PASSWORD, PASSWORD, password),
	ASKED(WIRE_NEW, PASSWORD, new),
};
#define REQUEST_FIELDS (sizeof(request_fields) / sizeof(request_fields[0]))

static const struct field answer_fields[] = {
	TOLD(WIRE_ERR, NUMBER, err),
	TOLD(WIRE_VERDICT, NUMBER, verdict),
	TOLD(WIRE_DETAIL, TEXT, detail),
	TOLD(WIRE_REALM, TEXT, realm),
	TOLD(WIRE_UNTIL, NUMBER, until),
	TOLD(WIRE_REPORT, REPORT, report),
	TOLD(WIRE_PROGRAM, TEXT, program),
	TOLD(WIRE_PEER, NUMBER, peer),
	TOLD(WIRE_POLICY, TEXT, policy),
	TOLD(WIRE_LOCKS, NUMBER, locks),
	STATUS(WIRE_ACCOUNT_NAME, TEXT, account),
	STATUS(WIRE_STATE, TEXT, state),
	STATUS(WIRE_FAILURES, NUMBER, failures),
	STATUS(WIRE_PENDING, NUMBER, pending),
	STATUS(WIRE_LOCKED_AT, NUMBER, locked_at),
	STATUS(WIRE_LOCKED_UNTIL, NUMBER, locked_until),
	STATUS(WIRE_LOCK_REASON, TEXT, lock_reason),
	STATUS(WIRE_CHANGED_AT, NUMBER, changed_at),
	STATUS(WIRE_EXPIRES_AT, NUMBER, expires_at),
	STATUS(WIRE_MUST_CHANGE, NUMBER, must_change),
	STATUS(WIRE_VALID_FROM, NUMBER, valid_from),
	STATUS(WIRE_VALID_UNTIL, NUMBER, valid_until),
	STATUS(WIRE_LAST_SUCCESS_AT, NUMBER, last_success_at),
	STATUS(WIRE_LAST_FAILURE_AT, NUMBER, last_failure_at),
	STATUS(WIRE_HASH_METHOD, TEXT, hash_method),
	STATUS(WIRE_HASH_COST, NUMBER, hash_cost),
	STATUS(WIRE_OWNER, TEXT, owner),
	STATUS(WIRE_KIND, TEXT, kind),
	STATUS(WIRE_CREDENTIALS, TEXT, credentials),
	STATUS(WIRE_REFUSED_WHILE_LOCKED, NUMBER, refused_while_locked),
	STATUS(WIRE_TEMPORARY_UNTIL, NUMBER, temporary_until),
	STATUS(WIRE_FAILURES_SINCE_SUCCESS, NUMBER, failures_since_success),
	STATUS(WIRE_CREATED_AT, NUMBER, created_at),
	STATUS(WIRE_CLOSED_AT, NUMBER, closed_at),
	STATUS(WIRE_NEVER_CHANGED, NUMBER, never_changed),
	TOLD(WIRE_CAUSES, CAUSES, status),
};
#define ANSWER_FIELDS (sizeof(answer_fields) / sizeof(answer_fields[0]))

/* Every request says where it comes from, and about which policy it asks. */
#define FROM (WIRE_BIT(WIRE_CONFIG) | WIRE_BIT(WIRE_REALM) | \
	WIRE_BIT(WIRE_LANGUAGE) | WIRE_BIT(WIRE_SERVICE) | \
	WIRE_BIT(WIRE_TTY) | WIRE_BIT(WIRE_RHOST))
#define ABOUT (FROM | WIRE_BIT(WIRE_USER))
#define BY (WIRE_BIT(WIRE_ACTOR) | WIRE_BIT(WIRE_REASON) | \
	WIRE_BIT(WIRE_TICKET))

static const struct shape {
	enum wire_type type;
	uint64_t must;
	uint64_t may;
} shapes[] = {
	{ WIRE_AUTHENTICATE, ABOUT | WIRE_BIT(WIRE_ID) |
	    WIRE_BIT(WIRE_PASSWORD), BY },
	{ WIRE_RESERVE, ABOUT | WIRE_BIT(WIRE_ID), BY },
	{ WIRE_SETTLE, ABOUT | WIRE_BIT(WIRE_ID) | WIRE_BIT(WIRE_OUTCOME),
	    BY | WIRE_BIT(WIRE_PASSWORD) },
	{ WIRE_ACCOUNT, ABOUT | WIRE_BIT(WIRE_FLAGS), BY },
	{ WIRE_STATUS, ABOUT, BY },
	{ WIRE_CHANGE, ABOUT | WIRE_BIT(WIRE_ID) | WIRE_BIT(WIRE_PASSWORD) |
	    WIRE_BIT(WIRE_NEW), BY },
	{ WIRE_CHANGE_AUTHENTICATED, ABOUT | WIRE_BIT(WIRE_NEW),
	    BY | WIRE_BIT(WIRE_PASSWORD) },
	{ WIRE_RESET, ABOUT | WIRE_BIT(WIRE_NEW), BY },
	{ WIRE_SESSION, ABOUT | WIRE_BIT(WIRE_FLAGS), BY },
	{ WIRE_PING, FROM, BY },
	{ WIRE_ANSWER, WIRE_BIT(WIRE_ERR) | WIRE_BIT(WIRE_VERDICT) |
	    WIRE_BIT(WIRE_DETAIL), WIRE_BIT(WIRE_REALM) |
	    WIRE_BIT(WIRE_UNTIL) | WIRE_BIT(WIRE_REPORT) |
	    WIRE_BIT(WIRE_PROGRAM) | WIRE_BIT(WIRE_PEER) |
	    WIRE_BIT(WIRE_POLICY) | WIRE_BIT(WIRE_LOCKS) |
	    WIRE_ALL_OF_STATUS },
	{ WIRE_PROGRESS, 0, 0 },
	{ WIRE_NOT_MINE, 0, 0 },
};

static const struct shape *
shape_of(int type)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if ((int)shapes[i].type == type)
			return &shapes[i];
	return NULL;
}

/* ---- Texts from elsewhere ---- */

bool
wire_text(char *field, size_t size, const char *text)
{
	size_t length = text == NULL ? 0 : strlen(text);

	memset(field, 0, size);
	if (length >= size)
		return false;
	if (length > 0)
		memcpy(field, text, length);
	return true;
}

void
wire_cut(char *field, size_t size, const char *text)
{
	size_t length = strnlen(text, size);

	if (length == size)
		do
			length--;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) ==
		    0x80);
	memset(field, 0, size);
	memcpy(field, text, length);
}

void
wire_password(struct wire_password *p, const char *bytes, size_t length)
{
	secret_wipe_bytes(p, sizeof(*p));
	p->length = length < WIRE_PASSWORD_MAX ? length : WIRE_PASSWORD_MAX;
	if (p->length > 0)
		memcpy(p->bytes, bytes, p->length);
}

/* ---- To bytes ---- */

struct writer {
	unsigned char *bytes;
	size_t used;
	bool full;			/* something did not fit */
};

static void
write_bytes(struct writer *w, const void *bytes, size_t length)
{
	if (w->full || length > WIRE_FRAME_MAX - w->used) {
		w->full = true;
		return;
	}
	if (length > 0)
		memcpy(w->bytes + w->used, bytes, length);
	w->used += length;
}

/* The most significant byte first. */
static void
write_number(struct writer *w, uint64_t value, size_t bytes)
{
	unsigned char b[NUMBER_BYTES];

	for (size_t i = bytes; i-- > 0; value >>= BITS_PER_BYTE)
		b[i] = (unsigned char)value;
	write_bytes(w, b, bytes);
}

static void
write_counted(struct writer *w, const char *bytes, size_t length,
    size_t count_bytes)
{
	write_number(w, length, count_bytes);
	write_bytes(w, bytes, length);
}

static void
write_report(struct writer *w, const struct wire_report *report)
{
	for (size_t i = 0; i < report->count && i < RULE_COUNT; i++) {
		write_counted(w, report->rules[i], strnlen(report->rules[i],
		    WIRE_WORD_MAX - 1), 1);
		write_counted(w, report->messages[i],
		    strnlen(report->messages[i], WIRE_SENTENCE_MAX - 1), 2);
	}
}

static void
write_causes(struct writer *w, const struct wire_status *s)
{
	for (size_t i = 0; i < s->cause_count && i < PASPW_CAUSES_MAX; i++) {
		write_counted(w, s->causes[i].cause,
		    strnlen(s->causes[i].cause, WIRE_WORD_MAX - 1), 1);
		write_number(w, (uint64_t)s->causes[i].since, NUMBER_BYTES);
		write_number(w, (uint64_t)s->causes[i].until, NUMBER_BYTES);
	}
}

static void
write_value(struct writer *w, const struct field *f, const void *value)
{
	const struct wire_password *p = value;

	switch (f->kind) {
	case TEXT:
		write_bytes(w, value, strnlen(value, f->size));
		break;
	case NUMBER:
		write_number(w, *(const uint64_t *)value, NUMBER_BYTES);
		break;
	case PASSWORD:
		write_bytes(w, p->bytes, p->length);
		break;
	case REPORT:
		write_report(w, value);
		break;
	case CAUSES:
		write_causes(w, value);
		break;
	}
}

static void
write_field(struct writer *w, const struct field *f, const void *value)
{
	struct writer length = *w;
	size_t start;

	write_number(w, f->tag, 1);
	length = *w;
	write_number(w, 0, 2);
	start = w->used;
	write_value(w, f, value);
	if (w->full || w->used - start > FIELD_MAX)
		w->full = true;
	else
		write_number(&length, w->used - start, 2);
}

static size_t
put(int type, uint64_t has, const struct field *fields, size_t count,
    const void *message, unsigned char *frame)
{
	const struct shape *shape = shape_of(type);
	struct writer w = { frame, 0, false }, length = w;

	if (shape == NULL)
		return 0;
	has = shape->must | (has & shape->may);
	write_number(&w, 0, WIRE_HEADER);
	write_number(&w, WIRE_VERSION, 1);
	write_number(&w, (uint64_t)type, 1);
	for (size_t i = 0; i < count; i++)
		if ((has & WIRE_BIT(fields[i].tag)) != 0)
			write_field(&w, &fields[i], (const char *)message +
			    fields[i].offset);
	if (w.full)
		return 0;
	write_number(&length, w.used - WIRE_HEADER, WIRE_HEADER);
	return w.used;
}

size_t
wire_put_request(const struct wire_request *r,
    unsigned char frame[WIRE_FRAME_MAX])
{
	return r->type >= WIRE_ANSWER ? 0 : put((int)r->type, r->has,
	    request_fields, REQUEST_FIELDS, r, frame);
}

size_t
wire_put_answer(const struct wire_answer *a,
    unsigned char frame[WIRE_FRAME_MAX])
{
	return a->type < WIRE_ANSWER ? 0 : put((int)a->type, a->has,
	    answer_fields, ANSWER_FIELDS, a, frame);
}

/* ---- From bytes: whoever sent them may be an attacker ---- */

struct reader {
	const unsigned char *bytes;
	size_t left;
	bool bad;			/* there was less than was announced */
};

static const unsigned char *
read_bytes(struct reader *r, size_t length)
{
	const unsigned char *at = r->bytes;

	if (r->bad || length > r->left) {
		r->bad = true;
		return NULL;
	}
	r->bytes += length;
	r->left -= length;
	return at;
}

static uint64_t
read_number(struct reader *r, size_t bytes)
{
	const unsigned char *b = read_bytes(r, bytes);
	uint64_t value = 0;

	for (size_t i = 0; b != NULL && i < bytes; i++)
		value = value << BITS_PER_BYTE | b[i];
	return value;
}

static bool
read_text(struct reader *r, size_t length, char *text, size_t size)
{
	const unsigned char *b = read_bytes(r, length);

	if (b == NULL || length >= size || memchr(b, '\0', length) != NULL)
		return false;
	memcpy(text, b, length);
	return true;
}

static bool
read_password(struct reader *r, struct wire_password *p)
{
	size_t length = r->left;
	const unsigned char *b;

	if (length > sizeof(p->bytes) || (b = read_bytes(r, length)) == NULL)
		return false;
	memcpy(p->bytes, b, length);
	p->length = length;
	return true;
}

static bool
read_report(struct reader *r, struct wire_report *report)
{
	while (r->left > 0) {
		size_t i = report->count;

		if (i == RULE_COUNT || !read_text(r, read_number(r, 1),
		    report->rules[i], WIRE_WORD_MAX) ||
		    !read_text(r, read_number(r, 2), report->messages[i],
		    WIRE_SENTENCE_MAX))
			return false;
		report->count++;
	}
	return true;
}

static bool
read_causes(struct reader *r, struct wire_status *s)
{
	while (r->left > 0) {
		struct wire_cause *c = &s->causes[s->cause_count];

		if (s->cause_count == PASPW_CAUSES_MAX || !read_text(r,
		    read_number(r, 1), c->cause, sizeof(c->cause)))
			return false;
		c->since = (int64_t)read_number(r, NUMBER_BYTES);
		c->until = (int64_t)read_number(r, NUMBER_BYTES);
		s->cause_count++;
	}
	return true;
}

/* All of r is the value. */
static bool
read_value(struct reader *r, const struct field *f, void *value)
{
	switch (f->kind) {
	case TEXT:
		return read_text(r, r->left, value, f->size);
	case NUMBER:
		*(int64_t *)value = (int64_t)read_number(r, NUMBER_BYTES);
		return true;
	case PASSWORD:
		return read_password(r, value);
	case REPORT:
		return read_report(r, value);
	case CAUSES:
		return read_causes(r, value);
	}
	return false;
}

static const struct field *
field_of(uint64_t tag, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i].tag == tag)
			return &fields[i];
	return NULL;
}

/* *has: those that were seen so far. */
static bool
read_field(struct reader *r, uint64_t allowed, uint64_t *has,
    const struct field *fields, size_t count, void *message)
{
	const struct field *f = field_of(read_number(r, 1), fields, count);
	struct reader value = { NULL, read_number(r, 2), false };

	value.bytes = read_bytes(r, value.left);
	if (value.bytes == NULL || f == NULL ||
	    (allowed & ~*has & WIRE_BIT(f->tag)) == 0)
		return false;
	*has |= WIRE_BIT(f->tag);
	return read_value(&value, f, (char *)message + f->offset) &&
	    !value.bad && value.left == 0;
}

/* The type, or WIRE_NONE. */
static enum wire_type
get(const unsigned char *body, size_t length, const struct field *fields,
    size_t count, uint64_t *has, void *message)
{
	struct reader r = { body, length, false };
	const struct shape *shape;

	if (length > WIRE_BODY_MAX || read_number(&r, 1) != WIRE_VERSION ||
	    (shape = shape_of((int)read_number(&r, 1))) == NULL)
		return WIRE_NONE;
	while (r.left > 0)
		if (!read_field(&r, shape->must | shape->may, has, fields,
		    count, message))
			return WIRE_NONE;
	if (r.bad || (*has & shape->must) != shape->must)
		return WIRE_NONE;
	return shape->type;
}

bool
wire_length(const unsigned char header[WIRE_HEADER], size_t *length)
{
	struct reader r = { header, WIRE_HEADER, false };

	*length = read_number(&r, WIRE_HEADER);
	return *length > 0 && *length <= WIRE_BODY_MAX;
}

bool
wire_get_request(const unsigned char *body, size_t length,
    struct wire_request *r)
{
	enum wire_type type;

	memset(r, 0, sizeof(*r));
	type = get(body, length, request_fields, REQUEST_FIELDS, &r->has, r);
	if (type == WIRE_NONE || type >= WIRE_ANSWER) {
		secret_wipe_bytes(r, sizeof(*r));
		return false;
	}
	r->type = type;
	return true;
}

bool
wire_get_answer(const unsigned char *body, size_t length,
    struct wire_answer *a)
{
	enum wire_type type;

	memset(a, 0, sizeof(*a));
	type = get(body, length, answer_fields, ANSWER_FIELDS, &a->has, a);
	if (type < WIRE_ANSWER) {
		secret_wipe_bytes(a, sizeof(*a));
		return false;
	}
	a->type = type;
	return true;
}
