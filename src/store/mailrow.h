/*
 * mailrow.h - table sync_email: one row for each mail, whichever mailboxes hold
 * it.
 * Floor: store.
 * Threads: inside a write transaction, with the store's lock held.
 */
#ifndef STORE_MAILROW_H
#define STORE_MAILROW_H

#include "store/content.h"
#include "store/db.h"
#include "store/parts.h"

/* A stored mail: what its row and its parts say. */
struct email_row {
	int64_t n;
	int64_t group;       /* n of the first mail with this key */
	char id[CONTENT_ID]; /* "": there is no such mail */
	struct message *m;   /* text and html only where they were wanted */
	struct content c;
};
int email_load(
    struct store *, int64_t n, bool body, struct email_row *, struct err *);
void email_free(struct email_row *);
/* n of the mail with that id and the group it belongs to; 0: none. */
int email_find(
    struct store *, const char *id, int64_t *n, int64_t *group, struct err *);
/*
 * Makes the mail say what now says. body: its text as well; then the row was
 * loaded with its text. 1: something changed, 0, -1.
 */
int email_write(struct store *, const struct email_row *,
    const struct content *now, bool body, struct store_count *, struct err *);
/*
 * Loads what email_add_up merges, and the mail's thread_id, for which thread
 * has room (CONTENT_ID).
 */
int email_load_sum(
    struct store *, int64_t n, struct message *, char *thread, struct err *);
/*
 * Merges into the mail the values that differ from copy to copy without being
 * content: headers, references, received time, size, ... The result does not
 * depend on the order of the copies. only: the mail has no other copy, so the
 * message's values win. 1: something changed, 0, -1.
 */
int email_add_up(struct store *, int64_t n, const struct message *,
    const char *key, bool only, struct err *);
/* Reads an edition (edition.h), as email_load; n is that of its mail. */
int email_load_edition(struct store *, int64_t edition, bool body,
    struct email_row *, struct err *);

#endif
