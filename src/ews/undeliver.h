/*
 * undeliver.h - moves an item to the mailbox's folder Undeliverable
 * (README.md, Writing).
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_UNDELIVER_H
#define EWS_UNDELIVER_H

#include "ews/session.h"

/*
 * Creates the folder if it is missing; two sessions may do so at once. An item
 * that is gone is ERR_GONE.
 */
int undeliver_item(struct ews_session *, const char *item_id, struct err *);

#endif
