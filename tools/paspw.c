/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* paspw: the admin tool. The tables of commands and options, and one run. */

#include "table.h"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FIRST_OPTION 256	/* getopt's number of the first long option */
#define ACTOR_MAX 256

static const char service[] = "paspw";

const struct option_row options[OPTIONS] = {
	[OPTION_CONFIG] = { "config", "FILE",
	    N_("read this configuration") },
	[OPTION_REALM] = { "realm", "NAME",
	    N_("in this realm, whichever claims the account") },
	[OPTION_JSON] = { "json", NULL,
	    N_("print one JSON object; times are in UTC") },
	[OPTION_HELP] = { "help", NULL, N_("explain a command") },
	[OPTION_VERSION] = { "version", NULL, N_("print the version") },
	[OPTION_PASSWORD_STDIN] = { "password-stdin", NULL,
	    N_("read passwords from standard input, one a line") },
	[OPTION_GENERATE] = { "generate", NULL,
	    N_("make a password and print it once") },
	[OPTION_OWNER] = { "owner", "PERSON",
	    N_("the person who answers for the account") },
	[OPTION_KIND] = { "kind", "KIND",
	    N_("person, service, third_party or emergency") },
	[OPTION_VALID_FROM] = { "valid-from", "TIME",
	    N_("no login before: 2026-03-31, 2026-03-31T14:30") },
	[OPTION_VALID_UNTIL] = { "valid-until", "TIME",
	    N_("no login after; a date alone: to the end of that day") },
	[OPTION_REASON] = { "reason", "TEXT", N_("why; is recorded") },
	[OPTION_TICKET] = { "ticket", "TEXT",
	    N_("number of the request; is recorded") },
	[OPTION_REOPEN] = { "reopen", NULL,
	    N_("the name of a closed account, for a new one") },
	[OPTION_LOCKED] = { "locked", NULL, N_("only locked accounts") },
	[OPTION_EXPIRING] = { "expiring", "SPAN",
	    N_("only those that end within 14d, 4mo, 12h ...") },
	[OPTION_TEMPORARY] = { "temporary", NULL,
	    N_("only those with a temporary password") },
	[OPTION_NEVER_CHANGED] = { "never-changed", NULL,
	    N_("only those that still have the issued password") },
	[OPTION_IDLE] = { "idle", "SPAN",
	    N_("only those without a login for 90d, 6mo ...") },
	[OPTION_WITHOUT_OWNER] = { "without-owner", NULL,
	    N_("only those that nobody answers for") },
	[OPTION_COUNT] = { "count", "N", N_("this many passwords") },
	[OPTION_LENGTH] = { "length", "N", N_("this many characters") },
	[OPTION_WORDS] = { "words", "N", N_("this many words instead") },
	[OPTION_USER] = { "user", "USER",
	    N_("under the policy that governs this account") },
	[OPTION_ACCOUNT] = { "account", "USER",
	    N_("only events of this account") },
	[OPTION_SINCE] = { "since", "WHEN",
	    N_("only events since a time, or of the last 14d, 4mo ...") },
	[OPTION_PROOFS] = { "proofs", "FILE",
	    N_("check the keys and heads that were kept; -: stdin") },
	[OPTION_DIRECTORY] = { "directory", "DIR",
	    N_("archives are in DIR/REALM, not beside the store") },
	[OPTION_WITH_HISTORY] = { "with-history", NULL,
	    N_("also the hashes of old passwords") },
	[OPTION_TARGET] = { "target", "TIME",
	    N_("a hash takes at most this long: 100ms, 2s") },
	[OPTION_PARALLEL] = { "parallel", "N",
	    N_("this many logins at the same time; 10 without it") },
	[OPTION_HOOK] = { "hook", "PROGRAM",
	    N_("run this for each account instead of sending mail") },
	[OPTION_ROOT] = { "root", "DIR",
	    N_("look at the system that is mounted there") },
	[OPTION_PAM_DIR] = { "pam-dir", "DIR",
	    N_("the PAM services are there, not in /etc/pam.d") },
	[OPTION_SSHD_CONFIG] = { "sshd-config", "FILE",
	    N_("sshd reads this file, not /etc/ssh/sshd_config") },
};

