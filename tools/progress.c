/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * progress: one line on the terminal's standard error while something takes
 * long. A thread of its own writes it, so that it also goes on while a verb
 * of the library is at work; it touches nothing but what is here.
 */

#include "command.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_MS 1000		/* what is done by then needs no line */
#define EACH_MS 200		/* the eye follows no more */
#define MS_PER_SECOND 1000
#define NS_PER_MS 1000000
#define PERCENT 100

static struct {
	pthread_t thread;
	bool running;
	atomic_ullong done, total;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stop;
	bool shown;
	const char *text;	/* "%llu done"; in the person's language */
	const char *waiting;
} progress = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void
show(unsigned long long ms)
{
	unsigned long long done = atomic_load(&progress.done);
	unsigned long long total = atomic_load(&progress.total);

	progress.shown = true;
	fprintf(stderr, "\r");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (done == 0)
		fprintf(stderr, progress.waiting, ms / MS_PER_SECOND);
	else
		fprintf(stderr, progress.text, done, ms / MS_PER_SECOND);
#pragma GCC diagnostic pop
	if (total >= done && done > 0)
		fprintf(stderr, " (%llu %%)", done * PERCENT / total);
	/* what comes next on the screen comes over it */
	fprintf(stderr, "\033[K\r");
}

static void
add_ms(struct timespec *when, long ms)
{
	when->tv_sec += ms / MS_PER_SECOND;
	when->tv_nsec += ms % MS_PER_SECOND * NS_PER_MS;
	if (when->tv_nsec >= MS_PER_SECOND * (long)NS_PER_MS) {
		when->tv_sec++;
		when->tv_nsec -= MS_PER_SECOND * (long)NS_PER_MS;
	}
}

static void *
work(void *unused)
{
	struct timespec when;
	unsigned long long ms = FIRST_MS;

	(void)unused;
	(void)clock_gettime(CLOCK_MONOTONIC, &when);
	add_ms(&when, FIRST_MS);
	(void)pthread_mutex_lock(&progress.mutex);
	while (!progress.stop) {
		if (pthread_cond_timedwait(&progress.wake, &progress.mutex,
		    &when) == 0)
			continue;
		show(ms);
		add_ms(&when, EACH_MS);
		ms += EACH_MS;
	}
	(void)pthread_mutex_unlock(&progress.mutex);
	return NULL;
}

static bool
is_wanted(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

void
progress_begin(struct tool *t)
{
	pthread_condattr_t clock;

	if (!is_wanted() || pthread_condattr_init(&clock) != 0)
		return;
	progress.text = _("%llu done in %llu s");
	progress.waiting = _("at work for %llu s");
	if (pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0 &&
	    pthread_cond_init(&progress.wake, &clock) == 0)
		progress.running = pthread_create(&progress.thread, NULL,
		    work, NULL) == 0;
	(void)pthread_condattr_destroy(&clock);
}

void
progress_count(uint64_t done, uint64_t total)
{
	atomic_store(&progress.done, done);
	atomic_store(&progress.total, total);
}

void
progress_end(void)
{
	if (!progress.running)
		return;
	(void)pthread_mutex_lock(&progress.mutex);
	progress.stop = true;
	(void)pthread_cond_signal(&progress.wake);
	(void)pthread_mutex_unlock(&progress.mutex);
	(void)pthread_join(progress.thread, NULL);
	progress.running = false;
	if (progress.shown)
		fprintf(stderr, "\r\033[K");
}
