/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "audit/audit.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* The fixed list of event names; clause ids as in the signed plans. */
const struct audit_kind_row audit_kinds[AUDIT_KINDS] = {
	[AUDIT_ISSUE] = { "issue", LOG_INFO, "M01 S05 S07" },
	[AUDIT_RESET] = { "reset", LOG_INFO, "S09" },
	[AUDIT_CHANGE] = { "change", LOG_INFO, "M02 M05" },
	[AUDIT_CHANGE_REFUSED] = { "change_refused", LOG_INFO, "M04 M06" },
	[AUDIT_ADOPT] = { "adopt", LOG_INFO, "S07" },
	[AUDIT_LOGIN] = { "login", LOG_INFO, "J10 O02" },
	[AUDIT_LOGOUT] = { "logout", LOG_INFO, "J10 O02" },
	[AUDIT_SUCCESS] = { "success", LOG_INFO, "J10 O02" },
	[AUDIT_FAILURE] = { "failure", LOG_NOTICE, "J10 C11" },
	[AUDIT_LAPSED] = { "lapsed", LOG_NOTICE, "M07" },
	[AUDIT_LOCK] = { "lock", LOG_NOTICE, "M07 S11" },
	[AUDIT_LOCK_EXPIRED] = { "lock_expired", LOG_NOTICE, "M07" },
	[AUDIT_REFUSED_LOCKED] = { "refused_locked", LOG_NOTICE, "M07" },
	[AUDIT_ADMIN_LOCK] = { "admin_lock", LOG_NOTICE, "S07 C23" },
	[AUDIT_UNLOCK] = { "unlock", LOG_NOTICE, "S07 C23" },
	[AUDIT_EXPIRE] = { "expire", LOG_INFO, "M10 C23" },
	[AUDIT_EXPIRED] = { "expired", LOG_INFO, "M05" },
	[AUDIT_IMPORT] = { "import", LOG_INFO, "S05 S07" },
	[AUDIT_CLOSE] = { "close", LOG_NOTICE, "M21 S05" },
	[AUDIT_REHASH] = { "rehash", LOG_INFO, "S24" },
	[AUDIT_REOPEN] = { "reopen", LOG_NOTICE, "M21 S05" },
	[AUDIT_TERMS] = { "terms", LOG_INFO, "S05 S06" },
	[AUDIT_UNKNOWN] = { "unknown", LOG_NOTICE, "J10 C11" },
	[AUDIT_POLICY] = { "policy_change", LOG_NOTICE, "S28" },
	[AUDIT_RETENTION] = { "retention", LOG_NOTICE, "J13" },
};

/* ---- JSON: a member is appended whole or not at all ---- */

/* Bytes that would break the line, the string or the terminal of whoever
 * reads the trail are escaped; bytes above 0x7f pass if they are UTF-8, which
 * paspw_set has checked. */
static size_t
escape(char c, char *to)
{
	unsigned char u = (unsigned char)c;

	if (c == '"' || c == '\\') {
		to[0] = '\\';
		to[1] = c;
		return 2;
	}
	if (u < 0x20 || u == 0x7f)
		return (size_t)sprintf(to, "\\u%04x", u);
	to[0] = c;
	return 1;
}

#define ESCAPED_MAX 6
#define MEMBER_MAX (AUDIT_TEXT_MAX * ESCAPED_MAX + 64)

static void
append(char *json, size_t size, const char *name, const char *value)
{
	size_t used = strlen(json), at = strlen(name) + 6;

	/* , "name": VALUE and the brace that closes */
	if (used + at + strlen(value) + 2 > size)
		return;
	sprintf(json + used - 1, "%s\"%s\": %s}", used > 2 ? ", " : "", name,
	    value);
}

static void
append_text(char *json, size_t size, const char *name, const char *text)
{
	char value[MEMBER_MAX];
	size_t used = 0;

	if (text[0] == '\0')
		return;
	value[used++] = '"';
	for (; *text != '\0' && used + ESCAPED_MAX + 2 < sizeof(value); text++)
		used += escape(*text, value + used);
	if (*text != '\0')
		return;
	value[used++] = '"';
	value[used] = '\0';
	append(json, size, name, value);
}

static void
append_number(char *json, size_t size, const char *name, int64_t number)
{
	char value[32];

	snprintf(value, sizeof(value), "%lld", (long long)number);
	append(json, size, name, value);
}

/* What a kind has to say beyond the columns. */
static void
append_facts(struct audit_event *event, enum audit_kind kind,
    const struct policy *p, const struct account *a)
{
	char *json = event->data;
	size_t size = sizeof(event->data);

	switch (kind) {
	case AUDIT_FAILURE:
	case AUDIT_LAPSED:
	case AUDIT_LOCK:
		append_number(json, size, "failures", a->failed.count);
		break;
	case AUDIT_REFUSED_LOCKED:
		append_number(json, size, "count", a->refused_while_locked);
		append_number(json, size, "first", a->refused_first_at);
		append_number(json, size, "last", a->refused_last_at);
		break;
	case AUDIT_IMPORT:
		append_text(json, size, "lock",
		    account_lock_name(a->lock_reason));
		/* fall through */
	case AUDIT_ISSUE:
		append_text(json, size, "owner", a->owner);
		append_text(json, size, "account_kind",
		    account_kind_name(a->kind));
		break;
	case AUDIT_EXPIRED:
		append_text(json, size, "cause",
		    account_over_cause(p, a, event->at));
		break;
	default:
		break;
	}
}

void
audit_note(struct audit_event *event, const char *name, const char *text)
{
	append_text(event->data, sizeof(event->data), name, text);
}

void
audit_note_number(struct audit_event *event, const char *name,
    int64_t number)
{
	append_number(event->data, sizeof(event->data), name, number);
}

int
audit_event(struct audit_event *event, enum audit_kind kind,
    const struct policy *p, const struct account *a,
    const struct audit_origin *origin, int64_t now, struct error *e)
{
	int r;

	memset(event, 0, sizeof(*event));
	if ((r = hash_random(event->id, sizeof(event->id), e)) != PASPW_OK)
		return r;
	event->at = now;
	memcpy(event->realm, p->realm, sizeof(event->realm));
	strcpy(event->kind, audit_kinds[kind].name);
	memcpy(event->actor, origin->actor, sizeof(event->actor));
	memcpy(event->reason, origin->reason, sizeof(event->reason));
	memcpy(event->ticket, origin->ticket, sizeof(event->ticket));
	if (a != NULL)
		memcpy(event->subject, a->id, sizeof(event->subject));
	strcpy(event->data, "{}");
	append_text(event->data, sizeof(event->data), "service",
	    origin->service);
	append_text(event->data, sizeof(event->data), "rhost", origin->rhost);
	append_text(event->data, sizeof(event->data), "tty", origin->tty);
	if (a != NULL)
		append_facts(event, kind, p, a);
	return PASPW_OK;
}
