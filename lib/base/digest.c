/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/digest.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libcrypto.so.3"

static struct {
	const EVP_MD *sha256;		/* NULL: not there */
	__typeof__(&EVP_Digest) digest;
	__typeof__(&HMAC) hmac;
	__typeof__(&EVP_MD_CTX_new) new;
	__typeof__(&EVP_MD_CTX_free) free;
	__typeof__(&EVP_DigestInit_ex) init;
	__typeof__(&EVP_DigestUpdate) update;
	__typeof__(&EVP_DigestFinal_ex) final;
	char why[256];
} library;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

/* Every function or none. */
static bool
find_functions(void *handle)
{
	const struct {
		const char *name;
		void *to;
	} functions[] = {
		{ "EVP_Digest", &library.digest },
		{ "HMAC", &library.hmac },
		{ "EVP_MD_CTX_new", &library.new },
		{ "EVP_MD_CTX_free", &library.free },
		{ "EVP_DigestInit_ex", &library.init },
		{ "EVP_DigestUpdate", &library.update },
		{ "EVP_DigestFinal_ex", &library.final },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *found = dlsym(handle, functions[i].name);

		if (found == NULL)
			return false;
		memcpy(functions[i].to, &found, sizeof(found));
	}
	return true;
}

/* Never unloaded: OpenSSL leaves an exit handler behind. */
static void
load(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	EVP_MD *(*fetch)(OSSL_LIB_CTX *, const char *, const char *) = NULL;

	if (handle != NULL && find_functions(handle)) {
		*(void **)&fetch = dlsym(handle, "EVP_MD_fetch");
		if (fetch != NULL)
			library.sha256 = fetch(NULL, "SHA256", NULL);
	}
	if (library.sha256 == NULL) {
		const char *why = dlerror();

		snprintf(library.why, sizeof(library.why), "%s",
		    why != NULL ? why : LIBRARY " has no SHA-256");
	}
}

/* Tried again after a failure: a process that had no descriptor or memory once
 * has some later. */
static int
ready(struct error *e)
{
	int r = PASPW_OK;

	pthread_mutex_lock(&loading);
	if (library.sha256 == NULL)
		load();
	if (library.sha256 == NULL)
		r = error_set(e, PASPW_ERR_CRYPTO, "%s", library.why);
	pthread_mutex_unlock(&loading);
	return r;
}

int
digest_sha256(const void *bytes, size_t size, unsigned char *digest,
    struct error *e)
{
	int r;

	if ((r = ready(e)) != PASPW_OK)
		return r;
	if (library.digest(bytes, size, digest, NULL, library.sha256,
	    NULL) != 1)
		return error_set(e, PASPW_ERR_CRYPTO, "SHA-256 failed");
	return PASPW_OK;
}

/* libcrypto's own object, under a name of ours. */
static EVP_MD_CTX *
context(struct digest_sum *sum)
{
	return (EVP_MD_CTX *)sum;
}

int
digest_begin(struct digest_sum **sum, struct error *e)
{
	EVP_MD_CTX *made;
	int r;

	*sum = NULL;
	if ((r = ready(e)) != PASPW_OK)
		return r;
	if ((made = library.new()) == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	*sum = (struct digest_sum *)made;
	if (library.init(made, library.sha256, NULL) != 1)
		return error_set(e, PASPW_ERR_CRYPTO, "SHA-256 failed");
	return PASPW_OK;
}

int
digest_add(struct digest_sum *sum, const void *bytes, size_t size,
    struct error *e)
{
	if (library.update(context(sum), bytes, size) != 1)
		return error_set(e, PASPW_ERR_CRYPTO, "SHA-256 failed");
	return PASPW_OK;
}

int
digest_end(struct digest_sum **sum, unsigned char *digest, struct error *e)
{
	int r = PASPW_OK;

	if (*sum == NULL)
		return PASPW_OK;
	if (digest != NULL && library.final(context(*sum), digest, NULL) != 1)
		r = error_set(e, PASPW_ERR_CRYPTO, "SHA-256 failed");
	library.free(context(*sum));
	*sum = NULL;
	return r;
}

int
digest_hmac(const unsigned char *key, const void *bytes, size_t size,
    unsigned char *mac, struct error *e)
{
	int r;

	if ((r = ready(e)) != PASPW_OK)
		return r;
	if (library.hmac(library.sha256, key, DIGEST_BYTES, bytes, size, mac,
	    NULL) == NULL)
		return error_set(e, PASPW_ERR_CRYPTO, "HMAC-SHA-256 failed");
	return PASPW_OK;
}
