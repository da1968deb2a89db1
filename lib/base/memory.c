/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "base/memory.h"

#include <unistd.h>

#include "base/cgroup.h"

uint64_t
memory_limit(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t machine = pages <= 0 || size <= 0 ? 0 :
	    (uint64_t)pages * (uint64_t)size;
	uint64_t groups = cgroup_memory(&cgroup_places);

	return machine < groups ? machine : groups;
}
