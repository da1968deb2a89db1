/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * What is left after each public verb: no password in the memory of the
 * process (so in no core file), in the system's log, in any file of the store
 * or in an answer. What is looked for is known under a mask; each kind of
 * place has a control, a secret that was put there and must be found.
 *
 * With gdb also a real core file of a process after the verbs that took a
 * password.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../tree.h"
#include "interpose.h"
#include "verbs.h"

#define FILE_MAX (64L << 20)
#define FREED_SIZE (32 << 10)	/* glibc may give back what is larger */

static char work[64];
static char *log_text;		/* shared with the children */
#define LOG_MAX ((size_t)1 << 16)
static int tests, failed;

static void
told(bool good, const char *what, const char *detail)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, what);
	if (!good)
		printf("# %s\n", detail);
	failed += !good;
}

/* ---- The clock: verbs_make goes back with it ---- */

long fault_clock_back;

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int r = (int)syscall(SYS_clock_gettime, clock, t);

	if (clock == CLOCK_REALTIME)
		t->tv_sec -= fault_clock_back;
	return r;
}

/* ---- The log: what the library calls, with _FORTIFY_SOURCE or not ---- */

void syslog(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

__attribute__((format(printf, 1, 0)))
static void
note(const char *format, va_list list)
{
	size_t used = strlen(log_text);

	vsnprintf(log_text + used, LOG_MAX - used, format, list);
}

void
syslog(int priority, const char *format, ...)
{
	va_list list;

	(void)priority;
	va_start(list, format);
	note(format, list);
	va_end(list);
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list list;

	(void)priority;
	(void)flag;
	va_start(list, format);
	note(format, list);
	va_end(list);
}

/* ---- Places ---- */

static bool
in_bytes(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < SECRETS_COUNT; i++)
		if (scan_bytes(&secrets_masked[i], bytes, size))
			return true;
	return false;
}

/* Mapped, never copied, not by stdio either: a copy would be a leftover of
 * ours. A file that is not read counts as one that has it. */
static bool
in_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { .st_size = -1 };
	void *bytes = MAP_FAILED;
	bool has = true;

	if (fd != -1 && fstat(fd, &st) == 0 && st.st_size > 0 &&
	    st.st_size < FILE_MAX)
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED,
		    fd, 0);
	if (bytes != MAP_FAILED) {
		has = in_bytes(bytes, (size_t)st.st_size);
		munmap(bytes, (size_t)st.st_size);
	}
	if (fd != -1)
		close(fd);
	return has && st.st_size != 0;
}

static char found_in[512];

static int
look_into(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)f;
	if (type != FTW_F || !in_file(path))
		return 0;
	snprintf(found_in, sizeof(found_in), "%s", path);
	return 1;
}

/* Each file of the stores, archives too; the name of one that has a secret,
 * or NULL. */
static const char *
in_store(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/store", work);
	found_in[0] = '\0';
	if (nftw(path, look_into, 8, FTW_PHYS) == -1)
		return "it is not read";
	return found_in[0] == '\0' ? NULL : found_in;
}

/* ---- A verb in a process of its own ---- */

/* The address sanitizer reserves terabytes that nobody may read or write, and
 * gcore would write them all as zeros: 2 TB were begun for each core. */
static void
leave_out_reserved(void)
{
	char line[512], mode[8];
	unsigned long from, to;
	FILE *maps;

	if (__asan_get_shadow_mapping == NULL ||
	    (maps = fopen("/proc/self/maps", "re")) == NULL)
		return;
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 &&
		    strncmp(mode, "---", 3) == 0)
			(void)!madvise((void *)(uintptr_t)from, to - from,
			    MADV_DONTDUMP);
	fclose(maps);
}

static bool
in_core(void)
{
	char command[256], path[256];
	bool has = true;

	leave_out_reserved();
	snprintf(path, sizeof(path), "%s/core.%d", work, (int)getpid());
	snprintf(command, sizeof(command), "gcore -o %s/core %d > %s/gcore "
	    "2>&1", work, (int)getpid(), work);
	if (system(command) == 0)
		has = in_file(path);
	unlink(path);
	return has;
}

/* What the child found is its exit code. */
enum { CLEAN, NOT_READY, IN_MEMORY, IN_DETAIL, IN_CORE };
static const char *const findings[] = { "clean", "the verb failed",
    "in memory", "in paspw_detail", "in the core file" };

static int
run_verb(const struct verb *v, bool core)
{
	static struct run r;
	char path[VERBS_PATH], where[128];
	const char *detail;

	r.directory = work;
	secrets_unmask(&r.secrets);
	snprintf(path, sizeof(path), "%s/paspw.conf", work);
	if (((v->flags & VERB_CLOSED) == 0 &&
	    paspw_open(&r.h, path, 0) != PASPW_OK) ||
	    (v->prepare != NULL && v->prepare(&r) != PASPW_OK))
		return NOT_READY;
	/* Whatever it answers: an account was perhaps changed before. */
	(void)!v->act(&r);
	paspw_attempt_free(&r.attempt);
	secrets_wipe(&r.secrets);
	detail = paspw_detail(r.h);
	if (in_bytes((const unsigned char *)detail, strlen(detail)))
		return IN_DETAIL;
	if (secrets_found(where, sizeof(where)))
		return IN_MEMORY;
	if (core && in_core())
		return IN_CORE;
	paspw_close(&r.h);
	return secrets_found(where, sizeof(where)) ? IN_MEMORY : CLEAN;
}

