/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "stack/way.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <security/_pam_types.h>

#include "stack/class.h"

/* Levels of substacks that are judged; more were never seen in use. */
#define LEVELS 4
/* Debian's own stacks have up to 100 states, layered ones up to 300: authsucc
 * walks them at a login. More are refused. */
#define STATES_MAX 4096
#define STATES_FIRST 256

enum impression { UNDEFINED = 0, POSITIVE, NEGATIVE };
enum status { FAILED = 0, SUCCEEDED, NEW_PASSWORD };
enum ours {
	NOT_ASKED = 0, RESERVED, SAID_YES, SAID_NO, COUNTED, CANNOT_SAY
};

/* What libpam remembers of a walk. */
struct sum {
	unsigned char impression, status;
};

/* Where a walk is, and all that matters of how it came there. Compared as
 * bytes, so without padding: no copy keeps that. */
struct state {
	unsigned short at;		/* next rule */
	unsigned char previous_level;
	struct sum sum;
	struct sum entry[LEVELS];	/* on entering each substack */
	unsigned char ours;
	unsigned char asked;		/* somebody who can say who it is */
	unsigned char proved;		/* he said it */
	unsigned char refused;		/* somebody said: wrong password */
	unsigned char chosen;
	unsigned char judged;		/* of password: ours, when stored */
	unsigned char stored;
	unsigned char second;		/* without use_authtok */
	unsigned char even;		/* always 0, at the end */
};
_Static_assert(sizeof(struct state) == offsetof(struct state, even) + 1,
    "a state has no padding");

struct node {
	struct state state;
	size_t from;			/* node; itself: the first */
	size_t blame;			/* rule that let in, or refused */
};

struct walk {
	const struct pam_stack *stack;
	enum pam_type type;
	pam_way_missing_fn *missing;
	void *arg;
	struct node *nodes;
	size_t count, size;
	struct pam_way *ways;
	bool tangled;
};

/* ---- States ---- */

static void
reach(struct walk *w, const struct state *state, size_t from, size_t blame)
{
	struct node *more;

	for (size_t i = 0; i < w->count; i++)
		if (memcmp(&w->nodes[i].state, state, sizeof(*state)) == 0)
			return;
	if (w->count == w->size) {
		w->size = w->size == 0 ? STATES_FIRST : w->size * 2;
		if (w->count >= STATES_MAX || (more = realloc(w->nodes,
		    w->size * sizeof(*more))) == NULL) {
			w->tangled = true;
			return;
		}
		w->nodes = more;
	}
	w->nodes[w->count].state = *state;
	w->nodes[w->count].from = from;
	w->nodes[w->count++].blame = blame;
}

static void
found(struct walk *w, enum pam_way_kind kind, const struct state *s,
    size_t blame)
{
	struct pam_way *way = &w->ways[kind];

	/* one for anybody says more than one for a chosen few */
	if (way->found && (!way->chosen || s->chosen != 0))
		return;
	way->found = true;
	way->at = blame;
	way->chosen = s->chosen != 0;
}

/* ---- libpam's part: what follows a result ---- */

static const struct pam_rule *
rule_at(const struct walk *w, size_t i)
{
	return i < w->stack->count ? &w->stack->rules[i] : NULL;
}

/* The next rule of this type from i on; count at the end. */
static size_t
next_rule(const struct walk *w, size_t i)
{
	while (i < w->stack->count && w->stack->rules[i].type != w->type)
		i++;
	return i;
}

static unsigned
level_at(const struct walk *w, size_t i)
{
	const struct pam_rule *r = rule_at(w, i);

	return r != NULL ? r->level : 0;
}

/* Skip the rest of a substack, or of the whole. */
static size_t
leave_level(const struct walk *w, size_t i, unsigned level)
{
	while (i < w->stack->count && level_at(w, i) >= level)
		i = next_rule(w, i + 1);
	return i;
}

/* Skip n; what is deeper belongs to the one before it. False: there are not
 * so many. */
static bool
jump(const struct walk *w, size_t *i, unsigned level, int n)
{
	for (; n > 0; n--) {
		if (rule_at(w, *i) == NULL || level_at(w, *i) < level)
			return false;
		do
			*i = next_rule(w, *i + 1);
		while (rule_at(w, *i) != NULL && level_at(w, *i) > level);
	}
	return true;
}

static unsigned char
status_of(int result)
{
	return result == PAM_SUCCESS ? SUCCEEDED :
	    result == PAM_NEW_AUTHTOK_REQD ? NEW_PASSWORD : FAILED;
}

