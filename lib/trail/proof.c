/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

#define EPOCH_DIGITS_MAX 18	/* fits into int64_t */

static const char *const prefixes[] = {
	[PROOF_KEY] = "paspw-key:",
	[PROOF_HEAD] = "paspw-head:",
};
#define KIND_COUNT (sizeof(prefixes) / sizeof(prefixes[0]))

static const char digits[] = "0123456789abcdef";

void
proof_hex(const unsigned char *bytes, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 0xf];
	}
	*text = '\0';
}

/* One spelling only: 64 digits in lower case, and nothing behind them. */
static bool
parse_bytes(const char *text, unsigned char *bytes)
{
	if (strlen(text) != (size_t)2 * DIGEST_BYTES)
		return false;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		const char *high = strchr(digits, text[2 * i]);
		const char *low = strchr(digits, text[2 * i + 1]);

		if (high == NULL || low == NULL)
			return false;
		bytes[i] = (unsigned char)((high - digits) << 4 |
		    (low - digits));
	}
	return true;
}

/* The colon behind it, or NULL. */
static const char *
parse_epoch(const char *text, int64_t *epoch)
{
	size_t length = strspn(text, digits);
	int64_t n = 0;

	if (length == 0 || length > EPOCH_DIGITS_MAX || text[length] != ':' ||
	    text[0] == '0')
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (text[i] > '9')
			return NULL;
		n = n * 10 + (text[i] - '0');
	}
	*epoch = n;
	return text + length;
}

void
proof_stamp(int64_t epoch, const unsigned char *bytes, char *text)
{
	int n = sprintf(text, "%lld:", (long long)epoch);

	proof_hex(bytes, DIGEST_BYTES, text + n);
}

bool
proof_stamp_parse(const char *text, int64_t *epoch, unsigned char *bytes)
{
	const char *colon = parse_epoch(text, epoch);

	return colon != NULL && parse_bytes(colon + 1, bytes);
}

void
proof_format(const struct proof *proof, char *text)
{
	int n = sprintf(text, "%s%s:", prefixes[proof->kind], proof->realm);

	proof_stamp(proof->epoch, proof->bytes, text + n);
}

/* The realm is what stands before the last two colons. */
static bool
parse_rest(const char *text, struct proof *proof)
{
	const char *end = strrchr(text, ':');
	size_t length;

	if (end == NULL)
		return false;
	while (end > text && end[-1] != ':')
		end--;
	if (end == text)
		return false;
	length = (size_t)(end - text) - 1;
	if (length == 0 || length >= sizeof(proof->realm))
		return false;
	memcpy(proof->realm, text, length);
	return proof_stamp_parse(end, &proof->epoch, proof->bytes);
}

bool
proof_parse(const char *text, struct proof *proof)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		size_t length = strlen(prefixes[i]);

		memset(proof, 0, sizeof(*proof));
		if (strncmp(text, prefixes[i], length) != 0)
			continue;
		proof->kind = (enum proof_kind)i;
		if (parse_rest(text + length, proof))
			return true;
	}
	secret_wipe_bytes(proof, sizeof(*proof));
	return false;
}
