/*
 * bearer.h - an access token at EWS and at Microsoft Graph, judged as they
 * judge it.
 * Floor: login.
 * Threads: takes world.lock.
 */
#ifndef SIM_BEARER_H
#define SIM_BEARER_H

#include "login/auth.h"

/* text: what stands behind "Bearer"; may be empty. */
void bearer_check(const char *text, struct verdict *);
/*
 * A token at Microsoft Graph, from the field Authorization, or NULL. What it
 * permits is told, and judged by Graph.
 */
void bearer_graph(const char *authorization, struct verdict *);
/* The value of WWW-Authenticate. */
void bearer_challenge(struct sb *, bool bad_token);

#endif
