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
 * idempotent is set, with an Authorization header of its own. Status line and
 * headers of an answer are at most 160 KiB.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/stream.h"
#include "net/request.h"
#include "net/tls_binding.h"

/* 401 answers in one exchange that authentication may answer. */
#define HTTP_AUTH_ROUNDS 4

/* The connection that an Authorization header goes out on. */
struct http_auth_conn {
	/* another one for each connection that is dialled, in the whole
	 * process; never 0 */
	uint64_t id;
	/* of the URL, whatever proxy stands in between: "mail.example", "443";
	 * an IPv6 address has no brackets */
	const char *host, *port;
	bool tls;
	/* NULL: no TLS, or a certificate whose signature has no hash that we
	 * know (tls true): nothing may be sent in its place */
	const struct tls_binding *binding;
};

/*
 * How a request says who we are, and whether the server is who it says (RFC
 * 9110 11); auth/ implements it. One belongs to one struct http and is called
 * by its thread, inside of http_exchange. conn and challenge are borrowed for
 * the call. err gets the host in front.
 *
 * The order of calls in an exchange:
 *	header(NULL) before the first request, on each exchange anew;
 *	header(challenge) for each 401, before anything else is sent;
 *	header(NULL) with another conn->id whenever the request has to go out
 *	on a new connection: the one before was closed by the server, between
 *	two rounds too (once; then the exchange fails). Nothing that was
 *	written for another connection is sent there, so a handshake that is
 *	bound to its connection (NTLM) begins with its first message;
 *	finish() for the answer that ends it; not after an error.
 */
struct http_auth {
	/*
	 * Writes the value of the Authorization header of the next request to
	 * out, which is empty and takes HTTP_AUTH_MAX bytes; nothing: the
	 * request has none, as on a connection that is logged in already. It
	 * is wiped after use; who writes more than HTTP_AUTH_ROOM begins with
	 * buf_room of it all, so that no copies stay behind.
	 * challenge: the WWW-Authenticate values of a 401 that came on conn
	 * to the last header, each ended by \n ("": it had none); NULL: the
	 * exchange begins, or begins anew, on conn.
	 * What is written to a challenge may stay unsent: the connection may
	 * be lost already. After HTTP_AUTH_ROUNDS answers the exchange fails
	 * by itself.
	 * -1: give up; a 401 to credentials that were sent is ERR_AUTH with
	 * CAUSE_LOGIN_DENIED. The connection is dropped.
	 */
	int (*header)(struct http_auth *, const struct http_auth_conn *conn,
	    const char *challenge, struct buf *out, struct err *);
	/*
	 * NULL, or: the final answer came on conn, with any status but 401.
	 * challenge: its WWW-Authenticate values, as above. Nothing of its
	 * body was given to anybody yet. -1: the server is not who it says:
	 * ERR_CONFIG with CAUSE_CERTIFICATE, for it is no wrong login; the
	 * exchange fails with err, and the connection is dropped.
	 */
	int (*finish)(struct http_auth *, const struct http_auth_conn *conn,
	    int status, const char *challenge, struct err *);
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
			    * waited for: not while body takes them. In this
			    * time the whole body of a 401 that auth answers */
	int total_ms;      /* (3,600,000) the whole answer */
	int idle_ms;       /* (60,000) a connection not used for longer is
			    * not used again: firewalls forget such ones
			    * without a word to either end */
	int64_t body_max;  /* (2 GiB) body bytes of one answer */
	/* true: stop soon with ERR_RETRY; polled at least every 250 ms; its
	 * argument is NULL */
	bool (*stop)(void *);
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
 * Errors, with their causes: ERR_RETRY CAUSE_NETWORK (no connection: name,
 * address, proxy), _TLS, _TIMEOUT, _PATIENCE, _STOP, _CUT (also when the server
 * closes the connection between the rounds of a login a second time) and
 * _MALFORMED; ERR_CONFIG CAUSE_CERTIFICATE (pin and host name, too),
 * _PROXY_LOGIN (it was rejected), _NETWORK (the proxy wants another login) and
 * an answer compressed unasked; ERR_AUTH CAUSE_LOGIN_DENIED (the server asks
 * again and again), and whatever auth fails with. Each says host:port first.
 * When body's write fails, its error is passed on and the connection dropped.
 * body may be NULL: then what comes is thrown away.
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
 * CAUSE_PATIENCE where the connection's own limit is longer; 0: only
 * that counts.
 */
void http_patience(struct http *, int64_t ms);
/* Drops the connection: the answer was not what was asked for. */
void http_drop(struct http *);
/* Bytes received on the wire after TLS, since http_open. */
int64_t http_received(const struct http *);

#endif
