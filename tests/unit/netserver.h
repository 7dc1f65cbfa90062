/*
 * netserver.h - a scripted server on loopback for the network tests: it
 * reads one request, sends one prepared answer, and goes on as told.
 * Threads: the script runs in its own thread; its log may be read once
 * server_stop has returned.
 */
#ifndef TESTS_UNIT_NETSERVER_H
#define TESTS_UNIT_NETSERVER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HANG_MS 60000 /* nothing but a defect takes so long */

enum after {
	KEEP,  /* the next step on this connection */
	CLOSE, /* FIN */
	RESET, /* RST */
	HANG   /* say no more until server_stop */
};

struct step {
	const char *send; /* NULL: nothing, and no request is awaited */
	enum after after;
	size_t len;   /* of send; 0: strlen */
	int pause_ms; /* between bytes, or before closing; 0: at once */
};

struct server {
	const struct step *step; /* ends with send NULL, after KEEP */
	bool by_byte;
	bool mark; /* "<1>" in the log where the first connection begins */
	/* how bytes travel; NULL: the socket itself */
	void *(*wrap)(struct server *, int fd);
	long (*get)(void *, void *, size_t);
	long (*put)(void *, const void *, size_t);
	void (*unwrap)(void *, enum after);
	void *arg;
	/* results */
	int port, connections, requests;
	/* these while it runs: whole answers sent, connections closed */
	atomic_int sent, closed;
	char log[400000]; /* requests as they came */
	size_t nlog;
	int fd;
	pthread_t thread;
};

static inline long
server_get(struct server *s, void *w, int fd, void *p, size_t n)
{
	return s->get != NULL ? s->get(w, p, n) : recv(fd, p, n, 0);
}

static inline bool
server_put(struct server *s, void *w, int fd, const char *p, size_t n)
{
	while (n > 0) {
		long k = s->put != NULL ? s->put(w, p, n)
					: send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

/* Reads head and Content-Length bytes; false at the end of the stream. */
static inline bool
server_request(struct server *s, void *w, int fd)
{
	char in[160000];
	size_t n = 0, want = 0;

	while (want == 0 || n < want) {
		char *end, *cl;
		long k;

		if (n + 1 >= sizeof(in))
			return false;
		k = server_get(s, w, fd, in + n, sizeof(in) - 1 - n);
		if (k <= 0)
			return false;
		n += (size_t)k;
		in[n] = '\0';
		end = strstr(in, "\r\n\r\n");
		if (end == NULL)
			continue;
		cl = strcasestr(in, "\r\nContent-Length:");
		want =
		    (size_t)(end + 4 - in) +
		    (cl != NULL && cl < end ? strtoul(cl + 17, NULL, 10) : 0);
	}
	s->requests++;
	if (s->nlog + n < sizeof(s->log)) {
		memcpy(s->log + s->nlog, in, n);
		s->nlog += n;
	}
	return true;
}

/* One step; false: this connection is over. */
static inline bool
server_step(struct server *s, void *w, int fd)
{
	const struct step *t = s->step;
	size_t n, i;

	if (t->send != NULL) {
		if (!server_request(s, w, fd))
			return false;
		n = t->len > 0 ? t->len : strlen(t->send);
		if (!s->by_byte && t->pause_ms == 0)
			server_put(s, w, fd, t->send, n);
		else
			for (i = 0; i < n; i++) {
				if (!server_put(s, w, fd, t->send + i, 1))
					break;
				if (t->pause_ms > 0)
					usleep((useconds_t)t->pause_ms * 1000);
			}
	}
	s->sent++;
	if (t->send == NULL && t->pause_ms > 0)
		usleep((useconds_t)t->pause_ms * 1000);
	s->step++;
	if (t->after == HANG) {
		char c;

		while (server_get(s, w, fd, &c, 1) > 0)
			;
	}
	return t->after == KEEP;
}

static inline void *
server_run(void *arg)
{
	struct server *s = arg;

	while (s->step->send != NULL || s->step->after != KEEP) {
		const struct linger hard = { 1, 0 };
		const struct step *last;
		int fd = accept(s->fd, NULL, NULL);
		void *w = NULL;

		if (fd == -1)
			break;
		s->connections++;
		if (s->mark)
			s->nlog += (size_t)sprintf(
			    s->log + s->nlog, "<%d>", s->connections);
		last = s->step;
		if (s->wrap == NULL || (w = s->wrap(s, fd)) != NULL) {
			do
				last = s->step;
			while (
			    (s->step->send != NULL || s->step->after != KEEP) &&
			    server_step(s, w, fd));
		} else
			s->step++;
		if (s->unwrap != NULL && w != NULL)
			s->unwrap(w, last->after);
		if (last->after == RESET)
			setsockopt(
			    fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd);
		s->closed++;
	}
	return NULL;
}

/* Until it has done something so many times: then it is there, or gone. */
static inline void
server_wait(const atomic_int *done, int times)
{
	while (*done < times)
		usleep(1000);
}

static inline void
server_start(struct server *s)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (s->fd == -1 || bind(s->fd, (struct sockaddr *)&a, len) == -1 ||
	    listen(s->fd, 16) == -1 ||
	    getsockname(s->fd, (struct sockaddr *)&a, &len) == -1)
		abort();
	s->port = ntohs(a.sin_port);
	s->connections = s->requests = 0;
	s->sent = s->closed = 0;
	s->nlog = 0;
	if (pthread_create(&s->thread, NULL, server_run, s) != 0)
		abort();
}

static inline void
server_stop(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	s->log[s->nlog] = '\0';
}

#endif
