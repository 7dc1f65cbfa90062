/*
 * request.h - a request (RFC 9112 3), made and sent.
 * Floor: net; the functions are for http.c alone.
 * Threads: as conn.h.
 */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct conn; /* conn.h */

/* An Authorization header: a token of 64 KiB in base64, and its scheme. */
#define HTTP_AUTH_MAX ((size_t)96 << 10)
/* The room that a header has from the start. */
#define HTTP_AUTH_ROOM ((size_t)8 << 10)

/* A header: name without colon. */
struct http_header {
	const char *name, *value;
};

struct http_request {
	const char *method; /* "POST" */
	/* those besides Host, User-Agent, Accept-Encoding, Content-Length and
	 * Authorization, which are added */
	const struct http_header *header;
	size_t nheader;
	const void *body;
	size_t body_len;
	bool idempotent;
};

/* What all requests of a struct http have in common; borrowed. */
struct request_to {
	const char *host; /* as the Host header has it */
	const char *path, *user_agent;
};

/* Sets the cap that request_head and request_send need; buf_free frees. */
void request_init(struct buf *);
/*
 * Writes request line and headers, at most 256 KiB, to out, whose old content
 * is wiped. auth: the value of Authorization; empty: no such header. -1:
 * ERR_CONFIG, they are too long, or path or a header holds a character that
 * would end a line or a field.
 */
int request_head(struct buf *out, const struct request_to *,
    const struct http_request *, const struct buf *auth, struct err *);
/*
 * Sends what request_head made and then the body. When the peer does not take
 * a piece of 64 KiB within ms: ERR_RETRY "timeout"; other errors are those of
 * conn_write. The head is wiped once it was sent.
 */
int request_send(struct conn *, struct buf *head, const struct http_request *,
    int ms, struct err *);

#endif
