/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "trail/policy_trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "trail/proof.h"

#define NOTE "policy"
#define LINE_MAX_BYTES (POLICY_TEXT_MAX + 64)
#define TEXT_MAX ((size_t)POLICY_SETTINGS * LINE_MAX_BYTES)

struct texts {
	char before[TEXT_MAX];
	char now[TEXT_MAX];
};

/* Every setting, a line each. */
static void
write_policy(const struct policy *p, char *text)
{
	char value[POLICY_TEXT_MAX];
	size_t used = 0;

	for (const struct policy_setting *s = policy_settings; s->name; s++) {
		policy_get(p, s, value, sizeof(value));
		used += (size_t)snprintf(text + used, TEXT_MAX - used,
		    "%s = %s\n", s->name, value);
	}
}

/* The value of a setting in such a text; "" if it is not there: the setting
 * is newer than the text. */
static void
value_in(const char *text, const char *name, char *value)
{
	size_t length = strlen(name);

	value[0] = '\0';
	for (; *text != '\0'; text += strcspn(text, "\n") + 1)
		if (strncmp(text, name, length) == 0 &&
		    strncmp(text + length, " = ", 3) == 0) {
			text += length + 3;
			snprintf(value, POLICY_TEXT_MAX, "%.*s",
			    (int)strcspn(text, "\n"), text);
			return;
		}
}

static int
note_digest(struct audit_event *event, const char *name, const char *text,
    struct error *e)
{
	unsigned char digest[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];
	int r;

	if ((r = digest_sha256(text, strlen(text), digest, e)) != PASPW_OK)
		return r;
	proof_hex(digest, sizeof(digest), hex);
	audit_note(event, name, hex);
	return PASPW_OK;
}

/* As many as there is room for; `changed` says how many there are. */
static void
note_settings(struct audit_event *event, const struct texts *t)
{
	char old[POLICY_TEXT_MAX], new[POLICY_TEXT_MAX];
	char both[2 * POLICY_TEXT_MAX + 8];
	int64_t changed = 0;

	for (int round = 0; round < 2; round++) {
		for (const struct policy_setting *s = policy_settings;
		    s->name; s++) {
			value_in(t->before, s->name, old);
			value_in(t->now, s->name, new);
			if (strcmp(old, new) == 0)
				continue;
			changed++;
			snprintf(both, sizeof(both), "%s -> %s", old, new);
			if (round > 0)
				audit_note(event, s->name, both);
		}
		if (round == 0)
			audit_note_number(event, "changed", changed);
	}
}

static int
record(const struct policy *p, struct store *store,
    const struct audit_origin *origin, int64_t now, const struct texts *t,
    struct error *e)
{
	struct audit_event event;
	struct store_change change = {
		.note = { NOTE, t->before, t->now }, .events = &event,
		.durable = true
	};
	int r;

	/* There is nothing to compare the first one with. */
	if (t->before[0] != '\0') {
		if ((r = audit_event(&event, AUDIT_POLICY, p, NULL, origin,
		    now, e)) != PASPW_OK ||
		    (r = note_digest(&event, "before", t->before, e)) !=
		    PASPW_OK ||
		    (r = note_digest(&event, "after", t->now, e)) !=
		    PASPW_OK)
			return r;
		note_settings(&event, t);
		change.event_count = 1;
	}
	switch (store->ops->save(store, &change, e)) {
	case STORE_OK:
	case STORE_CONFLICT:	/* somebody else saw it at the same time */
	case STORE_UNSURE:	/* the next one looks again */
		return PASPW_OK;
	default:
		return e->code;
	}
}

int
policy_trail(const struct policy *p, struct store *store,
    const struct audit_origin *origin, int64_t now, struct error *e)
{
	struct texts *t = malloc(sizeof(*t));
	int r = PASPW_OK;

	if (t == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	write_policy(p, t->now);
	if (store->ops->note(store, NOTE, t->before, sizeof(t->before), e) !=
	    STORE_OK)
		r = e->code;
	else if (strcmp(t->before, t->now) != 0)
		r = record(p, store, origin, now, t, e);
	free(t);
	return r;
}
