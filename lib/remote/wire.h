/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * wire: the messages between a caller and the agent (or the helper), to bytes
 * and back. Pure.
 *
 * A stream carries frames: a length (4 bytes, the most significant first; at
 * most WIRE_BODY_MAX), then a body of that length: version (1 byte), type
 * (1 byte), fields. A field is its tag (1 byte), the length of its value
 * (2 bytes), the value. A number is 8 bytes, signed. A text is UTF-8 without a
 * NUL. Each type has fields that must and fields that may be there; table
 * `shapes` in wire.c lists them. A frame with another version, an unknown
 * type, a tag that is unknown, twice there or missing, a value that is too
 * long for its field, or a byte too many is no message: whoever receives it
 * closes the stream.
 *
 * A caller sends a request and waits for its ANSWER; then it may send the
 * next one. While a request waits or is worked on there is a PROGRESS each
 * second, so that a slow agent is not taken for a hung one. NOT_MINE instead
 * of an answer: this agent serves another configuration.
 *
 * Who may ask is decided by the kernel's word on the peer (SO_PEERCRED), or
 * by the real uid of the helper; nothing in a message says who asks. Root
 * asks about everybody. Everyone else asks about his own account only, and
 * only what cannot help to guess more often: AUTHENTICATE, ACCOUNT, STATUS,
 * CHANGE; origin (service, tty, rhost, actor, reason, ticket) is believed from
 * root alone.
 */
#ifndef WIRE_H
#define WIRE_H

#include "audit/audit.h"
#include "base/secret.h"
#include "quality/quality.h"

#define WIRE_VERSION 1
#define WIRE_HEADER 4		/* bytes of a frame before its body */
/* The longest answer, 18 broken rules and a detail, has 7.5 kB. */
#define WIRE_BODY_MAX 8192
#define WIRE_FRAME_MAX (WIRE_HEADER + WIRE_BODY_MAX)
/* A longer password is cut to one byte more than the longest: that is refused
 * as well, and no password is too long for the stream (CVE-2015-3238). */
#define WIRE_PASSWORD_MAX (PASPW_PASSWORD_MAX + 1)
#define WIRE_WORD_MAX 32
#define WIRE_SENTENCE_MAX 320	/* of a broken rule; 18 of them fit */
#define WIRE_DETAIL_MAX 1024

enum wire_type {
	WIRE_NONE = 0,
	WIRE_AUTHENTICATE = 1,	/* user id password: begin, verify, settle */
	WIRE_RESERVE = 2,	/* user id: begin */
	WIRE_SETTLE = 3,	/* user realm id outcome [password] */
	WIRE_ACCOUNT = 4,	/* user flags: paspw_account_verdict */
	WIRE_STATUS = 5,	/* user */
	WIRE_CHANGE = 6,	/* user id password new: paspw_change */
	WIRE_CHANGE_AUTHENTICATED = 7, /* user [password] new */
	WIRE_RESET = 8,		/* user new */
	WIRE_SESSION = 9,	/* user flags (1: opened, 0: closed) */
	WIRE_PING = 10,		/* who is there? */
	WIRE_ANSWER = 64,
	WIRE_PROGRESS = 65,
	WIRE_NOT_MINE = 66
};

/* Fields; a number is never used again for something else. */
enum wire_tag {
	WIRE_CONFIG = 1,	/* path, "" for the default */
	WIRE_REALM = 2,		/* "" for whichever claims the user */
	WIRE_LANGUAGE = 3,
	WIRE_SERVICE = 4,
	WIRE_TTY = 5,
	WIRE_RHOST = 6,
	WIRE_ACTOR = 7,
	WIRE_REASON = 8,
	WIRE_TICKET = 9,
	WIRE_USER = 10,
	WIRE_ID = 11,		/* of the attempt, drawn by the caller */
	WIRE_OUTCOME = 12,	/* enum paspw_outcome */
	WIRE_FLAGS = 13,
	WIRE_PASSWORD = 14,	/* to be verified, or the old one */
	WIRE_NEW = 15,		/* password */
	WIRE_ERR = 20,		/* enum paspw_err */
	WIRE_VERDICT = 21,	/* enum paspw_verdict */
	WIRE_DETAIL = 22,	/* paspw_detail */
	WIRE_UNTIL = 23,	/* expiry to warn of, 0: none */
	WIRE_REPORT = 24,	/* broken rules; see wire_report */
	WIRE_PROGRAM = 25,	/* PING: version of the agent */
	WIRE_PEER = 26,		/* PING: uid that it sees */
	WIRE_POLICY = 27,	/* PING: "", or why an old one is in force */
	WIRE_LOCKS = 28,	/* this attempt is the one that locked */
	WIRE_ACCOUNT_NAME = 32,	/* STATUS, as struct paspw_status */
	WIRE_STATE = 33,
	WIRE_FAILURES = 34,
	WIRE_PENDING = 35,
	WIRE_LOCKED_AT = 36,
	WIRE_LOCKED_UNTIL = 37,
	WIRE_LOCK_REASON = 38,
	WIRE_CHANGED_AT = 39,
	WIRE_EXPIRES_AT = 40,
	WIRE_MUST_CHANGE = 41,
	WIRE_VALID_FROM = 42,
	WIRE_VALID_UNTIL = 43,
	WIRE_LAST_SUCCESS_AT = 44,
	WIRE_LAST_FAILURE_AT = 45,
	WIRE_HASH_METHOD = 46,
	WIRE_HASH_COST = 47,
	WIRE_OWNER = 48,
	WIRE_KIND = 49,
	WIRE_CREDENTIALS = 50,
	WIRE_REFUSED_WHILE_LOCKED = 51,
	WIRE_TEMPORARY_UNTIL = 52,
	WIRE_FAILURES_SINCE_SUCCESS = 53,
	WIRE_CREATED_AT = 54,
	WIRE_CLOSED_AT = 55,
	WIRE_NEVER_CHANGED = 56,
	WIRE_CAUSES = 57,	/* see struct wire_cause */
	WIRE_TAGS = 58
};
/* A bit of `has`: was this field sent, or is it to be? */
#define WIRE_BIT(tag) (UINT64_C(1) << (tag))
#define WIRE_ALL_OF_STATUS \
	(WIRE_BIT(WIRE_TAGS) - WIRE_BIT(WIRE_ACCOUNT_NAME))

