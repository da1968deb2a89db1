/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent/policy.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/memory.h"
#include "handle.h"
#include "policy/config_path.h"

/* Hashes may take this part of what memory there is: a burst of logins must
 * not push out what the host is for. Of 1 GB that is three at cost 7 (67 MB).
 */
#define MEMORY_PART 4
#define FLAGS (PASPW_LOGIN | PASPW_DIRECT)
#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* ---- Did the files change? ---- */

static uint64_t
mix(uint64_t stamp, const void *bytes, size_t size)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < size; i++)
		stamp = (stamp ^ b[i]) * FNV_PRIME;
	return stamp;
}

static uint64_t
mix_file(uint64_t stamp, const char *path)
{
	struct stat st;

	stamp = mix(stamp, path, strlen(path) + 1);
	if (stat(path, &st) == -1)
		return mix(stamp, "", 1);
	stamp = mix(stamp, &st.st_ino, sizeof(st.st_ino));
	stamp = mix(stamp, &st.st_size, sizeof(st.st_size));
	stamp = mix(stamp, &st.st_uid, sizeof(st.st_uid));
	stamp = mix(stamp, &st.st_mode, sizeof(st.st_mode));
	stamp = mix(stamp, &st.st_ctim.tv_sec, sizeof(st.st_ctim.tv_sec));
	return mix(stamp, &st.st_ctim.tv_nsec, sizeof(st.st_ctim.tv_nsec));
}

static uint64_t
stamp_of(const char *config)
{
	struct config_paths paths = { 0 };
	uint64_t stamp = FNV_OFFSET;
	struct error e;

	if (config_paths_find(&paths, &config_places, config, &e) != PASPW_OK)
		stamp = mix(stamp, e.text, strlen(e.text));
	for (size_t i = 0; i < paths.count; i++)
		stamp = mix_file(stamp, paths.list[i]);
	config_paths_free(&paths);
	return stamp;
}

/* ---- How many hashes at once ---- */

static unsigned
cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == -1)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

/* The strictest realm decides: all of them share the machine. */
static unsigned
hashes_at_once(const struct config *c)
{
	uint64_t hash = 1, fit;
	unsigned most = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct policy *p = &c->realms[i];

		if (hash_memory(p) > hash)
			hash = hash_memory(p);
		if (p->hashes_at_once > 0 &&
		    (most == 0 || (unsigned)p->hashes_at_once < most))
			most = (unsigned)p->hashes_at_once;
	}
	if (most == 0) {
		fit = memory_limit() / MEMORY_PART / hash;
		most = fit < cores() ? (unsigned)fit : cores();
	}
	if (most > AGENT_WORKERS_MAX)
		most = AGENT_WORKERS_MAX;
	return most > 0 ? most : 1;
}

/* ---- Open, renew, close ---- */

static void
close_all(struct agent_policy *p)
{
	for (unsigned i = 0; i < AGENT_WORKERS_MAX; i++)
		paspw_close(&p->handles[i]);
	for (unsigned i = 0; i < AGENT_LOOKERS; i++)
		paspw_close(&p->lookers[i]);
	paspw_close(&p->loop);
	free(p);
}

void
agent_policy_put(struct agent_policy **policy)
{
	struct agent_policy *p = *policy;

	*policy = NULL;
	if (p != NULL && --p->references == 0)
		close_all(p);
}

static struct paspw *
twin_of(struct agent_policy *policy, struct paspw **h)
{
	if (*h == NULL && handle_twin(policy->loop, FLAGS, h) != PASPW_OK)
		paspw_close(h);
	return *h;
}

struct paspw *
agent_policy_handle(struct agent_policy *policy, unsigned worker)
{
	return twin_of(policy, &policy->handles[worker]);
}

struct paspw *
agent_policy_looker(struct agent_policy *policy, unsigned looker)
{
	return twin_of(policy, &policy->lookers[looker]);
}

int
agent_policy_open(struct agent_policy **policy, const char *config)
{
	struct agent_policy *p;
	int err;

	*policy = NULL;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return PASPW_ERR_MEMORY;
	p->references = 1;
	/* Before they are read: what changes meanwhile is read again. */
	p->stamp = stamp_of(config);
	if ((err = paspw_open(&p->loop, config, FLAGS | PASPW_NO_WAIT)) !=
	    PASPW_OK) {
		syslog(LOG_AUTHPRIV | LOG_CRIT, "paspwd: %s",
		    paspw_detail(p->loop));
		close_all(p);
		return err;
	}
	p->workers = hashes_at_once(&p->loop->config);
	*policy = p;
	return PASPW_OK;
}

static bool
is_broken(const char *config)
{
	struct paspw *h = NULL;
	bool broken = paspw_open(&h, config, 0) != PASPW_OK;

	if (broken)
		syslog(LOG_AUTHPRIV | LOG_CRIT, "paspwd: the configuration is "
		    "broken, the last good policy stays in force: %s",
		    paspw_detail(h));
	paspw_close(&h);
	return broken;
}

void
agent_policy_renew(struct agent_policy **policy, const char *config,
    bool always)
{
	uint64_t stamp = stamp_of(config);
	struct agent_policy *p = NULL;

	if (stamp == (*policy)->stamp && !always)
		return;
	(*policy)->stamp = stamp;
	if (is_broken(config)) {
		(*policy)->loop->config.last_good = true;
		return;
	}
	if (agent_policy_open(&p, config) != PASPW_OK)
		return;
	agent_policy_put(policy);
	*policy = p;
	syslog(LOG_AUTHPRIV | LOG_INFO, "paspwd: policy read again, "
	    "%u hashes at once", p->workers);
}
