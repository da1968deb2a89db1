/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* The messages of the agent, from whoever connects to it; and its answers,
 * as a program of root's reads them. */

#include <string.h>

#include "remote/wire.h"
#include "fuzz.h"

/* What is read is written as something that reads back the same. */
static void
request_holds(const struct wire_request *r)
{
	static unsigned char frame[WIRE_FRAME_MAX];
	static struct wire_request again;
	size_t size = wire_put_request(r, frame), length = 0;

	HOLDS(r->type > WIRE_NONE && r->type < WIRE_ANSWER);
	HOLDS(size > WIRE_HEADER && wire_length(frame, &length));
	HOLDS(length == size - WIRE_HEADER);
	HOLDS(wire_get_request(frame + WIRE_HEADER, length, &again));
	HOLDS(memcmp(r, &again, sizeof(again)) == 0);
	HOLDS(strlen(r->user) < sizeof(r->user));
	HOLDS(strlen(r->config) < sizeof(r->config));
	HOLDS(r->password.length <= sizeof(r->password.bytes));
	HOLDS(r->new.length <= sizeof(r->new.bytes));
}

static void
answer_holds(const struct wire_answer *a)
{
	static unsigned char frame[WIRE_FRAME_MAX];
	static struct wire_answer again;
	struct paspw_status view;
	size_t size = wire_put_answer(a, frame);

	HOLDS(a->type >= WIRE_ANSWER && size > WIRE_HEADER);
	HOLDS(wire_get_answer(frame + WIRE_HEADER, size - WIRE_HEADER,
	    &again));
	HOLDS(memcmp(a, &again, sizeof(again)) == 0);
	HOLDS(a->report.count <= RULE_COUNT);
	if (!wire_get_status(a, &view))
		return;
	HOLDS(view.cause_count <= PASPW_CAUSES_MAX);
	HOLDS(strlen(view.state) < WIRE_WORD_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wire_request no_request;
	static const struct wire_answer no_answer;
	static struct wire_request r;
	static struct wire_answer a;
	bool asked, answered;

	asked = wire_get_request(data, size, &r);
	answered = wire_get_answer(data, size, &a);
	HOLDS(!asked || !answered);
	if (asked)
		request_holds(&r);
	else
		HOLDS(memcmp(&r, &no_request, sizeof(r)) == 0);
	if (answered)
		answer_holds(&a);
	else
		HOLDS(memcmp(&a, &no_answer, sizeof(a)) == 0);
	return 0;
}
