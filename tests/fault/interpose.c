/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#define _GNU_SOURCE
#include "interpose.h"

#include <crypt.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <grp.h>
#include <libeconf.h>
#include <link.h>
#include <pthread.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <shadow.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const struct fault faults[] = {
	{ "memory", FAULT_MEMORY, ENOMEM, false, false },
	{ "memory, from then on", FAULT_MEMORY, ENOMEM, true, false },
	{ "mmap", FAULT_MAP, ENOMEM, false, false },
	{ "open: no descriptor", FAULT_OPEN, EMFILE, false, false },
	{ "open: not permitted", FAULT_OPEN, EACCES, false, false },
	{ "open: read-only file system", FAULT_OPEN, EROFS, false, false },
	{ "read: I/O error", FAULT_READ, EIO, false, false },
	{ "write: disk full", FAULT_WRITE, ENOSPC, false, false },
	{ "write: disk full from then on", FAULT_WRITE, ENOSPC, true, false },
	{ "write: I/O error", FAULT_WRITE, EIO, false, false },
	{ "sync: I/O error", FAULT_SYNC, EIO, false, false },
	{ "rename and unlink", FAULT_NAME, EROFS, false, false },
	{ "stat", FAULT_STAT, EIO, false, false },
	{ "locks", FAULT_LOCK, ENOLCK, false, false },
	{ "random", FAULT_RANDOM, ENOSYS, false, false },
	{ "clock", FAULT_CLOCK, EINVAL, false, false },
	{ "crypt", FAULT_CRYPT, EINVAL, false, false },
	{ "crypt: no memory", FAULT_CRYPT, ENOMEM, false, false },
	{ "passwd and shadow", FAULT_DIRECTORY, EIO, false, false },
	{ "libeconf", FAULT_ECONF, ECONF_NOMEM, false, false },
	{ "dlopen", FAULT_LOAD, 0, false, false },
	{ "mutexes", FAULT_THREAD, ENOMEM, false, false },
	{ "fork and pipes", FAULT_PROCESS, EAGAIN, false, false },
	{ "sockets", FAULT_SOCKET, ECONNRESET, false, false },
	{ "sockets: short", FAULT_SHORT, 0, false, true },
	{ "sockets: short from then on", FAULT_SHORT, 0, true, true },
	{ "sockets: interrupted", FAULT_INTERRUPTED, EINTR, false, true },
	{ "sockets: hung up", FAULT_HUNG_UP, 0, false, false },
	{ "sockets: silent", FAULT_SILENT, 0, false, false },
	{ "libpam", FAULT_PAM, PAM_BUF_ERR, false, false },
	{ "sqlite: busy", FAULT_SQL, SQLITE_BUSY, false, false },
	{ "sqlite: full", FAULT_SQL, SQLITE_FULL, false, false },
	{ "sqlite: corrupt", FAULT_SQL, SQLITE_CORRUPT, false, false },
	{ "sqlite: I/O error", FAULT_SQL, SQLITE_IOERR, false, false },
	{ "sqlite: read-only", FAULT_SQL, SQLITE_READONLY, false, false },
	{ "sqlite: no memory", FAULT_SQL, SQLITE_NOMEM, false, false },
	{ "sqlite: done, not said", FAULT_SQL_UNSURE, SQLITE_IOERR, false,
	    false },
	{ NULL, FAULT_NONE, 0, false, false }
};

/* Functions on the stack that tell two sites apart. */
#define SITE_FRAMES 32
#define SITE_START UINT64_C(14695981039346656037)
#define SITE_PRIME UINT64_C(1099511628211)

static uint64_t nobody_asks;
uint64_t *fault_sites, *fault_site = &nobody_asks;
long fault_sites_max;
bool fault_stand_in;
int fault_code;
_Thread_local int fault_sql_code;
long fault_clock_back;

static enum fault_calls armed;
static long wanted;
static atomic_long seen;	/* by any thread of an agent */
static bool stays;
static _Thread_local bool looking;	/* for a call, which calls others */
static atomic_long live;

