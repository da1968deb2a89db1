/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* proof: what is handed out about a trail, as a line of text:
 *	paspw-key:REALM:EPOCH:64 hex digits	the first key; a secret
 *	paspw-head:REALM:EPOCH:64 hex digits	the chain at a seal */
#ifndef PROOF_H
#define PROOF_H

#include "audit/audit.h"
#include "base/digest.h"

enum proof_kind { PROOF_KEY, PROOF_HEAD };

struct proof {
	enum proof_kind kind;
	char realm[POLICY_WORD_MAX];
	int64_t epoch;
	unsigned char bytes[DIGEST_BYTES];
};

/* "EPOCH:64 hex digits", the last part of every proof. */
#define PROOF_STAMP_MAX (20 + 2 * DIGEST_BYTES + 2)
void proof_stamp(int64_t epoch, const unsigned char *bytes, char *text);
PASPW_MUST_USE bool proof_stamp_parse(const char *text, int64_t *epoch,
    unsigned char *bytes);

#define PROOF_TEXT_MAX (16 + POLICY_WORD_MAX + PROOF_STAMP_MAX)
void proof_format(const struct proof *proof, char *text);
/* False: not a proof, and it holds nothing. */
PASPW_MUST_USE bool proof_parse(const char *text, struct proof *proof);

/* 2 * size digits and a NUL. */
void proof_hex(const unsigned char *bytes, size_t size, char *text);

#endif
