/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "store/store.h"

#include <endian.h>
#include <string.h>

#include "store/store_column.h"

#define COLUMN(struct_, type, name, field) \
	{ name, type, offsetof(struct struct_, field), \
	    sizeof(((struct struct_ *)0)->field) }
#define ACCOUNT(type, field) COLUMN(account, type, #field, field)
#define EVENT(type, field) COLUMN(audit_event, type, #field, field)
#define SEAL(type, field) COLUMN(audit_seal, type, #field, field)

const struct store_column store_account_columns[] = {
	ACCOUNT(COLUMN_TEXT, name),
	ACCOUNT(COLUMN_BYTES, id),
	ACCOUNT(COLUMN_INT64, version),
	ACCOUNT(COLUMN_INT, kind),
	ACCOUNT(COLUMN_TEXT, owner),
	ACCOUNT(COLUMN_TEXT, ticket),
	ACCOUNT(COLUMN_INT64, created_at),
	ACCOUNT(COLUMN_INT64, valid_from),
	ACCOUNT(COLUMN_INT64, valid_until),
	ACCOUNT(COLUMN_INT64, closed_at),
	ACCOUNT(COLUMN_INT, credentials),
	ACCOUNT(COLUMN_TEXT, hash),
	ACCOUNT(COLUMN_INT64, changed_at),
	ACCOUNT(COLUMN_BOOL, must_change),
	ACCOUNT(COLUMN_INT64, temporary_until),
	ACCOUNT(COLUMN_INT64, expired_seen_at),
	ACCOUNT(COLUMN_TEXT, history_setting),
	ACCOUNT(COLUMN_TEXT, announced_digest),
	ACCOUNT(COLUMN_INT64, announced_at),
	ACCOUNT(COLUMN_TRIES, pending),
	ACCOUNT(COLUMN_TRIES, failed),
	ACCOUNT(COLUMN_TRIES, settled),
	ACCOUNT(COLUMN_INT64, last_failure_at),
	ACCOUNT(COLUMN_INT64, last_success_at),
	ACCOUNT(COLUMN_INT64, failures_to_tell),
	ACCOUNT(COLUMN_INT64, otp_failures),
	ACCOUNT(COLUMN_INT64, locked_at),
	ACCOUNT(COLUMN_INT, lock_reason),
	ACCOUNT(COLUMN_INT64, refused_while_locked),
	ACCOUNT(COLUMN_INT64, refused_first_at),
	ACCOUNT(COLUMN_INT64, refused_last_at),
	{ NULL, COLUMN_INT, 0, 0 }
};

const struct store_column store_event_columns[] = {
	EVENT(COLUMN_BYTES, id),
	EVENT(COLUMN_INT64, at),
	EVENT(COLUMN_TEXT, realm),
	EVENT(COLUMN_TEXT, kind),
	EVENT(COLUMN_TEXT, actor),
	EVENT(COLUMN_BYTES, subject),
	COLUMN(audit_event, COLUMN_TEXT, "case", case_id),
	EVENT(COLUMN_TEXT, reason),
	EVENT(COLUMN_TEXT, ticket),
	EVENT(COLUMN_TEXT, data),
	EVENT(COLUMN_INT64, seal),
	{ NULL, COLUMN_INT, 0, 0 }
};

const struct store_column store_seal_columns[] = {
	SEAL(COLUMN_INT64, number),
	SEAL(COLUMN_INT64, at),
	SEAL(COLUMN_BYTES, root),
	SEAL(COLUMN_BYTES, mac),
	SEAL(COLUMN_BYTES, chain),
	SEAL(COLUMN_LEAVES, leaves),
	{ NULL, COLUMN_INT, 0, 0 }
};

int
store_column_count(const struct store_column *columns)
{
	int n = 0;

	while (columns[n].name != NULL)
		n++;
	return n;
}

size_t
store_pack_tries(const struct account_tries *tries, unsigned char *packed)
{
	for (int i = 0; i < tries->count; i++) {
		uint64_t id = htobe64(tries->list[i].id);
		uint64_t at = htobe64((uint64_t)tries->list[i].at);
		unsigned char *to = packed + (size_t)i * STORE_TRY_BYTES;

		memcpy(to, &id, sizeof(id));
		memcpy(to + sizeof(id), &at, sizeof(at));
	}
	return (size_t)tries->count * STORE_TRY_BYTES;
}

bool
store_unpack_tries(const unsigned char *packed, size_t bytes,
    struct account_tries *tries)
{
	if (bytes % STORE_TRY_BYTES != 0 || bytes > STORE_TRIES_BYTES)
		return false;
	tries->count = (int)(bytes / STORE_TRY_BYTES);
	for (int i = 0; i < tries->count; i++) {
		const unsigned char *from =
		    packed + (size_t)i * STORE_TRY_BYTES;
		uint64_t id, at;

		memcpy(&id, from, sizeof(id));
		memcpy(&at, from + sizeof(id), sizeof(at));
		tries->list[i].id = be64toh(id);
		tries->list[i].at = (int64_t)be64toh(at);
	}
	return true;
}

bool
store_unpack_leaves(const unsigned char *packed, size_t bytes,
    struct audit_leaves *leaves)
{
	if (bytes % sizeof(*leaves->list) != 0 ||
	    bytes > sizeof(leaves->list))
		return false;
	leaves->count = (int)(bytes / sizeof(*leaves->list));
	if (bytes > 0)
		memcpy(leaves->list, packed, bytes);
	return true;
}

static const struct store_ops *const backends[] = { &store_sqlite };
#define BACKEND_COUNT (sizeof(backends) / sizeof(backends[0]))

int
store_open(struct store **store, const char *location, bool create,
    int64_t timeout_ms, struct error *e)
{
	*store = NULL;
	for (size_t i = 0; i < BACKEND_COUNT; i++) {
		size_t length = strlen(backends[i]->scheme);

		if (strncmp(location, backends[i]->scheme, length) == 0 &&
		    location[length] == ':')
			return backends[i]->open(store, location + length + 1,
			    create, timeout_ms, e);
	}
	return error_set(e, PASPW_ERR_CONFIG,
	    "store %s: no such kind of store", location);
}

void
store_close(struct store **store)
{
	if (store != NULL && *store != NULL)
		(*store)->ops->close(store);
}
