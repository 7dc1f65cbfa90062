/*
 * item.h - life of an item: delivered, changed, moved, deleted.
 * The caller holds world.lock exclusively, except for item_mail.
 */
#ifndef SIM_ITEM_H
#define SIM_ITEM_H

#include "world/kept.h"
#include "world/world.h"

/* Takes over mail and puts a new item into the folder. */
struct item *item_deliver(struct folder *, struct mail *, int64_t received);
/* Nothing is sent to the folder's journal until item_settle. */
struct item *item_new(struct folder *, struct mail *, int64_t received);
void item_settle(struct item *);

void item_delete(struct item *); /* frees it */
/* Returns the item under its new number; the old one is freed. */
struct item *item_move(struct item *, struct folder *);
struct item *item_copy(struct item *, struct folder *);
/* Moves it; to NULL: deletes it. */
void item_dispose(struct item *, struct folder *to);
void item_set_read(struct item *, bool);
void item_touch(struct item *);
/* Takes over mail; attachments that it leaves as they are keep their ids. */
void item_edit(struct item *, struct mail *);
/* Of items that were loaded, not generated. verb as PidTagLastVerbExecuted,
 * in digits; NULL: none. */
void item_set_flag(struct item *, enum flag);
void item_set_verb(struct item *, const char *verb);
/* NULL or "": none; takes a copy. Several are separated by commas. */
void item_set_categories(struct item *, const char *names);
void item_free(struct item *);

/*
 * The item's mail. Made-up mail is written into tmp (zeroed by the caller,
 * freed by arena_free(&tmp->a)); want: GEN_… of gen.h. item_mail_coded: a
 * made-up body is in that coding.
 */
const struct mail *
item_mail(const struct item *, struct mail *tmp, unsigned want);
const struct mail *item_mail_coded(const struct item *, struct mail *tmp,
    unsigned want, const struct gen_coding *);

size_t item_size(const struct item *);
/* item: NULL for a mail that is attached. */
const char *item_class(const struct item *, const struct mail *);
enum kind item_kind(const struct item *, const struct mail *);
/* Did it come over the wire, and has the header fields of that? */
bool item_on_wire(const struct item *);
/* Has it an attachment that is not part of its text? */
bool item_has_attachments(const struct mail *);

#endif
