/*
 * request.c - a request, made and sent.
 * 1. A head may hold a secret: nothing of it stays in freed memory, nor in
 *    the buffer after it was sent.
 */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/conn.h"
#include "net/request.h"

#define HEAD_MAX  ((size_t)256 << 10)
#define HEAD_TEXT ((size_t)256) /* more than all words of our own in a head */
#define WRITE_MAX ((size_t)64 << 10)

void
request_init(struct buf *b)
{
	buf_init_secret(b, HEAD_MAX + HEAD_TEXT + WRITE_MAX);
}

/* May these characters stand in a request head without changing it? */
static bool
is_clean(const char *s, bool blank)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f ||
		    (*s == ' ' && !blank))
			return false;
	return true;
}

/* At least as many bytes as the head will have. */
static size_t
head_size(const struct request_to *to, const struct http_request *req,
    const struct buf *auth)
{
	size_t i, n = HEAD_TEXT + auth->len;

	n += strlen(req->method) + strlen(to->path) + strlen(to->host) +
	     strlen(to->user_agent);
	for (i = 0; i < req->nheader; i++)
		n += strlen(req->header[i].name) +
		     strlen(req->header[i].value) + strlen(": \r\n");
	return n;
}

/* Writes the head. False: a character that must not be there was found. */
static bool
put_head(struct buf *out, const struct request_to *to,
    const struct http_request *req, const struct buf *auth)
{
	bool ok = is_clean(to->path, false) && to->path[0] == '/';
	size_t i;

	/* no other encoding than these is allowed then (RFC 9110 12.5.3) */
	buf_addf(out,
	    "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n"
	    "Accept-Encoding: gzip\r\n",
	    req->method, to->path, to->host, to->user_agent);
	if (auth->len > 0) {
		ok = ok && is_clean(buf_str(auth), true);
		buf_adds(out, "Authorization: ");
		buf_add(out, auth->data, auth->len);
		buf_adds(out, "\r\n");
	}
	for (i = 0; i < req->nheader; i++) {
		ok = ok && is_clean(req->header[i].name, false) &&
		     is_clean(req->header[i].value, true);
		buf_addf(out, "%s: %s\r\n", req->header[i].name,
		    req->header[i].value);
	}
	if (req->body_len > 0 || str_eq(req->method, "POST"))
		buf_addf(out, "Content-Length: %zu\r\n", req->body_len);
	buf_adds(out, "\r\n");
	return ok;
}

int
request_head(struct buf *out, const struct request_to *to,
    const struct http_request *req, const struct buf *auth, struct err *e)
{
	size_t n = req->body_len < WRITE_MAX ? req->body_len : WRITE_MAX;

	buf_free(out);
	/* room for everything: growing would leave copies behind */
	if (!auth->over &&
	    buf_room(out, head_size(to, req, auth) + n) != NULL &&
	    put_head(out, to, req, auth) && out->len <= HEAD_MAX)
		return 0;
	err_set(e, ERR_CONFIG,
	    "%s: the request cannot be sent: its path or a "
	    "header is too long or holds a control character",
	    to->host);
	return err_code(e, CAUSE_OTHER, "url", SCOPE_MAILBOX);
}

static int
send_piece(struct conn *c, const char *p, size_t n, int ms, struct err *e)
{
	int r = conn_write(c, p, n, tim_mono() + ms, e);

	if (r == -1 && e->cause == CAUSE_TIMEOUT) {
		err_set(e, ERR_RETRY,
		    "%s: the server takes no more of the request since %g s",
		    conn_where(c), ms / 1000.0);
		err_code(e, CAUSE_TIMEOUT, "timeout", SCOPE_MAILBOX);
	}
	return r;
}

int
request_send(struct conn *c, struct buf *head, const struct http_request *req,
    int ms, struct err *e)
{
	const char *body = req->body;
	size_t left = req->body_len, n = left < WRITE_MAX ? left : WRITE_MAX;
	size_t secret = head->len;

	/* head and body together, in as few TLS records as possible */
	buf_add(head, body, n);
	for (;;) {
		if (send_piece(c, buf_str(head), head->len, ms, e) == -1)
			return -1;
		mem_wipe(head->data, secret);
		secret = 0;
		left -= n;
		if (left == 0)
			return 0;
		body += n;
		n = left < WRITE_MAX ? left : WRITE_MAX;
		buf_reset(head);
		buf_add(head, body, n);
	}
}
