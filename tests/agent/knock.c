/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * Callers of the agent, good and bad, over the protocol itself.
 *
 *	knock [OPTION]... SOCKET CONFIG ask VERB USER [PASSWORD [NEW]]
 *		one request; prints `ERR VERDICT MILLISECONDS TEXT`
 *	knock [OPTION]... SOCKET CONFIG burst COUNT VERB USER PASSWORD...
 *		COUNT processes at once, each with one of the passwords in
 *		turn (%u in USER: its number); prints how often there was
 *		each `ERR VERDICT`, and at the end the longest wait
 *	knock [OPTION]... SOCKET CONFIG flood SECONDS RATE VERB USER PASSWORD
 *		RATE requests a second in 32 processes; prints how many were
 *		answered
 *	knock [OPTION]... SOCKET CONFIG bad KIND COUNT
 *		COUNT callers at once that are slow half garbage huge silent
 *		deaf; prints how many were dropped within 10 seconds
 *
 *	knock [OPTION]... SOCKET CONFIG hold SECONDS
 *		connect and do nothing; prints the process at the other end
 *
 * SOCKET exec:PATH: start this program with a socket as its standard input
 * and output instead of connecting.
 * VERB login: by the library, its own way, with paspw_authenticate.
 * -u UID: become this user first. -i ID: this attempt id. -r REALM.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "remote/channel.h"
#include "base/wait.h"
#include "paspw.h"

#define MS_PER_SECOND 1000
#define CONNECT_MS 5000
#define SILENCE_MS 20000
#define TOTAL_MS 120000
#define FLOODERS 32
#define HUGE_BYTES (1 << 20)
#define DROPPED_MS 10000
#define SLOW_MS 200
#define BURST_MAX 512
#define CODES 16

#define PROGRAM "exec:"

static pid_t started;		/* of exec: */

struct caller {
	const char *socket;
	const char *config;
	const char *realm;
	int64_t id;			/* 0: a random one */
	long uid;			/* -1: as we are */
};

struct result {
	enum channel_end end;
	int64_t err, verdict, ms;
};

static void
nap(int64_t ms)
{
	if (ms > 0)
		(void)poll(NULL, 0, (int)ms);
}

static void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static enum wire_type
verb(const char *name)
{
	static const struct {
		const char *name;
		enum wire_type type;
	} verbs[] = {
		{ "authenticate", WIRE_AUTHENTICATE },
		{ "reserve", WIRE_RESERVE },
		{ "settle", WIRE_SETTLE },
		{ "account", WIRE_ACCOUNT },
		{ "status", WIRE_STATUS },
		{ "change", WIRE_CHANGE },
		{ "change_authenticated", WIRE_CHANGE_AUTHENTICATED },
		{ "reset", WIRE_RESET },
		{ "session", WIRE_SESSION },
		{ "ping", WIRE_PING },
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return verbs[i].type;
	fprintf(stderr, "knock: no verb %s\n", name);
	exit(EXIT_FAILURE);
}

static bool
fill(struct wire_request *r, const struct caller *c, enum wire_type type,
    const char *user, const char *password, const char *new)
{
	memset(r, 0, sizeof(*r));
	r->type = type;
	r->id = c->id;
	if (r->id == 0 && getrandom(&r->id, sizeof(r->id), 0) == -1)
		die("getrandom");
	r->id &= INT64_MAX;
	r->outcome = PASPW_FAILED;
	r->flags = 1;
	if (type == WIRE_SETTLE && password != NULL) {
		r->outcome = PASPW_VERIFIED;
		r->has = WIRE_BIT(WIRE_PASSWORD);
	}
	if (password != NULL)
		wire_password(&r->password, password, strlen(password));
	if (new != NULL)
		wire_password(&r->new, new, strlen(new));
	return wire_text(r->config, sizeof(r->config), c->config) &&
	    wire_text(r->realm, sizeof(r->realm), c->realm) &&
	    wire_text(r->service, sizeof(r->service), "knock") &&
	    wire_text(r->user, sizeof(r->user), user);
}

static void
become(const struct caller *c)
{
	if (c->uid < 0)
		return;
	if (setgroups(0, NULL) == -1 || setgid((gid_t)c->uid) == -1 ||
	    setuid((uid_t)c->uid) == -1)
		die("setuid");
}

static int
start_program(const char *path)
{
	int pair[2];
	pid_t pid = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1 ||
	    (pid = fork()) == -1)
		die(path);
	if (pid == 0) {
		dup2(pair[1], STDIN_FILENO);
		dup2(pair[1], STDOUT_FILENO);
		close(pair[0]);
		execl(path, path, (char *)NULL);
		_exit(EXIT_FAILURE);
	}
	started = pid;
	close(pair[1]);
	return pair[0];
}

