/*
 * wan.c - a long line between a client and a server on this machine: a TCP
 * proxy that delays what it forwards and lets it through at a line's rate.
 *
 *	wan --to HOST:PORT --rtt MS --mbit N [--listen PORT]
 *	    [--stall EVERY_MS:FOR_MS]
 *
 * Prints the port that it listens to on 127.0.0.1; on SIGUSR1 and, before it
 * ends, on SIGTERM one line of JSON: the bytes of each direction (up: from
 * the client), the connections, the seconds in which each direction was
 * busy, those lost because this program was not awake in time, its CPU.
 *
 * 1. Each direction is one line for all connections: pieces of at most PIECE
 *    bytes go one after the other, the connections in turn. What has left
 *    the line arrives half a round trip later.
 * 2. The kernel accepts a connection at once. Its set-up takes a round trip
 *    all the same: the server sees it after half of one, and the first bytes
 *    of the client leave after a whole one.
 * 3. FIN and RST travel as bytes do, behind those sent before them.
 * 4. Of a connection at most `window` bytes are under way; then it is not
 *    read, until the other side has taken some.
 * 5. Only the bytes of the application count: no headers of TCP and IP, no
 *    acknowledgements, no slow start. A real line is slower, never faster.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)
#define NEVER  UINT64_MAX
#define PIECE  1460
/* So far ahead the line is filled: waking up late by less loses nothing. */
#define AHEAD (10 * MS)
/* What is due within it is done together. */
#define GRAIN  (MS / 5)
#define VECTOR 64
/* What may be under way where no rate says more: as TCP does by itself. */
#define WIDE   (8u << 20)
#define EVENTS 64

enum what { DATA, FIN, RST };

/* What is on the line or, having arrived, not yet taken by a socket. */
struct piece {
	struct piece *next;
	struct end *to;
	uint64_t due;
	enum what what;
	size_t at, n;
	char data[PIECE];
};

struct pieces {
	struct piece *first, *last;
};

/* A socket. It feeds the line of its side, the other line feeds it. */
struct end {
	struct conn *conn;
	int side, fd;
	bool readable; /* there may be bytes to read */
	bool held;     /* its first bytes may not leave yet */
	bool ended;    /* no more will be read */
	bool in_ring, dirty;
	size_t under_way; /* bytes that the other end has not taken */
	struct pieces out;
	struct end *next_ring, *next_dirty;
};

struct conn {
	struct end end[2];
	unsigned refs; /* pieces, set-up */
	bool fin[2];   /* passed on to that end */
	bool dead;
	uint64_t began;
	struct conn *next_dial, *next_open, *next_dead;
};

struct line {
	struct pieces sent;
	struct end *ring_first, *ring_last;
	uint64_t free_at;
	bool backlog;
	unsigned long long bytes;
	uint64_t busy, lost;
};

static struct line lines[2]; /* up: from side 0; down: from side 1 */
static struct conn *dial_first, *dial_last, *open_first, *open_last, *dead;
static struct end *dirty;
static struct piece *spare;
static unsigned long connections;

static struct sockaddr_storage server;
static socklen_t server_len;
static uint64_t rtt, stall_every, stall_for, now, first;
static double rate; /* bytes per second; 0: without limit */
static size_t window;
static int poller, listener = -1, signals;

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "wan: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* --- pieces -------------------------------------------------------------- */

static void
append_piece(struct pieces *list, struct piece *p)
{
	p->next = NULL;
	if (list->first == NULL)
		list->first = p;
	else
		list->last->next = p;
	list->last = p;
}

static struct piece *
take_piece(struct pieces *list)
{
	struct piece *p = list->first;

	list->first = p->next;
	return p;
}

static struct piece *
new_piece(struct end *to, enum what what)
{
	struct piece *p = spare;

	if (p != NULL)
		spare = p->next;
	else if ((p = malloc(sizeof(*p))) == NULL)
		die("memory");
	p->to = to;
	p->what = what;
	p->at = p->n = 0;
	to->conn->refs++;
	return p;
}

/* Both sockets are closed and nothing belongs to it any more. An event that
 * was read already may name it still, so it is freed before the next are. */
static void
release_conn(struct conn *c)
{
	if (c->refs > 0 || c->dead || c->end[0].fd >= 0 || c->end[1].fd >= 0)
		return;
	c->dead = true;
	c->next_dead = dead;
	dead = c;
}

static void
free_dead(void)
{
	struct conn *c;

	while ((c = dead) != NULL) {
		dead = c->next_dead;
		free(c);
	}
}

