/*
 * compose.h - the MIME of a mail that was made, or changed, by properties.
 */
#ifndef SIM_COMPOSE_H
#define SIM_COMPOSE_H

#include "base/sb.h"
#include "world/mail.h"

/* Writes the mail's raw bytes anew, from its properties. */
void compose(struct mail *);

/* What goes out: the raw bytes without the Bcc field. */
void compose_outgoing(struct sb *, const struct mail *);

#endif
