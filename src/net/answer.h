/*
 * answer.h - reading one HTTP answer from a connection, within time limits.
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
 * The lowest pace of a working connection, in bytes per second; a slower one
 * is a fault. Ten connections at once (max_connections) need 20 kbit/s, which
 * a modem, a phone or a satellite link exceeds. At a lower pace a page of
 * changes takes an hour and blocks everything behind it.
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
	bool began; /* at least one byte of the answer came */
	int status; /* set once the status line was read; 0: it was not */
	struct head_body body;
	int64_t body_len; /* bytes given to the stream */
	/* when total_ms are over (tim_mono); may be set earlier for the body */
	int64_t end;
	/* private */
	int64_t until; /* the deadline of the first byte */
	int64_t left;  /* ms of waiting that are left before pace is checked */
	int64_t mark;  /* progress_bytes when this waiting began */
	int64_t dry;   /* conn_wire when the connection last gave out bytes */
};

/*
 * Reads the head of the final answer (1xx answers are skipped) into head,
 * status and body. The clock of first_byte_ms and total_ms starts here. From
 * the first byte on ANSWER_PACE bytes per second must come, on average over
 * silence_ms of waiting: a byte now and then counts as silence.
 */
int answer_head(struct answer *, struct buf *head, struct err *);
/* Gives the body to the stream; NULL: the body is thrown away. */
int answer_body(struct answer *, struct stream *, struct err *);

#endif
