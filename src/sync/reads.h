/*
 * reads.h - profiles of which nothing is read though nothing is wrong.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass, when all jobs are over.
 */
#ifndef SYNC_READS_H
#define SYNC_READS_H

#include "sync/passed.h"

/*
 * The text for a profile (its number in the INI) that works, but of which
 * nothing is read. NULL: it is not so, or unknown, since the one mailbox that
 * has the folder may not have been visited.
 */
const char *reads_nothing(const struct passed *, size_t profile);

#endif