#define WHY (HAS(OPTION_REASON) | HAS(OPTION_TICKET))
/* `set --owner ""` takes the owner away. */
#define MAY_BE_EMPTY (HAS(OPTION_OWNER) | WHY)
#define EVENTS (HAS(OPTION_ACCOUNT) | HAS(OPTION_SINCE) | \
    HAS(OPTION_DIRECTORY))
#define ISSUE (HAS(OPTION_GENERATE) | HAS(OPTION_PASSWORD_STDIN) | WHY)

const struct command commands[] = {
	{ "init", NULL, cmd_init, NULL, 0, USES_STORE,
	    N_("create the stores; first sealing keys are shown once") },
	{ "add", NULL, cmd_add, "USER", ISSUE | HAS(OPTION_OWNER) |
	    HAS(OPTION_KIND) | HAS(OPTION_VALID_FROM) |
	    HAS(OPTION_VALID_UNTIL) | HAS(OPTION_REOPEN), USES_STORE,
	    N_("issue an account; exit 1 if it exists") },
	{ "passwd", NULL, cmd_passwd, "USER", ISSUE, USES_STORE,
	    N_("issue a new temporary password") },
	{ "verify", NULL, cmd_verify, "USER", HAS(OPTION_PASSWORD_STDIN),
	    USES_STORE, N_("authenticate; a wrong password counts") },
	{ "change", NULL, cmd_change, "USER", HAS(OPTION_PASSWORD_STDIN),
	    USES_STORE, N_("change a password: the old one, then the new") },
	{ "status", NULL, cmd_status, "[USER]", 0, USES_STORE,
	    N_("one account in full, or how many in which state") },
	{ "list", NULL, cmd_list, NULL, HAS(OPTION_LOCKED) |
	    HAS(OPTION_EXPIRING) | HAS(OPTION_TEMPORARY) |
	    HAS(OPTION_NEVER_CHANGED) | HAS(OPTION_IDLE) |
	    HAS(OPTION_WITHOUT_OWNER), USES_STORE,
	    N_("the accounts; all that every option given says") },
	{ "warn", NULL, cmd_warn, NULL, HAS(OPTION_EXPIRING) |
	    HAS(OPTION_HOOK), 0,
	    N_("tell people before their password expires") },
	{ "set", NULL, cmd_set, "USER", WHY | HAS(OPTION_OWNER) |
	    HAS(OPTION_KIND) | HAS(OPTION_VALID_FROM) |
	    HAS(OPTION_VALID_UNTIL), USES_STORE | NEEDS_REASON,
	    N_("another owner, kind or validity; a date may be never") },
	{ "lock", NULL, cmd_lock, "USER", WHY, USES_STORE,
	    N_("lock until an admin unlocks") },
	{ "unlock", NULL, cmd_unlock, "USER", WHY, USES_STORE,
	    N_("unlock, and forget the failed tries") },
	{ "expire", NULL, cmd_expire, "USER", WHY, USES_STORE,
	    N_("demand a new password at the next login") },
	{ "close", NULL, cmd_close, "USER", WHY, USES_STORE | NEEDS_REASON,
	    N_("departure: no login, no credentials; trail kept") },
	{ "check", NULL, cmd_check, "[USER]", HAS(OPTION_PASSWORD_STDIN), 0,
	    N_("every rule that a password breaks; exit 1 if any") },
	{ "generate", NULL, cmd_generate, NULL, HAS(OPTION_COUNT) |
	    HAS(OPTION_LENGTH) | HAS(OPTION_WORDS) | HAS(OPTION_USER), 0,
	    N_("passwords that pass the policy") },
	{ "policy", "show", cmd_policy_show, NULL, 0, 0,
	    N_("every setting and where it comes from") },
	{ "policy", "explain", cmd_policy_explain, "KEY", 0, 0,
	    N_("what one setting does, and its values") },
	{ "policy", "lint", cmd_policy_lint, "FILE", 0, NO_CONFIG,
	    N_("check a configuration; exit 5 if it is broken") },
	{ "policy", "diff", cmd_policy_diff, "FILE", 0, 0,
	    N_("what another configuration would change, for whom") },
	{ "policy", "compare", cmd_policy_compare, "PRESET", 0, 0,
	    N_("against a standard; exit 1 if it asks for more") },
	{ "policy", "bench", cmd_policy_bench, NULL, HAS(OPTION_TARGET) |
	    HAS(OPTION_PARALLEL), 0,
	    N_("measure hash_cost; exit 1 if the present one is too high") },
	{ "audit", "show", cmd_audit_show, NULL, EVENTS, USES_STORE,
	    N_("the events, oldest first") },
	{ "audit", "seal", cmd_audit_seal, NULL, 0, 0,
	    N_("seal the trail now; prints its heads, to be kept") },
	{ "audit", "verify", cmd_audit_verify, NULL, HAS(OPTION_PROOFS) |
	    HAS(OPTION_DIRECTORY), USES_STORE | TAKES_LONG,
	    N_("look for a changed event; exit 1 if there is one") },
	{ "audit", "export", cmd_audit_export, NULL, EVENTS,
	    USES_STORE | TAKES_LONG,
	    N_("the events as CSV; with --json as JSON lines") },
	{ "audit", "archive", cmd_audit_archive, NULL,
	    HAS(OPTION_DIRECTORY), TAKES_LONG,
	    N_("move finished months into files; remove old ones") },
	{ "import", "shadow", cmd_import_shadow, "[FILE]", WHY, USES_STORE |
	    TAKES_LONG,
	    N_("take over hashes, dates and locks of /etc/shadow") },
	{ "import", "opasswd", cmd_import_opasswd, "[FILE]", WHY, USES_STORE |
	    TAKES_LONG,
	    N_("take over old passwords of pam_unix, pam_pwhistory") },
	{ "import", "faillock", cmd_import_faillock, "[DIR]", WHY, USES_STORE |
	    TAKES_LONG,
	    N_("take over failed tries of pam_faillock") },
	{ "import", "csv", cmd_import_csv, "FILE", WHY, USES_STORE |
	    TAKES_LONG,
	    N_("accounts: name,owner,kind,valid_from,valid_until") },
	{ "import", "json", cmd_import_json, "FILE", WHY, USES_STORE |
	    TAKES_LONG,
	    N_("what export wrote, hashes and all") },
	{ "export", NULL, cmd_export, NULL, HAS(OPTION_WITH_HISTORY),
	    USES_STORE | TAKES_LONG,
	    N_("the accounts as JSON lines, hashes and all") },
	{ "doctor", NULL, cmd_doctor, NULL, HAS(OPTION_ROOT) |
	    HAS(OPTION_PAM_DIR) | HAS(OPTION_SSHD_CONFIG), NO_CONFIG |
	    TAKES_LONG,
	    N_("what is enforced here, what not, and what to do; exit 1 "
	    "at a fault") },
	{ "completion", NULL, cmd_completion, "SHELL", 0, NO_CONFIG,
	    N_("the completion of commands, for bash or zsh") },
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/* ---- The command line ---- */

/*
 * Nothing with a control character in it gets further: it could forge a line
 * of the log or of the trail, or drive the terminal of whoever reads it.
 */
static int
check_argument(struct tool *t, const char *argument)
{
	const unsigned char *c = (const unsigned char *)argument;
	json_t *text = json_string(argument);

	if (text == NULL)
		return output_usage(t, _("an argument is not valid UTF-8"));
	json_decref(text);
	for (; *c != '\0'; c++)
		if (*c < ' ' || *c == 0x7f ||
		    (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0))
			return output_usage(t,
			    _("an argument holds a control character"));
	return TOOL_YES;
}

/* Of an option that we do not know, its name alone is repeated: what follows
 * the = may be a password. */
static int
option_fault(struct tool *t, int found, const char *argument)
{
	int known = optopt - FIRST_OPTION;

	if (found == ':')
		return output_usage(t, _("the option --%s needs a value"),
		    options[known].name);
	if (known >= 0)
		return output_usage(t, _("the option --%s takes no value"),
		    options[known].name);
	if (optopt != 0)
		return output_usage(t, _("there are no short options"));
	return output_usage(t, _("there is no option %.*s, or more than one "
	    "begins so"), (int)strcspn(argument, "="), argument);
}

static int
parse_options(struct tool *t, int argc, char **argv)
{
	struct option longs[OPTIONS + 1] = { 0 };
	int c;

	for (int i = 0; i < OPTIONS; i++)
		longs[i] = (struct option){ options[i].name,
		    options[i].value != NULL ? required_argument
		    : no_argument, NULL, FIRST_OPTION + i };
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (c < FIRST_OPTION)
			return option_fault(t, c, argv[optind - 1]);
		c -= FIRST_OPTION;
		/* a variable of a script that is empty: `--realm ""` would
		 * stand for all realms */
		if (optarg != NULL && optarg[0] == '\0' &&
		    (HAS(c) & MAY_BE_EMPTY) == 0)
			return output_usage(t, _("the option --%s needs a "
			    "value"), options[c].name);
		t->values[c] = optarg != NULL ? optarg : "";
	}
	t->json = t->values[OPTION_JSON] != NULL;
	return TOOL_YES;
}

