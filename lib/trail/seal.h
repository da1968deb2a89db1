/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * seal: what makes an edit of the trail visible.
 *
 *	event	= the name and value of each column that is not empty, in the
 *		  order of store_event_columns, each with its length before it
 *	leaf	= id of the event | SHA-256("paspw-event-1" | event)
 *	root	= SHA-256(leaves of the epoch, in their order)
 *	body	= "paspw-seal-1" | epoch | time | chain before | root
 *	mac	= HMAC-SHA-256(key of the epoch, body)
 *	chain	= SHA-256("paspw-chain-1" | body | mac)
 *
 * Numbers have 8 bytes and lengths 4, big-endian; labels end with a NUL. Two
 * different events never have the same bytes. A column that is added later
 * is empty in old events and changes nothing for them.
 *
 * The chain is for everybody: whoever edits one event must make all later
 * seals anew, and a head that was handed out then does not fit. The mac is
 * for who holds the first key: its attacker is root himself, after the seal
 * was made. He can compute every SHA-256 again, but not the mac of an epoch
 * whose key is gone (key.h). What neither can do: show an event that root
 * kept from being written, or changed before its seal; hence a seal each
 * minute.
 */
#ifndef SEAL_H
#define SEAL_H

#include "audit/audit.h"
#include "base/error.h"

/* What is wrong with a seal. */
enum seal_fault {
	SEAL_INTACT = 0,
	SEAL_EDITED,		/* its own columns, or the chain before it */
	SEAL_FORGED		/* not made with the key of its epoch */
};

PASPW_MUST_USE int seal_leaf(const struct audit_event *event,
    struct audit_leaf *leaf, struct error *e);

/* Fill root, mac and chain of a seal that has the rest. chain_before: of the
 * seal before it, zeroes for the first. */
PASPW_MUST_USE int seal_make(struct audit_seal *seal,
    const unsigned char *chain_before, const unsigned char *key,
    struct error *e);

/* chain_before NULL: the seal before it is missing; key NULL: not known. */
PASPW_MUST_USE int seal_check(const struct audit_seal *seal,
    const unsigned char *chain_before, const unsigned char *key,
    enum seal_fault *fault, struct error *e);

#endif