static void
free_piece(struct piece *p)
{
	struct conn *c = p->to->conn;

	p->next = spare;
	spare = p;
	c->refs--;
	release_conn(c);
}

static struct end *
other_end(struct end *e)
{
	return &e->conn->end[!e->side];
}

/* --- the line ------------------------------------------------------------ */

/* When the line can begin what it would begin at t. */
static uint64_t
after_stall(uint64_t t)
{
	uint64_t in;

	if (stall_every == 0 || t < first + stall_every)
		return t;
	in = (t - first) % stall_every;
	return in < stall_for ? t + stall_for - in : t;
}

static void
send_piece(struct line *l, struct piece *p)
{
	uint64_t start = after_stall(l->free_at > now ? l->free_at : now);
	uint64_t takes =
	    rate > 0 ? (uint64_t)((double)p->n / rate * (double)SECOND) : 0;

	l->free_at = after_stall(start + takes);
	l->busy += takes;
	l->bytes += p->n;
	p->due = l->free_at + rtt / 2;
	append_piece(&l->sent, p);
}

static void
push_ring(struct end *e)
{
	struct line *l = &lines[e->side];

	if (e->in_ring || !e->readable || e->held || e->ended ||
	    e->under_way >= window)
		return;
	e->in_ring = true;
	e->next_ring = NULL;
	if (l->ring_first == NULL)
		l->ring_first = e;
	else
		l->ring_last->next_ring = e;
	l->ring_last = e;
}

static void
pop_ring(struct line *l)
{
	struct end *e = l->ring_first;

	l->ring_first = e->next_ring;
	e->in_ring = false;
}

static void
leave_ring(struct end *e)
{
	struct line *l = &lines[e->side];
	struct end **at = &l->ring_first, *before = NULL;

	if (!e->in_ring)
		return;
	while (*at != e) {
		before = *at;
		at = &before->next_ring;
	}
	*at = e->next_ring;
	if (l->ring_last == e)
		l->ring_last = before;
	e->in_ring = false;
}

static void
drop_out(struct end *e)
{
	e->conn->refs++; /* it must outlive its pieces here */
	while (e->out.first != NULL)
		free_piece(take_piece(&e->out));
	e->conn->refs--;
}

