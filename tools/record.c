/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* record: an account as one JSON object. One table writes it and reads it. */

#include "command.h"

#include <string.h>

enum type { TEXT, TIME, COUNT, FLAG, TEXTS, TIMES };

/* derived: written for those who read, but not read back */
static const struct member {
	const char *name;
	enum type type;
	size_t offset;
	bool derived;
} members[] = {
#define MEMBER(type, name) \
	{ #name, type, offsetof(struct paspw_record, name), false }
#define DERIVED(type, name) \
	{ #name, type, offsetof(struct paspw_record, name), true }
	MEMBER(TEXT, account),
	MEMBER(TEXT, realm),
	DERIVED(TEXT, state),
	MEMBER(TEXT, id),
	MEMBER(TEXT, kind),
	MEMBER(TEXT, owner),
	MEMBER(TEXT, ticket),
	MEMBER(TEXT, credentials),
	MEMBER(TIME, created_at),
	MEMBER(TIME, valid_from),
	MEMBER(TIME, valid_until),
	MEMBER(TIME, closed_at),
	MEMBER(TEXT, hash),
	DERIVED(TEXT, hash_method),
	DERIVED(COUNT, hash_cost),
	MEMBER(TIME, changed_at),
	DERIVED(TIME, expires_at),
	MEMBER(FLAG, must_change),
	MEMBER(TIME, temporary_until),
	MEMBER(TIME, expired_seen_at),
	MEMBER(TEXT, history_setting),
	MEMBER(TEXTS, history),
	MEMBER(TIMES, failed_at),
	DERIVED(COUNT, pending),
	MEMBER(TIME, last_failure_at),
	MEMBER(TIME, last_success_at),
	MEMBER(COUNT, failures_since_success),
	MEMBER(COUNT, otp_failures),
	MEMBER(TIME, locked_at),
	DERIVED(TIME, locked_until),
	MEMBER(TEXT, lock_reason),
	MEMBER(COUNT, refused_while_locked),
	MEMBER(TIME, refused_first_at),
	MEMBER(TIME, refused_last_at),
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

/* ---- Writing ---- */

static json_t *
texts(const struct paspw_record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->history_count; i++)
		if (json_array_append_new(list,
		    output_string(r->history[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
times(const struct paspw_record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->failed_count; i++)
		if (json_array_append_new(list,
		    output_time(r->failed_at[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
value_of(const struct paspw_record *r, const struct member *m)
{
	const void *field = (const char *)r + m->offset;

	switch (m->type) {
	case TEXT:
		return output_string(*(const char *const *)field);
	case TIME:
		return output_time(*(const int64_t *)field);
	case COUNT:
		return json_integer(*(const int64_t *)field);
	case FLAG:
		return json_boolean(*(const bool *)field);
	case TEXTS:
		return texts(r);
	case TIMES:
		return times(r);
	}
	return NULL;
}

json_t *
record_object(const struct paspw_record *record)
{
	json_t *object = json_object();

	for (size_t i = 0; i < MEMBERS; i++)
		if (json_object_set_new(object, members[i].name,
		    value_of(record, &members[i])) != 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

/* ---- Reading ---- */

static bool
read_time(const json_t *value, int64_t *when)
{
	*when = 0;
	return json_is_null(value) || (json_is_string(value) &&
	    when_parse(json_string_value(value), false, when));
}

static bool
read_texts(const json_t *list, struct record *r)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > PASPW_RECORD_HISTORY_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((r->history[i] = json_string_value(json_array_get(list,
		    i))) == NULL)
			return false;
	r->fields.history = r->history;
	r->fields.history_count = n;
	return true;
}

static bool
read_times(const json_t *list, struct record *r)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > PASPW_RECORD_FAILURES_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!read_time(json_array_get(list, i), &r->failed_at[i]))
			return false;
	r->fields.failed_at = r->failed_at;
	r->fields.failed_count = n;
	return true;
}

static bool
read_member(const json_t *value, const struct member *m, struct record *r)
{
	void *field = (char *)&r->fields + m->offset;

	switch (m->type) {
	case TEXT:
		*(const char **)field = json_string_value(value);
		return json_is_string(value) || json_is_null(value);
	case TIME:
		return read_time(value, field);
	case COUNT:
		*(int64_t *)field = json_integer_value(value);
		return json_is_integer(value);
	case FLAG:
		*(bool *)field = json_is_true(value);
		return json_is_boolean(value);
	case TEXTS:
		return read_texts(value, r);
	case TIMES:
		return read_times(value, r);
	}
	return false;
}

static const struct member *
member_find(const char *name)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

const char *
record_read(json_t *object, struct record *record)
{
	const struct member *m;
	const char *name;
	json_t *value;

	memset(record, 0, sizeof(*record));
	if (!json_is_object(object))
		return "not a JSON object";
	/* What we do not know we would lose. */
	json_object_foreach(object, name, value) {
		if ((m = member_find(name)) == NULL)
			return "a key that no account has";
		if (!m->derived && !read_member(value, m, record))
			return "a value that no account has";
	}
	name = record->fields.account;
	return name != NULL && name[0] != '\0' ? NULL :
	    "no account is named";
}
