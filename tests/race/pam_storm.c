/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * pam_storm [-r ROUNDS] [-b COMMAND] [-n] CONFDIR SERVICE USER:WRONG:RIGHT...
 *
 * Processes that log in through PAM, all released at the same instant: for
 * each USER, WRONG of them with wrong passwords and RIGHT with the right one
 * (of all accounts), read from standard input, at random places among them.
 *
 *	-r ROUNDS	do it so often
 *	-b COMMAND	run this before each round
 *	-n		nothing to learn (see login.h): no login before
 *
 * A line for each round and USER says what happened:
 *
 *	alice callers 201 verified 5 accepted 1 refused 200 unavailable 0
 *	other 0 place 3 ms 412
 *
 * place: of the right password's verification among all; the last of them if
 * several were accepted; 0 if none was. Exit 1 if it could not be done.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "login.h"

#define GROUPS_MAX 16
#define CALLERS_MAX 2000
#define PASSWORD_TEXT 64
#define MS_PER_SECOND 1000
#define NS_PER_MS 1000000

struct group {
	struct login_target *target;
	int wrong;
	int right;
};

struct caller {			/* in shared memory */
	const struct group *group;
	bool right;
	atomic_bool done;
	int code;
	int place;
};

static struct storm {
	const char *confdir;
	const char *service;
	const char *before;
	int rounds;
	bool learn;
	char right[LOGIN_TEXT_MAX];
	struct group groups[GROUPS_MAX];
	int group_count;
	struct caller *callers;
	int caller_count;
} storm = { .rounds = 1, .learn = true };

_Noreturn static void
die(const char *what)
{
	fprintf(stderr, "pam_storm: %s\n", what);
	exit(EXIT_FAILURE);
}

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * MS_PER_SECOND + t.tv_nsec / NS_PER_MS;
}

/* Ready is a byte in the one pipe; the end of the other one is the start, for
 * all of them at once. */
_Noreturn static void
call(struct caller *caller, int number, int ready, int start)
{
	char password[PASSWORD_TEXT], byte = '\0';
	struct login login = {
		.confdir = storm.confdir, .service = storm.service,
		.password = storm.right, .target = caller->group->target
	};

	snprintf(password, sizeof(password), "Wr0ng-guess-%d", number);
	if (!caller->right)
		login.password = password;
	if (login_start(&login) != PAM_SUCCESS ||
	    write(ready, &byte, 1) != 1 || read(start, &byte, 1) != 0)
		_exit(EXIT_FAILURE);
	caller->code = login_authenticate(&login);
	caller->place = login.place;
	atomic_store(&caller->done, true);
	login_end(&login);
	_exit(EXIT_SUCCESS);
}

static void
assign_callers(void)
{
	int n = 0;

	memset(storm.callers, 0,
	    sizeof(*storm.callers) * (size_t)storm.caller_count);
	for (int g = 0; g < storm.group_count; g++) {
		const struct group *group = &storm.groups[g];

		atomic_store(&group->target->verified, 0);
		for (int i = 0; i < group->wrong + group->right; i++) {
			storm.callers[n].right = i >= group->wrong;
			storm.callers[n++].group = group;
		}
	}
	for (int i = n - 1; i > 0; i--) {
		int j = (int)(random() % (i + 1));
		const struct group *group = storm.callers[i].group;
		bool right = storm.callers[i].right;

		storm.callers[i].group = storm.callers[j].group;
		storm.callers[i].right = storm.callers[j].right;
		storm.callers[j].group = group;
		storm.callers[j].right = right;
	}
}

/* Returns how long the storm took, in ms. */
static long
release(void)
{
	int ready[2], start[2], status = 0, failed = 0;
	char byte;
	long begun;

	if (pipe(ready) == -1 || pipe(start) == -1)
		die("pipe");
	for (int i = 0; i < storm.caller_count; i++)
		if (login_fork() == 0) {
			close(start[1]);
			call(&storm.callers[i], i, ready[1], start[0]);
		}
	close(ready[1]);
	for (int i = 0; i < storm.caller_count; i++)
		if (read(ready[0], &byte, 1) != 1)
			die("a caller could not begin");
	begun = now_ms();
	close(start[1]);
	while (wait(&status) > 0)
		failed |= status;
	close(ready[0]);
	close(start[0]);
	if (failed != 0)
		die("a caller died");
	return now_ms() - begun;
}

static void
tell(const struct group *group, long ms)
{
	int accepted = 0, refused = 0, unavailable = 0, other = 0, place = 0;

	for (int i = 0; i < storm.caller_count; i++) {
		const struct caller *c = &storm.callers[i];

		if (c->group != group)
			continue;
		if (!atomic_load(&c->done))
			other++;
		else if (c->code == PAM_SUCCESS)
			accepted++;
		else if (c->code == PAM_AUTH_ERR)
			refused++;
		else if (c->code == PAM_AUTHINFO_UNAVAIL)
			unavailable++;
		else
			other++;
		if (c->code == PAM_SUCCESS && c->place > place)
			place = c->place;
	}
	printf("%s callers %d verified %d accepted %d refused %d "
	    "unavailable %d other %d place %d ms %ld\n", group->target->user,
	    group->wrong + group->right,
	    atomic_load(&group->target->verified), accepted, refused,
	    unavailable, other, place, ms);
}

static void
one_round(void)
{
	long ms;

	fflush(NULL);
	if (storm.before != NULL && system(storm.before) != 0)
		die("the command before a round failed");
	assign_callers();
	ms = release();
	for (int g = 0; g < storm.group_count; g++)
		tell(&storm.groups[g], ms);
}

static void
learn(void)
{
	struct login login = {
		.confdir = storm.confdir, .service = storm.service,
		.password = storm.right
	};

	for (int g = 0; storm.learn && g < storm.group_count; g++) {
		login.target = storm.groups[g].target;
		if (!login_learn(&login))
			die("the right password is refused");
	}
}

static void
read_group(const char *text)
{
	struct group *group = &storm.groups[storm.group_count++];
	size_t length = strcspn(text, ":");

	if (storm.group_count > GROUPS_MAX || length >= LOGIN_TEXT_MAX ||
	    sscanf(text + length, ":%d:%d", &group->wrong,
	    &group->right) != 2)
		die("a group is USER:WRONG:RIGHT");
	group->target = login_share(sizeof(*group->target));
	memcpy(group->target->user, text, length);
	storm.caller_count += group->wrong + group->right;
}

static void
read_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+r:b:n")) != -1)
		switch (option) {
		case 'r':
			storm.rounds = atoi(optarg);
			break;
		case 'b':
			storm.before = optarg;
			break;
		case 'n':
			storm.learn = false;
			break;
		default:
			die("see the top of pam_storm.c");
		}
	if (argc - optind < 3)
		die("see the top of pam_storm.c");
}

int
main(int argc, char **argv)
{
	read_options(argc, argv);
	storm.confdir = argv[optind];
	storm.service = argv[optind + 1];
	for (int i = optind + 2; i < argc; i++)
		read_group(argv[i]);
	if (storm.caller_count < 1 || storm.caller_count > CALLERS_MAX ||
	    fgets(storm.right, sizeof(storm.right), stdin) == NULL)
		die("too few or too many callers, or no right password");
	storm.right[strcspn(storm.right, "\n")] = '\0';
	storm.callers = login_share(sizeof(*storm.callers) *
	    (size_t)storm.caller_count);
	srandom((unsigned)getpid());
	learn();
	for (int i = 0; i < storm.rounds; i++)
		one_round();
	return EXIT_SUCCESS;
}
