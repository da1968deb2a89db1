/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* command: one run of paspw, and what its commands share. */
#ifndef COMMAND_H
#define COMMAND_H

#include "paspw.h"

#include <jansson.h>

/* Exit codes: documented, stable. */
enum tool_exit {
	TOOL_YES = 0,		/* done or yes */
	TOOL_NO = 1,		/* the policy says no */
	TOOL_USAGE = 2,
	TOOL_NO_ACCOUNT = 3,
	TOOL_DENIED = 4,
	TOOL_CONFIG = 5,
	TOOL_STORE = 6,
	TOOL_INTERNAL = 7
};

/* Rows of the option table in paspw.c. */
enum tool_option {
	OPTION_CONFIG = 0, OPTION_REALM, OPTION_JSON, OPTION_HELP,
	OPTION_VERSION, OPTION_PASSWORD_STDIN, OPTION_GENERATE, OPTION_OWNER,
	OPTION_KIND, OPTION_VALID_FROM, OPTION_VALID_UNTIL, OPTION_REASON,
	OPTION_TICKET, OPTION_REOPEN, OPTION_LOCKED, OPTION_EXPIRING,
	OPTION_TEMPORARY, OPTION_NEVER_CHANGED, OPTION_IDLE,
	OPTION_WITHOUT_OWNER, OPTION_COUNT,
	OPTION_LENGTH, OPTION_WORDS, OPTION_USER, OPTION_ACCOUNT, OPTION_SINCE,
	OPTION_PROOFS, OPTION_DIRECTORY, OPTION_WITH_HISTORY,
	OPTION_TARGET, OPTION_PARALLEL, OPTION_HOOK,
	OPTION_ROOT, OPTION_PAM_DIR, OPTION_SSHD_CONFIG,
	OPTIONS
};

struct command;

/* One run. */
struct tool {
	struct paspw *handle;
	const struct command *command;
	const char *values[OPTIONS];	/* "" for a flag; NULL: not given */
	const char *operand;		/* USER, KEY or FILE; NULL: none */
	const char *user;		/* whom it is about; NULL: nobody */
	struct paspw_terms terms;	/* of add */
	bool json;
	bool listing;			/* a JSON list is being written */
	size_t listed;			/* items of it so far */
};

/* Messages for people; the macro wants a `t` in scope. */
#define _(message) tool_text(t, message)
#define N_(message) (message)

const char *tool_text(struct tool *t, const char *message)
    __attribute__((format_arg(2)));

/* ---- The commands, one file per family; each returns an exit code ---- */

int cmd_init(struct tool *t);
int cmd_add(struct tool *t);
int cmd_lock(struct tool *t);
int cmd_unlock(struct tool *t);
int cmd_expire(struct tool *t);
int cmd_close(struct tool *t);
int cmd_set(struct tool *t);

int cmd_passwd(struct tool *t);
int cmd_verify(struct tool *t);
int cmd_change(struct tool *t);
int cmd_check(struct tool *t);
int cmd_generate(struct tool *t);

int cmd_status(struct tool *t);
int cmd_list(struct tool *t);
int cmd_warn(struct tool *t);

int cmd_policy_show(struct tool *t);
int cmd_policy_explain(struct tool *t);
int cmd_policy_lint(struct tool *t);
int cmd_policy_compare(struct tool *t);
int cmd_policy_diff(struct tool *t);
int cmd_policy_bench(struct tool *t);

int cmd_audit_show(struct tool *t);
int cmd_audit_seal(struct tool *t);
int cmd_audit_verify(struct tool *t);
int cmd_audit_export(struct tool *t);
int cmd_audit_archive(struct tool *t);
/* Where --directory says that the archives are. */
int tool_archives(struct tool *t);

int cmd_doctor(struct tool *t);
int cmd_completion(struct tool *t);

int cmd_import_shadow(struct tool *t);
int cmd_import_opasswd(struct tool *t);
int cmd_import_faillock(struct tool *t);
int cmd_import_csv(struct tool *t);
int cmd_import_json(struct tool *t);
int cmd_export(struct tool *t);

/* Issue a password (add, passwd): report the verdict, and the password if it
 * was generated. issue: paspw_add or paspw_reset as one of these. */
typedef int command_issue_fn(struct tool *t, const char *password,
    size_t length, struct paspw_report **report, enum paspw_verdict *verdict);
int command_issue(struct tool *t, command_issue_fn *issue);

/* ---- output.c ---- */

/* Set up standard output so that no copy of a password stays behind. */
void output_begin(void);
/* Flush and wipe it; TOOL_INTERNAL if something could not be written. */
int output_end(struct tool *t, int code);

