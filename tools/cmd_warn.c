/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* warn: tell people before their password expires, by mail or by a program of
 * the site. Run once a day by a timer: nobody is told twice a day. */

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SENDMAIL "/usr/sbin/sendmail"
#define TIME_MAX 64
#define TEXT_MAX 2048

/* One run. */
struct warning {
	struct tool *tool;
	const char *hook;	/* NULL: mail */
	const char *within;	/* NULL: warn_before of each realm */
	int64_t now;
	json_t *realms;		/* name -> its settings */
	json_t *notices;	/* { account, realm, expires_at } */
	size_t failed;
};

/* What one message is made of. */
struct notice {
	const char *account;
	const char *realm;
	time_t expires_at;
	char utc[TIME_MAX];	/* for programs, ISO 8601 */
	char text[TEXT_MAX];
};

static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL=C.UTF-8", NULL };

/* ---- Who is told ---- */

static int
add_setting(const struct paspw_setting *setting, void *arg)
{
	struct warning *w = arg;
	json_t *settings = json_object_get(w->realms, setting->realm);

	if (strcmp(setting->name, "warn_before") != 0 &&
	    strcmp(setting->name, "language") != 0)
		return 0;
	if (settings == NULL && json_object_set_new(w->realms, setting->realm,
	    settings = json_object()) != 0)
		return PASPW_ERR_MEMORY;
	return json_object_set_new(settings, setting->name,
	    output_string(setting->value)) == 0 ? 0 : PASPW_ERR_MEMORY;
}

static const char *
setting(const struct warning *w, const char *realm, const char *name)
{
	return json_string_value(json_object_get(json_object_get(w->realms,
	    realm), name));
}

/* A temporary password is left out: whoever issued it said when it ends. */
static int
add_account(const struct paspw_status *s, void *arg)
{
	struct warning *w = arg;
	const char *within = w->within != NULL ? w->within :
	    setting(w, s->realm, "warn_before");
	int64_t until = 0;

	if (strcmp(s->state, "active") != 0 || s->expires_at <= w->now ||
	    within == NULL || !when_span(within, 1, w->now, &until) ||
	    s->expires_at > until)
		return 0;
	return json_array_append_new(w->notices, json_pack("{s:s, s:s, s:I}",
	    "account", s->account, "realm", s->realm,
	    "expires_at", (json_int_t)s->expires_at)) == 0 ? 0 :
	    PASPW_ERR_MEMORY;
}

static int
collect(struct warning *w)
{
	int err;

	if (w->realms == NULL || w->notices == NULL)
		return PASPW_ERR_MEMORY;
	if ((err = paspw_setting_each(w->tool->handle, add_setting,
	    w)) != PASPW_OK)
		return err;
	return paspw_each(w->tool->handle, add_account, w);
}

/* ---- What they are told ---- */

/* In the language of the realm: a timer has none of its own. */
static int
write_notice(struct warning *w, struct notice *n)
{
	struct tool *t = w->tool;
	const char *language = setting(w, n->realm, "language");
	char day[TIME_MAX] = "";
	struct tm tm;
	int err;

	if ((err = paspw_set(t->handle, PASPW_LANGUAGE,
	    language)) != PASPW_OK)
		return err;
	if (localtime_r(&n->expires_at, &tm) != NULL)
		(void)strftime(day, sizeof(day), _("%Y-%m-%d at %H:%M"), &tm);
	if (gmtime_r(&n->expires_at, &tm) != NULL)
		(void)strftime(n->utc, sizeof(n->utc), "%Y-%m-%dT%H:%M:%SZ",
		    &tm);
	snprintf(n->text, sizeof(n->text), _("The password of the account %s "
	    "expires on %s.\nPlease change it before then; otherwise the next "
	    "login asks for a new one.\n\nThis message asks for no password "
	    "and has no link to follow.\n"), n->account, day);
	return PASPW_OK;
}

/* ---- How they are told ---- */

