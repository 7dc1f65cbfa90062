/*
 * cryptcert.h - a certificate of our own: its names in a JWT, its end, and
 * whether a private key belongs to it. Nothing is verified.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_CRYPTCERT_H
#define BASE_CRYPTCERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/cryptrsa.h"

#define CRYPT_SHA1 20

struct cryptcert {
	/* of the whole certificate in DER: x5t and x5t#S256 (RFC 7515 4.1.7) */
	unsigned char sha1[CRYPT_SHA1], sha256[CRYPT_SHA256];
	int64_t not_before, not_after; /* ms since 1970 */
	/* the RSA key */
	unsigned char n[CRYPTRSA_MAX], e[8];
	size_t nlen, elen;
};

/*
 * Reads the first certificate of a PEM file, or one in DER. -1: *why says what
 * is wrong and what to do, a constant.
 */
int cryptcert_read(
    struct cryptcert *, const char *text, size_t len, const char **why);
/* Is the key the certificate's? */
bool cryptcert_fits(const struct cryptcert *, const struct cryptrsa *);

#endif
