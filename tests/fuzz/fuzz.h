/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* fuzz: what a target is: called by libFuzzer, or by replay.c. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input; stops the fuzzer at this input. */
#define HOLDS(condition) do { \
	if (!(condition)) \
		abort(); \
} while (0)

#endif