static int
reach(const struct caller *c)
{
	int fd;

	if (strncmp(c->socket, PROGRAM, strlen(PROGRAM)) == 0)
		return start_program(c->socket + strlen(PROGRAM));
	if ((fd = channel_connect(c->socket, CONNECT_MS)) == -1)
		die(c->socket);
	return fd;
}

/* ---- ask ---- */

static bool
by_library(const char *name)
{
	return strcmp(name, "login") == 0;
}

/* What the library makes of it, with the same socket and configuration. */
static struct result
login(const struct caller *c, const char *user, const char *password,
    char *detail, size_t size)
{
	struct result result = { CHANNEL_CLOSED, -1, -1, wait_now_ms() };
	enum paspw_verdict verdict = PASPW_REFUSED;
	struct paspw *h = NULL;
	int err;

	if ((err = paspw_open(&h, c->config[0] == '\0' ? NULL : c->config,
	    PASPW_LOGIN)) == PASPW_OK &&
	    (err = paspw_set(h, PASPW_SOCKET, c->socket)) == PASPW_OK)
		err = paspw_authenticate(h, user, password, strlen(password),
		    &verdict);
	snprintf(detail, size, "%s", paspw_detail(h));
	paspw_close(&h);
	result.end = CHANNEL_DONE;
	result.err = err;
	result.verdict = (int64_t)verdict;
	result.ms = wait_now_ms() - result.ms;
	return result;
}

static void
print_result(const struct result *r, const char *detail)
{
	printf("%s, %s, %lld, %s", paspw_strerror((int)r->err),
	    paspw_verdict_name((enum paspw_verdict)r->verdict),
	    (long long)r->ms, detail);
}

static struct result
ask_once(int fd, const struct wire_request *r, struct wire_answer *a)
{
	struct result result = { CHANNEL_CLOSED, -1, -1, 0 };
	int64_t start = wait_now_ms();

	result.end = channel_ask(fd, r, SILENCE_MS, TOTAL_MS, a);
	result.ms = wait_now_ms() - start;
	if (result.end == CHANNEL_DONE && a->type == WIRE_ANSWER) {
		result.err = a->err;
		result.verdict = a->verdict;
	}
	return result;
}

static int
ask(const struct caller *c, char **args)
{
	const char *password = args[2], *new = password ? args[3] : NULL;
	struct paspw_status view;
	struct wire_request r;
	struct wire_answer a;
	struct result result;

	if (by_library(args[0]) && password != NULL) {
		become(c);
		result = login(c, args[1], password, a.detail,
		    sizeof(a.detail));
		print_result(&result, a.detail);
		putchar('\n');
		return EXIT_SUCCESS;
	}
	if (!fill(&r, c, verb(args[0]), args[1], password, new))
		return EXIT_FAILURE;
	become(c);
	result = ask_once(reach(c), &r, &a);
	if (result.end != CHANNEL_DONE || a.type != WIRE_ANSWER) {
		printf("end %d\n", result.end == CHANNEL_DONE ?
		    (int)a.type : (int)result.end);
		return EXIT_SUCCESS;
	}
	print_result(&result, a.detail);
	if (wire_get_status(&a, &view))
		printf("%s %s %u", view.account, view.state, view.failures);
	for (size_t i = 0; i < a.report.count; i++)
		printf("%s ", a.report.rules[i]);
	printf("%s%s\n", a.program, a.policy);
	return EXIT_SUCCESS;
}

/* ---- burst ---- */

struct board {
	unsigned ready;
	int go;
	struct result results[BURST_MAX];
};

