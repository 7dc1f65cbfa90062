/*
 * fold.h - bodies as they are compared: tags, comments, style and script of
 * HTML dropped, white space dropped, case folded.
 * Floor: store.
 * Threads: pure; what is passed in is scratch of the caller.
 */
#ifndef STORE_FOLD_H
#define STORE_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* cap of a folded body; what is over it is left out */
#define FOLD_MAX ((size_t)64 * 1024 * 1024)

/*
 * For ids: entities are decoded where they are common. What this gives for a
 * text never changes, since ids are made of it. Appended to out.
 */
void fold_for_id(struct buf *out, const char *body, size_t len, bool html);

/* A link in a body, borrowed from it. */
struct fold_link {
	const char *s;
	size_t n;
};

/*
 * For comparing: every entity is the letter that it stands for. A link that
 * is written out, or that an <a> leads to, is one character FOLD_LINK, and
 * link[] has what stood there, in order. line has the places in text where a
 * line or a block begins or ends, ascending; they are no characters. Of these
 * places those are known that are in the first or the last so many letters.
 */
#define FOLD_LINK '\1'
#define FOLD_HEAD 4096
#define FOLD_TAIL 20480
struct fold_places {
	uint32_t *v;
	size_t n;
};
struct fold {
	struct buf text;
	struct fold_places line;
	struct fold_places para; /* see fold_paras */
	bool html;
	size_t last_line; /* text had this length when the last one ended */
	struct fold_link *link;
	size_t nlink;
	bool no_links; /* links are dropped and not noted */
	size_t stop;   /* about so many letters are enough; 0: all of them */
};
void fold_init(struct fold *, bool no_links);
void fold_free(struct fold *);
void fold_body(struct fold *, const char *body, size_t len, bool html);
/* The places where a paragraph does: an empty line; in HTML any block. */
const struct fold_places *fold_paras(const struct fold *);
/* Does a line or block begin or end at that place of text? */
bool fold_is_line(const struct fold *, size_t at);

#endif
