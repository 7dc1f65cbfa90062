/*
 * http.h - HTTP/1.1 exchanges on one connection (RFC 9112).
 * Floor: net. Knows nothing of EWS, Graph or accounts.
 * Threads: a struct http belongs to one thread at a time.
 *
 * One connection, opened by the first request and kept alive. After a fault,
 * after an answer that is not the one asked for, and when the peer says
 * close, the connection is dropped and the next request opens a new one.
 * When the peer closed a kept-alive connection before sending one byte of an
 * answer, the request is sent once more on a new connection, with a new
 * Authorization header, but only when idempotent is set. The same holds for a
 * new connection that resumed a TLS session, and ended so. A handshake that
 * fails on a session of before is made once more, in full, on a new
 * connection, and only that one's failure is told. Status line and headers of
 * an answer are at most 160 KiB.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdatomic.h>
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
	/* unique in the process for each connection that is opened; never 0 */
	uint64_t id;
	/* those of the URL, also behind a proxy: "mail.example", "443"; an
	 * IPv6 address has no brackets */
	const char *host, *port;
	bool tls;
	/* NULL: no TLS, or (with tls) the hash of the certificate's signature
	 * is unknown; then no binding of another kind may be sent */
	const struct tls_binding *binding;
};

/*
 * How a request says who we are, and whether the server is who it claims to
 * be (RFC 9110 11); auth/ implements it. One belongs to one struct http and is
 * called by its thread, inside http_exchange. conn and challenge are borrowed
 * for the call. http.c puts the host in front of err.
 *
 * The order of calls in an exchange:
 *	header(NULL) before the first request, anew in each exchange;
 *	header(challenge) for each 401, before anything else is sent;
 *	header(NULL) with another conn->id whenever the request must go out on
 *	a new connection because the server closed the one before, between two
 *	rounds too (once; the second time the exchange fails). A header that
 *	was written for another connection is never sent, so a handshake that
 *	is bound to its connection (NTLM) starts over with its first message;
 *	finish() for the answer that ends the exchange; not after an error.
 */
struct http_auth {
	/*
	 * Writes the value of the next request's Authorization header to out,
	 * which is empty and takes HTTP_AUTH_MAX bytes. Nothing written: the
	 * request has no such header, as on a connection that is logged in
	 * already. out is for secrets (buf_init_secret), and freed after use.
	 * challenge: the WWW-Authenticate values of the 401 that came on conn
	 * for the last header, each ended by \n ("": it had none); NULL: the
	 * exchange begins, or begins anew, on conn.
	 * Nothing written for a challenge: the connection is dropped, and the
	 * exchange begins anew on another, as if the server had closed it.
	 * The answer to a challenge may never be sent, since the connection
	 * may already be lost. After HTTP_AUTH_ROUNDS challenges http.c ends
	 * the exchange with an error.
	 * -1: give up; for a 401 to credentials that were sent: ERR_AUTH with
	 * CAUSE_LOGIN_DENIED. The connection is dropped.
	 */
	int (*header)(struct http_auth *, const struct http_auth_conn *conn,
	    const char *challenge, struct buf *out, struct err *);
	/*
	 * May be NULL. Called when the final answer came on conn, with any
	 * status but 401, before any byte of its body is given out.
	 * challenge: its WWW-Authenticate values, as above. -1: the exchange
	 * fails with err, and the connection is dropped. ERR_CONFIG, since the
	 * login is not at fault: CAUSE_CERTIFICATE when the server is not who
	 * it claims to be, CAUSE_NOT_SERVICE when it accepted a request that
	 * had no body.
	 */
	int (*finish)(struct http_auth *, const struct http_auth_conn *conn,
	    int status, const char *challenge, struct err *);
	void (*free)(struct http_auth *);
	/*
	 * How the login works that was accepted last, for a person: "Basic",
	 * "NTLM, bound to the certificate". It names no secret.
	 */
	void (*describe)(const struct http_auth *, char *out, size_t size);
	/*
	 * Set by header(): the next request goes out without its body, since
	 * its answer can be nothing but a challenge. No login is at stake in
	 * such a round: an exchange that fails in it has err->spared set.
	 */
	bool bare;
};

