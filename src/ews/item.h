/*
 * item.h - GetItem (README.md, Items): a message for each item, whatever the
 * server answers.
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_ITEM_H
#define EWS_ITEM_H

#include <stddef.h>

#include "ews/build.h"
#include "ews/session.h"

/* As provider_ops.messages. */
int item_get(struct ews_session *, const struct item_ref *, size_t n,
    enum build_want, struct message **out, struct err *);

#endif