static void
agree(struct sum *sum, int result)
{
	if (sum->impression == UNDEFINED ||
	    (sum->impression == POSITIVE && sum->status == SUCCEEDED)) {
		sum->impression = POSITIVE;
		sum->status = status_of(result);
	}
}

static void
disagree(struct sum *sum, int result)
{
	if (sum->impression == NEGATIVE)
		return;
	sum->impression = NEGATIVE;
	sum->status = status_of(result);
}

/* `s` stands at rule r, which answered `result`: go on to the next. */
static void
dispatch(const struct walk *w, struct state *s, const struct pam_rule *r,
    int result)
{
	int action = r->actions[result];
	size_t next = next_rule(w, (size_t)s->at + 1);

	s->previous_level = (unsigned char)r->level;
	if (action == PAM_ACTION_OK || action == PAM_ACTION_DONE) {
		agree(&s->sum, result);
		if (action == PAM_ACTION_DONE && s->sum.impression == POSITIVE)
			next = leave_level(w, next, r->level);
	} else if (action == PAM_ACTION_BAD || action == PAM_ACTION_DIE) {
		disagree(&s->sum, result);
		if (action == PAM_ACTION_DIE)
			next = leave_level(w, next, r->level);
	} else if (action == PAM_ACTION_RESET) {
		s->sum = s->entry[r->level];
	} else if (action > 0 && !jump(w, &next, r->level, action)) {
		s->sum.impression = NEGATIVE;
		s->sum.status = FAILED;
	}
	s->at = (unsigned short)next;
}

/* ---- Our part: what an answer means ---- */

/* What each class may answer. PAM_INCOMPLETE: the end of the list. */
#define END PAM_INCOMPLETE
static const int any_results[] = { PAM_SUCCESS, PAM_IGNORE, PAM_AUTH_ERR,
    PAM_USER_UNKNOWN, PAM_AUTHINFO_UNAVAIL, PAM_NEW_AUTHTOK_REQD,
    PAM_PERM_DENIED, PAM_ACCT_EXPIRED, PAM_CRED_INSUFFICIENT, END };
static const int unix_results[] = { PAM_SUCCESS, PAM_AUTH_ERR,
    PAM_USER_UNKNOWN, PAM_AUTHINFO_UNAVAIL, PAM_NEW_AUTHTOK_REQD,
    PAM_PERM_DENIED, PAM_ACCT_EXPIRED, END };
static const int gate_results[] = { PAM_SUCCESS, PAM_IGNORE, PAM_AUTH_ERR,
    PAM_PERM_DENIED, PAM_USER_UNKNOWN, END };
static const int yes_results[] = { PAM_SUCCESS, END };
static const int no_results[] = { PAM_AUTH_ERR, END };
static const int counter_results[] = { PAM_SUCCESS, PAM_IGNORE,
    PAM_AUTH_ERR, END };
static const int missing_results[] = { PAM_MODULE_UNKNOWN, END };
static const int preauth_results[] = { PAM_IGNORE, PAM_AUTH_ERR,
    PAM_AUTHINFO_UNAVAIL, END };
/* Of ours in each phase: pam_module/codes.c. */
static const int our_auth_results[] = { PAM_SUCCESS, PAM_AUTH_ERR,
    PAM_AUTHINFO_UNAVAIL, END };
static const int our_account_results[] = { PAM_SUCCESS, PAM_PERM_DENIED,
    PAM_ACCT_EXPIRED, PAM_NEW_AUTHTOK_REQD, PAM_USER_UNKNOWN,
    PAM_AUTHINFO_UNAVAIL, END };
static const int our_password_results[] = { PAM_SUCCESS, PAM_AUTHTOK_ERR,
    PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_LOCK_BUSY, END };
static const int our_session_results[] = { PAM_SUCCESS, PAM_SESSION_ERR,
    END };

static const int *
our_results(enum pam_type type)
{
	switch (type) {
	case PAM_TYPE_AUTH:
		return our_auth_results;
	case PAM_TYPE_ACCOUNT:
		return our_account_results;
	case PAM_TYPE_PASSWORD:
		return our_password_results;
	case PAM_TYPE_SESSION:
	case PAM_TYPES:
	default:
		return our_session_results;
	}
}

