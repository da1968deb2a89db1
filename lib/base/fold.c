/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/fold.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

#define REPLACEMENT 0xfffdu

/* Small letter without accent of U+00C0 to U+017F; '.': none. */
#define LATIN_FIRST 0xc0u
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo.ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggg"
    "gggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnn.nnoooooooorrrrrrssssss"
    "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* Ligatures: the second letter; latin[] has the first. */
static const struct {
	uint32_t code;
	char second;
} ligatures[] = {
	{ 0xc6, 'e' }, { 0xe6, 'e' }, { 0x152, 'e' }, { 0x153, 'e' },
	{ 0xdf, 's' }, { 0x132, 'j' }, { 0x133, 'j' }
};

/* Cyrillic and Greek letters that look like Latin ones: "pаssword" with a
 * Cyrillic a is as guessable as the other. */
static const struct {
	uint32_t code;
	char base;
} lookalikes[] = {
	{ 0x430, 'a' }, { 0x435, 'e' }, { 0x43e, 'o' }, { 0x440, 'p' },
	{ 0x441, 'c' }, { 0x443, 'y' }, { 0x445, 'x' }, { 0x455, 's' },
	{ 0x456, 'i' }, { 0x458, 'j' }, { 0x3bf, 'o' }, { 0x3b1, 'a' },
	{ 0x3c1, 'p' }, { 0x3bd, 'v' }
};

/* U+FF01 to U+FF5E: ASCII in full width. */
enum { WIDE_FIRST = 0xff01, WIDE_LAST = 0xff5e, WIDE_SHIFT = 0xfee0 };
enum { MARK_FIRST = 0x300, MARK_LAST = 0x36f };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t utf8;

static void
open_locale(void)
{
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* A module is loaded and unloaded many times in one process. */
__attribute__((destructor)) static void
close_locale(void)
{
	if (utf8 != (locale_t)0)
		freelocale(utf8);
}

/* The C library's tables, whatever the caller's locale (sshd runs in C). */
static locale_t
tables(void)
{
	(void)pthread_once(&once, open_locale);
	return utf8;
}

bool
fold_decode(const char **at, const char *end, uint32_t *code)
{
	/* Least value that needs so many bytes: a shorter form would be a
	 * second spelling of the same password. */
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)*(*at)++;
	unsigned more = first < 0x80 ? 0 : first < 0xc2 ? 4 :
	    first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 4;
	uint32_t value = more == 0 ? first : first & (0x3fu >> more);

	*code = REPLACEMENT;
	if (more > 3 || (size_t)(end - *at) < more)
		return false;
	for (unsigned i = 0; i < more; i++) {
		unsigned char next = (unsigned char)(*at)[i];

		if ((next & 0xc0) != 0x80)
			return false;
		value = value << 6 | (next & 0x3fu);
	}
	if (value < least[more] || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return false;
	*at += more;
	*code = value;
	return true;
}

static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	    code == 0x2028 || code == 0x2029 || (code & 0xfffe) == 0xfffe ||
	    (code >= 0xfdd0 && code <= 0xfdef);
}

unsigned
fold_class(uint32_t code)
{
	locale_t l;

	if (is_control(code))
		return FOLD_CONTROL;
	if (code >= '0' && code <= '9')
		return FOLD_DIGIT;
	if (code >= MARK_FIRST && code <= MARK_LAST)
		return FOLD_MARK;
	/* A login looks at names in ASCII, and loads no tables for that. */
	l = code < 0x80 ? (locale_t)0 : tables();
	if (code < 0x80 ? (code | 0x20) < 'a' || (code | 0x20) > 'z' :
	    l != (locale_t)0 && !iswalpha_l(code, l))
		return FOLD_SYMBOL;
	if (code < 0x80 ? code < 'a' : l != (locale_t)0 && iswupper_l(code, l))
		return FOLD_LETTER | FOLD_UPPER;
	return FOLD_LETTER | FOLD_LOWER;
}

static uint32_t
base_of(uint32_t code)
{
	uint32_t small = code;

	if (code >= WIDE_FIRST && code <= WIDE_LAST)
		code -= WIDE_SHIFT;
	if (code < 0x80)
		return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
	if (code >= LATIN_FIRST && code < LATIN_FIRST + sizeof(latin) - 1)
		return latin[code - LATIN_FIRST] == '.' ? code :
		    (uint32_t)latin[code - LATIN_FIRST];
	if (tables() != (locale_t)0)
		small = towlower_l(code, tables());
	for (size_t i = 0; i < sizeof(lookalikes) / sizeof(*lookalikes); i++)
		if (lookalikes[i].code == small)
			return (uint32_t)lookalikes[i].base;
	return small;
}

static void
append(struct fold *f, uint32_t code, uint32_t base, unsigned class)
{
	if (f->count < FOLD_MAX)
		f->chars[f->count++] = (struct fold_char){ code, base, class };
}

void
fold_text(struct fold *f, const char *text, size_t length)
{
	const char *end = text + length;
	uint32_t code;

	f->count = 0;
	while (text < end && f->count < FOLD_MAX) {
		unsigned class;

		(void)fold_decode(&text, end, &code);
		class = fold_class(code);
		if (class == FOLD_MARK)
			continue;
		append(f, code, base_of(code), class);
		for (size_t i = 0;
		    i < sizeof(ligatures) / sizeof(*ligatures); i++)
			if (ligatures[i].code == code)
				append(f, code, (uint32_t)ligatures[i].second,
				    FOLD_LETTER | FOLD_LOWER);
	}
}

void
fold_reverse(struct fold *to, const struct fold *from)
{
	to->count = from->count;
	for (size_t i = 0; i < from->count; i++)
		to->chars[i] = from->chars[from->count - 1 - i];
}
