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

/* A page that was never written is not there; a stack of a thread has two
 * thousand of them. */
#define SCAN_PAGE ((size_t)4096)
#define SCAN_PAGES 512		/* looked up at a time */
#define SCAN_THERE (UINT64_C(3) << 62)	/* present or swapped */

/* In those pages of a mapping that are there. */
static inline bool
scan_mapping(const struct masked *m, int pagemap, size_t from, size_t to)
{
	static uint64_t pages[SCAN_PAGES];
	size_t begin = from;	/* of neighbours that are there */

	for (size_t at = from; at < to; at += SCAN_PAGE) {
		size_t n = (at - from) / SCAN_PAGE % SCAN_PAGES;

		if (n == 0 && pread(pagemap, pages, sizeof(pages), (off_t)
		    (at / SCAN_PAGE * sizeof(pages[0]))) <= 0)
			return true;
		if ((pages[n] & SCAN_THERE) != 0)
			continue;
		if (scan_bytes(m, (const unsigned char *)(uintptr_t)begin,
		    at - begin))
			return true;
		begin = at + SCAN_PAGE;
	}
	return begin < to && scan_bytes(m,
	    (const unsigned char *)(uintptr_t)begin, to - begin);
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
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool found = false;

	if (maps == NULL || pagemap == -1)
		return true;
	setvbuf(maps, buffer, _IOFBF, sizeof(buffer));
	while (!found && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from = 0, to = 0;
		char mode[8] = "";

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    mode[0] != 'r' || mode[1] != 'w' ||
		    strstr(line, "-shm") != NULL || scan_is_shadow(from))
			continue;
		found = scan_mapping(m, pagemap, from, to);
		if (found)
			snprintf(where, room, "%.*s", 100, line);
	}
	fclose(maps);
	close(pagemap);
	return found;
}

#endif
