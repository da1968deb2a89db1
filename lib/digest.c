/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "digest.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>

#define LIBRARY "libcrypto.so.3"

static struct {
	const EVP_MD *sha256;		/* NULL: not there */
	__typeof__(&EVP_Digest) digest;
	__typeof__(&HMAC) hmac;
	char why[256];
} library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Never unloaded: OpenSSL leaves an exit handler behind. */
static void
load(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	EVP_MD *(*fetch)(OSSL_LIB_CTX *, const char *, const char *) = NULL;

	if (handle != NULL) {
		*(void **)&library.digest = dlsym(handle, "EVP_Digest");
		*(void **)&library.hmac = dlsym(handle, "HMAC");
		*(void **)&fetch = dlsym(handle, "EVP_MD_fetch");
	}
	if (library.digest != NULL && library.hmac != NULL && fetch != NULL)
		library.sha256 = fetch(NULL, "SHA256", NULL);
	if (library.sha256 == NULL) {
		const char *why = dlerror();

		snprintf(library.why, sizeof(library.why), "%s",
		    why != NULL ? why : LIBRARY " has no SHA-256");
	}
}

static int
ready(struct error *e)
{
	(void)pthread_once(&once, load);
	if (library.sha256 == NULL)
		return error_set(e, PASPW_ERR_CRYPTO, "%s", library.why);
	return PASPW_OK;
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
