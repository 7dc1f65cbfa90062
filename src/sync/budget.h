/*
 * budget.h - how many bytes of mail may be in memory at once.
 * Floor: sync, internal.
 * Threads: any.
 *
 * Many connections that each hold a large mail would take much memory; small
 * mails pass in parallel. A thread holds at most one share, and while it waits
 * for it nothing that others may wait for.
 */
#ifndef SYNC_BUDGET_H
#define SYNC_BUDGET_H

#include <stdint.h>

struct budget;

struct budget *budget_open(int64_t bytes);
void budget_close(struct budget *); /* NULL is fine */
/*
 * Waits until that many bytes are free, or nobody else has any. Returns the
 * share that budget_give gives back.
 */
int64_t budget_take(struct budget *, int64_t bytes);
void budget_give(struct budget *, int64_t share);

#endif
