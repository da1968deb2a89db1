/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "account/directory.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

#define RECORD_FIRST 1024	/* nearly every record; else twice that */
#define RECORD_MAX ((size_t)16 << 20)	/* a group of a large directory */
#define GROUPS_FIRST 64
#define GROUPS_MAX 65536		/* NGROUPS_MAX of Linux */

static const char blanks[] = " \t";

bool
directory_name_ok(const char *name)
{
	const char *at = name, *end;
	uint32_t code;

	if (name == NULL || name[0] == '\0' ||
	    strnlen(name, PASPW_NAME_MAX + 1) > PASPW_NAME_MAX)
		return false;
	end = name + strlen(name);
	if (name[0] == ' ' || end[-1] == ' ')
		return false;
	while (at < end)
		if (!fold_decode(&at, end, &code) || code == '/' ||
		    code == ':' || (fold_class(code) & FOLD_CONTROL) != 0)
			return false;
	return true;
}

/* One look-up into a buffer: 0, or the errno of a get*_r function. */
typedef int look_fn(const char *name, void *entry, char *buffer, size_t size,
    bool *found);

static int
look_person(const char *name, void *entry, char *buffer, size_t size,
    bool *found)
{
	struct passwd *result = NULL;
	int r = getpwnam_r(name, entry, buffer, size, &result);

	*found = result != NULL;
	return r;
}

static int
look_shadow(const char *name, void *entry, char *buffer, size_t size,
    bool *found)
{
	struct spwd *result = NULL;
	int r = getspnam_r(name, entry, buffer, size, &result);

	*found = result != NULL;
	return r;
}

static int
look_shadow_local(const char *name, void *entry, char *buffer, size_t size,
    bool *found)
{
	struct spwd *result = NULL;
	FILE *file = fopen(SHADOW, "re");
	char lines[BUFSIZ];	/* of everybody: stdio wipes none of its own */
	int r;

	if (file == NULL)
		return errno;
	setvbuf(file, lines, _IOFBF, sizeof(lines));
	do {
		r = fgetspent_r(file, entry, buffer, size, &result);
	} while (r == 0 && strcmp(result->sp_namp, name) != 0);
	fclose(file);
	secret_wipe_bytes(lines, sizeof(lines));
	*found = r == 0;
	return r;
}

static int
look_group(const char *name, void *entry, char *buffer, size_t size,
    bool *found)
{
	struct group *result = NULL;
	int r = getgrnam_r(name, entry, buffer, size, &result);

	*found = result != NULL;
	return r;
}

/* A buffer that may have held a hash, half a record too. */
static void
free_record(char **buffer, size_t size)
{
	secret_wipe_bytes(*buffer, *buffer == NULL ? 0 : size);
	free(*buffer);
	*buffer = NULL;
}

/*
 * Look up with a buffer that grows until the record fits. Only "there is
 * none" is an answer: a directory that may not be read or does not answer
 * must not look like an unknown user, who has other rules.
 */
static int
look_up(look_fn *look, const char *what, const char *name, void *entry,
    char **buffer, size_t *size, bool *found, struct error *e)
{
	int r = ERANGE;

	*found = false;
	for (*size = RECORD_FIRST; r == ERANGE && *size <= RECORD_MAX;
	    *size *= 2) {
		free_record(buffer, *size / 2);
		if ((*buffer = malloc(*size)) == NULL)
			return error_set(e, PASPW_ERR_MEMORY, "out of memory");
		do {
			r = look(name, entry, *buffer, *size, found);
		} while (r == EINTR);
	}
	*size /= 2;
	if (*found || r == 0 || r == ENOENT || r == ESRCH)
		return PASPW_OK;
	/* A name that was typed may be a password: it is not repeated. */
	if (look == look_person)
		return error_errno(e, PASPW_ERR_STORE, r, "%s", what);
	return error_errno(e, PASPW_ERR_STORE, r, "%s of %s", what, name);
}

int
directory_person(const char *name, struct directory_person *person,
    struct error *e)
{
	int rc = PASPW_ERR_INTERNAL;
	struct passwd entry;
	char *buffer = NULL;
	size_t size = 0;
	bool found;

	memset(person, 0, sizeof(*person));
	if ((rc = look_up(look_person, "a passwd entry", name, &entry,
	    &buffer, &size, &found, e)) != PASPW_OK || !found)
		goto out;
	if (!directory_name_ok(entry.pw_name)) {
		rc = error_set(e, PASPW_ERR_INVALID,
		    "%s: the directory calls it %s, which is no usable name",
		    name, entry.pw_name);
		goto out;
	}
	snprintf(person->name, sizeof(person->name), "%s", entry.pw_name);
	snprintf(person->gecos, sizeof(person->gecos), "%s",
	    entry.pw_gecos == NULL ? "" : entry.pw_gecos);
	person->uid = (int64_t)entry.pw_uid;
	person->found = true;
out:
	free_record(&buffer, size);
	return rc;
}

