/*
 * people.h - the people whom the CRM knows, as a pass takes them.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the pass, before all others begin.
 */
#ifndef SYNC_PEOPLE_H
#define SYNC_PEOPLE_H

#include "core/party.h"
#include "sync/passarg.h"

/*
 * Reads the CSV files into table party, and the list in force into out. A
 * source (a file, or the CRM's rows) that is missing, unreadable, empty or much
 * shorter than before does not count: its last good list stays in force, and
 * *trouble says so in a sentence, which the caller frees; else *trouble is
 * NULL. -1: there is no last good list either, or the store failed.
 */
int people_load(
    const struct pass *, struct party_list *out, char **trouble, struct err *);
/*
 * The list in force as far as the database tells, without the CSV files:
 * another program may have spoilt table party. Writes nothing. Any thread.
 */
int people_known(
    const struct conf *, struct store *, struct party_list *out, struct err *);

#endif
