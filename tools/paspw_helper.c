/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * paspw-helper: what the agent does, for one caller, where there is no agent.
 * It is setuid to the owner of the stores (never to root) and setgid to
 * shadow, and run by programs that their user could stop: it becomes that
 * user for good and leaves its caller's session, so that nobody but root can
 * stop it while it holds a store.
 *
 * Everything that it was started with is an attacker's: it takes no
 * arguments, no environment, no descriptors but its socket, and serves the
 * configuration that was built in.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "remote/channel.h"
#include "agent/job.h"
#include "base/cgroup.h"

#define FILE_UMASK 0077
#define PATH "/usr/sbin:/usr/bin:/sbin:/bin"
#define PASSWD_MAX 4096
/* As the agent: see agent/connection.c. */
#define IDLE_MS 60000
#define REQUEST_MS 3000
#define ANSWER_MS 3000
#define PROGRESS_SECONDS 1

static const int terminating[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

/* ---- What we were started with ---- */

/* The shell of a person would be a terminal or a pipe; the library brings a
 * socket. */
static bool
is_socket(int fd)
{
	int type = 0, domain = 0;
	socklen_t size = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	    type == SOCK_STREAM && getsockopt(fd, SOL_SOCKET, SO_DOMAIN,
	    &domain, &size) == 0 && domain == AF_UNIX;
}

/* What is not open could become the store's own descriptor, and what we
 * write to it would go into the store. */
static bool
clear_descriptors(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null == -1 || dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(null, STDERR_FILENO) == -1)
		return false;
	closefrom(STDERR_FILENO + 1);
	return true;
}

static bool
clear_environment(void)
{
	return clearenv() == 0 && setenv("PATH", PATH, 1) == 0 &&
	    setenv("LC_ALL", "C", 1) == 0;
}

/* Signals that the caller ignored or blocked, also real-time ones. Those that
 * stop a process are for whoever may send them: root. */
static bool
clear_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &standard, NULL);
	/* None has a use here: the socket's end is what ends us. */
	standard.sa_handler = SIG_IGN;
	for (size_t i = 0; i < sizeof(terminating) / sizeof(terminating[0]);
	    i++)
		(void)sigaction(terminating[i], &standard, NULL);
	sigemptyset(&none);
	return alarm(0) <= UINT32_MAX &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* Limits that a person set low could end us in the middle: those that may be
 * raised again are. The hard ones stay: then a step fails, and the store undoes
 * it. A person who asked to be scheduled after everybody else would hold the
 * lock for long. */
static bool
clear_limits(void)
{
	const struct rlimit none = { 0, 0 };
	const struct sched_param normal = { 0 };
	struct rlimit limit;

	for (__rlimit_resource_t i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit(i, &limit) == 0) {
			limit.rlim_cur = limit.rlim_max;
			(void)setrlimit(i, &limit);
		}
	(void)sched_setscheduler(0, SCHED_OTHER, &normal);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	return setrlimit(RLIMIT_CORE, &none) == 0;
}

/* Real and saved uid too: kill() asks for one of them. Root's supplementary
 * groups are dropped while that is allowed; a person's own give us nothing
 * that he has not. */
static bool
become_owner(uid_t owner)
{
	gid_t group = getegid();
	uid_t real, effective, saved;

	(void)setgroups(0, NULL);
	return setresgid(group, group, group) == 0 &&
	    setresuid(owner, owner, owner) == 0 &&
	    getresuid(&real, &effective, &saved) == 0 && real == owner &&
	    effective == owner && saved == owner;
}

static bool
owner_of_stores(uid_t *owner)
{
	struct passwd entry, *found = NULL;
	char buffer[PASSWD_MAX];

	if (getpwnam_r(PASPW_USER, &entry, buffer, sizeof(buffer), &found) !=
	    0 || found == NULL)
		return false;
	*owner = found->pw_uid;
	return true;
}

static int
clean(void)
{
	uid_t owner;

	if (!is_socket(STDIN_FILENO))
		return EX_USAGE;
	if (!clear_descriptors() || !clear_environment() ||
	    !clear_signals() || !clear_limits())
		return EX_OSERR;
	umask(FILE_UMASK);
	/* Not installed setuid, or to somebody else: nothing to be had. */
	if (!owner_of_stores(&owner) || owner == 0 || geteuid() != owner)
		return EX_NOPERM;
	if (!become_owner(owner))
		return EX_OSERR;
	/* Leads a group already only if somebody made it so: fork then. */
	if (setsid() == -1)
		return EX_OSERR;
	if (prctl(PR_SET_DUMPABLE, 0) == -1 || chdir("/") == -1)
		return EX_OSERR;
	return EX_OK;
}

