/*
 * permitted.h - which mailboxes of a plan may be read: what was said about them
 * (core/permit.h) and what the INI wants.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass, before its jobs.
 */
#ifndef SYNC_PERMITTED_H
#define SYNC_PERMITTED_H

#include "sync/passarg.h"
#include "sync/plan.h"

/*
 * Sets permit of each entry. A pass that may write also brings table mailbox
 * up to date, and notes as approved what approval = automatic lets it read
 * (pass->note), so that it is read on when approval becomes manual. A mailbox
 * that is disabled in the table, and of which nothing was said yet, is
 * disabled: the table may forbid, and nothing more.
 */
int permitted_plan(const struct pass *, struct plan *, struct err *);

#endif
