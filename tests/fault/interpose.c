/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#define _GNU_SOURCE
#include "interpose.h"

#include <crypt.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libeconf.h>
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const struct fault faults[] = {
	{ "memory", FAULT_MEMORY, ENOMEM, false },
	{ "memory, from then on", FAULT_MEMORY, ENOMEM, true },
	{ "mmap", FAULT_MAP, ENOMEM, false },
	{ "open: no descriptor", FAULT_OPEN, EMFILE, false },
	{ "open: not permitted", FAULT_OPEN, EACCES, false },
	{ "open: read-only file system", FAULT_OPEN, EROFS, false },
	{ "read: I/O error", FAULT_READ, EIO, false },
	{ "write: disk full", FAULT_WRITE, ENOSPC, false },
	{ "write: disk full from then on", FAULT_WRITE, ENOSPC, true },
	{ "write: I/O error", FAULT_WRITE, EIO, false },
	{ "sync: I/O error", FAULT_SYNC, EIO, false },
	{ "rename and unlink", FAULT_NAME, EROFS, false },
	{ "stat", FAULT_STAT, EIO, false },
	{ "locks", FAULT_LOCK, ENOLCK, false },
	{ "random", FAULT_RANDOM, ENOSYS, false },
	{ "clock", FAULT_CLOCK, EINVAL, false },
	{ "crypt", FAULT_CRYPT, EINVAL, false },
	{ "crypt: no memory", FAULT_CRYPT, ENOMEM, false },
	{ "passwd and shadow", FAULT_DIRECTORY, EIO, false },
	{ "libeconf", FAULT_ECONF, ECONF_NOMEM, false },
	{ "dlopen", FAULT_LOAD, 0, false },
	{ "mutexes", FAULT_THREAD, ENOMEM, false },
	{ "fork and pipes", FAULT_PROCESS, EAGAIN, false },
	{ "libpam", FAULT_PAM, PAM_BUF_ERR, false },
	{ "sqlite: busy", FAULT_SQL, SQLITE_BUSY, false },
	{ "sqlite: full", FAULT_SQL, SQLITE_FULL, false },
	{ "sqlite: corrupt", FAULT_SQL, SQLITE_CORRUPT, false },
	{ "sqlite: I/O error", FAULT_SQL, SQLITE_IOERR, false },
	{ "sqlite: read-only", FAULT_SQL, SQLITE_READONLY, false },
	{ "sqlite: no memory", FAULT_SQL, SQLITE_NOMEM, false },
	{ "sqlite: done, not said", FAULT_SQL_UNSURE, SQLITE_IOERR, false },
	{ NULL, FAULT_NONE, 0, false }
};

bool fault_stand_in;

static enum fault_calls armed;
static int code;
static long wanted, seen;
static bool stays;
static int sql_code;		/* what sqlite3_errcode says of it */
static atomic_long live;

void
fault_arm(const struct fault *fault, long number)
{
	seen = 0;
	sql_code = SQLITE_OK;
	wanted = number;
	stays = fault->stays;
	code = fault->code;
	armed = fault->calls;
}

long
fault_disarm(void)
{
	armed = FAULT_NONE;
	sql_code = SQLITE_OK;
	return seen;
}

long
fault_live(void)
{
	return atomic_load(&live);
}

/* Does this one fail? */
static bool
fails(enum fault_calls calls)
{
	if (armed != calls || calls == FAULT_NONE)
		return false;
	seen++;
	if (wanted == 0 || (stays ? seen < wanted : seen != wanted))
		return false;
	errno = code;
	return true;
}

#define PAGE 4096

static uintptr_t sqlite_from, sqlite_to;

/* Once, before any fork: it is slow. Libraries lie apart. */
__attribute__((constructor))
static void
find_sqlite(void)
{
	Dl_info info;

	if (dladdr((void *)(uintptr_t)sqlite3_libversion, &info) == 0)
		abort();
	sqlite_from = sqlite_to = (uintptr_t)info.dli_fbase;
	while (dladdr((void *)(sqlite_to + PAGE), &info) != 0 &&
	    (uintptr_t)info.dli_fbase == sqlite_from)
		sqlite_to += PAGE;
}

/* SQLite calls itself by the same names, and believes itself; and it never
 * doubts a mutex. */
static bool
by_itself(void *caller)
{
	return (uintptr_t)caller >= sqlite_from &&
	    (uintptr_t)caller < sqlite_to + PAGE;
}

