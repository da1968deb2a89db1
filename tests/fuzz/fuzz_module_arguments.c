/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The arguments of the module on a line of a PAM service, separated by NUL;
 * those of paspw are fuzz_command_line's. */

#include <string.h>

#include "fuzz.h"
#include "module.h"

#define COUNT_MAX 64
#define TEXT_MAX 4096
#define FAULT_MAX 256

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX + 1];
	const char *list[COUNT_MAX];
	char fault[FAULT_MAX] = "";
	struct arguments a;
	int count = 0;

	if (size > TEXT_MAX)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at < size && count < COUNT_MAX;
	    at += strlen(text + at) + 1)
		list[count++] = text + at;
	memset(&a, 0, sizeof(a));
	/* what is not understood is said, in one line */
	if (!arguments_parse(&a, count, list, fault, sizeof(fault))) {
		HOLDS(fault[0] != '\0' && strchr(fault, '\n') == NULL);
		return 0;
	}
	HOLDS(a.conf == NULL || a.conf[0] == '/');
	HOLDS(a.role <= ROLE_AUTHSUCC);
	return 0;
}