void
fault_arm(const struct fault *fault, long number)
{
	atomic_store(&seen, 0);
	fault_sql_code = SQLITE_OK;
	wanted = number;
	stays = fault->stays;
	fault_code = fault->code;
	armed = fault->calls;
}

long
fault_disarm(void)
{
	armed = FAULT_NONE;
	fault_sql_code = SQLITE_OK;
	return atomic_load(&seen);
}

long
fault_live(void)
{
	return atomic_load(&live);
}

/* Wherever its library was loaded. */
static uintptr_t
place_in_library(void *at)
{
	struct dl_find_object found;

	return (uintptr_t)at - (_dl_find_object(at, &found) != 0 ? 0 :
	    (uintptr_t)found.dlfo_link_map->l_addr);
}

static uint64_t
site(void)
{
	void *frames[SITE_FRAMES];
	uint64_t sum = SITE_START;
	int count;

	looking = true;
	count = backtrace(frames, SITE_FRAMES);
	for (int i = 0; i < count; i++)
		sum = (sum ^ place_in_library(frames[i])) * SITE_PRIME;
	looking = false;
	return sum;
}

bool
fault_fails(enum fault_calls calls)
{
	long number;

	if (armed != calls || calls == FAULT_NONE || looking)
		return false;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (wanted == 0 ? number <= fault_sites_max : number == wanted)
		*(wanted == 0 ? &fault_sites[number - 1] : fault_site) =
		    site();
	if (wanted == 0 || (stays ? number < wanted : number != wanted))
		return false;
	errno = fault_code;
	return true;
}

/* dlsym allocates. */
void *
fault_real(const char *name)
{
	void *found;

	looking = true;
	found = dlsym(RTLD_NEXT, name);
	looking = false;
	return found;
}

/* Ours knows SQLite by name: it is given what stands here. */
void *
dlsym(void *handle, const char *name)
{
	static __typeof__(&dlsym) next;

	if (next == NULL)
		next = (__typeof__(&dlsym))(uintptr_t)dlvsym(RTLD_NEXT,
		    "dlsym", "GLIBC_2.34");
	if (handle != RTLD_NEXT &&
	    strncmp(name, "sqlite3_", strlen("sqlite3_")) == 0)
		handle = RTLD_DEFAULT;
	return next(handle, name);
}

/* ---- Memory ---- */

/* glibc's, or a sanitizer's, if there is one. */
#define ALLOCATOR(type, name, parameters, arguments) \
extern type __libc_##name parameters; \
extern type __interceptor_##name parameters __attribute__((weak)); \
static type \
real_##name parameters \
{ \
	return __interceptor_##name != NULL ? \
	    __interceptor_##name arguments : __libc_##name arguments; \
}

ALLOCATOR(void *, malloc, (size_t size), (size))
ALLOCATOR(void *, calloc, (size_t count, size_t size), (count, size))
ALLOCATOR(void *, realloc, (void *p, size_t size), (p, size))
ALLOCATOR(void, free, (void *p), (p))

static void *
counted(void *p)
{
	if (p != NULL)
		atomic_fetch_add(&live, 1);
	return p;
}

void *
malloc(size_t size)
{
	return fault_fails(FAULT_MEMORY) ? NULL : counted(real_malloc(size));
}

void *
calloc(size_t count, size_t size)
{
	return fault_fails(FAULT_MEMORY) ? NULL :
	    counted(real_calloc(count, size));
}

void *
realloc(void *p, size_t size)
{
	if (fault_fails(FAULT_MEMORY))
		return NULL;
	return p == NULL ? counted(real_malloc(size)) :
	    real_realloc(p, size);
}

void
free(void *p)
{
	if (p != NULL)
		atomic_fetch_sub(&live, 1);
	real_free(p);
}

