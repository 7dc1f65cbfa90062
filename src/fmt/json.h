/*
 * json.h - JSON (RFC 8259) as a push parser: bytes go in as they come, events
 * come out, and no more is held than a key, a number and a piece of text. How
 * long a document or a string is has no bound here: whoever keeps a string
 * bounds it, and whoever reads a document stops.
 * Floor: fmt.
 * Threads: a struct json belongs to one thread.
 */
#ifndef FMT_JSON_H
#define FMT_JSON_H

#include <stddef.h>

#include "base/err.h"

enum json_type {
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL
};

/* Bounds: containers inside of each other, bytes of a key and of a number. */
#define JSON_DEPTH      100
#define JSON_KEY_MAX    1024
#define JSON_NUMBER_MAX 256

/*
 * What the members of an object mean is for those who look at them: names come
 * as they stand there, one that comes twice as well (RFC 8259 4 leaves its
 * meaning open). Both readers of members refuse it, fmt/jsonwalk.h and
 * fmt/jsonpick.h; they only need to remember what they look for.
 * A handler that returns -1 with err set stops the parser. One that is NULL
 * wants no such events. All text is UTF-8.
 */
struct json_handler {
	/* JSON_OBJECT or JSON_ARRAY */
	int (*begin)(void *, enum json_type, struct err *);
	int (*end)(void *, enum json_type, struct err *);
	/* The name of the member whose value comes next. A NUL in it becomes
	 * U+FFFD, so that it is a string as it was written. */
	int (*key)(void *, const char *, struct err *);
	/*
	 * A string, in pieces of any size that are cut between characters, and
	 * a last one (which may be empty) with last set. Escapes are decoded,
	 * so there may be NULs; half a surrogate pair becomes U+FFFD.
	 */
	int (*text)(void *, const char *, size_t, int last, struct err *);
	/* A number as it is written, or "true", "false", "null". */
	int (*plain)(void *, enum json_type, const char *, struct err *);
	void *arg;
};

struct json;

struct json *json_open(const struct json_handler *);
/*
 * -1: ERR_RETRY with CAUSE_MALFORMED and code "json": it is not JSON, or
 * exceeds a bound; the message has the place. Or a handler's error. All later
 * calls return the same error, and no handler is called any more. Invalid UTF-8
 * is an error; a byte order mark at the beginning is passed over (RFC 8259
 * 8.1).
 */
int json_feed(struct json *, const void *, size_t, struct err *);
/* -1 also when the value is not complete. */
int json_end(struct json *, struct err *);
/* Wipes what was held. NULL is fine. */
void json_close(struct json *);

#endif