/* Takes the words of the command off the operands. */
static const struct command *
find_command(char ***operands, int *count)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &commands[i];
		int words = c->second != NULL ? 2 : 1;

		if (*count < words || strcmp(**operands, c->word) != 0 ||
		    (words == 2 && strcmp((*operands)[1], c->second) != 0))
			continue;
		*operands += words;
		*count -= words;
		return c;
	}
	return NULL;
}

/* A surplus operand is not repeated: it may be a password. */
static int
check_operands(struct tool *t, const struct command *c, char **operands,
    int count)
{
	int most = c->operand != NULL ? 1 : 0;
	int least = most == 1 && c->operand[0] != '[' ? 1 : 0;

	if (count < least || (count > 0 && operands[0][0] == '\0'))
		return output_usage(t, _("%s: %s is missing"), c->word,
		    c->operand != NULL ? c->operand : "");
	if (count > most)
		return output_usage(t, _("%s: there is an operand too many"),
		    c->word);
	t->operand = count > 0 ? operands[0] : NULL;
	t->user = most == 1 && strstr(c->operand, "USER") != NULL ?
	    t->operand : t->values[OPTION_ACCOUNT] != NULL ?
	    t->values[OPTION_ACCOUNT] : t->values[OPTION_USER];
	for (unsigned i = 0; i < OPTIONS; i++)
		if (t->values[i] != NULL &&
		    (HAS(i) & (c->options | EVERY_COMMAND)) == 0)
			return output_usage(t, _("%s: the option --%s "
			    "belongs to another command"), c->word,
			    options[i].name);
	if ((c->flags & NEEDS_REASON) != 0 &&
	    (t->values[OPTION_REASON] == NULL ||
	    t->values[OPTION_REASON][0] == '\0'))
		return output_usage(t, _("%s: --reason is missing"), c->word);
	return TOOL_YES;
}

