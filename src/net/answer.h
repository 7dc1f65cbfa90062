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
 *
 * Of a compressed body what comes out of it counts as well. What a server
 * makes slowly comes no later because it is compressed, and over a slow line
 * it comes the sooner; neither must be a fault then. Who means harm gains
 * nothing by it: with a few bytes that stand for many a connection can be held
 * until total_ms, and with ANSWER_PACE plain bytes a second just the same.
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
	int64_t body_len; /* bytes given to the stream, or thrown away */
	/* when total_ms are over (tim_mono); may be set earlier for the body */
	int64_t end;
	/* private */
	int64_t until; /* the deadline of the first byte */
	int64_t left;  /* ms of waiting that are left before pace is checked */
	int64_t mark;  /* progress_bytes when this waiting began */
	int64_t dry;   /* conn_wire when the connection last gave out bytes */
	int64_t came;  /* bytes of the body as they were sent */
	int64_t unpacked; /* bytes that came of them */
};

/*
 * Reads the head of the final answer (1xx answers are skipped) into head,
 * status and body. The clock of first_byte_ms and total_ms starts here. From
 * the first byte on ANSWER_PACE bytes per second must come, on average over
 * silence_ms of waiting: a byte now and then counts as silence.
 */
int answer_head(struct answer *, struct buf *head, struct err *);
/*
 * Gives the body to the stream, decompressed; NULL: it is thrown away as it
 * comes. body_max bounds what the stream gets and, with a little more for what
 * grows by being compressed, the bytes that are sent. A body that is not what
 * was compressed is CAUSE_MALFORMED; one that ends with the connection and too
 * early is CAUSE_CUT, compressed or not.
 */
int answer_body(struct answer *, struct stream *, struct err *);

#endif