/* A sanitizer's take memory that nobody counts. */
char *
strndup(const char *text, size_t max)
{
	size_t length = strnlen(text, max);
	char *copy = malloc(length + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

void *
reallocarray(void *p, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, total);
}

char *
strdup(const char *text)
{
	return strndup(text, strlen(text));
}

CALL(FAULT_MAP, MAP_FAILED, void *, mmap, (void *at, size_t size, int prot,
    int flags, int fd, off_t offset), (at, size, prot, flags, fd, offset))
CALL(FAULT_MAP, MAP_FAILED, void *, mmap64, (void *at, size_t size, int prot,
    int flags, int fd, off64_t offset), (at, size, prot, flags, fd, offset))

/* ---- Files ---- */

/* Calls with a mode that is there only for some. */
#define OPEN(name, head, arguments) \
int \
name head \
{ \
	static int (*next)head; \
	va_list list; \
	mode_t mode; \
\
	if (fault_fails(FAULT_OPEN)) \
		return -1; \
	va_start(list, flags); \
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? \
	    va_arg(list, mode_t) : 0; \
	va_end(list); \
	if (next == NULL) \
		next = (__typeof__(next))(uintptr_t)fault_real(#name); \
	return next arguments; \
}

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...),
    (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...),
    (at, path, flags, mode))

CALL(FAULT_OPEN, NULL, FILE *, fopen, (const char *path, const char *mode),
    (path, mode))
CALL(FAULT_OPEN, NULL, FILE *, fopen64, (const char *path, const char *mode),
    (path, mode))
CALL(FAULT_OPEN, NULL, FILE *, open_memstream, (char **text, size_t *size),
    (text, size))
CALL(FAULT_OPEN, NULL, DIR *, opendir, (const char *path), (path))
CALL(FAULT_OPEN, NULL, DIR *, fdopendir, (int fd), (fd))
CALL(FAULT_OPEN, -1, int, memfd_create, (const char *name, unsigned flags),
    (name, flags))
CALL(FAULT_OPEN, -1, int, mkostemp, (char *name, int flags), (name, flags))

ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room);
CALL(FAULT_READ, -1, ssize_t, read, (int fd, void *bytes, size_t size),
    (fd, bytes, size))
CALL(FAULT_READ, -1, ssize_t, __read_chk, (int fd, void *bytes, size_t size,
    size_t room), (fd, bytes, size, room))
CALL(FAULT_READ, -1, ssize_t, pread, (int fd, void *bytes, size_t size,
    off_t at), (fd, bytes, size, at))
CALL(FAULT_READ, -1, ssize_t, pread64, (int fd, void *bytes, size_t size,
    off64_t at), (fd, bytes, size, at))
CALL(FAULT_READ, NULL, struct dirent *, readdir, (DIR *dir), (dir))

CALL(FAULT_WRITE, -1, ssize_t, write, (int fd, const void *bytes,
    size_t size), (fd, bytes, size))
CALL(FAULT_WRITE, -1, ssize_t, pwrite, (int fd, const void *bytes,
    size_t size, off_t at), (fd, bytes, size, at))
CALL(FAULT_WRITE, -1, ssize_t, pwrite64, (int fd, const void *bytes,
    size_t size, off64_t at), (fd, bytes, size, at))
CALL(FAULT_WRITE, 0, size_t, fwrite, (const void *bytes, size_t size,
    size_t count, FILE *file), (bytes, size, count, file))
CALL(FAULT_WRITE, EOF, int, fflush, (FILE *file), (file))
CALL(FAULT_WRITE, -1, int, ftruncate, (int fd, off_t size), (fd, size))
CALL(FAULT_WRITE, -1, int, ftruncate64, (int fd, off64_t size), (fd, size))

CALL(FAULT_SYNC, -1, int, fsync, (int fd), (fd))
CALL(FAULT_SYNC, -1, int, fdatasync, (int fd), (fd))

CALL(FAULT_NAME, -1, int, rename, (const char *from, const char *to),
    (from, to))
CALL(FAULT_NAME, -1, int, renameat, (int from_at, const char *from,
    int to_at, const char *to), (from_at, from, to_at, to))
CALL(FAULT_NAME, -1, int, renameat2, (int from_at, const char *from,
    int to_at, const char *to, unsigned flags),
    (from_at, from, to_at, to, flags))
CALL(FAULT_NAME, -1, int, link, (const char *from, const char *to),
    (from, to))
