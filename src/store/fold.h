/*
 * fold.h - bodies as they are compared: without HTML tags, comments, styles,
 * scripts and white space, in lower case.
 * Floor: store.
 * Threads: pure; what is passed in is scratch of the caller.
 */
#ifndef STORE_FOLD_H
#define STORE_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* cap of a folded body; the rest of a longer one is left out */
#define FOLD_MAX ((size_t)64 * 1024 * 1024)

/*
 * For ids: decodes only the most common entities. The result for a text must
 * never change, since ids are made from it. Appends to out.
 */
void fold_for_id(struct buf *out, const char *body, size_t len, bool html);

/* A link in a body; s points into the body. */
struct fold_link {
	const char *s;
	size_t n;
};

/*
 * For comparing: every entity becomes the letter that it stands for. A URL in
 * the text, or in the href of an <a>, becomes the character FOLD_LINK, and
 * link[] has the URLs in order. line has the offsets in text at which a line or
 * a block begins or ends, in ascending order; line ends are no characters of
 * text. In a long text only the offsets in the first FOLD_HEAD and the last
 * FOLD_TAIL letters are sure to be kept.
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
	size_t last_line; /* length of text when the last line ended */
	struct fold_link *link;
	size_t nlink;
	bool no_links; /* drop links without a FOLD_LINK */
	size_t stop;   /* stop after about so many letters; 0: never */
};
void fold_init(struct fold *, bool no_links);
void fold_free(struct fold *);
void fold_body(struct fold *, const char *body, size_t len, bool html);
/* The offsets of paragraphs: at empty lines, or at any block of HTML. */
const struct fold_places *fold_paras(const struct fold *);
/* Does a line or block begin or end at that offset of text? */
bool fold_is_line(const struct fold *, size_t at);

#endif
