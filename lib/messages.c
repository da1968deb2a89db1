/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "messages.h"

#include <ctype.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Marks a message for xgettext. */
#define N_(message) message

enum {
	MO_MAGIC = 0x950412de,
	MO_COUNT = 2, MO_ORIGINALS, MO_TRANSLATIONS, MO_HEADER = 5,
	MO_MAX = 1 << 24
};

/* A translation as msgfmt compiles it, mapped. */
struct catalogue {
	const char *language;
	pthread_once_t once;
	const char *map;		/* NULL: there is none */
	uint32_t size;
};
/* French: one is singular, and so is zero. */
static struct catalogue french = { "fr", PTHREAD_ONCE_INIT, NULL, 0 };

static const char *directory = LOCALEDIR;

void
messages_directory(const char *path)
{
	directory = path;
}

static uint32_t
word_at(const struct catalogue *c, uint64_t offset)
{
	uint32_t word = 0;

	if (offset + sizeof(word) <= c->size)
		memcpy(&word, c->map + offset, sizeof(word));
	return word;
}

/* String i of a table; "" if the file is broken. */
static const char *
string_at(const struct catalogue *c, uint32_t table, uint32_t i,
    uint32_t *length)
{
	uint64_t row = (uint64_t)table + (uint64_t)i * 8;
	uint32_t at = word_at(c, row + 4);

	*length = word_at(c, row);
	if ((uint64_t)at + *length >= c->size || c->map[at + *length] != '\0') {
		*length = 0;
		return "";
	}
	return c->map + at;
}

static void
open_french(void)
{
	char path[POLICY_TEXT_MAX];
	struct stat st;
	int n, fd = -1;
	void *map;

	n = snprintf(path, sizeof(path), "%s/C/LC_MESSAGES/paspw-%s.mo",
	    directory, french.language);
	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return;
	if (fstat(fd, &st) != 0 || st.st_size <= MO_HEADER * 4 ||
	    st.st_size > MO_MAX)
		goto out;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		goto out;
	french.map = map;
	french.size = (uint32_t)st.st_size;
	if (word_at(&french, 0) != MO_MAGIC)
		french.map = NULL;
out:
	(void)close(fd);
}

/* A program that loads and unloads a PAM module for each login would keep one
 * mapping of each. */
__attribute__((destructor))
static void
close_french(void)
{
	if (french.map != NULL)
		(void)munmap((void *)(uintptr_t)french.map, french.size);
	french.map = NULL;
}

/* Translation of a message, which is singular of a plural too; NULL: none. */
static const char *
find(const struct catalogue *c, const char *message, uint32_t *length)
{
	uint32_t low = 0, high = word_at(c, MO_COUNT * 4);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(message, string_at(c,
		    word_at(c, MO_ORIGINALS * 4), middle, length));

		if (order == 0)
			return string_at(c, word_at(c, MO_TRANSLATIONS * 4),
			    middle, length);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* The catalogue of a language; NULL: English. */
static const struct catalogue *
catalogue_of(const char *language)
{
	static const char *const variables[] = {
		"LC_ALL", "LC_MESSAGES", "LANG"
	};

	for (size_t i = 0; language[0] == '\0' &&
	    i < sizeof(variables) / sizeof(*variables); i++)
		if (getenv(variables[i]) != NULL)
			language = getenv(variables[i]);
	if (strncmp(language, french.language, 2) != 0 ||
	    isalpha((unsigned char)language[2]))
		return NULL;
	(void)pthread_once(&french.once, open_french);
	return french.map == NULL ? NULL : &french;
}

const char *
messages_text(const char *language, const char *message)
{
	const struct catalogue *c = catalogue_of(language);
	const char *text = NULL;
	uint32_t length = 0;

	if (c != NULL && message[0] != '\0')
		text = find(c, message, &length);
	return text == NULL || length == 0 ? message : text;
}

const char *
messages_plural(const char *language, const char *one, const char *many,
    unsigned long n)
{
	const struct catalogue *c = catalogue_of(language);
	const char *text = NULL, *second;
	uint32_t length = 0;

	if (c != NULL)
		text = find(c, one, &length);
	if (text == NULL || length == 0)
		return n == 1 ? one : many;
	second = text + strlen(text) + 1;
	return n > 1 && second < text + length ? second : text;
}

/* A sentence with a number in it. */
static void
numbered(const char *language, const char *one, const char *many, int number,
    char *text, size_t size)
{
	unsigned long n = number < 0 ? 0 : (unsigned long)number;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(text, size, messages_plural(language, one, many, n), n);
#pragma GCC diagnostic pop
}

static const char *const sentences[RULE_COUNT] = {
	[RULE_LETTER] = N_("The password has no letter."),
	[RULE_DIGIT] = N_("The password has no digit."),
	[RULE_SYMBOL] = N_("The password has no symbol (a punctuation mark "
	    "or a space, for example)."),
	[RULE_UPPER] = N_("The password has no capital letter."),
	[RULE_LOWER] = N_("The password has no small letter."),
	[RULE_USER_NAME] = N_("The password contains the user name, or "
	    "another word about the user or this site."),
	[RULE_DICTIONARY] = N_("The password is easy to guess: it is based "
	    "on a known word, name, date or phrase."),
	[RULE_BREACHED] = N_("The password is known from a data breach."),
	[RULE_KEYBOARD] = N_("The password follows neighbouring keys of the "
	    "keyboard."),
	[RULE_SEQUENCE] = N_("The password is based on a sequence such as "
	    "abcd or 1234."),
	[RULE_REPEAT] = N_("The password repeats the same characters."),
	[RULE_SIMILAR] = N_("The password is too similar to the old one."),
	[RULE_MIN_AGE] = N_("The password was changed too short a time ago."),
	[RULE_CHARSET] = N_("The password contains control characters or is "
	    "not valid UTF-8.")
};

void
messages_rule(const struct policy *p, enum quality_rule rule,
    const char *language, char *text, size_t size)
{
	switch (rule) {
	case RULE_MIN_LENGTH:
		numbered(language,
		    N_("The password is shorter than %lu character."),
		    N_("The password is shorter than %lu characters."),
		    p->min_length, text, size);
		break;
	case RULE_MAX_LENGTH:
		numbered(language,
		    N_("The password is longer than %lu character."),
		    N_("The password is longer than %lu characters or 511 "
		    "bytes."), p->max_length, text, size);
		break;
	case RULE_CLASSES:
		if (p->min_entropy > 0) {
			snprintf(text, size, "%s", messages_text(language,
			    N_("The password is too short for so few of these: "
			    "capital letters, small letters, digits, "
			    "symbols.")));
			break;
		}
		numbered(language,
		    N_("The password has less than %lu of these: capital "
		    "letters, small letters, digits, symbols."),
		    N_("The password has fewer than %lu of these: capital "
		    "letters, small letters, digits, symbols."),
		    p->min_classes, text, size);
		break;
	case RULE_HISTORY:
		if (p->history == 0) {
			snprintf(text, size, "%s", messages_text(language,
			    N_("The password is the present one.")));
			break;
		}
		numbered(language,
		    N_("The password is the present one or the %lu before "
		    "it."),
		    N_("The password is the present one or one of the %lu "
		    "before it."), p->history, text, size);
		break;
	default:
		(void)snprintf(text, size, "%s",
		    (unsigned)rule < RULE_COUNT && sentences[rule] != NULL ?
		    messages_text(language, sentences[rule]) : "");
	}
}
