/*
 * bearer.h - an access token at EWS, judged as Exchange Online judges it.
 * Floor: login.
 * Threads: takes world.lock.
 */
#ifndef SIM_BEARER_H
#define SIM_BEARER_H

#include "login/auth.h"

/* text: what stands behind "Bearer"; may be empty. */
void bearer_check(const char *text, struct verdict *);
/* The value of WWW-Authenticate. */
void bearer_challenge(struct sb *, bool bad_token);

#endif
