/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* import export: accounts on their way in and out. */

#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char shadow_path[] = "/etc/shadow";
static const char opasswd_path[] = "/etc/security/opasswd";
static const char faillock_path[] = "/var/run/faillock";

/* More than the library takes, so that it can say so. */
#define TALLY_MAX 131072
#define LINES_COUNTED 16	/* looking at each would cost more */

/* One file or directory being taken over. */
struct import {
	struct tool *tool;
	const char *path;
	const char *file;		/* in the directory, or NULL */
	unsigned long line;		/* 0: not a file of lines */
	unsigned long imported, unchanged, skipped;
};

/* ---- What came of it ---- */

static void
print_skip(const struct import *i, const char *reason)
{
	output_text(i->path, 0);
	if (i->file != NULL) {
		putchar('/');
		output_text(i->file, 0);
	}
	if (i->line != 0)
		printf(":%lu", i->line);
	printf(": ");
	output_text(reason, 0);
	putchar('\n');
}

static int
skip(struct import *i, const char *reason)
{
	i->skipped++;
	if (!i->tool->json) {
		print_skip(i, reason);
		return TOOL_YES;
	}
	return output_list_item(i->tool, json_pack("{s:o, s:o, s:o}",
	    "file", output_string(i->file), "line", i->line != 0 ?
	    json_integer((json_int_t)i->line) : json_null(),
	    "reason", output_string(reason)));
}

/* What the library says of one account. */
static int
conclude(struct import *i, int err, enum paspw_import outcome)
{
	const char *reason = paspw_detail(i->tool->handle);

	if (err != PASPW_OK)
		return output_error(i->tool, err);
	if (outcome == PASPW_IMPORT_DONE)
		i->imported++;
	else if (outcome == PASPW_IMPORT_UNCHANGED)
		i->unchanged++;
	return reason[0] != '\0' ? skip(i, reason) : TOOL_YES;
}

static void
begin(struct import *i)
{
	if (i->tool->json)
		output_list_begin(i->tool, "skipped");
}

static int
end(struct import *i, int code)
{
	struct tool *t = i->tool;

	if (code != TOOL_YES)
		return code;
	if (t->json) {
		t->listing = false;
		printf("\n], \"imported\": %lu, \"unchanged\": %lu}\n",
		    i->imported, i->unchanged);
	} else
		printf(_("%lu taken over, %lu unchanged, %lu left out\n"),
		    i->imported, i->unchanged, i->skipped);
	return i->skipped == 0 ? TOOL_YES : TOOL_NO;
}

/* ---- A file of lines ---- */

typedef int line_fn(struct import *i, struct lines *l);

/* Lines, and how many there are if the rest is as long as those before. */
static void
count_lines(const struct lines *l)
{
	off_t at = l->number % LINES_COUNTED == 0 ?
	    lseek(l->fd, 0, SEEK_CUR) : 0;
	struct stat st;

	if (at > 0 && fstat(l->fd, &st) == 0)
		progress_count(l->number, l->number * (uint64_t)st.st_size /
		    (uint64_t)at);
}

static int
import_line(struct import *i, struct lines *l, line_fn *fn)
{
	i->line = l->number;
	count_lines(l);
	if (l->too_long)
		return skip(i, "a line that is longer than any");
	return l->length > 0 ? fn(i, l) : TOOL_YES;
}

static int
import_lines(struct tool *t, const char *standard, line_fn *fn)
{
	struct import i = { .tool = t,
	    .path = t->operand != NULL ? t->operand : standard };
	int code = TOOL_YES;
	struct lines *l = lines_open(t, i.path, &code);

	if (l == NULL)
		return code;
	begin(&i);
	while (code == TOOL_YES && lines_next(t, i.path, l, &code))
		code = import_line(&i, l, fn);
	lines_close(&l);
	return end(&i, code);
}

static int
shadow_line(struct import *i, struct lines *l)
{
	enum paspw_import outcome;
	int err = paspw_import_shadow(i->tool->handle, l->line, l->length,
	    &outcome);

	return conclude(i, err, outcome);
}

