/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "policy/hash.h"

#include <crypt.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char alphabet[] =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* sha: before a number of rounds */
static const char rounds[] = "rounds=";

static const char scrypt[] = "$7$";

/* What crypt answers when it fails, so that nothing ever equals it. */
static const char failure_token[] = "*0";

/* yescrypt and scrypt: N = 2^(cost + shift) for a block size r */
enum {
	SHIFT_LARGE = 7,	/* r = 32 */
	SHIFT_SMALL = 9,	/* r = 8, yescrypt costs 1 and 2 */
	BLOCK_LARGE = 32,
	BLOCK_SMALL = 8,
	BLOCK_BYTES = 128,		/* times r: one of the N blocks */
	SHA_ROUNDS = 5000,	/* when the hash names none */
	SCRYPT_PARAMETERS = 11,	/* characters, before the salt */
	SALT_LAST = 4		/* that may not be any: of less than 3 bytes */
};

/* Value of a digit of crypt's alphabet, or -1. */
static int
digit(char c)
{
	const char *p = c == '\0' ? NULL : strchr(alphabet, c);

	return p == NULL ? -1 : (int)(p - alphabet);
}

/* The cost that libxcrypt would have been given for this N and r; 0: none. */
static unsigned
memory_cost(int n_log2, int r)
{
	int shift = r == BLOCK_LARGE ? SHIFT_LARGE :
	    r == BLOCK_SMALL ? SHIFT_SMALL : n_log2;

	return n_log2 > shift ? (unsigned)(n_log2 - shift) : 0;
}

/* "j9T$": flavour, log2 N - 1, r - 1 */
static unsigned
yescrypt_cost(const char *params)
{
	if (strspn(params, alphabet) != 3 || params[0] != 'j')
		return 0;
	return memory_cost(digit(params[1]) + 1, digit(params[2]) + 1);
}

/* "CU..../....": log2 N, then r and p as five digits, lowest first */
static unsigned
scrypt_cost(const char *params)
{
	if (strspn(params, alphabet) < SCRYPT_PARAMETERS ||
	    strncmp(params + 2, "..../....", 9) != 0)
		return 0;
	return memory_cost(digit(params[0]), digit(params[1]));
}

static unsigned
sha_cost(const char *params)
{
	unsigned long cost;

	if (strncmp(params, rounds, strlen(rounds)) != 0)
		return SHA_ROUNDS;
	cost = strtoul(params + strlen(rounds), NULL, 10);
	return cost < UINT_MAX ? (unsigned)cost : UINT_MAX;
}

static unsigned
bcrypt_cost(const char *params)
{
	if (params[0] < '0' || params[0] > '3' || params[1] < '0' ||
	    params[1] > '9' || params[2] != '$')
		return 0;
	return (unsigned)((params[0] - '0') * 10 + (params[1] - '0'));
}

static unsigned
no_cost(const char *params)
{
	(void)params;
	return 0;
}

/* Every method whose hashes we verify. DES is not among them: crypt takes an
 * empty or mangled setting for it. */
static const struct method {
	const char *prefix;
	const char *name;
	size_t digest;			/* characters at the end */
	size_t salt;			/* before it; 0: as long as it is */
	unsigned (*cost)(const char *params);
} methods[] = {
	{ "$y$", "yescrypt", 43, 0, yescrypt_cost },
	{ "$gy$", "gost-yescrypt", 43, 0, yescrypt_cost },
	{ scrypt, "scrypt", 43, 0, scrypt_cost },
	{ "$6$", "sha512crypt", 86, 0, sha_cost },
	{ "$5$", "sha256crypt", 43, 0, sha_cost },
	{ "$2b$", "bcrypt", 31, 22, bcrypt_cost },
	{ "$2y$", "bcrypt", 31, 22, bcrypt_cost },
	{ "$2a$", "bcrypt", 31, 22, bcrypt_cost },
	{ "$1$", "md5crypt", 22, 0, no_cost }
};

static const struct method *
method_find(const char *setting)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strncmp(setting, methods[i].prefix,
		    strlen(methods[i].prefix)) == 0)
			return &methods[i];
	return NULL;
}

/* "12$", salt and digest without anything between */
static bool
bcrypt_ok(const struct method *m, const char *params, size_t length)
{
	const size_t cost = strlen("12$");

	return length == cost + m->salt && m->cost(params) > 0 &&
	    strspn(params + cost, alphabet) == m->salt + m->digest;
}

/* [parameters $] salt $; the salt is never empty, and there is no field more:
 * found by fuzzing, a field with several hashes in it would have been one.
 * yescrypt always has parameters, sha may name its rounds, and scrypt has its
 * own in front of the salt. */
static bool
fields_ok(const struct method *m, const char *params, size_t length)
{
	size_t salt = 0;

	if (length < 2 || params[length - 1] != '$')
		return false;
	if (m->cost == yescrypt_cost)
		salt = strspn(params, alphabet) + 1;
	else if (m->cost == sha_cost &&
	    strncmp(params, rounds, strlen(rounds)) == 0)
		salt = strlen(rounds) + 1 +
		    strspn(params + strlen(rounds), "0123456789");
	if (salt > 0 && (salt >= length || params[salt - 1] != '$'))
		return false;
	return salt < length - 1 &&
	    strspn(params + salt, alphabet) == length - 1 - salt;
}

/*
 * Length of the setting in a whole hash; 0 when it is none. The digest must
 * be there in full length: crypt_checksalt looks at the prefix alone, and a
 * locked ("!..."), starred, empty or cut field must never be equal to
 * anything.
 */
