/*
 * jwt.h - a client assertion (RFC 7523 2.2, as Microsoft Entra wants it): a JWT
 * (RFC 7519) signed with the key of a certificate (RFC 7515, compact form).
 * Floor: auth, internal.
 * Threads: pure.
 */
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include <stdint.h>

#include "base/buf.h"
#include "conf/conf.h"

#define JWT_LASTS 600 /* seconds that an assertion is valid */
/* The room that an assertion takes at most. */
#define JWT_MAX ((size_t)16 << 10)

struct jwt_claims {
	const char *audience; /* the URL of the token endpoint */
	const char *client_id;
	int64_t now;    /* in seconds since 1970 */
	const char *id; /* a UUID that was never used before */
};

/*
 * Adds the assertion to out, which is for secrets: whoever has it may log in
 * while it lasts. Header: alg, typ, and x5t#S256 (PS256) or x5t (RS256).
 * Claims: aud, iss, sub, nbf, iat, exp, jti. -1: the key cannot sign, or out is
 * full.
 */
int jwt_assertion(
    struct buf *out, const struct conf_oauth *, const struct jwt_claims *);

#endif
