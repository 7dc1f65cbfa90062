/*
 * expires.h - what a profile logs in with has an end: the client secret's, as
 * secret_expires says it, and the client certificate's own.
 * Floor: sync, internal.
 * Threads: pure.
 */
#ifndef SYNC_EXPIRES_H
#define SYNC_EXPIRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

/*
 * Is a person to be told at that time? From 60 and anew from 30 days before the
 * end "info", from 7 "warning", from one on "error"; *severity is a constant.
 * The text is the same until there is something new to tell. Of a secret or
 * certificate without a known end nothing is told.
 */
bool expires_soon(const struct conf_oauth *, int64_t now, const char **severity,
    char *out, size_t size);

#endif
