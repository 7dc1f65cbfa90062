/*
 * deliver.h - sending.
 * What is sent is delivered at once to the mailboxes that the world holds,
 * once to each however often it is named, without its Bcc field; other
 * recipients are dropped without a word.
 */
#ifndef SIM_DELIVER_H
#define SIM_DELIVER_H

#include "world/world.h"

/* -1: it names nobody. */
int deliver(const struct mail *);

/*
 * Delivers the item; then it is moved into the folder, or gone when that is
 * NULL. -1: it names nobody, and stays where it is.
 */
int deliver_item(struct item *, struct folder *);

/*
 * Gives the mail what every mail has and nobody gave it: who writes it (the
 * mailbox's person), an id, a date. Its bytes are composed anew.
 */
void deliver_complete(struct mail *, const struct mailbox *);

#endif