CALL(FAULT_NAME, -1, int, fchmod, (int fd, mode_t mode), (fd, mode))
CALL(FAULT_NAME, -1, int, fchown, (int fd, uid_t uid, gid_t gid),
    (fd, uid, gid))
CALL(FAULT_NAME, -1, int, unlink, (const char *path), (path))
CALL(FAULT_NAME, -1, int, unlinkat, (int at, const char *path, int flags),
    (at, path, flags))
CALL(FAULT_NAME, -1, int, mkdir, (const char *path, mode_t mode),
    (path, mode))
CALL(FAULT_NAME, -1, int, mkdirat, (int at, const char *path, mode_t mode),
    (at, path, mode))

CALL(FAULT_STAT, -1, int, fstat, (int fd, struct stat *st), (fd, st))
CALL(FAULT_STAT, -1, int, fstat64, (int fd, struct stat64 *st), (fd, st))
CALL(FAULT_STAT, -1, int, stat, (const char *path, struct stat *st),
    (path, st))
CALL(FAULT_STAT, -1, int, stat64, (const char *path, struct stat64 *st),
    (path, st))
CALL(FAULT_STAT, -1, int, lstat, (const char *path, struct stat *st),
    (path, st))
CALL(FAULT_STAT, -1, int, lstat64, (const char *path, struct stat64 *st),
    (path, st))
CALL(FAULT_STAT, -1, int, access, (const char *path, int mode), (path, mode))

CALL(FAULT_LOCK, -1, int, flock, (int fd, int operation), (fd, operation))

/* No system refuses to give a lock back. */
static bool
takes_lock(int command, const struct flock *lock)
{
	return (command == F_SETLK || command == F_SETLKW) &&
	    lock->l_type != F_UNLCK;
}

#define FCNTL(name) \
int \
name(int fd, int command, ...) \
{ \
	static int (*next)(int, int, ...); \
	va_list list; \
	void *argument; \
\
	va_start(list, command); \
	argument = va_arg(list, void *); \
	va_end(list); \
	if (takes_lock(command, argument) && fault_fails(FAULT_LOCK)) \
		return -1; \
	if (next == NULL) \
		next = (__typeof__(next))(uintptr_t)fault_real(#name); \
	return next(fd, command, argument); \
}

FCNTL(fcntl)
FCNTL(fcntl64)

/* ---- The system ---- */

CALL(FAULT_RANDOM, -1, ssize_t, getrandom, (void *bytes, size_t size,
    unsigned flags), (bytes, size, flags))

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static __typeof__(&clock_gettime) next;
	int r = -1;

	if (clock == CLOCK_REALTIME && fault_fails(FAULT_CLOCK))
		return r;
	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)fault_real("clock_gettime");
	r = next(clock, t);
	if (clock == CLOCK_REALTIME)
		t->tv_sec -= fault_clock_back;
	if (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC ||
	    clock == CLOCK_BOOTTIME) {
		int64_t ns = t->tv_nsec + fault_skipped_ns();

		t->tv_sec += ns / FAULT_NS_PER_S;
		t->tv_nsec = ns % FAULT_NS_PER_S;
	}
	return r;
}

CALL(FAULT_DIRECTORY, fault_code, int, getpwnam_r, (const char *name,
    struct passwd *entry, char *buffer, size_t size, struct passwd **found),
    (name, entry, buffer, size, found))
CALL(FAULT_DIRECTORY, fault_code, int, getpwuid_r, (uid_t uid,
    struct passwd *entry, char *buffer, size_t size, struct passwd **found),
    (uid, entry, buffer, size, found))
CALL(FAULT_DIRECTORY, fault_code, int, getgrnam_r, (const char *name,
    struct group *entry, char *buffer, size_t size, struct group **found),
    (name, entry, buffer, size, found))
CALL(FAULT_DIRECTORY, fault_code, int, getspnam_r, (const char *name,
    struct spwd *entry, char *buffer, size_t size, struct spwd **found),
    (name, entry, buffer, size, found))
