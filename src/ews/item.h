/*
 * item.h - GetItem (PROTOCOL 7, 8): items to the sink, each exactly once and
 * in order, whatever the server answers.
 * Floor: ews (3).
 * Threads: as the session.
 */
#ifndef EWS_ITEM_H
#define EWS_ITEM_H

#include <stddef.h>

#include "ews/build.h"
#include "ews/session.h"

int item_get(struct ews_session *, const struct item_ref *, size_t n,
    enum build_want, struct sink *, struct err *);

#endif
