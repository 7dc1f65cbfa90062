/*
 * parts.h - the people, links and attachments of a mail, or of one of its
 * editions: rows of sync_party, sync_link and sync_attachment, or of their
 * twins sync_edition_...
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include "base/map.h"
#include "store/db.h"

/* Whose rows: those of a mail (sync_email.n), or of an edition. */
enum parts_of { PARTS_MAIL, PARTS_EDITION };

/*
 * What a copy says of its mail, or what the file has of it. Either the
 * message and the decision are borrowed, or they lie in arena and in own.
 */
struct content {
	const struct message *m;
	enum direction direction;
	const struct link *link; /* of headers alone (delivered.h) */
	size_t nlink;
};

/* All rows of c. */
int parts_insert(struct store *, enum parts_of, int64_t n,
    const struct content *, struct err *);
/* All rows of n go; contents of attachments that nobody else has, too. */
int parts_delete(struct store *, enum parts_of, int64_t n, struct err *);
/*
 * The rows of n as a message and links: address, att and links are in m's
 * arena.
 */
int parts_load(struct store *, enum parts_of, int64_t n, struct message *m,
    struct content *, struct err *);
/*
 * Makes the rows of mail n, which are those of was, those of now. 1: some
 * changed, 0: none, -1. The caller calls delivered_settle in the end.
 */
int parts_replace(struct store *, int64_t n, const struct content *was,
    const struct content *now, struct store_count *, struct err *);
/* Do they say the same of people, links and attachments? */
bool parts_same(const struct content *, const struct content *);
/* An edition's rows become those that the mail has. */
int parts_copy(struct store *, int64_t email, int64_t edition, struct err *);

/*
 * The people and links of several editions in one, the best first: who is not
 * there yet in that role is added; the address book's names and addresses
 * complete each other; of a link the better role wins.
 */
struct parts_sum {
	struct message *m; /* has the people, and the memory for all of it */
	struct link *link;
	size_t nlink;
	/* private */
	struct map people, links;
	struct buf key;
};
/* max: links of all of them. */
void parts_sum_init(struct parts_sum *, struct message *, size_t max);
/* c->m may be the message itself: then its people are there. */
void parts_sum_add(struct parts_sum *, const struct content *);
void parts_sum_free(struct parts_sum *);
/*
 * The attachment has the content of another one, and what was learned with it:
 * of an attached item the server tells the type there alone. room: for that.
 */
void parts_take_content(
    struct attachment *, const struct attachment *had, struct arena *room);
/*
 * Attachments whose content could not be had now have that which the same
 * attachment had before.
 */
void parts_keep_contents(
    struct message *m, const struct message *was, struct arena *room);
/*
 * Attached items get the content that the mail has of them: the server makes
 * another file of the same item each time it is asked.
 */
void parts_share_items(
    struct message *m, const struct message *has, struct arena *room);

#endif
