/*
 * head.h - status line and headers of an HTTP/1.x answer (RFC 9112 2-6).
 * Floor: net. An incremental parser without input or output.
 * Threads: a struct head belongs to one thread.
 */
#ifndef NET_HEAD_H
#define NET_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct head {
	int status;      /* 100..599 once done; 0: no status line yet */
	int minor;       /* HTTP/1.minor */
	bool done;       /* the empty line has been read */
	const char *why; /* after -1: what is wrong, a string constant */
	/* private */
	struct buf *out;
	struct buf line;
	size_t left;
	bool have_status;
};

/*
 * out (borrowed, emptied) receives every header as "Name: value\n", white
 * space around the value cut, folded lines joined by a space. max bounds
 * the bytes of the whole head.
 */
void head_init(struct head *, struct buf *out, size_t max);
void head_free(struct head *);
/*
 * Consumes bytes up to the end of the head. Returns how many, or -1 with why
 * set; then out, and status unless it is 0, hold what was read before the
 * fault.
 */
long head_feed(struct head *, const char *, size_t);

/* The nth header of that name as (pointer, length), or NULL. */
const char *
head_find(const struct buf *out, const char *name, int nth, size_t *len);
/* Does a comma-separated header of that name contain the token? */
bool head_token(const struct buf *out, const char *name, const char *token);

enum head_framing {
	HEAD_EMPTY,   /* no body */
	HEAD_LENGTH,  /* length bytes */
	HEAD_CHUNKED, /* see chunk.h */
	HEAD_CLOSE    /* up to the end of the connection */
};

struct head_body {
	enum head_framing framing;
	int64_t length; /* HEAD_LENGTH */
	bool keep;      /* the connection may be used again afterwards */
	bool gzip;  /* Content-Encoding is gzip, or x-gzip (RFC 9110 8.4.1) */
	bool coded; /* it has another encoding, or several */
};

/*
 * How the body is delimited (RFC 9112 6.3); to_head: the request was HEAD.
 * -1 with why set: the headers contradict each other, so nothing after the
 * head can be trusted.
 */
int head_body(struct head *, bool to_head, struct head_body *);

#endif
