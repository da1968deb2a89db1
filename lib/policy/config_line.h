/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * config_line: the lines of one file, and what is wrong with each.
 *
 * libeconf, which gives the values, says nothing of a line that it does not
 * understand, glues a line without `=` to the value before it, cuts at a NUL
 * and at 8191 bytes, and takes the first of two equal keys: each time a
 * setting that the admin believes to be in force. So the lines are checked
 * here first.
 */
#ifndef CONFIG_LINE_H
#define CONFIG_LINE_H

#include "policy/config_realm.h"

/* A line that gives a setting. */
struct config_entry {
	size_t line;
	size_t draft;
	const struct policy_setting *setting;
};

/* One file on its way into the drafts. */
struct config_reading {
	const char *path;
	struct config_drafts *drafts;
	struct error *e;
	int rc;
	size_t line;
	bool in_section;		/* a [section] was seen ... */
	bool section_ok;		/* ... and its name is one */
	size_t draft;
	bool open;			/* an indented line goes on */
	size_t count;
	struct config_entry *entries;	/* freed by the caller */
};

/* Find the entries of a text. A line that is not understood becomes a
 * comment, so that libeconf can still read the values of the others and all
 * faults are told at once; false if there was one. */
bool config_lines_take(struct config_reading *r, char *text, size_t size);

/* Add `file:line: key: reason` to the faults. */
void config_line_fault(struct config_reading *r, size_t line,
    const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* file:line; of a long path the end, so that the line is always there. */
void config_line_where(const struct config_reading *r, size_t line,
    struct config_origin *where);

#endif
