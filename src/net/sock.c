/*
 * sock.c - TCP connections with deadlines.
 * 1. The descriptor is non-blocking and close-on-exec; waiting is done in
 *    poll() only, in slices of at most SLICE ms, and stop is checked between.
 * 2. No call outlives its deadline by more than one slice, except name
 *    resolution, which has the C library's own limits (28 s with three silent
 *    name servers) and does not use up the time to connect.
 *    A socket that poll() calls ready and that then gives nothing is no
 *    exception: from the second time on there is a short pause, and the
 *    deadline is checked.
 * 3. No signal: every send has MSG_NOSIGNAL.
 * 4. A name that was resolved before in this process keeps its addresses while
 *    the name servers fail: a pass does not end because of them, or because
 *    of a new resolv.conf that the sandbox hides. Only their answer that the
 *    name does not exist is an error. TLS checks who is there.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/sock.h"

#define NSS_ROOM  65536 /* bytes; its tables take a few thousand */
#define SLICE     250
#define VAIN_MAX  50  /* ms: longest pause for a socket ready in vain */
#define ADDRESSES 8   /* tried for a name, at most */
#define KNOWN     16  /* names (servers and proxies) that are remembered */
#define TRIED_MAX 360 /* bytes of a message; the rest says what to do */

struct addrs {
	size_t n;
	struct {
		struct sockaddr_storage sa;
		socklen_t len;
	} v[ADDRESSES];
};

/* The addresses that names had last; a new name replaces the oldest one. */
static struct known {
	char where[300]; /* "host:port"; DNS has names of up to 253 */
	struct addrs a;
} known[KNOWN];
static size_t nknown; /* names so far; the next goes to nknown % KNOWN */
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

struct sock {
	int fd;
	char *where;
	int64_t received;
	bool (*stop)(void *);
	void *stop_arg;
};

static int
fail_connection(
    const struct sock *s, enum err_cause cause, struct err *e, const char *text)
{
	err_set(e, ERR_RETRY, "%s: %s", s->where, text);
	if (cause == CAUSE_STOP)
		return err_code(e, cause, "stop", SCOPE_PROFILE);
	return err_code(e, cause, cause == CAUSE_CUT ? "truncated" : "timeout",
	    SCOPE_MAILBOX);
}

int
sock_check_stop(const struct sock *s, struct err *e)
{
	if (s->stop == NULL || !s->stop(s->stop_arg))
		return 0;
	return fail_connection(s, CAUSE_STOP, e, "stopped as asked");
}

/* The waiting of one read or write until it moves a byte. */
struct waiting {
	int64_t deadline;
	int vain; /* times that poll() said ready and no byte was moved */
};

/* Waits for events. 0: they are there; -1: deadline or stop. */
static int
wait_ready(const struct sock *s, short events, struct waiting *w, struct err *e)
{
	if (w->vain > 0 && tim_mono() < w->deadline)
		tim_sleep(w->vain < VAIN_MAX ? w->vain : VAIN_MAX);
	for (;;) {
		struct pollfd p = { s->fd, events, 0 };
		int64_t left = w->deadline - tim_mono();

		if (sock_check_stop(s, e) == -1)
			return -1;
		if (left < 0)
			left = 0;
		if (left == 0 && w->vain > 0)
			return fail_connection(
			    s, CAUSE_TIMEOUT, e, "no answer in time");
		if (poll(&p, 1, left < SLICE ? (int)left : SLICE) > 0) {
			w->vain++;
			return 0;
		}
		if (left == 0)
			return fail_connection(
			    s, CAUSE_TIMEOUT, e, "no answer in time");
	}
}

/* What to check for an errno of connect. */
static const char *
connect_advice(int no)
{
	switch (no) {
	case ECONNREFUSED:
		return "nothing accepts connections there: check the server "
		       "name and the port, and that the service runs";
	case ETIMEDOUT:
		return "no answer: check that the server runs and that no "
		       "firewall stands between";
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return "this machine has no route to it: check the network, "
		       "or set proxy";
	case EACCES:
	case EPERM:
		return "a firewall of this machine forbids it";
	default:
		return "check the network of this machine";
	}
}

