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
	int status;
	struct head_body body;
	int64_t body_len; /* bytes given to the stream */
	/* tim_mono: total_ms are over; the body may be given less */
	int64_t end;
	/* private */
	int64_t until; /* first byte or silence are over */
	size_t need;   /* bytes that must come until then */
};

/*
 * The final head (1xx are passed over) into head, status and body. The
 * clock of first_byte_ms and total_ms starts here.
 */
int answer_head(struct answer *, struct buf *head, struct err *);
/* The body to the stream (NULL: away). */
int answer_body(struct answer *, struct stream *, struct err *);

#endif
