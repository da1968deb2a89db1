/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * pam_kill CONFDIR SERVICE KILLS LIFE USER...: processes that guess at one
 * account through PAM without end, each killed (SIGKILL) at a random instant
 * within LIFE ms of its first guess and replaced by another one, eight at a
 * time, KILLS of them for each USER in turn. The right password of all
 * accounts is read from standard input; it is used once, before (see
 * login.h). KILLS of them later it prints for each USER:
 *
 *	alice kills 30 begun 84 verified 71 answered 55 accepted 0
 *	unavailable 0
 *
 * A verification that began and was not answered was cut off. Exit 1 if it
 * could not be done, or if a process ended by itself.
 */

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "login.h"

#define AT_ONCE 8
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)
#define LOOK_NS 100000		/* how often the killer looks up */

struct victim {
	atomic_bool *started;	/* in shared memory */
	pid_t pid;		/* 0: none */
	int64_t until;		/* 0: it has not started */
	int64_t life;
};

static struct {
	struct login login;
	struct victim victims[AT_ONCE];
	atomic_int *accepted;
	atomic_int *unavailable;
	int kills;
	int64_t life_ns;
} storm;

_Noreturn static void
die(const char *what)
{
	fprintf(stderr, "pam_kill: %s\n", what);
	exit(EXIT_FAILURE);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

static void
guess_for_ever(struct victim *v)
{
	storm.login.password = "Wr0ng-guess";
	for (;;) {
		if (login_start(&storm.login) != PAM_SUCCESS)
			_exit(EXIT_FAILURE);
		atomic_store(v->started, true);
		switch (login_authenticate(&storm.login)) {
		case PAM_SUCCESS:
			atomic_fetch_add(storm.accepted, 1);
			break;
		case PAM_AUTH_ERR:
			break;
		default:
			atomic_fetch_add(storm.unavailable, 1);
		}
		login_end(&storm.login);
	}
}

static void
replace(struct victim *v)
{
	atomic_store(v->started, false);
	v->until = 0;
	v->life = (int64_t)((double)random() / RAND_MAX *
	    (double)storm.life_ns);
	if ((v->pid = login_fork()) == 0)
		guess_for_ever(v);
}

/* True when it was its time. */
static bool
kill_one(struct victim *v)
{
	int status = 0;

	if (v->until == 0 && atomic_load(v->started))
		v->until = now_ns() + v->life;
	if (v->until == 0 || now_ns() < v->until) {
		if (waitpid(v->pid, &status, WNOHANG) != 0)
			die("a process ended by itself");
		return false;
	}
	kill(v->pid, SIGKILL);
	if (waitpid(v->pid, &status, 0) != v->pid || !WIFSIGNALED(status) ||
	    WTERMSIG(status) != SIGKILL)
		die("a process ended by itself");
	return true;
}

static void
attack(void)
{
	const struct timespec nap = { 0, LOOK_NS };
	int begun = 0, killed = 0;

	for (; begun < AT_ONCE && begun < storm.kills; begun++)
		replace(&storm.victims[begun]);
	while (killed < storm.kills) {
		for (int i = 0; i < AT_ONCE; i++) {
			struct victim *v = &storm.victims[i];

			if (v->pid == 0 || !kill_one(v))
				continue;
			v->pid = 0;
			killed++;
			if (begun++ < storm.kills)
				replace(v);
		}
		nanosleep(&nap, NULL);
	}
}

static void
storm_user(const char *user, const char *right)
{
	struct login_target *target = login_share(sizeof(*target));

	snprintf(target->user, sizeof(target->user), "%s", user);
	atomic_store(storm.accepted, 0);
	atomic_store(storm.unavailable, 0);
	storm.login.target = target;
	storm.login.password = right;
	if (!login_learn(&storm.login))
		die("the right password is refused");
	attack();
	printf("%s kills %d begun %d verified %d answered %d accepted %d "
	    "unavailable %d\n", user, storm.kills,
	    atomic_load(&target->begun), atomic_load(&target->verified),
	    atomic_load(&target->answered), atomic_load(storm.accepted),
	    atomic_load(storm.unavailable));
}

int
main(int argc, char **argv)
{
	char right[LOGIN_TEXT_MAX];

	if (argc < 6 || (storm.kills = atoi(argv[3])) < 1 ||
	    (storm.life_ns = atol(argv[4]) * NS_PER_MS) < 1 ||
	    fgets(right, sizeof(right), stdin) == NULL)
		die("see the top of pam_kill.c");
	right[strcspn(right, "\n")] = '\0';
	storm.login.confdir = argv[1];
	storm.login.service = argv[2];
	for (int i = 0; i < AT_ONCE; i++)
		storm.victims[i].started = login_share(sizeof(atomic_bool));
	storm.accepted = login_share(sizeof(*storm.accepted));
	storm.unavailable = login_share(sizeof(*storm.unavailable));
	srandom((unsigned)getpid());
	for (int i = 5; i < argc; i++)
		storm_user(argv[i], right);
	return EXIT_SUCCESS;
}
