/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "agent/queue.h"

#include <stdlib.h>
#include <string.h>

struct agent_line {
	uid_t uid;
	char account[PASPW_NAME_MAX + 1];	/* "" if it is not root's */
	uint64_t turn;
	size_t length;
	struct agent_job *first;
	struct agent_job *last;
	struct agent_line *next;
};

static const char *
account_of(const struct agent_job *job)
{
	return job->uid == 0 ? job->request.user : "";
}

static struct agent_line *
find(struct agent_queue *q, const struct agent_job *job)
{
	struct agent_line *line = q->lines;

	while (line != NULL && (line->uid != job->uid ||
	    strcmp(line->account, account_of(job)) != 0))
		line = line->next;
	return line;
}

/* A new line, with the turn of those that come now. */
static struct agent_line *
line_of(struct agent_queue *q, const struct agent_job *job)
{
	struct agent_line *line = find(q, job), **end = &q->lines;

	if (line != NULL || (line = calloc(1, sizeof(*line))) == NULL)
		return line;
	line->uid = job->uid;
	memcpy(line->account, account_of(job), strlen(account_of(job)) + 1);
	line->turn = q->turn;
	while (*end != NULL)
		end = &(*end)->next;
	*end = line;
	return line;
}

bool
agent_queue_add(struct agent_queue *q, struct agent_job *job)
{
	struct agent_line *line = line_of(q, job);

	if (line == NULL || line->length == AGENT_QUEUE_MAX)
		return false;
	job->next = NULL;
	if (line->last != NULL)
		line->last->next = job;
	else
		line->first = job;
	line->last = job;
	line->length++;
	q->count++;
	return true;
}

bool
agent_queue_add_first(struct agent_queue *q, struct agent_job *job)
{
	struct agent_line *line = line_of(q, job);

	if (line == NULL)
		return false;
	job->next = line->first;
	line->first = job;
	if (line->last == NULL)
		line->last = job;
	line->length++;
	q->count++;
	return true;
}

static struct agent_line **
next_line(struct agent_queue *q)
{
	struct agent_line **best = NULL;

	for (struct agent_line **at = &q->lines; *at != NULL;
	    at = &(*at)->next)
		if (best == NULL || (*at)->turn < (*best)->turn)
			best = at;
	return best;
}

struct agent_job *
agent_queue_take(struct agent_queue *q)
{
	struct agent_line **at = next_line(q), *line;
	struct agent_job *job;

	if (at == NULL)
		return NULL;
	line = *at;
	job = line->first;
	line->first = job->next;
	job->next = NULL;
	line->length--;
	q->count--;
	/* after everybody who comes from now on and was not served yet */
	line->turn = ++q->turn + 1;
	if (line->first == NULL) {
		*at = line->next;
		free(line);
	}
	return job;
}
