/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* paspw-tick: what has to be done each minute, for every realm: seal its
 * trail, move finished months into archives, remove those whose time is over.
 * Run by a timer; twice at once is as good as once. */

#include "paspw.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAME "paspw-tick"
#define REALMS_MAX 64		/* as in a configuration */
#define WORD_MAX 64

/* As the exit codes of paspw. */
enum { DONE = 0, USAGE = 2, FAILED_CONFIG = 5, FAILED = 6 };

struct realms {
	size_t count;
	char names[REALMS_MAX][WORD_MAX];
};

/* A realm that has no store yet has nothing to seal. */
static bool
has_store(const char *location)
{
	const char *path = strchr(location, ':');

	return path != NULL && access(path + 1, F_OK) == 0;
}

static int
add_realm(const struct paspw_setting *setting, void *arg)
{
	struct realms *realms = arg;

	if (strcmp(setting->name, "store") == 0 &&
	    realms->count < REALMS_MAX && has_store(setting->value))
		snprintf(realms->names[realms->count++], WORD_MAX, "%s",
		    setting->realm);
	return 0;
}

/* Somebody else is at it: he does it, or the next minute comes. */
static bool
failed(struct paspw *h, const char *realm, int err)
{
	if (err == PASPW_OK || err == PASPW_ERR_BUSY)
		return false;
	fprintf(stderr, NAME ": realm %s: %s: %s\n", realm,
	    paspw_strerror(err), paspw_detail(h));
	return true;
}

/* One realm that fails must not keep another from being sealed. */
static int
tick(struct paspw *h)
{
	struct realms realms = { .count = 0 };
	int code = DONE;

	if (failed(h, "*", paspw_setting_each(h, add_realm, &realms)))
		return FAILED;
	for (size_t i = 0; i < realms.count; i++) {
		const char *realm = realms.names[i];

		if (failed(h, realm, paspw_set(h, PASPW_REALM, realm)) ||
		    failed(h, realm, paspw_audit_seal_empty(h)) ||
		    failed(h, realm, paspw_audit_archive(h, NULL, NULL)))
			code = FAILED;
	}
	return code;
}

int
main(int argc, char **argv)
{
	static const struct rlimit no_core = { 0, 0 };
	struct paspw *h = NULL;
	const char *config = NULL;
	int code;

	if (argc == 3 && strcmp(argv[1], "--config") == 0)
		config = argv[2];
	else if (argc != 1) {
		fputs("usage: " NAME " [--config FILE]\n", stderr);
		return USAGE;
	}
	(void)setrlimit(RLIMIT_CORE, &no_core);	/* would hold a key */
	/* A broken edit of the configuration must not stop the seals. */
	if (paspw_open(&h, config, PASPW_LOGIN) != PASPW_OK ||
	    paspw_set(h, PASPW_SERVICE, NAME) != PASPW_OK) {
		fprintf(stderr, NAME ": %s\n", paspw_detail(h));
		code = FAILED_CONFIG;
	} else
		code = tick(h);
	paspw_close(&h);
	return code;
}
