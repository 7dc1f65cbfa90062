/*
 * unbase64.h - a stream that decodes base64 on its way into another one.
 * Floor: base.
 * Threads: as a stream.
 */
#ifndef BASE_UNBASE64_H
#define BASE_UNBASE64_H

#include <stdbool.h>

#include "base/enc.h"
#include "base/stream.h"

/*
 * As lenient as enc_b64_feed: white space anywhere, padding optional, both
 * alphabets. What follows a character that is not base64 is dropped, so that
 * its producer can go on to the end; unbase64_end tells. Holds no memory.
 */
struct unbase64 {
	struct stream stream; /* the text is written here */
	struct stream *out;   /* the bytes go there */
	struct enc_b64 b64;
	bool bad;
};

void unbase64_init(struct unbase64 *, struct stream *out);
/*
 * The text has ended. -1: the bytes are not all that was meant. ERR_RETRY with
 * code "truncated": the text ends inside a byte; ERR_ITEM with code "base64":
 * it is not base64. Both with SCOPE_ITEM.
 */
int unbase64_end(const struct unbase64 *, struct err *);

#endif
