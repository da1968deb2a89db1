/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/secret.h"

#include <string.h>

void
secret_wipe_bytes(void *bytes, size_t size)
{
	if (bytes == NULL)
		return;
	explicit_bzero(bytes, size);
	/* Says that the bytes are read after this: link-time optimisation may
	 * not drop the wipe of an object that dies next. */
	__asm__ __volatile__("" : : "r"(bytes) : "memory");
}

void
secret_wipe(struct secret *s)
{
	secret_wipe_bytes(s, sizeof(*s));
}

bool
secret_set(struct secret *s, const char *bytes, size_t length)
{
	secret_wipe(s);
	/* A NUL would cut the password for every C function behind us: two
	 * different passwords would then have the same hash. */
	if (length > PASPW_PASSWORD_MAX ||
	    (length > 0 && memchr(bytes, '\0', length) != NULL))
		return false;
	if (length > 0)
		memcpy(s->bytes, bytes, length);
	s->length = length;
	return true;
}

/* No early end and no branch on the bytes: the time that a comparison takes
 * must not tell how many of the first bytes were right. */
bool
secret_equal(const char *ours, const char *theirs, size_t length)
{
	volatile unsigned char differ = 0;

	for (size_t i = 0; i < length; i++)
		differ = (unsigned char)(differ |
		    ((unsigned char)ours[i] ^ (unsigned char)theirs[i]));
	return differ == 0;
}