/* Closes a socket; with a RST if asked. The caller looks after the rest. */
static void
close_end(struct end *e, bool hard)
{
	struct linger linger = { 1, 0 };

	if (e->fd < 0)
		return;
	leave_ring(e);
	if (hard)
		setsockopt(
		    e->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(e->fd);
	e->fd = -1;
	e->ended = true;
	drop_out(e);
}

/* The program behind this socket is gone: the other side is told. */
static void
break_end(struct end *e)
{
	bool told = e->ended && e->fd < 0;

	close_end(e, true);
	if (!told)
		send_piece(&lines[e->side], new_piece(other_end(e), RST));
}

/* Reads one piece of the first connection in turn. */
static void
admit_piece(struct line *l)
{
	struct end *e = l->ring_first;
	struct piece *p;
	ssize_t n;

	pop_ring(l);
	p = new_piece(other_end(e), DATA);
	n = read(e->fd, p->data, sizeof(p->data));
	if (n > 0) {
		p->n = (size_t)n;
		e->under_way += p->n;
		send_piece(l, p);
		push_ring(e);
	} else if (n == 0) {
		e->ended = true;
		p->what = FIN;
		send_piece(l, p);
	} else {
		e->readable = false;
		if (errno != EAGAIN && errno != EINTR)
			break_end(e);
		free_piece(p);
	}
}

static void
fill_line(struct line *l)
{
	uint64_t could = after_stall(l->free_at);

	if (l->backlog && now > could)
		l->lost += now - could;
	while (l->ring_first != NULL && l->free_at < now + AHEAD)
		admit_piece(l);
	l->backlog = l->ring_first != NULL;
}

/* --- arrivals ------------------------------------------------------------ */

static void
taken_by(struct end *e, size_t n)
{
	struct end *from = other_end(e);

	from->under_way -= n;
	push_ring(from);
}

static void
finish_end(struct end *e)
{
	struct conn *c = e->conn;

	c->fin[e->side] = true;
	shutdown(e->fd, SHUT_WR);
	if (c->fin[0] && c->fin[1]) {
		close_end(&c->end[0], false);
		close_end(&c->end[1], false);
	}
}

/* Writes the data that lies first; false: the socket takes no more now. */
static bool
write_out(struct end *e)
{
	struct iovec v[VECTOR];
	struct piece *p;
	size_t left;
	ssize_t n;
	int k = 0;

	for (p = e->out.first; p != NULL && p->what == DATA && k < VECTOR;
	     p = p->next, k++)
		v[k] = (struct iovec){ p->data + p->at, p->n - p->at };
	n = writev(e->fd, v, k);
	if (n < 0) {
		if (errno == EINTR)
			return true;
		if (errno != EAGAIN)
			break_end(e);
		return false;
	}
	taken_by(e, (size_t)n);
	for (left = (size_t)n; left > 0;) {
		p = e->out.first;
		if (left < p->n - p->at) {
			p->at += left;
			break;
		}
		left -= p->n - p->at;
		free_piece(take_piece(&e->out));
	}
	return true;
}

static void
flush_end(struct end *e)
{
	struct conn *c = e->conn;
	enum what what;

	c->refs++;
	while (e->fd >= 0 && e->out.first != NULL) {
		what = e->out.first->what;
		if (what == DATA) {
			if (!write_out(e))
				break;
			continue;
		}
		free_piece(take_piece(&e->out));
		if (what == RST)
			close_end(e, true);
		else
			finish_end(e);
	}
	if (e->fd < 0)
		drop_out(e);
	c->refs--;
	release_conn(c);
}

/* A RST does not wait behind what the socket has not taken. */
static void
arrive_piece(struct piece *p)
{
	struct end *e = p->to;

	if (e->fd < 0) {
		free_piece(p);
		return;
	}
	if (p->what == RST)
		drop_out(e);
	append_piece(&e->out, p);
	if (!e->dirty) {
		e->dirty = true;
		e->next_dirty = dirty;
		dirty = e;
	}
}

static void
deliver_line(struct line *l)
{
	struct end *e;

	while (l->sent.first != NULL && l->sent.first->due <= now)
		arrive_piece(take_piece(&l->sent));
	while (dirty != NULL) {
		e = dirty;
		dirty = e->next_dirty;
		e->dirty = false;
		flush_end(e);
	}
}

/* --- connections ---------------------------------------------------------- */

static void
watch_end(struct end *e)
{
	struct epoll_event ev = { .events =
				      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = e };
	int on = 1;

	setsockopt(e->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (epoll_ctl(poller, EPOLL_CTL_ADD, e->fd, &ev) != 0)
		die("epoll");
}

static void
accept_conn(int fd)
{
	struct conn *c = calloc(1, sizeof(*c));
	int i;

	if (c == NULL)
		die("memory");
	for (i = 0; i < 2; i++)
		c->end[i] = (struct end){ .conn = c, .side = i, .fd = -1 };
	c->end[0].fd = fd;
	c->end[0].held = true;
	c->began = now;
	c->refs = 2;
	if (connections++ == 0)
		first = now;
	watch_end(&c->end[0]);
	if (dial_first == NULL)
		dial_first = c;
	else
		dial_last->next_dial = c;
	dial_last = c;
	if (open_first == NULL)
		open_first = c;
	else
		open_last->next_open = c;
	open_last = c;
}

static void
accept_all(void)
{
	int fd;

	while ((fd = accept4(
		    listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		accept_conn(fd);
}

/* Half a round trip after the client's connect. */
static void
dial_server(struct conn *c)
{
	struct end *e = &c->end[1];

	e->fd = socket(
	    server.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (e->fd < 0)
		die("socket");
	if (connect(e->fd, (struct sockaddr *)&server, server_len) != 0 &&
	    errno != EINPROGRESS)
		break_end(e);
	else
		watch_end(e);
}

static void
open_conns(void)
{
	struct conn *c;

	while ((c = dial_first) != NULL && c->began + rtt / 2 <= now) {
		dial_first = c->next_dial;
		dial_server(c);
		c->refs--;
		release_conn(c);
	}
	while ((c = open_first) != NULL && c->began + rtt <= now) {
		open_first = c->next_open;
		c->end[0].held = false;
		push_ring(&c->end[0]);
		c->refs--;
		release_conn(c);
	}
}

static void
end_event(struct end *e, uint32_t events)
{
	if (e->fd < 0)
		return;
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		e->readable = true;
		push_ring(e);
	}
	if (events & EPOLLOUT)
		flush_end(e);
}

/* --- the program --------------------------------------------------------- */

static void
print_counts(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("{\"up\":%llu,\"down\":%llu,\"connections\":%lu,"
	       "\"busy_up\":%.6f,\"busy_down\":%.6f,\"lost\":%.6f,"
	       "\"cpu\":%.6f}\n",
	    lines[0].bytes, lines[1].bytes, connections,
	    (double)lines[0].busy / (double)SECOND,
	    (double)lines[1].busy / (double)SECOND,
	    (double)(lines[0].lost + lines[1].lost) / (double)SECOND,
	    (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
	fflush(stdout);
}

static void
read_signal(void)
{
	struct signalfd_siginfo s;

	if (read(signals, &s, sizeof(s)) != (ssize_t)sizeof(s))
		return;
	print_counts();
	if (s.ssi_signo != SIGUSR1)
		exit(0);
}

static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
next_due(void)
{
	uint64_t t = NEVER;
	int i;

	for (i = 0; i < 2; i++) {
		if (lines[i].sent.first != NULL)
			t = sooner(t, lines[i].sent.first->due);
		if (lines[i].ring_first != NULL)
			t = sooner(t, lines[i].free_at - AHEAD / 2);
	}
	if (dial_first != NULL)
		t = sooner(t, dial_first->began + rtt / 2);
	if (open_first != NULL)
		t = sooner(t, open_first->began + rtt);
	return t;
}

static void
wait_events(void)
{
	struct epoll_event ev[EVENTS];
	struct timespec left, *timeout = NULL;
	uint64_t due = next_due(), ns;
	int i, n;

	if (due != NEVER) {
		ns = due > now + GRAIN ? due - now : due > now ? GRAIN : 0;
		left = (struct timespec){ (time_t)(ns / SECOND),
			(long)(ns % SECOND) };
		timeout = &left;
	}
	n = epoll_pwait2(poller, ev, EVENTS, timeout, NULL);
	if (n < 0 && errno != EINTR)
		die("epoll");
	now = clock_ns();
	for (i = 0; i < n; i++) {
		if (ev[i].data.ptr == &listener)
			accept_all();
		else if (ev[i].data.ptr == &signals)
			read_signal();
		else
			end_event(ev[i].data.ptr, ev[i].events);
	}
}

static void
listen_at(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &listener };
	struct epoll_event sig = { .events = EPOLLIN, .data.ptr = &signals };
	sigset_t set;
	int on = 1;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	listener =
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (listener < 0 || signals < 0 || poller < 0 ||
	    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) !=
		0 ||
	    bind(listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(listener, SOMAXCONN) != 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &n) != 0 ||
	    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &ev) != 0 ||
	    epoll_ctl(poller, EPOLL_CTL_ADD, signals, &sig) != 0)
		die("listen");
	printf("%u\n", (unsigned)ntohs(a.sin_port));
	fflush(stdout);
}

static int
find_server(char *to)
{
	struct addrinfo hints = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char *colon = strrchr(to, ':');

	if (colon == NULL)
		return -1;
	*colon = '\0';
	if (getaddrinfo(to, colon + 1, &hints, &found) != 0)
		return -1;
	memcpy(&server, found->ai_addr, found->ai_addrlen);
	server_len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static int
read_stall(const char *text)
{
	double every, lasts;

	if (sscanf(text, "%lf:%lf", &every, &lasts) != 2 || lasts < 0 ||
	    every <= lasts)
		return -1;
	stall_every = (uint64_t)(every * (double)MS);
	stall_for = (uint64_t)(lasts * (double)MS);
	return 0;
}

int
main(int argc, char **argv)
{
	unsigned port = 0;
	int i, bad = argc % 2 == 0;

	for (i = 1; i + 1 < argc && !bad; i += 2) {
		if (strcmp(argv[i], "--to") == 0)
			bad = find_server(argv[i + 1]) != 0;
		else if (strcmp(argv[i], "--rtt") == 0)
			rtt = (uint64_t)(atof(argv[i + 1]) * (double)MS);
		else if (strcmp(argv[i], "--mbit") == 0)
			rate = atof(argv[i + 1]) * 1e6 / 8;
		else if (strcmp(argv[i], "--listen") == 0)
			port = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--stall") == 0)
			bad = read_stall(argv[i + 1]) != 0;
		else
			bad = 1;
	}
	if (bad || server_len == 0) {
		fprintf(stderr, "usage: wan --to HOST:PORT [--rtt MS]"
				" [--mbit N] [--listen PORT]"
				" [--stall EVERY_MS:FOR_MS]\n");
		return 2;
	}
	window = WIDE;
	if (rate > 0)
		window = (256u << 10) +
			 (size_t)(2 * rate * (double)rtt / (double)SECOND);
	listen_at(port);
	for (now = clock_ns();;) {
		open_conns();
		for (i = 0; i < 2; i++)
			deliver_line(&lines[i]);
		for (i = 0; i < 2; i++)
			fill_line(&lines[i]);
		free_dead();
		wait_events();
	}
}