struct http_opts {
	/* https://host[:port]/path; http:// only without auth or to loopback */
	const char *url;
	/* http://[user:pw@]host:port; NULL: the proxy of the environment
	 * (HTTPS_PROXY, NO_PROXY); "": no proxy at all */
	const char *proxy;
	const struct tls_trust *trust; /* borrowed; for https */
	const char *tls_pin;           /* "sha256:hex" or NULL */
	/* borrowed; NULL: each connection begins with a full handshake */
	struct tls_sessions *sessions;
	struct http_auth *auth; /* borrowed, or NULL */
	const char *user_agent;
	/* deadlines in ms; 0: the default in parentheses */
	int connect_ms;    /* (15,000) for TCP, and again for CONNECT */
	int tls_ms;        /* (15,000) for the TLS handshake */
	int first_byte_ms; /* (120,000) for the first byte of the answer */
	/* (60,000) over this much waiting ANSWER_PACE bytes per second must
	 * come on average (answer.h: 15 KiB; what comes out of a compressed
	 * body counts as well); the time that body takes does
	 * not count. Also the limit for the whole body of a 401 that auth
	 * answers */
	int silence_ms;
	int total_ms; /* (3,600,000) for the whole answer */
	/* (60,000) a connection that was idle for longer is not used again:
	 * firewalls forget such connections and tell neither end */
	int idle_ms;
	/* (2 GiB) body bytes of one answer, after decompression; about as many
	 * may be sent */
	int64_t body_max;
	/* true: stop soon with ERR_RETRY. Polled at least every 250 ms but for
	 * the time that body takes, and between any two pieces that come out
	 * of a compressed body; its argument is NULL */
	bool (*stop)(void *);
};

struct http_response {
	/* of the last answer; set after a fault too, if the status line came;
	 * else 0 */
	int status;
	/* all header lines, "Name: value\n", unfolded; http_get reads them */
	struct buf head;
	/* bytes that reached the stream, decompressed; without a stream, bytes
	 * that came */
	int64_t body_len;
};

struct http;

/*
 * Copies opts but borrows trust, sessions, auth, stop. Checks url: ERR_CONFIG.
 */
struct http *http_open(const struct http_opts *, struct err *);
void http_close(struct http *); /* NULL is fine */

/*
 * One exchange; any status is a success. The body is written to body as it
 * comes, for every status but 1xx and the 401s that auth answers itself. out
 * must be zeroed or used before; http_response_free frees.
 * Requests are never compressed. Answers may be, with gzip (RFC 9110 8.4.1.3),
 * which every request asks for: body gets them decompressed, and before it is
 * known that they are whole, as with others. Then their head still says gzip.
 * Errors, with their causes: ERR_RETRY CAUSE_NETWORK (no connection: name,
 * address, proxy), _TLS, _TIMEOUT, _PATIENCE, _STOP, _CUT (also when the server
 * closes the connection between the rounds of a login a second time) and
 * _MALFORMED (also a compressed answer that is damaged, cut short inside a
 * whole body, or followed by something else); ERR_CONFIG CAUSE_CERTIFICATE
 * (pin and host name, too), _PROXY_LOGIN (it was rejected), _NETWORK (the
 * proxy wants another login) and _OTHER (compressed in a way that was not
 * asked for); ERR_AUTH CAUSE_LOGIN_DENIED (the server asks again and again),
 * and whatever auth fails with. Each message names the host. When body's write
 * fails, its error is passed on and the connection is dropped. body may be
 * NULL: then the body is thrown away.
 */
int http_exchange(struct http *, const struct http_request *,
    struct http_response *out, struct stream *body, struct err *);
void http_response_free(struct http_response *);
/*
 * Opens the connection, with TLS, so that the next exchange need not. No login
 * is at stake: no request is sent, and behind a proxy that wants a login this
 * does nothing. Errors: those of http_exchange until then.
 */
int http_connect(struct http *, struct err *);
/*
 * The nth header (0: the first) of that name, case-insensitive, or NULL. It is
 * a copy in scratch, and valid until scratch is changed.
 */
const char *http_get(const struct http_response *, const char *name, int nth,
    struct buf *scratch);
/*
 * From the next exchange on no wait in silence is longer than ms: for the
 * first byte, for the pace from then on (as silence_ms: a few bytes now and
 * then are silence), and for the peer to take what is sent. The error is
 * CAUSE_PATIENCE when the connection's own limit is longer. 0: only the
 * connection's own limits count.
 */
void http_patience(struct http *, int64_t ms);
/*
 * From now on whatever waits for the other end gives up with CAUSE_STOP soon
 * after enough is true; NULL: no longer. Borrowed.
 */
void http_enough(struct http *, const atomic_bool *enough);
/* Drops the connection: the answer was not what was asked for. */
void http_drop(struct http *);
/*
 * Bytes of answers read since http_open, after TLS decryption and before they
 * are decompressed.
 */
int64_t http_received(const struct http *);

#endif
