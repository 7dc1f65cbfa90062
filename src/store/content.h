/*
 * content.h - the ids of mails.
 * Floor: store.
 * Threads: pure; a struct buf passed in is scratch of the caller.
 *
 * A mail's id is the first 32 hex digits of SHA-256 over its key:
 *	"mid:" + normalised Message-ID, or
 *	"none:" + from, sent, subject and body, each ended by a NUL
 * so it is the same in a rebuilt file. Of different mails (same.h) with the
 * same key, one has that id; the others are its variants. Their id is the hash
 * of "variant:", that id, and what all copies of a mail have in common
 * (same_hash).
 */
#ifndef STORE_CONTENT_H
#define STORE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "core/model.h"

#define CONTENT_ID 33 /* room for an id, or for another digest */
/* cap of the scratch buffer */
#define CONTENT_MAX ((size_t)64 * 1024 * 1024)

/*
 * Appends the Message-ID as it is compared: the part between < and > (or all of
 * it), without white space, what follows the last @ in lower case, in <>.
 * False: it is missing or empty.
 */
bool content_mid(struct buf *out, const char *mid);
/*
 * The Message-ID as the tables show it: as in the mail, but trimmed, on one
 * line and in <>. The caller frees; NULL: it is missing or empty.
 */
char *content_mid_shown(const char *mid);
/* id of the mail with that Message-ID; false: not a Message-ID. */
bool content_mid_id(struct buf *scratch, const char *mid, char *id);
/* The mail's id, with or without a Message-ID. */
void content_id(struct buf *scratch, const struct message *, char *id);
/* id of the mail as a variant of id. */
void content_variant(const struct message *, const char *id, char *out);
/*
 * Another id for a variant, when a different mail has id already. It depends on
 * the exact text.
 */
void content_exact(const struct message *, const char *id, char *out);
/* The first 32 hex digits of the hash. */
void content_hex(const struct crypt_sha256 *, char *out);
/*
 * The id of the thread, which is that of its first mail as far as the headers
 * tell. first: the id of this mail, or of the mail that it is a variant of.
 */
void content_thread(
    struct buf *scratch, const struct message *, const char *first, char *out);
/*
 * The same, and parent: the id of the mail that this one answers, whether that
 * is stored or not. Returns parent; NULL: In-Reply-To has no Message-ID.
 */
const char *content_place(struct buf *scratch, const struct message *,
    const char *first, char *thread, char *parent);

#endif
