/*
 * address.h - SMTP addresses as they are compared.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stddef.h>

/*
 * The form in which addresses are compared: white space and invisible
 * characters at both ends, a surrounding <> and "mailto:" are cut; the local
 * part is in lower case and without quotes that it does not need; the domain
 * is as enc_domain makes it. In that form the local part has 480 bytes at most,
 * the domain 253. NULL: not an SMTP address; otherwise the caller frees the
 * result.
 */
char *address_normalise(const char *);
/*
 * Writes the same to out and allocates nothing for plain ASCII. Returns its
 * length; 0: not an SMTP address. ADDRESS_MAX bytes are always enough.
 */
#define ADDRESS_MAX 768
size_t address_normalise_to(const char *, char *out, size_t size);
/* The domain of a normalised address: what follows the last '@'. */
const char *address_domain(const char *);

#endif