/* dlsym allocates. */
static void *
real(const char *name)
{
	enum fault_calls calls = armed;
	void *found;

	armed = FAULT_NONE;
	found = dlsym(RTLD_NEXT, name);
	armed = calls;
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

/* Defines NAME: the one of that number returns FAILED, else the real one is
 * called. */
#define CALL(calls, failed, type, name, parameters, arguments) \
type \
name parameters \
{ \
	static __typeof__(&name) next; \
\
	if (fails(calls)) \
		return failed; \
	if (next == NULL) \
		next = (__typeof__(&name))(uintptr_t)real(#name); \
	return next arguments; \
}

/* ---- Memory ---- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void __libc_free(void *p);

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
	return fails(FAULT_MEMORY) ? NULL : counted(__libc_malloc(size));
}

void *
calloc(size_t count, size_t size)
{
	return fails(FAULT_MEMORY) ? NULL :
	    counted(__libc_calloc(count, size));
}

void *
realloc(void *p, size_t size)
{
	if (fails(FAULT_MEMORY))
		return NULL;
	return p == NULL ? counted(__libc_malloc(size)) :
	    __libc_realloc(p, size);
}

void
free(void *p)
{
	if (p != NULL)
		atomic_fetch_sub(&live, 1);
	__libc_free(p);
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
	if (fails(FAULT_OPEN)) \
		return -1; \
	va_start(list, flags); \
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? \
	    va_arg(list, mode_t) : 0; \
	va_end(list); \
	if (next == NULL) \
		next = (__typeof__(next))(uintptr_t)real(#name); \
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
CALL(FAULT_WRITE, -1, int, ftruncate, (int fd, off_t size), (fd, size))
CALL(FAULT_WRITE, -1, int, ftruncate64, (int fd, off64_t size), (fd, size))

CALL(FAULT_SYNC, -1, int, fsync, (int fd), (fd))
CALL(FAULT_SYNC, -1, int, fdatasync, (int fd), (fd))

CALL(FAULT_NAME, -1, int, rename, (const char *from, const char *to),
    (from, to))
CALL(FAULT_NAME, -1, int, renameat, (int from_at, const char *from,
    int to_at, const char *to), (from_at, from, to_at, to))
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
	if (takes_lock(command, argument) && fails(FAULT_LOCK)) \
		return -1; \
	if (next == NULL) \
		next = (__typeof__(next))(uintptr_t)real(#name); \
	return next(fd, command, argument); \
}

FCNTL(fcntl)
FCNTL(fcntl64)

/* ---- The system ---- */

CALL(FAULT_RANDOM, -1, ssize_t, getrandom, (void *bytes, size_t size,
    unsigned flags), (bytes, size, flags))
CALL(clock == CLOCK_REALTIME ? FAULT_CLOCK : FAULT_NONE, -1, int,
    clock_gettime, (clockid_t clock, struct timespec *t), (clock, t))
CALL(FAULT_DIRECTORY, code, int, getpwnam_r, (const char *name,
    struct passwd *entry, char *buffer, size_t size, struct passwd **found),
    (name, entry, buffer, size, found))
CALL(FAULT_DIRECTORY, code, int, getpwuid_r, (uid_t uid,
    struct passwd *entry, char *buffer, size_t size, struct passwd **found),
    (uid, entry, buffer, size, found))
CALL(FAULT_DIRECTORY, code, int, getgrnam_r, (const char *name,
    struct group *entry, char *buffer, size_t size, struct group **found),
    (name, entry, buffer, size, found))
CALL(FAULT_DIRECTORY, code, int, getspnam_r, (const char *name,
    struct spwd *entry, char *buffer, size_t size, struct spwd **found),
    (name, entry, buffer, size, found))
CALL(FAULT_PROCESS, -1, pid_t, fork, (void), ())
CALL(FAULT_PROCESS, -1, int, pipe, (int fds[2]), (fds))
CALL(FAULT_PROCESS, -1, int, pipe2, (int fds[2], int flags), (fds, flags))
CALL(FAULT_PROCESS, -1, int, socket, (int domain, int type, int protocol),
    (domain, type, protocol))
CALL(by_itself(__builtin_return_address(0)) ? FAULT_NONE : FAULT_THREAD,
    code, int, pthread_mutexattr_init,
    (pthread_mutexattr_t *kind), (kind))
CALL(by_itself(__builtin_return_address(0)) ? FAULT_NONE : FAULT_THREAD,
    code, int, pthread_mutexattr_settype,
    (pthread_mutexattr_t *kind, int type), (kind, type))
CALL(by_itself(__builtin_return_address(0)) ? FAULT_NONE : FAULT_THREAD,
    code, int, pthread_mutex_init, (pthread_mutex_t *mutex,
    const pthread_mutexattr_t *kind), (mutex, kind))

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

	if (fails(FAULT_CRYPT))
		return NULL;
	if (fault_stand_in &&
	    strncmp(setting, STAND_IN, strlen(STAND_IN)) == 0)
		return stand_in(phrase, setting, data);
	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)real("crypt_rn");
	return next(phrase, setting, data, size);
}

