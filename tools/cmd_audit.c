/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* audit seal, verify: the seals of the trail. */

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROOFS_BYTES 65536
#define PROOFS_MAX 1024	/* lines; a text of keys alone has fewer */
#define FAULTS_SHOWN 1000

/* ---- seal ---- */

static int
show_head(const char *realm, const char *head, void *arg)
{
	json_t *heads = arg;

	if (heads == NULL) {
		puts(head);
		return 0;
	}
	return json_array_append_new(heads, json_pack("{s:s, s:s}", "realm",
	    realm, "head", head)) == 0 ? 0 : PASPW_ERR_MEMORY;
}

int
cmd_audit_seal(struct tool *t)
{
	json_t *heads = t->json ? json_array() : NULL;
	int code = TOOL_YES;
	int err = paspw_audit_seal_empty(t->handle);

	if (err == PASPW_OK)
		err = paspw_audit_heads(t->handle, show_head, heads);
	if (err != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_object(t, json_pack("{s:s, s:O}", "done",
		    "seal", "heads", heads));
	json_decref(heads);
	return code;
}

/* ---- verify ---- */

/* What was handed out, from a file; a first key is a secret. */
struct proofs {
	char text[PROOFS_BYTES];
	const char *lines[PROOFS_MAX];
	size_t count;
};

static int
read_text(struct tool *t, const char *path, char *text, size_t size)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
	    : open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n = -1;
	int code = TOOL_YES;

	while (fd >= 0 && length < size - 1 && (n = read(fd, text + length,
	    size - 1 - length)) > 0)
		length += (size_t)n;
	if (n < 0)
		code = output_usage(t, "%s: %s", path, strerror(errno));
	else if (n > 0)
		code = output_usage(t, _("%s: longer than %zu bytes"), path,
		    size - 1);
	text[length] = '\0';
	if (fd >= 0)
		close(fd);
	return code;
}

/* One a line, of a mail perhaps (\r). Empty lines are comments (#), which stay,
 * so that the library counts lines as an editor does. */
static int
read_proofs(struct tool *t, const char *path, struct proofs *p)
{
	char *rest = p->text, *line;
	bool found = false;
	int code = read_text(t, path, p->text, sizeof(p->text));

	if (code != TOOL_YES)
		return code;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (p->count == PROOFS_MAX)
			return output_usage(t, _("%s: more than %d lines"),
			    path, PROOFS_MAX);
		line[strcspn(line, "\r")] = '\0';
		found = found || (line[0] != '\0' && line[0] != '#');
		p->lines[p->count++] = line[0] != '\0' ? line : "#";
	}
	return found ? TOOL_YES : output_usage(t,
	    _("%s: there is no key and no head in it"), path);
}

struct faults {
	json_t *list;		/* NULL: print text */
	size_t shown;
};

/* The first ones: the number of all is in the result. */
static int
show_fault(const struct paspw_audit_fault *f, void *arg)
{
	struct faults *faults = arg;

	if (faults->shown++ >= FAULTS_SHOWN)
		return 0;
	if (faults->list == NULL) {
		output_text(f->realm, 0);
		printf(": ");
		output_text(f->message, 0);
		putchar('\n');
		return 0;
	}
	return json_array_append_new(faults->list, json_pack(
	    "{s:o, s:o, s:I, s:I, s:o, s:o}",
	    "realm", output_string(f->realm),
	    "kind", output_string(f->kind),
	    "seal", (json_int_t)f->seal,
	    "position", (json_int_t)f->position,
	    "event", output_string(f->event),
	    "message", output_string(f->message))) == 0 ? 0
	    : PASPW_ERR_MEMORY;
}

static void
print_trail(struct tool *t, const struct paspw_audit_result *r)
{
	printf(_("Sealed events: %llu, under %llu seals\n"),
	    (unsigned long long)r->sealed, (unsigned long long)r->seals);
	printf(_("Not sealed yet: %llu\n"), (unsigned long long)r->unsealed);
	printf(_("Seals checked by their key: %llu; heads compared: %llu\n"),
	    (unsigned long long)r->keyed, (unsigned long long)r->heads);
	if (r->archives != 0)
		printf(_("Archives: %llu\n"), (unsigned long long)r->archives);
	if (r->begins != 0)
		printf(_("The trail begins with seal %lld; those before it "
		    "were removed after their time\n"),
		    (long long)r->begins);
	printf(_("Faults: %llu\n"), (unsigned long long)r->faults);
}

static json_t *
trail_object(const struct paspw_audit_result *r, json_t *faults)
{
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:o,"
	    " s:O}",
	    "intact", r->faults == 0,
	    "sealed", (json_int_t)r->sealed,
	    "unsealed", (json_int_t)r->unsealed,
	    "seals", (json_int_t)r->seals,
	    "faults", (json_int_t)r->faults,
	    "first_fault", output_string(r->first_fault),
	    "keyed", (json_int_t)r->keyed,
	    "heads", (json_int_t)r->heads,
	    "archives", (json_int_t)r->archives,
	    "begins", r->begins != 0 ? json_integer(r->begins) : json_null(),
	    "found", faults);
}

static int
show_progress(uint64_t done, uint64_t total, void *arg)
{
	(void)arg;
	progress_count(done, total);
	return 0;
}

int
cmd_audit_verify(struct tool *t)
{
	struct paspw_audit_result r = { 0 };
	struct proofs p = { 0 };
	struct faults faults = { .list = t->json ? json_array() : NULL };
	const char *path = t->values[OPTION_PROOFS];
	int code = TOOL_YES;
	int err;

	if ((code = tool_archives(t)) != TOOL_YES)
		goto out;
	if (path != NULL && (code = read_proofs(t, path, &p)) != TOOL_YES)
		goto out;
	err = paspw_audit_progress(t->handle, show_progress, NULL);
	if (err == PASPW_OK)
		err = paspw_audit_verify_with(t->handle, p.lines, p.count,
		    show_fault, &faults, &r);
	/* what is missing is a realm, not an account */
	if (path != NULL && (err == PASPW_ERR_INVALID ||
	    err == PASPW_ERR_NOTFOUND))
		code = output_usage(t, "%s: %s", path, paspw_detail(t->handle));
	else if (err != PASPW_OK)
		code = output_error(t, err);
	else if (t->json)
		code = output_object(t, trail_object(&r, faults.list));
	else
		print_trail(t, &r);
	if (code == TOOL_YES && r.faults != 0)
		code = TOOL_NO;
out:
	explicit_bzero(&p, sizeof(p));
	json_decref(faults.list);
	return code;
}
