/*
 * keeper.c - a helper process for what this one may not do in its sandbox.
 * 1. The helper knows what it acts on from before the sandbox; through the
 *    socket come only the number of an act and data, which it never interprets.
 * 2. The helper has no file of ours open but the socket and the standard
 *    three, and ends when the other end of the socket closes.
 * 3. Each message gets an answer, within the time limit of its act and
 *    SPARE_MS; otherwise the helper is given up.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/tim.h"
#include "os/keeper.h"
#include "os/runner.h"
#include "os/statedir.h"

#define SPARE_MS 5000  /* for the helper's answer */
#define CHUNK    32768 /* bytes of a file in a message */

/*
 * A message: a byte for the act, a byte for the file (enum keep_file; ACT_RUN
 * has none and sends 0), then data.
 */
#define HEAD 2
enum act {
	ACT_RUN = 'c',   /* data: the text */
	ACT_READ = 'r',  /* the first CHUNK of the file */
	ACT_MORE = 'm',  /* the next CHUNK of it */
	ACT_WRITE = 'w', /* the next CHUNK of a new content */
	ACT_STORE = 's', /* the last CHUNK: now the file is written */
	ACT_ASIDE = 'a',
	ACT_DONE = 'd',
	/* data: the number (uint32_t); with WRITE the content behind it */
	ACT_TOKEN_READ = 't',
	ACT_TOKEN_WRITE = 'u',
	ACT_TOKEN_DONE = 'v'
};

struct keeper {
	pid_t pid;
	int fd;
	int limit_ms;         /* of the command */
	bool late;            /* the warning about state_dir's lock was given */
	pthread_mutex_t lock; /* one message, or file, at a time */
};

/* The helper's answer; a CHUNK that was asked for follows it. */
struct answer {
	int rc;                /* 0, or -1: why says the reason */
	int more;              /* the file has another CHUNK */
	int late;              /* ACT_READ: state_dir is not locked, see why */
	int busy;              /* ACT_TOKEN_READ: another process has it */
	struct runner_end end; /* ACT_RUN */
	char why[STATEDIR_WHY];
};

/* What the helper knows. */
struct work {
	struct runner runner; /* path NULL: there is no command */
	struct statedir dir;
	struct tokendir tokens;
	struct buf file;      /* content that was read, or is to be written */
	enum keep_file which; /* the file whose content that is */
	size_t sent;          /* bytes of a file that was read */
	int fd;               /* the socket */
};

/* --- in the helper ----------------------------------------------------- */

/* Makes the socket descriptor 3 and closes all descriptors above it. */
static void
close_others(int keep)
{
	long fd, last = sysconf(_SC_OPEN_MAX);

	if (keep != 3)
		dup2(keep, 3);
	if (syscall(436 /* close_range */, 4u, ~0u, 0u) == 0)
		return;
	for (fd = 4; fd < last && fd < 65536; fd++)
		close((int)fd);
}

/* The next CHUNK of the file; *n: its length. */
static const char *
next_chunk(struct work *w, struct answer *a, size_t *n)
{
	const char *at = buf_str(&w->file) + w->sent;

	*n = w->file.len - w->sent;
	if (*n > CHUNK)
		*n = CHUNK;
	w->sent += *n;
	a->more = w->sent < w->file.len;
	return at;
}

static void
store_file(struct work *w, struct answer *a)
{
	a->rc = statedir_write(&w->dir, w->which, &w->file);
	buf_free(&w->file);
}

static void
begin_file(struct work *w, enum keep_file which)
{
	buf_free(&w->file);
	w->which = which;
	w->sent = 0;
}

/* One act on a file. Returns the data that follows the answer, *n bytes. */
static const char *
act_on_file(
    struct work *w, const char *msg, size_t len, struct answer *a, size_t *n)
{
	enum keep_file which = (enum keep_file)(unsigned char)msg[1];

	switch (msg[0]) {
	case ACT_READ:
		begin_file(w, which);
		a->rc = statedir_read(&w->dir, which, &w->file);
		a->late = w->dir.late;
		return a->rc == 0 ? next_chunk(w, a, n) : NULL;
	case ACT_MORE:
		return next_chunk(w, a, n);
	case ACT_WRITE:
	case ACT_STORE:
		/* content that was read, or of another file, is not written */
		if (w->sent > 0 || w->which != which)
			begin_file(w, which);
		buf_add(&w->file, msg + HEAD, len - HEAD);
		if (msg[0] == ACT_STORE)
			store_file(w, a);
		return NULL;
	case ACT_ASIDE:
		a->rc = statedir_aside(&w->dir, which);
		return NULL;
	default:
		statedir_free(&w->dir);
		return NULL;
	}
}