int
cmd_import_shadow(struct tool *t)
{
	return import_lines(t, shadow_path, shadow_line);
}

static int
opasswd_line(struct import *i, struct lines *l)
{
	enum paspw_import outcome;
	int err = paspw_import_opasswd(i->tool->handle, l->line, l->length,
	    &outcome);

	return conclude(i, err, outcome);
}

int
cmd_import_opasswd(struct tool *t)
{
	return import_lines(t, opasswd_path, opasswd_line);
}

/* The parser's own message repeats what it read: a hash, perhaps. */
static int
json_line(struct import *i, struct lines *l)
{
	struct record record;
	json_error_t ignored;
	enum paspw_import outcome;
	json_t *object = json_loadb(l->line, l->length,
	    JSON_REJECT_DUPLICATES, &ignored);
	const char *reason = record_read(object, &record);
	int err, code;

	explicit_bzero(&ignored, sizeof(ignored));
	if (reason == NULL) {
		err = paspw_import_record(i->tool->handle, &record.fields,
		    &outcome);
		code = conclude(i, err, outcome);
	} else
		code = skip(i, reason);
	json_decref(object);
	return code;
}

int
cmd_import_json(struct tool *t)
{
	return import_lines(t, NULL, json_line);
}

/* ---- CSV ---- */

enum { COLUMN_NAME, COLUMN_OWNER, COLUMN_KIND, COLUMN_FROM, COLUMN_UNTIL,
	COLUMNS };
static const char *const columns[COLUMNS] = {
	"name", "owner", "kind", "valid_from", "valid_until"
};

struct csv {
	int count;			/* fields of a line */
	int column[CSV_FIELDS_MAX];	/* what each of them is */
};

/* Fields of a line, or -1. A NUL would hide what stands behind it. */
static int
csv_fields(struct lines *l, char *fields[CSV_FIELDS_MAX])
{
	if (strlen(l->line) != l->length)
		return -1;
	if (l->length > 0 && l->line[l->length - 1] == '\r')
		l->line[l->length - 1] = '\0';
	return csv_split(l->line, fields);
}

static int
column_find(const char *name)
{
	for (int i = 0; i < COLUMNS; i++)
		if (strcmp(columns[i], name) == 0)
			return i;
	return -1;
}

/* The first line says what the fields are. */
static bool
csv_header(struct lines *l, struct csv *csv)
{
	static const char mark[] = "\xef\xbb\xbf";	/* UTF-8, says Excel */
	char *fields[CSV_FIELDS_MAX];
	unsigned seen = 0;

	if (strncmp(l->line, mark, sizeof(mark) - 1) == 0) {
		l->line += sizeof(mark) - 1;
		l->length -= sizeof(mark) - 1;
	}
	csv->count = csv_fields(l, fields);
	for (int i = 0; i < csv->count; i++) {
		int column = column_find(fields[i]);

		if (column < 0 || (seen & (1u << column)) != 0)
			return false;
		seen |= 1u << column;
		csv->column[i] = column;
	}
	return (seen & (1u << COLUMN_NAME)) != 0;
}

static bool
csv_time(const char *text, bool through_day, int64_t *when)
{
	*when = 0;
	return text == NULL || text[0] == '\0' ||
	    when_parse(text, through_day, when);
}

