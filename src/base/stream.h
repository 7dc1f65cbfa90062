/*
 * stream.h - takes bytes piece by piece when they must not all be in memory.
 * Floor: base.
 * Threads: a stream belongs to one thread.
 */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <stddef.h>

#include "base/err.h"

/*
 * write is called with consecutive pieces; -1 with err set stops the
 * producer, which passes the error on. The data ends when the producer
 * returns.
 */
struct stream {
	int (*write)(struct stream *, const void *, size_t, struct err *);
};

#endif
