/*
 * challenge.h - which logins an answer offers (RFC 9110 11.6.1).
 * Floor: net.
 * Threads: pure.
 */
#ifndef NET_CHALLENGE_H
#define NET_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Writes the values of all headers of that name (WWW-Authenticate,
 * Proxy-Authenticate) to out, whose old content goes: the challenges, each
 * header ended by \n. head as head.h has it.
 */
void
challenge_collect(const struct buf *head, const char *name, struct buf *out);
/*
 * Finds the next scheme of the challenges from *p on, and moves *p behind it.
 * Returns its length; 0: there are no more.
 */
size_t challenge_next(const char **p, const char **scheme);
/* Lists the schemes, as far as there is room: "Negotiate, NTLM"; or "". */
void challenge_list(const char *challenges, char *out, size_t size);
/*
 * The token (RFC 9110 11.2, token68) that came with that scheme (in any case),
 * in the challenges, and its length. NULL: none came.
 */
const char *
challenge_token(const char *challenges, const char *scheme, size_t *len);
/* Is that scheme (in any case) among the challenges? */
bool challenge_offers(const char *challenges, const char *scheme);

#endif