static const int *
results_of(const struct walk *w, const struct pam_rule *r,
    const struct state *s)
{
	switch (pam_module_class(r)) {
	case PAM_MODULE_WHOLE:
		return our_results(w->type);
	case PAM_MODULE_PREAUTH:
		return preauth_results;
	case PAM_MODULE_AUTHFAIL:
	case PAM_MODULE_DENY:
	case PAM_MODULE_ROOT:	/* of everybody but root */
		return no_results;
	case PAM_MODULE_AUTHSUCC:
		return s->ours == RESERVED && s->asked != 0 ?
		    our_auth_results : no_results;
	case PAM_MODULE_PERMIT:
		return yes_results;
	case PAM_MODULE_COUNTS:
		return counter_results;
	case PAM_MODULE_GATE:
	case PAM_MODULE_CHOOSES:
		return gate_results;
	case PAM_MODULE_FAILS:
		return no_results;
	case PAM_MODULE_UNIX:
		return unix_results;
	case PAM_MODULE_PROVES:
	default:
		return any_results;
	}
}

/* Ours in one line: of every type. */
static void
heed_whole(struct state *s, int result)
{
	if (result == PAM_SUCCESS || result == PAM_NEW_AUTHTOK_REQD) {
		s->ours = SAID_YES;
		s->proved = 1;
	} else if (result == PAM_AUTHINFO_UNAVAIL ||
	    result == PAM_AUTHTOK_LOCK_BUSY) {
		s->ours = CANNOT_SAY;
	} else
		s->ours = SAID_NO;
}

static void
heed_preauth(struct state *s, int result)
{
	s->ours = result == PAM_IGNORE ? RESERVED :
	    result == PAM_AUTH_ERR ? SAID_NO : CANNOT_SAY;
	s->asked = 0;
	s->proved = 0;
	s->refused = 0;
}

static void
heed_authfail(struct walk *w, struct state *s)
{
	if (s->ours == NOT_ASKED)
		found(w, PAM_WAY_LATE, s, s->at);
	if (s->ours == NOT_ASKED || s->ours == RESERVED)
		s->ours = COUNTED;
}

static void
heed_authsucc(struct walk *w, struct state *s, int result)
{
	if (s->ours != RESERVED)
		return;
	/* It refuses then, and the try goes on waiting. */
	if (s->asked == 0) {
		found(w, PAM_WAY_BLIND, s, s->at);
		return;
	}
	if (result == PAM_SUCCESS && s->refused != 0 && s->proved == 0)
		found(w, PAM_WAY_PARDONED, s, s->at);
	s->ours = result == PAM_SUCCESS ? SAID_YES :
	    result == PAM_AUTH_ERR ? SAID_NO : CANNOT_SAY;
}

/* The module of somebody else that verifies, or stores a new password. */
static void
heed_other(struct walk *w, struct state *s, const struct pam_rule *r,
    int result)
{
	if (s->ours == SAID_NO && w->type == PAM_TYPE_AUTH)
		found(w, PAM_WAY_WASTED, s, s->at);
	s->asked = 1;
	if (result == PAM_AUTH_ERR)
		s->refused = 1;
	if (result != PAM_SUCCESS)
		return;
	s->proved = 1;
	if (w->type != PAM_TYPE_PASSWORD)
		return;
	s->judged = s->stored != 0 && s->judged != SAID_YES ? s->judged :
	    s->ours;
	s->stored = 1;
	if (s->ours == SAID_YES && !pam_rule_has(r, "use_authtok"))
		s->second = 1;
}

static void
heed(struct walk *w, struct state *s, const struct pam_rule *r, int result)
{
	switch (pam_module_class(r)) {
	case PAM_MODULE_WHOLE:
		heed_whole(s, result);
		break;
	case PAM_MODULE_PREAUTH:
		heed_preauth(s, result);
		break;
	case PAM_MODULE_AUTHFAIL:
		heed_authfail(w, s);
		break;
	case PAM_MODULE_AUTHSUCC:
		heed_authsucc(w, s, result);
		break;
	case PAM_MODULE_CHOOSES:
		/* it ends the stack, or skips a part of it */
		if (r->actions[result] == PAM_ACTION_DONE ||
		    r->actions[result] > 0)
			s->chosen = 1;
		break;
	case PAM_MODULE_UNIX:
	case PAM_MODULE_PROVES:
		heed_other(w, s, r, result);
		break;
	default:
		break;
	}
}

/* ---- The end of a way ---- */

static void
end_account(struct walk *w, const struct state *s, size_t blame)
{
	static const enum pam_way_kind kinds[] = {
		[NOT_ASKED] = PAM_WAY_BYPASS,
		[RESERVED] = PAM_WAY_BYPASS,
		[SAID_YES] = PAM_WAY_GOOD,
		[SAID_NO] = PAM_WAY_IGNORED,
		[COUNTED] = PAM_WAY_IGNORED,
		[CANNOT_SAY] = PAM_WAY_DOWN,
	};

	if (s->sum.status == SUCCEEDED)
		found(w, kinds[s->ours], s, blame);
}