static void
one_of_burst(const struct caller *c, struct board *board, unsigned number,
    const char *name, const char *pattern, const char *password)
{
	char user[PASPW_NAME_MAX + 1];
	const char *percent = strstr(pattern, "%u");
	struct wire_request r;
	struct wire_answer a;

	if (percent == NULL)
		snprintf(user, sizeof(user), "%s", pattern);
	else
		snprintf(user, sizeof(user), "%.*s%u%s",
		    (int)(percent - pattern), pattern, number, percent + 2);
	if (!by_library(name) &&
	    !fill(&r, c, verb(name), user, password, NULL))
		_exit(EXIT_FAILURE);
	become(c);
	__atomic_add_fetch(&board->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&board->go, __ATOMIC_SEQ_CST))
		nap(1);
	board->results[number] = by_library(name) ?
	    login(c, user, password, a.detail, sizeof(a.detail)) :
	    ask_once(reach(c), &r, &a);
	_exit(EXIT_SUCCESS);
}

static void
tell(const struct board *board, unsigned count)
{
	unsigned seen[CODES][CODES] = { { 0 } }, lost = 0;
	int64_t longest = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct result *r = &board->results[i];

		if (r->ms > longest)
			longest = r->ms;
		if (r->end != CHANNEL_DONE || r->err < 0 || r->err >= CODES ||
		    r->verdict < 0 || r->verdict >= CODES)
			lost++;
		else
			seen[r->err][r->verdict]++;
	}
	for (int e = 0; e < CODES; e++)
		for (int v = 0; v < CODES; v++)
			if (seen[e][v] > 0)
				printf("%u %s, %s\n", seen[e][v],
				    paspw_strerror(e), paspw_verdict_name(
				    (enum paspw_verdict)v));
	printf("%u without an answer\nlongest %lld\n", lost,
	    (long long)longest);
}

static int
burst(const struct caller *c, char **args)
{
	unsigned count = (unsigned)atoi(args[0]), passwords = 0;
	struct board *board = mmap(NULL, sizeof(*board),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (board == MAP_FAILED || count > BURST_MAX)
		die("mmap");
	while (args[3 + passwords] != NULL)
		passwords++;
	for (unsigned i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == -1)
			die("fork");
		if (pid == 0)
			one_of_burst(c, board, i, args[1], args[2],
			    args[3 + i % passwords]);
	}
	while (__atomic_load_n(&board->ready, __ATOMIC_SEQ_CST) < count)
		nap(1);
	__atomic_store_n(&board->go, 1, __ATOMIC_SEQ_CST);
	while (wait(NULL) > 0)
		;
	tell(board, count);
	return EXIT_SUCCESS;
}

/* ---- flood ---- */

static void
flooder(const struct caller *c, struct board *board, int64_t until, int rate,
    const struct wire_request *template)
{
	struct wire_request r = *template;
	struct wire_answer a;
	int64_t start = wait_now_ms();
	int fd = -1;

	become(c);
	for (int64_t sent = 0; wait_now_ms() < until; sent++) {
		nap(start + sent * MS_PER_SECOND / rate - wait_now_ms());
		if (fd == -1)
			fd = channel_connect(c->socket, CONNECT_MS);
		r.id++;
		if (fd == -1 || ask_once(fd, &r, &a).err < 0) {
			close(fd);
			fd = -1;
			continue;
		}
		__atomic_add_fetch(&board->ready, 1, __ATOMIC_SEQ_CST);
	}
	_exit(EXIT_SUCCESS);
}

