/*
 * resume.h - TLS sessions that clients may resume by their id, as servers keep
 * them.
 */
#ifndef SIM_RESUME_H
#define SIM_RESUME_H

#include <stdbool.h>

#include <microhttpd.h>

#include "base/sb.h"

/* A connection begins, its handshake does not yet. Plain HTTP is fine. */
void resume_offer(struct MHD_Connection *);
/* Once for a connection, after its handshake: was a session resumed? */
bool resume_count(struct MHD_Connection *);
/* "handshakes":{"full":N,"resumed":N} */
void resume_stats(struct sb *);
/* At the end. */
void resume_forget(void);

#endif
