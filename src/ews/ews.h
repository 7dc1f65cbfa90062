/*
 * ews.h - Exchange Web Services as a provider (core/provider.h).
 * Floor: ews. Exchange 2007 SP1 to SE, Exchange Online.
 * Threads: as provider.h says.
 */
#ifndef EWS_EWS_H
#define EWS_EWS_H

#include "core/provider.h"

extern const struct provider_ops ews_ops;

#endif