CALL(FAULT_PROCESS, -1, pid_t, fork, (void), ())
CALL(FAULT_PROCESS, -1, int, pipe, (int fds[2]), (fds))
CALL(FAULT_PROCESS, -1, int, pipe2, (int fds[2], int flags), (fds, flags))
CALL(fault_by_sqlite(__builtin_return_address(0)) ? FAULT_NONE : FAULT_THREAD,
    fault_code, int, pthread_mutexattr_init,
    (pthread_mutexattr_t *kind), (kind))
CALL(fault_by_sqlite(__builtin_return_address(0)) ? FAULT_NONE : FAULT_THREAD,
    fault_code, int, pthread_mutexattr_settype,
    (pthread_mutexattr_t *kind, int type), (kind, type))
CALL(fault_by_sqlite(__builtin_return_address(0)) ? FAULT_NONE : FAULT_THREAD,
    fault_code, int, pthread_mutex_init, (pthread_mutex_t *mutex,
    const pthread_mutexattr_t *kind), (mutex, kind))

CALL(FAULT_THREAD, fault_code, int, pthread_create, (pthread_t *thread,
    const pthread_attr_t *kind, void *(*run)(void *), void *arg),
    (thread, kind, run, arg))

/* ---- Libraries ---- */

CALL(FAULT_LOAD, NULL, void *, dlopen, (const char *name, int flags),
    (name, flags))

#define STAND_IN "$y$"		/* what is slow */
#define DIGEST 43

/* Of the shape of a hash, another one for another password: most of the time
 * of this test would be real ones, which `make faults` and test_leftovers
 * have. */
static char *
stand_in(const char *phrase, const char *setting, struct crypt_data *data)
{
	uint64_t sum = UINT64_C(14695981039346656037);

	for (; *phrase != '\0'; phrase++)
		sum = (sum ^ (unsigned char)*phrase) * UINT64_C(1099511628211);
	snprintf(data->output, sizeof(data->output), "%s$%0*llu", setting,
	    DIGEST, (unsigned long long)sum);
	return data->output;
}

char *
crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	static __typeof__(&crypt_rn) next;

	if (fault_fails(FAULT_CRYPT))
		return NULL;
	if (fault_stand_in &&
	    strncmp(setting, STAND_IN, strlen(STAND_IN)) == 0)
		return stand_in(phrase, setting, data);
	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)fault_real("crypt_rn");
	return next(phrase, setting, data, size);
}

CALL(FAULT_CRYPT, NULL, char *, crypt_gensalt_rn, (const char *prefix,
    unsigned long cost, const char *salt, int salt_size, char *text,
    int size), (prefix, cost, salt, salt_size, text, size))
CALL(FAULT_ECONF, (econf_err)fault_code, econf_err, econf_readFile,
    (econf_file **file, const char *name, const char *delimiter,
    const char *comment), (file, name, delimiter, comment))
CALL(FAULT_ECONF, (econf_err)fault_code, econf_err, econf_getStringValue,
    (econf_file *file, const char *group, const char *key, char **value),
    (file, group, key, value))

CALL(FAULT_PAM, fault_code, int, pam_get_item, (const pam_handle_t *pamh,
    int item, const void **value), (pamh, item, value))
CALL(FAULT_PAM, fault_code, int, pam_set_item, (pam_handle_t *pamh, int item,
    const void *value), (pamh, item, value))
CALL(FAULT_PAM, fault_code, int, pam_get_user, (pam_handle_t *pamh,
    const char **user, const char *prompt), (pamh, user, prompt))
CALL(FAULT_PAM, fault_code, int, pam_set_data, (pam_handle_t *pamh,
    const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int)),
    (pamh, name, data, cleanup))
CALL(FAULT_PAM, fault_code, int, pam_fail_delay, (pam_handle_t *pamh,
    unsigned microseconds), (pamh, microseconds))

int
pam_prompt(pam_handle_t *pamh, int style, char **answer, const char *format,
    ...)
{
	static __typeof__(&pam_vprompt) next;
	va_list list;
	int r;

	if (fault_fails(FAULT_PAM))
		return fault_code;
	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)fault_real("pam_vprompt");
	va_start(list, format);
	r = next(pamh, style, answer, format, list);
	va_end(list);
	return r;
}
