/*
 * mailcopy.h - copies of a mail, to be changed.
 */
#ifndef SIM_MAILCOPY_H
#define SIM_MAILCOPY_H

#include "world/mail.h"

/* A mail without anything. */
struct mail *mailcopy_empty(void);
/* With an arena of its own; a made-up body must have been wanted uncoded. */
struct mail *mailcopy(const struct mail *);
/* Adds a zeroed attachment with a number of its own. */
struct att *mailcopy_add(struct mail *);

#endif
