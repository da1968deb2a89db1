/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "stack/rule.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <security/_pam_types.h>

#define BLANKS " \t\r\n"

static const char *const types[PAM_TYPES] = {
	[PAM_TYPE_AUTH] = "auth",
	[PAM_TYPE_ACCOUNT] = "account",
	[PAM_TYPE_PASSWORD] = "password",
	[PAM_TYPE_SESSION] = "session",
};

/* By return value. libpam looks for the first that the text begins with. */
static const char *const results[PAM_RULE_RESULTS + 1] = {
	"success", "open_err", "symbol_err", "service_err", "system_err",
	"buf_err", "perm_denied", "auth_err", "cred_insufficient",
	"authinfo_unavail", "user_unknown", "maxtries", "new_authtok_reqd",
	"acct_expired", "session_err", "cred_unavail", "cred_expired",
	"cred_err", "no_module_data", "conv_err", "authtok_err",
	"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
	"try_again", "ignore", "abort", "authtok_expired", "module_unknown",
	"bad_item", "conv_again", "incomplete", "default",
};

/* By the negative of the action. */
static const char *const actions[] = {
	"ignore", "ok", "done", "bad", "die", "reset",
};

const char *
pam_type_name(enum pam_type type)
{
	return type < PAM_TYPES ? types[type] : "";
}

/* ---- Lines ---- */

/* A # ends the line, also one that was to be continued. */
static size_t
trimmed(const char *line, size_t length, bool *comment)
{
	const char *hash = memchr(line, '#', length);

	*comment = hash != NULL;
	if (hash != NULL)
		length = (size_t)(hash - line);
	while (length > 0 && strchr(BLANKS, line[length - 1]) != NULL)
		length--;
	return length;
}

static bool
append(char **line, size_t *used, const char *more, size_t length)
{
	char *longer = realloc(*line, *used + length + 1);

	if (longer == NULL)
		return false;
	memcpy(longer + *used, more, length);
	*line = longer;
	*used += length;
	longer[*used] = '\0';
	return true;
}

/* One physical line; *goes_on: the next one belongs to it. */
static bool
take(const char **text, char **line, size_t *used, bool *goes_on)
{
	size_t whole = strcspn(*text, "\n");
	bool comment = false;
	size_t length = trimmed(*text, whole, &comment);

	*goes_on = !comment && length > 0 && (*text)[length - 1] == '\\';
	if (!append(line, used, *text, length - (*goes_on ? 1 : 0)) ||
	    (*goes_on && !append(line, used, " ", 1)))
		return false;
	*text += whole + ((*text)[whole] == '\n' ? 1 : 0);
	return true;
}

char *
pam_rule_line(const char **text, unsigned *number, bool *failed)
{
	char *line = NULL;

	while (**text != '\0') {
		size_t used = 0;
		bool goes_on = true;

		for (; goes_on && **text != '\0'; (*number)++)
			if (!take(text, &line, &used, &goes_on)) {
				*failed = true;
				goto out;
			}
		if (line != NULL && line[strspn(line, BLANKS)] != '\0')
			return line;
	}
out:
	free(line);
	return NULL;
}

/* ---- Words ---- */

/* [...] is one word, and \] in it a bracket. */
static char *
bracketed(char **rest)
{
	char *word = ++*rest, *to = word, *from = word;

	for (; *from != '\0' && *from != ']'; from++) {
		if (from[0] == '\\' && from[1] == ']')
			from++;
		*to++ = *from;
	}
	*rest = *from == '\0' ? from : from + 1;
	*to = '\0';
	return word;
}

static char *
next_word(char **rest)
{
	char *word;

	*rest += strspn(*rest, BLANKS);
	if (**rest == '\0')
		return NULL;
	if (**rest == '[')
		return bracketed(rest);
	word = *rest;
	*rest += strcspn(*rest, BLANKS);
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

/* ---- Controls ---- */

static void
set_default(struct pam_rule *r, int action)
{
	for (size_t i = 0; i < PAM_RULE_RESULTS; i++)
		if (r->actions[i] == PAM_ACTION_UNDEF)
			r->actions[i] = action;
}

static void
set_word(struct pam_rule *r, int success, bool ignores, int otherwise)
{
	r->actions[PAM_SUCCESS] = success;
	r->actions[PAM_NEW_AUTHTOK_REQD] = success;
	if (ignores)
		r->actions[PAM_IGNORE] = PAM_ACTION_IGNORE;
	set_default(r, otherwise);
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t\n\v\f\r");
}

/* A number or a word of action; NULL: neither. */
static const char *
read_action(const char *text, int *action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strncmp(text, actions[i], strlen(actions[i])) == 0) {
			*action = -(int)i;
			return text + strlen(actions[i]);
		}
	*action = 0;
	for (; isdigit((unsigned char)*text); text++) {
		if (*action > (INT_MAX - 9) / 10)
			return NULL;
		*action = *action * 10 + (*text - '0');
	}
	return *action > 0 ? text : NULL;
}

