/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "account/keyed_hash.h"

#include <endian.h>
#include <string.h>

#define WORD_BYTES sizeof(uint64_t)
/* SipHash-2-4: what its authors propose for a secret key. */
#define ROUNDS 2
#define LAST_ROUNDS 4

struct state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
mix(struct state *s, int rounds)
{
	for (; rounds > 0; rounds--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32) + s->v3;
		s->v2 += s->v1;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v2 = rotate(s->v2, 32);
	}
}

static void
take(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s, ROUNDS);
	s->v0 ^= word;
}

static uint64_t
load(const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return le64toh(word);
}

uint64_t
keyed_hash(const unsigned char key[KEYED_HASH_KEY_BYTES], const void *bytes,
    size_t size)
{
	uint64_t k0 = load(key), k1 = load(key + WORD_BYTES);
	struct state s = {
		k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU,
		k0 ^ 0x6c7967656e657261U, k1 ^ 0x7465646279746573U,
	};
	unsigned char last[WORD_BYTES] = { 0 };
	const unsigned char *at = bytes;
	size_t left = size;

	for (; left >= WORD_BYTES; left -= WORD_BYTES, at += WORD_BYTES)
		take(&s, load(at));
	if (left > 0)
		memcpy(last, at, left);
	last[WORD_BYTES - 1] = (unsigned char)size;
	take(&s, load(last));
	s.v2 ^= 0xff;
	mix(&s, LAST_ROUNDS);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
