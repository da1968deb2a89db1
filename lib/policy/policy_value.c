/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* policy_value: one setting of a policy from its text, to its text, and
 * beside that of another policy. */
#include "policy/policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_DIGITS 9
#define VALUE_MAX 64		/* a number or a span as text */
#define LIST_MAX 256		/* a range, or the words of a setting */

static const char blanks[] = " \t";
static const char none[] = "none";	/* an empty set */

static void *
field_of(struct policy *p, const struct policy_setting *setting)
{
	return (char *)p + setting->offset;
}

static const void *
value_of(const struct policy *p, const struct policy_setting *setting)
{
	return (const char *)p + setting->offset;
}

static int
int_of(const struct policy *p, const struct policy_setting *setting)
{
	int value;

	memcpy(&value, value_of(p, setting), sizeof(value));
	return value;
}

static struct span
span_of(const struct policy *p, const struct policy_setting *setting)
{
	struct span span;

	memcpy(&span, value_of(p, setting), sizeof(span));
	return span;
}

/* The next word of a list, and its length; NULL at the end. */
static const char *
next_word(const char *list, size_t *length)
{
	list += strspn(list, blanks);
	*length = strcspn(list, blanks);
	return *length == 0 ? NULL : list;
}

bool
policy_list_has(const char *list, const char *word)
{
	size_t length;

	for (; (list = next_word(list, &length)) != NULL; list += length)
		if (length == strlen(word) && memcmp(list, word, length) == 0)
			return true;
	return false;
}

/* Index of a word in a NULL-ended list; -1: not in it. */
static int
word_index(const char *const *words, const char *word, size_t length)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == length &&
		    memcmp(words[i], word, length) == 0)
			return i;
	return -1;
}

/* "yescrypt scrypt" */
static void
list_words(const char *const *words, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; words[i] != NULL; i++) {
		size_t used = strlen(text);

		snprintf(text + used, size - used, "%s%s",
		    used > 0 ? " " : "", words[i]);
	}
}

static int
refuse_word(struct error *e, const char *const *words)
{
	char list[LIST_MAX];

	list_words(words, list, sizeof(list));
	return error_set(e, PASPW_ERR_CONFIG, "not one of: %s", list);
}

static void
span_range(const struct policy_setting *setting, char *text, size_t size)
{
	char least[VALUE_MAX], most[VALUE_MAX];
	struct span max = { SPAN_SECONDS, setting->max };

	span_format((struct span){ SPAN_SECONDS, setting->min }, least,
	    sizeof(least));
	if (setting->max >= POLICY_LONGEST)
		max = (struct span){ SPAN_MONTHS, POLICY_LONGEST_MONTHS };
	span_format(max, most, sizeof(most));
	snprintf(text, size, "%s to %s%s", least, most,
	    setting->max == POLICY_OR_NEVER ? ", or never" : "");
}

void
policy_range(const struct policy_setting *setting, char *text, size_t size)
{
	text[0] = '\0';
	if (setting->type == TYPE_INT)
		snprintf(text, size, "%" PRId64 " to %" PRId64, setting->min,
		    setting->max);
	else if (setting->type == TYPE_SPAN)
		span_range(setting, text, size);
	else if (setting->words != NULL)
		list_words(setting->words, text, size);
	if (setting->type == TYPE_SET)
		snprintf(text + strlen(text), size - strlen(text), ", or %s",
		    none);
}

const char *
policy_type_name(const struct policy_setting *setting)
{
	static const char *const names[] = {
		[TYPE_INT] = "number", [TYPE_BOOL] = "boolean",
		[TYPE_SPAN] = "duration", [TYPE_WORD] = "word",
		[TYPE_TEXT] = "text", [TYPE_ENUM] = "choice",
		[TYPE_SET] = "set"
	};

	return names[setting->type];
}

static int
set_int(void *field, const struct policy_setting *setting, const char *text,
    struct error *e)
{
	size_t digits = strspn(text, "0123456789");
	int value;

	if (digits == 0 || text[digits] != '\0')
		return error_set(e, PASPW_ERR_CONFIG, "not a number");
	value = digits > NUMBER_DIGITS ? INT32_MAX :
	    (int)strtol(text, NULL, 10);
	if (value < setting->min || value > setting->max)
		return error_set(e, PASPW_ERR_CONFIG,
		    "out of range %" PRId64 " to %" PRId64, setting->min,
		    setting->max);
	memcpy(field, &value, sizeof(value));
	return PASPW_OK;
}

static bool
span_in_range(struct span span, const struct policy_setting *setting)
{
	int64_t max = setting->max == POLICY_OR_NEVER ? POLICY_LONGEST :
	    setting->max;

	if (span.unit == SPAN_NEVER)
		return setting->max == POLICY_OR_NEVER;
	return span_seconds(span) >= setting->min && span_seconds(span) <= max;
}

static int
set_span(void *field, const struct policy_setting *setting, const char *text,
    struct error *e)
{
	char range[LIST_MAX];
	struct span span;

	if (!span_parse(text, &span))
		return error_set(e, PASPW_ERR_CONFIG, "not a duration "
		    "(30s 90m 12h 120d 4mo 1y never 0)");
	if (!span_in_range(span, setting)) {
		span_range(setting, range, sizeof(range));
		return error_set(e, PASPW_ERR_CONFIG, "out of range %s",
		    range);
	}
	memcpy(field, &span, sizeof(span));
	return PASPW_OK;
}

