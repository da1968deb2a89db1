/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* importer: one account that comes from elsewhere, on its way into the store:
 * loaded or new, merged by what a source says, saved with its event. */
#ifndef IMPORTER_H
#define IMPORTER_H

#include "handle.h"

#define IMPORTER_HISTORY_MAX (POLICY_HISTORY_MAX + 1)

struct importer {
	struct subject subject;
	bool creates;			/* given: also what is not here yet */
	bool fresh;			/* there was no row */
	unsigned rounds;		/* this one is the first, second ... */
	enum paspw_import outcome;
	/* to be saved with the row */
	bool history_erase;
	const char *newest;		/* of the history, or NULL */
	size_t older_count;		/* and those before it, newest first */
	const char *older[IMPORTER_HISTORY_MAX];
};

/*
 * Merge what the source says into the row that was loaded, and set the
 * outcome; called again after a conflict. Only PASPW_IMPORT_DONE is saved.
 */
typedef int importer_fn(struct paspw *h, struct importer *imp,
    const void *source);

/* Take one account over. A name or a row that cannot be is an outcome. */
PASPW_MUST_USE int importer_take(struct paspw *h, const char *name,
    bool creates, importer_fn *fn, const void *source,
    enum paspw_import *outcome);

/* For a merge: say what is left out and why; always PASPW_OK. */
int importer_leave(struct paspw *h, const struct importer *imp,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* For a merge: does the history hold this hash, as it is? */
PASPW_MUST_USE int importer_knows(struct paspw *h,
    const struct importer *imp, const char *hash, bool *known);
/* For a merge: note those of the hashes (newest first) that the history does
 * not hold yet, as far as it reaches. They stay the caller's. */
PASPW_MUST_USE int importer_older(struct paspw *h, struct importer *imp,
    const char *const *hashes, size_t count);

#endif
