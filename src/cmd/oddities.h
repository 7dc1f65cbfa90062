/*
 * oddities.h - exsync --check: what is legal in an INI and looks wrong all the
 * same, each with what to write instead. Nothing of it changes the exit status.
 * Floor: cmd.
 * Threads: the main thread.
 */
#ifndef CMD_ODDITIES_H
#define CMD_ODDITIES_H

#include "conf/conf.h"
#include "core/party.h"

/*
 * Prints which mailboxes would be read to stdout, as comments, and logs a
 * warning for each oddity. users: the CRM's users as the CSV file has them, or
 * NULL when there is no such file (table party tells then, which --check does
 * not read). Contacts nothing.
 */
void oddities_tell(const struct conf *, struct party_list *users);

#endif
