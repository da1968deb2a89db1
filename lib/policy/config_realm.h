/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* config_realm: what the files say of each realm, and the policies that come
 * of it. */
#ifndef CONFIG_REALM_H
#define CONFIG_REALM_H

#include "policy/config_file.h"

/* A realm as it is being read, then as it is. */
struct config_draft {
	char name[CONFIG_NAME_MAX + 1];
	struct config_origin where;	/* its [section] */
	bool faulty;			/* some line of it was refused */
	struct policy given;		/* what the files say ... */
	struct config_origin given_at[POLICY_SETTINGS];	/* ... "" if not */
	int state;			/* of resolving `extends` */
	struct policy policy;
	struct config_origin origins[POLICY_SETTINGS];
};

struct config_drafts {
	size_t count;
	struct config_draft *list;	/* moves when one is added */
};

/* The realm of this name, made if it is new; *index is valid for ever. */
PASPW_MUST_USE int config_draft_find(struct config_drafts *drafts,
    const char *name, const char *where, size_t *index, struct error *e);
/* Give a setting; a later file may give it again. e: the reason only. */
PASPW_MUST_USE int config_draft_give(struct config_draft *draft,
    const struct policy_setting *setting, const char *text, const char *where,
    struct error *e);
/* Every realm into c; the faults are added to e. state: directory of the
 * stores of the built-in realms. */
PASPW_MUST_USE int config_drafts_finish(struct config_drafts *drafts,
    const char *state, struct config *c, struct error *e);
/* Does every realm say all that a policy holds? */
PASPW_MUST_USE bool config_drafts_complete(const struct config_drafts *d);
void config_drafts_free(struct config_drafts *drafts);

#endif
