/*
 * jsonwalk.h - what somebody wants of a large JSON document, as it streams in:
 * tables say which members of which objects.
 * Floor: fmt.
 * Threads: a struct jsonwalk belongs to one thread; tables are for all.
 *
 *	static const struct jsonwalk_member address[] = {
 *		{ "name", NAME, NULL, false },
 *		{ "address", ADDRESS, NULL, false },
 *		JSONWALK_END
 *	};
 *	static const struct jsonwalk_member recipient[] = {
 *		{ "emailAddress", MAILBOX, address, false }, JSONWALK_END
 *	};
 *	static const struct jsonwalk_member message[] = {
 *		{ "id", ID, NULL, false },
 *		{ "toRecipients", TO, recipient, false },
 *		{ "body", BODY, body, false },
 *		JSONWALK_END
 *	};
 *	static const struct jsonwalk_member page[] = {
 *		{ "value", ITEM, message, false },
 *		{ "@odata.nextLink", NEXT, NULL, false },
 *		JSONWALK_END
 *	};
 *
 * Each message of such a page begins with value(ITEM, JSON_OBJECT) and is
 * complete with end(ITEM).
 */
#ifndef FMT_JSONWALK_H
#define FMT_JSONWALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stream.h"
#include "fmt/json.h"

/*
 * A member of an object, by its exact name. Of members that no table names, and
 * of what lies in them, nothing is reported; a table may name itself below.
 */
struct jsonwalk_member {
	const char *name;
	int is; /* the caller's number for it */
	/* what is wanted of an object that is its value; NULL: nothing */
	const struct jsonwalk_member *of;
	bool stream; /* a string that is its value goes to ops->stream */
};
/* The end of a table, and how many it may hold at most. */
#define JSONWALK_END                                                           \
	{                                                                      \
		NULL, 0, NULL, false                                           \
	}
#define JSONWALK_MEMBERS 64

/*
 * A handler that returns -1 with err set stops the walk. Handlers are called in
 * the order of the document; is: the member's number.
 */
struct jsonwalk_ops {
	/*
	 * A value of the member, of whatever type the server sends. JSON_ARRAY:
	 * one begins, and each of its elements is reported as another value of
	 * the member, but for arrays in it. JSON_OBJECT: one begins of which
	 * something is wanted. Else text is the string, the number as it is
	 * written, or "true", "false", "null"; it ends in a NUL, and a string
	 * may hold others before that. NULL: it is longer than the scratch
	 * buffer may be. A string that went to a stream: it has ended, text is
	 * "".
	 */
	int (*value)(void *, int is, enum json_type, const char *text,
	    size_t len, struct err *);
	/* The object that began with value has ended. */
	int (*end)(void *, int is, struct err *);
	/*
	 * Where the string goes that comes now, as UTF-8; base64 can be decoded
	 * on its way (base/unbase64.h). NULL: nobody wants it. May be NULL when
	 * no table has streams.
	 */
	struct stream *(*stream)(void *, int is);
};

struct jsonwalk_level;
struct jsonwalk {
	const struct jsonwalk_ops *ops;
	void *arg;
	struct json *json;
	struct buf *text; /* borrowed */
	bool over;        /* the string is longer than text may be */
	bool begun;       /* a piece of the string has come */
	struct stream *to;
	int skip; /* open containers of what nobody wants */
	int depth;
	struct jsonwalk_level *level; /* the objects that are open */
};

/*
 * root: what is wanted of the outermost object. text: scratch, whose cap bounds
 * each string; it is reset, not freed. Walker and tables live until
 * jsonwalk_close.
 */
void jsonwalk_open(struct jsonwalk *, const struct jsonwalk_member *root,
    const struct jsonwalk_ops *, void *arg, struct buf *text);
/*
 * -1: as json_feed, with all its bounds; a handler's or a stream's error; a
 * member that a table names stands twice in one object, or the outermost value
 * is no object (both as JSON that is not valid). All later calls return the
 * same error.
 */
int jsonwalk_feed(struct jsonwalk *, const void *, size_t, struct err *);
/* -1 also when the document is not complete. */
int jsonwalk_end(struct jsonwalk *, struct err *);
void jsonwalk_close(struct jsonwalk *);

#endif
