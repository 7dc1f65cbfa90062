/*
 * thread.h - which conversation a mail belongs to.
 */
#ifndef SIM_THREAD_H
#define SIM_THREAD_H

#include "world/mail.h"

/* The subject without RE:, FW: and the like. */
const char *thread_topic(const struct mail *);

/* The same for all mail of a conversation. */
uint64_t thread_hash(const struct mail *);

#endif