/* One result=action; NULL: it is none. */
static const char *
read_pair(const char *text, struct pam_rule *r)
{
	size_t i = 0;
	int action;

	while (i <= PAM_RULE_RESULTS &&
	    strncmp(text, results[i], strlen(results[i])) != 0)
		i++;
	if (i > PAM_RULE_RESULTS)
		return NULL;
	text = skip_blanks(text + strlen(results[i]));
	if (*text != '=' || (text = read_action(skip_blanks(text + 1),
	    &action)) == NULL)
		return NULL;
	if (i == PAM_RULE_RESULTS)
		set_default(r, action);
	else
		r->actions[i] = action;
	return text;
}

static void
set_pairs(struct pam_rule *r, const char *text)
{
	text = skip_blanks(text);
	while (text != NULL && *text != '\0')
		if ((text = read_pair(text, r)) != NULL)
			text = skip_blanks(text);
	for (size_t i = 0; text == NULL && i < PAM_RULE_RESULTS; i++)
		r->actions[i] = PAM_ACTION_BAD;
	set_default(r, PAM_ACTION_BAD);
}

static void
set_control(struct pam_rule *r, const char *word)
{
	if (strcasecmp(word, "required") == 0)
		set_word(r, PAM_ACTION_OK, true, PAM_ACTION_BAD);
	else if (strcasecmp(word, "requisite") == 0)
		set_word(r, PAM_ACTION_OK, true, PAM_ACTION_DIE);
	else if (strcasecmp(word, "optional") == 0)
		set_word(r, PAM_ACTION_OK, false, PAM_ACTION_IGNORE);
	else if (strcasecmp(word, "sufficient") == 0)
		set_word(r, PAM_ACTION_DONE, false, PAM_ACTION_IGNORE);
	else if (strcasecmp(word, "include") == 0)
		r->kind = PAM_RULE_INCLUDE;
	else if (strcasecmp(word, "substack") == 0)
		r->kind = PAM_RULE_SUBSTACK;
	else
		set_pairs(r, word);
}

/* ---- A rule ---- */

static bool
find_type(const char *word, enum pam_type *type)
{
	for (size_t i = 0; i < PAM_TYPES; i++)
		if (strcasecmp(word, types[i]) == 0) {
			*type = (enum pam_type)i;
			return true;
		}
	return false;
}

static void
break_rule(struct pam_rule *r)
{
	r->kind = PAM_RULE_BROKEN;
	set_default(r, PAM_ACTION_BAD);
}

void
pam_rule_parse(struct pam_rule *r, char *line, enum pam_type type)
{
	char *rest = line, *word;

	memset(r, 0, sizeof(*r));
	r->text = line;
	r->type = type == PAM_TYPE_ANY ? PAM_TYPE_AUTH : type;
	for (size_t i = 0; i < PAM_RULE_RESULTS; i++)
		r->actions[i] = PAM_ACTION_UNDEF;
	if ((word = next_word(&rest)) == NULL) {
		break_rule(r);
		return;
	}
	if (strcasecmp(word, "@include") == 0) {
		r->kind = PAM_RULE_FILE;
		r->target = next_word(&rest);
		return;
	}
	if (!find_type(word + (word[0] == '-' ? 1 : 0), &r->type) ||
	    (word = next_word(&rest)) == NULL) {
		break_rule(r);
		return;
	}
	set_control(r, word);
	if ((r->target = next_word(&rest)) == NULL)
		break_rule(r);
	while (r->count < PAM_RULE_ARGUMENTS_MAX &&
	    (word = next_word(&rest)) != NULL)
		r->arguments[r->count++] = word;
}

void
pam_rule_module(const struct pam_rule *r, char *name, size_t size)
{
	static const char suffix[] = ".so";
	const char *base = r->kind == PAM_RULE_MODULE && r->target != NULL ?
	    r->target : "";
	const char *slash = strrchr(base, '/');
	size_t length;

	base = slash != NULL ? slash + 1 : base;
	length = strlen(base);
	if (length > strlen(suffix) &&
	    strcmp(base + length - strlen(suffix), suffix) == 0)
		length -= strlen(suffix);
	length = length < size ? length : size - 1;
	memcpy(name, base, length);
	name[length] = '\0';
}

bool
pam_rule_has(const struct pam_rule *r, const char *argument)
{
	for (int i = 0; i < r->count; i++)
		if (strcmp(r->arguments[i], argument) == 0)
			return true;
	return false;
}
