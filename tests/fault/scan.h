/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * scan: is a secret left in the memory of this process? The secret is known
 * under a mask, so that the one who looks for it does not hold it.
 */
#ifndef SCAN_H
#define SCAN_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SCAN_MASK 0x5a
#define SCAN_MAX 64
#define SCAN_ADDRESS_BITS 47	/* of a process */
/* Of /proc/self/pagemap. */
#define SCAN_PRESENT (UINT64_C(1) << 63)
#define SCAN_SWAPPED (UINT64_C(1) << 62)
#define SCAN_PAGES 512		/* that are asked for at a time */

struct masked {
	size_t length;
	unsigned char bytes[SCAN_MAX];
};

/* Give out the secret; the caller wipes it. */
static inline void
scan_unmask(const struct masked *m, char *text)
{
	for (size_t i = 0; i < m->length; i++)
		text[i] = (char)(m->bytes[i] ^ SCAN_MASK);
	text[m->length] = '\0';
}

/* Mask a text that the caller wipes. */
static inline void
scan_mask(struct masked *m, const char *text)
{
	m->length = strlen(text) < SCAN_MAX ? strlen(text) : SCAN_MAX;
	for (size_t i = 0; i < m->length; i++)
		m->bytes[i] = (unsigned char)text[i] ^ SCAN_MASK;
}

/* The whole of it somewhere in these bytes? A sanitizer forbids to read what
 * is not allocated, here and in its own memchr. */
__attribute__((noinline, no_sanitize("address")))
static bool
scan_bytes(const struct masked *m, const unsigned char *at, size_t size)
{
	static __typeof__(&memchr) memchr_everywhere;
	const int first = m->bytes[0] ^ SCAN_MASK;
	const unsigned char *end = at + size;

	if (memchr_everywhere == NULL)
		memchr_everywhere = (__typeof__(&memchr))(uintptr_t)dlsym(
		    RTLD_NEXT, "memchr");

	while ((size_t)(end - at) >= m->length &&
	    (at = memchr_everywhere(at, first, (size_t)(end - at) -
	    m->length + 1)) != NULL) {
		size_t i = 1;

		while (i < m->length && (at[i] ^ SCAN_MASK) == m->bytes[i])
			i++;
		if (i == m->length)
			return true;
		at++;
	}
	return false;
}

/* A sanitizer's notes about all memory, terabytes of them, are no memory. */
extern void __asan_get_shadow_mapping(size_t *scale, size_t *offset)
    __attribute__((weak));
static inline bool
scan_is_shadow(size_t from)
{
	size_t scale = 0, offset = 0;

	if (__asan_get_shadow_mapping == NULL)
		return false;
	__asan_get_shadow_mapping(&scale, &offset);
	return from >= offset && from < offset +
	    (((size_t)1 << SCAN_ADDRESS_BITS) >> scale);
}

/* A page that nobody touched yet holds nothing, and to look at it would make it
 * a page: most of what a sanitizer maps, and three quarters of the time of
 * fault_library under it. */
__attribute__((noinline))
static bool
scan_touched(const struct masked *m, size_t from, size_t to)
{
	static uint64_t pages[SCAN_PAGES];
	const size_t page = (size_t)getpagesize();
	const int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t run = from;	/* begin of those that were touched */
	bool found = false;

	for (size_t at = from; at < to && !found; at += page) {
		size_t i = (at - from) / page % SCAN_PAGES;

		/* What is not told counts as touched. */
		if (i == 0 && pread(map, pages, sizeof(pages), (off_t)(at /
		    page * sizeof(pages[0]))) < (ssize_t)sizeof(pages[0]))
			memset(pages, 0xff, sizeof(pages));
		if ((pages[i] & (SCAN_PRESENT | SCAN_SWAPPED)) != 0)
			continue;
		found = scan_bytes(m, (const unsigned char *)(uintptr_t)run,
		    at - run);
		run = at + page;
	}
	close(map);
	return found || scan_bytes(m, (const unsigned char *)(uintptr_t)run,
	    to - run);
}

/* Everything that this process may write: heap, stack, data. Names the
 * mapping where it was found in `where`. */
__attribute__((noinline, unused))
static bool
scan_memory(const struct masked *m, char *where, size_t room)
{
	/* Not of stdio: its buffer would be on the heap that is looked at. */
	static char line[512];
	static char buffer[4096];
	FILE *maps = fopen("/proc/self/maps", "re");
	bool found = false;

	if (maps == NULL)
		return true;
	setvbuf(maps, buffer, _IOFBF, sizeof(buffer));
	while (!found && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from = 0, to = 0, file = 0;
		char mode[8] = "";

		if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &from, &to, mode,
		    &file) != 4 ||
		    mode[0] != 'r' || mode[1] != 'w' ||
		    strstr(line, "-shm") != NULL || scan_is_shadow(from))
			continue;
		found = file == 0 ? scan_touched(m, from, to) :
		    scan_bytes(m, (const unsigned char *)(uintptr_t)from,
		    to - from);
		if (found)
			snprintf(where, room, "%.*s", 100, line);
	}
	fclose(maps);
	return found;
}

#endif