static int
read_shadow(look_fn *look, const char *name, struct directory_shadow *shadow,
    struct error *e)
{
	int rc = PASPW_ERR_INTERNAL;
	struct spwd entry;
	char *buffer = NULL;
	size_t size = 0;
	bool found;

	memset(shadow, 0, sizeof(*shadow));
	shadow->changed_day = -1;
	if ((rc = look_up(look, "the shadow record", name, &entry, &buffer,
	    &size, &found, e)) != PASPW_OK || !found)
		goto out;
	/* No hash is that long; cut off it could look like one. */
	if (entry.sp_pwdp == NULL || strlen(entry.sp_pwdp) >= HASH_MAX)
		snprintf(shadow->hash, sizeof(shadow->hash), "*");
	else
		memcpy(shadow->hash, entry.sp_pwdp,
		    strlen(entry.sp_pwdp) + 1);
	shadow->changed_day = entry.sp_lstchg < 0 ? -1 : entry.sp_lstchg;
	shadow->found = true;
out:
	free_record(&buffer, size);
	return rc;
}

int
directory_shadow(const char *name, struct directory_shadow *shadow,
    struct error *e)
{
	return read_shadow(look_shadow, name, shadow, e);
}

int
directory_shadow_local(const char *name, struct directory_shadow *shadow,
    struct error *e)
{
	return read_shadow(look_shadow_local, name, shadow, e);
}

/* Who asks to be claimed: his names, and his groups if the system has him. */
struct claimant {
	const char *typed;
	struct passwd entry;
	bool found;
	gid_t *groups;
	int group_count;
};

static int
load_groups(struct claimant *c, struct error *e)
{
	int room = GROUPS_FIRST;

	for (;;) {
		c->group_count = room;
		free(c->groups);
		c->groups = calloc((size_t)room, sizeof(*c->groups));
		if (c->groups == NULL)
			return error_set(e, PASPW_ERR_MEMORY, "out of memory");
		if (getgrouplist(c->entry.pw_name, c->entry.pw_gid, c->groups,
		    &c->group_count) != -1)
			return PASPW_OK;
		if (room >= GROUPS_MAX)
			return error_set(e, PASPW_ERR_STORE,
			    "%s: too many groups", c->entry.pw_name);
		room *= 2;
	}
}

static bool
is_named(const struct claimant *c, const char *name)
{
	return strcmp(name, c->typed) == 0 ||
	    (c->found && strcmp(name, c->entry.pw_name) == 0);
}

static bool
in_group(const struct claimant *c, const struct group *group)
{
	for (int i = 0; i < c->group_count; i++)
		if (c->groups[i] == group->gr_gid)
			return true;
	for (char **member = group->gr_mem; member && *member; member++)
		if (is_named(c, *member))
			return true;
	return false;
}

/* One word of `members`: a name, or a group with an @ before it. */
static int
claims_word(struct claimant *c, const char *word, bool *claims,
    struct error *e)
{
	int rc = PASPW_ERR_INTERNAL;
	struct group group;
	char *buffer = NULL;
	size_t size = 0;
	bool found;

	*claims = word[0] != '@' && is_named(c, word);
	if (word[0] != '@')
		return PASPW_OK;
	if ((rc = look_up(look_group, "the group", word + 1, &group, &buffer,
	    &size, &found, e)) != PASPW_OK || !found)
		goto out;
	if (c->found && c->groups == NULL &&
	    (rc = load_groups(c, e)) != PASPW_OK)
		goto out;
	*claims = in_group(c, &group);
out:
	free_record(&buffer, size);
	return rc;
}

int
directory_claims(const char *members, const char *name, bool *claims,
    struct error *e)
{
	int rc = PASPW_ERR_INTERNAL;
	struct claimant c = { .typed = name };
	char word[PASPW_NAME_MAX + 2];
	char *buffer = NULL;
	size_t size = 0, length;

	*claims = false;
	if ((rc = look_up(look_person, "a passwd entry", name, &c.entry,
	    &buffer, &size, &c.found, e)) != PASPW_OK)
		goto out;
	for (members += strspn(members, blanks); *members != '\0' && !*claims;
	    members += length, members += strspn(members, blanks)) {
		length = strcspn(members, blanks);
		if (length >= sizeof(word))
			continue;	/* longer than any name */
		memcpy(word, members, length);
		word[length] = '\0';
		if ((rc = claims_word(&c, word, claims, e)) != PASPW_OK)
			goto out;
	}
out:
	free(c.groups);
	free_record(&buffer, size);
	return rc;
}
