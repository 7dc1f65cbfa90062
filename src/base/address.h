/*
 * address.h - SMTP addresses as they are compared.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stddef.h>

/*
 * An address as it is compared: white space, what cannot be seen, a
 * surrounding <> and a mailto: cut, local part in lower case and without
 * quotes that it does not need, domain as enc_domain makes it. NULL: not an
 * SMTP address; otherwise the caller frees.
 */
char *address_normalise(const char *);
/*
 * The same into out, without allocating for plain ASCII. Returns its length;
 * 0: not an SMTP address. ADDRESS_MAX bytes are always enough.
 */
#define ADDRESS_MAX 768
size_t address_normalise_to(const char *, char *out, size_t size);
/* The domain of a normalised address: what follows the last '@'. */
const char *address_domain(const char *);

#endif
