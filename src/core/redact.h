/*
 * redact.h - texts, HTML and header blocks without the people to be forgotten:
 * in place of their addresses (core/addrscan.h says which forms of them) and
 * names stands (removed).
 * Floor: core.
 * Threads: pure.
 *
 * A name is found as whole words without case, in any order ("Miller, Carl"),
 * with white space, tags, or one of , - ' . " ( ) [ ] / | _ + > between them,
 * in HTML also with entities; in tags only in quoted values of attributes. It
 * stays within the address of somebody else. Not found: a first name or a
 * surname alone when the name has both; a name with other words in it; umlauts
 * that are written in another way (ue, or u and a mark) than in the name, or
 * percent-encoded; a word with a tag in it other than <wbr>; a name in a script
 * that has no spaces, unless it stands alone; base64, and an address or a name
 * in an encoded word of headers in which nobody is named otherwise.
 *
 * To redact what is redacted changes nothing. Output is valid UTF-8 when the
 * input is; tags and the quotes of attributes stay as they are.
 */
#ifndef CORE_REDACT_H
#define CORE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "core/forgotten.h"

#define REDACT_REMOVED "(removed)"
#define REDACT_NAMES   64 /* in clear; more are not looked at */

/* What is to go. All borrowed. */
struct redact {
	const struct forgotten *list; /* NULL: empty */
	/*
	 * Rows of the list whose names are to go; in a text, those of the
	 * addresses that are in it go anyway.
	 */
	const size_t *row;
	size_t nrow;
	const char *const *name; /* display names in clear */
	size_t nname;
};

/*
 * True: something was replaced, and the new text was added to out. False: there
 * was nothing to replace, and out is as it was. When the new text exceeds out's
 * cap, out->over is set and out has a part of it or nothing: REDACT_ROOM(n) is
 * always enough.
 */
#define REDACT_ROOM(n) (4 * (n) + 64)
bool redact_text(const struct redact *, const char *, size_t, struct buf *out);
bool redact_html(const struct redact *, const char *, size_t, struct buf *out);
/*
 * The same for the name of a file: what stands before ".pdf" and its like is
 * an address as well.
 */
bool redact_file(const struct redact *, const char *, size_t, struct buf *out);
/*
 * The same for the raw headers of a mail. A field that has an address or a name
 * loses its whole value, and then all fields lose theirs that have an encoded
 * word, which may hold the name. They also do when there are rows or names to
 * go. Other fields stay as they are.
 */
bool
redact_headers(const struct redact *, const char *, size_t, struct buf *out);

/* Rows of a list, each as often as it was found. Zeroed is empty. */
struct redact_rows {
	size_t *v;
	size_t n;
};
/*
 * Adds the rows whose addresses are in the text. False: there are none. The
 * caller frees v.
 */
bool redact_find(const struct forgotten *, const char *, size_t, bool html,
    struct redact_rows *);
/* The same for the name of a file, as of redact_file. */
bool
redact_find_file(const struct forgotten *, const char *, struct redact_rows *);
/*
 * The same for the one address that a field has: also one that needs quotes,
 * but none that is part of another, except those of bounces and forwarders.
 */
bool redact_find_address(
    const struct forgotten *, const char *, struct redact_rows *);
/* Does the text have an address of the list? NULL has none. */
bool forgotten_in(const struct forgotten *, const char *);

#endif