static void
end_auth(struct walk *w, const struct state *s, size_t blame)
{
	if (s->sum.status != SUCCEEDED) {
		if (s->ours == RESERVED && s->refused != 0)
			found(w, PAM_WAY_LEASED, s, blame);
		else if (s->ours == NOT_ASKED && s->refused != 0)
			found(w, PAM_WAY_UNCOUNTED, s, blame);
	} else if (s->proved == 0)
		found(w, PAM_WAY_OPEN, s, blame);
	else if (s->ours == RESERVED)
		found(w, PAM_WAY_UNTOLD, s, blame);
	else
		end_account(w, s, blame);
}

static void
end_password(struct walk *w, const struct state *s, size_t blame)
{
	if (s->sum.status != SUCCEEDED)
		return;
	if (s->stored == 0)
		end_account(w, s, blame);
	else if (s->judged == SAID_NO || s->judged == CANNOT_SAY)
		found(w, PAM_WAY_IGNORED, s, blame);
	else if (s->judged != SAID_YES)
		found(w, PAM_WAY_UNJUDGED, s, blame);
	else
		found(w, s->second != 0 ? PAM_WAY_SECOND : PAM_WAY_GOOD, s,
		    blame);
}

static void
end(struct walk *w, const struct node *n)
{
	struct state s = n->state;

	/* the sanity check of libpam */
	if (s.sum.impression != POSITIVE)
		s.sum.status = FAILED;
	switch (w->type) {
	case PAM_TYPE_AUTH:
		end_auth(w, &s, n->blame);
		break;
	case PAM_TYPE_PASSWORD:
		end_password(w, &s, n->blame);
		break;
	case PAM_TYPE_ACCOUNT:
	case PAM_TYPE_SESSION:
	case PAM_TYPES:
	default:
		end_account(w, &s, n->blame);
		break;
	}
}

static bool
proves(const struct pam_rule *r)
{
	enum pam_module_class class = pam_module_class(r);

	return class == PAM_MODULE_PROVES || class == PAM_MODULE_UNIX;
}

/* Who let him in, or sent him away: the last that verified, else the last
 * that opened. */
static size_t
blame(const struct walk *w, const struct node *n, const struct pam_rule *r,
    int result)
{
	const struct pam_rule *before = rule_at(w, n->blame);

	if (proves(r) && (result == PAM_SUCCESS || result == PAM_AUTH_ERR))
		return n->state.at;
	if (result == PAM_SUCCESS && (before == NULL || !proves(before)))
		return n->state.at;
	return n->blame;
}

static void
step(struct walk *w, size_t index)
{
	const struct node n = w->nodes[index];
	const struct pam_rule *r = &w->stack->rules[n.state.at];
	const int *results;
	struct state s = n.state;

	if (r->level >= LEVELS) {
		w->tangled = true;
		return;
	}
	if (n.state.previous_level < r->level)
		s.entry[r->level] = s.sum;
	if (r->kind == PAM_RULE_SUBSTACK) {
		s.previous_level = (unsigned char)r->level;
		s.at = (unsigned short)next_rule(w, (size_t)s.at + 1);
		reach(w, &s, index, n.blame);
		return;
	}
	results = w->missing != NULL && w->missing(r, w->arg) ?
	    missing_results : results_of(w, r, &s);
	for (; *results != END; results++) {
		struct state next = s;

		if (results[0] != PAM_MODULE_UNKNOWN)
			heed(w, &next, r, *results);
		dispatch(w, &next, r, *results);
		reach(w, &next, index, blame(w, &n, r, *results));
	}
}

bool
pam_way_walk(const struct pam_stack *s, enum pam_type type,
    pam_way_missing_fn *missing, void *arg, struct pam_way ways[PAM_WAYS])
{
	struct walk w = { .stack = s, .type = type, .missing = missing,
	    .arg = arg, .ways = ways };
	struct state first;

	memset(ways, 0, PAM_WAYS * sizeof(*ways));
	memset(&first, 0, sizeof(first));
	for (size_t i = 0; i < PAM_WAYS; i++)
		ways[i].at = s->count;
	first.at = (unsigned short)next_rule(&w, 0);
	reach(&w, &first, 0, s->count);
	for (size_t i = 0; i < w.count && !w.tangled; i++) {
		if (w.nodes[i].state.at < s->count)
			step(&w, i);
		else
			end(&w, &w.nodes[i]);
	}
	free(w.nodes);
	return !w.tangled;
}
