/*
 * sender.h - the sender's address from a mail's header block (README.md,
 * Addresses; RFC 5322 3.4 and 3.6.2).
 * Floor: ews.
 * Threads: pure.
 */
#ifndef EWS_SENDER_H
#define EWS_SENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model.h"

/*
 * The one SMTP address in the only header of that name ("From") of a raw header
 * block, as written. False: the block lacks it, has two of it, it names several
 * people or none, or the address is an X.500 one in SMTP's clothes (IMCEAEX-).
 */
bool sender_address(const char *block, const char *name, char *out, size_t);

/*
 * Fills in From and Sender, where they are X.500 addresses that could not be
 * resolved, and what has the same X.500 address in this mail. block may be
 * NULL.
 */
void sender_from_block(struct message *, const char *block);

#endif
