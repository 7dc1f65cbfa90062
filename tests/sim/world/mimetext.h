/*
 * mimetext.h - bytes of some charset to valid UTF-8.
 */
#ifndef SIM_MIMETEXT_H
#define SIM_MIMETEXT_H

#include "base/arena.h"

/* Bytes that are not UTF-8 become U+FFFD. NULL stays NULL. */
const char *mimetext_clean(struct arena *, const char *);

/*
 * charset may be NULL or unknown: then UTF-8 when it is that, else
 * windows-1252. *len: in bytes of text, out bytes of the result.
 */
const char *mimetext_utf8(
    struct arena *, const char *charset, const char *text, size_t *len);

#endif
