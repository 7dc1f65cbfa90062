/*
 * request.h - the a request (RFC 9112 3), made and sent.
 * Floor: net, internal.
 * Threads: as conn.h.
 */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include "base/buf.h"
#include "base/err.h"
#include "net/conn.h"
#include "net/http.h"

/* What all requests of a struct http have in common; borrowed. */
struct request_to {
	const char *host; /* as the Host header has it */
	const char *path, *user_agent;
};

/* Bounds what request_head and request_send need; buf_wipe frees. */
void request_init(struct buf *);
/*
 * Request line and headers, at most 256 KiB, to out, whose old content is
 * wiped. auth: the value of Authorization, empty: none. -1: ERR_CONFIG, it is
 * too long, or path or a header hold what would change it.
 */
int request_head(struct buf *out, const struct request_to *,
    const struct http_request *, const struct buf *auth, struct err *);
/*
 * Sends what request_head made and then the body. Where 64 KiB are not taken
 * within ms: ERR_RETRY "timeout"; else as conn_write. The head is wiped.
 */
int request_send(struct conn *, struct buf *head, const struct http_request *,
    int ms, struct err *);

#endif
