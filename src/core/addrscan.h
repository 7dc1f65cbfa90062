/*
 * addrscan.h - where a text or HTML has the address of somebody forgotten.
 * Floor: core.
 * Threads: pure; a struct addrscan belongs to one thread.
 *
 * An address is found as a whole, in either case, with its domain in Unicode or
 * as xn--, at the end of a sentence, in quotes, brackets or a URL (x=ADDRESS&,
 * mailto:, %40, %2540), with soft hyphens, zero-width characters or <wbr> in
 * it; in HTML also with entities, and with tags within a line. It may follow
 * another word after one of = / ? & { } | ` * # ! ^ ~ $ %, after _ + and ' only
 * where no letter is in front of these: anna_carl@ is not carl@. It is found
 * also where the local part of another address tells it, as those of bounces,
 * forwarders and guests do: bounce+anna=x.example@list.example,
 * SRS0=HH=TT=x.example=anna@y.example, anna_x.example#EXT#@y.example.
 *
 * Not found: a local part in quotes that it needs ("a b"@x.example); one of
 * more than ADDRSCAN_LOCAL characters; letters beyond ASCII, and UTF-8 in a
 * domain, that are percent-encoded; an address with white space or a line break
 * in it (also =\n, the soft break of quoted-printable, which is no longer in
 * decoded text) or with a comment (anna(x)@x.example); "anna at x.example";
 * entities that need no semicolon but are no numbers; base64; a tag of more
 * than ADDRSCAN_TAG bytes in the midst of it. user+tag@x.example is another
 * address than user@x.example.
 *
 * Time is linear: each @ costs at most ADDRSCAN_TRIES hashes, and usually one.
 */
#ifndef CORE_ADDRSCAN_H
#define CORE_ADDRSCAN_H

#include "core/forgotten.h"
#include "core/textchar.h"

#define ADDRSCAN_LOCAL 320 /* characters of a local part */
#define ADDRSCAN_TAG   512 /* bytes of a tag within an address */
#define ADDRSCAN_TRIES 124 /* what can be tried at one @, at most */

struct addrscan {
	const struct forgotten *list;
	const char *s;
	size_t len;
	bool html;
	/*
	 * The text is one address: what stands in front of the other one may
	 * be punctuation, but no part of a name (anna_carl@ is not carl@).
	 */
	bool whole;
	size_t at;    /* everything before it is done */
	size_t floor; /* what was found last ends here */
	/* where the next @, % and & are; those before at are unknown */
	size_t next[3];
	size_t tries; /* hashes made, for tests */
};

/* Where one lies, and its row in the list. */
struct addrscan_hit {
	size_t from, to;
	size_t row;
};

void addrscan_init(struct addrscan *, const struct forgotten *, const char *,
    size_t len, bool html);
/* The next one; they do not overlap. False: there are no more. */
bool addrscan_next(struct addrscan *, struct addrscan_hit *);

#endif