struct wire_password {
	size_t length;
	char bytes[WIRE_PASSWORD_MAX];	/* no NUL after the last one */
};

/* Fields that must be there are always sent; those that may, if their bit is
 * set in `has`. Wipe it after use: it holds passwords. */
struct wire_request {
	enum wire_type type;
	uint64_t has;
	char config[POLICY_TEXT_MAX];
	char realm[POLICY_WORD_MAX];
	char language[POLICY_WORD_MAX];
	char service[AUDIT_TEXT_MAX];
	char tty[AUDIT_TEXT_MAX];
	char rhost[AUDIT_TEXT_MAX];
	char actor[AUDIT_TEXT_MAX];
	char reason[AUDIT_TEXT_MAX * 2];
	char ticket[AUDIT_TEXT_MAX];
	char user[PASPW_NAME_MAX + 1];
	int64_t id;
	int64_t outcome;
	int64_t flags;
	struct wire_password password;
	struct wire_password new;
};

struct wire_report {
	size_t count;
	char rules[RULE_COUNT][WIRE_WORD_MAX];
	char messages[RULE_COUNT][WIRE_SENTENCE_MAX];
};

struct wire_cause {
	char cause[WIRE_WORD_MAX];
	int64_t since;
	int64_t until;
};

/* struct paspw_status with room for its texts. */
struct wire_status {
	char account[PASPW_NAME_MAX + 1];
	char state[WIRE_WORD_MAX];
	char lock_reason[WIRE_WORD_MAX];
	char hash_method[WIRE_WORD_MAX];
	char owner[PASPW_NAME_MAX + 1];
	char kind[WIRE_WORD_MAX];
	char credentials[WIRE_WORD_MAX];
	int64_t failures, pending, locked_at, locked_until, changed_at,
	    expires_at, must_change, valid_from, valid_until,
	    last_success_at, last_failure_at, hash_cost,
	    refused_while_locked, temporary_until, failures_since_success,
	    created_at, closed_at, never_changed;
	size_t cause_count;
	struct wire_cause causes[PASPW_CAUSES_MAX];
};

struct wire_answer {
	enum wire_type type;		/* ANSWER, PROGRESS or NOT_MINE */
	uint64_t has;
	int64_t err;
	int64_t verdict;
	char detail[WIRE_DETAIL_MAX];
	char realm[POLICY_WORD_MAX];	/* RESERVE, STATUS: which one it is */
	int64_t until;
	struct wire_report report;
	char program[WIRE_WORD_MAX];
	int64_t peer;
	char policy[WIRE_DETAIL_MAX];
	int64_t locks;
	struct wire_status status;
};

/* A field of a request from what a caller has; NULL is "". false: it is
 * longer than the field. */
PASPW_MUST_USE bool wire_text(char *field, size_t size, const char *text);
/* A sentence into an answer; one that is too long is cut, between two
 * characters. */
void wire_cut(char *field, size_t size, const char *text);
/* A password, cut if it is longer than every password may be. */
void wire_password(struct wire_password *p, const char *bytes, size_t length);

/* Into an answer, and out of it again: what `view` points to is inside the
 * answer, and lives as long. */
void wire_put_status(struct wire_answer *a, const struct paspw_status *view);
PASPW_MUST_USE bool wire_get_status(const struct wire_answer *a,
    struct paspw_status *view);
void wire_put_report(struct wire_answer *a,
    const struct paspw_report *report);

/* A whole frame; returns its size, 0 if the message is none. */
PASPW_MUST_USE size_t wire_put_request(const struct wire_request *r,
    unsigned char frame[WIRE_FRAME_MAX]);
PASPW_MUST_USE size_t wire_put_answer(const struct wire_answer *a,
    unsigned char frame[WIRE_FRAME_MAX]);
/* The length of the body that follows; false: no body is that long. */
PASPW_MUST_USE bool wire_length(const unsigned char header[WIRE_HEADER],
    size_t *length);
/* A whole body; false, and everything empty, if it is no such message. */
PASPW_MUST_USE bool wire_get_request(const unsigned char *body,
    size_t length, struct wire_request *r);
PASPW_MUST_USE bool wire_get_answer(const unsigned char *body, size_t length,
    struct wire_answer *a);

#endif