/* Tries one address until deadline. 0, -1 with errno, -2 with err: stop. */
static int
try_address(struct sock *s, const struct sockaddr *sa, socklen_t sa_len,
    int64_t deadline, struct err *e)
{
	struct waiting w = { deadline, 0 };
	socklen_t len = sizeof(int);
	int one = 1, no = 0;

	s->fd = socket(sa->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (s->fd == -1)
		return -1;
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(s->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	if (connect(s->fd, sa, sa_len) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EINTR)
		return -1;
	if (wait_ready(s, POLLOUT, &w, e) == -1) {
		errno = ETIMEDOUT;
		return e->cause == CAUSE_STOP ? -2 : -1;
	}
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &no, &len) == 0 && no == 0)
		return 0;
	errno = no;
	return -1;
}

/* Does this machine have no route to this kind of address? */
static bool
no_route(int no)
{
	return no == ENETUNREACH || no == EHOSTUNREACH || no == EADDRNOTAVAIL ||
	       no == EAFNOSUPPORT;
}

/* The addresses that were tried in vain, each with its reason. */
struct tried {
	char text[TRIED_MAX];
	size_t left_out; /* addresses that did not fit into text */
	int no;          /* the most informative errno */
};

/* Adds "127.0.0.1:443 connection refused" or "[::1]:443 ..."; the reason alone
 * when the address is what was asked for. */