static int
flood(const struct caller *c, char **args)
{
	int64_t until = wait_now_ms() + (int64_t)atoi(args[0]) * MS_PER_SECOND;
	int rate = atoi(args[1]) / FLOODERS + 1;
	struct board *board = mmap(NULL, sizeof(*board),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct wire_request r;

	if (board == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < FLOODERS; i++) {
		if (!fill(&r, c, verb(args[2]), args[3], args[4], NULL))
			return EXIT_FAILURE;
		if (fork() == 0)
			flooder(c, board, until, rate, &r);
	}
	while (wait(NULL) > 0)
		;
	printf("%u answered\n", board->ready);
	return EXIT_SUCCESS;
}

/* ---- bad ---- */

/* As much as it takes; what is not taken any more is no error. */
static bool
push(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

/* Did the other side hang up within the time? What comes is read, unless we
 * are deaf. */
static bool
is_dropped(int fd, bool deaf, int64_t until)
{
	char bytes[WIRE_FRAME_MAX];

	while (wait_now_ms() < until) {
		struct pollfd p = { fd, deaf ? 0 : POLLIN, 0 };

		if (poll(&p, 1, SLOW_MS) <= 0)
			continue;
		if ((p.revents & (POLLHUP | POLLERR)) != 0 ||
		    recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) == 0)
			return true;
	}
	return false;
}

static bool
misbehave(int fd, const char *kind, unsigned char *frame, size_t size)
{
	int64_t until = wait_now_ms() + DROPPED_MS;
	bool deaf = strcmp(kind, "deaf") == 0;

	if (strcmp(kind, "half") == 0) {
		push(fd, frame, size / 2);
	} else if (strcmp(kind, "garbage") == 0) {
		for (size_t i = WIRE_HEADER; i < size; i++)
			frame[i] ^= (unsigned char)(i * 37 + 11);
		push(fd, frame, size);
	} else if (strcmp(kind, "huge") == 0) {
		static unsigned char zeros[HUGE_BYTES];

		memset(zeros, 'x', sizeof(zeros));
		push(fd, zeros, sizeof(zeros));
	} else if (strcmp(kind, "slow") == 0) {
		for (size_t i = 0; i < size && push(fd, frame + i, 1); i++)
			nap(SLOW_MS);
	} else if (deaf) {
		/* fills both socket buffers, then waits to be dropped */
		while (wait_now_ms() < until && push(fd, frame, size))
			;
	}
	return is_dropped(fd, deaf, until);
}

static int
bad(const struct caller *c, char **args)
{
	int count = atoi(args[1]), dropped = 0, code;
	unsigned char frame[WIRE_FRAME_MAX];
	struct wire_request r;
	size_t size;

	if (!fill(&r, c, WIRE_STATUS, "root", NULL, NULL) ||
	    (size = wire_put_request(&r, frame)) == 0)
		return EXIT_FAILURE;
	become(c);
	for (int i = 0; i < count; i++)
		if (fork() == 0) {
			int fd = reach(c);
			const struct timeval patience = { 10, 0 };

			/* its own sending must not hang the test */
			(void)fcntl(fd, F_SETFL, 0);
			(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO,
			    &patience, sizeof(patience));
			_exit(misbehave(fd, args[0], frame, size) ? 0 : 1);
		}
	while (wait(&code) > 0)
		dropped += WIFEXITED(code) && WEXITSTATUS(code) == 0;
	printf("%d dropped\n", dropped);
	return EXIT_SUCCESS;
}

/* ---- hold ---- */

static int
hold(const struct caller *c, char **args)
{
	become(c);
	(void)reach(c);
	printf("%ld\n", (long)started);
	fflush(stdout);
	nap((int64_t)atoi(args[0]) * MS_PER_SECOND);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct caller c = { .realm = "", .uid = -1 };
	int option;

	while ((option = getopt(argc, argv, "+u:i:r:")) != -1)
		switch (option) {
		case 'u':
			c.uid = atol(optarg);
			break;
		case 'i':
			c.id = atoll(optarg);
			break;
		case 'r':
			c.realm = optarg;
			break;
		default:
			return EXIT_FAILURE;
		}
	argv += optind;
	argc -= optind;
	if (argc < 4)
		return EXIT_FAILURE;
	c.socket = argv[0];
	c.config = argv[1];
	if (strcmp(argv[2], "hold") == 0)
		return hold(&c, argv + 3);
	if (argc < 5)
		return EXIT_FAILURE;
	if (strcmp(argv[2], "ask") == 0)
		return ask(&c, argv + 3);
	if (strcmp(argv[2], "burst") == 0 && argc > 6)
		return burst(&c, argv + 3);
	if (strcmp(argv[2], "flood") == 0 && argc > 7)
		return flood(&c, argv + 3);
	if (strcmp(argv[2], "bad") == 0)
		return bad(&c, argv + 3);
	return EXIT_FAILURE;
}