/* A child whose standard input is a pipe; -1: errno is set. */
static pid_t
start(const char *const argv[], int *input)
{
	posix_spawn_file_actions_t actions;
	int pipes[2] = { -1, -1 };
	pid_t child = -1;
	int failed;

	if (pipe2(pipes, O_CLOEXEC) == -1)
		return -1;
	if ((failed = posix_spawn_file_actions_init(&actions)) == 0) {
		failed = posix_spawn_file_actions_adddup2(&actions, pipes[0],
		    STDIN_FILENO);
		if (failed == 0)
			failed = posix_spawn(&child, argv[0], &actions, NULL,
			    (char *const *)(uintptr_t)argv,
			    (char *const *)(uintptr_t)environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(pipes[0]);
	*input = pipes[1];
	if (failed != 0) {
		close(pipes[1]);
		errno = failed;
		return -1;
	}
	return child;
}

/* Give it the text and wait for its answer; it told people if it exits 0. */
static bool
deliver(const char *const argv[], const char *headers, const char *text)
{
	FILE *stream;
	int input = -1, status = 0;
	pid_t child = start(argv, &input);
	bool written;

	if (child == -1)
		return false;
	if ((stream = fdopen(input, "w")) == NULL)
		close(input);
	written = stream != NULL && fputs(headers, stream) != EOF &&
	    fputs(text, stream) != EOF;
	if (stream != NULL && fclose(stream) != 0 && errno != EPIPE)
		written = false;
	while (waitpid(child, &status, 0) == -1)
		if (errno != EINTR)
			return false;
	return written && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
run_hook(const struct warning *w, const struct notice *n)
{
	const char *const argv[] = { w->hook, n->account, n->realm, n->utc,
	    NULL };

	return deliver(argv, "", n->text);
}

/* To the account itself, as cron does. The subject is plain ASCII. */
static bool
mail(const struct warning *w, const struct notice *n)
{
	struct tool *t = w->tool;
	const char *const argv[] = { SENDMAIL, "-i", "--", n->account, NULL };
	char headers[TEXT_MAX];

	if (getpwnam(n->account) == NULL) {
		output_warning(t, _("%s: no user of this system, so no mail: "
		    "use --hook"), n->account);
		return false;
	}
	snprintf(headers, sizeof(headers), "To: %s\nSubject: %s\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
	    "Content-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated"
	    "\n\n", n->account, _("Your password expires soon"));
	return deliver(argv, headers, n->text);
}

static int
tell(struct warning *w, json_t *account)
{
	struct tool *t = w->tool;
	struct notice n = {
		.account = json_string_value(json_object_get(account,
		    "account")),
		.realm = json_string_value(json_object_get(account, "realm")),
		.expires_at = (time_t)json_integer_value(json_object_get(
		    account, "expires_at"))
	};
	bool told;
	int err;

	if ((err = write_notice(w, &n)) != PASPW_OK)
		return output_error(t, err);
	told = w->hook != NULL ? run_hook(w, &n) : mail(w, &n);
	if (!told) {
		w->failed++;
		output_warning(t, _("%s was not told"), n.account);
	}
	if (t->json)
		return output_list_item(t, json_pack("{s:o, s:o, s:o, s:b}",
		    "account", output_string(n.account),
		    "realm", output_string(n.realm),
		    "expires_at", output_time(n.expires_at), "told", told));
	if (told)
		printf("%s\n", n.account);
	return TOOL_YES;
}

/* A program that ends early must not end us (SIGPIPE). */
static int
tell_all(struct warning *w)
{
	int code = TOOL_YES;
	json_t *account;
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);
	if (w->tool->json)
		output_list_begin(w->tool, "accounts");
	json_array_foreach(w->notices, i, account)
		if ((code = tell(w, account)) != TOOL_YES)
			return code;
	if (w->tool->json)
		output_list_end(w->tool);
	return w->failed == 0 ? TOOL_YES : TOOL_NO;
}

int
cmd_warn(struct tool *t)
{
	struct warning w = {
		.tool = t, .hook = t->values[OPTION_HOOK],
		.within = t->values[OPTION_EXPIRING],
		.now = (int64_t)time(NULL), .realms = json_object(),
		.notices = json_array()
	};
	int64_t until;
	int err, code;

	if (w.within != NULL && !when_span(w.within, 1, w.now, &until))
		code = output_usage(t, _("--expiring: %s is no span such as "
		    "14d, 4mo or 12h"), w.within);
	else if ((err = collect(&w)) != PASPW_OK)
		code = output_error(t, err);
	else
		code = tell_all(&w);
	json_decref(w.realms);
	json_decref(w.notices);
	return code;
}
