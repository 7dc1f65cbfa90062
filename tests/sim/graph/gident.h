/*
 * gident.h - ids as Graph hands them out: base64url, long, opaque,
 * case-sensitive; ids of neighbours differ in the case of four letters. Those
 * of items are of two kinds, which requests may mix: one is new after each
 * move, the immutable one stays as long as the item stays in its mailbox.
 * Floor: graph.
 * Threads: wants world.lock, shared.
 */
#ifndef SIM_GIDENT_H
#define SIM_GIDENT_H

#include "world/world.h"

void
gident_item(struct sb *, const struct mailbox *, uint32_t num, bool immutable);
/* Of an attachment: its number in its mail. */
void gident_attachment(
    struct sb *, const struct item *, int attachment, bool immutable);
void gident_folder(struct sb *, const struct folder *);
void gident_conversation(struct sb *, const struct mailbox *, uint64_t hash);
/* An object id of the directory: a GUID. */
void gident_user(struct sb *, const struct person *);
/* changeKey; the ETag is W/"…" around it. */
void gident_key(struct sb *, const struct item *);

enum gident { GIDENT_OK, GIDENT_MALFORMED, GIDENT_GONE };

/* The caller checks that it lies in the right mailbox. */
enum gident gident_find_item(const char *id, struct item **);
enum gident gident_find_folder(const char *id, struct folder **);
/* attachment: its number. */
enum gident
gident_find_attachment(const char *id, struct item **, int *attachment);

#endif