CALL(FAULT_CRYPT, NULL, char *, crypt_gensalt_rn, (const char *prefix,
    unsigned long cost, const char *salt, int salt_size, char *text,
    int size), (prefix, cost, salt, salt_size, text, size))
CALL(FAULT_ECONF, (econf_err)code, econf_err, econf_readFile,
    (econf_file **file, const char *name, const char *delimiter,
    const char *comment), (file, name, delimiter, comment))
CALL(FAULT_ECONF, (econf_err)code, econf_err, econf_getStringValue,
    (econf_file *file, const char *group, const char *key, char **value),
    (file, group, key, value))

CALL(FAULT_PAM, code, int, pam_get_item, (const pam_handle_t *pamh, int item,
    const void **value), (pamh, item, value))
CALL(FAULT_PAM, code, int, pam_set_item, (pam_handle_t *pamh, int item,
    const void *value), (pamh, item, value))
CALL(FAULT_PAM, code, int, pam_get_user, (pam_handle_t *pamh,
    const char **user, const char *prompt), (pamh, user, prompt))
CALL(FAULT_PAM, code, int, pam_set_data, (pam_handle_t *pamh,
    const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int)),
    (pamh, name, data, cleanup))
CALL(FAULT_PAM, code, int, pam_fail_delay, (pam_handle_t *pamh,
    unsigned microseconds), (pamh, microseconds))

int
pam_prompt(pam_handle_t *pamh, int style, char **answer, const char *format,
    ...)
{
	static __typeof__(&pam_vprompt) next;
	va_list list;
	int r;

	if (fails(FAULT_PAM))
		return code;
	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)real("pam_vprompt");
	va_start(list, format);
	r = next(pamh, style, answer, format, list);
	va_end(list);
	return r;
}

/* ---- SQLite: its own error code says the same ---- */

static bool
fails_sql(enum fault_calls calls, void *caller)
{
	bool failed = armed == calls && !by_itself(caller) && fails(calls);

	if (failed)
		sql_code = code;
	else if (!by_itself(caller))
		sql_code = SQLITE_OK;
	return failed;
}

#define SQL(name, parameters, arguments) \
int \
name parameters \
{ \
	static __typeof__(&name) next; \
\
	if (fails_sql(FAULT_SQL, __builtin_return_address(0))) \
		return code; \
	if (next == NULL) \
		next = (__typeof__(&name))(uintptr_t)real(#name); \
	return next arguments; \
}

SQL(sqlite3_prepare_v2, (sqlite3 *db, const char *sql, int size,
    sqlite3_stmt **st, const char **tail), (db, sql, size, st, tail))
SQL(sqlite3_prepare_v3, (sqlite3 *db, const char *sql, int size,
    unsigned flags, sqlite3_stmt **st, const char **tail),
    (db, sql, size, flags, st, tail))
SQL(sqlite3_exec, (sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *arg, char **why),
    (db, sql, row, arg, why))
SQL(sqlite3_bind_int64, (sqlite3_stmt *st, int i, sqlite3_int64 value),
    (st, i, value))
SQL(sqlite3_bind_text, (sqlite3_stmt *st, int i, const char *text, int size,
    void (*done)(void *)), (st, i, text, size, done))
SQL(sqlite3_bind_blob64, (sqlite3_stmt *st, int i, const void *blob,
    sqlite3_uint64 size, void (*done)(void *)), (st, i, blob, size, done))
SQL(sqlite3_wal_checkpoint_v2, (sqlite3 *db, const char *name, int mode,
    int *log, int *done), (db, name, mode, log, done))

int
sqlite3_step(sqlite3_stmt *st)
{
	static __typeof__(&sqlite3_step) next;
	void *caller = __builtin_return_address(0);
	int r;

	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)real("sqlite3_step");
	if (fails_sql(FAULT_SQL, caller))
		return code;
	r = next(st);
	return fails_sql(FAULT_SQL_UNSURE, caller) ? code : r;
}

int
sqlite3_errcode(sqlite3 *db)
{
	static __typeof__(&sqlite3_errcode) next;

	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)real("sqlite3_errcode");
	return sql_code != SQLITE_OK ? sql_code : next(db);
}

const char *
sqlite3_errmsg(sqlite3 *db)
{
	static __typeof__(&sqlite3_errmsg) next;

	if (next == NULL)
		next = (__typeof__(next))(uintptr_t)real("sqlite3_errmsg");
	return sql_code != SQLITE_OK ? sqlite3_errstr(sql_code) : next(db);
}