static bool
is_family(const char *word)
{
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].second != NULL &&
		    strcmp(word, commands[i].word) == 0)
			return true;
	return false;
}

static int
parse_command(struct tool *t, char **operands, int count)
{
	bool help = t->values[OPTION_HELP] != NULL;
	const char *word = count > 0 ? operands[0] : NULL;
	const struct command *c = find_command(&operands, &count);

	if (help && (word == NULL || (c == NULL && is_family(word))))
		return help_all(t, word);
	if (word == NULL)
		return output_usage(t,
		    _("there is no command: see paspw --help"));
	if (c == NULL)
		return output_usage(t, is_family(word)
		    ? _("%s needs a second word: see paspw --help")
		    : _("there is no command %s: see paspw --help"), word);
	if (help)
		return help_command(t, c);
	t->command = c;
	return check_operands(t, c, operands, count);
}

/* TOOL_YES with t->command NULL: all is said already (--help, --version). */
static int
parse(struct tool *t, int argc, char **argv)
{
	int code = TOOL_YES;

	/* before all else: an error is also told in JSON */
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		t->json = t->json || strcmp(argv[i], "--json") == 0;
	for (int i = 1; i < argc && code == TOOL_YES; i++)
		code = check_argument(t, argv[i]);
	if (code != TOOL_YES ||
	    (code = parse_options(t, argc, argv)) != TOOL_YES)
		return code;
	if (t->values[OPTION_VERSION] != NULL) {
		printf("paspw %s\n", PASPW_VERSION);
		return TOOL_YES;
	}
	return parse_command(t, argv + optind, argc - optind);
}

