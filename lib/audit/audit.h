/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* audit: what an event is, and the seals over the trail. */
#ifndef AUDIT_H
#define AUDIT_H

#include "account/account.h"

#define AUDIT_ID_BYTES 16	/* 128 bits: no two by chance */
/* Room for a name, and for the facts of an event: what does not fit is cut or
 * left out, so that no stranger's host name makes the trail grow. */
#define AUDIT_TEXT_MAX (PASPW_NAME_MAX + 1)
#define AUDIT_DATA_MAX 2048

enum audit_kind {
	AUDIT_ISSUE = 0, AUDIT_RESET, AUDIT_CHANGE, AUDIT_CHANGE_REFUSED,
	AUDIT_ADOPT, AUDIT_LOGIN, AUDIT_LOGOUT, AUDIT_SUCCESS, AUDIT_FAILURE,
	AUDIT_LAPSED, AUDIT_LOCK, AUDIT_LOCK_EXPIRED, AUDIT_REFUSED_LOCKED,
	AUDIT_ADMIN_LOCK, AUDIT_UNLOCK, AUDIT_EXPIRE, AUDIT_EXPIRED,
	AUDIT_CLOSE, AUDIT_REHASH, AUDIT_REOPEN, AUDIT_IMPORT,
	AUDIT_TERMS, AUDIT_UNKNOWN, AUDIT_POLICY, AUDIT_RETENTION,
	AUDIT_KINDS
};

/* A row of the fixed list: name, syslog priority, clause ids. */
struct audit_kind_row {
	const char *name;
	int priority;
	const char *clauses;
};
extern const struct audit_kind_row audit_kinds[AUDIT_KINDS];

/* Columns of the store: id at realm kind actor subject case reason ticket
 * data, and the seal (0 until sealed). */
struct audit_event {
	unsigned char id[AUDIT_ID_BYTES];
	int64_t at;
	char realm[POLICY_WORD_MAX];
	char kind[32];
	char actor[AUDIT_TEXT_MAX];
	unsigned char subject[ACCOUNT_ID_BYTES];	/* zeroes: nobody */
	char case_id[AUDIT_TEXT_MAX];
	char reason[AUDIT_TEXT_MAX * 2];
	char ticket[AUDIT_TEXT_MAX];
	char data[AUDIT_DATA_MAX];	/* JSON object */
	int64_t seal;
	bool corrupt;			/* a column is none that we wrote */
};

#define AUDIT_DIGEST_BYTES 32
/* Bounds the memory of sealing (48 kB) and the time of its transaction: with so
 * many it took 15 ms longer than with none, on a loaded machine. What is left
 * over comes under the next seal. */
#define AUDIT_SEAL_EVENTS_MAX 1024

/* What a seal keeps of an event: enough to name it when it is gone. */
struct audit_leaf {
	unsigned char id[AUDIT_ID_BYTES];
	unsigned char digest[AUDIT_DIGEST_BYTES];
};
struct audit_leaves {
	int count;
	struct audit_leaf list[AUDIT_SEAL_EVENTS_MAX];
};

/* The seal over one epoch of the trail; see seal.h. */
struct audit_seal {
	int64_t number;			/* of the epoch, from 1 */
	int64_t at;
	unsigned char root[AUDIT_DIGEST_BYTES];
	unsigned char mac[AUDIT_DIGEST_BYTES];
	unsigned char chain[AUDIT_DIGEST_BYTES];
	struct audit_leaves leaves;	/* the order of its events */
	bool corrupt;
};

/* Who asks, from where: goes into each event. */
struct audit_origin {
	char service[AUDIT_TEXT_MAX];
	char rhost[AUDIT_TEXT_MAX];
	char tty[AUDIT_TEXT_MAX];
	char actor[AUDIT_TEXT_MAX];
	char reason[AUDIT_TEXT_MAX * 2];
	char ticket[AUDIT_TEXT_MAX];
};

/* Fill an event about a row as it is now (a NULL: about nobody). */
PASPW_MUST_USE int audit_event(struct audit_event *event,
    enum audit_kind kind, const struct policy *p, const struct account *a,
    const struct audit_origin *origin, int64_t now, struct error *e);
/* One more fact about it. */
void audit_note(struct audit_event *event, const char *name,
    const char *text);
void audit_note_number(struct audit_event *event, const char *name,
    int64_t number);

#endif