static bool
is_token_act(char act)
{
	return act == ACT_TOKEN_READ || act == ACT_TOKEN_WRITE ||
	       act == ACT_TOKEN_DONE;
}

/* One act on a person's login; as act_on_file. */
static const char *
act_on_token(
    struct work *w, const char *msg, size_t len, struct answer *a, size_t *n)
{
	uint32_t i;
	bool busy = false;

	if (len < HEAD + sizeof(i)) {
		a->rc = -1;
		return NULL;
	}
	memcpy(&i, msg + HEAD, sizeof(i));
	begin_file(w, KEEP_NFILE);
	if (msg[0] == ACT_TOKEN_READ) {
		a->rc = tokendir_read(&w->tokens, i, &w->file, &busy);
		a->busy = busy;
	} else if (msg[0] == ACT_TOKEN_WRITE)
		a->rc = tokendir_write(&w->tokens, i, msg + HEAD + sizeof(i),
		    len - HEAD - sizeof(i));
	else
		tokendir_done(&w->tokens, i);
	if (a->rc == -1)
		memcpy(w->dir.why, w->tokens.why, sizeof(w->dir.why));
	return a->rc == 0 ? next_chunk(w, a, n) : NULL;
}

static const char *
act_on(struct work *w, const char *msg, size_t len, struct answer *a, size_t *n)
{
	*n = 0;
	if (len >= HEAD && is_token_act(msg[0]))
		return act_on_token(w, msg, len, a, n);
	/* no other file is this process's business (keep.h) */
	if (len < HEAD || (msg[0] != ACT_RUN && msg[1] != KEEP_LOGINS)) {
		a->rc = -1;
		return NULL;
	}
	if (msg[0] != ACT_RUN)
		return act_on_file(w, msg, len, a, n);
	if (w->runner.path != NULL)
		a->end = runner_run(&w->runner, msg + HEAD, len - HEAD);
	return NULL;
}

static bool
send_answer(const struct answer *a, const char *data, size_t n)
{
	struct iovec v[2];
	struct msghdr m;

	memset(&m, 0, sizeof(m));
	v[0].iov_base = (void *)(uintptr_t)a;
	v[0].iov_len = sizeof(*a);
	v[1].iov_base = (void *)(uintptr_t)data;
	v[1].iov_len = n;
	m.msg_iov = v;
	m.msg_iovlen = n > 0 ? 2 : 1;
	return sendmsg(3, &m, MSG_NOSIGNAL) != -1;
}

static void
become_helper(const struct work *w)
{
	sigset_t child;

	close_others(w->fd);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	/* passwords of the INI may still be in this copy of the memory */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setsid(); /* Ctrl-C is for the sync, which may still send an alert */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
}

/* The helper's life; never returns. */
static void
serve_work(struct work *w)
{
	char *msg = mem_alloc(RUNNER_TEXT + HEAD);
	const char *data;
	struct answer a;
	size_t out;
	ssize_t n;

	become_helper(w);
	/* a message has at least HEAD bytes, so that 0 bytes are the end */
	while ((n = recv(3, msg, RUNNER_TEXT + HEAD, 0)) > 0 ||
	       (n == -1 && errno == EINTR)) {
		if (n == -1)
			continue;
		memset(&a, 0, sizeof(a));
		a.end.how = RUNNER_NOT_STARTED;
		a.end.value = ENOENT;
		data = act_on(w, msg, (size_t)n, &a, &out);
		memcpy(a.why, w->dir.why, sizeof(a.why));
		if (!send_answer(&a, data, out))
			break;
	}
	_exit(0);
}

/* --- in the sync ------------------------------------------------------- */

static int
say_gone(const char *code, const char *what, struct err *err)
{
	err_set(err, ERR_RETRY, "%s: its helper process %s", code, what);
	return err_code(err, CAUSE_OTHER, code, SCOPE_ALL);
}

/* Makes a socket pair and a helper process at its other end. */
static bool
fork_helper(struct keeper *k, struct work *w)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		return false;
	k->fd = fd[0];
	w->fd = fd[1];
	k->pid = fork();
	if (k->pid == 0) {
		close(fd[0]);
		serve_work(w);
	}
	close(fd[1]);
	if (k->pid == -1)
		close(fd[0]);
	return k->pid != -1;
}

