/*
 * same.h - are two messages with the same key the same mail?
 * Floor: store.
 * Threads: pure.
 *
 * The copies of one mail are not equal byte for byte: a server may put a
 * banner before the text and a disclaimer or the company's footer after it,
 * a tag into the subject, and write the links anew; white space changes, a
 * letter becomes an entity, the time of sending is taken once by the client
 * and once by the server. All of that is the same mail. A text that a person
 * could act on differently is another one: words put in or taken out, another
 * number, another link, another attachment. When in doubt they are two.
 */
#ifndef STORE_SAME_H
#define STORE_SAME_H

#include <stdbool.h>

#include "base/crypt.h"
#include "core/model.h"
#include "store/fold.h"

/* A message that is compared with several: it is folded once. */
struct same {
	const struct message *m;
	struct fold fold[2]; /* with links, and without */
	bool folded[2];
};
void same_init(struct same *, const struct message *);
void same_free(struct same *);
/*
 * Symmetric, and true for a message and itself; takes time in proportion to
 * their size. What is not known (no subject, a body that could not be had)
 * equals everything.
 */
bool same_as(struct same *, const struct message *);
/* The same, whatever their bodies. */
bool same_head(const struct message *, const struct message *);

/*
 * Adds what copies of one mail have in common, as far as that can be said of
 * one alone: sender, minute, subject without tags, text without the servers'
 * blocks around it, attachments. For ids: what this gives never changes.
 */
void same_hash(const struct message *, struct crypt_sha256 *);

/* Are their bodies equal to the letter? */
bool same_text(const struct message *, const struct message *);

/* How much text the bodies have, as a person reads it; 0: none is known. */
int64_t same_weight(const struct message *);

/* The sender's address, as written; NULL: not known as SMTP. */
const char *same_from(const struct message *);

#endif