static int
csv_line(struct import *i, struct lines *l, const struct csv *csv)
{
	char *fields[CSV_FIELDS_MAX];
	const char *value[COLUMNS] = { NULL };
	struct paspw_terms terms = { 0 };
	enum paspw_import outcome;
	int err, count;

	i->line = l->number;
	count_lines(l);
	if (l->too_long)
		return skip(i, "a line that is longer than any");
	if (l->length == 0 || strcmp(l->line, "\r") == 0)
		return TOOL_YES;
	if ((count = csv_fields(l, fields)) != csv->count)
		return skip(i, count < 0 ? "not a line of CSV" :
		    "not as many fields as the first line");
	for (int n = 0; n < count; n++)
		value[csv->column[n]] = fields[n];
	terms.owner = value[COLUMN_OWNER];
	terms.kind = value[COLUMN_KIND];
	if (!csv_time(value[COLUMN_FROM], false, &terms.valid_from) ||
	    !csv_time(value[COLUMN_UNTIL], true, &terms.valid_until))
		return skip(i, "no time such as 2026-03-31 or "
		    "2026-03-31T14:30");
	err = paspw_import_terms(i->tool->handle, value[COLUMN_NAME], &terms,
	    &outcome);
	return conclude(i, err, outcome);
}

int
cmd_import_csv(struct tool *t)
{
	struct import i = { .tool = t, .path = t->operand };
	struct csv csv = { 0 };
	int code = TOOL_YES;
	struct lines *l = lines_open(t, i.path, &code);

	if (l == NULL)
		return code;
	if (lines_next(t, i.path, l, &code) && !csv_header(l, &csv))
		csv.count = 0;
	if (code == TOOL_YES && csv.count == 0)
		code = output_fault(t, TOOL_USAGE, "file", _("%s:1: the first "
		    "line names the columns: name,owner,kind,valid_from,"
		    "valid_until"), i.path);
	if (code != TOOL_YES)
		goto out;
	begin(&i);
	while (code == TOOL_YES && lines_next(t, i.path, l, &code))
		code = csv_line(&i, l, &csv);
	code = end(&i, code);
out:
	lines_close(&l);
	return code;
}

/* ---- faillock: a file for each user ---- */

static int
import_tally(struct import *i, int directory)
{
	static char tally[TALLY_MAX];
	enum paspw_import outcome;
	size_t used = 0;
	ssize_t n = 1;
	int err, fd = lines_open_file(directory, i->file);

	if (fd < 0)
		return skip(i, errno == EINVAL || errno == ELOOP ?
		    "it is no regular file" : strerror(errno));
	while (n > 0 && used < sizeof(tally)) {
		n = read(fd, tally + used, sizeof(tally) - used);
		used += n > 0 ? (size_t)n : 0;
	}
	err = errno;
	close(fd);
	if (n < 0)
		return skip(i, strerror(err));
	err = paspw_import_faillock(i->tool->handle, i->file, tally, used,
	    &outcome);
	return conclude(i, err, outcome);
}

int
cmd_import_faillock(struct tool *t)
{
	struct import i = { .tool = t, .path = t->operand != NULL ?
	    t->operand : faillock_path };
	int code = TOOL_YES, fd = open(i.path, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	uint64_t count = 0;

	if (directory == NULL) {
		code = output_fault(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_USAGE, "file", "%s: %s", i.path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return code;
	}
	begin(&i);
	while (code == TOOL_YES && (entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		progress_count(++count, 0);
		i.file = entry->d_name;
		code = import_tally(&i, fd);
	}
	closedir(directory);
	return end(&i, code);
}

/* ---- export ---- */

struct export {
	struct tool *tool;
	int code;
	uint64_t count;
};

static int
export_record(const struct paspw_record *record, void *arg)
{
	struct export *x = arg;

	progress_count(++x->count, 0);
	x->code = output_object(x->tool, record_object(record));
	return x->code != TOOL_YES || ferror(stdout) ? EOF : 0;
}

int
cmd_export(struct tool *t)
{
	struct export x = { t, TOOL_YES, 0 };
	int err;

	/* Hashes stay in the memory of a terminal, and on a screen. */
	if (isatty(STDOUT_FILENO))
		return output_usage(t, _("export writes hashes: not to a "
		    "terminal, but to a file that only you can read"));
	err = paspw_export(t->handle, t->values[OPTION_WITH_HISTORY] != NULL ?
	    PASPW_WITH_HISTORY : 0, export_record, &x);
	if (err == EOF)
		return x.code;
	return err == PASPW_OK ? TOOL_YES : output_error(t, err);
}