/* ---- One run ---- */

/* "root (sudo: alice)": the person behind root. sudo sets both variables; a
 * name that does not belong to the uid did not come from it. */
static const char *
sudo_actor(char *text, size_t size)
{
	const char *name = getenv("SUDO_USER"), *uid = getenv("SUDO_UID");
	char known[32];
	const struct passwd *person;

	if (getuid() != 0 || name == NULL || uid == NULL ||
	    (person = getpwnam(name)) == NULL)
		return NULL;
	snprintf(known, sizeof(known), "%lu", (unsigned long)person->pw_uid);
	if (strcmp(known, uid) != 0)
		return NULL;
	snprintf(text, size, "root (sudo: %s)", name);
	return text;
}

static const char *
terminal_name(void)
{
	static const char prefix[] = "/dev/";
	const char *name = ttyname(STDIN_FILENO);

	if (name == NULL)
		name = ttyname(STDERR_FILENO);
	if (name != NULL && strncmp(name, prefix, sizeof(prefix) - 1) == 0)
		name += sizeof(prefix) - 1;
	return name;
}

static int
introduce(struct tool *t)
{
	char actor[ACTOR_MAX];
	const struct {
		enum paspw_field field;
		const char *value;
	} fields[] = {
		{ PASPW_REALM, t->values[OPTION_REALM] },
		{ PASPW_SERVICE, service },
		{ PASPW_TTY, terminal_name() },
		{ PASPW_ACTOR, sudo_actor(actor, sizeof(actor)) },
		{ PASPW_REASON, t->values[OPTION_REASON] },
		{ PASPW_TICKET, t->values[OPTION_TICKET] },
	};
	int err;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].value == NULL || (err = paspw_set(t->handle,
		    fields[i].field, fields[i].value)) == PASPW_OK)
			continue;
		/* exit 3 is for accounts: a script must not take a mistyped
		 * realm for a person who has left */
		if (err == PASPW_ERR_NOTFOUND)
			err = PASPW_ERR_INVALID;
		return output_error(t, err);
	}
	return TOOL_YES;
}

static int
open_handle(struct tool *t)
{
	int err = paspw_open(&t->handle, t->values[OPTION_CONFIG], 0);

	return err != PASPW_OK ? output_error(t, err) : introduce(t);
}

/* Of one account's realm, or of all: another realm may not be there yet. */
static void
seal(struct tool *t)
{
	const char *realm = NULL;
	int err = PASPW_OK;

	if (t->user != NULL && (err = paspw_realm_of(t->handle, t->user,
	    &realm)) == PASPW_OK)
		err = paspw_set(t->handle, PASPW_REALM, realm);
	if (err == PASPW_OK)
		err = paspw_audit_seal(t->handle);
	/* somebody else is at it, or has the privileges for it */
	if (err != PASPW_OK && err != PASPW_ERR_BUSY &&
	    err != PASPW_ERR_DENIED)
		output_warning(t, "%s", paspw_detail(t->handle));
}

static int
run(struct tool *t)
{
	unsigned flags = t->command->flags;
	int code;

	if ((flags & NO_CONFIG) == 0 &&
	    (code = open_handle(t)) != TOOL_YES)
		return code;
	if ((flags & TAKES_LONG) != 0)
		progress_begin(t);
	code = t->command->run(t);
	if ((flags & USES_STORE) != 0 &&
	    (code == TOOL_YES || code == TOOL_NO)) {
		(void)fflush(stdout);	/* a pipe need not wait for the seal */
		seal(t);
	}
	progress_end();
	return code;
}

/* A store opened as descriptor 1 would receive what we print. Opened to read,
 * so that writing still fails and is told. */
static void
hold_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	static const struct rlimit no_core = { 0, 0 };
	struct tool t = { 0 };
	int code;

	hold_standard_descriptors();
	(void)setrlimit(RLIMIT_CORE, &no_core);	/* would hold passwords */
	setlocale(LC_ALL, "");
	output_begin();
	code = parse(&t, argc, argv);
	if (code == TOOL_YES && t.command != NULL)
		code = run(&t);
	code = output_end(&t, code);
	paspw_close(&t.handle);
	return code;
}
