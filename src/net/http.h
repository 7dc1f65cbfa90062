/*
 * http.h - HTTP/1.1 exchanges on one connection (RFC 9112).
 * Floor: net. Knows nothing of EWS, Graph or accounts.
 * Threads: a struct http belongs to one thread at a time.
 *
 * One connection, opened by the first request and kept alive. After a fault,
 * after an answer that is not the one asked for, and when the peer says
 * close, the connection is dropped and the next request opens a new one.
 * A request on a kept-alive connection that the peer closed before sending
 * one byte of answer is sent once more on a new connection only when
 * idempotent is set.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/stream.h"
#include "net/tls.h"

/*
 * How a request says who we are; auth/ implements it. One belongs to one
 * connection and its thread.
 */
struct http_auth {
	/*
	 * Writes the value of the next Authorization header to out (nothing:
	 * send none). challenge: the WWW-Authenticate values of a 401 just
	 * received, one per line, or NULL at the start of an exchange. 1: send
	 * out and come back with the next 401's challenge; 0: send out, done;
	 * -1: give up (a 401 to credentials already sent is ERR_AUTH).
	 */
	int (*header)(struct http_auth *, const char *challenge,
	    struct buf *out, struct err *);
	void (*free)(struct http_auth *);
};

struct http_opts {
	const char *url;               /* https://host[:port]/path; http:// only
					 * with auth NULL or to loopback */
	const char *proxy;             /* http://[user:pw@]host:port or NULL;
					 * "" : none even if the environment
					 * names one (HTTPS_PROXY, NO_PROXY) */
	const struct tls_trust *trust; /* borrowed; for https */
	const char *tls_pin;           /* "sha256:hex" or NULL */
	struct http_auth *auth;        /* borrowed, or NULL */
	const char *user_agent;
	/* deadlines in ms; 0: the default in parentheses */
	int connect_ms;    /* (15,000) TCP, and then the proxy's CONNECT */
	int tls_ms;        /* (15,000) handshake */
	int first_byte_ms; /* (120,000) first byte of the answer */
	int silence_ms;    /* (60,000) in which ANSWER_PACE bytes a second must
			    * come on average (answer.h: 15 KiB), while they are
			    * waited for: not while body takes them */
	int total_ms;      /* (3,600,000) the whole answer */
	int idle_ms;       /* (60,000) a connection not used for longer is
			    * not used again: firewalls forget such ones
			    * without a word to either end */
	size_t head_max;   /* (64 KiB) status line and headers */
	int64_t body_max;  /* (2 GiB) body bytes of one answer */
	/* true: stop soon with ERR_RETRY; polled at least every 250 ms */
	bool (*stop)(void *arg);
	void *stop_arg;
};

/* A header: name without colon. */
struct http_header {
	const char *name, *value;
};

struct http_request {
	const char *method;               /* "POST" */
	const char *path;                 /* NULL: that of the url */
	const struct http_header *header; /* besides Host, User-Agent,
					 * Accept-Encoding,
					 * Content-Length, Authorization */
	size_t nheader;
	const void *body;
	size_t body_len;
	bool idempotent;
};

struct http_response {
	int status;       /* after a fault too, if its line came; else 0 */
	struct buf head;  /* all header lines, "Name: value\n",
					 * unfolded; http_get reads them */
	int64_t body_len; /* bytes that reached the stream */
};

struct http;

/* Copies opts but borrows trust, auth, stop. Checks url: ERR_CONFIG. */
struct http *http_open(const struct http_opts *, struct err *);
void http_close(struct http *); /* NULL is fine */

/*
 * One exchange; any status is a success. The body is written to body as it
 * comes, of every status but 1xx and the 401s that auth answers itself. out
 * must be zeroed or used before; http_response_free frees.
 * Errors: ERR_RETRY network, timeout, truncated or malformed answer (codes
 * "dns", "connect", "proxy", "tls", "timeout", "patience", "truncated",
 * "malformed", "stop"); ERR_CONFIG certificate, pin, host name
 * ("certificate"), proxy login ("proxy"; "proxy-login": it was rejected), an
 * answer compressed unasked ("content-encoding");
 * ERR_AUTH from auth ("http-401"). Each says host:port first. When body's
 * write fails, its error is passed on and the connection dropped. body may
 * be NULL: then what comes is thrown away.
 */
int http_exchange(struct http *, const struct http_request *,
    struct http_response *out, struct stream *body, struct err *);
void http_response_free(struct http_response *);
/* First header of that name (case-insensitive) or NULL; valid until the
 * response is used again. nth: 0 first, 1 second, ... */
const char *http_get(const struct http_response *, const char *name, int nth,
    struct buf *scratch);
/*
 * From the next exchange on nobody waits longer than ms in silence: for the
 * first byte, for the pace from then on (as silence_ms: a few bytes now and
 * then are silence), and for the peer to take what is sent. That ends with
 * code "patience" where the connection's own limit is longer; 0: only
 * that counts.
 */
void http_patience(struct http *, int64_t ms);
/* Drops the connection: the answer was not what was asked for. */
void http_drop(struct http *);
/* Is a kept-alive connection there right now? */
bool http_connected(const struct http *);
/* Bytes received on the wire after TLS, since http_open. */
int64_t http_received(const struct http *);

#endif
