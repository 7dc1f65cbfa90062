/*
 * renew.h - when people change, links of stored mail follow.
 * Floor: sync.
 * Threads: the thread of the pass, before any mailbox is read.
 */
#ifndef SYNC_RENEW_H
#define SYNC_RENEW_H

#include "sync/marks.h"

/*
 * Renews the links of the mails that name an address of changed, n marks;
 * changed NULL: of all mails. Logs how many changed.
 */
int
renew_links(struct store *, const struct mark *changed, size_t n, struct err *);

#endif
