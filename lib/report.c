/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "report.h"

#include <stdlib.h>

#include "messages.h"

#define SENTENCE_MAX 512

struct paspw_report {
	size_t count;
	enum quality_rule rules[RULE_COUNT];
	char sentences[RULE_COUNT][SENTENCE_MAX];
};

struct paspw_report *
report_new(const struct policy *p, uint32_t broken, const char *language)
{
	struct paspw_report *report = calloc(1, sizeof(*report));

	if (report == NULL)
		return NULL;
	for (int rule = 0; rule < RULE_COUNT; rule++) {
		if ((broken & (1U << rule)) == 0)
			continue;
		report->rules[report->count] = (enum quality_rule)rule;
		messages_rule(p, (enum quality_rule)rule, language,
		    report->sentences[report->count], SENTENCE_MAX);
		report->count++;
	}
	return report;
}

size_t
paspw_report_count(const struct paspw_report *report)
{
	return report == NULL ? 0 : report->count;
}

const char *
paspw_report_rule(const struct paspw_report *report, size_t i)
{
	return i < paspw_report_count(report) ?
	    quality_rule_id(report->rules[i]) : NULL;
}

const char *
paspw_report_message(const struct paspw_report *report, size_t i)
{
	return i < paspw_report_count(report) ? report->sentences[i] : NULL;
}

void
paspw_report_free(struct paspw_report **report)
{
	if (report == NULL)
		return;
	free(*report);
	*report = NULL;
}
