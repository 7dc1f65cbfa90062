/*
 * assertion.h - a client assertion (RFC 7523): what Entra asks of it.
 * Floor: login.
 * Threads: guarded by world.lock, which the caller holds exclusively.
 */
#ifndef SIM_ASSERTION_H
#define SIM_ASSERTION_H

#include "login/app.h"

/*
 * Checks header (PS256 or RS256, x5t#S256 or x5t of a certificate of the
 * app), signature, aud (the endpoint's URL), iss and sub (the app), nbf, exp
 * and jti (never seen before). 0, or the AADSTS number and what was wrong
 * with it. header and claims: the two JSON texts, as far as they could be
 * read; the caller frees them.
 */
int assertion_check(const char *jwt, const struct app *, const char *url,
    struct sb *header, struct sb *claims, const char **why);
void assertion_free(void);

#endif