/* ---- Requests ---- */

struct helper {
	uid_t caller;
	struct paspw *h;
	pthread_mutex_t mutex;		/* of what is sent */
	bool working;
};

static bool
send_answer(const struct wire_answer *a)
{
	unsigned char frame[WIRE_FRAME_MAX];
	size_t size = wire_put_answer(a, frame);

	return size > 0 && channel_send(STDIN_FILENO, frame, size,
	    ANSWER_MS) == CHANNEL_DONE;
}

/* A sign of life each second. */
static void *
tell_progress(void *arg)
{
	const struct wire_answer progress = { .type = WIRE_PROGRESS };
	struct helper *helper = arg;

	for (;;) {
		sleep(PROGRESS_SECONDS);
		pthread_mutex_lock(&helper->mutex);
		if (helper->working)
			(void)!send_answer(&progress);
		pthread_mutex_unlock(&helper->mutex);
	}
	return NULL;
}

static void
set_working(struct helper *helper, bool working)
{
	pthread_mutex_lock(&helper->mutex);
	helper->working = working;
	pthread_mutex_unlock(&helper->mutex);
}

/* No store is opened where somebody could freeze us while it is locked. */
static void
do_job(struct helper *helper, struct agent_job *job)
{
	if (cgroup_exposed(&cgroup_places)) {
		agent_job_fail(job, PASPW_ERR_DENIED, "this control group can "
		    "be frozen by others than root: start paspwd");
		return;
	}
	while (job->stage != AGENT_ANSWER)
		if (job->stage == AGENT_BEGIN)
			agent_job_start(job, helper->h);
		else if (job->stage == AGENT_SETTLE)
			agent_job_settle(job, helper->h);
		else
			agent_job_work(job, helper->h);
}

static bool
serve(struct helper *helper, const struct wire_request *r)
{
	struct agent_job *job = calloc(1, sizeof(*job));
	struct wire_answer a = { .type = WIRE_NOT_MINE };
	bool sent;

	if (job == NULL)
		return false;
	job->request = *r;
	job->uid = helper->caller;
	if (r->config[0] == '\0') {
		set_working(helper, true);
		do_job(helper, job);
		set_working(helper, false);
		a = job->answer;
	}
	agent_job_free(&job);
	sent = send_answer(&a);
	secret_wipe_bytes(&a, sizeof(a));
	return sent;
}

static bool
next_request(struct wire_request *r)
{
	unsigned char body[WIRE_BODY_MAX];
	size_t length;
	bool ok;

	ok = channel_receive(STDIN_FILENO, body, &length, IDLE_MS,
	    REQUEST_MS) == CHANNEL_DONE && wire_get_request(body, length, r);
	secret_wipe_bytes(body, sizeof(body));
	return ok;
}

static int
run(uid_t caller)
{
	struct helper helper = { .caller = caller };
	struct wire_request r;
	pthread_t thread;

	if (pthread_mutex_init(&helper.mutex, NULL) != 0 ||
	    pthread_create(&thread, NULL, tell_progress, &helper) != 0)
		return EX_OSERR;
	if (paspw_open(&helper.h, NULL, PASPW_LOGIN | PASPW_DIRECT) !=
	    PASPW_OK)
		syslog(LOG_AUTHPRIV | LOG_CRIT, "paspw-helper: %s",
		    paspw_detail(helper.h));
	while (next_request(&r)) {
		bool served = serve(&helper, &r);

		secret_wipe_bytes(&r, sizeof(r));
		if (!served)
			break;
	}
	paspw_close(&helper.h);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	/* Who runs us: asked before it is gone. */
	const uid_t caller = getuid();
	int code;

	(void)argv;
	if (argc != 1)
		return EX_USAGE;
	if ((code = clean()) != EX_OK)
		return code;
	openlog("paspw-helper", LOG_PID, LOG_AUTHPRIV);
	return run(caller);
}
