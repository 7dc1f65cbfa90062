/*
 * thread.h - table sync_thread: which mails each thread has, behind the view
 * email_thread.
 * Floor: store.
 * Threads: with the store's lock held.
 */
#ifndef STORE_THREAD_H
#define STORE_THREAD_H

#include "store/content.h"
#include "store/db.h"

/* Inside a write transaction: the mail has another thread_id than was. */
int thread_moved(struct store *, int64_t n, const char *was, struct err *);
/*
 * Outside of one: enters the mails that came since the last call, in
 * transactions of its own. all: however few they are; or else only when they
 * are so many that a reader of email_thread would feel it.
 */
int thread_catch_up(struct store *, bool all, struct err *);

#endif
