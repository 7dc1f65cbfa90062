/*
 * bearer.h - what a server says about tokens: its Bearer challenge (RFC 6750
 * 3), and Exchange's x-ms-diagnostics header.
 * Floor: auth.
 * Threads: pure.
 */
#ifndef AUTH_BEARER_H
#define AUTH_BEARER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Copies the parameter of the Bearer challenge, made printable; false: there is
 * no such challenge, or it lacks the parameter (out is "" then).
 */
bool
bearer_param(const char *challenge, const char *name, char *out, size_t size);
/*
 * Does the server want modern authentication? Exchange names then who gives
 * tokens (authorization_uri); without it its Bearer is for other servers only.
 */
bool bearer_is_modern(const char *challenge);
/* "; ..." to end a message about a login that was refused, or "". */
const char *bearer_hint(const char *challenge);
/*
 * Adds to the message what the value of an x-ms-diagnostics header says of the
 * token that was refused, and what to do.
 */
void bearer_diagnose(const char *value, struct err *);

#endif
