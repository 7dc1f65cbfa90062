/*
 * content.h - what makes two messages the same mail.
 * Floor: store.
 * Threads: pure; a struct buf passed in is scratch of the caller.
 *
 * A mail's id is the first 32 hex digits of SHA-256 over its key:
 *	"mid:" + normalised Message-ID, or
 *	"none:" + from, sent, subject and body, each ended by a NUL
 * so it is the same in a rebuilt file. A message with a known Message-ID
 * and other content is a variant: its id is the hash of the key and of its
 * content.
 */
#ifndef STORE_CONTENT_H
#define STORE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "core/model.h"

#define CONTENT_ID 33 /* room for an id */
/* cap of the scratch buffer */
#define CONTENT_MAX ((size_t)64 * 1024 * 1024)

/*
 * Message-ID as it is compared: what stands between < and > (or all of it),
 * white space removed, the part after the last @ in lower case, in <>.
 * False: there is none.
 */
bool content_mid(struct buf *out, const char *mid);
/*
 * Message-ID as the tables show it: as in the mail, but trimmed, one line and
 * in its <>. The caller frees; NULL: there is none.
 */
char *content_mid_shown(const char *mid);
/* id of the mail with that Message-ID; false: not a Message-ID. */
bool content_mid_id(struct buf *scratch, const char *mid, char *id);
/* The mail's id, with or without a Message-ID. */
void content_id(struct buf *scratch, const struct message *, char *id);
/* id of the mail as a variant of id. */
void content_variant(
    struct buf *scratch, const struct message *, const char *id, char *out);
/*
 * id of the thread: of its first mail, as far as the headers tell. first: id
 * of this mail, or of the one that it is a variant of.
 */
void content_thread(
    struct buf *scratch, const struct message *, const char *first, char *out);
/* The sender's address, as written; NULL: not known as SMTP. */
const char *content_from(const struct message *);

/*
 * A body as it is compared: tags, comments, style and script of HTML
 * dropped, entities decoded where they are common, white space dropped,
 * case folded. Appended to out; what is over its cap is left out.
 */
void content_fold(struct buf *out, const char *body, size_t len, bool html);

/* What of a stored mail is compared. NULL: not known. */
struct content {
	const char *from, *subject, *sent_at; /* sent_at as text */
	const char *text, *html;
};
/*
 * Are they the same mail? Not known equals everything. The same sender, sent
 * within a minute of each other; of the subjects and of the bodies the longer
 * one is the other with passages put in (tags, banners, signatures,
 * disclaimers) or equal to it. Links written out in a body do not count, nor
 * whether a letter of HTML is written as an entity.
 */
bool content_same(const struct content *, const struct message *);
/* Are the bodies equal once folded? */
bool content_body_equal(const struct content *, const struct message *);

#endif
