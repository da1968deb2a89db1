/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* input: passwords, from a terminal without echo or from standard input;
 * never from an argument or the environment, which others can read. */

#define _GNU_SOURCE	/* ppoll */

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char terminal_path[] = "/dev/tty";

/* What ends or stops a program while the echo is off. */
static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static volatile sig_atomic_t caught;

struct terminal {
	int fd;
	struct termios modes;
	struct sigaction actions[SIGNALS];
	sigset_t mask;
};

void
input_wipe(struct password *p)
{
	explicit_bzero(p, sizeof(*p));
}

/* ---- Standard input ---- */

/*
 * One line, a byte at a time: what follows belongs to whoever reads next
 * (`change` itself, or the rest of a script). Any byte may be in it.
 */
static int
read_line(struct tool *t, struct password *p)
{
	ssize_t n;
	char c = 0;

	p->length = 0;
	while ((n = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
		if (p->length == sizeof(p->bytes)) {
			input_wipe(p);
			return output_usage(t, _("a line on standard input "
			    "is longer than %d bytes"), INPUT_LINE_MAX);
		}
		p->bytes[p->length++] = c;
	}
	explicit_bzero(&c, sizeof(c));
	if (n < 0) {
		input_wipe(p);
		return output_usage(t, _("standard input: %s"),
		    strerror(errno));
	}
	if (n == 0 && p->length == 0)
		return output_usage(t,
		    _("there is no password on standard input"));
	return TOOL_YES;
}

/* ---- The terminal ---- */

static void
on_signal(int number)
{
	caught = number;
}

/* The signals stay blocked but inside ppoll, so that none comes between
 * looking for it and waiting: the echo is always restored. */
static bool
terminal_silence(struct terminal *terminal)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct termios silent;
	sigset_t held;

	sigemptyset(&held);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, &terminal->mask);
	caught = 0;
	for (size_t i = 0; i < SIGNALS; i++) {
		sigaction(signals[i], NULL, &terminal->actions[i]);
		if (terminal->actions[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	silent = terminal->modes;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	/* what was typed ahead was echoed: it is no password */
	return tcsetattr(terminal->fd, TCSAFLUSH, &silent) == 0;
}

static void
terminal_restore(struct terminal *terminal)
{
	(void)tcsetattr(terminal->fd, TCSAFLUSH, &terminal->modes);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &terminal->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &terminal->mask, NULL);
}

/* A line of the terminal; false at its end or when a signal came. */
static bool
terminal_line(const struct terminal *terminal, struct password *p)
{
	struct pollfd ready = { .fd = terminal->fd, .events = POLLIN };
	ssize_t n = -1;

	p->length = 0;
	if (ppoll(&ready, 1, NULL, &terminal->mask) == 1)
		n = read(terminal->fd, p->bytes, sizeof(p->bytes));
	if (n <= 0)
		return false;
	p->length = (size_t)n;
	if (p->bytes[p->length - 1] == '\n')
		p->length--;
	return true;
}

/* Ask once. A stop (Ctrl-Z) asks again when the program goes on; any other
 * signal does what it would have done, with the echo back. */
static bool
terminal_ask(struct terminal *terminal, const char *prompt,
    struct password *p)
{
	bool read;

	do {
		read = false;
		if (terminal_silence(terminal)) {
			dprintf(terminal->fd, "%s", prompt);
			read = terminal_line(terminal, p);
			dprintf(terminal->fd, "\n");
		}
		terminal_restore(terminal);
		if (caught != 0)
			(void)raise(caught);
	} while (!read && caught == SIGTSTP);
	return read;
}

static int
ask(struct tool *t, const char *prompt, struct password *p)
{
	struct terminal terminal = { .fd = -1 };
	bool read;

	terminal.fd = open(terminal_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal.fd < 0 ||
	    tcgetattr(terminal.fd, &terminal.modes) != 0)
		return output_usage(t, _("there is no terminal to ask for a "
		    "password: use --password-stdin"));
	read = terminal_ask(&terminal, prompt, p);
	close(terminal.fd);
	if (!read) {
		input_wipe(p);
		return output_usage(t, _("no password was typed"));
	}
	return TOOL_YES;
}

int
input_password(struct tool *t, const char *prompt, struct password *p)
{
	if (t->values[OPTION_PASSWORD_STDIN] != NULL)
		return read_line(t, p);
	return ask(t, prompt, p);
}

int
input_new_password(struct tool *t, struct password *p)
{
	struct password again = { 0 };
	int code;

	if ((code = input_password(t, _("New password: "), p)) != TOOL_YES ||
	    t->values[OPTION_PASSWORD_STDIN] != NULL)
		return code;
	code = ask(t, _("The same again: "), &again);
	if (code == TOOL_YES && (again.length != p->length ||
	    memcmp(again.bytes, p->bytes, p->length) != 0))
		code = output_usage(t, _("the two passwords differ"));
	input_wipe(&again);
	if (code != TOOL_YES)
		input_wipe(p);
	return code;
}
