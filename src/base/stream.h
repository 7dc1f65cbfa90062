/*
 * stream.h - where bytes go when nobody may hold them whole.
 * Floor: base.
 * Threads: a stream belongs to one thread.
 */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <stddef.h>

#include "base/err.h"

/*
 * write is called with consecutive pieces; -1 with err set stops the
 * producer, which passes the error on. The end is the producer's return.
 */
struct stream {
	int (*write)(struct stream *, const void *, size_t, struct err *);
};

#endif
