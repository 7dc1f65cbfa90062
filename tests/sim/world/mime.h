/*
 * mime.h - reads a message with GMime into what Exchange would hold.
 * Threads: mime_parse is called by one thread at a time.
 */
#ifndef SIM_MIME_H
#define SIM_MIME_H

#include "world/mail.h"

void mime_init(void);
void mime_done(void);

/* Never fails: any bytes are a mail. The bytes are copied. */
struct mail *mime_parse(const char *, size_t);
void mime_free(struct mail *);

#endif