/* The exit code of a library error; anything unforeseen is internal. */
int output_exit(int err);
/* Report the last error of the handle; returns its exit code. */
int output_error(struct tool *t, int err);
/* Report a fault of the command line; returns TOOL_USAGE. */
int output_usage(struct tool *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Report any other fault under a word of our own; returns exit_code. */
int output_fault(struct tool *t, int exit_code, const char *code,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void output_warning(struct tool *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One JSON object and a newline; takes the reference. NULL: no memory. */
int output_object(struct tool *t, json_t *object);
/* One JSON object that holds a list, written as a stream. */
void output_list_begin(struct tool *t, const char *name);
int output_list_item(struct tool *t, json_t *item);
void output_list_end(struct tool *t);

/* JSON: null for NULL and "", and never invalid UTF-8. */
json_t *output_string(const char *text);
/* JSON: ISO 8601 in UTC; null for 0. */
json_t *output_time(int64_t when);
/* JSON: the broken rules of a report; empty without one. */
json_t *output_report(const struct paspw_report *report);

/* Text: without control characters, padded to `width` characters. */
void output_text(const char *text, int width);
/* Text: the same in a colour, on a terminal that has some. */
enum output_colour { OUTPUT_GREEN = 0, OUTPUT_YELLOW, OUTPUT_RED };
void output_coloured(enum output_colour colour, const char *text, int width);
/* Text: the same for a word of state, in the colour of what it means. */
void output_state(const char *word, int width);
/* Text: local time with its zone; `never` for 0. */
void output_clock(int64_t when, const char *never, int width);
/* Text: one broken rule a line. */
void output_rules(const struct paspw_report *report);

/* ---- progress.c: that something goes on, on a terminal's stderr alone ---- */

void progress_begin(struct tool *t);
/* So much is done, of so much in all (0: unknown). */
void progress_count(uint64_t done, uint64_t total);
/* Take it off the screen. */
void progress_end(void);

/* ---- input.c ---- */

/* Longest line that is read; far above any password that is accepted, so
 * that the library can say of a long one that it is too long. */
#define INPUT_LINE_MAX 65536

struct password {
	size_t length;
	char bytes[INPUT_LINE_MAX];
};

/* From standard input with --password-stdin, else from the terminal.
 * TOOL_YES, or an exit code with the fault reported. */
int input_password(struct tool *t, const char *prompt, struct password *p);
/* The same for a new one: asked twice on a terminal. */
int input_new_password(struct tool *t, struct password *p);
void input_wipe(struct password *p);

/* ---- lines.c: a file that others wrote, line by line ---- */

/* Far above a line of opasswd with 400 hashes. */
#define LINES_MAX 262144

struct lines {
	int fd;
	unsigned long number;	/* of the line, from 1 */
	char *line;		/* without its end; a NUL follows it */
	size_t length;
	bool too_long;		/* longer than LINES_MAX: not here */
	/* private */
	bool ended, skipping;
	size_t begin, used;
	char buffer[LINES_MAX + 1];
};

/* Open a regular file, never through a link; directory: the one that it is
 * in, or AT_FDCWD. -1 with errno; EINVAL: it is no regular file. */
int lines_open_file(int directory, const char *path);
/* NULL with the fault reported in *code. */
struct lines *lines_open(struct tool *t, const char *path, int *code);
/* The next line; false at the end, and with *code set after a fault. */
bool lines_next(struct tool *t, const char *path, struct lines *l, int *code);
/* Wipes what was read. Accepts a pointer to NULL. */
void lines_close(struct lines **l);

/* ---- csv.c: RFC 4180, a record on one line ---- */

#define CSV_FIELDS_MAX 16
/* Split in place; the number of fields, or -1: a quote that is not closed, or
 * not where it may be, or too many fields. */
int csv_split(char *line, char *fields[CSV_FIELDS_MAX]);

/* ---- record.c: an account as a JSON object, and back ---- */

struct record {
	struct paspw_record fields;
	const char *history[PASPW_RECORD_HISTORY_MAX];
	int64_t failed_at[PASPW_RECORD_FAILURES_MAX];
};

/* NULL: no memory. */
json_t *record_object(const struct paspw_record *record);
/* The object is borrowed for as long as the record is used. NULL, or the
 * reason why it is none. */
const char *record_read(json_t *object, struct record *record);

/* ---- when.c ---- */

/* A time as an admin writes it: 2026-03-31, 2026-03-31T14:30, with seconds,
 * with a zone (Z, +01:00); local time without one. A date alone is the
 * midnight before it, or with through_day the one after it. */
bool when_parse(const char *text, bool through_day, int64_t *when);
/* A span such as 14d, 4mo or 12h after (sign 1) or before (-1) now. */
bool when_span(const char *text, int sign, int64_t now, int64_t *when);
/* A whole number from 1 to max, nothing around it. */
bool when_number(const char *text, unsigned max, unsigned *number);

#endif