/* Sets err: there is no process for what is configured. */
static void
say_no_helper(const struct keeper_opts *o, int sys, struct err *err)
{
	bool both = o->command != NULL && o->state_dir != NULL;
	const char *code = o->command != NULL ? "alert_command" : "state_dir";

	err_set(err, ERR_FATAL, "%s%s: no helper process can be made: %s", code,
	    both ? ", state_dir" : "", strerror(sys));
	err_code(err, CAUSE_OTHER, code, SCOPE_ALL);
}

struct keeper *
keeper_start(const struct keeper_opts *o, struct err *err)
{
	struct keeper made, *k;
	struct work w;
	bool ok;
	int sys;

	memset(&made, 0, sizeof(made));
	memset(&w, 0, sizeof(w));
	w.runner.limit_ms = RUNNER_MS;
	if (o->command != NULL && runner_make(&w.runner, o->command, err) == -1)
		return NULL;
	statedir_init(&w.dir, o->state_dir, o->make);
	tokendir_init(&w.tokens, o->state_dir, o->tokens);
	buf_init_secret(&w.file, STATEDIR_MAX + 4096);
	made.limit_ms = w.runner.limit_ms;
	ok = fork_helper(&made, &w);
	sys = errno;
	runner_free(&w.runner);
	if (ok) { /* allocated now, since the helper has no use for it */
		k = mem_alloc(sizeof(*k));
		*k = made;
		pthread_mutex_init(&k->lock, NULL);
		return k;
	}
	say_no_helper(o, sys, err);
	return NULL;
}

/* Waits for the helper's answer, and the data behind it; false: too late. */
static bool
await_answer(const struct keeper *k, struct answer *a, struct buf *out)
{
	int64_t until = tim_mono() + k->limit_ms + SPARE_MS, left;
	struct pollfd p = { k->fd, POLLIN, 0 };
	char data[CHUNK];
	struct iovec v[2] = { { a, sizeof(*a) }, { data, sizeof(data) } };
	struct msghdr m;
	ssize_t n;

	memset(&m, 0, sizeof(m));
	m.msg_iov = v;
	m.msg_iovlen = 2;
	while ((left = until - tim_mono()) > 0) {
		if (poll(&p, 1, (int)left) <= 0)
			continue; /* the pass itself checks for signals */
		n = recvmsg(k->fd, &m, 0);
		if (n < (ssize_t)sizeof(*a))
			return false;
		a->why[sizeof(a->why) - 1] = '\0';
		if (out != NULL)
			buf_add(out, data, (size_t)n - sizeof(*a));
		return true;
	}
	return false;
}

/* A message to the helper. */
struct message {
	enum act what;
	enum keep_file which;
	struct iovec data;
};

/* Sends one message and gets its answer. -1: the helper is given up. */
static int
ask_helper(struct keeper *k, const struct message *is, struct answer *a,
    struct buf *out)
{
	char head[HEAD] = { (char)is->what, (char)is->which };
	struct iovec v[2] = { { head, HEAD }, is->data };
	struct msghdr m;

	memset(&m, 0, sizeof(m));
	m.msg_iov = v;
	m.msg_iovlen = 2;
	if (sendmsg(k->fd, &m, MSG_NOSIGNAL) != -1 && await_answer(k, a, out))
		return 0;
	/* a late answer must not be taken for the answer to the next message */
	close(k->fd);
	k->fd = -1;
	return -1;
}

static int
run_command(struct keeper *k, const struct message *run, struct err *err)
{
	struct answer a;

	if (k->fd == -1)
		return say_gone("alert_command", "is gone", err);
	if (ask_helper(k, run, &a, NULL) == 0)
		return runner_judge(&a.end, k->limit_ms, err);
	return say_gone("alert_command", "does not answer any more", err);
}

int
keeper_run(struct keeper *k, const char *text, size_t len, struct err *err)
{
	struct message run = { ACT_RUN, 0,
		{ (void *)(uintptr_t)text,
		    len < RUNNER_TEXT - 1 ? len : RUNNER_TEXT - 1 } };
	int rc;

	pthread_mutex_lock(&k->lock);
	rc = run_command(k, &run, err);
	pthread_mutex_unlock(&k->lock);
	return rc;
}

