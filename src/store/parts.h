/*
 * parts.h - the people and attachments of a mail, or of one of its editions:
 * rows of sync_party and sync_attachment, or of their twins sync_edition_...
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
 * The content of a mail as a copy says it, or as the file has it. The message
 * is borrowed.
 */
struct content {
	const struct message *m;
	enum direction direction;
};

/* Inserts the rows of n for that content. */
int parts_insert(struct store *, enum parts_of, int64_t n,
    const struct content *, struct err *);
/* Deletes all rows of n, and releases the contents of its attachments. */
int parts_delete(struct store *, enum parts_of, int64_t n, struct err *);
/*
 * Loads the rows of n as a message: addresses and attachments lie in m's arena.
 */
int parts_load(struct store *, enum parts_of, int64_t n, struct message *m,
    struct content *, struct err *);
/*
 * Replaces the rows of mail n, which are those of was, by those of now, and its
 * links when the people changed. 1: some changed, 0: none, -1.
 */
int parts_replace(struct store *, int64_t n, const struct content *was,
    const struct content *now, struct store_count *, struct err *);
/* How many attachments have their content in the file. */
int64_t parts_stored(const struct message *);
/* Are people and attachments the same? */
bool parts_same(const struct content *, const struct content *);
/* Copies the mail's rows as those of a new edition. */
int parts_copy(struct store *, int64_t email, int64_t edition, struct err *);

/*
 * Merges the people of several editions, beginning with the best. A person who
 * is not there yet in that role is added; an address or a name that is missing
 * is completed from another edition.
 */
struct parts_sum {
	struct message *m; /* has the people, and the memory for everything */
	/* private */
	struct map people;
	struct buf key;
};
void parts_sum_init(struct parts_sum *, struct message *);
/* If m is the message of the sum, its people are there already. */
void parts_sum_add(struct parts_sum *, const struct message *m);
void parts_sum_free(struct parts_sum *);
/*
 * Gives the attachment the content of another one, and a media type if it has
 * none: for an attached item the server tells the type only with the content.
 * room: memory for it.
 */
void parts_take_content(
    struct attachment *, const struct attachment *had, struct arena *room);
/*
 * Attachments whose content could not be fetched now keep the content that the
 * same attachment had before.
 */
void parts_keep_contents(
    struct message *m, const struct message *was, struct arena *room);
/*
 * Attached items get the content that the mail has of them already, because the
 * server generates another file of the same item each time.
 */
void parts_share_items(
    struct message *m, const struct message *has, struct arena *room);

#endif