static int
set_enum(void *field, const struct policy_setting *setting, const char *text,
    struct error *e)
{
	int value = word_index(setting->words, text, strlen(text));

	if (value < 0)
		return refuse_word(e, setting->words);
	memcpy(field, &value, sizeof(value));
	return PASPW_OK;
}

static int
set_set(void *field, const struct policy_setting *setting, const char *text,
    struct error *e)
{
	size_t length;
	int value = 0;

	if (text[strspn(text, blanks)] == '\0')
		return error_set(e, PASPW_ERR_CONFIG, "empty: write %s", none);
	if (strcmp(text, none) == 0)
		text = "";
	for (; (text = next_word(text, &length)) != NULL; text += length) {
		int bit = word_index(setting->words, text, length);

		if (bit < 0)
			return refuse_word(e, setting->words);
		value |= 1 << bit;
	}
	memcpy(field, &value, sizeof(value));
	return PASPW_OK;
}

static int
set_text(void *field, const struct policy_setting *setting, const char *text,
    struct error *e)
{
	size_t size = setting->type == TYPE_WORD ? POLICY_WORD_MAX :
	    POLICY_TEXT_MAX;
	size_t length = strlen(text);

	if (length >= size)
		return error_set(e, PASPW_ERR_CONFIG, "longer than %zu bytes",
		    size - 1);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
			return error_set(e, PASPW_ERR_CONFIG,
			    "holds a control character");
	if (setting->words != NULL && length > 0 &&
	    word_index(setting->words, text, length) < 0)
		return refuse_word(e, setting->words);
	memset(field, 0, size);
	memcpy(field, text, length);
	return PASPW_OK;
}

int
policy_set(struct policy *p, const struct policy_setting *setting,
    const char *text, struct error *e)
{
	void *field = field_of(p, setting);

	switch (setting->type) {
	case TYPE_INT:
		return set_int(field, setting, text, e);
	case TYPE_SPAN:
		return set_span(field, setting, text, e);
	case TYPE_BOOL:
	case TYPE_ENUM:
		return set_enum(field, setting, text, e);
	case TYPE_SET:
		return set_set(field, setting, text, e);
	case TYPE_WORD:
	case TYPE_TEXT:
		return set_text(field, setting, text, e);
	}
	return error_set(e, PASPW_ERR_INTERNAL, "a setting of no type");
}

static void
get_set(int value, const char *const *words, char *text, size_t size)
{
	size_t used = 0;

	snprintf(text, size, "%s", none);
	for (int i = 0; words[i] != NULL; i++) {
		if ((value & 1 << i) == 0 || used >= size)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    used == 0 ? "" : " ", words[i]);
	}
}

void
policy_get(const struct policy *p, const struct policy_setting *setting,
    char *text, size_t size)
{
	switch (setting->type) {
	case TYPE_INT:
		snprintf(text, size, "%d", int_of(p, setting));
		return;
	case TYPE_SPAN:
		span_format(span_of(p, setting), text, size);
		return;
	case TYPE_BOOL:
	case TYPE_ENUM:
		snprintf(text, size, "%s", setting->words[int_of(p, setting)]);
		return;
	case TYPE_SET:
		get_set(int_of(p, setting), setting->words, text, size);
		return;
	case TYPE_WORD:
	case TYPE_TEXT:
		snprintf(text, size, "%s", (const char *)value_of(p, setting));
		return;
	}
}

/* Does list a hold a word that b lacks? */
static bool
list_exceeds(const char *a, const char *b)
{
	char word[POLICY_TEXT_MAX];
	size_t length;

	for (; (a = next_word(a, &length)) != NULL; a += length) {
		snprintf(word, sizeof(word), "%.*s", (int)length, a);
		if (!policy_list_has(b, word))
			return true;
	}
	return false;
}

/* A limit in months is as long as the longest: 3mo are up to 92 days, more
 * than 90d. What must last so long is held against the shortest: 365d are 12
 * months. */
static bool
lasts_longer(struct span a, struct span b, bool limit)
{
	if (a.unit == b.unit)
		return span_seconds(a) > span_seconds(b);
	return (limit ? span_longest(a) : span_shortest(a)) >
	    span_shortest(b);
}

/* Does a's value exceed b's, in the sense of this type? */
static bool
exceeds(const struct policy_setting *setting, const struct policy *a,
    const struct policy *b)
{
	switch (setting->type) {
	case TYPE_INT:
	case TYPE_BOOL:
	case TYPE_ENUM:
		return int_of(a, setting) > int_of(b, setting);
	case TYPE_SET:
		return (int_of(a, setting) & ~int_of(b, setting)) != 0;
	case TYPE_SPAN:
		return lasts_longer(span_of(a, setting), span_of(b, setting),
		    setting->direction == STRICTER_DOWN);
	case TYPE_WORD:
	case TYPE_TEXT:
		return list_exceeds(value_of(a, setting),
		    value_of(b, setting));
	}
	return true;
}

bool
policy_weaker(const struct policy_setting *setting, const struct policy *a,
    const struct policy *b)
{
	switch (setting->direction) {
	case STRICTER_UP:
		return exceeds(setting, b, a);
	case STRICTER_DOWN:
		return exceeds(setting, a, b);
	case STRICTER_NONE:
		return false;
	}
	return true;
}
