/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* tree: a directory of a test, with all that is in it. */
#ifndef TREE_H
#define TREE_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#define TREE_DESCRIPTORS 8

static inline int
tree_remove_one(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

/* 0: nothing of it is left. */
static inline int
tree_remove(const char *path)
{
	return nftw(path, tree_remove_one, TREE_DESCRIPTORS,
	    FTW_DEPTH | FTW_PHYS);
}

#endif