static int
in_child(const struct verb *v, bool core)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run_verb(v, core));
	if (pid == -1 || waitpid(pid, &status, 0) != pid ||
	    !WIFEXITED(status))
		return NOT_READY;
	return WEXITSTATUS(status);
}

static void
try_verb(const struct verb *v)
{
	char text[128];
	int finding = in_child(v, false);
	const char *file;

	snprintf(text, sizeof(text), "%s: nothing in memory", v->name);
	told(finding == CLEAN, text, findings[finding]);
	file = in_store();
	snprintf(text, sizeof(text), "%s: nothing in the store", v->name);
	told(file == NULL, text, file);
	snprintf(text, sizeof(text), "%s: nothing in the log", v->name);
	told(!in_bytes((const unsigned char *)log_text, strlen(log_text)),
	    text, "see syslog");
}

/* Of a process that still holds one. */
static bool
finds_in_core(void)
{
	static struct secrets s;
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		secrets_unmask(&s);
		_exit(in_core() ? 0 : 1);
	}
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void
try_cores(void)
{
	static const char *const names[] = { "authenticate", "change",
	    "attempt_settle and rehash" };
	char text[128];

	if (system("command -v gcore > /dev/null") != 0) {
		printf("ok %d - core files # SKIP no gcore (Debian: gdb)\n",
		    ++tests);
		return;
	}
	told(finds_in_core(), "control: in a core file", "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text), "%s: nothing in a core file",
		    names[i]);
		for (const struct verb *v = verbs; v->name != NULL; v++)
			if (strcmp(v->name, names[i]) == 0)
				told(in_child(v, true) == CLEAN, text,
				    "in the core file");
	}
}

/* ---- Controls: a scan that finds nothing must be one that could ---- */

/* At the end of a block that the scan's own allocations do not reach, in a
 * process of its own, with which it goes. */
static bool
finds_freed(struct secrets *s)
{
	char where[128];
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		char *block = malloc(FREED_SIZE);

		memcpy(block + FREED_SIZE - sizeof(*s), s, sizeof(*s));
		/* it is read, says this: or no compiler would write it */
		__asm__ __volatile__("" : : "r"(block) : "memory");
		secrets_wipe(s);
		free(block);
		_exit(secrets_found(where, sizeof(where)) ? 0 : 1);
	}
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Not by stdio, whose buffer would be a leftover of ours. */
static bool
plant(const char *path, const struct secrets *s)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bool done = fd != -1 && write(fd, s, sizeof(*s)) == sizeof(*s);

	if (fd != -1)
		close(fd);
	return done;
}

static void
controls(void)
{
	static struct secrets s;
	char where[128] = "", path[128];

	told(!secrets_found(where, sizeof(where)), "control: none before",
	    where);
	secrets_unmask(&s);
	told(secrets_found(where, sizeof(where)), "control: in memory", "");
	told(in_bytes((const unsigned char *)&s, sizeof(s)),
	    "control: in bytes", "");
	told(finds_freed(&s), "control: in memory that was freed", "");
	snprintf(path, sizeof(path), "%s/store/planted", work);
	told(plant(path, &s) && in_store() != NULL,
	    "control: in a file of the store", "");
	unlink(path);
	secrets_wipe(&s);
	/* or each case below would find what was planted here */
	where[0] = '\0';
	told(!secrets_found(where, sizeof(where)), "control: none after",
	    where);
}

static int
try_all(void)
{
	char path[128];
	int status = 1;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/store", work);
	if (mkdir(path, 0700) != 0)
		return EXIT_FAILURE;
	controls();
	if ((pid = fork()) == 0) {
		verbs_make(work);
		_exit(EXIT_SUCCESS);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return EXIT_FAILURE;
	for (const struct verb *v = verbs; v->name != NULL; v++)
		try_verb(v);
	try_cores();
	printf("1..%d\n", tests);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static pid_t trier;

static void
end_trier(int number)
{
	(void)number;
	kill(trier, SIGKILL);
}

/* Somebody else tries, so that a signal leaves nothing behind. */
int
main(void)
{
	int status = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	strcpy(work, "/tmp/paspw-left.XXXXXX");
	log_text = mmap(NULL, LOG_MAX, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (log_text == MAP_FAILED || mkdtemp(work) == NULL)
		return EXIT_FAILURE;
	if ((trier = fork()) == 0)
		_exit(try_all());
	if (trier != -1) {
		signal(SIGTERM, end_trier);
		signal(SIGINT, end_trier);
		signal(SIGHUP, end_trier);
		while (waitpid(trier, &status, 0) == -1 && errno == EINTR)
			;
	}
	tree_remove(work);
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