static void
note_tried(struct tried *t, const struct sock *s, const struct sockaddr *sa,
    socklen_t len, int no)
{
	bool v6 = sa->sa_family == AF_INET6;
	char ip[64] = "?", port[16] = "?", at[96], why[96];
	size_t n = strlen(t->text);
	int k;

	/* no route says least: a name may have IPv6 addresses, this machine
	 * none */
	if (t->no == 0 || (no_route(t->no) && !no_route(no)))
		t->no = no;
	getnameinfo(sa, len, ip, sizeof(ip), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(at, sizeof(at), v6 ? "[%s]:%s" : "%s:%s", ip, port);
	snprintf(why, sizeof(why), "%s", strerror(no));
	why[0] = (char)tolower((unsigned char)why[0]);
	k = snprintf(t->text + n, sizeof(t->text) - n, "%s%s%s%s",
	    n > 0 ? ", " : "", strcmp(at, s->where) == 0 ? "" : at,
	    strcmp(at, s->where) == 0 ? "" : " ", why);
	if (n + (size_t)k >= sizeof(t->text)) {
		t->text[n] = '\0';
		t->left_out++;
	}
}

static int
not_connected(const struct sock *s, const struct tried *t, struct err *e)
{
	char more[48] = "";

	if (t->left_out > 0)
		snprintf(more, sizeof(more), " and %zu more", t->left_out);
	err_set(e, ERR_RETRY, "%s: cannot connect: %s%s; %s", s->where, t->text,
	    more, connect_advice(t->no));
	return err_code(e, CAUSE_NETWORK, "connect", SCOPE_PROFILE);
}

static int
connect_any(
    struct sock *s, const struct addrs *a, int64_t deadline, struct err *e)
{
	struct tried tried = { "", 0, 0 };
	int r, no;
	size_t i;

	for (i = 0; i < a->n; i++) {
		const struct sockaddr *sa = (const void *)&a->v[i].sa;
		int64_t now = tim_mono(), left = (int64_t)(a->n - i);

		r = try_address(
		    s, sa, a->v[i].len, now + (deadline - now) / left, e);
		if (r == 0) {
			err_clear(e);
			return 0;
		}
		no = errno;
		if (s->fd != -1)
			close(s->fd);
		s->fd = -1;
		if (r == -2)
			return -1;
		note_tried(&tried, s, sa, a->v[i].len, no);
	}
	return not_connected(s, &tried, e);
}

/*
 * A static binary must not load NSS modules of another glibc. The C library
 * dereferences NULL if there is no memory for its tables now, so some is made
 * sure of.
 */
static void
pin_nss(void)
{
#ifdef __GLIBC__
	extern int __nss_configure_lookup(const char *, const char *);

	free(mem_alloc(NSS_ROOM));
	__nss_configure_lookup("hosts", "files dns");
#endif
}

static int
dns_failed(const struct sock *s, const char *host, int rc, struct err *e)
{
	if (rc == EAI_NONAME
#ifdef EAI_NODATA
	    || rc == EAI_NODATA
#endif
	)
		err_set(e, ERR_RETRY,
		    "%s: the name %s has no address: check its spelling, and "
		    "that this machine's name servers know it",
		    s->where, host);
	else
		err_set(e, ERR_RETRY,
		    "%s: cannot look up the name %s (%s): check the name "
		    "servers in /etc/resolv.conf",
		    s->where, host,
		    rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
	return err_code(e, CAUSE_NETWORK, "dns", SCOPE_PROFILE);
}

static void
add_addr(struct addrs *a, const void *sa, socklen_t len)
{
	if (a->n == ADDRESSES || len > sizeof(a->v[0].sa))
		return;
	memcpy(&a->v[a->n].sa, sa, len);
	a->v[a->n++].len = len;
}

/*
 * localhost never leaves this machine, whatever a name server says
 * (RFC 6761 6.3): plain http with a password depends on it.
 */
static void
local_addrs(struct addrs *a, const char *port)
{
	in_port_t p = htons((uint16_t)atoi(port));
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memset(&v4, 0, sizeof(v4));
	v4.sin_family = AF_INET;
	v4.sin_port = p;
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	add_addr(a, &v4, sizeof(v4));
	memset(&v6, 0, sizeof(v6));
	v6.sin6_family = AF_INET6;
	v6.sin6_port = p;
	v6.sin6_addr = in6addr_loopback;
	add_addr(a, &v6, sizeof(v6));
}

static struct known *
find_known(const char *where)
{
	size_t i;

	for (i = 0; i < KNOWN && i < nknown; i++) {
		if (strcmp(known[i].where, where) == 0)
			return &known[i];
	}
	return NULL;
}

static void
remember_addrs(const char *where, const struct addrs *a)
{
	struct known *k;

	if (strlen(where) >= sizeof(k->where))
		return;
	pthread_mutex_lock(&known_lock);
	if ((k = find_known(where)) == NULL) {
		k = &known[nknown++ % KNOWN];
		strcpy(k->where, where);
	}
	k->a = *a;
	pthread_mutex_unlock(&known_lock);
}

/* False: the name was never resolved. */
static bool
recall_addrs(const char *where, struct addrs *a)
{
	const struct known *k;

	pthread_mutex_lock(&known_lock);
	if ((k = find_known(where)) != NULL)
		*a = k->a;
	pthread_mutex_unlock(&known_lock);
	return k != NULL;
}

static int
lookup_host(struct sock *s, const char *host, const char *port,
    struct addrs *out, struct err *e)
{
	struct addrinfo hints, *list = NULL, *a;
	int rc;

	out->n = 0;
	if (str_ieq(host, "localhost")) {
		local_addrs(out, port);
		return 0;
	}
	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICSERV;
	rc = getaddrinfo(host, port, &hints, &list);
	if (rc == EAI_AGAIN || rc == EAI_FAIL || rc == EAI_SYSTEM)
		return recall_addrs(s->where, out) ? 0
						   : dns_failed(s, host, rc, e);
	if (rc != 0)
		return dns_failed(s, host, rc, e);
	for (a = list; a != NULL; a = a->ai_next)
		add_addr(out, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
	remember_addrs(s->where, out);
	return 0;
}

static int
resolve_connect(struct sock *s, const char *host, const char *port,
    int64_t deadline, struct err *e)
{
	int64_t began = tim_mono();
	struct addrs a;

	if (lookup_host(s, host, port, &a, e) == -1)
		return -1;
	return connect_any(s, &a, deadline + tim_mono() - began, e);
}

/* One without a connection. */
static struct sock *
new_sock(const char *host, const char *port)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sock *s = mem_alloc(sizeof(*s));
	bool v6 = strchr(host, ':') != NULL;

	pthread_once(&once, pin_nss);
	s->fd = -1;
	s->where = mem_printf(v6 ? "[%s]:%s" : "%s:%s", host, port);
	return s;
}

int
sock_lookup(
    const char *host, const char *port, char *out, size_t size, struct err *e)
{
	struct sock *s = new_sock(host, port);
	struct addrs a;
	char ip[64];
	size_t i, n = 0;
	int rc = lookup_host(s, host, port, &a, e);

	out[0] = '\0';
	for (i = 0; rc == 0 && i < a.n && n < size; i++) {
		if (getnameinfo((const void *)&a.v[i].sa, a.v[i].len, ip,
			sizeof(ip), NULL, 0, NI_NUMERICHOST) != 0)
			strcpy(ip, "?");
		n += (size_t)snprintf(
		    out + n, size - n, "%s%s", n > 0 ? ", " : "", ip);
	}
	sock_close(s);
	return rc;
}

void
sock_address(const struct sock *s, char *out, size_t size)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	char ip[64] = "?", port[16] = "?";

	if (getpeername(s->fd, (void *)&sa, &len) == 0)
		getnameinfo((void *)&sa, len, ip, sizeof(ip), port,
		    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(out, size, "%s port %s", ip, port);
}

struct sock *
sock_connect(const char *host, const char *port, int64_t deadline,
    bool (*stop)(void *), void *stop_arg, struct err *e)
{
	struct sock *s = new_sock(host, port);
	int rc;

	s->stop = stop;
	s->stop_arg = stop_arg;
	rc = sock_check_stop(s, e);
	if (rc == 0)
		rc = resolve_connect(s, host, port, deadline, e);
	if (rc != 0) {
		sock_close(s);
		return NULL;
	}
	return s;
}

/* What a failed read or write means. */
static int
sock_failed(const struct sock *s, struct err *e)
{
	if (errno == ECONNRESET || errno == EPIPE)
		return fail_connection(s, CAUSE_CUT, e,
		    "the connection was reset by the server or by a firewall "
		    "in between");
	if (errno == ETIMEDOUT)
		return fail_connection(s, CAUSE_CUT, e,
		    "the connection broke: the server no longer answers");
	return fail_connection(s, CAUSE_CUT, e, strerror(errno));
}

long
sock_read(struct sock *s, void *p, size_t n, int64_t deadline, struct err *e)
{
	struct waiting w = { deadline, 0 };

	if (sock_check_stop(s, e) == -1)
		return -1;
	for (;;) {
		ssize_t k = recv(s->fd, p, n, 0);

		if (k >= 0) {
			s->received += k;
			return (long)k;
		}
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return sock_failed(s, e);
		if (wait_ready(s, POLLIN, &w, e) == -1)
			return -1;
	}
}

int
sock_write(
    struct sock *s, const void *buf, size_t n, int64_t deadline, struct err *e)
{
	struct waiting w = { deadline, 0 };
	const char *p = buf;

	while (n > 0) {
		ssize_t k = send(s->fd, p, n, MSG_NOSIGNAL);

		if (k > 0) {
			p += k;
			n -= (size_t)k;
			w.vain = 0;
			continue;
		}
		if (k == -1 && errno != EAGAIN && errno != EWOULDBLOCK &&
		    errno != EINTR)
			return sock_failed(s, e);
		if (wait_ready(s, POLLOUT, &w, e) == -1)
			return -1;
	}
	return 0;
}

void
sock_label(struct sock *s, const char *where)
{
	char *old = s->where;

	s->where = mem_strdup(where);
	free(old);
}

const char *
sock_where(const struct sock *s)
{
	return s->where;
}

int64_t
sock_received(const struct sock *s)
{
	return s->received;
}

bool
sock_readable(const struct sock *s)
{
	struct pollfd p = { s->fd, POLLIN, 0 };

	return poll(&p, 1, 0) != 0;
}

void
sock_close(struct sock *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		close(s->fd);
	free(s->where);
	free(s);
}
