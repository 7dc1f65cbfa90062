/*
 * cryptrsa.h - an RSA private key, and its signatures with SHA-256: RSASSA-PSS
 * (RFC 8017 8.1, salt of 32 bytes, MGF1 with SHA-256: PS256 of RFC 7518 3.5)
 * and RSASSA-PKCS1-v1_5 (RFC 8017 8.2: RS256).
 * Floor: base.
 * Threads: read-only once read; may be shared.
 */
#ifndef BASE_CRYPTRSA_H
#define BASE_CRYPTRSA_H

#include <stdbool.h>
#include <stddef.h>

#define CRYPTRSA_MAX 512 /* bytes of a signature: 4096 bits */

struct cryptrsa;

/*
 * Reads a PEM file: PKCS#1 or PKCS#8, not encrypted, 2048 to 4096 bits. NULL:
 * *why says what is wrong and what to do, a constant.
 */
struct cryptrsa *cryptrsa_read(const char *pem, size_t len, const char **why);
/* Wipes it. NULL is fine. */
void cryptrsa_free(struct cryptrsa *);

enum cryptrsa_scheme { CRYPTRSA_PSS, CRYPTRSA_PKCS1 };
/*
 * Signs len bytes; out has room for CRYPTRSA_MAX. Returns the signature's
 * length; 0: the key is of no use (its parts do not fit together).
 */
size_t cryptrsa_sign(const struct cryptrsa *, enum cryptrsa_scheme,
    const void *data, size_t len, unsigned char *out);
/*
 * Is that the modulus and exponent (big-endian) of the public half? Proved by
 * a signature, so that damage in the private half shows too.
 */
bool cryptrsa_fits(const struct cryptrsa *, const unsigned char *n, size_t nlen,
    const unsigned char *e, size_t elen);

#endif
