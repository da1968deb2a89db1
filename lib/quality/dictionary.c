/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/dictionary.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwquality.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBRARY "libpwquality.so.1"
#define N_(message) (message)
/* Where cracklib looks when it does not say so itself. */
#define CRACKLIB_PATH "/var/cache/cracklib/cracklib_dict"

enum {
	WORD_MIN = 3,			/* shorter ones say nothing */
	/* Bytes of the site's list, some 20 000 words: read and searched at
	 * each check. */
	SITE_MAX = 256 * 1024
};

/* Its functions, once it is loaded. */
static struct {
	void *handle;
	__typeof__(&pwquality_default_settings) settings;
	__typeof__(&pwquality_free_settings) free;
	__typeof__(&pwquality_set_int_value) set;
	__typeof__(&pwquality_check) check;
	const char *(*path)(void);	/* cracklib's own, may be missing */
} library;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
load(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return;
	*(void **)&library.settings =
	    dlsym(handle, "pwquality_default_settings");
	*(void **)&library.free = dlsym(handle, "pwquality_free_settings");
	*(void **)&library.set = dlsym(handle, "pwquality_set_int_value");
	*(void **)&library.check = dlsym(handle, "pwquality_check");
	*(void **)&library.path = dlsym(handle, "GetDefaultCracklibDict");
	if (library.settings != NULL && library.free != NULL &&
	    library.set != NULL && library.check != NULL)
		library.handle = handle;
}

/* cracklib tells a missing dictionary like a bad password: look ourselves. */
static bool
has_words(void)
{
	static const char *const parts[] = { "pwd", "pwi" };
	const char *base = library.path == NULL ? CRACKLIB_PATH :
	    library.path();
	char path[POLICY_TEXT_MAX];

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		int n = snprintf(path, sizeof(path), "%s.%s", base, parts[i]);

		if (n < 0 || (size_t)n >= sizeof(path) ||
		    access(path, R_OK) != 0)
			return false;
	}
	return true;
}

enum dictionary_state
dictionary_state(void)
{
	(void)pthread_once(&once, load);
	if (library.handle == NULL)
		return DICTIONARY_NO_LIBRARY;
	return has_words() ? DICTIONARY_READY : DICTIONARY_NO_WORDS;
}

const char *
dictionary_note(enum dictionary_state state)
{
	switch (state) {
	case DICTIONARY_READY:
		return NULL;
	case DICTIONARY_NO_WORDS:
		return N_("the cracklib dictionary is missing: passwords are "
		    "judged by the built-in word lists alone");
	case DICTIONARY_NO_LIBRARY:
	default:
		return N_("libpwquality.so.1 does not load: passwords are "
		    "judged by the built-in word lists alone");
	}
}

/* Only the dictionary: every other rule is ours. */
static int
ask(pwquality_settings_t *settings, const char *password, bool *guessable)
{
	static const int off[] = {
		PWQ_SETTING_DIFF_OK, PWQ_SETTING_MIN_LENGTH,
		PWQ_SETTING_DIG_CREDIT, PWQ_SETTING_UP_CREDIT,
		PWQ_SETTING_LOW_CREDIT, PWQ_SETTING_OTH_CREDIT,
		PWQ_SETTING_GECOS_CHECK, PWQ_SETTING_USER_CHECK
	};
	void *why = NULL;
	int answer;

	for (size_t i = 0; i < sizeof(off) / sizeof(*off); i++)
		if (library.set(settings, off[i], 0) != 0)
			return PASPW_ERR_INTERNAL;
	/* cracklib has static buffers. */
	(void)pthread_mutex_lock(&lock);
	answer = library.check(settings, password, NULL, NULL, &why);
	(void)pthread_mutex_unlock(&lock);
	if (answer == PWQ_ERROR_MEM_ALLOC)
		return PASPW_ERR_MEMORY;
	*guessable = answer == PWQ_ERROR_CRACKLIB_CHECK;
	return PASPW_OK;
}

int
dictionary_guessable(const char *password, bool *guessable, struct error *e)
{
	pwquality_settings_t *settings = NULL;
	int rc = PASPW_ERR_INTERNAL;

	*guessable = false;
	if (dictionary_state() != DICTIONARY_READY)
		return PASPW_OK;
	settings = library.settings();
	if (settings == NULL) {
		rc = error_set(e, PASPW_ERR_MEMORY, "out of memory");
		goto out;
	}
	rc = ask(settings, password, guessable);
	if (rc != PASPW_OK)
		(void)error_set(e, rc, LIBRARY ": the check failed");
out:
	if (settings != NULL)
		library.free(settings);
	return rc;
}

size_t
dictionary_room(const char *text)
{
	/* Each character in its word, in the letters of it and in the glued
	 * whole; an end for each. */
	return text == NULL ? 0 : 6 * (strlen(text) + 1);
}

/* Append one word of the characters that have one of these classes. */
static guess_words *
split_by(guess_words *end, const struct fold *text, unsigned classes,
    bool glue)
{
	guess_words *begin = end;

	for (size_t i = 0; i <= text->count; i++) {
		const struct fold_char *c = &text->chars[i];

		if (i < text->count && (fold_class(c->code) & classes)) {
			*end++ = c->base;
			continue;
		}
		if (glue && i < text->count)
			continue;
		if (end - begin < WORD_MIN) {
			end = begin;
		} else {
			*end++ = 0;
			begin = end;
		}
	}
	return end;
}

guess_words *
dictionary_split(guess_words *end, const char *text)
{
	struct fold folded;

	if (text == NULL)
		return end;
	fold_text(&folded, text, strlen(text));
	end = split_by(end, &folded, FOLD_LETTER | FOLD_DIGIT, false);
	end = split_by(end, &folded, FOLD_LETTER, false);
	end = split_by(end, &folded, FOLD_LETTER | FOLD_DIGIT, true);
	*end = 0;
	return end;
}

static bool
read_site(int fd, char *text)
{
	ssize_t n = 0;

	for (size_t used = 0; used < SITE_MAX; used += (size_t)n)
		if ((n = read(fd, text + used, SITE_MAX - used)) <= 0)
			break;
	return n >= 0;
}

int
dictionary_site(const struct policy *p, char **text, struct error *e)
{
	int rc = PASPW_ERR_CONFIG;
	struct stat st;
	int fd = -1;

	*text = NULL;
	if (p->words[0] == '\0')
		return PASPW_OK;
	*text = calloc(1, SITE_MAX + 1);
	if (*text == NULL)
		return error_set(e, PASPW_ERR_MEMORY, "out of memory");
	fd = open(p->words, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) != 0) {
		rc = error_errno(e, rc, errno, "words: %s", p->words);
		goto out;
	}
	/* Whoever writes it could take a forbidden word out again. */
	if (st.st_mode & S_IWOTH) {
		rc = error_set(e, rc, "words: %s: others can write it",
		    p->words);
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > SITE_MAX) {
		rc = error_set(e, rc, "words: %s: not a file of at most %d "
		    "bytes", p->words, SITE_MAX);
		goto out;
	}
	if (!read_site(fd, *text)) {
		rc = error_errno(e, rc, errno, "words: %s", p->words);
		goto out;
	}
	rc = PASPW_OK;
out:
	if (fd != -1)
		(void)close(fd);
	if (rc != PASPW_OK) {
		free(*text);
		*text = NULL;
	}
	return rc;
}
