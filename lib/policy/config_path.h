/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* config_path: which files make up a configuration, and in which order. */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

#include "policy/config_file.h"

struct config_paths {
	size_t count;
	size_t drop_ins;		/* index of the first of them */
	char **list;
};

/* What a configuration is called: path, or the default one if NULL. */
PASPW_MUST_USE int config_path_name(const struct config_places *places,
    const char *path, char name[POLICY_TEXT_MAX], struct error *e);

/*
 * The default configuration: its file in etc, else in vendor, or none; then
 * the drop-ins of vendor, run and etc, by name; of those with the same name
 * the last one alone. A named one: the file, which must exist, then NAME.d.
 */
PASPW_MUST_USE int config_paths_find(struct config_paths *paths,
    const struct config_places *places, const char *path, struct error *e);
void config_paths_free(struct config_paths *paths);

#endif
