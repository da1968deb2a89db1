/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Gives each file of the corpus to a fuzz target: a case each, in TAP. An
 * input on which the target stops leaves no plan, which is a failure. */

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX 65536
#define PATH_SIZE 4096

static unsigned char input[INPUT_MAX];

static int
is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
replay(const char *directory, const char *name)
{
	char path[PATH_SIZE];
	size_t size;
	FILE *file;
	bool done;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >=
	    (int)sizeof(path) || (file = fopen(path, "rb")) == NULL)
		return false;
	size = fread(input, 1, sizeof(input), file);
	done = !ferror(file);
	fclose(file);
	if (!done)
		return false;
	/* every beginning of it is an input too */
	for (size_t i = 0; i <= size; i++)
		(void)LLVMFuzzerTestOneInput(input, i);
	return true;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	const char *name = strrchr(argv[0], '/');
	struct dirent **entries = NULL;
	char directory[PATH_SIZE];
	int count, failed = 0;

	/* .../replay_config: tests/fuzz/corpus/config */
	name = name == NULL ? argv[0] : name + 1;
	name = strchr(name, '_');
	if (argc != 1 || name == NULL)
		return EXIT_FAILURE;
	snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s",
	    top == NULL ? "." : top, name + 1);
	count = scandir(directory, &entries, is_file, alphasort);
	if (count <= 0)
		return EXIT_FAILURE;
	for (int i = 0; i < count; i++) {
		bool done = replay(directory, entries[i]->d_name);

		printf("%s %d - %s\n", done ? "ok" : "not ok", i + 1,
		    entries[i]->d_name);
		failed += !done;
		free(entries[i]);
	}
	free(entries);
	printf("1..%d\n", count);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
