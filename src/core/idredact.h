/*
 * idredact.h - the ids of a mail without the people to be forgotten.
 * Floor: core.
 * Threads: as its message.
 */
#ifndef CORE_IDREDACT_H
#define CORE_IDREDACT_H

#include "base/buf.h"
#include "core/forgotten.h"
#include "core/model.h"

/*
 * True: the id, which may be NULL, has an address of the list, and was added to
 * out, which has a cap of REDACT_ROOM of its length, without it.
 */
bool idredact_text(const struct forgotten *, const char *id, struct buf *out);
/*
 * Does an id of the mail have an address of the list: its Message-ID,
 * In-Reply-To or References?
 */
bool idredact_has(const struct forgotten *, const struct message *);
/*
 * Puts (removed) in place of the address, also in these fields of the header
 * block. The same ids are the same afterwards,
 * so that answers still find their mails. One for which the arena has no room
 * becomes NULL.
 */
void idredact_message(const struct forgotten *, struct message *);

#endif
