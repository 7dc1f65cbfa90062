/*
 * answer.h - reading one HTTP answer from a connection, in time.
 * Floor: net.
 * Threads: a struct answer belongs to one thread.
 */
#ifndef NET_ANSWER_H
#define NET_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/stream.h"
#include "net/conn.h"
#include "net/head.h"

/*
 * The least that is a line and not a fault, in bytes a second of each
 * connection. Ten at once (max_connections) need 20 kbit/s of
 * it: a modem, a telephone or a satellite has more. What is slower than that
 * takes an hour for a page of changes, and stands in everybody's way.
 */
#define ANSWER_PACE 256

struct answer {
	struct conn *conn; /* borrowed */
	/* limits, as in http.h; all set */
	int first_byte_ms, silence_ms, total_ms;
	int patience_ms; /* as http_patience; 0: none */
	size_t head_max;
	int64_t body_max;
	bool to_head; /* the request was HEAD */
	/* results */
	bool began; /* at least one byte of it has come */
	int status; /* also where only its line came; 0: not even that */
	struct head_body body;
	int64_t body_len; /* bytes given to the stream */
	/* private */
	int64_t end;   /* total_ms are over */
	int64_t until; /* the first byte is late */
	int64_t left;  /* ms that may still be waited for the pace */
	int64_t mark;  /* bytes that had come when that began to be counted */
	int64_t dry;   /* conn_wire, when something was given out last */
};

/*
 * The final head (1xx are passed over) into head, status and body. The
 * clock of first_byte_ms and total_ms starts here. From the first byte on
 * ANSWER_PACE bytes a second must come while they are waited for, in
 * silence_ms on average: one now and then is as good as none.
 */
int answer_head(struct answer *, struct buf *head, struct err *);
/* The body to the stream (NULL: away). */
int answer_body(struct answer *, struct stream *, struct err *);

#endif
