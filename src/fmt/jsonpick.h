/*
 * jsonpick.h - a few members of an object, by name, and nothing else of it.
 * Floor: fmt.
 * Threads: a struct jsonpick belongs to one thread.
 */
#ifndef FMT_JSONPICK_H
#define FMT_JSONPICK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "fmt/json.h"

/*
 * A member of the outermost object. Its value, when it is a string or a number,
 * or the first of them in an array, is added to text, which is empty and has
 * its bound; it may be one for secrets. When members share a text, the last
 * one that stands there counts.
 */
struct jsonpick_member {
	const char *name;
	struct buf *text;
	/* a longer value is cut between characters; else it is an error */
	bool may_cut;
	bool found; /* such a value was there */
};

/* So many at most. */
#define JSONPICK_MEMBERS 32

struct jsonpick {
	struct jsonpick_member *member; /* the caller's */
	size_t n;
	uint32_t seen; /* bit i: member[i] was there */
	struct json *json;
	int depth;
	bool object;                 /* the outermost value is one */
	struct jsonpick_member *now; /* whose value comes */
};

void jsonpick_open(struct jsonpick *, struct jsonpick_member *, size_t n);
/*
 * As json_feed; also -1 when a value is too long (CAUSE_TOO_LARGE), a string
 * holds a NUL, or a member stands there twice: nobody can tell which is meant.
 */
int jsonpick_feed(struct jsonpick *, const void *, size_t, struct err *);
/* As json_end; also -1 when it is not an object. */
int jsonpick_end(struct jsonpick *, struct err *);
void jsonpick_close(struct jsonpick *);
/* All of them, for JSON that lies in memory. */
int jsonpick_read(struct jsonpick_member *, size_t n, const void *data,
    size_t len, struct err *);

#endif
