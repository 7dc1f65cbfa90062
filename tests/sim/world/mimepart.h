/*
 * mimepart.h - the parts of a message: its stored body and attachments.
 */
#ifndef SIM_MIMEPART_H
#define SIM_MIMEPART_H

#include <gmime/gmime.h>

#include "world/mail.h"

void mimepart_read(struct mail *, GMimeObject *root, int depth);

#endif