/* Sends one message about a file; err is set from its answer. */
static int
ask_state(struct keeper *k, const struct message *is, struct answer *a,
    struct buf *out, struct err *err)
{
	memset(a, 0, sizeof(*a));
	if (k->fd == -1)
		return say_gone("state_dir", "is gone", err);
	if (ask_helper(k, is, a, out) == -1)
		return say_gone("state_dir", "does not answer any more", err);
	if (a->rc == 0)
		return 0;
	err_set(err, ERR_RETRY, "%s", a->why);
	return err_code(err, CAUSE_OTHER, "state_dir", SCOPE_ALL);
}

/* The same, of a message that needs no other; answer: or NULL. */
static int
ask_once(struct keeper *k, const struct message *m, struct answer *answer,
    struct buf *out, struct err *err)
{
	struct answer a;
	int rc;

	pthread_mutex_lock(&k->lock);
	rc = ask_state(k, m, &a, out, err);
	pthread_mutex_unlock(&k->lock);
	if (answer != NULL)
		*answer = a;
	return rc;
}

int
keeper_read(void *arg, enum keep_file which, struct buf *out, struct err *err)
{
	struct message m = { ACT_READ, which, { NULL, 0 } };
	struct keeper *k = arg;
	struct answer a;
	int rc;

	pthread_mutex_lock(&k->lock);
	rc = ask_state(k, &m, &a, out, err);
	if (rc == 0 && a.late != 0 && !k->late) {
		log_warning("%s", a.why);
		k->late = true;
	}
	m.what = ACT_MORE;
	while (rc == 0 && a.more)
		rc = ask_state(k, &m, &a, out, err);
	pthread_mutex_unlock(&k->lock);
	return rc;
}

int
keeper_write(void *arg, enum keep_file which, const char *data, size_t len,
    struct err *err)
{
	struct message m = { ACT_WRITE, which, { NULL, 0 } };
	struct keeper *k = arg;
	struct answer a;
	int rc;

	pthread_mutex_lock(&k->lock);
	do {
		m.data.iov_base = (void *)(uintptr_t)data;
		m.data.iov_len = len < CHUNK ? len : CHUNK;
		data += m.data.iov_len;
		len -= m.data.iov_len;
		if (len == 0)
			m.what = ACT_STORE;
		rc = ask_state(k, &m, &a, NULL, err);
	} while (rc == 0 && len > 0);
	pthread_mutex_unlock(&k->lock);
	return rc;
}

int
keeper_aside(void *arg, enum keep_file which, struct err *err)
{
	const struct message m = { ACT_ASIDE, which, { NULL, 0 } };

	return ask_once(arg, &m, NULL, NULL, err);
}

void
keeper_done(void *arg, enum keep_file which)
{
	const struct message m = { ACT_DONE, which, { NULL, 0 } };
	struct err err = ERR_INIT;

	(void)ask_once(arg, &m, NULL, NULL, &err);
}

int
keeper_token_read(
    struct keeper *k, size_t i, struct buf *out, bool *busy, struct err *err)
{
	uint32_t number = (uint32_t)i;
	const struct message m = { ACT_TOKEN_READ, 0,
		{ &number, sizeof(number) } };
	struct answer a;
	int rc = ask_once(k, &m, &a, out, err);

	*busy = rc == 0 && a.busy != 0;
	return rc;
}

int
keeper_token_write(
    struct keeper *k, size_t i, const struct buf *data, struct err *err)
{
	uint32_t number = (uint32_t)i;
	struct message m = { ACT_TOKEN_WRITE, 0, { NULL, 0 } };
	struct buf text;
	int rc;

	/* the content is sealed */
	buf_init(&text, RUNNER_TEXT - HEAD);
	buf_add(&text, &number, sizeof(number));
	buf_add(&text, buf_str(data), data->len);
	m.data.iov_base = text.data;
	m.data.iov_len = text.len;
	rc = ask_once(k, &m, NULL, NULL, err);
	buf_free(&text);
	return rc;
}

void
keeper_token_done(struct keeper *k, size_t i)
{
	uint32_t number = (uint32_t)i;
	const struct message m = { ACT_TOKEN_DONE, 0,
		{ &number, sizeof(number) } };
	struct err err = ERR_INIT;

	(void)ask_once(k, &m, NULL, NULL, &err);
}

void
keeper_close(struct keeper *k)
{
	if (k == NULL)
		return;
	if (k->fd != -1) {
		close(k->fd);
		waitpid(k->pid, NULL, 0);
	} else
		waitpid(k->pid, NULL, WNOHANG);
	pthread_mutex_destroy(&k->lock);
	free(k);
}
