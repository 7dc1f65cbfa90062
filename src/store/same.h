/*
 * same.h - are two messages with the same key the same mail?
 * Floor: store.
 * Threads: pure.
 *
 * The copies of one mail are not equal byte for byte: a server may put a
 * banner before the text and a disclaimer or the company's footer after it,
 * put a tag into the subject, and rewrite the links; white space changes, a
 * letter becomes an entity, the time of sending is set once by the client and
 * once by the server. All of these are still the same mail. A difference that
 * could make a person act differently makes it another mail: words added or
 * removed, another number, another link, another attachment. When in doubt,
 * they are two mails.
 */
#ifndef STORE_SAME_H
#define STORE_SAME_H

#include <stdbool.h>

#include "base/crypt.h"
#include "core/model.h"
#include "store/fold.h"

/* A message that is compared with several others; it is folded only once. */
struct same {
	const struct message *m;
	struct fold fold[2]; /* with links, and without */
	bool folded[2];
};
void same_init(struct same *, const struct message *);
void same_free(struct same *);
/*
 * Is it the same mail? Symmetric and reflexive; linear in their size. What is
 * not known (no subject, a body that could not be fetched) equals everything.
 */
bool same_as(struct same *, const struct message *);
/* The same of two messages, but without their bodies. */
bool same_head(const struct message *, const struct message *);

/*
 * Hashes what all copies of a mail have in common, as far as one copy tells:
 * sender, minute, subject without tags, text without the servers' blocks around
 * it, attachments. For ids: the result must never change.
 */
void same_hash(const struct message *, struct crypt_sha256 *);

/* Adds the sender's address, normalised where it can be, with a NUL. */
void same_hash_sender(const struct message *, struct crypt_sha256 *);

/* Are their bodies equal byte for byte? */
bool same_text(const struct message *, const struct message *);

/* The length of the folded body; 0: no text is known. */
int64_t same_weight(const struct message *);

#endif
