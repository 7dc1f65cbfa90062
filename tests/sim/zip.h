/*
 * zip.h - compressed answers, as a web server makes them.
 * Threads: any.
 */
#ifndef SIM_ZIP_H
#define SIM_ZIP_H

#include <stdbool.h>

#include "base/sb.h"

/* Does a client with this Accept-Encoding (NULL: none was sent) take gzip?
 * RFC 9110 12.5.3: names in any case, q=0 forbids, "*" is what is not named. */
bool zip_taken(const char *accept_encoding);

/* Appends the bytes in that coding: "gzip", "deflate" (zlib's format, as
 * RFC 9110 8.4.1.2 has it); as they are under any other name. */
void zip_as(struct sb *, const char *coding, const void *, size_t);

#endif