static size_t
setting_length(const char *hash)
{
	const struct method *m = method_find(hash);
	size_t length = strnlen(hash, HASH_MAX);
	size_t head, end;

	if (m == NULL || length >= HASH_MAX)
		return 0;
	head = strlen(m->prefix);
	if (length <= head + m->digest)
		return 0;
	end = length - m->digest;
	if (strspn(hash + end, alphabet) != m->digest)
		return 0;
	if (m->salt != 0)
		return bcrypt_ok(m, hash + head, end - head) ? end : 0;
	return fields_ok(m, hash + head, end - head) ? end - 1 : 0;
}

int
hash_random(void *bytes, size_t size, struct error *e)
{
	unsigned char *at = bytes;

	while (size > 0) {
		ssize_t n = getrandom(at, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_errno(e, PASPW_ERR_CRYPTO, errno,
			    "getrandom");
		at += n;
		size -= (size_t)n;
	}
	return PASPW_OK;
}

int
hash_setting(const struct policy *p, char *setting, struct error *e)
{
	const char *prefix = p->hash == HASH_SCRYPT ? scrypt : "$y$";
	char salt[HASH_SALT_BYTES];
	char made[CRYPT_GENSALT_OUTPUT_SIZE];
	int rc;

	memcpy(setting, failure_token, sizeof(failure_token));
	if ((rc = hash_random(salt, sizeof(salt), e)) != PASPW_OK)
		return rc;
	/* Cost 0 and a NULL or "" prefix would mean libxcrypt's choice, which
	 * for "" is DES. */
	if (p->hash_cost <= 0 || crypt_gensalt_rn(prefix,
	    (unsigned long)p->hash_cost, salt, (int)sizeof(salt), made,
	    (int)sizeof(made)) == NULL || made[0] != '$')
		return error_set(e, PASPW_ERR_CRYPTO,
		    "hash_cost %d: no setting for it", p->hash_cost);
	memcpy(setting, made, strlen(made) + 1);
	return PASPW_OK;
}

int
hash_setting_of(const char *hash, char *setting, struct error *e)
{
	size_t length = setting_length(hash);

	/* not "": crypt takes that for DES */
	memcpy(setting, failure_token, sizeof(failure_token));
	if (length == 0)
		return error_set(e, PASPW_ERR_CRYPTO,
		    "the stored field is locked, empty or no hash");
	memcpy(setting, hash, length);
	setting[length] = '\0';
	return PASPW_OK;
}

int
hash_setting_like(const char *hash, char *setting, struct error *e)
{
	unsigned char random[HASH_SALT_BYTES];
	size_t salt, end;
	int rc;

	if ((rc = hash_setting_of(hash, setting, e)) != PASPW_OK ||
	    (rc = hash_random(random, sizeof(random), e)) != PASPW_OK)
		return rc;
	salt = end = strlen(setting);
	while (setting[salt - 1] != '$')
		salt--;
	if (strncmp(setting, scrypt, strlen(scrypt)) == 0)
		salt += SCRYPT_PARAMETERS;
	for (size_t i = 0; i < sizeof(random) && salt + SALT_LAST < end; i++)
		setting[salt++] = alphabet[random[i] % (sizeof(alphabet) - 1)];
	return PASPW_OK;
}

int
hash_compute(const struct secret *password, const char *setting, char *hash,
    struct error *e)
{
	int rc = PASPW_ERR_CRYPTO;
	struct crypt_data *data = NULL;
	const char *made;

	memcpy(hash, failure_token, sizeof(failure_token));
	if (method_find(setting) == NULL)
		return error_set(e, rc, "not a setting of a known method");
	/* 32 kB: too much for the stack of a thread in somebody's server */
	if ((data = calloc(1, sizeof(*data))) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	made = crypt_rn(password->bytes, setting, data, (int)sizeof(*data));
	if (made == NULL) {
		rc = errno == ENOMEM ? PASPW_ERR_MEMORY : PASPW_ERR_CRYPTO;
		error_errno(e, rc, errno, "crypt");
		goto out;
	}
	if (setting_length(made) == 0) {
		error_set(e, rc, "crypt: no hash came back");
		goto out;
	}
	memcpy(hash, made, strlen(made) + 1);
	rc = PASPW_OK;
out:
	secret_wipe_bytes(data, sizeof(*data));
	free(data);
	return rc;
}

bool
hash_equal(const char *computed, const char *stored)
{
	size_t length = strnlen(computed, HASH_MAX);

	if (setting_length(computed) == 0 || setting_length(stored) == 0 ||
	    strlen(stored) != length)
		return false;
	return secret_equal(computed, stored, length);
}

const char *
hash_method(const char *hash, unsigned *cost)
{
	const struct method *m = method_find(hash);

	*cost = 0;
	if (m == NULL || setting_length(hash) == 0)
		return "";
	*cost = m->cost(hash + strlen(m->prefix));
	return m->name;
}

bool
hash_weaker(const char *hash, const struct policy *p)
{
	const struct method *m = method_find(hash);

	if (m == NULL || setting_length(hash) == 0)
		return false;
	/* either of the two of the policy is as good at the same cost */
	return (m->cost != yescrypt_cost && m->cost != scrypt_cost) ||
	    m->cost(hash + strlen(m->prefix)) < (unsigned)p->hash_cost;
}

uint64_t
hash_memory(const struct policy *p)
{
	/* 128 bytes times r times N; both methods have r = 32 from cost 3 */
	return (uint64_t)BLOCK_BYTES * BLOCK_LARGE <<
	    (p->hash_cost + SHIFT_LARGE);
}
